export interface Host {
  readonly url: string;
  close(): void;
}
/** Serves a built page. */
export function serve(dist: string): Promise<Host>;
