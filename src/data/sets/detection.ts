/** Objects to be found: base categories with boxes, novel ones whose boxes are held back, look-alike parts, and proposals of known truth. */
import { floats, int32, tensor } from '../../base/tensor';
import { defineDataset, type Example, type Preview } from '../../spec/dataset';
import { choice, float, int, type ValuesOf } from '../../spec/knobs';
import { iou } from '../boxes';
import { tableOf } from '../preview';
import { type DetectionOptions, type DetectionSet, makeCrops, makeDetection, proposalSources } from '../scene/detection';
import { kinds } from '../scene/kinds';
import { imageOf } from '../scene/pictures';
import { slots } from '../scene/set';

const knobs = {
  side: choice({ label: 'Side', options: { '32': '32 px', '64': '64 px' }, default: '64' }),
  objects: int({ label: 'Most objects', min: 1, max: 4, default: 4 }),
  distractors: float({ label: 'Compounds', min: 0, max: 2, default: 0.5, help: 'How much likelier a table, wagon or house is than a thing with a category: parts of theirs look like bars, rings and triangles.' }),
  proposals: int({ label: 'Proposals', min: 60, max: 160, default: 80 }),
  jitter: float({ label: 'Jitter', min: 0, max: 0.5, default: 0.2, help: 'How far edges of proposals move, in widths and heights of what they lie around.' }),
};
type Values = ValuesOf<typeof knobs>;
const optionsOf = (values: Values): Omit<DetectionOptions, 'seed' | 'split' | 'count'> => ({
  side: values.side === '64' ? 64 : 32, objects: [1, values.objects], distractors: values.distractors, patterns: [2, 3, 4, 5], proposals: { count: values.proposals, jitter: values.jitter },
});
function exampleAt(values: Values, at: { readonly seed: number; readonly split: string; readonly index: number }): Example {
  const made = makeDetection({ ...optionsOf(values), seed: at.seed, split: at.split, count: 1, first: at.index });
  const { length } = made.set.scenes[0]!.objects;
  const side = Number(values.side);
  return {
    x: tensor(floats(made.set.x), [3, side, side]), boxes: tensor(floats(made.set.boxes).slice(0, 4 * length), [length, 4]), category: int32(made.category.data.slice(0, length) as Int32Array), // int32, as its maker says
    labelled: tensor(floats(made.labelled).slice(0, length)), proposals: tensor(floats(made.proposals), [values.proposals, 4]), source: int32(made.source.data as Int32Array, [values.proposals]), // int32 too
  };
}
const green = [90, 220, 120] as const;
const orange = [255, 170, 40] as const;
const red = [240, 80, 80] as const;
const colourOf = { object: green, part: red, random: [120, 150, 255] } as const;
function preview(values: Values, seed: number): Preview[] {
  const side = Number(values.side);
  const made = makeDetection({ ...optionsOf(values), seed, split: 'preview', count: 12 });
  const image = (i: number): Float32Array => floats(made.set.x).subarray(i * 3 * side * side, (i + 1) * 3 * side * side);
  const boxAt = (at: number): Float32Array => floats(made.set.boxes).subarray(4 * at, 4 * at + 4);
  const objects = (i: number): number[] => made.set.scenes[i]!.objects.map((_, k) => i * slots + k);
  const scenes = made.set.scenes.map((scene, i) => imageOf(image(i), side, scene.objects.map(({ kind }) => kinds[kind]!).join(', '), {
    boxes: objects(i).map((at) => ({ box: boxAt(at), colour: made.category.data[at]! < 0 ? red : made.labelled.data[at] === 1 ? green : orange })), zoom: 3,
  }));
  const proposed = Array.from({ length: 4 }, (_, i) => imageOf(image(i), side, `picture ${i + 1}`, {
    boxes: Array.from({ length: values.proposals }, (_unused, p) => p).map((p) => ({ box: floats(made.proposals).subarray((i * values.proposals + p) * 4, (i * values.proposals + p + 1) * 4), colour: colourOf[proposalSources[made.source.data[i * values.proposals + p]!]!] })), zoom: 4,
  }));
  const crops = makeCrops(made, 24);
  const cut = Array.from({ length: Math.min(24, crops.picture.length) }, (_, m) => imageOf(floats(crops.x).subarray(m * 1728, (m + 1) * 1728), 24, made.categories[crops.category.data[m]!]!));
  return [
    { title: 'Objects', says: 'Green: base, to be seen in training. Orange: novel, held back. Red: compounds, which have no category.', picture: { kind: 'images', images: scenes } },
    { title: 'Proposals', says: 'Green around objects, red around parts of compounds, blue anywhere.', picture: { kind: 'images', images: proposed } },
    { title: 'Crops with names', says: 'What a classifier of regions learns from: no background, no parts.', picture: { kind: 'images', images: cut } },
    { title: 'How well proposals lie', says: 'Of 12 pictures: how many overlap an object with a category by half or more.', picture: tableOf(['around', 'proposals', 'overlap 0.5 or more'], overlaps(made, values.proposals)) },
  ];
}
function overlaps({ set, category, proposals, source }: DetectionSet, count: number): (string | number)[][] {
  return proposalSources.map((name, s) => {
    const of = Array.from(source.data.keys()).filter((at) => source.data[at] === s);
    const good = of.filter((at) => Array.from({ length: slots }, (_, k) => Math.floor(at / count) * slots + k).some((k) => category.data[k]! >= 0 && iou(floats(proposals).subarray(4 * at, 4 * at + 4), floats(set.boxes).subarray(4 * k, 4 * k + 4)) >= 0.5));
    return [name, of.length, good.length];
  });
}
export const dataset = defineDataset({
  id: 'detection',
  title: 'Objects to be found',
  family: 'scenes',
  says: 'One to four objects on textured backgrounds with exact boxes. Five base categories are labelled; three novel ones are known but held back; tables, wagons and houses have parts that look like novel things. Proposals come with what they lie around.',
  knobs,
  open: ({ knobs: values }) => ({ example: (at) => exampleAt(values, at), preview: ({ seed }) => preview(values, seed) }),
});
