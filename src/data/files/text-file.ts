/** Plain text: UTF-8 with or without its mark, UTF-16 with one, gzipped or not. Bytes that are no text are refused, not guessed at. Hostile input. */
import { InputError } from '../../base/errors';
import { gunzip, withoutGz } from './gzip';
import { gather, listOf, mapSplits, type LoadedText, type NamedBytes, type Reader } from './loaded';

export const textLimits = { bytes: 256 * 2 ** 20 } as const;

/** A whole file as text. @throws InputError naming the byte that is no text */
export function decodeText(file: Uint8Array, name: string): string {
  const bytes = gunzip(file, name, textLimits.bytes);
  const mark = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  let text: string;
  try {
    text = new TextDecoder(mark, { fatal: true }).decode(bytes); // a mark at the start is not part of the text
  } catch {
    throw new InputError(`${name} is not text in ${mark.toUpperCase()}: ${mark === 'utf-8' ? `the bytes from ${firstBad(bytes)} on are none` : 'it holds half a pair'}. Save it as UTF-8.`);
  }
  const zero = text.indexOf('\0');
  if (zero >= 0) throw new InputError(`${name} holds a zero character at place ${zero}, which no text does. Save it as UTF-8.`);
  return text;
}
/** Place of the first byte that belongs to no character of UTF-8: characters at its ends may be cut, so it is searched by halves. */
function firstBad(bytes: Uint8Array): number {
  const sound = (end: number): boolean => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  let [low, high] = [0, bytes.length]; // sound up to low; not up to high
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sound(middle)) low = middle;
    else high = middle;
  }
  return low;
}
export const isPlainText = (head: Uint8Array): boolean => !head.includes(0) || (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);

function readText(files: readonly NamedBytes[]): LoadedText {
  const texts = files.map(({ name, bytes }) => ({ name, thing: decodeText(bytes, name) }));
  const empty = texts.find(({ thing }) => thing.trim() === '');
  if (empty) throw new InputError(`${empty.name} holds no text. Choose another file.`);
  const notes = files.length > 1 ? [`${files.length} texts${texts.length > 1 ? ', those of a split joined by an empty line' : ''}.`] : [];
  return { kind: 'text', from: listOf(files), notes, splits: mapSplits(gather(texts), (parts) => parts.join('\n\n')) };
}
export const textReader: Reader = {
  id: 'text', title: 'Text', extensions: ['.txt', '.text', '.md', '.txt.gz'],
  says: 'A plain text in UTF-8 (or UTF-16 with its mark), gzipped or not. Several are joined; one with "test" or "val" in its name is that split.',
  recognises: (name, head) => /\.(txt|text|md)$/i.test(withoutGz(name)) && isPlainText(head),
  read: async (files) => readText(files),
};
