/** Clean scenes and spoilt ones: noise, blur, rain, low light, haze, low contrast, down-scaling and block artefacts, each of known strength. */
import { Random } from '../../base/random';
import { floats, tensor } from '../../base/tensor';
import { defineDataset, type Example, type Preview } from '../../spec/dataset';
import { choice, float, int, type ValuesOf } from '../../spec/knobs';
import { type DegradationName, degradationNames, degrade, meanSquareError } from '../degrade';
import { linesOf, rounded, tableOf } from '../preview';
import { type DegradedOptions, makeDegraded } from '../scene/degraded';
import { imageOf } from '../scene/pictures';
import type { Side } from '../scene/world';

const knobs = {
  side: choice({ label: 'Side', options: { '16': '16 px', '32': '32 px', '64': '64 px' }, default: '32' }),
  degradation: choice({ label: 'Degradation', options: { any: 'any', noise: 'noise', blur: 'blur', rain: 'rain', lowLight: 'low light', haze: 'haze', lowContrast: 'low contrast', downscale: 'down-scaling', blocks: 'block artefacts' }, default: 'any' }),
  strength: float({ label: 'Strength', min: 0, max: 1, default: 0.7, help: '0 leaves every bit as it is.' }),
  together: int({ label: 'At once', min: 1, max: 3, default: 1, help: 'Different degradations one after the other; only with any.' }),
};
type Values = ValuesOf<typeof knobs>;
const optionsOf = (values: Values): Omit<DegradedOptions, 'seed' | 'split' | 'count'> => ({
  side: Number(values.side) as Side, strength: values.strength, // the knob's options are the sides
  ...(values.degradation === 'any' ? { together: values.together } : { degradations: [values.degradation as DegradationName] }), // the other options are the degradations
});
function exampleAt(values: Values, at: { readonly seed: number; readonly split: string; readonly index: number }): Example {
  const { degraded, clean, how } = makeDegraded({ ...optionsOf(values), seed: at.seed, split: at.split, count: 1, first: at.index });
  const shape = degraded.shape.slice(1);
  return { x: tensor(floats(degraded), shape), clean: tensor(floats(clean), shape), degradations: how[0]!.map(({ name, strength }) => ({ name, strength })) };
}
function preview(values: Values, seed: number): Preview[] {
  const side = Number(values.side);
  const size = 3 * side * side;
  const pairs = makeDegraded({ ...optionsOf(values), seed, split: 'preview', count: 8 });
  const at = (x: Float32Array, i: number): Float32Array => x.subarray(i * size, (i + 1) * size);
  const both = pairs.how.flatMap((list, i) => [imageOf(at(floats(pairs.clean), i), side, 'clean'), imageOf(at(floats(pairs.degraded), i), side, list.map(({ name, strength }) => `${name} ${rounded(strength)}`).join(', '))]);
  const strengths = [0, 0.25, 0.5, 0.75, 1];
  const clean = Array.from({ length: 8 }, (_, i) => at(floats(pairs.clean), i).map((v) => (v + 1) / 2));
  const ladder = degradationNames.map((name) => strengths.map((strength) => clean.map((image, i) => degrade(image, side, { name, strength }, Random.seed(seed).fork('ladder', i)))));
  const images = ladder.flatMap((rungs, d) => rungs.map((set, s) => imageOf(set[1]!.map((v) => 2 * v - 1), side, `${degradationNames[d]} ${strengths[s]}`)));
  const errors = ladder.map((rungs) => rungs.map((set) => set.reduce((sum, image, i) => sum + (4 * meanSquareError(image, clean[i]!)) / set.length, 0))); // of values in [-1, 1]
  return [
    { title: 'Clean and spoilt', picture: { kind: 'images', images: both } },
    { title: 'One scene in every degradation, weaker to stronger', picture: { kind: 'images', images } },
    { title: 'Mean square error by strength', picture: linesOf('strength', 'mean square error', Object.fromEntries(degradationNames.map((name, d) => [name, errors[d]!])), strengths) },
    { title: 'Mean square error at full strength', picture: tableOf(['degradation', 'mean square error'], degradationNames.map((name, d) => [name, rounded(errors[d]!.at(-1)!)])) },
  ];
}
export const dataset = defineDataset({
  id: 'degraded',
  title: 'Degraded scenes',
  family: 'scenes',
  says: 'Pairs of a clean scene and the same one spoilt in up to three of eight ways. The kind of damage and its strength are known for every pair; at strength 0 both are equal, bit for bit.',
  knobs,
  open: ({ knobs: values }) => ({ example: (at) => exampleAt(values, at), preview: ({ seed }) => preview(values, seed) }),
});
