/** The empirical neural tangent kernel at initialisation (Jacot et al. 2018, arXiv:1806.07572) on a few neighbouring samples. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { floats, sizeOf, tensor, type Params } from '../../base/tensor';
import { powerSpectrum } from '../../data/spectrum';
import { flatGradient } from '../../engine/autodiff';
import { flatten, layoutOf } from '../../engine/layout';
import { mul, sum } from '../../engine/ops';
import { viewsOf } from '../../engine/ops/compose';
import { defineProgram } from '../../engine/program';
import type { Lab, Shapes } from '../../lab/lab';
import { siren, type SirenShape } from '../../nn/siren';

export interface Kernel {
  /** Descending, [n]. */
  readonly eigenvalues: Float32Array;
  /** sum_i lambda_i |FFT(u_i)|^2 / n, [n/2 + 1] from 0 to Nyquist. */
  readonly spectrum: Float32Array;
}
/** How many neighbouring samples: J has a row for each, one backward pass a row. */
export const kernelPoints = 64;

/** K = J J^T / n^2 on the n samples in the middle of the signal; J [n, P] is the gradient of each output (its first channel). */
export async function tangentKernel(lab: Lab, shape: SirenShape, shapes: Shapes, x: Float32Array, arms: readonly Params[]): Promise<Kernel[]> {
  const n = kernelPoints;
  const layout = layoutOf(shapes);
  const program = defineProgram({ name: 'tangent-kernel', constants: { theta: { shape: [layout.size] } }, feeds: { x: { shape: [n, shape.inputs] }, row: { shape: [n, 1] } } }, ({ constants, feeds }) => {
    const views = viewsOf(constants.theta, layout);
    return { outputs: { gradient: flatGradient(sum(mul(siren(views, feeds.x, { ...shape, outputs: 1 }).output, feeds.row)), views, layout) } };
  });
  const start = Math.floor((x.length / shape.inputs - n) / 2) * shape.inputs;
  const points = tensor(x.slice(start, start + n * shape.inputs), [n, shape.inputs]);
  const session = await lab.compile(program, { theta: flatten(arms[0]!, layout) });
  const kernels: Kernel[] = [];
  for (const params of arms) {
    await session.write('theta', flatten(params, layout));
    const rows: Float32Array[] = [];
    for (let i = 0; i < n; i++) rows.push(floats((await session.run({ x: points, row: tensor(Float32Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)), [n, 1]) })).gradient!));
    kernels.push(decompose(rows));
    await lab.worked(n / 4, 'Tangent kernel');
  }
  return kernels;
}
function decompose(rows: readonly Float32Array[]): Kernel {
  const n = rows.length;
  const k = Matrix.zeros(n, n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let dot = 0;
      for (let p = 0; p < rows[i]!.length; p++) dot += rows[i]![p]! * rows[j]![p]!;
      k.set(i, j, dot / n ** 2);
      k.set(j, i, dot / n ** 2);
    }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(k, { assumeSymmetric: true });
  const spectrum = new Float32Array(n / 2 + 1);
  for (let i = 0; i < n; i++) {
    // |FFT(u)|^2 / n; powerSpectrum divides by n^2 and counts bins twice where they stand for two.
    const power = powerSpectrum(eigenvectorMatrix.getColumn(i));
    power.forEach((value, bin) => (spectrum[bin]! += (realEigenvalues[i]! * value * n) / (bin === 0 || bin === n / 2 ? 1 : 2)));
  }
  return { eigenvalues: Float32Array.from(realEigenvalues).sort().reverse(), spectrum };
}
/** What a kernel costs in training steps, for progress. */
export const kernelUnits = (arms: number): number => (arms * kernelPoints) / 4;
export const paramCount = (params: Params): number => Object.values(params).reduce((count, p) => count + sizeOf(p.shape), 0);
