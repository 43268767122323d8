/** Classes that can be read off something else: background or colour goes with the shape in a planted share of pictures. */
import { floats, tensor } from '../../base/tensor';
import { defineDataset, type Example, type Preview } from '../../spec/dataset';
import { choice, float, int, type ValuesOf } from '../../spec/knobs';
import { rounded, tableOf } from '../preview';
import { type BiasedOptions, type BiasMode, biasModes, type Cue, makeBiased, partnersOf } from '../scene/biased';
import { kinds } from '../scene/kinds';
import { colours, textures } from '../scene/parts';
import { imageOf } from '../scene/pictures';
import { patterns, type Side, sizeNames, tones } from '../scene/world';

const knobs = {
  side: choice({ label: 'Side', options: { '16': '16 px', '32': '32 px', '64': '64 px' }, default: '32' }),
  classes: int({ label: 'Shapes', min: 2, max: 8, default: 4 }),
  cue: choice({ label: 'Cue', options: { pattern: 'background pattern', tone: 'background tint', colour: 'colour', texture: 'texture' }, default: 'pattern' }),
  rho: float({ label: 'Agreement rho', min: 0, max: 1, default: 0.9, help: 'P(the cue is the one that goes with the shape) in training.' }),
  mode: choice({ label: 'Set', options: { tied: 'as in training', conflicting: 'conflicting', free: 'unbiased', reversed: 'reversed (1 - rho)' }, default: 'tied' }),
};
type Values = ValuesOf<typeof knobs>;
const namesOf: Readonly<Record<Cue, readonly string[]>> = { pattern: patterns, tone: tones, colour: colours, texture: textures, size: sizeNames };
/** Four patterns that are told apart at a glance; as many values of the others as there are shapes. */
function optionsOf(values: Values, mode: BiasMode = values.mode as BiasMode): Omit<BiasedOptions, 'seed' | 'split' | 'count'> {
  const shapes = Array.from({ length: values.classes }, (_, k) => k);
  const cue = values.cue as Cue; // the knob's options are cues, as the other knob's are modes
  return {
    side: Number(values.side) as Side, kinds: shapes, cues: [{ cue, rho: values.rho, mode }],
    patterns: cue === 'pattern' ? [2, 3, 4, 5] : [0], ...(cue === 'tone' ? { tones: shapes } : {}), ...(cue === 'colour' ? { colours: shapes } : {}),
  };
}
function exampleAt(values: Values, at: { readonly seed: number; readonly split: string; readonly index: number }): Example {
  const { set, y, values: cues, agrees } = makeBiased({ ...optionsOf(values), seed: at.seed, split: at.split, count: 1, first: at.index, masks: true });
  const side = Number(values.side);
  return { x: tensor(floats(set.x), [3, side, side]), label: y.data[0]!, cue: cues[0]!.data[0]!, agrees: agrees[0]!.data[0]!, mask: tensor(floats(set.masks!).slice(0, side * side), [side, side]), caption: set.captions[0]! };
}
function preview(values: Values, seed: number): Preview[] {
  const side = Number(values.side);
  const cueNames = namesOf[values.cue as Cue]; // the knob's options are cues
  const shown = makeBiased({ ...optionsOf(values), seed, split: 'preview', count: 24 });
  const label = (set: typeof shown, i: number): string => `${kinds[set.y.data[i]!]}, ${cueNames[set.values[0]!.data[i]!]}${set.agrees[0]!.data[i] ? '' : ' (against)'}`;
  const counted = Object.fromEntries(biasModes.map((mode) => [mode, makeBiased({ ...optionsOf(values, mode), side: 16, seed, split: 'preview counts', count: 400 })])) as Record<BiasMode, typeof shown>; // one entry a mode
  const rows = biasModes.map((mode) => [mode, rounded(Array.from(counted[mode].agrees[0]!.data).filter((agrees) => agrees === 1).length / 400)]);
  const partners = partnersOf(values.cue as Cue, optionsOf(values));
  const tied = counted[values.mode as BiasMode];
  const table = Array.from({ length: values.classes }, (_, c) => cueNames.map((_name, v) => Array.from(tied.y.data).filter((y, i) => y === c && tied.values[0]!.data[i] === v).length));
  return [
    { title: 'Examples', picture: { kind: 'images', images: Array.from({ length: 24 }, (_, i) => imageOf(floats(shown.set.x).subarray(i * 3 * side * side, (i + 1) * 3 * side * side), side, label(shown, i))) } },
    { title: 'Which cue goes with which shape', picture: tableOf(['shape', 'cue'], partners.map((value, c) => [kinds[c]!, cueNames[value]!])) },
    { title: 'Shapes and cues in 400 pictures of this set', picture: { kind: 'heatmap', rows: values.classes, columns: cueNames.length, values: Float32Array.from(table.flat()), scale: 'sequential', xLabel: 'cue', yLabel: 'shape', rowLabels: kinds.slice(0, values.classes), columnLabels: cueNames } },
    { title: 'Share that agrees, measured', says: 'Over 400 pictures of each kind of set.', picture: tableOf(['set', 'agrees'], rows) },
  ];
}
export const dataset = defineDataset({
  id: 'biased',
  title: 'Shapes with a false cue',
  family: 'scenes',
  says: 'One object on a background, to be classified by shape; but in a planted share of pictures its background, colour or texture is the one that goes with its shape. Test sets in which the cue never agrees, or agrees by chance, show what a model looks at.',
  knobs,
  open: ({ knobs: values }) => ({ example: (at) => exampleAt(values, at), preview: ({ seed }) => preview(values, seed) }),
});
