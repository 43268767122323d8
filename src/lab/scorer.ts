/** What measures params of one architecture on held-out data: for merges of checkpoints, long after their training. */
import { floats, type Params, type Tensor } from '../base/tensor';
import { shuffled, type Labelled } from '../data/labelled';
import type { Predictions } from '../data/predictions';
import { flatGradient } from '../engine/autodiff';
import { layoutOf, unflatten } from '../engine/layout';
import { argMax, cast, div, equal, logSumExp, mul, sub, sum } from '../engine/ops';
import { pick } from '../engine/ops/compose';
import type { Value } from '../engine/value';
import type { Views } from '../nn/layers';
import type { MeasureSays, Score } from '../spec/kitchen';
import { tokenLosses } from '../nn/lm';
import { shapesOf } from './evaluate';
import type { Lab, Shapes } from './lab';
import { feedsOf, type Logits } from './lm';

export type On = 'choosing' | 'reporting';
export interface Scorer {
  /** Of the params that it takes. */
  readonly params: Shapes;
  readonly says: MeasureSays;
  score(params: Params, on: On): Promise<Score>;
  /** Mean loss over a batch of the choosing examples, another at each step, and its gradient. */
  gradient?(params: Params, step: number): Promise<{ readonly loss: number; readonly gradient: Params }>;
}
/** Rows [n, ...] of one kind or the other. */
export type Rows = Readonly<Record<string, Tensor>>;
export interface RowScorer {
  /** Of the compiled functions. */
  readonly name: string;
  readonly params: Params | Shapes;
  readonly rows: Readonly<Record<On, Rows>>;
  /** Of each row [n]: its loss, and how many answers were right; both summed over what counts in the row, and how much that is (1 where left out). */
  readonly each: (at: { params: Views; rows: Views }) => { readonly loss: Value; readonly right?: Value; readonly count?: Value };
  readonly says: Omit<MeasureSays, 'gradient' | 'accuracy'>;
  readonly accuracy: boolean;
  /** Rows of one pass. */
  readonly chunk?: number;
}
const countOf = (rows: Rows): number => Object.values(rows)[0]!.shape[0]!;
function taken(rows: Rows, places: ArrayLike<number>): Rows {
  return Object.fromEntries(Object.entries(rows).map(([name, { dtype, shape, data }]) => {
    const width = data.length / shape[0]!;
    const out = new (data.constructor as Float32ArrayConstructor)(places.length * width); // whichever typed array it is
    for (let i = 0; i < places.length; i++) out.set(data.subarray(places[i]! * width, (places[i]! + 1) * width), i * width);
    return [name, { dtype, shape: [places.length, ...shape.slice(1)], data: out }];
  }));
}
const isShapes = (params: Params | Shapes): params is Shapes => Object.values(params).every((p) => Array.isArray(p));

/** A scorer of rows: everything that it computes goes through graphs of fixed size, the last chunk filled up with rows that do not count. */
export function rowScorer(lab: Lab, { name, params, rows, each, says, accuracy, chunk = 128 }: RowScorer): Scorer {
  const shapes = isShapes(params) ? params : shapesOf(params);
  const size = Math.min(chunk, countOf(rows.choosing), countOf(rows.reporting));
  const inputs = Object.fromEntries(Object.entries(rows.choosing).map(([input, { dtype, shape }]) => [input, { dtype, shape: [size, ...shape.slice(1)] }]));
  const layout = layoutOf(shapes);
  const forward = lab.forward({ name, params: shapes, inputs, outputs: ({ params: p, inputs: i }) => defined(each({ params: p, rows: i })) });
  const slope = lab.forward({
    name: `${name}-gradient`, params: shapes, inputs,
    outputs: ({ params: p, inputs: i }) => {
      const { loss: losses, count } = each({ params: p, rows: i });
      const loss = div(sum(losses), count ? sum(count) : size);
      return { loss, dTheta: flatGradient(loss, p, layout) };
    },
  });
  const order = shuffled(lab.rng.fork('scorer', name), countOf(rows.choosing), size);
  return {
    params: shapes,
    says: { ...says, accuracy, gradient: true },
    score: async (at, on) => {
      const n = countOf(rows[on]);
      const totals = { loss: 0, right: 0, count: 0 };
      for (let first = 0; first < n; first += size) {
        const real = Math.min(size, n - first);
        const out = await forward.run(at, taken(rows[on], Array.from({ length: size }, (_, i) => first + (i < real ? i : 0))));
        for (let i = 0; i < real; i++) {
          totals.loss += floats(out.loss!)[i]!;
          totals.right += out.right ? floats(out.right)[i]! : 0;
          totals.count += out.count ? floats(out.count)[i]! : 1;
        }
      }
      return { loss: totals.loss / totals.count, ...(accuracy && { accuracy: totals.right / totals.count }) };
    },
    gradient: async (at, step) => {
      const out = await slope.run(at, taken(rows.choosing, order(step)));
      return { loss: floats(out.loss!)[0]!, gradient: unflatten(out.dTheta!, layout) };
    },
  };
}
const defined = (outputs: Readonly<Record<string, Value | undefined>>): Record<string, Value> => Object.fromEntries(Object.entries(outputs).flatMap(([name, value]) => (value ? [[name, value]] : [])));

/** Cross-entropy and rightness of rows whose `labels` [n] one of the logits [n, classes] should name. */
export const classesOf = (logits: (params: Views, rows: Views) => Value): RowScorer['each'] => ({ params, rows }) => {
  const z = logits(params, rows);
  // -log softmax(z)_y = log sum_c exp(z_c) - z_y
  return { loss: sub(logSumExp(z), pick(z, rows.labels!)), right: cast(equal(argMax(z, -1), rows.labels!), 'float32') };
};
/** A scorer of a classifier on labelled pictures. */
export function classScorer(lab: Lab, { logits, choosing, reporting, ...more }: Pick<RowScorer, 'name' | 'params' | 'chunk'> & { readonly says: Omit<RowScorer['says'], 'unit'>; readonly logits: (at: { params: Views; images: Value }) => Value; readonly choosing: Labelled; readonly reporting: Labelled }): Scorer {
  const rowsOf = ({ x, y }: Labelled): Rows => ({ images: x, labels: y });
  return rowScorer(lab, {
    ...more,
    says: { ...more.says, unit: 'nats an example' },
    rows: { choosing: rowsOf(choosing), reporting: rowsOf(reporting) },
    accuracy: true,
    each: classesOf((params, rows) => logits({ params, images: rows.images! })),
  });
}
/** A scorer of a language model on predictions: tokens and targets [n, t], and weights that say which count. */
export function tokenScorer(lab: Lab, { logits, rows: predictions, ...more }: Omit<RowScorer, 'each' | 'accuracy' | 'says' | 'rows'> & { readonly rows: Readonly<Record<On, Predictions>>; readonly says: Omit<RowScorer['says'], 'unit'>; readonly logits: Logits }): Scorer {
  return rowScorer(lab, {
    ...more,
    rows: { choosing: { ...feedsOf(predictions.choosing) }, reporting: { ...feedsOf(predictions.reporting) } },
    says: { ...more.says, unit: 'nats a token' },
    accuracy: true,
    each: ({ params, rows: { tokens, targets, weights } }) => {
      const z = logits(params, tokens!);
      const overRow = (x: Value): Value => sum(mul(x, weights!), { axes: [1] });
      return { loss: overRow(tokenLosses(z, targets!)), right: overRow(cast(equal(argMax(z, -1), targets!), 'float32')), count: sum(weights!, { axes: [1] }) };
    },
  });
}
/** Rows at even places, and at odd ones: where there is one held-out set alone, half of it chooses and the other half reports. */
export function halves(rows: Rows): Readonly<Record<On, Rows>> {
  const every = (from: number): Rows => taken(rows, Array.from({ length: Math.floor((countOf(rows) - from + 1) / 2) }, (_, i) => 2 * i + from));
  return { choosing: every(0), reporting: every(1) };
}
/** The same for labelled pictures. */
export function halvesOf({ x, y, classes }: Labelled): Readonly<Record<On, Labelled>> {
  const { choosing, reporting } = halves({ x, y });
  const labelled = (rows: Rows): Labelled => ({ x: rows.x!, y: rows.y!, classes });
  return { choosing: labelled(choosing), reporting: labelled(reporting) };
}
