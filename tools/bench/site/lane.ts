/** What every lane's worker answers, and what it is given: plain data, so that no library is known here but by its lane. */
import type { Tensor } from '../../../src/base/tensor';
import { counts, type Counts } from './meters';

/** A workload in numbers: all that a library needs besides the architecture, which its own model code holds. */
export interface Task {
  readonly id: string;
  readonly shape: Readonly<Record<string, number | readonly number[]>>;
  readonly params: Readonly<Record<string, Tensor>>;
  /** Step i takes batch i modulo their number. */
  readonly batches: readonly Readonly<Record<string, Tensor>>[];
  readonly adam: { readonly learningRate: number; readonly beta1: number; readonly beta2: number; readonly epsilon: number };
}
export interface Opening {
  readonly task: Task;
  /** Of the library's own names: 'wasm', 'cpu', 'webgl', 'webgpu'. */
  readonly backend: string;
  readonly threads: number;
}
export interface Lane {
  /** Compiles, takes the first step, and returns its loss. */
  open(opening: Opening): Promise<number>;
  /** Steps, to their end on the device. */
  run(steps: number): Promise<void>;
  /** One step and its loss. */
  step(): Promise<number>;
  /** Facts for the table: operators of the graph, threads that the library says it has. */
  facts(): Readonly<Record<string, number | string>>;
}
export type Request = { readonly id: number } & (
  | { readonly call: 'open'; readonly opening: Opening }
  | { readonly call: 'run'; readonly steps: number }
  | { readonly call: 'step' | 'facts' | 'counts' }
);
export type Reply = { readonly id: number } & ({ readonly value: unknown } | { readonly problem: string });

/** Serves one lane in this worker. `run` is timed here, so that no message is in the time. */
export function serve(lane: Lane): void {
  const answer = async (request: Request): Promise<unknown> => {
    switch (request.call) {
      case 'open':
        return lane.open(request.opening);
      case 'run': {
        const began = performance.now();
        await lane.run(request.steps);
        return performance.now() - began;
      }
      case 'step':
        return lane.step();
      case 'facts':
        return lane.facts();
      case 'counts':
        return counts() satisfies Counts;
    }
  };
  self.onmessage = async ({ data }: MessageEvent<Request>) => {
    const reply = await answer(data).then(
      (value): Reply => ({ id: data.id, value }),
      (error: unknown): Reply => ({ id: data.id, problem: error instanceof Error ? error.message : String(error) }),
    );
    self.postMessage(reply);
  };
}
