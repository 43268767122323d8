/** The frozen network, and the scenes that it reads: one object each, whose silhouette is known pixel by pixel. */
import { floats, type Params, type Tensor } from '../../base/tensor';
import { insideShape } from '../../data/scene/parts';
import { kinds, plainKinds } from '../../data/scene/kinds';
import { makeSceneSet } from '../../data/scene/set';
import { gradients } from '../../engine/autodiff';
import { readCheckpoint } from '../../engine/onnx/writer';
import { abs, max, sum, windowSum } from '../../engine/ops';
import type { Lab } from '../../lab/lab';
import { shapesOf } from '../../lab/evaluate';
import { resnet, sceneResnet } from '../../nn/resnet';
import type { ValuesOf } from '../../spec/knobs';
import type { card } from './card';
import type { Rgb } from './fills';
import { side } from './masks';

export type Knobs = ValuesOf<typeof card.knobs>;
export const area = side * side;
export const classNames = plainKinds.map((kind) => kinds[kind]!);

export interface Task {
  readonly params: Params;
  /** [n, 3, side, side] in [-1, 1]. */
  readonly x: Tensor;
  readonly labels: readonly number[];
  /** Of each picture, 1 where at least half of a pixel shows the object, else 0. */
  readonly objects: readonly Float32Array[];
  /** What greyout paints. */
  readonly grey: Rgb;
}
const patternsOf = { textured: [2, 3, 4, 5], any: [0, 1, 2, 3, 4, 5] } as const;
/** The seed and the split of the pictures that the checkpoints were trained on. */
const trained = { seed: 20221111, split: 'classifier/train' } as const;

export async function openTask(lab: Lab, knobs: Knobs): Promise<Task> {
  const { params } = readCheckpoint(await lab.asset(`models/${knobs.checkpoint}.onnx`));
  const { images: count, background } = knobs;
  const set = makeSceneSet({ seed: lab.seed, split: 'masking/test', count, side, objects: [1, 1], patterns: patternsOf[background], masks: true });
  const [columns, slots] = [set.kind.shape[1]!, set.masks!.shape[1]!];
  return {
    params, x: set.x,
    labels: Array.from({ length: count }, (_, i) => plainKinds.indexOf(set.kind.data[i * columns]!)),
    objects: Array.from({ length: count }, (_, i) => floats(set.masks!).slice(i * slots * area, (i * slots + 1) * area).map((share) => (share >= 0.5 ? 1 : 0))),
    grey: knobs.grey === 'middle' ? [0, 0, 0] : trainingMean(),
  };
}
/** Mean colour of training pictures. */
function trainingMean(): Rgb {
  const { x } = makeSceneSet({ ...trained, count: 200, side, objects: [1, 1] });
  const total = [0, 0, 0];
  floats(x).forEach((v, at) => (total[Math.floor(at / area) % 3]! += v));
  return total.map((sum) => Math.fround(sum / (200 * area))) as unknown as Rgb; // three channels
}

/** Saliency of each block: sum over its pixels and colours of |d logit / d pixel|, for the logit that the whole picture makes greatest. One row [blocks] a picture. */
export async function saliencies(lab: Lab, { params, x }: Task, block: number): Promise<Float32Array[]> {
  const n = x.shape[0]!;
  const chunk = Math.min(64, n);
  const across = side / block;
  const forward = lab.forward({
    name: 'saliency', params: shapesOf(params), inputs: { images: { shape: [chunk, 3, side, side] } },
    outputs: ({ params: p, inputs }) => {
      const { logits } = resnet(p, p, inputs.images!, sceneResnet, 'run');
      const [gradient] = gradients(sum(max(logits, { axes: [1] })), [inputs.images!]);
      return { saliency: windowSum(sum(abs(gradient!), { axes: [1], keepDims: true }), { kernel: [block, block], strides: [block, block] }) };
    },
  });
  const rows: Float32Array[] = [];
  for (let first = 0; first < n; first += chunk) {
    const images = new Float32Array(chunk * 3 * area);
    images.set(floats(x).subarray(first * 3 * area, Math.min(n, first + chunk) * 3 * area));
    const found = floats((await forward.run(params, { images: { dtype: 'float32', shape: [chunk, 3, side, side], data: images } })).saliency!);
    for (let i = 0; first + i < Math.min(n, first + chunk); i++) rows.push(found.slice(i * across * across, (i + 1) * across * across));
  }
  return rows;
}

/** How alike two kinds are: intersection over union of their upright silhouettes at one size. It stands in for the WordNet distance of the paper. */
export function kindLikeness(): number[][] {
  const grid = Array.from({ length: 48 * 48 }, (_, i) => [((i % 48) + 0.5) / 20 - 1.2, (Math.floor(i / 48) + 0.5) / 20 - 1.2] as const);
  const inside = plainKinds.map((kind) => grid.map(([u, v]) => insideShape(kind, u, v)));
  return inside.map((a) => inside.map((b) => {
    const [both, either] = a.reduce(([i, u], v, p) => [i + Number(v && b[p]!), u + Number(v || b[p]!)] as const, [0, 0] as readonly [number, number]);
    return both / either;
  }));
}
