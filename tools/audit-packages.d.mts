export interface Hole {
  readonly name: string;
  readonly severity: string;
  readonly range: string;
  readonly why: string;
  readonly mended: boolean;
}
export function unpinned(lock: { readonly packages: Readonly<Record<string, { readonly integrity?: string; readonly link?: boolean }>> }): string[];
export function holesIn(text: string): Hole[] | undefined;
export function isGrave(hole: Pick<Hole, 'severity'>): boolean;
