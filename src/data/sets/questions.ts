/** Scenes with captions, questions and facts: rows of picture, prompt and answer for a model of pictures and words. */
import { floats, int32, tensor } from '../../base/tensor';
import { defineDataset, type Example, type Preview } from '../../spec/dataset';
import { choice, float, toggle, type ValuesOf } from '../../spec/knobs';
import { rounded, tableOf } from '../preview';
import { kinds, plainKinds, usualPairs } from '../scene/kinds';
import { companyMap, imageOf } from '../scene/pictures';
import { makeRows, type Negatives, rowSource, type RowName, type RowsOptions, skewedRates, usualMix } from '../scene/rows';
import type { Side } from '../scene/world';
import { special } from '../tokens';

const knobs = {
  side: choice({ label: 'Side', options: { '16': '16 px', '32': '32 px', '64': '64 px' }, default: '32' }),
  rows: choice({ label: 'Rows', options: { mixed: 'mixed', caption: 'captions', presence: 'yes or no', choice: 'choices by letter', fact: 'facts', statement: 'facts told' }, default: 'mixed' }),
  together: float({ label: 'P(partner | object)', min: 0, max: 1, default: 0.9, help: 'Circle with star, square with ring, triangle with heart, diamond with cross.' }),
  negatives: choice({ label: 'Asked for', options: { random: 'any kind', popular: 'frequent kinds', adversarial: 'kinds whose partner is there' }, default: 'random' }),
  skew: toggle({ label: 'Skewed answers', default: false, help: 'P(yes) runs from 0.15 to 0.85 over the kinds asked for; else it is 0.5 for each.' }),
  withoutPicture: float({ label: 'Share without picture', min: 0, max: 1, default: 0.1 }),
  misleading: float({ label: 'Share of misleading choices', min: 0, max: 1, default: 0, help: 'Choices before which a sentence speaks for a wrong option.' }),
};
type Values = ValuesOf<typeof knobs>;
function optionsOf(values: Values, seed: number): Omit<RowsOptions, 'split' | 'count'> {
  return {
    seed, side: Number(values.side) as Side, // the knob's options are the sides
    mix: values.rows === 'mixed' ? { ...usualMix, choice: 3, fact: 1, statement: 1 } : { [values.rows as RowName]: 1 }, // the other options are sorts of rows
    couples: { pairs: usualPairs, probability: values.together }, negatives: values.negatives as Negatives, // the knob's options
    withoutPicture: values.withoutPicture, misleading: { share: values.misleading, template: 0 },
    ...(values.skew ? { yesRates: skewedRates(seed) } : {}),
  };
}
function exampleAt(values: Values, at: { readonly seed: number; readonly split: string; readonly index: number }): Example {
  const { rows, x, tokens, answers, hasPicture } = makeRows({ ...optionsOf(values, at.seed), split: at.split, count: 1, first: at.index });
  const { name, prompt, answer, picture } = rows[0]!;
  const side = Number(values.side);
  return {
    sort: name, prompt, answer, picture, x: tensor(floats(x), [3, side, side]), hasPicture: floats(hasPicture)[0]!,
    tokens: int32(tokens.data as Int32Array, [tokens.data.length]), answers: tensor(floats(answers), [tokens.data.length]), // tokens are int32
  };
}
function preview(values: Values, seed: number): Preview[] {
  const options = { ...optionsOf(values, seed), split: 'preview' };
  const { rows, x, tokens } = makeRows({ ...options, count: 24 });
  const side = Number(values.side);
  const length = tokens.shape[1]!;
  const lengthOf = (i: number): number => tokens.data.subarray(i * length, (i + 1) * length).filter((id) => id !== special.pad).length;
  const shown = rows.flatMap((row, i) => (row.picture === 'none' ? [] : [imageOf(floats(x).subarray(i * 3 * side * side, (i + 1) * 3 * side * side), side, `${i + 1}: ${row.prompt} ${row.answer}`)]));
  return [
    { title: 'Pictures', says: 'Rows without a picture are left out here.', picture: { kind: 'images', images: shown } },
    { title: 'Prompts and answers', picture: tableOf(['row', 'sort', 'picture', 'prompt', 'answer', 'tokens'], rows.map((row, i) => [i + 1, row.name, row.picture, row.prompt || '(none)', row.answer, lengthOf(i)])) },
    together(options),
    yesShares(options, seed),
  ];
}
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
function together(options: Omit<RowsOptions, 'count'>): Preview {
  const scenes = numbers(800).map(rowSource({ ...options, mix: { caption: 1 }, withoutPicture: 0 })).map(({ scene }) => new Set(scene!.objects.map((o) => o.kind)));
  return { title: 'Who appears with whom, measured', says: 'P(column | row) over 800 scenes; the diagonal is left at 0.', picture: companyMap(scenes, plainKinds) };
}
/** Planted and measured P(yes) for each kind. */
function yesShares(options: Omit<RowsOptions, 'count'>, seed: number): Preview {
  const rows = numbers(800).map(rowSource({ ...options, mix: { presence: 1 } }));
  const rates = options.yesRates ? skewedRates(seed) : undefined;
  const table = plainKinds.map((kind) => {
    const asked = rows.filter((row) => row.asked === kind);
    return [kinds[kind]!, asked.length, rates?.[kind] === undefined ? 0.5 : rounded(rates[kind]!), asked.length === 0 ? 'not asked' : rounded(asked.filter(({ answer }) => answer === 'yes').length / asked.length)];
  });
  return { title: 'How often the answer is yes', says: 'Over 800 questions, by the kind asked for.', picture: tableOf(['kind', 'asked', 'planted', 'measured'], table) };
}
export const dataset = defineDataset({
  id: 'questions',
  title: 'Scenes, captions and questions',
  family: 'scenes',
  says: 'Pictures with captions, yes-or-no questions, choices by letter, counts, places and colours, and facts that no picture tells, all in one small vocabulary. Which kinds come together, how often the answer is yes, and what misleads are planted at known rates.',
  knobs,
  repeats: 'Rows about facts and questions without a picture are words alone, and few: the same ones come in every split.',
  open: ({ knobs: values }) => ({ example: (at) => exampleAt(values, at), preview: ({ seed }) => preview(values, seed) }),
});
