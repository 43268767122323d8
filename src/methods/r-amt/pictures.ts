/** What R-AMT shows: its masks, its scores, its tensors one by one. Plain data. */
import { floats, type Params } from '../../base/tensor';
import type { Histogram, Images, Table, Tiles } from '../../spec/picture';
import { countZeros, initialScore, total } from './mask';

type Tile = Tiles['tiles'][number];
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Matrices with equally many rows, side by side, as one heat-map. */
function sideBySide(label: string, mask: Params, names: readonly string[]): Tile {
  const parts = names.map((name) => mask[name]!);
  const rows = parts[0]!.shape[0]!;
  const columns = parts.reduce((n, p) => n + p.shape[1]!, 0);
  const values = new Float32Array(rows * columns);
  let at = 0;
  for (const part of parts) {
    const width = part.shape[1]!;
    for (let row = 0; row < rows; row++) values.set(floats(part).subarray(row * width, (row + 1) * width), row * columns + at);
    at += width;
  }
  const zeros = total(parts.map((p) => countZeros(p)));
  return { kind: 'heatmap', label, caption: `${percent(zeros.zeros / zeros.size)} off`, rows, columns, values, scale: 'binary', range: [0, 1], xLabel: 'outputs', yLabel: 'inputs' };
}
/** One tile a block (q, k, v, out), then the MLPs, then the patch embedding, as far as they are masked. */
export function maskTiles(mask: Params, blocks: number): Tiles {
  const tiles: Tile[] = [];
  for (let i = 0; i < blocks; i++) tiles.push(sideBySide(`Block ${i + 1}: q, k, v, out`, mask, ['qkv', 'out'].map((part) => `image.block${i}.attention.${part}.weight`)));
  for (let i = 0; i < blocks; i++) for (const part of ['up', 'down']) if (mask[`image.block${i}.${part}.weight`]) tiles.push(sideBySide(`Block ${i + 1}: MLP ${part}`, mask, [`image.block${i}.${part}.weight`]));
  if (mask['image.patch.weight']) tiles.push(sideBySide('Patch embedding', mask, ['image.patch.weight']));
  return { kind: 'tiles', tiles };
}

const bins = 60;
/** All scores; what lies outside [0, 0.02] is counted in the outermost bins. */
export function scoreHistogram(scores: Params, alpha: number): Histogram {
  const high = 2 * initialScore;
  const counts = new Float32Array(bins);
  for (const t of Object.values(scores)) for (const score of floats(t)) counts[Math.min(bins - 1, Math.max(0, Math.floor((score / high) * bins)))]!++;
  return {
    kind: 'histogram',
    edges: Float32Array.from({ length: bins + 1 }, (_, i) => (i * high) / bins),
    counts,
    xLabel: 'score',
    markers: [{ label: 'threshold', x: alpha }, { label: 'start', x: initialScore }],
  };
}
export function tensorTable(mask: Params, live: Params): Table {
  const rows = Object.entries(mask).map(([name, b]) => {
    const { size, zeros, live: alive, liveZeros } = countZeros(b, floats(live[name]!));
    return [name.replace(/^image\./, '').replace(/\.weight$/, ''), size, zeros, percent(zeros / size), percent(alive / size), percent(liveZeros / Math.max(1, alive))];
  });
  return { kind: 'table', columns: ['tensor', 'weights', 'off', 'off', 'live', 'off among live'], rows };
}
/** Images [n, 3, side, side] in [-1, 1] as pictures. */
export function exampleImages(images: readonly { label: string; data: Float32Array }[], side: number): Images {
  const area = side * side;
  return {
    kind: 'images',
    images: images.map(({ label, data }) => ({ label, width: side, height: side, channels: 3 as const, data: Uint8Array.from({ length: 3 * area }, (_, i) => Math.max(0, Math.min(255, Math.round(127.5 * (1 + data[(i % 3) * area + Math.floor(i / 3)]!))))) })),
  };
}
