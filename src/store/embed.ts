/**
 * The page inside another, or on a projector: `?embed` shows one experiment without gallery and places; `?embed&lock` without its controls, so that what a teacher has
 * chosen stays; `?embed&show=steps,width` with those knobs alone. Anything else in the query is left alone. Pure.
 */
export interface Embedding {
  readonly embedded: boolean;
  /** Only with `embed`: knobs, arms and settings are not shown. */
  readonly locked: boolean;
  /** Only with `embed`, and not locked: names of the knobs that are shown, and nothing else to turn; absent, all is. */
  readonly show?: readonly string[];
}
/** What may be turned in an embedded page. */
export type Turnable = 'all' | 'none' | readonly string[];
const mostShown = 32;
export function readEmbedding(search: string): Embedding {
  const query = new URLSearchParams(search);
  const embedded = query.has('embed');
  const locked = embedded && query.has('lock');
  const show = query.get('show');
  return { embedded, locked, ...(embedded && !locked && show !== null && { show: show.split(',').filter((name) => /^[\w-]{1,60}$/.test(name)).slice(0, mostShown) }) };
}
/** The address of the experiment as an embedded page. */
export function embedAddress(page: string, hash: string, turnable: Turnable): string {
  const url = new URL(page);
  url.search = turnable === 'none' ? '?embed&lock' : turnable === 'all' ? '?embed' : `?embed&show=${turnable.join(',')}`;
  url.hash = hash;
  return url.href;
}
const [width, height] = [960, 720];
/** An iframe of the experiment at this address, ready to be pasted into a page. */
export function embedCode(page: string, hash: string, title: string, turnable: Turnable): string {
  const safe = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<iframe src="${safe(embedAddress(page, hash, turnable))}" title="${safe(title)}" width="${width}" height="${height}" allow="cross-origin-isolated" style="border: 0"></iframe>`;
}
/** The same as an oEmbed answer (oembed.com, type "rich"), for systems that take one. */
export function oEmbed(page: string, hash: string, title: string, turnable: Turnable): string {
  return `${JSON.stringify({ version: '1.0', type: 'rich', provider_name: 'Stipple', provider_url: new URL('.', wholePage(page).split('#')[0]!).href, title, width, height, html: embedCode(page, hash, title, turnable) }, null, 2)}\n`;
}
/** The whole page for the same experiment. */
export function wholePage(page: string): string {
  const url = new URL(page);
  url.search = '';
  return url.href;
}
