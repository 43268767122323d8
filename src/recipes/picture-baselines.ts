/** What a reconstruction is compared with: the mean picture, few numbers enlarged; and the measure. Pictures [n, c, h, w] in [-1, 1]. */
import { log10 } from '../base/math';
import { floats, tensor, type Tensor } from '../base/tensor';

/** Peak signal to noise in decibels over all pictures: 10 log10(peak^2 / mean squared error), peak 2 for a range of [-1, 1]. */
export function peakSignalToNoise(found: Tensor, truth: Tensor): number {
  const [a, b] = [floats(found), floats(truth)];
  const error = a.reduce((total, v, i) => total + (v - b[i]!) * (v - b[i]!), 0) / a.length;
  return 10 * log10(4 / Math.max(error, 1e-12));
}
/** The mean of pictures, `count` times. */
export function meanPicture(x: Tensor, count: number): Tensor {
  const n = x.shape[0]!;
  const size = x.data.length / n;
  const data = floats(x);
  const mean = Float64Array.from({ length: size }, (_, at) => {
    let total = 0;
    for (let i = 0; i < n; i++) total += data[i * size + at]!;
    return total / n;
  });
  return tensor(Float32Array.from({ length: count * size }, (_, i) => mean[i % size]!), [count, ...x.shape.slice(1)]);
}
/** Catmull and Rom's cubic through four neighbours: weights at a distance of `d` places. */
function cubic(d: number): number {
  const a = Math.abs(d);
  if (a < 1) return 1.5 * a * a * a - 2.5 * a * a + 1;
  return a < 2 ? -0.5 * a * a * a + 2.5 * a * a - 4 * a + 2 : 0;
}
/** Means of `places` x `places` equal squares, enlarged again by cubic interpolation, edges repeated. */
export function enlargedBicubic(x: Tensor, places: number): Tensor {
  const [n, c, side] = x.shape as [number, number, number];
  const step = side / places;
  const data = floats(x);
  const weights = Array.from({ length: side }, (_, pixel) => {
    const at = (pixel + 0.5) / step - 0.5;
    const row = new Array<number>(places).fill(0);
    for (let j = Math.floor(at) - 1; j <= Math.floor(at) + 2; j++) row[Math.max(0, Math.min(places - 1, j))]! += cubic(at - j);
    return row;
  });
  const out = new Float32Array(data.length);
  for (let plane = 0; plane < n * c; plane++) {
    const means = new Float64Array(places * places);
    for (let at = 0; at < side * side; at++) means[Math.floor(Math.floor(at / side) / step) * places + Math.floor((at % side) / step)]! += data[plane * side * side + at]! / (step * step);
    for (let at = 0; at < side * side; at++) {
      const [rows, columns] = [weights[Math.floor(at / side)]!, weights[at % side]!];
      let total = 0;
      for (let i = 0; i < places; i++) for (let j = 0; j < places; j++) total += rows[i]! * columns[j]! * means[i * places + j]!;
      out[plane * side * side + at] = total;
    }
  }
  return tensor(out, x.shape);
}
