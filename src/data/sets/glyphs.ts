/**
 * Letters and digits of real typefaces as grey images, to be named. Example i depends on (seed, split, i) alone. Shifted sets draw the
 * same glyphs and then change them.
 */
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { int32, tensor } from '../../base/tensor';
import { defineDataset, type Example, type Preview } from '../../spec/dataset';
import { choice, float, int, toggle, type ValuesOf } from '../../spec/knobs';
import { blurred, drawGlyph, glyphSize } from '../glyph-drawing';
import { labelNoiseKnobs, noisyLabel } from '../label-noise';
import type { Labelled } from '../labelled';
import { greyImage, images, sharesOfRows } from '../pictures';
import { typefacesOf, type Typeface } from '../typefaces';
import { classSets } from './glyph-classes';

export { glyphSize } from '../glyph-drawing';
export { downstreamClasses, upstreamClasses } from './glyph-classes';

export const glyphShifts = ['none', 'rotation', 'blur', 'noise', 'inverted', 'unseen'] as const;
export type GlyphShift = (typeof glyphShifts)[number];

export interface GlyphsSpec {
  readonly seed: number;
  /** Name of the split: each has examples of its own. */
  readonly split: string;
  readonly classes: readonly string[];
  readonly perClass: number;
  /** Which typefaces to draw from; absent: 'seen'. */
  readonly typefaces?: 'seen' | 'unseen' | 'all';
  /** Absent: 'none'. */
  readonly shift?: GlyphShift;
  /** More shifts after it, in this order. */
  readonly also?: readonly GlyphShift[];
  /** How much of the shifts; 0 none, 1 as told in `shifts`; absent: 1. */
  readonly strength?: number;
  /** Pixels of a side; absent: 28. */
  readonly side?: number;
}

/**
 * perClass examples of each class; example i is of class i mod K. x [n, 1, side, side] float32 in [0, 1], y [n] int32.
 * @throws InputError for a character no typeface has, no typeface to draw from, or a number out of range
 */
export function makeGlyphs(typefaces: readonly Typeface[], spec: GlyphsSpec): Labelled {
  const { seed, split, classes, perClass, side = glyphSize } = spec;
  if (!(Number.isInteger(perClass) && perClass >= 1)) throw new InputError(`Glyphs: expected a whole number of examples a class, at least 1, but ${perClass} came.`);
  if (!(Number.isInteger(side) && side >= 4 && side <= 256)) throw new InputError(`Glyphs: expected a side from 4 to 256 pixels, but ${side} came.`);
  const draw = drawer(typefaces, spec);
  const n = classes.length * perClass;
  const x = new Float32Array(n * side * side);
  const y = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    y[i] = i % classes.length;
    x.set(draw(Random.seed(seed).fork('glyphs', split, i), classes[y[i]!]!), i * side * side);
  }
  return { x: tensor(x, [n, 1, side, side]), y: int32(y), classes };
}

/** Draws a character from an example's stream, shifts and all. */
function drawer(typefaces: readonly Typeface[], { shift = 'none', also = [], strength = 1, side = glyphSize, ...spec }: Omit<GlyphsSpec, 'seed' | 'split' | 'classes' | 'perClass'>): (rng: Random, character: string) => Float32Array {
  if (!(strength >= 0 && strength <= 10)) throw new InputError(`Glyphs: expected a shift's strength from 0 to 10, but ${strength} came.`);
  const all = [...new Set([shift, ...also])];
  const drawn = facesFor(typefaces, spec.typefaces ?? 'seen');
  const unseen = all.includes('unseen') ? facesFor(typefaces, 'unseen') : drawn;
  return (rng, character) => {
    const streams = all.map((name) => ({ name, own: rng.fork('shift', name) }));
    const own = (name: GlyphShift): Random | undefined => streams.find((s) => s.name === name)?.own;
    const faces = own('unseen')?.bernoulli(strength) ? unseen : drawn;
    const turning = own('rotation');
    const turnDegrees = turning ? strength * turning.uniform(20, 40) * (turning.bernoulli(0.5) ? 1 : -1) : 0;
    const image = drawGlyph(rng.fork('typeface').pick(faces), character, rng.fork('place'), { side, turnDegrees });
    return streams.reduce((changed, { name, own: stream }) => shifts[name](changed, stream, strength), image);
  };
}

function facesFor(typefaces: readonly Typeface[], which: 'seen' | 'unseen' | 'all'): readonly Typeface[] {
  const faces = which === 'all' ? typefaces : typefaces.filter((face) => face.unseen === (which === 'unseen'));
  if (faces.length === 0) throw new InputError(`Glyphs: expected at least one ${which === 'all' ? '' : `${which} `}typeface, but there are none among ${typefaces.length}. Load public/data/typefaces.bin.`);
  return faces;
}

/** What a shift does to a square image after it is drawn. Rotation turns the outline itself, and 'unseen' chooses the typeface: nothing is left to do here. */
const shifts: Readonly<Record<GlyphShift, (image: Float32Array, rng: Random, strength: number) => Float32Array>> = {
  none: (image) => image,
  rotation: (image) => image, // 20 to 40 degrees either way, times the strength
  unseen: (image) => image, // `strength` is the share of examples from unseen typefaces
  /** Gaussian, standard deviation 1.2 px of 28 times the strength. */
  blur: (image, _rng, strength) => blurred(image, Math.sqrt(image.length), Math.sqrt(image.length), (1.2 * strength * Math.sqrt(image.length)) / glyphSize),
  /** x + normal of standard deviation 0.35 times the strength, clipped to [0, 1]. */
  noise: (image, rng, strength) => noisy(image, rng, 0.35 * strength),
  /** 1 - x; at a strength below 1, that much of the way there. */
  inverted: (image, _rng, strength) => image.map((v) => v + Math.min(1, strength) * (1 - 2 * v)),
};
const noisy = (image: Float32Array, rng: Random, std: number): Float32Array => rng.fillNormal(new Float32Array(image.length), std).map((e, i) => Math.min(1, Math.max(0, image[i]! + e)));

const shiftNames = { none: 'None', rotation: 'Turned 20 to 40 degrees', blur: 'Blurred', noise: 'Noise', inverted: 'Inverted', unseen: 'Unseen typefaces' } as const satisfies Record<GlyphShift, string>;
export const modalities = ['normal', 'inverted', 'blurred'] as const;
/** Duplicates are copies of one of so many drawings a class. */
const masters = 5;

const knobs = {
  classes: choice({ label: 'Classes', options: { capitals: '26 capitals', 'digits and letters': '10 digits and 10 lower-case letters', digits: '10 digits', 'new letters': '10 lower-case letters', 'A to M': 'Capitals A to M', 'N to Z': 'Capitals N to Z', 'lower case': '26 lower-case letters', everything: 'All 62 characters' }, default: 'capitals', help: 'Capitals are what the checkpoints learn; digits and letters are new to them.' }),
  classCount: int({ label: 'Of these, the first', min: 2, max: 62, default: 62, help: 'Fewer classes make an easier task.' }),
  side: choice({ label: 'Pixels a side', options: { '8': '8', '16': '16', '20': '20', '28': '28', '32': '32', '64': '64' }, default: '28' }),
  typefaces: choice({ label: 'Typefaces', options: { seen: 'Those of training', unseen: 'Those kept back', all: 'All' }, default: 'seen' }),
  shift: choice({ label: 'Shift', options: shiftNames, default: 'none', group: 'Shift' }),
  also: choice({ label: 'And another', options: shiftNames, default: 'none', group: 'Shift', help: 'Unseen typefaces, inverted and noisy at once make a task that needs the first layers.' }),
  strength: float({ label: 'Strength', min: 0, max: 2, default: 1, group: 'Shift' }),
  camera: float({ label: 'Camera', min: 0, max: 1, default: 0, group: 'Shift', help: 'As through a lens: blur of 0.7 px and noise of standard deviation 0.06 at 1.' }),
  mixed: toggle({ label: 'Three modalities', default: false, group: 'Mixture', help: 'A third of the examples each normal, inverted and blurred: low-level cues that dominate.' }),
  modalityInLabel: toggle({ label: 'The modality is part of the class', default: false, group: 'Mixture' }),
  copies: float({ label: 'Share of duplicates', min: 0, max: 1, default: 0, group: 'Mixture', help: `Copies of ${masters} drawings a class, pixel for pixel: a pool that holds less than it seems to.` }),
  spoiled: float({ label: 'Share of spoiled images', min: 0, max: 1, default: 0, group: 'Mixture', help: 'Half the contrast, and noise of standard deviation 0.3.' }),
  ...labelNoiseKnobs,
} as const;
type Values = ValuesOf<typeof knobs>;

/** The names of the classes that the knobs ask for. */
function namesOf({ classes, classCount, modalityInLabel }: Values): readonly string[] {
  const characters = classSets[classes].slice(0, classCount);
  return modalityInLabel ? characters.flatMap((c) => modalities.map((m) => `${c} ${m}`)) : characters;
}

export const dataset = defineDataset({
  id: 'glyphs',
  title: 'Glyphs',
  family: 'glyphs',
  says: 'Letters and digits of real typefaces, each moved, turned and slanted a little. Classes come in turn, so the first k times K examples are k shots. Shifts, duplicates, spoiled images and wrong labels are planted, and what was planted stands beside each example.',
  knobs,
  assets: ['data/typefaces.bin'],
  open: ({ knobs: k, assets }) => {
    const typefaces = typefacesOf(assets);
    const example = exampleOf(typefaces, k);
    return { example, preview: ({ seed }) => previewOf(typefaces, k, seed) };
  },
});

function exampleOf(typefaces: readonly Typeface[], k: Values): (at: { readonly seed: number; readonly split: string; readonly index: number }) => Example {
  const side = Number(k.side);
  const characters = classSets[k.classes].slice(0, k.classCount);
  const names = namesOf(k);
  const draw = drawer(typefaces, { shift: k.shift, also: [k.also], strength: k.strength, side, typefaces: k.typefaces });
  return ({ seed, split, index }) => {
    const own = Random.seed(seed).fork('glyphs', split, index);
    const c = index % characters.length;
    const twin = own.fork('copy');
    const copyOf = twin.bernoulli(k.copies) ? c * masters + twin.int(masters) : -1;
    const rng = copyOf < 0 ? own : Random.seed(seed).fork('glyphs', split, 'master', copyOf);
    const modality = k.mixed || k.modalityInLabel ? rng.fork('modality').int(modalities.length) : 0;
    let x = draw(rng, characters[c]!);
    if (modality === 1) x = shifts.inverted(x, rng, 1);
    if (modality === 2) x = shifts.blur(x, rng, 1);
    if (k.camera > 0) x = noisy(blurred(x, side, side, 0.7 * k.camera), rng.fork('camera'), 0.06 * k.camera);
    const spoiled = own.fork('spoiled').bernoulli(k.spoiled);
    if (spoiled) x = noisy(x.map((v) => 0.25 + v / 2), own.fork('spoiling'), 0.3);
    const trueLabel = k.modalityInLabel ? c * modalities.length + modality : c;
    const y = noisyLabel(trueLabel, { kind: k.labelNoise, rate: k.noiseRate, classCount: names.length, seed }, own.fork('label'), x);
    return { x: tensor(x, [1, side, side]), y, trueLabel, class: names[trueLabel]!, modality, copyOf, spoiled };
  };
}

function previewOf(typefaces: readonly Typeface[], k: Values, seed: number): Preview[] {
  const side = Number(k.side);
  const example = exampleOf(typefaces, k);
  const names = namesOf(k);
  const characters = classSets[k.classes].slice(0, k.classCount);
  const shown = Array.from({ length: Math.min(60, 3 * characters.length) }, (_, index) => example({ seed, split: 'train', index }));
  const picture = (e: Example, label: string) => greyImage(label, (e.x as { data: Float32Array }).data, side, side); // exampleOf made it
  const told = (e: Example): string => (e.y === e.trueLabel ? String(e.class) : `${String(e.class)}, labelled ${names[Number(e.y)]}`);
  const perShift = glyphShifts.flatMap((shift) => {
    const shifted = exampleOf(typefaces, { ...k, shift, also: 'none' });
    return [0, 1].map((index) => picture(shifted({ seed, split: 'test', index }), shift));
  });
  const previews: Preview[] = [
    { title: 'Examples', says: 'What was planted stands under each.', picture: images(shown.map((e) => picture(e, [told(e), Number(e.copyOf) < 0 ? '' : `copy of ${Number(e.copyOf)}`, e.spoiled ? 'spoiled' : ''].filter(Boolean).join(', ')))) },
    { title: 'The shifts', says: 'Two examples under each shift, at this strength.', picture: images(perShift) },
  ];
  if (k.labelNoise !== 'none') {
    const counts = names.map(() => names.map(() => 0));
    for (let index = 0; index < 300; index++) {
      const { y, trueLabel } = example({ seed, split: 'train', index });
      counts[Number(trueLabel)]![Number(y)]!++;
    }
    previews.push({ title: 'Labels given', says: 'Of 300 examples: each row is a class, each column the label that it was given.', picture: sharesOfRows(counts, { rows: names, columns: names, xLabel: 'given', yLabel: 'true' }) });
  }
  return previews;
}
