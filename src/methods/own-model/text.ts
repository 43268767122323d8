/** A text as rows of token ids, for a model of language. */
import { InputError } from '../../base/errors';
import type { NpyArray } from '../../data/files/npy';

export interface TokenRows {
  /** [n, length] int32. */
  readonly x: NpyArray;
  /** Token id -> what it stands for. */
  readonly alphabet: readonly string[];
  readonly notes: readonly string[];
}
const bytes = 256;
/** A text beyond this is cut: as many tokens as a run here reads. */
const mostTokens = 4_000_000;

const byteName = (byte: number): string => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`);
/** What each byte stands for. */
export const byteAlphabet: readonly string[] = Array.from({ length: bytes }, (_, byte) => byteName(byte));

/**
 * Bytes where the vocabulary has room for all 256, else the text's own characters in the order of their code points.
 * @throws InputError for a text that is too short, or has more characters than the vocabulary
 */
export function tokenRows(file: Uint8Array, name: string, { length, vocabulary = bytes }: { length: number; vocabulary?: number }): TokenRows {
  const whole = vocabulary >= bytes ? { ids: file, alphabet: byteAlphabet } : characters(file, name, vocabulary);
  const ids = whole.ids.subarray(0, mostTokens);
  const n = Math.floor(ids.length / length);
  if (n < 2) throw new InputError(`${name} holds ${ids.length} tokens, and the model reads rows of ${length}. Use a text of at least ${2 * length}.`);
  const notes = [`${vocabulary >= bytes ? 'Bytes' : `${whole.alphabet.length} different characters`}, in ${n} rows of ${length}.`];
  if (whole.ids.length > mostTokens) notes.push(`The first ${mostTokens} tokens of ${whole.ids.length} are read.`);
  return { x: { dtype: 'int32', shape: [n, length], data: Int32Array.from(ids.subarray(0, n * length)) }, alphabet: whole.alphabet, notes };
}
function characters(file: Uint8Array, name: string, vocabulary: number): { ids: Uint8Array; alphabet: readonly string[] } {
  const text = [...new TextDecoder().decode(file)];
  const alphabet = [...new Set(text)].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  if (alphabet.length > vocabulary) throw new InputError(`${name} has ${alphabet.length} different characters, and the model's output ${vocabulary} places for tokens. Use a text with fewer, or a model with 256 for bytes.`);
  const places = new Map(alphabet.map((character, id) => [character, id]));
  return { ids: Uint8Array.from(text, (character) => places.get(character)!), alphabet };
}
