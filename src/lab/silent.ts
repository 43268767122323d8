import type { Sink } from './host';

const nothing = (): void => undefined;
/** For a lab whose answer is what counts, not what it shows on the way. */
export const silent: Sink = { point: nothing, picture: nothing, light: nothing, outcome: nothing, mark: nothing, keep: nothing, progress: nothing };
