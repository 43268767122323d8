/**
 * A small residual network (He et al. 2016, arXiv:1512.03385): a 3 x 3 stem, stages of basic blocks, the mean over positions, a linear head.
 *   block: x -> norm conv (relu norm conv x) + skip x, then ReLU; where sizes change, the skip is a normalised 1 x 1 convolution.
 * With group normalisation it keeps no statistics, so weights may be averaged as they are; with batch normalisation these are buffers.
 */
import type { Random } from '../base/random';
import type { Params } from '../base/tensor';
import { add, mean, relu } from '../engine/ops';
import type { Value } from '../engine/value';
import { batchNorm, initStatistics, type NormMode } from './batch-norm';
import { conv, dense, groupNorm, initConv, initDense, initNorm, prefixed, scope, type Views } from './layers';

export interface ResnetShape {
  /** Of the images. */
  readonly channels: number;
  readonly classes: number;
  /** Channels of each stage, and the stride of its first block. The stem has the first stage's. */
  readonly widths: readonly number[];
  readonly strides: readonly number[];
  /** Blocks of each stage. */
  readonly blocks: number;
  /** Number of groups of group normalisation, or 'batch'. */
  readonly norm: number | 'batch';
}
/** For 32 px pictures in colour: three stages, 0.18 million params with ten classes. */
export const resnetShape = (classes: number, norm: ResnetShape['norm'] = 8): ResnetShape => ({ channels: 3, classes, widths: [16, 32, 64], strides: [1, 2, 2], blocks: 2, norm });

/** The shape of the shipped classifiers of scenes: eight kinds of object, batch normalisation, 0.04 million params. */
export const sceneResnet = { channels: 3, classes: 8, widths: [12, 24, 48], strides: [1, 2, 2], blocks: 1, norm: 'batch' } as const satisfies ResnetShape;

/** One residual block: where its params are, and how sizes change. */
export interface Block {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
}
/** The blocks of each stage, in the order of the forward pass. */
export const blocksOf = ({ widths, strides, blocks }: ResnetShape): readonly (readonly Block[])[] =>
  widths.map((outputs, stage) =>
    Array.from({ length: blocks }, (_, b) => ({ name: `stage${stage}.block${b}`, inputs: b > 0 ? outputs : (widths[stage - 1] ?? widths[0]!), outputs, stride: b > 0 ? 1 : strides[stage]! })),
  );
/** Whether the skip of a block is a convolution, since sizes change. */
export const changes = ({ inputs, outputs, stride }: Block): boolean => inputs !== outputs || stride !== 1;
/** Names of the normalisations and their channels, in the order of the forward pass. */
const normsOf = (shape: ResnetShape): readonly (readonly [string, number])[] => [
  ['stem.norm', shape.widths[0]!],
  ...blocksOf(shape).flat().flatMap((block) => ['norm1', 'norm2', ...(changes(block) ? ['skip.norm'] : [])].map((norm) => [`${block.name}.${norm}`, block.outputs] as const)),
];

export function initResnet(rng: Random, shape: ResnetShape): Params {
  const block = ({ name, ...b }: Block): Params => {
    const own = rng.fork(name);
    return prefixed(name, {
      ...prefixed('conv1', initConv(own.fork('conv1'), b.inputs, b.outputs, 3)), ...prefixed('norm1', initNorm(b.outputs)),
      ...prefixed('conv2', initConv(own.fork('conv2'), b.outputs, b.outputs, 3)), ...prefixed('norm2', initNorm(b.outputs)),
      ...(changes({ name, ...b }) && { ...prefixed('skip', initConv(own.fork('skip'), b.inputs, b.outputs, 1)), ...prefixed('skip.norm', initNorm(b.outputs)) }),
    });
  };
  return Object.assign(
    {},
    prefixed('stem', { ...initConv(rng.fork('stem'), shape.channels, shape.widths[0]!, 3), ...prefixed('norm', initNorm(shape.widths[0]!)) }),
    ...blocksOf(shape).flat().map(block),
    prefixed('head', initDense(rng.fork('head'), shape.widths.at(-1)!, shape.classes)),
  ) as Params; // parts are Params, all names different
}
/** Running statistics of batch normalisation; none with groups. */
export const initResnetBuffers = (shape: ResnetShape): Params =>
  shape.norm === 'batch' ? (Object.assign({}, ...normsOf(shape).map(([name, channels]) => prefixed(name, initStatistics(channels)))) as Params) : {}; // parts are Params, all names different

export interface ResnetOutputs {
  /** What the stem and each stage gave, [n, width, h, w]. */
  readonly stages: readonly Value[];
  /** [n, last width]. */
  readonly feature: Value;
  readonly logits: Value;
  /** The buffers after this batch; as they came in mode 'run'. */
  readonly buffers: Views;
}
/** Images [n, channels, side, side] -> everything that may be looked at. `buffers`: {} with groups. */
export function resnet(p: Views, buffers: Views, images: Value, shape: ResnetShape, mode: NormMode): ResnetOutputs {
  const next: Record<string, Value> = {};
  const normal = (name: string, x: Value): Value => {
    if (shape.norm !== 'batch') return groupNorm(scope(p, name), x, shape.norm);
    const { y, statistics } = batchNorm(scope(p, name), scope(buffers, name), x, mode);
    for (const [part, value] of Object.entries(statistics)) next[`${name}.${part}`] = value;
    return y;
  };
  const convolved = (name: string, x: Value, kernel: 1 | 3, stride: number): Value => conv(scope(p, name), x, { strides: [stride, stride], pads: kernel === 3 ? [1, 1, 1, 1] : [0, 0, 0, 0] });
  const block = (x: Value, b: Block): Value => {
    const first = relu(normal(`${b.name}.norm1`, convolved(`${b.name}.conv1`, x, 3, b.stride)));
    const second = normal(`${b.name}.norm2`, convolved(`${b.name}.conv2`, first, 3, 1));
    return relu(add(second, changes(b) ? normal(`${b.name}.skip.norm`, convolved(`${b.name}.skip`, x, 1, b.stride)) : x));
  };
  const stages = [relu(normal('stem.norm', convolved('stem', images, 3, 1)))];
  for (const stage of blocksOf(shape)) stages.push(stage.reduce(block, stages.at(-1)!));
  const feature = mean(stages.at(-1)!, { axes: [2, 3] });
  return { stages, feature, logits: dense(scope(p, 'head'), feature), buffers: next };
}
