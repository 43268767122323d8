/** Masks on the host: thresholded, counted, applied, and packed one bit a weight. */
import { ShapeError } from '../../base/errors';
import { floats, tensor, type Params, type Tensor } from '../../base/tensor';

/** Every score starts here: above the threshold, so that the first network is the pre-trained one. */
export const initialScore = 0.01;

/** B = 1[M > alpha]. Strict: a score equal to the threshold is removed. */
export const maskOf = (scores: Params, alpha: number): Params => {
  const threshold = Math.fround(alpha); // as the compiled step holds it
  return Object.fromEntries(Object.entries(scores).map(([name, m]) => [name, tensor(floats(m).map((score) => (score > threshold ? 1 : 0)), m.shape)]));
};
/** W' = B * W where there is a mask, W elsewhere. */
export const applyMask = (params: Params, mask: Params): Params =>
  Object.fromEntries(Object.entries(params).map(([name, w]) => {
    const b = mask[name];
    return [name, b ? tensor(floats(w).map((value, i) => value * floats(b)[i]!), w.shape) : w];
  }));

export interface Count {
  readonly size: number;
  readonly zeros: number;
  /** Weights that the task's gradient ever reached, and how many of them are off. */
  readonly live: number;
  readonly liveZeros: number;
}
/** Zeros of a mask, all and among the weights that `reached` marks (above 0: some task gradient came). */
export function countZeros(mask: Tensor, reached?: Float32Array): Count {
  let [zeros, live, liveZeros] = [0, 0, 0];
  floats(mask).forEach((kept, i) => {
    const isLive = reached === undefined || reached[i]! > 0;
    if (kept === 0) zeros++;
    if (isLive) live++;
    if (isLive && kept === 0) liveZeros++;
  });
  return { size: mask.data.length, zeros, live, liveZeros };
}
export const total = (counts: readonly Count[]): Count =>
  counts.reduce((a, b) => ({ size: a.size + b.size, zeros: a.zeros + b.zeros, live: a.live + b.live, liveZeros: a.liveZeros + b.liveZeros }), { size: 0, zeros: 0, live: 0, liveZeros: 0 });

/** Eight mask entries a byte, the first in the lowest bit: what has to be stored of a tuned network. */
export function packMask(mask: Tensor): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(mask.data.length / 8));
  floats(mask).forEach((kept, i) => {
    if (kept !== 0 && kept !== 1) throw new ShapeError(`packMask: expected entries 0 and 1, but entry ${i} is ${kept}. Threshold the scores first.`);
    bytes[i >> 3]! |= kept << (i & 7);
  });
  return bytes;
}
/** The mask again. @throws ShapeError if the bytes are too few or too many for the shape. */
export function unpackMask(bytes: Uint8Array, shape: readonly number[]): Tensor {
  const size = shape.reduce((n, d) => n * d, 1);
  if (bytes.length !== Math.ceil(size / 8)) throw new ShapeError(`unpackMask: ${size} entries need ${Math.ceil(size / 8)} bytes, but ${bytes.length} came.`);
  return tensor(Float32Array.from({ length: size }, (_, i) => (bytes[i >> 3]! >> (i & 7)) & 1), shape);
}
