/** A lab for tests: any executor, everything it shows kept in lists. */
import type { Executor } from '../engine/executor';
import type { Picture } from '../spec/picture';
import type { Light, Outcome } from '../spec/result';
import { createLab } from './create-lab';
import type { Control, Host } from './host';
import type { Lab } from './lab';

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

export function testLab(executor: Executor, options: { seed?: number; arms?: readonly string[]; control?: Control } & Partial<Pick<Host, 'asset' | 'files'>> = {}): TestLab {
  const kept = { points: [] as TestLab['points'], outcomes: [] as Outcome[], lights: [] as Light[], pictures: new Map<string, Picture>(), marks: new Map<string, string>(), keeps: [] as unknown[] };
  const { lab, close } = createLab(
    {
      backends: { choose: async () => executor, current: async () => executor },
      sink: {
        point: (arm, _, metric, step, value) => kept.points.push({ arm, metric, step, value }),
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
      now: () => performance.now(),
    },
    options.seed ?? 1,
    options.arms ?? [],
  );
  return { lab, ...kept, close };
}
