/** Pictures and twins with one object blacked out: does a model see, or does it guess from what usually comes together? */
import { floats, tensor } from '../../base/tensor';
import { defineDataset, type Example, type Preview } from '../../spec/dataset';
import { choice, float, type ValuesOf } from '../../spec/knobs';
import { tableOf } from '../preview';
import { kinds, usualPairs } from '../scene/kinds';
import { imageOf } from '../scene/pictures';
import { makeTwins, type TwinOptions } from '../scene/twins';
import type { Side } from '../scene/world';

const knobs = {
  side: choice({ label: 'Side', options: { '32': '32 px', '64': '64 px' }, default: '64' }),
  together: float({ label: 'P(partner | object)', min: 0.1, max: 1, default: 0.95, help: 'How often circle and star, square and ring, triangle and heart, diamond and cross come together in the scenes that twins are drawn from.' }),
};
type Values = ValuesOf<typeof knobs>;
const optionsOf = (values: Values): Omit<TwinOptions, 'seed' | 'split' | 'count'> => ({ side: Number(values.side) as Side, couples: { pairs: usualPairs, probability: values.together } }); // the knob's options are sides
function exampleAt(values: Values, at: { readonly seed: number; readonly split: string; readonly index: number }): Example {
  const { normal, twin, boxes, kind, prompts } = makeTwins({ ...optionsOf(values), seed: at.seed, split: at.split, count: 1, first: at.index });
  const side = Number(values.side);
  return { normal: tensor(floats(normal), [3, side, side]), twin: tensor(floats(twin), [3, side, side]), box: tensor(floats(boxes), [4]), kind: kind.data[0]!, prompt: prompts[0]!, answers: ['yes', 'no'] };
}
function preview(values: Values, seed: number): Preview[] {
  const side = Number(values.side);
  const size = 3 * side * side;
  const { normal, twin, prompts, scenes, kind } = makeTwins({ ...optionsOf(values), seed, split: 'preview', count: 12 });
  const images = prompts.flatMap((prompt, i) => [imageOf(floats(normal).subarray(i * size, (i + 1) * size), side, `${prompt} yes`), imageOf(floats(twin).subarray(i * size, (i + 1) * size), side, `${prompt} no`)]);
  return [
    { title: 'Pictures and their twins', picture: { kind: 'images', images } },
    { title: 'What is in them', picture: tableOf(['objects', 'hidden in the twin', 'question'], scenes.map(({ objects }, i) => [objects.map((o) => kinds[o.kind]!).join(', '), kinds[kind.data[i]!]!, prompts[i]!])) },
  ];
}
export const dataset = defineDataset({
  id: 'twins',
  title: 'Twins with one object hidden',
  family: 'scenes',
  says: 'Pairs of pictures with one question: is there such an object? In the picture there is; in its twin a black box lies exactly over it, while its usual partner stays. Only a model that looks answers both.',
  knobs,
  open: ({ knobs: values }) => ({ example: (at) => exampleAt(values, at), preview: ({ seed }) => preview(values, seed) }),
});
