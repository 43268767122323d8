// Which ONNX forms of convolutions, pooling and slices with gaps are fastest on the WASM provider: the measurements behind the rules in
// src/engine/ops/conv.ts, conv-weight.ts, pool.ts and slices.ts. `node tools/bench/convolutions.mjs [forward] [input] [weight] [pool] [gaps]`
// prints processor milliseconds a run; all parts by default.
import { close, race } from './forms.mjs';

const asked = process.argv.slice(2);
const wanted = (part) => asked.length === 0 || asked.includes(part);

// images, channels, side, kernels, kernel side, stride, pad, groups
const convolutions = [
  [64, 1, 28, 24, 5, 1, 0, 1], [64, 24, 12, 32, 3, 1, 0, 1], [16, 8, 28, 16, 3, 1, 1, 1], [32, 32, 16, 32, 3, 1, 1, 1], [64, 16, 14, 32, 3, 2, 1, 1], [8, 64, 14, 64, 3, 1, 1, 1],
  [8, 128, 7, 128, 3, 1, 1, 1], [8, 3, 64, 32, 3, 2, 1, 1], [32, 3, 32, 64, 4, 4, 0, 1], [8, 64, 14, 128, 1, 1, 0, 1], [16, 32, 14, 32, 3, 1, 1, 4],
  [8, 32, 28, 32, 3, 1, 1, 32], [2, 32, 56, 32, 3, 1, 1, 32], [8, 64, 28, 64, 3, 2, 1, 64], [16, 128, 14, 128, 3, 1, 1, 128], [8, 64, 14, 64, 5, 1, 2, 64],
]; // prettier-ignore
for (const [n, c, side, out, k, s, p, groups] of convolutions) {
  const [inner, each] = [c / groups, out / groups];
  const o = Math.floor((side + 2 * p - k) / s) + 1;
  const positions = n * o * o;
  const shapes = { x: [n, c, side, side], w: [out, inner, k, k], g: [n, out, o, o] };
  const attributes = { strides: [s, s], pads: [p, p, p, p], group: groups, kernel_shape: [k, k] };
  const title = `${n} images ${c}x${side}x${side}, ${out} kernels ${k}x${k}${s > 1 ? `, stride ${s}` : ''}${groups > 1 ? `, ${groups} groups` : ''}`;
  const depthwise = inner === 1 && each === 1;
  const left = side - ((o - 1) * s - 2 * p + k); // columns that no window reaches

  if (wanted('forward'))
    await race(`forward: ${title}`, { x: shapes.x, w: shapes.w, b: [out] }, {
      biasWithin: ({ x, w, b }, emit) => emit('Conv', [x, w, b], attributes),
      biasAdded: ({ x, w, b }, emit) => emit('Add', [emit('Conv', [x, w], attributes), emit('Reshape', [b, emit.ints([1, out, 1, 1])])]),
    });

  const turned = ({ w }, emit) => {
    const flipped = emit('Slice', [w, emit.ints([-1, -1]), emit.ints([-1000, -1000]), emit.ints([2, 3]), emit.ints([-1, -1])]);
    const exchanged = emit('Transpose', [emit('Reshape', [flipped, emit.ints([groups, each, inner, k, k])])], { perm: [0, 2, 1, 3, 4] });
    return emit('Reshape', [exchanged, emit.ints([c, each, k, k])]);
  };
  if (wanted('input'))
    await race(`input gradient: ${title}`, { g: shapes.g, w: shapes.w }, {
      transposed: ({ g, w }, emit) => emit('ConvTranspose', [g, w], { ...attributes, output_padding: [left, left] }),
      ...(s === 1 && { turnedKernels: ({ g, w }, emit) => emit('Conv', [g, turned({ w }, emit)], { group: groups, kernel_shape: [k, k], pads: Array(4).fill(k - 1 - p) }) }),
    });

  const taps = (x, vertical, emit) => {
    const around = vertical === 2 ? [0, 0, p, p, 0, 0, p, p] : [0, p, p, 0, 0, p, p, 0];
    const padded = p > 0 ? emit('Pad', [x, emit.ints(around)], { mode: 'constant' }) : x;
    const end = (at) => at + (o - 1) * s + 1;
    return Array.from({ length: k * k }, (_, t) => [Math.floor(t / k), t % k]).map(([u, v]) => emit('Slice', [padded, emit.ints([u, v]), emit.ints([end(u), end(v)]), emit.ints([vertical, vertical + 1]), emit.ints([s, s])]));
  };
  const reshaped = (x, shape, emit) => emit('Reshape', [x, emit.ints(shape)]);
  const turn = (x, perm, emit) => emit('Transpose', [x], { perm });
  const upstream = (g, emit) => reshaped(turn(g, [1, 0, 2, 3], emit), [out, positions], emit);
  const kernelOf = (product, emit) => reshaped(turn(reshaped(product, [out, k * k, inner], emit), [0, 2, 1], emit), shapes.w, emit);
  const whole = {
    channelsFirst: ({ x, g }, emit) => {
      const image = turn(x, [1, 0, 2, 3], emit);
      const padded = p > 0 ? emit('Pad', [image, emit.ints([0, 0, p, p, 0, 0, p, p])], { mode: 'constant' }) : image;
      const lines = (from, axis) => emit('Concat', Array.from({ length: k }, (_, at) => emit('Slice', [from, emit.ints([at]), emit.ints([at + (o - 1) * s + 1]), emit.ints([axis]), emit.ints([s])])), { axis: 0 });
      return kernelOf(emit('Gemm', [upstream(g, emit), reshaped(lines(lines(padded, 3), 2), [k * k * c, positions], emit)], { transB: 1 }), emit);
    },
    channelsFirstByTap: ({ x, g }, emit) => kernelOf(emit('Gemm', [upstream(g, emit), reshaped(emit('Concat', taps(turn(x, [1, 0, 2, 3], emit), 2, emit), { axis: 0 }), [k * k * c, positions], emit)], { transB: 1 }), emit),
    channelsLast: ({ x, g }, emit) => kernelOf(emit('Gemm', [upstream(g, emit), reshaped(emit('Concat', taps(turn(x, [0, 2, 3, 1], emit), 1, emit), { axis: 3 }), [positions, k * k * c], emit)]), emit),
    exchanged: ({ x, g }, emit) => {
      const y = emit('Conv', [turn(x, [1, 0, 2, 3], emit), turn(g, [1, 0, 2, 3], emit)], { dilations: [s, s], kernel_shape: [o, o], pads: [p, p, p, p] });
      return turn(emit('Slice', [y, emit.ints([0, 0]), emit.ints([k, k]), emit.ints([2, 3])]), [1, 0, 2, 3], emit);
    },
  };
  const batched = ({ x, g }, emit) => {
    const parts = taps(turn(x, [1, 0, 2, 3], emit), 2, emit).map((part) => reshaped(part, [groups, 1, inner, positions], emit));
    const columns = reshaped(turn(reshaped(g, [n, groups, each, o * o], emit), [1, 0, 3, 2], emit), [groups, positions, each], emit);
    const product = emit('MatMul', [reshaped(emit('Concat', parts, { axis: 1 }), [groups, k * k * inner, positions], emit), columns]);
    return reshaped(turn(reshaped(product, [groups, k * k, inner, each], emit), [0, 3, 2, 1], emit), shapes.w, emit);
  };
  const tapByTap = ({ x, g }, emit) => {
    const sums = taps(x, 2, emit).map((part) => reshaped(emit('ReduceSum', [emit('Mul', [part, g]), emit.ints([2, 3])], { keepdims: 0 }), [n, c, 1], emit));
    return reshaped(emit('ReduceSum', [emit('Concat', sums, { axis: 2 }), emit.ints([0])], { keepdims: 0 }), shapes.w, emit);
  };
  if (wanted('weight')) await race(`weight gradient: ${title}`, { x: shapes.x, g: shapes.g }, groups === 1 ? whole : { batched, ...(depthwise && { tapByTap }) });
}

const nearest = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
const oneTap = (k, emit) => emit.floats(Array.from({ length: k ** 4 }, (_, i) => (Math.floor(i / (k * k)) === i % (k * k) ? 1 : 0)), [k * k, 1, k, k]);
// images, channels, side, window, stride
for (const [n, c, side, k, s] of wanted('pool') ? [[64, 24, 24, 2, 2], [64, 32, 10, 2, 2], [16, 32, 24, 3, 3], [4, 64, 57, 3, 2]] : []) {
  const o = Math.floor((side - k) / s) + 1;
  const [x, y] = [[n, c, side, side], [n, c, o, o]];
  const window = { kernel_shape: [k, k], strides: [s, s] };
  const planes = (v, size, emit) => emit('Reshape', [v, emit.ints([n * c, 1, size, size])]);
  const title = `${n} images ${c}x${side}x${side}, window ${k}x${k}, stride ${s}`;
  await race(`mean: ${title}`, { x }, {
    averagePool: ({ x: image }, emit) => emit('AveragePool', [image], window),
    conv: ({ x: image }, emit) => emit('Reshape', [emit('Conv', [planes(image, side, emit), emit.floats(Array(k * k).fill(1 / k / k), [1, 1, k, k])], window), emit.ints(y)]),
  });
  await race(`maximum: ${title}`, { x }, {
    maxPool: ({ x: image }, emit) => emit('MaxPool', [image], window),
    slices: ({ x: image }, emit) => {
      const end = (at) => at + (o - 1) * s + 1;
      const parts = Array.from({ length: k * k }, (_, t) => [Math.floor(t / k), t % k]).map(([u, v]) => emit('Slice', [image, emit.ints([u, v]), emit.ints([end(u), end(v)]), emit.ints([2, 3]), emit.ints([s, s])]));
      return parts.reduce((a, b) => emit('Max', [a, b]));
    },
  });
  // Both share a gradient equally among ties; the indices, which no GPU has, give it to the first.
  const shared = (mask, g, count, emit) => emit('Mul', [mask, emit('Div', [g, count])]);
  await race(`gradient of the maximum: ${title}`, { x, g: y }, {
    patches: ({ x: image, g }, emit) => {
      const found = emit('Conv', [planes(image, side, emit), oneTap(k, emit)], window);
      const mask = emit('Cast', [emit('Equal', [found, planes(emit('MaxPool', [image], window), o, emit)])], { to: 1 });
      const shares = shared(mask, planes(g, o, emit), emit('ReduceSum', [mask, emit.ints([1])], { keepdims: 1 }), emit);
      const left = side - ((o - 1) * s + k);
      return emit('Reshape', [emit('ConvTranspose', [shares, oneTap(k, emit)], { ...window, output_padding: [left, left] }), emit.ints(x)]);
    },
    indices: ({ x: image, g }, emit) => {
      const places = emit('MaxPool', [image], window, 2)[1];
      const [flatPlaces, flat] = [emit('Reshape', [places, emit.ints([-1])]), emit('Reshape', [g, emit.ints([-1])])];
      const zeros = emit.floats(new Float32Array(n * c * side * side), [n * c * side * side]);
      return emit('Reshape', [emit('ScatterElements', [zeros, flatPlaces, flat], { axis: 0, reduction: 'add' }), emit.ints(x)]);
    },
    ...(s === k && {
      upsampled: ({ x: image, g }, emit) => {
        const up = (v) => emit('Resize', [v, '', emit.floats([1, 1, s, s], [4])], nearest);
        const mask = emit('Cast', [emit('Equal', [image, up(emit('MaxPool', [image], window))])], { to: 1 });
        const count = emit('Reshape', [emit('Conv', [planes(mask, side, emit), emit.floats(Array(k * k).fill(1), [1, 1, k, k])], window), emit.ints(y)]);
        return emit('Mul', [mask, up(emit('Div', [g, count]))]);
      },
    }),
  });
}

// lines, rows, columns, gaps between rows and between columns
for (const [n, h, w, down, across] of wanted('gaps') ? [[2048, 14, 14, 2, 2], [1, 512, 512, 1, 2], [1, 256, 1024, 2, 1], [64, 16, 256, 3, 1]] : []) {
  const [rows, columns] = [(h - 1) * down + 1, (w - 1) * across + 1];
  await race(`zeros between: ${n} x ${h} x ${w}, steps ${down} and ${across}`, { g: [n, 1, h, w] }, {
    convTranspose: ({ g }, emit) => emit('ConvTranspose', [g, emit.floats([1], [1, 1, 1, 1])], { strides: [down, across], kernel_shape: [1, 1] }),
    pad: ({ g }, emit) => {
      const apart = emit('Pad', [emit('Reshape', [g, emit.ints([n, h, 1, w, 1])]), emit.ints([0, 0, 0, 0, 0, 0, 0, down - 1, 0, across - 1])], { mode: 'constant' });
      return emit('Slice', [emit('Reshape', [apart, emit.ints([n, 1, h * down, w * across])]), emit.ints([0, 0]), emit.ints([rows, columns]), emit.ints([2, 3])]);
    },
  });
}
await close();
