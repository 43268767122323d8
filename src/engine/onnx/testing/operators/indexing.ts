/** Random nodes that gather, scatter, sort and count by indices. Where the order of writing would decide, indices do not repeat. */
import type { Random } from '../../../../base/random';
import type { Shape } from '../../../../base/tensor';
import type { OnnxTensor } from '../../model';
import { anyAxis, anyShape, between, fed, int, int32s, int64s, list, nonzero, normal, number, sizes, spaced, stored, text, type Attributes, type Fill, type MakeNode, type NodeInput } from './draw';

const either = (rng: Random, tensor: OnnxTensor): NodeInput => (rng.bernoulli(0.5) ? fed(tensor) : stored(tensor));
const gather: MakeNode = (rng) => {
  const shape = anyShape(rng, 1, 3);
  const axis = anyAxis(rng, shape.length);
  const size = shape.at(axis)!;
  return { inputs: [fed(normal(rng, shape)), either(rng, int64s(-size, size - 1)(rng, anyShape(rng, 0, 2)))], attributes: { axis: int(axis) } };
};
const gatherElements: MakeNode = (rng) => {
  const shape = anyShape(rng, 1, 3);
  const axis = anyAxis(rng, shape.length);
  const size = shape.at(axis)!;
  const at = shape.map((d, i) => (i === (axis + shape.length) % shape.length ? between(rng, 1, 3) : between(rng, 1, d)));
  return { inputs: [fed(normal(rng, shape)), either(rng, int64s(-size, size - 1)(rng, at))], attributes: { axis: int(axis) } };
};
/** Tuples that name rows behind `batch` axes, each entry within its own axis. */
function tuples(rng: Random, shape: Shape, batch: number, depth: number, lead: Shape): OnnxTensor {
  const dims = [...shape.slice(0, batch), ...lead, depth];
  const data = BigInt64Array.from({ length: dims.reduce((n, d) => n * d, 1) }, (_, i) => BigInt(rng.int(shape[batch + (i % depth)]!)));
  return { dtype: 'int64', dims, data };
}
const gatherND: MakeNode = (rng) => {
  const shape = anyShape(rng, 2, 4);
  const batch = rng.int(2);
  const depth = between(rng, 1, shape.length - batch);
  return { inputs: [fed(normal(rng, shape)), either(rng, tuples(rng, shape, batch, depth, sizes(rng, between(rng, 1, 2), 1, 3)))], attributes: { batch_dims: int(batch) } };
};
/** Along the axis, each row of the indices is the start of a permutation: no place twice. */
function places(rng: Random, shape: Shape, at: Shape, axis: number): OnnxTensor {
  const data = new BigInt64Array(at.reduce((n, d) => n * d, 1));
  const inner = at.slice(axis + 1).reduce((n, d) => n * d, 1);
  for (let outer = 0; outer < data.length / (inner * at[axis]!); outer++)
    for (let i = 0; i < inner; i++) {
      const order = rng.permutation(shape[axis]!);
      for (let k = 0; k < at[axis]!; k++) data[(outer * at[axis]! + k) * inner + i] = BigInt(order[k]! - (rng.bernoulli(0.3) ? shape[axis]! : 0));
    }
  return { dtype: 'int64', dims: at, data };
}
const scatterElements = (reductions: readonly string[], opset?: number): MakeNode => (rng) => {
  const shape = anyShape(rng, 1, 3);
  const axis = rng.int(shape.length);
  const at = shape.map((d) => between(rng, 1, d));
  const reduction = rng.pick(reductions);
  const indices = reduction === 'add' ? int64s(-shape[axis]!, shape[axis]! - 1)(rng, at) : places(rng, shape, at, axis);
  const [x, updates] = apart(rng, reduction, shape, at);
  return { inputs: [x, either(rng, indices), updates], attributes: { axis: int(axis), ...(opset ? {} : { reduction: text(reduction) }) }, ...(opset ? { opset } : {}) };
};
/** What is scattered and where to: for `max` and `min` no number of one near one of the other. */
function apart(rng: Random, reduction: string, shape: Shape, at: Shape): [NodeInput, NodeInput] {
  const [size, count] = [shape, at].map((s) => s.reduce((n, d) => n * d, 1)) as [number, number];
  const all = (reduction === 'mul' ? nonzero : spaced)(rng, [size + count]).data as Float32Array; // both fill with floats
  return [fed({ dtype: 'float32', dims: shape, data: all.slice(0, size) }), fed({ dtype: 'float32', dims: at, data: all.slice(size) })];
}
const scatterND: MakeNode = (rng) => {
  const shape = sizes(rng, between(rng, 1, 3), 2, 4);
  const depth = between(rng, 1, shape.length);
  const rows = [...rng.permutation(shape.slice(0, depth).reduce((n, d) => n * d, 1))].slice(0, between(rng, 1, 2));
  const data = rows.flatMap((row) => Array.from({ length: depth }, (_, i) => BigInt(Math.floor(row / shape.slice(i + 1, depth).reduce((n, d) => n * d, 1)) % shape[i]!)));
  const reduction = rng.pick(['none', 'add', 'mul', 'max', 'min']);
  const [x, updates] = apart(rng, reduction, shape, [rows.length, ...shape.slice(depth)]);
  return { inputs: [x, either(rng, { dtype: 'int64', dims: [rows.length, depth], data: BigInt64Array.from(data) }), updates], attributes: { reduction: text(reduction) } };
};
const topK: MakeNode = (rng) => {
  const shape = anyShape(rng, 1, 3);
  const axis = anyAxis(rng, shape.length);
  return { inputs: [fed(spaced(rng, shape)), list(between(rng, 1, shape.at(axis)!))], attributes: { axis: int(axis), largest: int(rng.int(2)), sorted: int(1) }, outputs: 2 };
};
const arg: MakeNode = (rng) => {
  const shape = anyShape(rng, 1, 3);
  return { inputs: [fed(rng.pick<Fill>([spaced, normal])(rng, shape))], attributes: { axis: int(anyAxis(rng, shape.length)), keepdims: int(rng.int(2)), select_last_index: int(rng.int(2)) }, made: 'int64' };
};
const cumSum: MakeNode = (rng) => {
  const shape = anyShape(rng, 1, 3);
  return { inputs: [fed(normal(rng, shape)), stored(int64s(-shape.length, shape.length - 1)(rng, []))], attributes: { exclusive: int(rng.int(2)), reverse: int(rng.int(2)) } };
};
const oneHot: MakeNode = (rng) => {
  const depth = between(rng, 2, 4);
  const at = anyShape(rng, 1, 2);
  return { inputs: [fed(int64s(-depth, depth - 1)(rng, at)), stored({ dtype: 'int64', dims: [], data: BigInt64Array.of(BigInt(depth)) }), fed(normal(rng, [2]))], attributes: { axis: int(between(rng, -at.length - 1, at.length)) } };
};
const reverseSequence: MakeNode = (rng) => {
  const [time, batch] = sizes(rng, 2, 2, 4) as [number, number];
  const timeFirst = rng.bernoulli(0.5);
  return { inputs: [fed(normal(rng, [...(timeFirst ? [time, batch] : [batch, time]), ...sizes(rng, rng.int(2), 1, 3)])), either(rng, int64s(1, time)(rng, [batch]))], attributes: { time_axis: int(timeFirst ? 0 : 1), batch_axis: int(timeFirst ? 1 : 0) } };
};
const compress: MakeNode = (rng) => {
  const shape = sizes(rng, between(rng, 1, 3), 2, 4);
  const axis = anyAxis(rng, shape.length);
  const kept = Uint8Array.from({ length: shape.at(axis)! }, (_, i) => (i === 0 || rng.bernoulli(0.5) ? 1 : 0));
  return { inputs: [fed(normal(rng, shape)), stored({ dtype: 'bool', dims: [kept.length], data: kept })], attributes: { axis: int(axis) } };
};

const unique: MakeNode = (rng) => {
  const shape = sizes(rng, between(rng, 1, 3), 1, 4);
  const axis: Attributes = rng.bernoulli(0.5) ? { axis: int(anyAxis(rng, shape.length)) } : {};
  return { inputs: [stored(int64s(-2, 2)(rng, shape))], attributes: { sorted: int(rng.int(2)), ...axis }, outputs: 4, made: 'int64' };
};

export const indexing: Readonly<Record<string, MakeNode>> = {
  ArgMax: arg,
  ArgMin: arg,
  Compress: compress,
  CumSum: cumSum,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  NonZero: (rng) => ({ inputs: [stored(int32s(-1, 1)(rng, [3, 3, between(rng, 2, 4)]))], made: 'int64' }),
  OneHot: oneHot,
  Range: (rng) => ({ inputs: [number(rng.normal()), number(rng.uniform(3, 5)), number(rng.uniform(0.3, 1))] }),
  ReverseSequence: reverseSequence,
  Scatter: scatterElements(['none'], 10),
  ScatterElements: scatterElements(['none', 'add', 'mul', 'max', 'min']),
  ScatterND: scatterND,
  TopK: topK,
  Unique: unique,
};
