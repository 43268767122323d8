/**
 * Pictures of one object each, with a caption: what a small image and text tower learns from. x [3, 32, 32] float32 in [-1, 1], RGB.
 * An object has a shape, a colour and a texture. Style 'original' is that of pre-training (dark, even background; the object large, near
 * the middle, crisp); style 'shifted' moves towards light, patchy backgrounds, smaller objects, blur, a warm cast and noise as `strength`
 * goes from 0 (equal to 'original', bit for bit) to 1. Example i depends on (seed, split, i) alone; its object is the same in both styles.
 */
import { InputError } from '../../base/errors';
import { cos, sin } from '../../base/math';
import { Random } from '../../base/random';
import { floats, int32, tensor, type Tensor } from '../../base/tensor';
import { defineDataset, type Preview } from '../../spec/dataset';
import { choice, float, type ValuesOf } from '../../spec/knobs';
import { colours, inkList, insideShape, mix, mixRgb, shapes, textures, textureTone } from '../scene/parts';
import { imageOf } from '../scene/pictures';

export { colours, shapes, textures } from '../scene/parts';
export const sceneSide = 32;
export type SceneStyle = 'original' | 'shifted';
/**
 * A small network that names 99 % of shape-and-texture pairs in style 'original' names about 78, 58, 39, 26, 15 and 7 % at strength 0.4,
 * 0.5, 0.6, 0.7, 0.8 and 1 (chance is 3 %): at 0.6 it is hurt, but what it knows is of use.
 */
export const defaultStrength = 0.6;


/** A class of pictures: indices into `shapes` and `textures`. */
export interface SceneClass {
  readonly shape: number;
  readonly texture: number;
}
export interface Scenes {
  /** [n, 3, 32, 32] float32 in [-1, 1]. */
  readonly x: Tensor;
  /** Indices into `shapes`, `colours` and `textures`: [n] each. */
  readonly shape: Int32Array;
  readonly colour: Int32Array;
  readonly texture: Int32Array;
  readonly captions: readonly string[];
}
export interface SceneOptions {
  readonly seed: number;
  readonly split: string;
  readonly style: SceneStyle;
  /** How far 'shifted' is from 'original', 0..1; `defaultStrength` if absent. */
  readonly strength?: number;
}

/** Captioned pictures of random objects; with `classes`, of those shapes and textures alone. @throws InputError for a strength or count that cannot be */
export function makeScenes({ count, classes, first = 0, ...options }: SceneOptions & { readonly count: number; readonly classes?: readonly SceneClass[]; /** Number of the first in its split; absent: 0. */ readonly first?: number }): Scenes {
  checkCount('pictures', count);
  const shift = shiftOf(options);
  const root = Random.seed(options.seed).fork('scenes', options.split);
  const x = new Float32Array(count * pixels);
  const scenes = { shape: new Int32Array(count), colour: new Int32Array(count), texture: new Int32Array(count) };
  const captions = Array.from({ length: count }, (_, i) => {
    const rng = root.fork(first + i);
    const what = rng.fork('object');
    const { shape, texture } = classes ? what.pick(classes) : { shape: what.int(shapes.length), texture: what.int(textures.length) };
    const colour = what.int(colours.length);
    draw({ shape, texture, colour }, rng, shift, x.subarray(i * pixels, (i + 1) * pixels));
    scenes.shape[i] = shape;
    scenes.colour[i] = colour;
    scenes.texture[i] = texture;
    return caption(rng.fork('caption'), shape, colour, texture);
  });
  return { x: tensor(x, [count, 3, sceneSide, sceneSide]), ...scenes, captions };
}

export interface SceneClassSet {
  /** [n, 3, 32, 32], n = classes * perClass. Classes take turns, so the first m * classes.length are m of each. */
  readonly x: Tensor;
  /** [n] int32, indices into `classes`. */
  readonly y: Tensor;
  readonly classes: readonly SceneClass[];
}
/**
 * A balanced classification set. Number j of a class depends on (seed, split, class, j) alone: more shots keep the first ones.
 * @throws InputError for a strength or count that cannot be
 */
export function makeSceneClasses({ classes, perClass, ...options }: SceneOptions & { readonly classes: readonly SceneClass[]; readonly perClass: number }): SceneClassSet {
  checkCount('pictures a class', perClass);
  const shift = shiftOf(options);
  const count = classes.length * perClass;
  const x = new Float32Array(count * pixels);
  const y = Int32Array.from({ length: count }, (_, i) => i % classes.length);
  y.forEach((label, i) => {
    const { shape, texture } = classes[label]!;
    const rng = Random.seed(options.seed).fork('scene classes', options.split, shapes[shape]!, textures[texture]!, Math.floor(i / classes.length));
    const colour = rng.fork('object').int(colours.length);
    draw({ shape, texture, colour }, rng, shift, x.subarray(i * pixels, (i + 1) * pixels));
  });
  return { x: tensor(x, [count, 3, sceneSide, sceneSide]), y: int32(y), classes };
}

/**
 * A fixed list of classes, shape with texture, cut into `base` and `new`. Its order takes every shape once, then again with the next
 * texture, so from 8 base classes on no shape or texture is new, only their pairs are. @throws InputError if there are not so many pairs
 */
export function classesOf({ base, new: fresh }: { readonly base: number; readonly new: number }): { base: SceneClass[]; new: SceneClass[] } {
  const all = textures.flatMap((_, turn) => shapes.map((_name, shape) => ({ shape, texture: (shape + turn) % textures.length })));
  if (!Number.isInteger(base) || !Number.isInteger(fresh) || base < shapes.length || fresh < 0 || base + fresh > all.length)
    throw new InputError(`At least ${shapes.length} base classes and at most ${all.length} classes together were expected, but ${base} and ${fresh} came.`);
  return { base: all.slice(0, base), new: all.slice(base, base + fresh) };
}
export const className = ({ shape, texture }: SceneClass): string => `${textures[texture]} ${shapes[shape]}`;
/** One sentence a class: "a photo of a striped circle". */
export const classPrompts = (classes: readonly SceneClass[]): string[] => classes.map((c) => `a photo of a ${className(c)}`);

// Captions and words

const openings = ['a photo of', 'a picture of', 'an image of', ''] as const;
/** Half of the captions name everything; some leave out the colour (as the class prompts do), fewer the texture. */
function caption(rng: Random, shape: number, colour: number, texture: number): string {
  const opening = rng.bernoulli(0.5) ? openings[0] : rng.pick(openings);
  const part = rng.uniform();
  const words = part < 0.5 ? [textures[texture], colours[colour]] : part < 0.8 ? [textures[texture]] : [colours[colour]];
  const object = [...words, shapes[shape]].join(' ');
  const article = object.startsWith('orange') ? 'an' : 'a';
  return `${opening} ${article} ${object}`.trim();
}

export const tokens = { pad: 0, start: 1, end: 2 } as const;
export const vocabulary: readonly string[] = ['<pad>', '<start>', '<end>', 'a', 'an', 'photo', 'picture', 'image', 'of', ...textures, ...colours, ...shapes];
/** Tokens of the longest caption, start and end included. */
export const maxCaptionTokens = 9;
const tokenOf = new Map(vocabulary.map((word, token) => [word, token]));

/** Token numbers of a text of known words: <start>, a token a word, <end>, then <pad> to [length]. @throws InputError for an unknown word or too long a text */
export function tokenize(text: string, length: number): Int32Array {
  const words = text.split(' ').filter((word) => word !== '');
  if (words.length + 2 > length) throw new InputError(`At most ${length - 2} words were expected, but ${words.length} came: "${text.slice(0, 80)}". Shorten the text.`);
  const out = new Int32Array(length).fill(tokens.pad);
  out[0] = tokens.start;
  words.forEach((word, i) => {
    const token = tokenOf.get(word);
    if (token === undefined || token <= tokens.end) throw new InputError(`A word of the vocabulary was expected, but "${word.slice(0, 40)}" came. Known words: ${vocabulary.slice(3).join(', ')}.`);
    out[i + 1] = token;
  });
  out[words.length + 1] = tokens.end;
  return out;
}
/** Token numbers of several texts: [texts.length, length] int32. */
export function tokenizeAll(texts: readonly string[], length: number): Tensor {
  const out = new Int32Array(texts.length * length);
  texts.forEach((text, i) => out.set(tokenize(text, length), i * length));
  return int32(out, [texts.length, length]);
}

// Drawing

const side = sceneSide;
const pixels = 3 * side * side;
/** Points a pixel side for anti-aliasing. */
const fine = 3;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Draws one picture into `out` [3, 32, 32]. Every draw is made in both styles; `shift` in [0, 1] only says how it is used. */
function draw({ shape, texture, colour }: { shape: number; texture: number; colour: number }, rng: Random, shift: number, out: Float32Array): void {
  paintBackground(rng.fork('background'), shift, out);
  paintObject(shape, texture, colour, rng.fork('place'), shift, out);
  if (shift === 0) return finish(out);
  blur(out, 0.2 * shift);
  const cast = rng.fork('cast');
  const warm = [1.04, 0.97, 0.8].map((gain) => 1 + (gain - 1 + cast.uniform(-0.08, 0.08)) * shift);
  const noise = rng.fork('noise').fillNormal(new Float32Array(pixels), 0.05 * shift);
  for (let i = 0; i < pixels; i++) out[i] = out[i]! * warm[Math.floor(i / (side * side))]! + noise[i]!;
  finish(out);
}
/** [0, 1], clipped, to [-1, 1]. */
function finish(out: Float32Array): void {
  for (let i = 0; i < pixels; i++) out[i] = 2 * Math.max(0, Math.min(1, out[i]!)) - 1;
}

/** Original: a dark tint with a mild gradient. Shifted: light, with patches of two sizes. */
function paintBackground(rng: Random, shift: number, out: Float32Array): void {
  const tint = [0, 1, 2].map(() => rng.uniform(-1, 1));
  const [slopeX, slopeY] = [rng.uniform(-0.05, 0.05), rng.uniform(-0.05, 0.05)];
  const coarse = rng.fork('coarse').fillUniform(new Float32Array(5 * 5), -1, 1); // every 8 pixels
  const small = rng.fork('small').fillUniform(new Float32Array(12 * 12), -1, 1); // every 3 pixels
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const gradient = (slopeX * (x - 15.5) + slopeY * (y - 15.5)) / 15.5;
      const patches = shift === 0 ? 0 : 0.1 * latticeAt(coarse, 5, x / 8, y / 8) + 0.1 * latticeAt(small, 12, x / 3, y / 3);
      for (let c = 0; c < 3; c++) out[(c * side + y) * side + x] = mix(0.14 + 0.05 * tint[c]!, 0.62 + 0.08 * tint[c]!, shift) + gradient + patches * shift;
    }
  }
}
/** Bilinear value of a square lattice of numbers at (x, y), in lattice steps. */
function latticeAt(lattice: Float32Array, width: number, x: number, y: number): number {
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const at = (row: number, column: number): number => lattice[row * width + column]!;
  return mix(mix(at(y0, x0), at(y0, x0 + 1), x - x0), mix(at(y0 + 1, x0), at(y0 + 1, x0 + 1), x - x0), y - y0);
}

/** The object, anti-aliased: of fine x fine points a pixel, each takes the background, the ink or the second ink. */
function paintObject(shape: number, texture: number, colour: number, rng: Random, shift: number, out: Float32Array): void {
  const radius = mix(rng.uniform(12, 14), rng.uniform(10.5, 12.5), shift);
  const reach = mix(1.5, 3, shift);
  const [centreX, centreY] = [16 + rng.uniform(-reach, reach), 16 + rng.uniform(-reach, reach)];
  const turn = radians(rng.uniform(-1, 1) * mix(8, 18, shift));
  const [turnCos, turnSin] = [cos(turn), sin(turn)];
  const grain = radians(rng.uniform(-1, 1) * mix(10, 25, shift)); // the texture's own turn
  const [grainCos, grainSin] = [cos(grain), sin(grain)];
  const [phaseX, phaseY] = [rng.uniform(), rng.uniform()];
  const pitch = rng.uniform(0.92, 1.08);
  const shade = rng.uniform(0.85, 1);
  const { ink, second } = inkList[colour]!;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let covered = 0;
      let secondPart = 0;
      for (let s = 0; s < fine * fine; s++) {
        const dx = x + ((s % fine) + 0.5) / fine - centreX;
        const dy = y + (Math.floor(s / fine) + 0.5) / fine - centreY;
        if (!insideShape(shape, (dx * turnCos + dy * turnSin) / radius, (dy * turnCos - dx * turnSin) / radius)) continue;
        covered++;
        if (textureTone(texture, (dx * grainCos + dy * grainSin) / pitch, (dy * grainCos - dx * grainSin) / pitch, phaseX, phaseY)) secondPart++;
      }
      if (covered === 0) continue;
      const tone = mixRgb(ink, second, secondPart / covered);
      for (let c = 0; c < 3; c++) {
        const at = (c * side + y) * side + x;
        out[at] = mix(out[at]!, tone[c]! * shade, covered / (fine * fine));
      }
    }
  }
}

/** Each value becomes (1 - 2w) of itself and w of both neighbours, along rows, then along columns; edges repeat. w in [0, 0.25]. */
function blur(out: Float32Array, w: number): void {
  for (const step of [1, side]) {
    const before = out.slice();
    for (let i = 0; i < pixels; i++) {
      const place = step === 1 ? i % side : Math.floor(i / side) % side;
      const low = place === 0 ? i : i - step;
      const high = place === side - 1 ? i : i + step;
      out[i] = (1 - 2 * w) * before[i]! + w * (before[low]! + before[high]!);
    }
  }
}

function shiftOf({ style, strength = defaultStrength }: SceneOptions): number {
  if (!(strength >= 0 && strength <= 1)) throw new InputError(`A strength from 0 to 1 was expected, but ${strength} came.`);
  return style === 'original' ? 0 : strength;
}
function checkCount(what: string, count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > 100_000) throw new InputError(`1 to 100000 ${what} were expected, but ${count} came.`);
}

/**
 * Small random crops and flips for training batches: a square of `minScale`..1 of the side (uniform), anywhere inside, resized by bilinear
 * interpolation, and mirrored half of the time. Picture i of the batch uses `rng.fork(i)`. x [n, c, h, w] -> the same shape, a new tensor.
 */
export function augmentScenes(x: Tensor, rng: Random, minScale = 0.8): Tensor {
  const [n, channels, height, width] = x.shape as readonly [number, number, number, number];
  const out = new Float32Array(x.data.length);
  for (let i = 0; i < n; i++) {
    const own = rng.fork(i);
    const scale = own.uniform(minScale, 1);
    const left = own.uniform(0, (1 - scale) * width);
    const top = own.uniform(0, (1 - scale) * height);
    const mirror = own.bernoulli(0.5);
    const columns = places(width, left, scale);
    const rows = places(height, top, scale);
    if (mirror) columns.reverse();
    for (let c = 0; c < channels; c++) {
      const plane = (i * channels + c) * height * width;
      for (let y = 0; y < height; y++) {
        const row = rows[y]!;
        for (let k = 0; k < width; k++) {
          const column = columns[k]!;
          const at = (r: number, q: number): number => x.data[plane + r * width + q]!;
          out[plane + y * width + k] = mix(mix(at(row.low, column.low), at(row.low, column.high), column.share), mix(at(row.high, column.low), at(row.high, column.high), column.share), row.share);
        }
      }
    }
  }
  return tensor(out, x.shape);
}
/** Where each of `size` new places lies among the old ones: between `low` and `high`, `share` of the way. */
function places(size: number, first: number, scale: number): { low: number; high: number; share: number }[] {
  return Array.from({ length: size }, (_, k) => {
    const at = Math.max(0, Math.min(size - 1, first + (k + 0.5) * scale - 0.5));
    const low = Math.floor(at);
    return { low, high: Math.min(size - 1, low + 1), share: at - low };
  });
}

// The set, as the page shows it

const knobs = {
  style: choice({ label: 'Style', options: { original: 'original', shifted: 'shifted' }, default: 'original' }),
  strength: float({ label: 'Strength of the shift', min: 0, max: 1, default: defaultStrength, help: 'Only where the style is shifted: light, patchy backgrounds, smaller objects, blur, a warm cast and noise.' }),
};
type Values = ValuesOf<typeof knobs>;
const imagesOf = ({ x, captions }: Pick<Scenes, 'x' | 'captions'>): Preview['picture'] => ({ kind: 'images', images: captions.map((label, i) => imageOf(floats(x).subarray(i * pixels, (i + 1) * pixels), side, label)) });
function preview({ style, strength }: Values, seed: number): Preview[] {
  const options = { seed, style: style as SceneStyle, strength }; // the knob's options are the styles
  const strengths = [0, 0.25, 0.5, 0.75, 1];
  const ladder = strengths.flatMap((s) => Array.from({ length: 4 }, (_, i) => ({ s, i })));
  const shifted = strengths.map((s) => makeScenes({ ...options, style: 'shifted', strength: s, split: 'preview', count: 4 }));
  const classes = classesOf({ base: 16, new: 0 }).base;
  return [
    { title: 'Pictures with captions', picture: imagesOf(makeScenes({ ...options, split: 'preview', count: 24 })) },
    { title: 'The same objects, shifted more and more', picture: { kind: 'images', images: ladder.map(({ s, i }) => imageOf(floats(shifted[strengths.indexOf(s)]!.x).subarray(i * pixels, (i + 1) * pixels), side, `strength ${s}`)) } },
    { title: 'Classes', picture: imagesOf({ x: makeSceneClasses({ ...options, split: 'preview', classes, perClass: 1 }).x, captions: classes.map(className) }) },
  ];
}
export const dataset = defineDataset({
  id: 'scenes',
  title: 'Single objects with captions',
  family: 'scenes',
  says: 'One object a picture, of eight shapes, eight colours and four textures, with a caption that names some of them. Style original is what a small image and text model was trained on; style shifted moves away from it by a known strength.',
  knobs,
  open: ({ knobs: values }) => ({
    example: ({ seed, split, index }) => {
      const { x, shape, colour, texture, captions } = makeScenes({ seed, split, style: values.style as SceneStyle, strength: values.strength, count: 1, first: index }); // the knob's options are the styles
      return { x: tensor(floats(x), [3, side, side]), caption: captions[0]!, shape: shape[0]!, colour: colour[0]!, texture: texture[0]! };
    },
    preview: ({ seed }) => preview(values, seed),
  }),
});
