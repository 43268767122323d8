/** Gathering and scattering by indices, and places along an axis. Opsets 7 to 21. */
import { int32, sameShape, showShape, sizeOf, stridesOf, type Shape } from '../../../base/tensor';
import { fail, type NodeReader } from '../node-reader';
import * as ops from '../../ops';
import { constant, type Value } from '../../value';
import { all, bounded, integer, reshaped, type Builder, type Builders } from './builder';

const axisOf = (node: NodeReader, x: Value, otherwise: number): number => ops.normalAxis('axis', node.int('axis', otherwise), x.shape.length);
/** Indices counted from the front: those known now are constants, others are told apart as the program runs. */
function fromFront(node: NodeReader, indices: Value, size: number): Value {
  const known = node.known(indices);
  if (!known) return ops.where(ops.less(indices, integer(0)), ops.add(indices, integer(size)), indices);
  return known.some((i) => i < 0) ? constant(int32(known.map((i) => (i < 0 ? i + size : i)), indices.shape)) : indices;
}
/** A short list of places that make few runs is cut out rather than gathered. */
const RUNS = 2;
function runsOf(places: readonly number[]): number {
  return places.reduce((runs, at, i) => runs + (i > 0 && at - places[i - 1]! !== 1 ? 1 : 0), 1);
}
const gather: Builder = (node) => {
  const [x, indices] = [node.input(0), node.input(1)];
  const axis = axisOf(node, x, 0);
  const known = node.known(indices)?.map((i) => (i < 0 ? i + x.shape[axis]! : i));
  if (known && indices.shape.length === 0) return reshaped(ops.sliceAxis(x, axis, known[0]!, 1), x.shape.filter((_, i) => i !== axis));
  if (known && indices.shape.length === 1 && runsOf(known) <= RUNS) return ops.takeEntries(x, axis, known);
  return ops.gather(x, indices, axis);
};
const gatherElements: Builder = (node) => ops.gatherElements(node.input(0), node.input(1), node.int('axis', 0));
const COMBINING = ['mul', 'max', 'min'] as const;
function scattered(reduction: string, x: Value, indices: Value, updates: Value, axis: number): Value {
  if (reduction === 'none' || reduction === 'add') return ops.scatterElements(x, indices, updates, axis, reduction);
  const combining = COMBINING.find((name) => name === reduction) ?? fail(`reduction "${reduction}" is not supported; expected none, add, mul, max or min.`);
  return ops.scatterCombine(x, indices, updates, axis, combining);
}
const isZero = (x: Value): boolean => x.data?.data.every((v: number) => v === 0) ?? false;
const scatterElements: Builder = (node) => {
  const [x, at, updates] = [node.input(0), node.input(1), node.input(2)];
  const axis = axisOf(node, x, 0);
  const reduction = node.text('reduction', 'none');
  // The form that our writer makes: rows added into zeros at indices that are the same along each row.
  const source = at.op.name === 'expand' ? at.inputs['x']! : at;
  const [count, width] = at.shape;
  const rows = axis === 0 && reduction === 'add' && at.shape.length === 2 && x.shape[1] === width && sizeOf(source.shape) === count && isZero(x);
  if (rows) return ops.scatterAdd(updates, reshaped(source, [count!]), x.shape[0]!);
  return scattered(reduction, x, at, updates, axis);
};

/** Rows of tensors that tuples of indices [..., depth] name, behind `batch` axes that both share: the flat row number of each tuple. */
function rowNumbers(node: NodeReader, indices: Value, shape: Shape, batch: number): Value {
  const depth = indices.shape.at(-1)!;
  const lead = indices.shape.slice(0, -1);
  if (indices.shape.length <= batch || batch < 0) fail(`tuples of indices behind ${batch} batch axes were expected, but ${showShape(indices.shape)} came.`);
  if (batch + depth > shape.length) fail(`indices ${showShape(indices.shape)} name more axes than ${showShape(shape)} has.`);
  const strides = stridesOf(shape.slice(0, batch + depth));
  const places = Array.from({ length: depth }, (_, i) => {
    const place = ops.reshape(ops.sliceAxis(ops.cast(indices, 'float32'), -1, i, 1), lead);
    return ops.mul(fromFront(node, ops.cast(place, 'int32'), shape[batch + i]!), integer(strides[batch + i]!));
  });
  const within = places.reduce((a, b) => ops.add(a, b));
  if (batch === 0) return within;
  const batches = sizeOf(shape.slice(0, batch));
  const starts = Int32Array.from({ length: batches }, (_, b) => b * sizeOf(shape.slice(batch, batch + depth)));
  return ops.add(within, constant(int32(starts, [...shape.slice(0, batch), ...lead.slice(batch).map(() => 1)])));
}
const gatherND: Builder = (node) => {
  const [x, indices] = [node.input(0), node.input(1)];
  const batch = node.int('batch_dims', 0);
  const named = batch + indices.shape.at(-1)!;
  const rows = rowNumbers(node, indices, x.shape, batch);
  const rest = x.shape.slice(named);
  return ops.reshape(ops.gather(ops.reshape(x, [sizeOf(x.shape.slice(0, named)), sizeOf(rest)]), rows), [...rows.shape, ...rest]);
};
const scatterND: Builder = (node) => {
  const [x, indices, updates] = [node.input(0), node.input(1), node.input(2)];
  const depth = indices.shape.at(-1)!;
  const rows = rowNumbers(node, indices, x.shape, 0);
  const [count, height, width] = [sizeOf(rows.shape), sizeOf(x.shape.slice(0, depth)), sizeOf(x.shape.slice(depth))];
  if (!sameShape(updates.shape, [...rows.shape, ...x.shape.slice(depth)])) fail(`updates ${showShape(updates.shape)} do not fit indices ${showShape(indices.shape)} into ${showShape(x.shape)}.`);
  const at = ops.expand(ops.reshape(rows, [count, 1]), [count, width]);
  return ops.reshape(scattered(node.text('reduction', 'none'), ops.reshape(x, [height, width]), at, ops.reshape(updates, [count, width]), 0), x.shape);
};

const oneHot: Builder = (node) => {
  const indices = ops.cast(node.input(0), 'int32');
  const depth = bounded(node.numbers(1)?.[0] ?? fail('it gives no depth.'));
  const rank = indices.shape.length + 1;
  const axis = ops.normalAxis('axis', node.int('axis', -1), rank);
  const values = node.input(2);
  const [off, on] = [0, 1].map((i) => ops.reshape(ops.sliceAxis(values, 0, i, 1), [])) as [Value, Value];
  const places = fromFront(node, ops.reshape(indices, [...indices.shape.slice(0, axis), 1, ...indices.shape.slice(axis)]), depth);
  const range = constant(int32(Int32Array.from({ length: depth }, (_, i) => i), all(places.shape).map((i) => (i === axis ? depth : 1))));
  return ops.where(ops.equal(places, range), on, off);
};
const topK: Builder = (node) => {
  const x = node.input(0);
  const k = node.numbers(1)?.[0] ?? node.int('k') ?? fail('it gives no k.');
  const { values, indices } = ops.topK(x, k, node.int('axis', -1), { smallest: !node.flag('largest', true), sorted: node.flag('sorted', true) });
  return [values, indices];
};
const arg = (apply: typeof ops.argMax): Builder => (node) => apply(node.input(0), node.int('axis', 0), { keepDims: node.int('keepdims', 1) === 1, last: node.int('select_last_index', 0) === 1 });
const cumSum: Builder = (node) => {
  const axis = node.numbers(1)?.[0] ?? fail('it gives no axis.');
  return ops.cumSum(node.input(0), axis, { exclusive: node.int('exclusive', 0) === 1, reverse: node.int('reverse', 0) === 1 });
};

/** Along the time axis, each sequence of the batch turned round within its own length. */
const reverseSequence: Builder = (node) => {
  const [x, lengths] = [node.input(0), node.input(1)];
  const [batch, time] = [node.int('batch_axis', 1), node.int('time_axis', 0)];
  const along = (axis: number): number[] => all(x.shape).map((i) => (i === axis ? x.shape[i]! : 1));
  const step = constant(int32(Int32Array.from({ length: x.shape[time]! }, (_, i) => i), along(time)));
  const last = ops.sub(ops.reshape(lengths, along(batch)), integer(1));
  const turned = ops.sub(last, step);
  return ops.gatherElements(x, ops.expand(ops.where(ops.less(turned, integer(0)), step, turned), x.shape), time);
};
/** How many entries are taken depends on the condition, so that it must be known. */
const compress: Builder = (node) => {
  const kept = (node.numbers(1) ?? fail('it gives no condition.')).flatMap((v, i) => (v !== 0 ? [i] : []));
  if (kept.length === 0) fail('its condition is nowhere true; tensors must have some entries.');
  const given = node.int('axis');
  const x = given === undefined ? ops.reshape(node.input(0), [sizeOf(node.input(0).shape)]) : node.input(0);
  return ops.takeEntries(x, ops.normalAxis('axis', given ?? 0, x.shape.length), kept);
};
const nonZero: Builder = (node) => {
  const { shape } = node.input(0);
  const places = (node.numbers(0) ?? fail('input 0 is missing.')).flatMap((v, i) => (v !== 0 ? [i] : []));
  if (places.length === 0) fail('it finds nothing; tensors must have some entries.');
  const strides = stridesOf(shape);
  return constant(int32(strides.flatMap((stride, axis) => places.map((at) => Math.floor(at / stride) % shape[axis]!)), [shape.length, places.length]));
};

const COMPARED = 1 << 14;
/** How many are unlike depends on the numbers, so that they must be known. Outputs: the entries, first places, for each entry its number, counts. */
const unique: Builder = (node) => {
  const x = node.input(0);
  if (sizeOf(x.shape) > COMPARED) fail(`more than ${COMPARED} numbers cannot be told apart while reading.`);
  const numbers = node.numbers(0) ?? fail('input 0 is missing.');
  const given = node.int('axis');
  const axis = ops.normalAxis('axis', given ?? 0, Math.max(x.shape.length, 1));
  const [lead, size, rest] = given === undefined ? [1, numbers.length, 1] : [sizeOf(x.shape.slice(0, axis)), x.shape[axis]!, sizeOf(x.shape.slice(axis + 1))];
  const entry = (at: number): number[] => Array.from({ length: lead * rest }, (_, i) => numbers[(Math.floor(i / rest) * size + at) * rest + (i % rest)]!);
  const groups = new Map<string, number[]>();
  for (let at = 0; at < size; at++) {
    const key = entry(at).join();
    const same = groups.get(key);
    if (same) same.push(at);
    else groups.set(key, [at]);
  }
  const found = [...groups.values()];
  const before = (a: readonly number[], b: readonly number[]): number => a.reduce((sofar, v, i) => sofar || v - b[i]!, 0);
  if (node.int('sorted', 1) === 1) found.sort(([a], [b]) => before(entry(a!), entry(b!)));
  const firsts = found.map(([at]) => at!);
  const numberOf = new Map(found.flatMap((places, number) => places.map((at) => [at, number] as const)));
  const flat = given === undefined ? ops.reshape(x, [size]) : x;
  const inverse = Array.from({ length: size }, (_, at) => numberOf.get(at)!);
  return [ops.gather(flat, constant(int32(firsts)), axis), ...[firsts, inverse, found.map((places) => places.length)].map((list) => constant(int32(list)))];
};

export const indexing: Builders = {
  ArgMax: arg(ops.argMax),
  ArgMin: arg(ops.argMin),
  Compress: compress,
  CumSum: cumSum,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  NonZero: nonZero,
  OneHot: oneHot,
  ReverseSequence: reverseSequence,
  Scatter: scatterElements, // opset 9 and 10
  ScatterElements: scatterElements,
  ScatterND: scatterND,
  TopK: topK,
  Unique: unique,
};
