/** Oracles that know nothing of our ops' gradients or ONNX forms: onnxruntime itself on the file, and central differences in float64. */
import { sameShape, type Tensor } from '../../../base/tensor';
import { evaluator, toReference } from '../../evaluate';
import type { Reference } from '../../value';
import type { OrtModule } from '../../../runtime/ort';
import type { OnnxTensor } from '../model';
import type { Computed } from './one-node';

/** Outputs of a file by onnxruntime's CPU kernels, its own optimiser off. Numbers are float64, as all our integers and floats fit in it. */
export async function byOnnxRuntime(ort: OrtModule, bytes: Uint8Array, fed: Readonly<Record<string, OnnxTensor>>): Promise<Record<string, Reference>> {
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'], logSeverityLevel: 4, graphOptimizationLevel: 'disabled' });
  try {
    const feeds = Object.fromEntries(Object.entries(fed).map(([name, { dtype, data, dims }]) => [name, new ort.Tensor(dtype as 'float32', data as Float32Array, dims)])); // its constructor has an overload for each type
    const made = await session.run(feeds);
    return Object.fromEntries(Object.entries(made).map(([name, { dims, data }]) => [name, { shape: dims, data: Float64Array.from(data as ArrayLike<number>, Number) }])); // no strings here; Number takes bigints too
  } finally {
    await session.release();
  }
}

/**
 * Gradients by central differences in float64: for every `d...` and `dd...` output of a case, the derivative of that loss in each
 * number of the input. With step h the error is h^2 y'''/6 and rounding 1e-16 / h: about 1e-9 here.
 */
export function byCentralDifferences({ feeds, given, outputs, losses }: Computed, step = 1e-5): Record<string, Reference> {
  const numbers = new Map(Object.entries(given).map(([name, t]) => [feeds[name]!.name!, toReference(t)])); // feeds are inputs: they have names
  const found: Record<string, Reference> = {};
  for (const order of ['d', 'dd'] as const) {
    const loss = losses[order];
    if (!loss) continue;
    const lossAt = evaluator([loss]);
    for (const name of Object.keys(outputs)) {
      const of = new RegExp(`^(.*\\.)${order}(x\\d+)$`).exec(name);
      if (!of) continue;
      const { data: x, shape } = numbers.get(`${of[1]}${of[2]}`)!; // changed in place, and put back
      const at = (i: number, value: number): number => {
        const kept = x[i]!;
        x[i] = value;
        const y = lossAt(numbers)[0]!.data[0]!;
        x[i] = kept;
        return y;
      };
      found[name] = { shape, data: x.map((x0, i) => (at(i, x0 + step) - at(i, x0 - step)) / (2 * step)) };
    }
  }
  return found;
}

/** Magnitude below which an error counts as it is, not relative to it. */
const SMALLEST = 0.01;
/** Largest difference, relative to the largest magnitude of what is expected; infinite where shapes differ or one has a number that the other has not. */
export function errorOf(found: Reference | Tensor, expected: Reference): number {
  if (!sameShape(found.shape, expected.shape) || found.data.length !== expected.data.length) return Infinity;
  let [worst, scale] = [0, SMALLEST];
  expected.data.forEach((wanted, i) => {
    const came = found.data[i]!;
    if (Number.isFinite(wanted)) scale = Math.max(scale, Math.abs(wanted));
    if (came === wanted || (Number.isNaN(came) && Number.isNaN(wanted))) return;
    const difference = Math.abs(came - wanted);
    worst = Math.max(worst, Number.isFinite(difference) ? difference : Infinity);
  });
  return worst / scale;
}
