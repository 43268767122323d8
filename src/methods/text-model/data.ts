/** One long text as ids, divided: the built-in one, or the user's. */
import { InputError } from '../../base/errors';
import { loadOne } from '../../data/files';
import { splitText } from '../../data/predictions';
import { makeReviews, review } from '../../data/sets/attributes';
import { characterVocabulary, decode, encodeCharacters, type Vocabulary } from '../../data/tokens';
import type { Lab } from '../../lab/lab';
import type { ValuesOf } from '../../spec/knobs';
import type { card } from './card';

export type Knobs = ValuesOf<typeof card.knobs>;
export interface Text {
  readonly from: string;
  readonly beginning: string;
  readonly vocabulary: Vocabulary;
  readonly train: Int32Array;
  readonly validation: Int32Array;
  /** Character of the whole text at which validation begins. */
  readonly cut: number;
}
/** Characters beyond these are not read. */
const most = 4_000_000;
/** Different characters: n-grams of five are counted in whole numbers below 2^53. */
const mostSymbols = 390;

export async function openText(lab: Lab, { context, sentences }: Knobs): Promise<Text> {
  const { from, text } = lab.files.length > 0 ? await dropped(lab) : builtIn(lab.seed, sentences);
  const vocabulary = characterVocabulary(text);
  if (vocabulary.size > mostSymbols) throw new InputError(`${from} is written in ${vocabulary.size} different characters; at most ${mostSymbols} are read. Choose a text in one script.`);
  const ids = encodeCharacters(vocabulary, text);
  const { train, validation } = splitText(ids, context);
  return { from, beginning: text.slice(0, 600), vocabulary, train, validation, cut: ids.length - validation.length };
}
function builtIn(seed: number, sentences: number): { from: string; text: string } {
  const world = makeReviews({ style: 'sentiment' });
  const lines = Array.from({ length: sentences }, (_, index) => decode(world.vocabulary, review(world, { seed, split: 'text-model', index, longest: 30 }).words));
  return { from: 'Invented reviews', text: `${lines.join('\n')}\n` };
}
async function dropped(lab: Lab): Promise<{ from: string; text: string }> {
  const loaded = await loadOne(lab.files);
  if (loaded.kind !== 'text') throw new InputError(`A plain text was expected, but ${loaded.from} holds ${loaded.kind}. Drop a .txt file.`);
  const text = [loaded.splits.train, loaded.splits.validation, loaded.splits.test].filter((part) => part !== undefined).join('\n');
  return { from: loaded.from, text: text.slice(0, most) };
}
