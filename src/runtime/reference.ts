/** The oracle: a plain TypeScript executor in float64, slow and simple. Every op computes by its own `reference` facet. */
import type { DType, Tensor } from '../base/tensor';
import { evaluator, toReference, type ReferenceFeeds } from '../engine/evaluate';
import type { Executor, Feeds, Outputs, Session } from '../engine/executor';
import type { Program } from '../engine/program';
import type { Reference } from '../engine/value';
import { checkAll, checkLive, checkTensor, feedTensors, heldValues } from './check';

export interface ReferenceOptions {
  /** Round the state to float32 after every step, as the other executors do. Default: it stays float64, for an oracle. */
  readonly float32State?: boolean;
}

/** Rounds to the dtype at the border. */
function toTensor(dtype: DType, { shape, data }: Reference): Tensor {
  switch (dtype) {
    case 'float32':
      return { dtype, shape, data: Float32Array.from(data) };
    case 'int32':
      return { dtype, shape, data: Int32Array.from(data) };
    case 'bool':
      return { dtype, shape, data: Uint8Array.from(data, (x) => (x === 0 ? 0 : 1)) };
  }
}

class ReferenceSession implements Session {
  private held: Map<string, Reference>;
  private pending: Outputs[] = [];
  private released = false;
  /** Next states, then outputs. */
  private readonly compute: (given: ReferenceFeeds) => Reference[];

  constructor(
    readonly program: Program,
    initial: Readonly<Record<string, Tensor>>,
    private readonly options: ReferenceOptions,
  ) {
    this.held = new Map(checkAll(program, heldValues(program), initial).map(([name, t]) => [name, toReference(t)]));
    this.compute = evaluator([...Object.values(program.state).map((s) => s.output), ...Object.values(program.outputs)]);
  }

  async step(feeds: Feeds): Promise<void> {
    this.pending.push(this.once(feeds));
  }
  async drain(): Promise<readonly Outputs[]> {
    checkLive(this.program, this.released);
    return this.pending.splice(0);
  }
  async run(feeds: Feeds): Promise<Outputs> {
    return this.once(feeds);
  }
  async write(name: string, value: Tensor): Promise<void> {
    checkLive(this.program, this.released);
    this.held.set(name, toReference(checkTensor(this.program, name, heldValues(this.program)[name], value)));
  }
  async read(name: string): Promise<Tensor> {
    checkLive(this.program, this.released);
    const held = this.held.get(name);
    const type = heldValues(this.program)[name];
    if (!held || !type) throw checkTensor(this.program, name, type, undefined); // always throws: the name is unknown
    return toTensor(type.dtype, held);
  }
  async release(): Promise<void> {
    this.released = true;
    this.pending = [];
  }

  private once(feeds: Feeds): Outputs {
    checkLive(this.program, this.released);
    const given = new Map([...this.held, ...feedTensors(this.program, feeds).map(([name, t]) => [name, toReference(t)] as const)]);
    const made = this.compute(given);
    for (const [name, { output }] of Object.entries(this.program.state)) {
      const { shape, data } = made.shift()!;
      this.held.set(name, { shape, data: this.options.float32State && output.dtype === 'float32' ? data.map(Math.fround) : data });
    }
    return Object.fromEntries(Object.entries(this.program.outputs).map(([name, { dtype }]) => [name, toTensor(dtype, made.shift()!)]));
  }
}

export function createReferenceExecutor(options: ReferenceOptions = {}): Executor {
  const sessions = new Set<Session>();
  return {
    provider: 'reference',
    async load(program, initial) {
      const session = new ReferenceSession(program, initial, options);
      sessions.add(session);
      return session;
    },
    async close() {
      for (const session of sessions) await session.release();
      sessions.clear();
    },
  };
}
