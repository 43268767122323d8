/**
 * Letters and digits of real typefaces as 28 x 28 grey images: ink 1 on 0, the glyph centred in a 20 px box as in MNIST (LeCun et al.
 * 1998), then moved a little. Example i depends on (seed, split, i) alone. Shifted sets draw the same glyphs and then change them.
 */
import { InputError } from '../../base/errors';
import { cos, exp, sin } from '../../base/math';
import { Random } from '../../base/random';
import { int32, tensor } from '../../base/tensor';
import type { Labelled } from '../labelled';
import { type Affine, flatten, type Polygon, rasterise } from '../outline-raster';
import type { Typeface } from '../typefaces';

export const glyphSize = 28;
/** The longer side of a glyph's box before it is moved. */
const boxPx = 20;
/** How far an example is moved: uniform within ±. */
const jitter = { shiftPx: 1.5, scale: 0.08, rotationDegrees: 6, shear: 0.12 };

/** Upstream task: 26 classes. */
export const upstreamClasses: readonly string[] = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
/** Downstream task: the digits and ten lower-case letters that look like no capital and and hardly like a digit: 20 classes. */
export const downstreamClasses: readonly string[] = [...'0123456789abdefghnrt'];

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
  /** How much of the shift; 0 none, 1 as told in `shifts`; absent: 1. */
  readonly strength?: number;
}

/**
 * perClass examples of each class; example i is of class i mod K. x [n, 1, 28, 28] float32 in [0, 1], y [n] int32.
 * @throws InputError for a character no typeface has, no typeface to draw from, or a number out of range
 */
export function makeGlyphs(typefaces: readonly Typeface[], spec: GlyphsSpec): Labelled {
  const { seed, split, classes, perClass, shift = 'none', strength = 1 } = spec;
  if (!(Number.isInteger(perClass) && perClass >= 1)) throw new InputError(`Glyphs: expected a whole number of examples a class, at least 1, but ${perClass} came.`);
  if (!(strength >= 0 && strength <= 10)) throw new InputError(`Glyphs: expected a shift's strength from 0 to 10, but ${strength} came.`);
  const drawn = facesFor(typefaces, spec.typefaces ?? 'seen');
  const unseen = shift === 'unseen' ? facesFor(typefaces, 'unseen') : drawn;
  const pixels = glyphSize * glyphSize;
  const n = classes.length * perClass;
  const x = new Float32Array(n * pixels);
  const y = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const rng = Random.seed(seed).fork('glyphs', split, i);
    const shiftRng = rng.fork('shift', shift);
    y[i] = i % classes.length;
    const faces = shift === 'unseen' && shiftRng.bernoulli(strength) ? unseen : drawn;
    const shape = shapeOf(rng.fork('typeface').pick(faces), classes[y[i]!]!);
    const turn = shift === 'rotation' ? strength * shiftRng.uniform(20, 40) * (shiftRng.bernoulli(0.5) ? 1 : -1) : 0;
    const image = rasterise(shape.polygons, placed(shape, rng.fork('place'), turn), glyphSize, glyphSize);
    x.set(shifts[shift](image, shiftRng, strength), i * pixels);
  }
  return { x: tensor(x, [n, 1, glyphSize, glyphSize]), y: int32(y), classes };
}

function facesFor(typefaces: readonly Typeface[], which: 'seen' | 'unseen' | 'all'): readonly Typeface[] {
  const faces = which === 'all' ? typefaces : typefaces.filter((face) => face.unseen === (which === 'unseen'));
  if (faces.length === 0) throw new InputError(`Glyphs: expected at least one ${which === 'all' ? '' : `${which} `}typeface, but there are none among ${typefaces.length}. Load public/data/typefaces.bin.`);
  return faces;
}

/** What a shift does to an image [28 * 28] after it is drawn. Rotation turns the outline itself, and 'unseen' chooses the typeface: nothing is left to do here. */
const shifts: Readonly<Record<GlyphShift, (image: Float32Array, rng: Random, strength: number) => Float32Array>> = {
  none: (image) => image,
  rotation: (image) => image, // 20 to 40 degrees either way, times the strength
  unseen: (image) => image, // `strength` is the share of examples from unseen typefaces
  /** Gaussian, standard deviation 1.2 px times the strength. */
  blur: (image, _rng, strength) => blurred(image, glyphSize, glyphSize, 1.2 * strength),
  /** x + normal of standard deviation 0.35 times the strength, clipped to [0, 1]. */
  noise: (image, rng, strength) => rng.fillNormal(new Float32Array(image.length), 0.35 * strength).map((e, i) => Math.min(1, Math.max(0, image[i]! + e))),
  /** 1 - x; at a strength below 1, that much of the way there. */
  inverted: (image, _rng, strength) => image.map((v) => v + Math.min(1, strength) * (1 - 2 * v)),
};

/** An outline made ready to draw. */
interface GlyphShape {
  readonly polygons: readonly Polygon[];
  /** Middle of its box and the box's longer side, in em units. */
  readonly middle: readonly [number, number];
  readonly extent: number;
}
const shapes = new WeakMap<Typeface, Map<string, GlyphShape>>();

/** Flattened once for each typeface and character. */
function shapeOf(face: Typeface, character: string): GlyphShape {
  const known = shapes.get(face) ?? new Map<string, GlyphShape>();
  shapes.set(face, known);
  const shape = known.get(character) ?? makeShape(face, character);
  known.set(character, shape);
  return shape;
}
function makeShape(face: Typeface, character: string): GlyphShape {
  const outline = face.outlines[character];
  if (outline === undefined || outline.length === 0) {
    throw new InputError(`Glyphs: expected characters that the typefaces have (A-Z, a-z, 0-9), but ${JSON.stringify(character)} came, which '${face.name}' lacks. Take it out of the classes.`);
  }
  const polygons = flatten(outline);
  const box = [Infinity, Infinity, -Infinity, -Infinity] as [number, number, number, number];
  for (const corners of polygons) {
    for (let i = 0; i < corners.length; i += 2) {
      box[0] = Math.min(box[0], corners[i]!);
      box[1] = Math.min(box[1], corners[i + 1]!);
      box[2] = Math.max(box[2], corners[i]!);
      box[3] = Math.max(box[3], corners[i + 1]!);
    }
  }
  const [left, bottom, right, top] = box;
  return { polygons, middle: [(left + right) / 2, (bottom + top) / 2], extent: Math.max(right - left, top - bottom) };
}

/** Em units (y up) to pixels (y down): scale to the box, shear, turn, then move to the image's middle; each with its jitter. Angles clockwise as seen. */
function placed({ middle: [mx, my], extent }: GlyphShape, rng: Random, turnDegrees: number): Affine {
  const scale = (boxPx / extent) * (1 + rng.uniform(-jitter.scale, jitter.scale));
  const angle = ((turnDegrees + rng.uniform(-jitter.rotationDegrees, jitter.rotationDegrees)) * Math.PI) / 180;
  const shear = rng.uniform(-jitter.shear, jitter.shear);
  const [shiftX, shiftY] = [rng.uniform(-jitter.shiftPx, jitter.shiftPx), rng.uniform(-jitter.shiftPx, jitter.shiftPx)];
  const [co, si] = [cos(angle), sin(angle)];
  // (u, v) = (x - mx + shear (y - my), -(y - my)) scale; (x', y') = (co u - si v, si u + co v) + middle of the image + shift
  const a = co * scale;
  const b = si * scale;
  const c = (co * shear + si) * scale;
  const d = (si * shear - co) * scale;
  return { a, b, c, d, e: glyphSize / 2 + shiftX - a * mx - c * my, f: glyphSize / 2 + shiftY - b * mx - d * my };
}

/** Convolution with a normalised Gaussian, rows then columns, 0 beyond the edge: [h * w] -> [h * w]. `std` in px. */
function blurred(image: Float32Array, width: number, height: number, std: number): Float32Array {
  const radius = Math.ceil(3 * std);
  if (radius === 0) return image;
  const raw = Array.from({ length: 2 * radius + 1 }, (_, k) => exp(-((k - radius) * (k - radius)) / (2 * std * std)));
  const sum = raw.reduce((total, weight) => total + weight, 0);
  const kernel = raw.map((weight) => weight / sum);
  const along = (source: Float32Array, step: number, lines: number, lineStep: number, length: number): Float32Array => {
    const out = new Float32Array(source.length);
    for (let line = 0; line < lines; line++) {
      for (let i = 0; i < length; i++) {
        let value = 0;
        for (let k = Math.max(-radius, -i); k <= Math.min(radius, length - 1 - i); k++) value += kernel[k + radius]! * source[line * lineStep + (i + k) * step]!;
        out[line * lineStep + i * step] = value;
      }
    }
    return out;
  };
  return along(along(image, 1, height, width, width), width, width, 1, height);
}
