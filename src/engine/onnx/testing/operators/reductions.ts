/** Random nodes of reductions, the softmax family, normalisations and losses. */
import { anyAxis, anyShape, awayFrom, between, fed, float, int, int64s, ints, list, nonzero, normal, positive, sizes, someAxes, spaced, text, uniform, type Fill, type MakeNode } from './draw';

const reduction = (fill: Fill): MakeNode => (rng) => {
  const shape = anyShape(rng, 1);
  const axes = rng.bernoulli(0.2) ? [] : [list(...someAxes(rng, shape.length))];
  return { inputs: [fed(fill(rng, shape)), ...axes], attributes: { keepdims: int(rng.int(2)) } };
};
/** Axes as an attribute, as before opset 18. */
const oldReduction = (fill: Fill): MakeNode => (rng) => {
  if (rng.bernoulli(0.6)) return reduction(fill)(rng);
  const shape = anyShape(rng, 1);
  return { inputs: [fed(fill(rng, shape))], attributes: { keepdims: int(rng.int(2)), axes: ints(someAxes(rng, shape.length)) }, opset: 13 };
};
const alongAxis = (fill: Fill): MakeNode => (rng) => {
  const shape = anyShape(rng, 1);
  return { inputs: [fed(fill(rng, shape))], attributes: { axis: int(anyAxis(rng, shape.length)) } };
};
/** [n, channels, ...] with enough numbers a channel that their variance is well away from zero. */
const image = (rng: Parameters<MakeNode>[0], channels: number): number[] => [between(rng, 1, 2), channels, ...sizes(rng, between(rng, 1, 2), 2, 4)];
const batchNormalization: MakeNode = (rng) => {
  const channels = between(rng, 1, 3);
  const training = rng.int(2);
  const shape = image(rng, channels);
  const each = (fill: Fill) => fed(fill(rng, [channels]));
  return { inputs: [fed(normal(rng, shape)), each(normal), each(normal), each(normal), each(positive)], attributes: { epsilon: float(rng.pick([1e-5, 1e-2])), training_mode: int(training), ...(training ? { momentum: float(rng.uniform(0.5, 0.9)) } : {}) }, outputs: training ? 3 : 1 };
};
const instanceNormalization: MakeNode = (rng) => {
  const channels = between(rng, 1, 3);
  return { inputs: [fed(normal(rng, image(rng, channels))), fed(normal(rng, [channels])), fed(normal(rng, [channels]))], attributes: { epsilon: float(rng.pick([1e-5, 1e-2])) } };
};
const groupNormalization: MakeNode = (rng) => {
  const [groups, each] = [between(rng, 1, 3), between(rng, 1, 2)];
  const channels = groups * each;
  return { inputs: [fed(normal(rng, image(rng, channels))), fed(normal(rng, [channels])), fed(normal(rng, [channels]))], attributes: { num_groups: int(groups), epsilon: float(1e-3) } };
};
const layerNormalization: MakeNode = (rng) => {
  const shape = [...anyShape(rng, 0, 2), between(rng, 2, 3), between(rng, 3, 4)];
  const from = between(rng, shape.length - 2, shape.length - 1);
  const part = shape.slice(from);
  const bias = rng.bernoulli(0.7) ? [fed(normal(rng, part))] : [];
  return { inputs: [fed(normal(rng, shape)), fed(normal(rng, part)), ...bias], attributes: { axis: int(rng.bernoulli(0.5) ? from : from - shape.length), epsilon: float(rng.pick([1e-5, 1e-2])) } };
};
const rmsNormalization = (opset: number): MakeNode => (rng) => {
  const shape = [...anyShape(rng, 0, 2), between(rng, 2, 4)];
  return { inputs: [fed(normal(rng, shape)), fed(normal(rng, shape.slice(-1)))], attributes: { axis: int(-1), epsilon: float(1e-3) }, opset };
};
const skipped = (biases: number): MakeNode => (rng) => {
  const shape = [between(rng, 1, 2), between(rng, 1, 3), between(rng, 3, 4)];
  const width = shape.slice(-1);
  return { inputs: [fed(normal(rng, shape)), fed(normal(rng, shape)), ...Array.from({ length: 1 + biases }, () => fed(normal(rng, width)))], attributes: { epsilon: float(1e-3) } };
};
const labels = (rng: Parameters<MakeNode>[0], shape: readonly number[]) => fed(int64s(0, shape[1]! - 1)(rng, [shape[0]!, ...shape.slice(2)]));
const loss = (fill: Fill): MakeNode => (rng) => {
  const shape = [between(rng, 1, 3), between(rng, 2, 4), ...sizes(rng, rng.int(3), 1, 3)];
  const weights = rng.bernoulli(0.5) ? [fed(positive(rng, [shape[1]!]))] : [];
  return { inputs: [fed(fill(rng, shape)), labels(rng, shape), ...weights], attributes: { reduction: text(rng.pick(['none', 'sum', 'mean'])) } };
};

export const reductions: Readonly<Record<string, MakeNode>> = {
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  Hardmax: alongAxis(spaced),
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  LogSoftmax: alongAxis(normal),
  LpNormalization: (rng) => ({ ...alongAxis(awayFrom(0))(rng), attributes: { axis: int(-1), p: int(between(rng, 1, 2)) } }),
  LRN: (rng) => ({ inputs: [fed(normal(rng, [between(rng, 1, 2), between(rng, 2, 5), ...sizes(rng, 2, 1, 3)]))], attributes: { size: int(rng.pick([1, 3, 5])), alpha: float(rng.uniform(0.1, 1)), beta: float(rng.uniform(0.4, 0.9)), bias: float(rng.uniform(1, 2)) } }),
  MeanVarianceNormalization: (rng) => ({ inputs: [fed(normal(rng, [between(rng, 1, 2), between(rng, 1, 3), ...sizes(rng, 2, 2, 4)]))] }),
  NegativeLogLikelihoodLoss: loss(uniform(-3, -0.1)),
  ReduceL1: oldReduction(awayFrom(0)),
  ReduceL2: oldReduction(nonzero),
  ReduceLogSum: oldReduction(positive),
  ReduceLogSumExp: oldReduction(normal),
  ReduceMax: oldReduction(spaced),
  ReduceMean: oldReduction(normal),
  ReduceMin: oldReduction(spaced),
  ReduceProd: oldReduction(nonzero),
  ReduceSum: reduction(normal),
  ReduceSumSquare: oldReduction(normal),
  RMSNormalization: rmsNormalization(23),
  SimplifiedLayerNormalization: rmsNormalization(21),
  Softmax: alongAxis(normal),
  SoftmaxCrossEntropyLoss: loss(normal),
  'com.microsoft.SkipLayerNormalization': skipped(2),
  'com.microsoft.SkipSimplifiedLayerNormalization': skipped(1),
};
