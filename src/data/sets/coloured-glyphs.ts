/**
 * Glyphs with a colour that nearly gives their class away: the classic planted shortcut (Kim et al. 2019, arXiv:1812.10352; Nam et al. 2020,
 * arXiv:2007.02561). With probability rho an example has the colour, or the pattern behind it, of its class; else that of another class.
 * Example i has the same glyph whatever its colour, so that test sets differ in colour alone, and a perfect recolouring is at hand.
 */
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { int32, tensor, type Tensor } from '../../base/tensor';
import { defineDataset, type Preview } from '../../spec/dataset';
import { choice, float, int, type ValuesOf } from '../../spec/knobs';
import { drawGlyph } from '../glyph-drawing';
import { labelNoiseKnobs, noisyLabel } from '../label-noise';
import { colourImage, images, sharesOfRows } from '../pictures';
import { typefacesOf, type Typeface } from '../typefaces';
import { classSets } from './glyph-classes';

type Rgb = readonly [number, number, number];
/** Well apart in hue or lightness; class c has colour c. In [-1, 1]. */
const inks: Readonly<Record<string, Rgb>> = {
  red: [0.7, -0.75, -0.75], green: [-0.7, 0.35, -0.6], blue: [-0.6, -0.35, 0.8], yellow: [0.8, 0.65, -0.75], magenta: [0.65, -0.7, 0.6],
  cyan: [-0.7, 0.65, 0.7], orange: [0.85, -0.05, -0.8], purple: [-0.15, -0.8, 0.35], pink: [0.9, 0.35, 0.5], brown: [-0.2, -0.5, -0.8],
};
export const glyphColours: readonly string[] = Object.keys(inks);
/** Patterns behind the glyph, as many as colours; each tells from place (column, row) in 1/16 of a side whether it is bright. */
const patterns: readonly ((u: number, v: number) => boolean)[] = [
  (_u, v) => mod(v, 4) < 2, (u) => mod(u, 4) < 2, (u, v) => mod(u + v, 6) < 3, (u, v) => mod(u - v, 6) < 3, (u, v) => mod(u, 4) < 2 !== mod(v, 4) < 2,
  (u, v) => square(mod(u, 4) - 2) + square(mod(v, 4) - 2) < 2, (u, v) => mod(Math.sqrt(square(u - 8) + square(v - 8)), 4) < 2, (_u, v) => mod(v, 8) < 4, (u) => mod(u, 8) < 4, (u, v) => mod(u, 8) < 4 !== mod(v, 8) < 4,
];
const mod = (a: number, n: number): number => a - n * Math.floor(a / n);
const square = (a: number): number => a * a;

export const biasRules = { biased: 'Agrees with the class at this rate', unbiased: 'Independent of the class', aligned: 'Always that of the class', conflicting: 'Never that of the class' } as const;
export type BiasRule = keyof typeof biasRules;
export const biasPlaces = { ink: 'Colour of the glyph', paper: 'Colour behind it', texture: 'Pattern behind it' } as const;
export type BiasPlace = keyof typeof biasPlaces;

export interface ColouredGlyphsSpec {
  readonly seed: number;
  readonly split: string;
  /** At most ten; class c has colour or pattern c. */
  readonly classes: readonly string[];
  readonly side: number;
  readonly place: BiasPlace;
  readonly rule: BiasRule;
  /** Chance of the own colour where the rule is 'biased', rho. */
  readonly agreement: number;
  /** Standard deviation of each channel of an example's colour, in [0, 1] units as in the papers (twice that here). */
  readonly jitter: number;
  readonly typefaces?: 'seen' | 'unseen' | 'all';
}
export interface ColouredGlyph {
  /** [3 * side * side] in [-1, 1]. */
  readonly x: Float32Array;
  readonly label: number;
  /** Which colour or pattern it has: the bias. Never an input of a method that is said to do without it. */
  readonly colour: number;
  /** Share of each pixel that is ink: [side * side]. */
  readonly ink: Float32Array;
}
export interface ColouredGlyphs {
  /** [n, 3, side, side] float32 in [-1, 1]. */
  readonly x: Tensor;
  /** [n] int32 each: the class, and the colour or pattern, which is `aligned` where they are equal. */
  readonly y: Tensor;
  readonly colour: Tensor;
  readonly classes: readonly string[];
}

/** Makes example `index` of the spec; with `colour`, the same example in another one: what a perfect translator would give. @throws InputError for a spec that cannot be */
export function colouredGlyphs(typefaces: readonly Typeface[], spec: ColouredGlyphsSpec): (index: number, colour?: number) => ColouredGlyph {
  const { seed, split, classes, side, place, jitter } = spec;
  if (classes.length < 2 || classes.length > glyphColours.length) throw new InputError(`Coloured glyphs have 2 to ${glyphColours.length} classes, but ${classes.length} came.`);
  const wanted = spec.typefaces ?? 'seen';
  const faces = wanted === 'all' ? typefaces : typefaces.filter((face) => face.unseen === (wanted === 'unseen'));
  return (index, given) => {
    const rng = Random.seed(seed).fork('coloured glyphs', split, index);
    const label = index % classes.length;
    const colour = given ?? colourOf(label, classes.length, spec, rng.fork('bias'));
    const ink = drawGlyph(rng.fork('typeface').pick(faces), classes[label]!, rng.fork('place'), { side });
    const own = rng.fork('jitter');
    const jittered = inks[glyphColours[colour]!]!.map((v) => v + 2 * jitter * own.normal());
    const x = new Float32Array(3 * side * side);
    for (let at = 0; at < side * side; at++) {
      const [u, v] = [((at % side) * 16) / side, (Math.floor(at / side) * 16) / side];
      const bright = place === 'texture' && patterns[colour]!(u, v);
      for (let c = 0; c < 3; c++) {
        const [on, off] = place === 'ink' ? [jittered[c]!, -0.9] : place === 'paper' ? [0.95, jittered[c]!] : [0.95, bright ? 0.1 : -0.7];
        x[c * side * side + at] = Math.max(-1, Math.min(1, off + (on - off) * ink[at]!));
      }
    }
    return { x, label, colour, ink };
  };
}
function colourOf(label: number, count: number, { rule, agreement }: ColouredGlyphsSpec, rng: Random): number {
  const agrees = rng.bernoulli(agreement);
  const other = (label + 1 + rng.int(count - 1)) % count;
  const any = rng.int(count);
  return { biased: agrees ? label : other, unbiased: any, aligned: label, conflicting: other }[rule];
}

/** `count` of them. */
export function makeColouredGlyphs(typefaces: readonly Typeface[], { count, ...spec }: ColouredGlyphsSpec & { readonly count: number }): ColouredGlyphs {
  const draw = colouredGlyphs(typefaces, spec);
  const size = 3 * spec.side * spec.side;
  const x = new Float32Array(count * size);
  const [y, colour] = [new Int32Array(count), new Int32Array(count)];
  for (let i = 0; i < count; i++) {
    const example = draw(i);
    x.set(example.x, i * size);
    y[i] = example.label;
    colour[i] = example.colour;
  }
  return { x: tensor(x, [count, 3, spec.side, spec.side]), y: int32(y), colour: int32(colour), classes: spec.classes };
}

const knobs = {
  classes: choice({ label: 'Classes', options: { digits: 'Digits', capitals: 'Capitals', 'new letters': 'Lower-case letters' }, default: 'digits' }),
  classCount: int({ label: 'Of these, the first', min: 2, max: 10, default: 5 }),
  side: choice({ label: 'Pixels a side', options: { '16': '16', '20': '20', '28': '28', '32': '32' }, default: '32' }),
  place: choice({ label: 'The shortcut', options: biasPlaces, default: 'ink', group: 'Bias' }),
  rule: choice({ label: 'Which colour', options: biasRules, default: 'biased', group: 'Bias', help: 'Training sets are biased; test sets unbiased, aligned or conflicting.' }),
  agreement: float({ label: 'Agreement rho', min: 0, max: 1, step: 0.005, default: 0.95, group: 'Bias', help: 'Share of examples with the colour of their class; at 1 no example speaks against the shortcut.' }),
  jitter: float({ label: 'Colour jitter', min: 0, max: 0.3, default: 0.05, group: 'Bias', help: 'Standard deviation of each channel, on a scale from 0 to 1.' }),
  typefaces: choice({ label: 'Typefaces', options: { seen: 'Those of training', unseen: 'Those kept back', all: 'All' }, default: 'seen' }),
  ...labelNoiseKnobs,
} as const;
type Values = ValuesOf<typeof knobs>;
const classesOf = (k: Values): readonly string[] => classSets[k.classes].slice(0, k.classCount);
const specOf = (k: Values): Omit<ColouredGlyphsSpec, 'seed' | 'split'> => ({ ...k, classes: classesOf(k), side: Number(k.side) });

export const dataset = defineDataset({
  id: 'coloured-glyphs',
  title: 'Coloured glyphs',
  family: 'glyphs',
  says: 'Glyphs whose colour, or the colour or pattern behind them, agrees with their class at a known rate: a shortcut that a network takes if it may. Colour and class can be drawn apart for testing, and every glyph can be had in every colour.',
  knobs,
  assets: ['data/typefaces.bin'],
  open: ({ knobs: k, assets }) => {
    const typefaces = typefacesOf(assets);
    const side = Number(k.side);
    return {
      example: ({ seed, split, index }) => {
        const { x, label, colour, ink } = colouredGlyphs(typefaces, { ...specOf(k), seed, split })(index);
        const y = noisyLabel(label, { kind: k.labelNoise, rate: k.noiseRate, classCount: k.classCount, seed }, Random.seed(seed).fork('coloured glyphs', split, index, 'label'), x);
        return { x: tensor(x, [3, side, side]), y, trueLabel: label, class: classesOf(k)[label]!, colour, aligned: colour === label, ink: tensor(ink, [side, side]) };
      },
      preview: ({ seed }) => previewOf(typefaces, k, seed),
    };
  },
});

function previewOf(typefaces: readonly Typeface[], k: Values, seed: number): Preview[] {
  const side = Number(k.side);
  const classes = classesOf(k);
  const biases = classes.map((_, c) => (k.place === 'texture' ? `pattern ${c}` : glyphColours[c]!));
  const draw = colouredGlyphs(typefaces, { ...specOf(k), seed, split: 'train' });
  const picture = ({ x, label, colour }: ColouredGlyph) => colourImage(`${classes[label]}, ${biases[colour]}`, x, side, side);
  const counts = classes.map(() => classes.map(() => 0));
  for (let i = 0; i < 400; i++) counts[i % classes.length]![colourOf(i % classes.length, classes.length, { ...specOf(k), seed, split: 'train' }, Random.seed(seed).fork('coloured glyphs', 'train', i, 'bias'))]!++;
  return [
    { title: 'Examples', picture: images(Array.from({ length: 8 * classes.length }, (_, i) => picture(draw(i)))) },
    { title: 'Every glyph in every colour', says: 'One row a glyph, one column a class to translate to: what a perfect translator of the shortcut does.', picture: images(classes.flatMap((_, c) => classes.map((_name, colour) => picture(draw(c, colour))))) },
    { title: 'Class and shortcut', says: 'Of 400 examples: each row is a class, each column the colour or pattern that it has.', picture: sharesOfRows(counts, { rows: classes, columns: biases, xLabel: 'shortcut', yLabel: 'class' }) },
  ];
}
