/** Random cases of what cuts, pads, joins, gathers and scatters. */
import type { Random } from '../../base/random';
import { int32, type Shape, type Tensor } from '../../base/tensor';
import { gradients } from '../autodiff';
import * as ops from '../ops';
import { constant, filled } from '../value';
import { anyShape, between, caseOf, integers, normal, sizes, spaced, tied, type MakeCase } from './draw';

/** A block that is not the whole: starts, ends and steps of either sign. */
function drawBlock(rng: Random, shape: Shape): { starts: number[]; ends: number[]; steps: number[] } {
  const steps = shape.map(() => rng.pick([1, 1, 1, 2, 3, -1, -2]));
  const lows = shape.map((d) => rng.int(d));
  const highs = shape.map((d, i) => between(rng, lows[i]! + 1, d));
  const cut = rng.int(shape.length); // at least this axis is not whole
  if (lows[cut] === 0 && highs[cut] === shape[cut]) highs[cut] = shape[cut]! - 1;
  const turned = (i: number): boolean => steps[i]! < 0;
  return { starts: shape.map((_, i) => (turned(i) ? highs[i]! - 1 : lows[i]!)), ends: shape.map((_, i) => (turned(i) ? lows[i]! - 1 : highs[i]!)), steps };
}
const slice: MakeCase = (rng) => {
  const shape = sizes(rng, between(rng, 1, 4), 2, 5);
  const { starts, ends, steps } = drawBlock(rng, shape);
  return caseOf({ x: normal(rng, shape) }, ({ x }) => ops.slice(x, starts, ends, steps));
};
/** Reached through the gradient of a slice, which is linear: what is sliced may be zeros. */
const unslice: MakeCase = (rng) => {
  const shape = sizes(rng, between(rng, 1, 4), 2, 5);
  const { starts, ends, steps } = drawBlock(rng, shape);
  steps[shape.length - 1] = -2;
  [starts[shape.length - 1], ends[shape.length - 1]] = [shape.at(-1)! - 1, -1];
  const block = ops.slice(filled(shape, 0), starts, ends, steps).shape;
  return caseOf({ g: normal(rng, block) }, ({ g }) => {
    const whole = filled(shape, 0);
    return gradients(ops.slice(whole, starts, ends, steps), [whole], g)[0]!;
  });
};
/** Of one kind: a value, with cuts; or what continues the axis, and a pad behind it. */
const pad: MakeCase = (rng) => {
  const shape = anyShape(rng, 1).map((d) => d + 1);
  const before = shape.map(() => between(rng, -1, 2));
  const after = shape.map((d, i) => between(rng, Math.max(-1, 1 - d - Math.min(before[i]!, 0)), 2));
  after[rng.int(shape.length)] = 1;
  const [value, mode] = [rng.pick([0, 0, 1.5]), rng.pick<ops.PadMode | undefined>([undefined, undefined, 'edge', 'reflect', 'wrap'])];
  const grown = (pads: readonly number[]): number[] => pads.map((p) => Math.max(p, 0));
  return caseOf({ x: normal(rng, shape) }, ({ x }) => (mode ? ops.pad(ops.extend(x, before, after, mode), grown(before), grown(after)) : ops.pad(x, before, after, value)));
};
const concat: MakeCase = (rng) => {
  const shape = anyShape(rng, 1);
  const axis = rng.int(shape.length);
  const part = () => normal(rng, shape.map((d, i) => (i === axis ? between(rng, 1, 3) : d)));
  const inputs = Object.fromEntries(Array.from({ length: between(rng, 2, 4) }, (_, i) => [`x${i}`, part()]));
  const along = rng.bernoulli(0.5) ? axis : axis - shape.length;
  return caseOf(inputs, (values) => ops.concat(Object.values(values), along));
};
const gather: MakeCase = (rng) => {
  const shape = anyShape(rng, 1, 3);
  const axis = rng.int(shape.length);
  return caseOf({ x: normal(rng, shape), indices: integers(rng, anyShape(rng, 0, 2), -shape[axis]!, shape[axis]! - 1) }, ({ x, indices }) => ops.gather(x, indices, axis));
};
const scatterAdd: MakeCase = (rng) => {
  const at = anyShape(rng, 0, 2);
  const rows = between(rng, 1, 4);
  return caseOf({ updates: normal(rng, [...at, ...anyShape(rng, 0, 2)]), indices: integers(rng, at, -rows, rows - 1) }, ({ updates, indices }) => ops.scatterAdd(updates, indices, rows));
};

/** Places along `axis`, all different: the order in which they are written must not matter. */
function different(rng: Random, shape: Shape, axis: number, size: number): Tensor {
  const [count, inner] = [shape[axis]!, shape.slice(axis + 1).reduce((a, b) => a * b, 1)];
  const data = new Int32Array(shape.reduce((a, b) => a * b, 1));
  for (let line = 0; line * count < data.length; line++) {
    const places = rng.permutation(size);
    const start = Math.floor(line / inner) * inner * count + (line % inner);
    for (let i = 0; i < count; i++) data[start + i * inner] = places[i]!;
  }
  return int32(data, shape);
}
/** The shape to read or write in, the axis, and that of the indices, which is nowhere larger. */
function drawIndexed(rng: Random): { x: number[]; axis: number; indices: number[] } {
  const x = sizes(rng, between(rng, 1, 3), 2, 4);
  return { x, axis: rng.int(x.length), indices: x.map((d) => between(rng, 1, d)) };
}
const gatherElements: MakeCase = (rng) => {
  const { x, axis, indices } = drawIndexed(rng);
  return caseOf({ x: normal(rng, x), indices: integers(rng, indices, -x[axis]!, x[axis]! - 1) }, (v) => ops.gatherElements(v.x, v.indices, axis));
};
const scatterElements: MakeCase = (rng) => {
  const { x, axis, indices } = drawIndexed(rng);
  const adds = rng.bernoulli(0.5);
  const places = adds ? integers(rng, indices, -x[axis]!, x[axis]! - 1) : different(rng, indices, axis, x[axis]!);
  return caseOf({ x: normal(rng, x), indices: places, updates: normal(rng, indices) }, (v) => ops.scatterElements(v.x, v.indices, v.updates, axis, adds ? 'add' : 'none'));
};
/** Its numbers are constants, since their gradient is refused. */
const scatterCombine: MakeCase = (rng) => {
  const { x, axis, indices } = drawIndexed(rng);
  const reduction = rng.pick(['mul', 'max', 'min'] as const);
  const [old, updates] = [normal(rng, x), normal(rng, indices)];
  return caseOf({ indices: integers(rng, indices, -x[axis]!, x[axis]! - 1) }, (v) => ops.scatterCombine(constant(old), v.indices, constant(updates), axis, reduction));
};
const argMax: MakeCase = (rng) => {
  const shape = anyShape(rng, 1);
  const [axis, smallest] = [rng.int(shape.length), rng.bernoulli(0.5)];
  const options = { keepDims: rng.bernoulli(0.5), last: rng.bernoulli(0.5) };
  return caseOf({ x: tied(rng, shape) }, ({ x }) => (smallest ? ops.argMin : ops.argMax)(x, axis, options));
};
/** Values and places in one result. */
const topK: MakeCase = (rng) => {
  const shape = sizes(rng, between(rng, 1, 3), 2, 5);
  const axis = rng.int(shape.length);
  const [k, smallest] = [between(rng, 1, shape[axis]!), rng.bernoulli(0.5)];
  return caseOf({ x: spaced(rng, shape) }, ({ x }) => {
    const { values, indices } = ops.topK(x, k, axis, { smallest });
    return ops.add(values, ops.cast(indices, 'float32'));
  });
};
const cumSum: MakeCase = (rng) => {
  const shape = anyShape(rng, 1);
  const [axis, how] = [rng.int(shape.length), { exclusive: rng.bernoulli(0.5), reverse: rng.bernoulli(0.5) }];
  return caseOf({ x: normal(rng, shape) }, ({ x }) => ops.cumSum(x, axis, how));
};

export const movingCases: Readonly<Record<string, MakeCase>> = { slice, unslice, pad, concat };
export const indexingCases: Readonly<Record<string, MakeCase>> = { gather, scatterAdd, gatherElements, scatterElements, scatterCombine, argMax, topK, cumSum };
