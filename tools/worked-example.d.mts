/** Where the worked example is written. */
export const folder: URL;
/** Name and text of each file that docs/adding-a-method.md shows, in order. */
export function workedExample(): Promise<readonly { readonly name: string; readonly text: string }[]>;
export function writeWorkedExample(): Promise<void>;
