/** How each arm reads a picture of which a part is missing. One compiled graph an arm, for batches of one size. */
import { floats, tensor, type Tensor } from '../../base/tensor';
import { concat } from '../../engine/ops';
import type { Value } from '../../engine/value';
import type { Lab } from '../../lab/lab';
import { shapesOf } from '../../lab/evaluate';
import type { Views } from '../../nn/layers';
import { resnet, sceneResnet } from '../../nn/resnet';
import { edgeSmoothed, ownMean, painted, paints } from './fills';
import { side } from './masks';
import { maskedResnet, type Masked, type Rule } from './network';
import { area, classNames, type Knobs, type Task } from './task';

const passesOf = { '0': () => 0, '1': () => 1, k: (kernel: number) => kernel, '2k': (kernel: number) => 2 * kernel } as const;
/** The arms that carry a mask through the network; the others paint. */
export const rules = (knobs: Pick<Knobs, 'passes' | 'parts'>): Readonly<Record<string, Rule>> => ({
  'layer-masking': { passes: passesOf[knobs.passes], parts: knobs.parts },
  'pad-first': { passes: passesOf.k, parts: 1 },
  unpadded: { passes: passesOf['0'], parts: 0 },
  partial: { passes: passesOf['0'], parts: 0, partial: true },
});
const paintings: Readonly<Record<string, (images: Value, mask: Value, grey: Task['grey']) => Value>> = {
  blackout: (x, m) => painted(x, m, paints.blackout),
  greyout: painted,
  'edge-smoothing': edgeSmoothed,
  'image-mean': (x, m) => ownMean(x, m),
  red: (x, m) => painted(x, m, paints.red),
  green: (x, m) => painted(x, m, paints.green),
  blue: (x, m) => painted(x, m, paints.blue),
};
export interface Reading {
  /** What the network is given, [n, 3, side, side]. */
  readonly input: Value;
  readonly stages: readonly Masked[];
  readonly feature: Value;
  readonly logits: Value;
}
/** The graph of one arm. */
export function readAs(arm: string, p: Views, images: Value, mask: Value, grey: Task['grey'], knobs: Pick<Knobs, 'passes' | 'parts'>): Reading {
  const rule = rules(knobs)[arm];
  if (rule) return { input: images, ...maskedResnet(p, images, mask, sceneResnet, rule) };
  const input = paintings[arm]!(images, mask, grey);
  const { stages, feature, logits } = resnet(p, p, input, sceneResnet, 'run');
  return { input, stages: stages.map((x) => ({ x, m: mask })), feature, logits };
}

/** A picture, and what is kept of it. */
export interface Request {
  readonly image: number;
  readonly mask: Float32Array;
}
export interface Readings {
  /** [n, features], [n, classes]: row-major. */
  readonly features: Float32Array;
  readonly logits: Float32Array;
  /** Class of the greatest logit of each. */
  readonly said: readonly number[];
}
export type Reader = (requests: readonly Request[], pictures?: Tensor) => Promise<Readings>;
const width = sceneResnet.widths.at(-1)!;
const classes = classNames.length;
export const featureWidth = width;

export function readerOf(lab: Lab, arm: string, { params, x, grey }: Task, knobs: Pick<Knobs, 'passes' | 'parts'>, batch = 64): Reader {
  const forward = lab.forward({
    name: arm, params: shapesOf(params), inputs: { images: { shape: [batch, 3, side, side] }, mask: { shape: [batch, 1, side, side] } },
    outputs: ({ params: p, inputs }) => {
      const { feature, logits } = readAs(arm, p, inputs.images!, inputs.mask!, grey, knobs);
      return { out: concat([feature, logits], 1) };
    },
  });
  return async (requests, pictures = x) => {
    const n = requests.length;
    const [features, logits] = [new Float32Array(n * width), new Float32Array(n * classes)];
    for (let first = 0; first < n; first += batch) {
      const [images, mask] = [new Float32Array(batch * 3 * area), new Float32Array(batch * area)]; // unused rows: empty pictures, nothing kept
      requests.slice(first, first + batch).forEach((request, i) => {
        images.set(floats(pictures).subarray(request.image * 3 * area, (request.image + 1) * 3 * area), i * 3 * area);
        mask.set(request.mask, i * area);
      });
      const out = floats((await forward.run(params, { images: tensor(images, [batch, 3, side, side]), mask: tensor(mask, [batch, 1, side, side]) })).out!);
      for (let i = 0; i < Math.min(batch, n - first); i++) {
        const row = out.subarray(i * (width + classes), (i + 1) * (width + classes));
        features.set(row.subarray(0, width), (first + i) * width);
        logits.set(row.subarray(width), (first + i) * classes);
      }
    }
    return { features, logits, said: Array.from({ length: n }, (_, i) => largest(logits.subarray(i * classes, (i + 1) * classes))) };
  };
}
export const largest = (row: Float32Array): number => row.indexOf(row.reduce((a, b) => Math.max(a, b), -Infinity));
