/** Element-wise ops. Binary ones broadcast as NumPy does; a number stands for a scalar. */
import { erf as erfOf } from '../../base/math';
import { ShapeError } from '../../base/errors';
import { broadcastShapes, type DType } from '../../base/tensor';
import { defineOp, scalar, type Emit, type Value } from '../value';
import { broadcastIndex, mapReference, zipReference } from './loops';
import { sumTo } from './reduce';

type Operand = Value | number;
const lift = (x: Operand): Value => (typeof x === 'number' ? scalar(x) : x);

// -- one operand -------------------------------------------------------------------------------------------------------------

interface Unary {
  readonly name: string;
  readonly gradient: (v: { x: Value; y: Value; dy: Value }) => Value;
  readonly onnx: string | ((x: string, emit: Emit) => string);
  readonly reference: (x: number) => number;
}
/** What is the same for integers; the rest is of floats alone, as their ONNX forms are. */
const INTEGERS_TOO: ReadonlySet<string> = new Set(['neg', 'abs']);
function unary({ name, gradient, onnx, reference }: Unary): (x: Value) => Value {
  const apply = defineOp<'x'>({
    name,
    shape: ({ x }) => x,
    dtype: ({ x }) => {
      if (x !== 'float32' && !INTEGERS_TOO.has(name)) throw new ShapeError(`${name}: expected float32, but ${x} came. Cast it.`);
      return x;
    },
    gradient: (v) => ({ x: gradient(v) }),
    onnx: ({ x }, _, emit) => (typeof onnx === 'string' ? emit(onnx, [x]) : onnx(x, emit)),
    reference: ({ x }) => mapReference(x, reference),
    lift: 'elementwise',
  });
  return (x) => apply({ x }, {});
}

export const neg = unary({ name: 'neg', gradient: ({ dy }) => neg(dy), onnx: 'Neg', reference: (x) => -x });
export const exp = unary({ name: 'exp', gradient: ({ dy, y }) => mul(dy, y), onnx: 'Exp', reference: Math.exp });
export const log = unary({ name: 'log', gradient: ({ dy, x }) => div(dy, x), onnx: 'Log', reference: Math.log });
/** y = sqrt(x), dx = dy / 2y: infinite at 0; add an epsilon before it where x may be 0. */
export const sqrt = unary({ name: 'sqrt', gradient: ({ dy, y }) => div(mul(dy, 0.5), y), onnx: 'Sqrt', reference: Math.sqrt });
export const reciprocal = unary({ name: 'reciprocal', gradient: ({ dy, y }) => neg(mul(dy, mul(y, y))), onnx: 'Reciprocal', reference: (x) => 1 / x });
export const sin = unary({ name: 'sin', gradient: ({ dy, x }) => mul(dy, cos(x)), onnx: 'Sin', reference: Math.sin });
export const cos = unary({ name: 'cos', gradient: ({ dy, x }) => neg(mul(dy, sin(x))), onnx: 'Cos', reference: Math.cos });
export const tan = unary({ name: 'tan', gradient: ({ dy, y }) => mul(dy, add(mul(y, y), 1)), onnx: 'Tan', reference: Math.tan });
export const asin = unary({ name: 'asin', gradient: ({ dy, x }) => div(dy, sqrt(sub(1, mul(x, x)))), onnx: 'Asin', reference: Math.asin });
export const acos = unary({ name: 'acos', gradient: ({ dy, x }) => neg(div(dy, sqrt(sub(1, mul(x, x))))), onnx: 'Acos', reference: Math.acos });
export const atan = unary({ name: 'atan', gradient: ({ dy, x }) => div(dy, add(mul(x, x), 1)), onnx: 'Atan', reference: Math.atan });
export const sinh = unary({ name: 'sinh', gradient: ({ dy, x }) => mul(dy, cosh(x)), onnx: 'Sinh', reference: Math.sinh });
export const cosh = unary({ name: 'cosh', gradient: ({ dy, x }) => mul(dy, sinh(x)), onnx: 'Cosh', reference: Math.cosh });
export const asinh = unary({ name: 'asinh', gradient: ({ dy, x }) => div(dy, sqrt(add(mul(x, x), 1))), onnx: 'Asinh', reference: Math.asinh });
export const acosh = unary({ name: 'acosh', gradient: ({ dy, x }) => div(dy, sqrt(sub(mul(x, x), 1))), onnx: 'Acosh', reference: Math.acosh });
export const atanh = unary({ name: 'atanh', gradient: ({ dy, x }) => div(dy, sub(1, mul(x, x))), onnx: 'Atanh', reference: Math.atanh });
export const tanh = unary({ name: 'tanh', gradient: ({ dy, y }) => mul(dy, sub(1, mul(y, y))), onnx: 'Tanh', reference: Math.tanh });
export const sigmoid = unary({ name: 'sigmoid', gradient: ({ dy, y }) => mul(dy, mul(y, sub(1, y))), onnx: 'Sigmoid', reference: (x) => 1 / (1 + Math.exp(-x)) });
/** max(x, 0); its derivative at 0 is taken as 0. */
export const relu = unary({ name: 'relu', gradient: ({ dy, x }) => where(greater(x, 0), dy, 0), onnx: 'Relu', reference: (x) => (x > 0 ? x : 0) });
export const abs = unary({ name: 'abs', gradient: ({ dy, x }) => mul(dy, sign(x)), onnx: 'Abs', reference: Math.abs });
export const erf = unary({ name: 'erf', gradient: ({ dy, x }) => mul(dy, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))), onnx: 'Erf', reference: erfOf });
/** Piecewise constant: derivative 0 everywhere. */
export const floor = unary({ name: 'floor', gradient: ({ dy }) => mul(dy, 0), onnx: 'Floor', reference: Math.floor });
/** -1, 0 or 1; derivative 0. The WebGPU provider has no Sign, so it is (x > 0) - (x < 0). */
export const sign = unary({
  name: 'sign',
  gradient: ({ dy }) => mul(dy, 0),
  onnx: (x, emit) => {
    const zero = emit.float(0);
    const float = (name: string) => emit('Cast', [name], { to: 1 });
    return emit('Sub', [float(emit('Greater', [x, zero])), float(emit('Less', [x, zero]))]);
  },
  reference: Math.sign,
});
/** Identity forward, zero backward. */
const stopGradientOp = defineOp<'x'>({
  name: 'stopGradient',
  shape: ({ x }) => x,
  gradient: () => ({}),
  onnx: ({ x }) => x,
  reference: ({ x }) => x.data,
  lift: 'elementwise',
});
export const stopGradient = (x: Value): Value => stopGradientOp({ x }, {});

const onnxTypes: Readonly<Record<DType, number>> = { float32: 1, int32: 6, bool: 9 };
const castOp = defineOp<'x', { to: DType }>({
  name: 'cast',
  shape: ({ x }) => x,
  dtype: (_, { to }) => to,
  // From bool or int32: piecewise constant, so nothing flows back.
  gradient: () => ({}),
  onnx: ({ x }, { to }, emit) => emit('Cast', [x], { to: onnxTypes[to] }),
  reference: ({ x }, { to }) => mapReference(x, to === 'bool' ? (v) => (v !== 0 ? 1 : 0) : to === 'int32' ? Math.trunc : (v) => v),
  lift: 'elementwise',
});
export const cast = (x: Value, to: DType): Value => (x.dtype === to ? x : castOp({ x }, { to }));

// -- two operands ------------------------------------------------------------------------------------------------------------

interface Binary {
  readonly name: string;
  /** Gradients before broadcasting is undone. */
  readonly gradient: 'none' | ((v: { a: Value; b: Value; y: Value; dy: Value }) => { a: Value; b: Value });
  readonly onnx: string;
  readonly reference: (a: number, b: number) => number;
  readonly dtype?: DType;
}
function binary({ name, gradient, onnx, reference, dtype }: Binary): (a: Operand, b: Operand) => Value {
  const apply = defineOp<'a' | 'b'>({
    name,
    shape: ({ a, b }) => broadcastShapes(name, a, b),
    dtype: ({ a, b }) => {
      if (a !== b) throw new ShapeError(`${name}: one operand is ${a}, the other ${b}. Cast one of them.`);
      return dtype ?? a;
    },
    gradient:
      gradient === 'none'
        ? 'none'
        : (v) => {
            const g = gradient(v);
            return { a: sumTo(g.a, v.a.shape), b: sumTo(g.b, v.b.shape) };
          },
    onnx: ({ a, b }, _, emit) => emit(onnx, [a, b]),
    reference: ({ a, b }, _, shape) => zipReference(a, b, shape, reference),
    lift: 'elementwise',
  });
  return (a, b) => apply({ a: lift(a), b: lift(b) }, {});
}

export const add = binary({ name: 'add', gradient: ({ dy }) => ({ a: dy, b: dy }), onnx: 'Add', reference: (a, b) => a + b });
export const sub = binary({ name: 'sub', gradient: ({ dy }) => ({ a: dy, b: neg(dy) }), onnx: 'Sub', reference: (a, b) => a - b });
export const mul = binary({ name: 'mul', gradient: ({ dy, a, b }) => ({ a: mul(dy, b), b: mul(dy, a) }), onnx: 'Mul', reference: (a, b) => a * b });
export const div = binary({ name: 'div', gradient: ({ dy, y, b }) => ({ a: div(dy, b), b: neg(div(mul(dy, y), b)) }), onnx: 'Div', reference: (a, b) => a / b });
/**
 * a^b. Differentiable in b where a > 0; elsewhere the gradient in b is 0, as a^b is real there for whole b alone. Infinite in a at 0 for b < 1.
 */
export const pow = binary({
  name: 'pow',
  // da = b a^(b-1), db = a^b log(a)
  gradient: ({ dy, a, b, y }) => {
    const positive = greater(a, 0);
    return { a: mul(dy, mul(b, pow(a, sub(b, 1)))), b: where(positive, mul(dy, mul(y, log(where(positive, a, 1)))), 0) };
  },
  onnx: 'Pow',
  reference: Math.pow,
});
/** Quotient of int32 numbers, rounded towards 0. */
export const quotient = binary({ name: 'quotient', gradient: 'none', onnx: 'Div', reference: (a, b) => Math.trunc(a / b) });
/** At a tie the whole gradient goes to `a`. */
export const maximum = binary({ name: 'maximum', gradient: ({ dy, a, b }) => pickGradient(dy, less(a, b)), onnx: 'Max', reference: Math.max });
export const minimum = binary({ name: 'minimum', gradient: ({ dy, a, b }) => pickGradient(dy, greater(a, b)), onnx: 'Min', reference: Math.min });
const pickGradient = (dy: Value, toB: Value) => ({ a: where(toB, 0, dy), b: where(toB, dy, 0) });

export const greater = binary({ name: 'greater', gradient: 'none', onnx: 'Greater', reference: (a, b) => (a > b ? 1 : 0), dtype: 'bool' });
export const less = binary({ name: 'less', gradient: 'none', onnx: 'Less', reference: (a, b) => (a < b ? 1 : 0), dtype: 'bool' });
export const greaterOrEqual = binary({ name: 'greaterOrEqual', gradient: 'none', onnx: 'GreaterOrEqual', reference: (a, b) => (a >= b ? 1 : 0), dtype: 'bool' });
export const equal = binary({ name: 'equal', gradient: 'none', onnx: 'Equal', reference: (a, b) => (a === b ? 1 : 0), dtype: 'bool' });

const whereOp = defineOp<'condition' | 'a' | 'b'>({
  name: 'where',
  shape: ({ condition, a, b }) => broadcastShapes('where', condition, broadcastShapes('where', a, b)),
  dtype: ({ condition, a, b }) => {
    if (condition !== 'bool' || a !== b) throw new ShapeError(`where: expected a bool condition and two operands of one dtype, but ${condition}, ${a} and ${b} came.`);
    return a;
  },
  gradient: ({ condition, a, b, dy }) => ({ a: sumTo(where(condition, dy, 0), a.shape), b: sumTo(where(condition, 0, dy), b.shape) }),
  onnx: ({ condition, a, b }, _, emit) => emit('Where', [condition, a, b]),
  reference: ({ condition, a, b }, _, shape) => {
    const [ic, ia, ib] = [condition, a, b].map((v) => broadcastIndex(v.shape, shape)) as [Int32Array, Int32Array, Int32Array];
    return Float64Array.from(ic, (c, i) => (condition.data[c] !== 0 ? a.data[ia[i]!]! : b.data[ib[i]!]!));
  },
  lift: 'elementwise',
});
/** `a` where the condition is true, else `b`; all three broadcast. */
export const where = (condition: Value, a: Operand, b: Operand): Value => whereOp({ condition, a: lift(a), b: lift(b) }, {});
