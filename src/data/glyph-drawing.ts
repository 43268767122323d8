/**
 * One letter or digit of a typeface as a grey image: ink 1 on 0, the glyph centred in a box of 20 px of 28 as in MNIST (LeCun et al. 1998),
 * then moved a little. Other sides are the same drawing on another grid: each pixel's ink is the exact share that is covered.
 */
import { InputError } from '../base/errors';
import { cos, exp, sin } from '../base/math';
import type { Random } from '../base/random';
import { type Affine, flatten, type Polygon, rasterise } from './outline-raster';
import type { Typeface } from './typefaces';

export const glyphSize = 28;
/** The longer side of a glyph's box before it is moved. */
const boxPx = 20;
/** How far an example is moved: uniform within ±; pixels of 28. */
const jitter = { shiftPx: 1.5, scale: 0.08, rotationDegrees: 6, shear: 0.12 };

/**
 * A character drawn with its jitter from `rng`, turned by more degrees clockwise: [side * side] float32 in [0, 1].
 * @throws InputError for a character that the typeface lacks
 */
export function drawGlyph(face: Typeface, character: string, rng: Random, { side = glyphSize, turnDegrees = 0 }: { readonly side?: number; readonly turnDegrees?: number } = {}): Float32Array {
  const shape = shapeOf(face, character);
  return rasterise(shape.polygons, placed(shape, rng, turnDegrees, side), side, side);
}

/** An outline made ready to draw. */
export interface GlyphShape {
  readonly polygons: readonly Polygon[];
  /** Middle of its box and the box's longer side, in em units. */
  readonly middle: readonly [number, number];
  readonly extent: number;
  /** Left, bottom, right and top of its box, in em units above the baseline. */
  readonly box: readonly [number, number, number, number];
}
const shapes = new WeakMap<Typeface, Map<string, GlyphShape>>();

/** Flattened once for each typeface and character. @throws InputError for a character that the typeface lacks */
export function shapeOf(face: Typeface, character: string): GlyphShape {
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
  return { polygons, middle: [(left + right) / 2, (bottom + top) / 2], extent: Math.max(right - left, top - bottom), box };
}

/** Em units (y up) to pixels (y down): scale to the box, shear, turn, then move to the image's middle; each with its jitter. Angles clockwise as seen. */
function placed({ middle: [mx, my], extent }: GlyphShape, rng: Random, turnDegrees: number, side: number): Affine {
  const zoom = side / glyphSize;
  const scale = ((boxPx * zoom) / extent) * (1 + rng.uniform(-jitter.scale, jitter.scale));
  const angle = ((turnDegrees + rng.uniform(-jitter.rotationDegrees, jitter.rotationDegrees)) * Math.PI) / 180;
  const shear = rng.uniform(-jitter.shear, jitter.shear);
  const shiftPx = jitter.shiftPx * zoom;
  const [shiftX, shiftY] = [rng.uniform(-shiftPx, shiftPx), rng.uniform(-shiftPx, shiftPx)];
  const [co, si] = [cos(angle), sin(angle)];
  // (u, v) = (x - mx + shear (y - my), -(y - my)) scale; (x', y') = (co u - si v, si u + co v) + middle of the image + shift
  const a = co * scale;
  const b = si * scale;
  const c = (co * shear + si) * scale;
  const d = (si * shear - co) * scale;
  return { a, b, c, d, e: side / 2 + shiftX - a * mx - c * my, f: side / 2 + shiftY - b * mx - d * my };
}

/** Convolution with a normalised Gaussian, rows then columns, 0 beyond the edge: [h * w] -> [h * w]. `std` in px. */
export function blurred(image: Float32Array, width: number, height: number, std: number): Float32Array {
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
