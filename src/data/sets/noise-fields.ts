/** Fields of coloured noise, and a mask of image tokens made of each: what tells one masking strategy of a masked autoencoder from another. */
import { Random } from '../../base/random';
import { tensor } from '../../base/tensor';
import { log10 } from '../../base/math';
import { defineDataset, type Preview } from '../../spec/dataset';
import { choice, float, type ValuesOf } from '../../spec/knobs';
import { hiddenByField, noiseColours, noiseField } from '../colour-noise';
import { greyImage, images } from '../pictures';
import { amplitudeSpectrum, radialMean } from '../spectrum2d';

const knobs = {
  colour: choice({ label: 'Colour', options: { white: 'White: all frequencies', red: 'Red: low', green: 'Green: a band', blue: 'Blue: high', purple: 'Purple: all but a band' }, default: 'green' }),
  side: choice({ label: 'Side of the field', options: { '16': '16', '32': '32', '64': '64' }, default: '64' }),
  tokens: choice({ label: 'Tokens a side', options: { '8': '8', '14': '14', '16': '16' }, default: '8' }),
  ratio: float({ label: 'Share of tokens hidden', min: 0.1, max: 0.95, default: 0.75 }),
  std: float({ label: 'Blur of red and blue', min: 0.3, max: 4, default: 1, group: 'Widths', help: 'Standard deviation in tokens.' }),
  narrowStd: float({ label: 'Narrow blur of green', min: 0.2, max: 1, default: 0.5, group: 'Widths' }),
  wideStd: float({ label: 'Wide blur of green', min: 1.1, max: 6, default: 2, group: 'Widths' }),
} as const;
type Values = ValuesOf<typeof knobs>;

function draw(k: Values, seed: number, split: string, index: number): { field: Float32Array; hidden: Uint8Array } {
  const rng = Random.seed(seed).fork('noise fields', k.colour, split, index);
  const field = noiseField({ ...k, side: Number(k.side) }, rng.fork('field'));
  return { field, hidden: hiddenByField(field, { side: Number(k.side), tokens: Number(k.tokens), ratio: k.ratio }, rng.fork('window')) };
}

export const dataset = defineDataset({
  id: 'noise-fields',
  title: 'Coloured noise and masks',
  family: 'signals',
  says: 'White noise with low, high or middle frequencies filtered out, and the mask that its largest values leave of a picture\'s tokens. Every mask removes the same number; the colour says how they lie together.',
  knobs,
  open: ({ knobs: k }) => ({
    example: ({ seed, split, index }) => {
      const { field, hidden } = draw(k, seed, split, index);
      return { field: tensor(field, [Number(k.side), Number(k.side)]), hidden: { dtype: 'bool', shape: [Number(k.tokens), Number(k.tokens)], data: hidden } as const };
    },
    preview: ({ seed }) => previewOf(k, seed),
  }),
});

function previewOf(k: Values, seed: number): Preview[] {
  const [side, tokens] = [Number(k.side), Number(k.tokens)];
  const each = noiseColours.map((colour) => ({ colour, ...draw({ ...k, colour }, seed, 'train', 0) }));
  const mean = new Float32Array(tokens * tokens);
  const masks = Array.from({ length: 8 }, (_, i) => draw(k, seed, 'train', i).field).flatMap((field, i) =>
    Array.from({ length: 12 }, (_, w) => hiddenByField(field, { side, tokens, ratio: k.ratio }, Random.seed(seed).fork('preview', i, w))));
  for (const mask of masks) mask.forEach((m, at) => (mean[at]! += m / masks.length));
  return [
    { title: 'Fields of every colour', says: 'Black is two standard deviations below the mean, white two above.', picture: images(each.map(({ colour, field }) => greyImage(colour, field, side, side, [-2, 2]))) },
    { title: 'A mask of every colour', says: 'White tokens are hidden.', picture: images(each.map(({ colour, hidden }) => greyImage(colour, hidden, tokens, tokens))) },
    { title: 'Masks of this colour', picture: images(masks.filter((_, i) => i % 6 === 0).map((mask, i) => greyImage(`mask ${i}`, mask, tokens, tokens))) },
    { title: 'Amplitude by frequency', says: 'Mean over rings, in dB, by cycles per field.', picture: { kind: 'lines', xLabel: 'cycles', yLabel: 'dB', series: each.map(({ colour, field }) => ({ label: colour, x: Float32Array.from({ length: side / 2 }, (_, f) => f + 1), y: radialMean(amplitudeSpectrum(field, side), side).slice(1).map((a) => 20 * log10(Math.max(1e-4, a))) })) } },
    { title: 'How often each token is hidden', says: 'Of 96 masks of this colour: with many, no place stands out.', picture: { kind: 'heatmap', rows: tokens, columns: tokens, values: mean, scale: 'sequential', range: [0, 1] } },
  ];
}
