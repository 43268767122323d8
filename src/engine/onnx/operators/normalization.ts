/** Normalisation layers, and dropout. Opsets 13 to 21; older forms where they cost a line. */
import { fail } from '../node-reader';
import * as ops from '../../ops';
import { type Value } from '../../value';
import { all, first, not, unary, standardized, spatial, type Builder, type Builders } from './builder';

const batchNormalization: Builder = (node) => {
  if (node.int('training_mode', 0) !== 0) fail('training_mode is not supported. Export the model for inference.');
  const x = node.input(0);
  const [scale, bias, average, variance] = [1, 2, 3, 4].map((i) => first(node.input(i), x.shape.length)) as [Value, Value, Value, Value];
  const factor = ops.mul(scale, ops.reciprocal(ops.sqrt(ops.add(variance, node.float('epsilon', 1e-5)))));
  return ops.add(ops.mul(ops.sub(x, average), factor), bias);
};
const layerNormalization: Builder = (node) => {
  const x = node.input(0);
  const from = ops.normalAxis('axis', node.int('axis', -1), x.shape.length);
  const scaled = ops.mul(standardized(x, all(x.shape).slice(from), node.float('epsilon', 1e-5)), node.input(1));
  const bias = node.maybe(2);
  return bias ? ops.add(scaled, bias) : scaled;
};
const instanceNormalization: Builder = (node) => {
  const x = node.input(0);
  const y = standardized(x, spatial(x).axes, node.float('epsilon', 1e-5));
  return ops.add(ops.mul(y, first(node.input(1), x.shape.length)), first(node.input(2), x.shape.length));
};

export const normalization: Builders = {
  BatchNormalization: batchNormalization,
  Dropout: unary((x) => x), // as in inference
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
};
