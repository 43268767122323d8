/** The bench page: one worker a lane, made and asked by the runner through `window.bench`. */
import { adamSettings, workloads } from '../../../src/bench/workloads';
import { runtimeFacts } from '../../../src/runtime/facts';
import type { Counts } from './meters';
import type { Reply, Request, Task } from './lane';

export type Library = 'ours' | 'tfjs' | 'jax';
export interface LaneName {
  readonly library: Library;
  readonly backend: string;
  readonly threads: number;
}
const makers: Readonly<Record<Library, () => Worker>> = {
  ours: () => new Worker(new URL('./ours.ts', import.meta.url), { type: 'module' }),
  tfjs: () => new Worker(new URL('../peers/tfjs.mjs', import.meta.url), { type: 'module' }),
  jax: () => new Worker(new URL('../peers/jax.mjs', import.meta.url), { type: 'module' }),
};
type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;
interface Open {
  readonly worker: Worker;
  ask(request: Without<Request, 'id'>): Promise<unknown>;
}
const lanes = new Map<string, Open>();
const tasks = new Map<string, Task>();
/** Batches that a lane goes round in. */
const batchCount = 8;

function taskOf(id: string): Task {
  const known = tasks.get(id);
  if (known) return known;
  const { shape, initial, batch } = workloads[id]!();
  const task: Task = { id, shape, params: initial(), batches: Array.from({ length: batchCount }, (_, i) => batch(i)), adam: adamSettings };
  tasks.set(id, task);
  return task;
}
function connect(worker: Worker): Open {
  let last = 0;
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  worker.onmessage = ({ data }: MessageEvent<Reply>) => {
    const asked = waiting.get(data.id)!;
    waiting.delete(data.id);
    if ('problem' in data) asked.reject(new Error(data.problem));
    else asked.resolve(data.value);
  };
  worker.onerror = (event) => {
    for (const { reject } of waiting.values()) reject(new Error(`The worker failed: ${event.message}`));
    waiting.clear();
  };
  const ask: Open['ask'] = (request) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...request, id });
    });
  return { worker, ask };
}
const lane = (key: string): Open => {
  const open = lanes.get(key);
  if (!open) throw new Error(`No lane "${key}" is open.`);
  return open;
};

const bench = {
  machine: runtimeFacts,
  titles: (): Record<string, string> => Object.fromEntries(Object.entries(workloads).map(([id, make]) => [id, make().title])),
  /** A fresh worker with the workload's first step taken: its loss, and milliseconds since the worker was asked for. */
  async open(key: string, task: string, { library, backend, threads }: LaneName): Promise<{ loss: number; firstStepMs: number }> {
    const given = taskOf(task);
    const began = performance.now();
    const open = connect(makers[library]());
    lanes.set(key, open);
    const loss = (await open.ask({ call: 'open', opening: { task: given, backend, threads } })) as number;
    return { loss, firstStepMs: performance.now() - began };
  },
  step: (key: string) => lane(key).ask({ call: 'step' }) as Promise<number>,
  /** Milliseconds of so many steps. */
  run: (key: string, steps: number) => lane(key).ask({ call: 'run', steps }) as Promise<number>,
  facts: (key: string) => lane(key).ask({ call: 'facts' }) as Promise<Record<string, number | string>>,
  counts: (key: string) => lane(key).ask({ call: 'counts' }) as Promise<Counts>,
  close(key: string): void {
    lanes.get(key)?.worker.terminate();
    lanes.delete(key);
  },
};
export type Bench = typeof bench;
Object.assign(window, { bench });
