/**
 * A small restorer of damaged pictures: an encoder and a decoder of residual convolutions whose skips are added, not concatenated, and no way
 * from the input to the output but through the network (so that it can be trained on masked inputs: Zhang et al. 2025, arXiv:2509.12039).
 *   in -> [block -> shrink] x 2 -> block -> [grow + skip -> block] x 2 -> out;   block: x + conv(relu(conv x))
 */
import type { Random } from '../base/random';
import type { Params } from '../base/tensor';
import { abs, add, div, mul, relu, sub, sum, upsample } from '../engine/ops';
import type { Value } from '../engine/value';
import { kaimingNormal } from './initializers';
import { conv, prefixed, scope, zeros, type Views } from './layers';

export interface RestorerShape {
  readonly channels: number;
  /** Channels of each level, the finest first; the side is a multiple of 2^(levels - 1). */
  readonly widths: readonly number[];
}
/** Three levels of 16, 32 and 64 channels: 0.17 million params. */
export const restorerShape: RestorerShape = { channels: 3, widths: [16, 32, 64] };

interface Module {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Of its first weights, fan-in times variance: 2 before a ReLU, 1 without one; less where something is added to what is there. */
  readonly gain: number;
}
const blockOf = (name: string, width: number): readonly Module[] => [
  { name: `${name}.conv1`, inputs: width, outputs: width, gain: 2 },
  { name: `${name}.conv2`, inputs: width, outputs: width, gain: 0.1 },
];
/** All modules that own params, in the order of the forward pass. */
function modulesOf({ channels, widths }: RestorerShape): readonly Module[] {
  const last = widths.length - 1;
  const down = widths.flatMap((width, i) => [...blockOf(`down${i}`, width), ...(i < last ? [{ name: `shrink${i}`, inputs: width, outputs: widths[i + 1]!, gain: 1 }] : [])]);
  const up = widths.slice(0, last).map((width, i) => [{ name: `grow${i}`, inputs: widths[i + 1]!, outputs: width, gain: 0.1 }, ...blockOf(`up${i}`, width)]);
  return [{ name: 'in', inputs: channels, outputs: widths[0]!, gain: 1 }, ...down, ...up.reverse().flat(), { name: 'out', inputs: widths[0]!, outputs: channels, gain: 1 }];
}
export const initRestorer = (rng: Random, shape: RestorerShape = restorerShape): Params =>
  Object.assign({}, ...modulesOf(shape).map(({ name, inputs, outputs, gain }) => prefixed(name, { weight: kaimingNormal(rng.fork(name), [outputs, inputs, 3, 3], { gain }), bias: zeros([outputs]) }))) as Params; // parts are Params, all names different

export interface RestorerOutputs {
  /** [n, channels, h, w]. */
  readonly restored: Value;
  /** What each module that owns params gave, by its name, in order: for attributions such as MAC, and for tuning some of them alone. */
  readonly modules: Readonly<Record<string, Value>>;
}
export function restorer(p: Views, images: Value, shape: RestorerShape = restorerShape): RestorerOutputs {
  const modules: Record<string, Value> = {};
  const run = (name: string, x: Value, stride = 1): Value => (modules[name] = conv(scope(p, name), x, { strides: [stride, stride], pads: [1, 1, 1, 1] }));
  const block = (name: string, x: Value): Value => add(x, run(`${name}.conv2`, relu(run(`${name}.conv1`, x))));
  const last = shape.widths.length - 1;
  const skips: Value[] = [];
  let h = run('in', images);
  for (let i = 0; i <= last; i++) {
    skips.push((h = block(`down${i}`, h)));
    if (i < last) h = run(`shrink${i}`, h, 2);
  }
  for (let i = last - 1; i >= 0; i--) h = block(`up${i}`, add(run(`grow${i}`, upsample(h, [2, 2])), skips[i]!));
  return { restored: run('out', h), modules };
}
/** L1 over hidden pixels: sum |x - x_hat| m / (sum m + 1e-5) / channels. hidden [n, 1, h, w], 1 where hidden. */
export const hiddenPixelL1 = (restored: Value, clean: Value, hidden: Value): Value => div(sum(mul(abs(sub(restored, clean)), hidden)), mul(add(sum(hidden), 1e-5), clean.shape[1]!));
