/** Convolution and pooling. Opsets 7 to 21. */
import { int32, sameShape, showShape, sizeOf, type Shape } from '../../../base/tensor';
import { gradients } from '../../autodiff';
import { fail, type NodeReader } from '../node-reader';
import * as ops from '../../ops';
import { constant, filled, input, type Value } from '../../value';
import { first, unary, bounded, perAxis, spatial, type Builder, type Builders } from './builder';

/** Padding of a sliding window: [begins..., ends...]. */
function windowPads(node: NodeReader, image: Shape, kernel: readonly number[], strides: readonly number[], dilations: readonly number[]): readonly number[] {
  const mode = node.text('auto_pad', 'NOTSET');
  if (mode === 'NOTSET') return perAxis(node, 'pads', 2 * image.length, 0) ?? [...image, ...image].map(() => 0);
  if (mode === 'VALID') return [...image, ...image].map(() => 0);
  const total = image.map((size, i) => Math.max((Math.ceil(size / strides[i]!) - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1 - size, 0));
  const small = total.map((t) => Math.floor(t / 2));
  const large = total.map((t) => Math.ceil(t / 2));
  return mode === 'SAME_LOWER' ? [...large, ...small] : [...small, ...large];
}
interface Sliding {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
}
function sliding(node: NodeReader, image: Shape, kernel: readonly number[]): Sliding {
  if (image.length < 1 || image.length > 3) fail(`only one, two and three spatial dimensions are supported, but the input is ${showShape(node.input(0).shape)}.`);
  if (kernel.length !== image.length) fail(`a kernel [${kernel.join(',')}] does not fit the input ${showShape(node.input(0).shape)}.`);
  if (sizeOf(kernel) > 1024) fail('windows of more than 1024 entries are not supported.');
  const [strides, dilations] = [perAxis(node, 'strides', image.length, 1) ?? image.map(() => 1), perAxis(node, 'dilations', image.length, 1) ?? image.map(() => 1)];
  const pads = windowPads(node, image, kernel, strides, dilations);
  bounded(sizeOf(image.map((d, i) => d + pads[i]! + pads[i + image.length]!)));
  return { strides, dilations, pads };
}
const conv: Builder = (node) => {
  const [x, w, bias] = [node.input(0), node.input(1), node.maybe(2)];
  return ops.conv(x, w, { ...sliding(node, x.shape.slice(2), w.shape.slice(2)), groups: node.int('group', 1), ...(bias && { bias }) });
};
/** Pads and missing entries at the ends so that a transposed convolution gives `size` entries an axis: what is too much is cut at both ends. */
function transposedPads(node: NodeReader, x: Shape, kernel: readonly number[], { strides, dilations, pads }: Sliding): { pads: readonly number[]; size: readonly number[] } {
  const rank = kernel.length;
  const extra = perAxis(node, 'output_padding', rank, 0) ?? kernel.map(() => 0);
  const full = kernel.map((k, i) => (x[i + 2]! - 1) * strides[i]! + dilations[i]! * (k - 1) + 1 + extra[i]!);
  const mode = node.text('auto_pad', 'NOTSET');
  const same = mode === 'SAME_UPPER' || mode === 'SAME_LOWER';
  const asked = perAxis(node, 'output_shape', rank, 1) ?? (same ? kernel.map((_, i) => x[i + 2]! * strides[i]!) : undefined);
  if (!asked) return { pads, size: full.map((f, i) => f - pads[i]! - pads[i + rank]!) };
  const cut = full.map((f, i) => f - asked[i]!);
  const [small, large] = [cut.map((c) => Math.floor(c / 2)), cut.map((c) => Math.ceil(c / 2))];
  return { pads: mode === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small], size: asked };
}
/** ConvTranspose is the gradient of Conv in its image; Conv is linear there, so the image itself is not read. */
const convTranspose: Builder = (node) => {
  const [x, w, bias] = [node.input(0), node.input(1), node.maybe(2)];
  const kernel = w.shape.slice(2);
  const window = sliding(node, x.shape.slice(2), kernel);
  const { pads, size } = transposedPads(node, x.shape, kernel, window);
  const groups = node.int('group', 1);
  // Where less than nothing is cut, zeros are added: entries that no window reaches.
  const [cut, added] = [pads.map((p) => Math.max(p, 0)), pads.map((p) => Math.max(-p, 0))];
  const rank = kernel.length;
  const inner = size.map((d, i) => d - added[i]! - added[i + rank]!);
  bounded(sizeOf(size.map((d) => Math.max(d, 1))));
  const image = input('image', [x.shape[0]!, w.shape[1]! * groups, ...inner]);
  const forward = ops.conv(image, w, { strides: window.strides, dilations: window.dilations, pads: cut, groups });
  if (!sameShape(forward.shape, x.shape)) fail(`its output ${showShape(size)} does not fit its input ${showShape(x.shape)}, strides [${window.strides.join(',')}] and output_padding.`);
  const [made] = gradients(forward, [image], x) as [Value];
  const y = ops.pad(made, [0, 0, ...added.slice(0, rank)], [0, 0, ...added.slice(rank)]);
  return bias ? ops.add(y, first(bias, y.shape.length)) : y;
};

/** The window of a pooling node; `ceil_mode` becomes padding at the ends, which is `beyond` what the node itself pads. */
function poolWindow(node: NodeReader): { x: Value; window: ops.WindowN & Sliding; beyond: readonly number[] } {
  const x = node.input(0);
  const image = x.shape.slice(2);
  const kernel = perAxis(node, 'kernel_shape', image.length, 1) ?? fail('it gives no kernel_shape.');
  const { strides, dilations, pads } = sliding(node, image, kernel);
  const rank = image.length;
  const ends = image.map((d, i) => {
    const [before, after] = [pads[i]!, pads[i + rank]!];
    const extent = dilations[i]! * (kernel[i]! - 1) + 1;
    const steps = (d + before + after - extent) / strides[i]!;
    if (node.int('ceil_mode', 0) === 0 || Number.isInteger(steps)) return after;
    // The last window must begin on the image or on the padding before it.
    const places = (Math.ceil(steps) * strides[i]! >= d + before ? Math.floor(steps) : Math.ceil(steps)) + 1;
    return Math.max((places - 1) * strides[i]! + extent - d - before, after);
  });
  const window = { kernel, strides, dilations, pads: [...pads.slice(0, rank), ...ends] };
  return { x, window, beyond: ends.map((end, i) => end - pads[i + rank]!) };
}
const averagePool: Builder = (node) => {
  const { x, window, beyond } = poolWindow(node);
  const countPads = node.int('count_include_pad', 0) === 1;
  if (!countPads || beyond.every((b) => b === 0)) return ops.averagePoolN(x, { ...window, countPads });
  // The node's own padding counts, what ceil_mode adds beyond it does not.
  const rank = beyond.length;
  const padded = ops.pad(x, [0, 0, ...window.pads.slice(0, rank)], [0, 0, ...window.pads.slice(rank).map((p, i) => p - beyond[i]!)]);
  return ops.averagePoolN(padded, { ...window, pads: [...beyond.map(() => 0), ...beyond] });
};
/** x^p for x of at least 0 and whole p from 1 on. */
const power = (x: Value, p: number): Value => (p === 1 ? x : p === 2 ? ops.mul(x, x) : ops.pow(x, p));
const root = (x: Value, p: number): Value => (p === 1 ? x : p === 2 ? ops.sqrt(x) : ops.pow(x, 1 / p));
const lpNorm = (node: NodeReader, total: (x: Value) => Value): Value => {
  const p = node.int('p', 2);
  return root(total(power(ops.abs(node.input(0)), p)), p);
};
const lpPool: Builder = (node) => lpNorm(node, (x) => ops.windowSumN(x, poolWindow(node).window));

const maxPool: Builder = (node) => {
  const { x, window } = poolWindow(node);
  if (x.dtype !== 'float32') return ops.cast(ops.maxPoolN(ops.cast(x, 'float32'), window), x.dtype);
  return node.wants(1) ? [ops.maxPoolN(x, window), maxPlaces(node, x, window)] : ops.maxPoolN(x, window);
};
/** Flat place in the input of the first maximum of every window, in rows or (storage_order 1) in columns. */
function maxPlaces(node: NodeReader, x: Value, { kernel, strides, dilations, pads }: ops.WindowN & Sliding): Value {
  const rank = kernel.length;
  if (rank > 2) fail('indices of maxima in three dimensions are not supported.');
  const flat = (list: readonly number[], filler: number): number[] => [...(rank === 1 ? [filler] : []), ...list];
  const [n, c, h, w] = [x.shape[0]!, x.shape[1]!, ...flat(x.shape.slice(2), 1)] as [number, number, number, number];
  const [before, after] = [flat(pads.slice(0, rank), 0), flat(pads.slice(rank), 0)];
  const [[kh, kw], [sh, sw], [dh, dw]] = [flat(kernel, 1), flat(strides, 1), flat(dilations, 1)] as [[number, number], [number, number], [number, number]];
  const padded = ops.pad(ops.reshape(x, [n * c, 1, h, w]), [0, 0, ...before], [0, 0, ...after], -3.4e38);
  const taps = Array.from({ length: kh * kw }, (_, t) => [Math.floor(t / kw) * dh, (t % kw) * dw] as const);
  const [oh, ow] = [Math.floor((padded.shape[2]! - (kh - 1) * dh - 1) / sh) + 1, Math.floor((padded.shape[3]! - (kw - 1) * dw - 1) / sw) + 1];
  const patches = ops.concat(taps.map(([u, v]) => ops.slice(padded, [0, 0, u, v], [n * c, 1, u + (oh - 1) * sh + 1, v + (ow - 1) * sw + 1], [1, 1, sh, sw])), 1);
  const tap = ops.argMax(patches, 1, { keepDims: true }); // [n c, 1, oh, ow]
  const columns = node.int('storage_order', 0) === 1;
  const place = (row: number, column: number): number => (columns ? column * h + row : row * w + column);
  const within = ops.gather(constant(int32(taps.map(([u, v]) => place(u, v)))), tap);
  const starts = Array.from({ length: oh * ow }, (_, i) => place(Math.floor(i / ow) * sh - before[0]!, (i % ow) * sw - before[1]!));
  const planes = Array.from({ length: n * c }, (_, i) => i * h * w);
  const all = ops.add(ops.add(within, constant(int32(starts, [oh, ow]))), constant(int32(planes, [n * c, 1, 1, 1])));
  return ops.reshape(all, [n, c, ...(rank === 1 ? [ow] : [oh, ow])]);
}
/** Maxima back at the places that MaxPool gave, zeros elsewhere. */
const maxUnpool: Builder = (node) => {
  const [x, places] = [node.input(0), node.input(1)];
  const image = x.shape.slice(2);
  const kernel = perAxis(node, 'kernel_shape', image.length, 1) ?? fail('it gives no kernel_shape.');
  const strides = perAxis(node, 'strides', image.length, 1) ?? image.map(() => 1);
  const pads = perAxis(node, 'pads', 2 * image.length, 0) ?? [...image, ...image].map(() => 0);
  const own = image.map((d, i) => (d - 1) * strides[i]! + kernel[i]! - pads[i]! - pads[i + image.length]!);
  const shape = [x.shape[0]!, x.shape[1]!, ...own];
  const size = bounded(sizeOf(shape));
  const flat = (v: Value): Value => ops.reshape(v, [sizeOf(v.shape)]);
  const y = ops.reshape(ops.scatterElements(filled([size], 0), flat(places), flat(x), 0), shape);
  const asked = node.numbers(2) ?? shape; // the places are those of the smallest image that the pooling could have had
  bounded(sizeOf(asked));
  return ops.pad(y, shape.map(() => 0), shape.map((d, i) => (asked[i] ?? d) - d));
};

export const windows: Builders = {
  AveragePool: averagePool,
  Conv: conv,
  ConvTranspose: convTranspose,
  GlobalAveragePool: unary((x) => ops.mean(x, spatial(x))),
  GlobalLpPool: (node) => lpNorm(node, (x) => ops.sum(x, spatial(x))),
  GlobalMaxPool: unary((x) => ops.max(x, spatial(x))),
  LpPool: lpPool,
  MaxPool: maxPool,
  MaxUnpool: maxUnpool,
};
