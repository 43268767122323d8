/** Random nodes that move numbers, pick them, or make constants. */
import { anyShape, between, bools, fed, float, int, int64s, ints, list, normal, number, sizes, someAxes, stored, text, type Attributes, type Fill, type MakeNode } from './draw';

const concat: MakeNode = (rng) => {
  const shape = anyShape(rng, 1);
  const axis = rng.int(shape.length);
  const part = () => fed(normal(rng, shape.map((d, i) => (i === axis ? between(rng, 1, 3) : d))));
  return { inputs: Array.from({ length: between(rng, 1, 4) }, part), attributes: { axis: int(rng.bernoulli(0.5) ? axis : axis - shape.length) } };
};
const expand: MakeNode = (rng) => {
  const to = anyShape(rng, 1);
  const from = to.map((d) => (rng.bernoulli(0.4) ? 1 : d));
  return { inputs: [fed(normal(rng, rng.bernoulli(0.3) ? from.slice(1) : from)), list(...to.map((d) => (rng.bernoulli(0.2) && d === 1 ? 1 : d)))] };
};
const flatten: MakeNode = (rng) => {
  const shape = anyShape(rng, 1);
  return { inputs: [fed(normal(rng, shape))], attributes: { axis: int(between(rng, -shape.length, shape.length)) } };
};
const pad: MakeNode = (rng) => {
  const shape = anyShape(rng, 1).map((d) => d + 1);
  const mode = rng.pick(['constant', 'constant', 'edge', 'reflect', 'wrap']);
  if (mode !== 'constant') return { inputs: [fed(normal(rng, shape)), list(...[...shape, ...shape].map((d) => rng.int(d)))], attributes: { mode: text(mode) } };
  const pads = [...shape, ...shape].map(() => between(rng, rng.bernoulli(0.2) ? -1 : 0, 2));
  const safe = pads.map((p, i) => (shape[i % shape.length]! < 3 ? Math.max(p, 0) : p));
  return { inputs: [fed(normal(rng, shape)), list(...safe), ...(rng.bernoulli(0.5) ? [number(rng.normal())] : [])] };
};
const reshape: MakeNode = (rng) => {
  const shape = anyShape(rng, 1);
  const all = shape.reduce((n, d) => n * d, 1);
  const to = rng.pick([[-1], [all], [1, -1], [...shape].reverse(), [0, -1], shape.map((d, i) => (i === 0 ? 0 : d))]);
  return { inputs: [fed(normal(rng, shape)), list(...to)] };
};
const slice: MakeNode = (rng) => {
  const shape = sizes(rng, between(rng, 1, 3), 2, 5);
  const axes = someAxes(rng, shape.length);
  const each = axes.map((axis) => {
    const size = shape.at(axis)!;
    const start = rng.int(size);
    const negative = rng.bernoulli(0.5) ? start - size : start;
    if (rng.bernoulli(0.3)) return { start: negative, end: rng.pick([-Number.MAX_SAFE_INTEGER, -size - 1]), step: -between(rng, 1, 2) };
    return { start: negative, end: rng.pick([size, Number.MAX_SAFE_INTEGER, between(rng, start + 1, size)]), step: between(rng, 1, 3) };
  });
  return { inputs: [fed(normal(rng, shape)), list(...each.map((e) => e.start)), list(...each.map((e) => e.end)), list(...axes), list(...each.map((e) => e.step))] };
};
const split: MakeNode = (rng) => {
  const parts = sizes(rng, between(rng, 1, 3), 1, 3);
  const shape = anyShape(rng, 1, 3);
  const axis = rng.int(shape.length);
  return { inputs: [fed(normal(rng, shape.map((d, i) => (i === axis ? parts.reduce((a, b) => a + b) : d)))), list(...parts)], attributes: { axis: int(axis) }, outputs: parts.length };
};
const squeeze: MakeNode = (rng) => {
  const shape = anyShape(rng, 0, 2);
  const at = rng.int(shape.length + 1);
  return { inputs: [fed(normal(rng, [...shape.slice(0, at), 1, ...shape.slice(at)])), list(rng.bernoulli(0.5) ? at : at - shape.length - 1)] };
};
const unsqueeze: MakeNode = (rng) => {
  const shape = anyShape(rng, 0, 2);
  const axes = [...rng.permutation(shape.length + 2)].slice(0, between(rng, 1, 2));
  const rank = shape.length + axes.length;
  return { inputs: [fed(normal(rng, shape)), list(...axes.filter((a) => a < rank).map((a) => (rng.bernoulli(0.3) ? a - rank : a)))] };
};
const tile: MakeNode = (rng) => {
  const shape = anyShape(rng, 1, 3);
  return { inputs: [fed(normal(rng, shape)), list(...shape.map(() => between(rng, 1, 3)))] };
};
const transpose: MakeNode = (rng) => {
  const shape = anyShape(rng, 1);
  const attributes: Attributes = rng.bernoulli(0.2) ? {} : { perm: ints([...rng.permutation(shape.length)]) };
  return { inputs: [fed(normal(rng, shape))], attributes };
};
const trilu: MakeNode = (rng) => ({ inputs: [fed(rng.pick<Fill>([normal, bools])(rng, [...anyShape(rng, 0, 1), between(rng, 1, 4), between(rng, 1, 4)])), ...(rng.bernoulli(0.5) ? [stored(int64s(-2, 2)(rng, []))] : [])], attributes: { upper: int(rng.int(2)) } });
const constantOfShape: MakeNode = (rng) => ({ inputs: [list(...anyShape(rng, 1, 3))], attributes: { value: { type: 'tensor', value: normal(rng, [1]) } } });
const anyInput = (fill: Fill = normal): MakeNode => (rng) => ({ inputs: [fed(fill(rng, anyShape(rng)))], made: 'int64' });

export const shapes: Readonly<Record<string, MakeNode>> = {
  Concat: concat,
  Constant: (rng) => ({ inputs: [], attributes: rng.pick<Attributes>([{ value: { type: 'tensor', value: normal(rng, anyShape(rng)) } }, { value_ints: ints([3, 4]) }, { value_float: float(0.5) }]) }),
  ConstantOfShape: constantOfShape,
  Dropout: (rng) => ({ inputs: [fed(normal(rng, anyShape(rng)))] }),
  Expand: expand,
  EyeLike: (rng) => ({ inputs: [fed(normal(rng, sizes(rng, 2)))], attributes: { k: int(between(rng, -1, 1)) } }),
  Flatten: flatten,
  Pad: pad,
  Reshape: reshape,
  Shape: (rng) => ({ inputs: [fed(normal(rng, anyShape(rng, 1)))], made: 'int64' }),
  Size: anyInput(),
  Slice: slice,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Trilu: trilu,
  Unsqueeze: unsqueeze,
};
