/** Activation functions, composed so that neither they nor their gradients overflow. */
import { fail, type NodeReader } from '../node-reader';
import * as ops from '../../ops';
import type { Value } from '../../value';
import { first, like, unary, type Builder, type Builders } from './builder';

/** log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), which does not overflow. */
export const softplus = (x: Value): Value => ops.add(ops.relu(x), ops.log(ops.add(ops.exp(ops.neg(ops.abs(x))), 1)));
/** x where positive, else alpha (e^(x / width) - 1). */
const elu = (x: Value, alpha: number, width = 1): Value => {
  const below = ops.minimum(x, 0);
  return ops.where(ops.greater(x, 0), x, ops.mul(ops.sub(ops.exp(width === 1 ? below : ops.mul(below, 1 / width)), 1), alpha));
};
const hardSigmoid = (x: Value, alpha: number, beta: number): Value => ops.minimum(ops.maximum(ops.add(ops.mul(x, alpha), beta), 0), 1);
/** The tanh form: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
export const geluTanh = (x: Value): Value => ops.mul(ops.mul(x, 0.5), ops.add(ops.tanh(ops.mul(ops.add(x, ops.mul(ops.mul(x, ops.mul(x, x)), 0.044715)), Math.sqrt(2 / Math.PI))), 1));
export const swish = (x: Value, alpha: number): Value => ops.mul(x, ops.sigmoid(alpha === 1 ? x : ops.mul(x, alpha)));
const leakyRelu = (x: Value, alpha: number): Value => ops.where(ops.greater(x, 0), x, ops.mul(x, alpha));
/** One slope a channel had no axes of 1 behind it before opset 7. */
const prelu: Builder = (node) => {
  const [x, slope] = [node.input(0), node.input(1)];
  const channelwise = node.opset < 7 && slope.shape.length === 1 && x.shape.length > 1;
  return ops.where(ops.greater(x, 0), x, ops.mul(x, channelwise && slope.shape[0] !== 1 ? first(slope, x.shape.length) : slope));
};
/** Towards zero by `bias`, and 0 within lambda of it. */
const shrink: Builder = (node) => {
  const [x, lambda, bias] = [node.input(0), node.float('lambd', 0.5), node.float('bias', 0)];
  return ops.where(ops.less(x, -lambda), ops.add(x, bias), ops.where(ops.greater(x, lambda), ops.sub(x, bias), 0));
};

/** Activations that other operators name (fused convolutions and products), with ONNX's default coefficients. */
export function activated(node: NodeReader, x: Value): Value {
  const [alpha, beta] = node.floats('activation_params') ?? [];
  const name = node.text('activation', '');
  switch (name) {
    case '': return x;
    case 'Relu': return ops.relu(x);
    case 'Tanh': return ops.tanh(x);
    case 'Sigmoid': return ops.sigmoid(x);
    case 'LeakyRelu': return leakyRelu(x, alpha ?? node.float('alpha', 0.01));
    case 'Clip': return ops.minimum(ops.maximum(x, alpha ?? -3.4e38), beta ?? 3.4e38);
    case 'HardSigmoid': return hardSigmoid(x, alpha ?? 0.2, beta ?? 0.5);
    default: return fail(`activation "${name}" is not supported.`);
  }
}

export const activations: Builders = {
  Celu: (node) => elu(node.input(0), node.float('alpha', 1), node.float('alpha', 1)),
  Elu: (node) => elu(node.input(0), node.float('alpha', 1)),
  Gelu: (node) => (node.text('approximate', 'none') === 'tanh' ? geluTanh : ops.gelu)(node.input(0)),
  HardSigmoid: (node) => hardSigmoid(node.input(0), node.float('alpha', 0.2), node.float('beta', 0.5)),
  HardSwish: unary((x) => ops.mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  LeakyRelu: (node) => leakyRelu(node.input(0), node.float('alpha', 0.01)),
  Mish: unary((x) => ops.mul(x, ops.tanh(softplus(x)))),
  PRelu: prelu,
  Relu: unary((x) => (x.dtype === 'int32' ? ops.maximum(x, like(x, 0)) : ops.relu(x))),
  Selu: (node) => ops.mul(elu(node.input(0), node.float('alpha', 1.67326319217681884765625)), node.float('gamma', 1.05070102214813232421875)),
  Shrink: shrink,
  Sigmoid: unary(ops.sigmoid),
  Softplus: unary(softplus),
  Softsign: unary((x) => ops.div(x, ops.add(ops.abs(x), 1))),
  Tanh: unary(ops.tanh),
  ThresholdedRelu: (node) => ops.where(ops.greater(node.input(0), node.float('alpha', 1)), node.input(0), 0),
};
