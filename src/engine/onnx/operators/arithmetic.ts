/** Element-wise arithmetic, activations and comparisons. Opsets 13 to 21; older forms where they cost a line. */
import { dtypeOf } from '../tensor-proto';
import { fail } from '../node-reader';
import * as ops from '../../ops';
import { type Value } from '../../value';
import { not, asFloat, like, fold, unary, binary, floatOr, type Builder, type Builders } from './builder';

const pow: Builder = (node) => {
  const x = node.input(0);
  const exponents = node.known(node.input(1)) ?? fail('its exponent depends on the data; only fixed exponents are supported.');
  const e = exponents[0]!;
  if (exponents.some((other) => other !== e)) fail('its exponents differ; only one fixed exponent is supported.');
  if (e === 0.5) return ops.sqrt(x);
  if (e === -0.5) return ops.reciprocal(ops.sqrt(x));
  if (Number.isInteger(e) && Math.abs(e) >= 1 && Math.abs(e) <= 8) {
    let y = x;
    for (let i = 1; i < Math.abs(e); i++) y = ops.mul(y, x);
    return e < 0 ? ops.reciprocal(y) : y;
  }
  return Number.isInteger(e) ? fail(`exponent ${e} is not supported.`) : ops.exp(ops.mul(ops.log(x), e)); // x^e = exp(e log x), x >= 0
};
const clip: Builder = (node) => {
  const x = node.input(0);
  const [low, high] = [floatOr(node, 1, node.float('min', -Infinity)), floatOr(node, 2, node.float('max', Infinity))];
  const raised = low === -Infinity ? x : ops.maximum(x, like(x, low));
  return high === Infinity ? raised : ops.minimum(raised, like(x, high));
};
const cast: Builder = (node) => {
  const to = dtypeOf(node.int('to', 0), 'Its target');
  return ops.cast(node.input(0), to === 'float32' || to === 'float64' ? 'float32' : to === 'bool' ? 'bool' : 'int32');
};
/** log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), which does not overflow. */
const softplus = (x: Value): Value => ops.add(ops.relu(x), ops.log(ops.add(ops.exp(ops.neg(ops.abs(x))), 1)));
const elu = (x: Value, alpha: number): Value => ops.where(ops.greater(x, 0), x, ops.mul(ops.sub(ops.exp(ops.minimum(x, 0)), 1), alpha));
const hardSigmoid = (x: Value, alpha: number, beta: number): Value => ops.minimum(ops.maximum(ops.add(ops.mul(x, alpha), beta), 0), 1);
/** The tanh form: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
const geluTanh = (x: Value): Value => ops.mul(ops.mul(x, 0.5), ops.add(ops.tanh(ops.mul(ops.add(x, ops.mul(ops.mul(x, ops.mul(x, x)), 0.044715)), Math.sqrt(2 / Math.PI))), 1));

export const arithmetic: Builders = {
  Abs: unary(ops.abs),
  Add: binary(ops.add),
  And: fold((a, b) => ops.cast(ops.mul(asFloat(a), asFloat(b)), 'bool')),
  Cast: cast,
  Ceil: unary((x) => ops.neg(ops.floor(ops.neg(x)))),
  Clip: clip,
  Cos: unary(ops.cos),
  Div: binary(ops.div),
  Elu: (node) => elu(node.input(0), node.float('alpha', 1)),
  Equal: binary(ops.equal),
  Erf: unary(ops.erf),
  Exp: unary(ops.exp),
  Floor: unary(ops.floor),
  Gelu: (node) => (node.text('approximate', 'none') === 'tanh' ? geluTanh : ops.gelu)(node.input(0)),
  Greater: binary(ops.greater),
  GreaterOrEqual: binary(ops.greaterOrEqual),
  HardSigmoid: (node) => hardSigmoid(node.input(0), node.float('alpha', 0.2), node.float('beta', 0.5)),
  HardSwish: unary((x) => ops.mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  Identity: unary((x) => x),
  LeakyRelu: (node) => ops.where(ops.greater(node.input(0), 0), node.input(0), ops.mul(node.input(0), node.float('alpha', 0.01))),
  Less: binary(ops.less),
  LessOrEqual: binary((a, b) => ops.greaterOrEqual(b, a)),
  Log: unary(ops.log),
  Max: fold(ops.maximum),
  Mean: (node) => ops.mul(node.all.reduce((a, b) => ops.add(a, b)), 1 / node.all.length),
  Min: fold(ops.minimum),
  Mul: binary(ops.mul),
  Neg: unary(ops.neg),
  Not: unary(not),
  Or: fold((a, b) => ops.cast(ops.add(asFloat(a), asFloat(b)), 'bool')),
  PRelu: binary((x, slope) => ops.where(ops.greater(x, 0), x, ops.mul(x, slope))),
  Pow: pow,
  Reciprocal: unary(ops.reciprocal),
  Relu: unary(ops.relu),
  Sigmoid: unary(ops.sigmoid),
  Sign: unary(ops.sign),
  Sin: unary(ops.sin),
  Softplus: unary(softplus),
  Softsign: unary((x) => ops.div(x, ops.add(ops.abs(x), 1))),
  Sqrt: unary(ops.sqrt),
  Sub: binary(ops.sub),
  Sum: fold(ops.add),
  Tanh: unary(ops.tanh),
  Where: (node) => ops.where(node.input(0), node.input(1), node.input(2)),
};
