/** Masks, and what is drawn with them. */
import type { Tensor } from '../../base/tensor';
import { imageAt } from '../../lab/pictures';
import type { HeatMap, Images, Tiles } from '../../spec/picture';
import type { Drawing } from './reward';
import type { Layer } from './task';

const short = (name: string): string => name.replace('.attention', '').replace(/\.weight$/, '');
/** Shares that stay: a row for each layer, a column for each timestep, the noisiest first. */
export const keptPicture = (layers: readonly Layer[], times: readonly number[], shares: readonly (readonly number[])[]): HeatMap => {
  const values = Float32Array.from(layers.flatMap((_, l) => shares.map((row) => row[l]!)));
  return { kind: 'heatmap', rows: layers.length, columns: times.length, scale: 'sequential', values, range: [Math.min(0.9, ...values), 1], rowLabels: layers.map(({ name }) => short(name)), columnLabels: times.map(String), xLabel: 'timestep, noise falls to the right' };
};
/** One matrix at three timesteps, and where the first and last differ. */
export function masksPicture(layer: Layer, at: readonly { readonly label: string; readonly mask: Float32Array }[]): Tiles {
  const { inputs, outputs, offset, name } = layer;
  const part = (mask: Float32Array): Float32Array => mask.slice(offset, offset + inputs * outputs);
  const map = (label: string, values: Float32Array, scale: HeatMap['scale']): HeatMap & { label: string; caption: string } => ({ kind: 'heatmap', label, caption: short(name), rows: outputs, columns: inputs, values, scale, ...(scale === 'diverging' && { range: [-1, 1] as const }) });
  const [first, last] = [part(at[0]!.mask), part(at.at(-1)!.mask)];
  return { kind: 'tiles', tiles: [...at.map(({ label, mask }) => map(label, part(mask), 'binary')), map('last less first', last.map((v, i) => v - first[i]!), 'diverging')] };
}
export const drawnPicture = (rows: readonly { readonly label: string; readonly pictures: Tensor }[], shown: number): Images =>
  ({ kind: 'images', columns: shown, images: rows.flatMap(({ label, pictures }) => Array.from({ length: Math.min(shown, pictures.shape[0]!) }, (_, i) => imageAt(pictures, i, label, [-1, 1]))) });
export const rewardedPicture = (texts: readonly string[], plain: Drawing, masked: Drawing): Images =>
  ({ kind: 'images', columns: 4, images: texts.flatMap((text, i) => [imageAt(plain.pictures, i, `${text}: ${plain.rewards[i]!.toFixed(2)}`, [-1, 1]), imageAt(masked.pictures, i, `masks: ${masked.rewards[i]!.toFixed(2)}`, [-1, 1])]) });
