/**
 * Layer normalisation over the last axis (Ba et al. 2016, arXiv:1607.06450). With m and r = 1 / sqrt(variance + epsilon) of a row
 * (biased variance), xhat = (x - m) r.
 */
import { ShapeError } from '../../base/errors';
import { showShape, sizeOf, tensor, type Shape, type Tensor } from '../../base/tensor';
import { defineOp, filled, type Apply, type Emit, type Reference, type Value } from '../value';
import { add, mul, sub } from './elementwise';
import { gradientOf } from './gradient-of';
import { aligned, spread } from './lifting';
import { mean, sumTo } from './reduce';

interface Epsilon extends Record<string, number> {
  readonly epsilon: number;
}
function widthOf(who: string, x: Shape): number {
  const width = x.at(-1);
  if (width === undefined) throw new ShapeError(`${who}: expected a value of at least one axis, but a scalar came.`);
  return width;
}
function checkRow(who: string, x: Shape, ...rows: readonly Shape[]): void {
  const wrong = rows.find((row) => row.length !== 1 || row[0] !== widthOf(who, x));
  if (wrong) throw new ShapeError(`${who}: weight and bias must be as long as the last axis of ${showShape(x)}, but ${showShape(wrong)} came.`);
}
const onesOf = (width: number): Tensor => filled([width], 1).data!;

/** Visits each row of x with its place, mean and r. */
function eachRow(x: Reference, epsilon: number, visit: (start: number, m: number, r: number) => void): void {
  const width = x.shape.at(-1)!;
  for (let start = 0; start < x.data.length; start += width) {
    const row = x.data.subarray(start, start + width);
    const m = row.reduce((t, v) => t + v, 0) / width;
    const variance = row.reduce((t, v) => t + (v - m) ** 2, 0) / width;
    visit(start, m, 1 / Math.sqrt(variance + epsilon));
  }
}
function standardized(x: Reference, epsilon: number): Float64Array {
  const out = new Float64Array(x.data.length);
  eachRow(x, epsilon, (start, m, r) => {
    for (let i = start; i < start + x.shape.at(-1)!; i++) out[i] = (x.data[i]! - m) * r;
  });
  return out;
}
/**
 * xhat and r. On WebGPU by one node, LayerNormalization; on the CPU that one is slower than its parts, for its loops are scalar, and
 * errs more where the mean is large (`node tools/step-cost.mjs gpt-170k`: 3 ms of 50).
 */
function statistics(x: string, width: number, { epsilon }: Epsilon, emit: Emit): { xhat: string; r: string } {
  if (emit.target === 'webgpu') {
    const [xhat, , r] = emit.outputs(3, 'LayerNormalization', [x, emit.constant(onesOf(width))], { axis: -1, epsilon }) as [string, string, string]; // three outputs
    return { xhat, r };
  }
  const mean = (name: string): string => emit('ReduceMean', [name, emit.int64s([-1])], { keepdims: true });
  const centred = emit('Sub', [x, mean(x)]);
  const r = emit('Reciprocal', [emit('Sqrt', [emit('Add', [mean(emit('Mul', [centred, centred])), emit.float(epsilon)])])]);
  return { xhat: emit('Mul', [centred, r]), r };
}

const standardizeOp: Apply<'x', Epsilon> = defineOp<'x', Epsilon>({
  name: 'standardize',
  shape: ({ x }) => (widthOf('standardize', x), x),
  gradient: ({ dy, x }, attrs) => ({ x: layerNormInput({ g: dy, x, weight: filled([x.shape.at(-1)!], 1) }, attrs) }),
  onnx: ({ x }, attrs, emit, values) => statistics(x, values.x.shape.at(-1)!, attrs, emit).xhat,
  reference: ({ x }, { epsilon }) => standardized(x, epsilon),
  sums: true,
  lift: ({ x }, attrs) => standardizeOp({ x: x.value }, attrs),
});
/** xhat, of x's shape. */
export const standardize = (x: Value, epsilon = 1e-5): Value => standardizeOp({ x }, { epsilon });

const inverseStdOp: Apply<'x', Epsilon> = defineOp<'x', Epsilon>({
  name: 'inverseStd',
  shape: ({ x }) => (widthOf('inverseStd', x), [...x.slice(0, -1), 1]),
  // dr/dx = -r^2 xhat / d
  gradient: ({ dy, x, y }, attrs) => ({ x: mul(standardizeOp({ x }, attrs), mul(mul(dy, mul(y, y)), -1 / x.shape.at(-1)!)) }),
  onnx: ({ x }, attrs, emit, values) => statistics(x, values.x.shape.at(-1)!, attrs, emit).r,
  reference: ({ x }, { epsilon }, shape) => {
    const out = new Float64Array(sizeOf(shape));
    eachRow(x, epsilon, (start, _, r) => (out[start / x.shape.at(-1)!] = r));
    return out;
  },
  sums: true,
  lift: ({ x }, attrs) => inverseStdOp({ x: x.value }, attrs),
});
/** r, [..., 1]. */
export const inverseStd = (x: Value, epsilon = 1e-5): Value => inverseStdOp({ x }, { epsilon });

/** With u = g weight: dx = r (u - mean(u) - xhat mean(u xhat)). */
function inputGradient({ g, x, weight }: Readonly<Record<'g' | 'x' | 'weight', Value>>, { epsilon }: Epsilon): Value {
  const [xhat, u] = [standardize(x, epsilon), mul(g, weight)];
  const over = { axes: [-1], keepDims: true };
  return mul(sub(sub(u, mean(u, over)), mul(xhat, mean(mul(u, xhat), over))), inverseStd(x, epsilon));
}
/** Widths up to which one contraction, whose work grows with the width's square, stands in for four of linear work. */
const narrow = 64;
/**
 * The gradient at x in few dispatches, for a GPU. With the rows b_0 = 1 and b_1 = xhat,
 *   dx_d = sum_e sum_k r g_e weight_e A_ked b_ke b_kd,   A_0 = I - 1/d, A_1 = -1/d
 * at once where rows are narrow; else sum_e g_e weight_e b_ke first.
 */
function byContraction(g: string, weight: string, { xhat, r }: { xhat: string; r: string }, shape: Shape, emit: Emit): string {
  const width = shape.at(-1)!;
  const rows = sizeOf(shape) / width;
  const flat = (name: string, ...to: readonly number[]): string => emit('Reshape', [name, emit.int64s(to)]);
  const basis = emit('Pad', [flat(xhat, rows, 1, width), emit.int64s([0, 1, 0, 0, 0, 0]), emit.float(1)], { mode: 'constant' });
  const [gradient, scale] = [flat(g, rows, width), flat(r, rows)];
  if (width <= narrow) return flat(emit('Einsum', [gradient, weight, scale, emit.constant(projections(width)), basis, basis], { equation: 'ne,e,n,ked,nke,nkd->nd' }), ...shape);
  const whole = emit('Einsum', [gradient, weight, scale], { equation: 'nd,d,n->nd' });
  const along = emit('Einsum', [gradient, weight, scale, basis, emit.constant(tensor([1 / width]))], { equation: 'ne,e,n,nke,s->nk' });
  return flat(emit('Sub', [whole, emit('Einsum', [along, basis], { equation: 'nk,nkd->nd' })]), ...shape);
}
/** The gradient at x, given that at the result: an op of its own for the sake of its ONNX forms. */
const layerNormInput: Apply<'g' | 'x' | 'weight', Epsilon> = defineOp<'g' | 'x' | 'weight', Epsilon>({
  name: 'layerNormInput',
  shape: ({ g }) => g,
  gradient: ({ dy, g, x, weight }, attrs) => gradientOf((v) => inputGradient(v, attrs), { g, x, weight }, dy),
  onnx: ({ g, x, weight }, attrs, emit, values) => {
    const made = statistics(x, values.x.shape.at(-1)!, attrs, emit);
    if (emit.target === 'webgpu') return byContraction(g, weight, made, values.x.shape, emit);
    const { xhat, r } = made;
    const mean = (name: string): string => emit('ReduceMean', [name, emit.int64s([-1])], { keepdims: true });
    const u = values.weight.data?.data.every((w) => w === 1) ? g : emit('Mul', [g, weight]);
    const along = emit('Mul', [xhat, mean(emit('Mul', [u, xhat]))]);
    return emit('Mul', [emit('Sub', [emit('Sub', [u, mean(u)]), along]), r]);
  },
  reference: ({ g, x, weight }, { epsilon }) => {
    const width = x.shape.at(-1)!;
    const xhat = standardized(x, epsilon);
    const u = g.data.map((v, i) => v * weight.data[i % width]!);
    const out = new Float64Array(u.length);
    eachRow(x, epsilon, (start, _, r) => {
      const row = Array.from({ length: width }, (_, i) => start + i);
      const meanU = row.reduce((t, i) => t + u[i]!, 0) / width;
      const along = row.reduce((t, i) => t + u[i]! * xhat[i]!, 0) / width;
      for (const i of row) out[i] = r * (u[i]! - meanU - xhat[i]! * along);
    });
    return out;
  },
  sums: true,
  lift: ({ g, x, weight }, attrs, k, y) => {
    const [manyG, manyX] = [spread(g, k), spread(x, k)];
    return weight.many ? inputGradient({ g: manyG, x: manyX, weight: aligned(weight, y.shape.length) }, attrs) : layerNormInput({ g: manyG, x: manyX, weight: weight.value }, attrs);
  },
});
function projections(width: number): Tensor {
  const part = (diagonal: number) => Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? diagonal : 0) - 1 / width);
  return tensor([...part(1), ...part(0)], [2, width, width]);
}

const layerNormOp = defineOp<'x' | 'weight' | 'bias', Epsilon>({
  name: 'layerNorm',
  shape: ({ x, weight, bias }) => (checkRow('layerNorm', x, weight, bias), x),
  gradient: ({ dy, x, weight, bias }, attrs) => ({
    x: layerNormInput({ g: dy, x, weight }, attrs),
    weight: sumTo(mul(dy, standardizeOp({ x }, attrs)), weight.shape),
    bias: sumTo(dy, bias.shape),
  }),
  onnx: ({ x, weight, bias }, { epsilon }, emit, values) => {
    if (emit.target === 'webgpu') return emit('LayerNormalization', [x, weight, bias], { axis: -1, epsilon });
    return emit('Add', [emit('Mul', [statistics(x, values.x.shape.at(-1)!, { epsilon }, emit).xhat, weight]), bias]);
  },
  reference: ({ x, weight, bias }, { epsilon }) => standardized(x, epsilon).map((v, i) => v * weight.data[i % weight.data.length]! + bias.data[i % bias.data.length]!),
  sums: true,
  lift: ({ x, weight, bias }, { epsilon }, _, { shape }) => add(mul(aligned({ ...x, value: standardize(x.value, epsilon) }, shape.length), aligned(weight, shape.length)), aligned(bias, shape.length)),
});
/** xhat weight + bias, of x's shape; weight and bias are as long as its last axis. */
export const layerNorm = (x: Value, weight: Value, bias: Value, epsilon = 1e-5): Value => layerNormOp({ x, weight, bias }, { epsilon });
