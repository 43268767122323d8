/**
 * Rows of a table of which only some columns matter, and those through a low-rank map: y = U V x_relevant + noise. Which columns are relevant
 * and what the maps are is known, so that a mask over inputs or a rank that was found can be held against the truth.
 */
import { Random } from '../../base/random';
import { tensor, type Tensor } from '../../base/tensor';
import { defineDataset } from '../../spec/dataset';
import { choice, float, int, type ValuesOf } from '../../spec/knobs';

export interface PlantedSpec {
  readonly seed: number;
  readonly inputs: number;
  readonly relevant: number;
  readonly outputs: number;
  readonly rank: number;
  /** Correlation of a column with the one before it; 0: all independent. Twins of relevant columns mislead greedy choices. */
  readonly correlation: number;
}
export interface Planted {
  /** 1 for a column that matters: [inputs]. */
  readonly relevant: Uint8Array;
  /** [outputs, inputs], of the given rank, 0 in columns that do not matter; scaled so that each output has variance 1 where columns are independent. */
  readonly weights: Tensor;
}
/** What the seed plants; all splits share it. */
export function plant({ seed, inputs, relevant, outputs, rank }: PlantedSpec): Planted {
  const rng = Random.seed(seed).fork('planted features', inputs, outputs);
  const columns = rng.fork('columns').permutation(inputs).slice(0, Math.min(relevant, inputs));
  const r = Math.min(rank, outputs, columns.length);
  const left = rng.fork('left').fillNormal(new Float32Array(outputs * r));
  const right = rng.fork('right').fillNormal(new Float32Array(r * columns.length));
  const weights = new Float32Array(outputs * inputs);
  for (let o = 0; o < outputs; o++) {
    const row = Array.from(columns, (_, c) => Array.from({ length: r }, (_k, k) => left[o * r + k]! * right[k * columns.length + c]!).reduce((a, b) => a + b, 0));
    const length = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0));
    columns.forEach((column, c) => (weights[o * inputs + column] = row[c]! / length));
  }
  const mask = new Uint8Array(inputs);
  for (const column of columns) mask[column] = 1;
  return { relevant: mask, weights: tensor(weights, [outputs, inputs]) };
}

const knobs = {
  task: choice({ label: 'Task', options: { regression: 'Numbers', classification: 'The largest of them' }, default: 'regression' }),
  inputs: int({ label: 'Columns', min: 2, max: 256, default: 32 }),
  relevant: int({ label: 'Of which matter', min: 1, max: 256, default: 6 }),
  outputs: int({ label: 'Outputs', min: 2, max: 32, default: 8 }),
  rank: int({ label: 'Rank of the map', min: 1, max: 32, default: 2 }),
  correlation: float({ label: 'Correlation of neighbours', min: 0, max: 0.95, default: 0 }),
  noise: float({ label: 'Noise', min: 0, max: 2, default: 0.1, help: 'Standard deviation; outputs have 1.' }),
} as const;
type Values = ValuesOf<typeof knobs>;

function draw(k: Values, { weights }: Planted, seed: number, split: string, index: number): { x: Float32Array; clean: Float32Array; y: Float32Array } {
  const rng = Random.seed(seed).fork('planted features', split, index);
  const x = rng.fork('x').fillNormal(new Float32Array(k.inputs));
  for (let i = 1; i < x.length; i++) x[i] = k.correlation * x[i - 1]! + Math.sqrt(1 - k.correlation * k.correlation) * x[i]!;
  const noise = rng.fork('noise');
  const clean = Float32Array.from({ length: k.outputs }, (_, o) => x.reduce((sum, v, i) => sum + v * weights.data[o * k.inputs + i]!, 0));
  return { x, clean, y: clean.map((v) => v + k.noise * noise.normal()) };
}
const largest = (values: Float32Array): number => values.reduce((at, v, i) => (v > values[at]! ? i : at), 0);

export const dataset = defineDataset({
  id: 'planted-features',
  title: 'A table with planted features',
  family: 'toy',
  says: 'Rows of numbers of which few columns matter, through a map of known rank, with twins that mislead. The columns and the map are the same in all splits and stand beside every example.',
  knobs,
  open: ({ knobs: k }) => {
    const planted = new Map<number, Planted>();
    const of = (seed: number): Planted => {
      const known = planted.get(seed) ?? plant({ ...k, seed });
      planted.set(seed, known);
      return known;
    };
    return {
      example: ({ seed, split, index }) => {
        const truth = of(seed);
        const { x, y, clean } = draw(k, truth, seed, split, index);
        const { relevant } = truth;
        return { x: tensor(x), ...(k.task === 'classification' ? { y: largest(y), trueLabel: largest(clean) } : { y: tensor(y), clean: tensor(clean) }), relevant: { dtype: 'bool', shape: [k.inputs], data: relevant } as const };
      },
      preview: ({ seed }) => {
        const { weights } = of(seed);
        const rows = Array.from({ length: 24 }, (_, i) => draw(k, of(seed), seed, 'train', i).x);
        return [
          { title: 'The map', says: 'One row an output, one column an input; empty columns do not matter.', picture: { kind: 'heatmap', rows: k.outputs, columns: k.inputs, values: weights.data as Float32Array, scale: 'diverging', xLabel: 'input', yLabel: 'output' } }, // plant made it float32
          { title: 'Rows', picture: { kind: 'heatmap', rows: rows.length, columns: k.inputs, values: Float32Array.from(rows.flatMap((row) => [...row])), scale: 'diverging', xLabel: 'input', yLabel: 'example' } },
        ];
      },
    };
  },
});
