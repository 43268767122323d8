/** Losses that a file itself computes: exports of training graphs end in them. Labels index the classes, axis 1. */
import { int32, sameShape, showShape } from '../../../base/tensor';
import { fail, type NodeReader } from '../node-reader';
import * as ops from '../../ops';
import { constant, scalar, type Value } from '../../value';
import { asFloat, bounded, first, integer, not, type Builder, type Builders } from './builder';

/** -weight[label] logProbs[label], reduced: a mean is over the weights. Labels equal to ignore_index count for nothing. */
function negativeLogLikelihood(node: NodeReader, logProbs: Value, labels: Value, weights: Value | undefined): Value {
  const rank = logProbs.shape.length;
  const [batch, count, ...rest] = logProbs.shape;
  if (rank < 2 || !sameShape(labels.shape, [batch!, ...rest])) fail(`scores [n, classes, ...] and labels [n, ...] were expected, but ${showShape(logProbs.shape)} and ${showShape(labels.shape)} came.`);
  const classes = first(constant(int32(Array.from({ length: bounded(count!) }, (_, c) => c))), rank);
  const at = ops.reshape(labels, [labels.shape[0]!, 1, ...labels.shape.slice(1)]);
  const asked = node.int('ignore_index');
  const ignored = asked !== undefined && Math.abs(asked) < 2 ** 31 ? asked : undefined; // no label is beyond
  const isLabel = ops.equal(at, classes);
  const hit = ignored === undefined ? isLabel : ops.cast(ops.mul(asFloat(isLabel), asFloat(not(ops.equal(at, integer(ignored))))), 'bool');
  const pick = (values: Value): Value => ops.sum(ops.where(hit, values, 0), { axes: [1] });
  const share = pick(weights ? first(weights, rank) : scalar(1));
  const losses = ops.neg(pick(weights ? ops.mul(logProbs, first(weights, rank)) : logProbs));
  const reduction = node.text('reduction', 'mean');
  switch (reduction) {
    case 'none': return losses;
    case 'sum': return ops.sum(losses);
    case 'mean': return ops.div(ops.sum(losses), ops.sum(share));
    default: return fail(`reduction "${reduction}" is not one of none, sum and mean.`);
  }
}
const softmaxCrossEntropy: Builder = (node) => {
  const logProbs = ops.logSoftmax(node.input(0), 1);
  return [negativeLogLikelihood(node, logProbs, node.input(1), node.maybe(2)), logProbs];
};

export const losses: Builders = {
  NegativeLogLikelihoodLoss: (node) => negativeLogLikelihood(node, node.input(0), node.input(1), node.maybe(2)),
  SoftmaxCrossEntropyLoss: softmaxCrossEntropy,
};
