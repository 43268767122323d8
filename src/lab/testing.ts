/** A lab for tests: any executor, everything it shows kept in lists. */
import { floats, type Params, type Tensor } from '../base/tensor';
import { flatGradient } from '../engine/autodiff';
import type { Executor } from '../engine/executor';
import { flatten, layoutOf } from '../engine/layout';
import { viewsOf } from '../engine/ops/compose';
import { defineProgram } from '../engine/program';
import type { Value } from '../engine/value';
import type { Spent } from '../spec/messages';
import type { Picture } from '../spec/picture';
import type { Light, Outcome } from '../spec/result';
import { createLab } from './create-lab';
import type { Control, Host } from './host';
import type { Lab, TrainingRun } from './lab';

export interface TestLab {
  readonly lab: Lab;
  readonly points: { arm: string; metric: string; step: number; value: number }[];
  readonly outcomes: Outcome[];
  readonly lights: Light[];
  readonly pictures: Map<string, Picture>;
  readonly marks: Map<string, string>;
  /** What the trial kept for live questions, in order. */
  readonly keeps: unknown[];
  close(): Promise<void>;
}
const free: Control = { beforeStep: async () => undefined, breathe: async () => undefined, pausePoint: async () => undefined };

export function testLab(executor: Executor, options: { seed?: number; arms?: readonly string[]; control?: Control; /** What each point says it took. */ point?: (arm: string, step: number, spent: Spent) => void } & Partial<Pick<Host, 'asset' | 'files' | 'journal'>> = {}): TestLab {
  const kept = { points: [] as TestLab['points'], outcomes: [] as Outcome[], lights: [] as Light[], pictures: new Map<string, Picture>(), marks: new Map<string, string>(), keeps: [] as unknown[] };
  const { lab, close } = createLab(
    {
      backends: { choose: async () => executor, current: async () => executor },
      sink: {
        point: (arm, _, metric, step, value, spent) => {
          kept.points.push({ arm, metric, step, value });
          options.point?.(arm, step, spent);
        },
        picture: (id, _, picture) => kept.pictures.set(id, picture),
        light: (light) => kept.lights.push(light),
        outcome: (arm, seed, metric, value) => kept.outcomes.push({ arm, seed, metric, value }),
        mark: (name, _, fingerprint) => kept.marks.set(name, fingerprint),
        keep: (value) => kept.keeps.push(value),
        progress: () => undefined,
      },
      control: options.control ?? free,
      asset: options.asset ?? (async (path) => Promise.reject(new Error(`This test ships no ${path}.`))),
      files: options.files ?? [],
      ...(options.journal && { journal: options.journal }),
      now: () => performance.now(),
    },
    options.seed ?? 1,
    options.arms ?? [],
  );
  return { lab, ...kept, close };
}

/**
 * Names of the run's params on which no loss depends, at any of the points `at`: each loss's gradient, before `gradient` combines or masks them, with the batch of the first
 * step, is zero throughout the tensor. (At a start of zeros a gradient can be zero where it is not later: so several points are asked.)
 */
export async function withoutGradient(executor: Executor, run: TrainingRun, at: readonly Params[]): Promise<string[]> {
  const { spec } = run.trainer;
  const layout = layoutOf(spec.params);
  const buffers = layoutOf(spec.buffers ?? {});
  const frozen = layoutOf(spec.frozen ?? {});
  const program = defineProgram(
    {
      name: `${spec.name} gradients`,
      constants: { theta: { shape: [layout.size] }, ...(frozen.size > 0 && { frozen: { shape: [frozen.size] } }), ...(buffers.size > 0 && { buffers: { shape: [buffers.size] } }) },
      feeds: spec.batch,
    },
    ({ constants, feeds }) => {
      const params = viewsOf(constants.theta!, layout);
      const { loss } = spec.loss({ params, frozen: constants.frozen ? viewsOf(constants.frozen, frozen) : {}, buffers: constants.buffers ? viewsOf(constants.buffers, buffers) : {}, batch: feeds, average: spec.average ? params : {} });
      const losses: readonly Value[] = 'op' in loss ? [loss as Value] : Object.values(loss);
      return { outputs: Object.fromEntries(losses.map((l, i) => [`gradient${i}`, flatGradient(l, params, layout)])) };
    },
  );
  const initial = (params: Params): Record<string, Tensor> => ({ theta: flatten(params, layout), ...(frozen.size > 0 && { frozen: flatten(run.frozen ?? {}, frozen) }), ...(buffers.size > 0 && { buffers: flatten(params, buffers) }) });
  const session = await executor.load(program, initial(run.from));
  const untouched = new Set(layout.entries.map(({ name }) => name));
  for (const params of at) {
    for (const [name, value] of Object.entries(initial(params))) await session.write(name, value);
    for (const gradient of Object.values(await session.run(run.next(0))))
      for (const { name, offset, size } of layout.entries) if (floats(gradient).subarray(offset, offset + size).some((g) => g !== 0)) untouched.delete(name);
  }
  await session.release();
  return [...untouched];
}
