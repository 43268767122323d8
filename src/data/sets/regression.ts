/**
 * Numbers to be predicted from numbers, by teachers that are known. The teacher depends on the seed and the knobs alone, so that all splits
 * share it; example i draws its own x. 'sine' is the task of Boopathy et al. 2024 (arXiv:2406.15941) at playground size: y = sin(3 w.x), w of length 1.
 */
import { InputError } from '../../base/errors';
import { exp, sin } from '../../base/math';
import { Random } from '../../base/random';
import { tensor, type Tensor } from '../../base/tensor';
import { defineDataset } from '../../spec/dataset';
import { choice, float, int } from '../../spec/knobs';

export const teachers = ['sine', 'linear', 'steps', 'bumps', 'network'] as const;
export type TeacherName = (typeof teachers)[number];
export interface TeacherSpec {
  readonly seed: number;
  readonly teacher: TeacherName;
  /** Numbers of x, d. */
  readonly inputs: number;
  /** Radians per unit of w.x ('sine'), steps per unit ('steps'); other teachers look at it not. */
  readonly frequency: number;
}
/** The function itself: x [d] in [-1, 1]^d -> y. @throws InputError for a d that cannot be */
export function teacherOf({ seed, teacher, inputs, frequency }: TeacherSpec): (x: ArrayLike<number>) => number {
  if (!(Number.isInteger(inputs) && inputs >= 1 && inputs <= 1024)) throw new InputError(`A teacher has 1 to 1024 inputs, but ${inputs} came.`);
  const rng = Random.seed(seed).fork('regression', teacher, inputs);
  const w = unit(rng.fork('direction').fillNormal(new Float32Array(inputs)));
  const along = (x: ArrayLike<number>): number => w.reduce((sum, v, i) => sum + v * x[i]!, 0);
  switch (teacher) {
    case 'sine': return (x) => sin(frequency * along(x));
    case 'linear': return along;
    case 'steps': return (x) => (Math.floor(frequency * along(x)) % 2 === 0 ? 1 : -1);
    case 'bumps': {
      const bumps = Array.from({ length: 6 }, (_, k) => ({ at: rng.fork('bump', k).fillUniform(new Float32Array(inputs), -1, 1), height: rng.fork('height', k).uniform(-1, 1) }));
      return (x) => bumps.reduce((sum, { at, height }) => sum + height * exp((-4 * at.reduce((d, a, i) => d + (x[i]! - a) * (x[i]! - a), 0)) / inputs), 0);
    }
    case 'network': {
      // 16 rectified units with random weights, as He et al. 2015 scale them
      const hidden = Array.from({ length: 16 }, (_, h) => ({ w: rng.fork('unit', h).fillNormal(new Float32Array(inputs), Math.sqrt(2 / inputs)), b: rng.fork('shift', h).normal() * 0.5, v: rng.fork('out', h).normal() / 4 }));
      return (x) => hidden.reduce((sum, { w: weights, b, v }) => sum + v * Math.max(0, weights.reduce((s, a, i) => s + a * x[i]!, b)), 0);
    }
  }
}
function unit(w: Float32Array): Float64Array {
  const length = Math.sqrt(w.reduce((sum, v) => sum + v * v, 0));
  return Float64Array.from(w, (v) => v / length);
}

export interface Regression {
  /** [n, d] in [-1, 1], uniform; [n, 1] with noise, and without. */
  readonly x: Tensor;
  readonly y: Tensor;
  readonly clean: Tensor;
}
export function makeRegression({ split, count, noise = 0, ...spec }: TeacherSpec & { readonly split: string; readonly count: number; /** Standard deviation. */ readonly noise?: number }): Regression {
  const f = teacherOf(spec);
  const x = new Float32Array(count * spec.inputs);
  const [y, clean] = [new Float32Array(count), new Float32Array(count)];
  for (let i = 0; i < count; i++) {
    const rng = Random.seed(spec.seed).fork('regression', split, i);
    const row = rng.fork('x').fillUniform(x.subarray(i * spec.inputs, (i + 1) * spec.inputs), -1, 1);
    clean[i] = f(row);
    y[i] = clean[i]! + noise * rng.fork('noise').normal();
  }
  return { x: tensor(x, [count, spec.inputs]), y: tensor(y, [count, 1]), clean: tensor(clean, [count, 1]) };
}

const knobs = {
  teacher: choice({ label: 'Teacher', options: { sine: 'A sine along one direction', linear: 'Linear', steps: 'Steps along one direction', bumps: 'Six bumps', network: 'A network of 16 units' }, default: 'sine' }),
  inputs: int({ label: 'Inputs d', min: 1, max: 64, default: 2 }),
  frequency: float({ label: 'Frequency', min: 0.5, max: 20, default: 3, help: 'Radians per unit for the sine, steps per unit.' }),
  noise: float({ label: 'Noise', min: 0, max: 1, default: 0, help: 'Standard deviation added to y.' }),
} as const;

export const dataset = defineDataset({
  id: 'regression',
  title: 'Regression',
  family: 'toy',
  says: 'Numbers to predict from numbers in [-1, 1]^d, by a teacher that the seed draws and all splits share: a sine along one direction, steps, bumps or a small network. What y would be without noise is kept beside.',
  knobs,
  open: ({ knobs: k }) => {
    // One teacher a seed: opened once, asked often.
    const known = new Map<number, (x: ArrayLike<number>) => number>();
    const teacher = (seed: number): ((x: ArrayLike<number>) => number) => {
      const f = known.get(seed) ?? teacherOf({ ...k, seed });
      known.set(seed, f);
      return f;
    };
    return {
      example: ({ seed, split, index }) => {
        const rng = Random.seed(seed).fork('regression', split, index);
        const x = rng.fork('x').fillUniform(new Float32Array(k.inputs), -1, 1);
        const clean = teacher(seed)(x);
        return { x: tensor(x), y: tensor([clean + k.noise * rng.fork('noise').normal()]), clean: tensor([clean]) };
      },
      preview: ({ seed }) => {
        const f = teacher(seed);
        const [line, cells] = [Float32Array.from({ length: 201 }, (_, i) => -1 + i / 100), 64];
        const axis = Float32Array.from({ length: cells }, (_, i) => -1 + (2 * (i + 0.5)) / cells);
        const at = (...given: number[]): number => f(Float32Array.from({ length: k.inputs }, (_, i) => given[i] ?? 0));
        return [
          { title: 'Along single inputs', says: 'All others at 0.', picture: { kind: 'lines', xLabel: 'x', yLabel: 'y', series: Array.from({ length: Math.min(4, k.inputs) }, (_, i) => ({ label: `x${i}`, x: line, y: line.map((v) => at(...Array.from({ length: i + 1 }, (_n, j) => (j === i ? v : 0)))) })) } },
          ...(k.inputs > 1 ? [{ title: 'Over the first two inputs', picture: { kind: 'plane', x: axis, y: axis, xLabel: 'x0', yLabel: 'x1', valueLabel: 'y', points: [], values: Float32Array.from({ length: cells * cells }, (_, p) => at(axis[p % cells]!, axis[Math.floor(p / cells)]!)) } as const }] : []),
        ];
      },
    };
  },
});
