/**
 * The page inside another, or on a projector: `?embed` shows one experiment without gallery and places; `?embed&lock` without its controls, so that what a teacher has
 * chosen stays. Anything else in the query is left alone. Pure.
 */
export interface Embedding {
  readonly embedded: boolean;
  /** Only with `embed`: knobs, arms and settings are not shown. */
  readonly locked: boolean;
}
export function readEmbedding(search: string): Embedding {
  const query = new URLSearchParams(search);
  const embedded = query.has('embed');
  return { embedded, locked: embedded && query.has('lock') };
}
/** An iframe of the experiment at this address, ready to be pasted into a page. */
export function embedCode(page: string, hash: string, title: string, locked: boolean): string {
  const url = new URL(page);
  url.search = locked ? '?embed&lock' : '?embed';
  url.hash = hash;
  const safe = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<iframe src="${safe(url.href)}" title="${safe(title)}" width="960" height="720" allow="cross-origin-isolated" style="border: 0"></iframe>`;
}
/** The whole page for the same experiment. */
export function wholePage(page: string): string {
  const url = new URL(page);
  url.search = '';
  return url.href;
}
