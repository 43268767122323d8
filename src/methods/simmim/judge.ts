/** What is measured: how well hidden pixels are told, what a straight cut and a tuned classifier make of the features, and what must hold whatever the numbers. */
import { floats, tensor, type Params, type Tensor } from '../../base/tensor';
import { argMaxes, shapesOf } from '../../lab/evaluate';
import type { Lab } from '../../lab/lab';
import { fitProbe, probeAccuracy } from '../../lab/probe';
import { dense, scope } from '../../nn/layers';
import { hiddenError, simmim, type PixelDistance } from '../../nn/simmim';
import { imagesSpec, type Backbone } from './backbones';
import { across, area, patch, side, type Task } from './task';

export interface Judge {
  /** The validation pictures as the model tells them, all patches. */
  readonly completed: (params: Params, masks: readonly Uint8Array[]) => Promise<Float32Array>;
  /** Share of test pictures that a linear probe on the encoder's features names, fitted to the few labelled ones. */
  readonly probe: (encoder: Params) => Promise<number>;
  /** Share of test pictures that a tuned classifier names. */
  readonly accuracy: (classifier: Params) => Promise<number>;
}
/** Each of its graphs is compiled when it is first used, once. */
export function judgeOf(lab: Lab, task: Task, backbone: Backbone, starts: { readonly model: Params; readonly classifier: Params }): Judge {
  const { few, test, validation } = task;
  const encoder = backbone.encoder(starts.model);
  const [m, n, heldOut] = [few, test, { x: validation }].map(({ x }) => x.shape[0]!) as [number, number, number];
  const complete = lab.forward({
    name: `${backbone.name}-complete`, params: shapesOf(starts.model), inputs: { images: imagesSpec(task, heldOut), ...backbone.fed(heldOut) },
    outputs: ({ params, inputs }) => ({ completed: backbone.completed(params, inputs) }),
  });
  const feature = lab.forward({ name: `${backbone.name}-feature`, params: shapesOf(encoder), inputs: { images: imagesSpec(task, m + n) }, outputs: ({ params, inputs }) => ({ feature: backbone.feature(params, inputs.images!) }) });
  const classify = lab.forward({ name: `${backbone.name}-classify`, params: shapesOf(starts.classifier), inputs: { images: imagesSpec(task, n) }, outputs: ({ params, inputs }) => ({ logits: dense(scope(params, 'head'), backbone.feature(params, inputs.images!)) }) });
  const both = tensor(Float32Array.from([...floats(few.x), ...floats(test.x)]), [m + n, ...test.x.shape.slice(1)]);
  return {
    completed: async (params, masks) => floats((await complete.run(params, { images: validation, ...backbone.feeds(masks) })).completed!),
    probe: async (params) => {
      const features = floats((await feature.run(params, { images: both })).feature!);
      const width = features.length / (m + n);
      return probeAccuracy(fitProbe(features.subarray(0, m * width), few.y.data, { classes: few.classes.length }), features.subarray(m * width), test.y.data);
    },
    accuracy: async (params) => {
      const said = argMaxes(floats((await classify.run(params, { images: test.x })).logits!), test.classes.length);
      return said.filter((label, i) => label === test.y.data[i]).length / n;
    },
  };
}

/** Whether number `at` of pictures [n, channels, side, side] lies in a hidden patch. */
export function isHidden(masks: readonly Uint8Array[], at: number, channels: number): boolean {
  const p = at % area;
  return masks[Math.floor(at / (channels * area))]![Math.floor(p / side / patch) * across + Math.floor((p % side) / patch)] === 1;
}
export interface Errors {
  /** Mean |x - x_hat| over hidden pixels, over visible ones, and over hidden ones that show an object or ink; undefined where there are none. */
  readonly masked: number | undefined;
  readonly visible: number | undefined;
  readonly figure: number | undefined;
  /** What each picture's mean visible colour, told everywhere, would cost over hidden pixels. */
  readonly meanColour: number | undefined;
}
export function errorsOf({ validation, figure, shape: { channels } }: Pick<Task, 'validation' | 'figure' | 'shape'>, completed: ArrayLike<number>, masks: readonly Uint8Array[]): Errors {
  const x = floats(validation);
  const sums = { masked: 0, visible: 0, figure: 0, meanColour: 0 };
  const counts = { masked: 0, visible: 0, figure: 0, meanColour: 0 };
  const count = (name: keyof typeof sums, error: number): void => {
    sums[name] += Math.abs(error);
    counts[name]++;
  };
  for (let first = 0; first < x.length; first += area) {
    let [colour, seen] = [0, 0];
    for (let at = first; at < first + area; at++) if (!isHidden(masks, at, channels)) [colour, seen] = [colour + x[at]!, seen + 1];
    for (let at = first; at < first + area; at++) {
      const error = completed[at]! - x[at]!;
      if (!isHidden(masks, at, channels)) count('visible', error);
      else {
        count('masked', error);
        if (seen > 0) count('meanColour', colour / seen - x[at]!);
        if (figure[Math.floor(first / area / channels) * area + (at % area)]) count('figure', error);
      }
    }
  }
  const mean = (name: keyof typeof sums): number | undefined => (counts[name] > 0 ? sums[name] / counts[name] : undefined);
  return { masked: mean('masked'), visible: mean('visible'), figure: mean('figure'), meanColour: mean('meanColour') };
}

export interface Audit {
  /** The loss as it is, with another target in visible pixels, with nothing hidden. */
  readonly loss: number;
  readonly otherVisible: number;
  readonly nothingHidden: number;
  /** Whether the model tells the same, bit for bit, when hidden pixels are others. */
  readonly unseen: boolean;
}
/** What the loss (over hidden pixels) and the model must not look at, tried on some validation pictures. */
export async function audit(lab: Lab, task: Task, params: Params, masks: readonly Uint8Array[], distance: PixelDistance): Promise<Audit> {
  const n = masks.length;
  const channels = task.shape.channels;
  const x = floats(task.validation).slice(0, n * channels * area);
  const images = (change: (v: number, at: number) => number): Tensor => tensor(x.map(change), [n, channels, side, side]);
  const inputs = { images: imagesSpec(task, n), target: imagesSpec(task, n), hidden: { shape: [n, across * across] } };
  const forward = lab.forward({
    name: 'audit', params: shapesOf(params), inputs,
    outputs: ({ params: p, inputs: i }) => {
      const { patches } = simmim(p, i.images!, i.hidden!, task.shape);
      return { predicted: patches, loss: hiddenError(patches, i.target!, i.hidden!, task.shape, distance) };
    },
  });
  const hidden = tensor(Float32Array.from(masks.flatMap((mask) => [...mask])), [n, across * across]);
  const plain = images((v) => v);
  const first = await forward.run(params, { images: plain, target: plain, hidden });
  const visibleChanged = await forward.run(params, { images: plain, target: images((v, i) => (isHidden(masks, i, channels) ? v : 5 - v)), hidden });
  const nothing = await forward.run(params, { images: plain, target: images((v) => 5 - v), hidden: tensor(new Float32Array(n * across * across), hidden.shape) });
  const hiddenChanged = await forward.run(params, { images: images((v, i) => (isHidden(masks, i, channels) ? 5 - v : v)), target: plain, hidden });
  const [told, toldAgain] = [floats(first.predicted!), floats(hiddenChanged.predicted!)];
  return { loss: floats(first.loss!)[0]!, otherVisible: floats(visibleChanged.loss!)[0]!, nothingHidden: floats(nothing.loss!)[0]!, unseen: told.every((v, i) => Object.is(v, toldAgain[i])) };
}
