/**
 * Lines of text in real typefaces as RGB images: pages, screenshots and labels that a model may read instead of looking. The text, and the
 * box and character of every glyph, stand beside the image.
 */
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { tensor, type Tensor } from '../../base/tensor';
import { defineDataset } from '../../spec/dataset';
import { choice, float, int, text, type ValuesOf } from '../../spec/knobs';
import { shapeOf } from '../glyph-drawing';
import { rasterise } from '../outline-raster';
import { colourImage, images } from '../pictures';
import { typefacesOf, unitsPerEm, type Typeface } from '../typefaces';

export interface GlyphPage {
  /** [3, side, side] float32 in [-1, 1]. */
  readonly x: Tensor;
  /** What was written, a line an entry: each is cut where the page ends. */
  readonly lines: readonly string[];
  /** Left, top, right and bottom of each glyph's outline in pixels, of every character but spaces in order: [characters, 4] float32. */
  readonly boxes: Tensor;
}
export interface PageSpec {
  readonly lines: readonly string[];
  readonly side: number;
  /** Pixels from one baseline to the next; letters are about 0.7 of it high. */
  readonly lineHeightPx: number;
  readonly ink: number;
  readonly paper: number;
}
const marginPx = 1;

/** Writes lines from the top, in one typeface. @throws InputError for a character that it lacks (A-Z, a-z, 0-9 and spaces are there) */
export function glyphPage(face: Typeface, { lines, side, lineHeightPx, ink, paper }: PageSpec): GlyphPage {
  const covered = new Float32Array(side * side);
  const boxes: number[] = [];
  const scale = (0.95 * lineHeightPx) / unitsPerEm;
  const gap = Math.max(0.5, 0.06 * lineHeightPx);
  const written = lines.slice(0, Math.max(1, Math.floor((side - 2 * marginPx) / lineHeightPx))).map((line, row) => {
    let pen = marginPx;
    let out = '';
    const baseline = marginPx + (row + 0.78) * lineHeightPx;
    for (const character of line) {
      if (character === ' ') {
        pen += 0.3 * lineHeightPx;
        out += ' ';
        continue;
      }
      const { polygons, box: [left, bottom, right, top] } = shapeOf(face, character);
      const width = (right - left) * scale;
      if (pen + width > side - marginPx) break;
      const e = pen - left * scale;
      // Drawn in a window of whole pixels round it: the same coverage as on the whole page.
      const [x0, y0] = [Math.floor(pen), Math.floor(baseline - top * scale)];
      const [w, h] = [Math.ceil(pen + width) - x0 + 1, Math.ceil(baseline - bottom * scale) - y0 + 1];
      const glyph = rasterise(polygons, { a: scale, b: 0, c: 0, d: -scale, e: e - x0, f: baseline - y0 }, w, h);
      for (let r = Math.max(0, -y0); r < Math.min(h, side - y0); r++)
        for (let c = 0; c < Math.min(w, side - x0); c++) covered[(y0 + r) * side + x0 + c] = Math.min(1, covered[(y0 + r) * side + x0 + c]! + glyph[r * w + c]!);
      boxes.push(pen, baseline - top * scale, pen + width, baseline - bottom * scale);
      pen += width + gap;
      out += character;
    }
    return out.trimEnd();
  });
  const x = new Float32Array(3 * side * side);
  for (let c = 0; c < 3; c++) for (let at = 0; at < covered.length; at++) x[c * side * side + at] = paper + (ink - paper) * covered[at]!;
  return { x: tensor(x, [3, side, side]), lines: written, boxes: tensor(boxes, [boxes.length / 4, 4]) };
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz';
const knobs = {
  side: choice({ label: 'Pixels a side', options: { '32': '32', '48': '48', '64': '64' }, default: '64' }),
  lineHeight: int({ label: 'Pixels a line', min: 8, max: 24, default: 12 }),
  words: text({ label: 'Words to write', maxLength: 120, default: '', help: 'Drawn at random, several a line; without any, letters at random.' }),
  contrast: float({ label: 'Contrast', min: 0.2, max: 1, default: 1 }),
  dark: float({ label: 'Share of light text on dark', min: 0, max: 1, default: 0.5 }),
} as const;
type Values = ValuesOf<typeof knobs>;

export const dataset = defineDataset({
  id: 'glyph-pages',
  title: 'Pages of glyphs',
  family: 'glyphs',
  says: 'Pictures full of writing, in a typeface drawn for each: what a model that reads both pictures and text may be misled by. What is written and where each letter stands is known.',
  knobs,
  assets: ['data/typefaces.bin'],
  open: ({ knobs: k, assets }) => {
    const typefaces = typefacesOf(assets);
    const words = wordsOf(k);
    const page = (seed: number, split: string, index: number): GlyphPage => {
      const rng = Random.seed(seed).fork('glyph pages', split, index);
      const light = rng.fork('paper').bernoulli(k.dark);
      const lines = Array.from({ length: Math.floor(Number(k.side) / k.lineHeight) }, (_, row) => lineOf(words, rng.fork('line', row)));
      return glyphPage(rng.fork('typeface').pick(typefaces), { lines, side: Number(k.side), lineHeightPx: k.lineHeight, ink: light ? k.contrast : -k.contrast, paper: light ? -k.contrast : k.contrast });
    };
    return {
      example: ({ seed, split, index }) => ({ ...page(seed, split, index) }),
      preview: ({ seed }) => [
        { title: 'Examples', says: 'What is written stands under each.', picture: images(Array.from({ length: 16 }, (_, i) => page(seed, 'train', i)).map(({ x, lines }) => colourImage(lines.join(' / '), x.data, Number(k.side), Number(k.side)))) },
      ],
    };
  },
});
function wordsOf({ words }: Values): readonly string[] {
  const list = words.split(/\s+/).filter((word) => word !== '');
  const bad = list.find((word) => !/^[A-Za-z0-9]+$/.test(word));
  if (bad !== undefined) throw new InputError(`Words are of the letters A to Z, a to z and the digits, but "${bad}" came.`);
  return list;
}
const lineOf = (words: readonly string[], rng: Random): string =>
  Array.from({ length: 8 }, () => (words.length > 0 ? rng.pick(words) : Array.from({ length: 2 + rng.int(6) }, () => rng.pick([...alphabet])).join(''))).join(' ');
