/** How the weights and what the networks see are drawn. */
import { floats, type Tensor } from '../../base/tensor';
import type { Volumes } from '../../data/sets/segmentation';
import { imageAt } from '../../lab/pictures';
import type { Images, Lines, Scatter } from '../../spec/picture';
import { side, type Task } from './task';

type Image = Images['images'][number];
type Rgb = readonly [number, number, number];
const [blue, orange]: readonly [Rgb, Rgb] = [[38, 122, 186], [217, 105, 22]];
const organColours: readonly Rgb[] = [[0, 0, 0], [230, 159, 0], [86, 180, 233], [0, 158, 115], [213, 94, 0], [204, 121, 167]];

export const groups = ['dense slices', 'sparse slices', 'sparse slices whose object is not labelled'] as const;
export const groupOf = ({ sparse, missing }: { sparse: boolean; missing: boolean }): number => (missing ? 2 : sparse ? 1 : 0);
/** Foreground against the weight of consistency, every training slice. */
export const weightsPicture = ({ slices }: Pick<Volumes, 'slices'>, weights: readonly number[]): Scatter => ({
  kind: 'scatter', xLabel: 'share of the pixels that is foreground', yLabel: 'weight of consistency β₁', groups,
  points: slices.map((s, i) => ({ label: `volume ${s.volume + 1}, slice ${s.slice + 1}`, group: groupOf(s), shape: 'dot', x: s.fraction, y: 1 - weights[i]! })),
});

/** A grey slice in RGB, three times as large, in a frame between blue (0) and orange (1). */
function framed(x: Tensor, at: number, share: number, label: string): Image {
  const [scale, rim] = [2, 5];
  const size = side * scale + 2 * rim;
  const grey = floats(x).subarray(at * side * side, (at + 1) * side * side);
  const frame = blue.map((from, c) => Math.round(from + share * (orange[c]! - from)));
  const data = new Uint8Array(size * size * 3);
  for (let r = 0; r < size; r++)
    for (let c = 0; c < size; c++) {
      const [y, u] = [Math.floor((r - rim) / scale), Math.floor((c - rim) / scale)];
      const inside = y >= 0 && u >= 0 && y < side && u < side;
      const value = inside ? Math.round(255 * Math.min(1, Math.max(0, grey[y * side + u]!))) : 0;
      for (let k = 0; k < 3; k++) data[(r * size + c) * 3 + k] = inside ? value : frame[k]!;
    }
  return { label, width: size, height: size, channels: 3, data };
}
/** The slices of the first volume, with their weights. */
export function volumePicture({ x, slices }: Pick<Volumes, 'x' | 'slices'>, weights: readonly number[]): Images {
  const first = slices[0]!.volume;
  const own = slices.flatMap((s, i) => (s.volume === first ? [i] : []));
  return { kind: 'images', images: own.map((i) => framed(x, i, weights[i]!, `${(100 * weights[i]!).toFixed(0)} % ${slices[i]!.missing ? 'not labelled' : slices[i]!.sparse ? 'sparse' : 'dense'}`)) };
}
/** A label map in the organs' colours. */
function mapOf(labels: ArrayLike<number>, at: number, label: string): Image {
  const data = new Uint8Array(side * side * 3);
  for (let p = 0; p < side * side; p++) data.set(organColours[labels[at * side * side + p]!]!, 3 * p);
  return { label, width: side, height: side, channels: 3, data };
}
/** Some test slices: as they are, their labels, and each arm's. */
export function segmentedPicture({ x, trueLabel, slices }: Volumes, said: ReadonlyMap<string, ArrayLike<number>>): Images {
  const shown = [0, 1, 2].map((k) => Math.floor((slices.length * (2 * k + 1)) / 6));
  return { kind: 'images', columns: 2 + said.size, images: shown.flatMap((at) => [imageAt(x, at, 'slice'), mapOf(trueLabel.data, at, 'true labels'), ...[...said].map(([label, labels]) => mapOf(labels, at, label))]) };
}
/** Shares of slices by the size of a loss, in bins of one width. */
export function lossesPicture({ train: { slices } }: Task, { labels, consistency }: { labels: readonly number[]; consistency: readonly number[] }): Lines {
  const top = Math.max(1e-6, ...labels, ...consistency);
  const bins = 24;
  const x = Float32Array.from({ length: bins }, (_, b) => ((b + 0.5) * top) / bins);
  const shares = (values: readonly number[], sparse: boolean): Float32Array => {
    const own = values.filter((_, i) => slices[i]!.sparse === sparse);
    const y = new Float32Array(bins);
    for (const v of own) y[Math.min(bins - 1, Math.floor((v / top) * bins))]! += 1 / Math.max(1, own.length);
    return y;
  };
  return {
    kind: 'lines', xLabel: 'loss of a slice', yLabel: 'share of slices',
    series: [
      { label: 'cross-entropy, dense', x, y: shares(labels, false) }, { label: 'cross-entropy, sparse', x, y: shares(labels, true), dashed: true },
      { label: 'consistency, dense', arm: 'adawac', x, y: shares(consistency, false) }, { label: 'consistency, sparse', arm: 'adawac', x, y: shares(consistency, true), dashed: true },
    ],
  };
}
