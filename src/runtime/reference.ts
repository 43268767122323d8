/** The oracle: a plain TypeScript executor in float64, slow and simple. Every op computes by its own `reference` facet. */
import { sizeOf, type DType, type Shape, type Tensor } from '../base/tensor';
import type { Executor, Outputs, Session } from '../engine/executor';
import type { Program } from '../engine/program';
import { constantOp, inputOp, topological, type Reference, type Value } from '../engine/value';
import { checkAll, checkLive, checkTensor, heldValues } from './check';

export interface ReferenceOptions {
  /** Round the state to float32 after every step, as the other executors do. Default: it stays float64, for an oracle. */
  readonly float32State?: boolean;
}

const toReference = (t: Tensor): Reference => ({ shape: t.shape, data: Float64Array.from(t.data) });

/** Rounds to the dtype at the border. */
function toTensor(dtype: DType, shape: Shape, data: Float64Array): Tensor {
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
  private readonly order: readonly Value[];

  constructor(
    readonly program: Program,
    initial: Readonly<Record<string, Tensor>>,
    private readonly options: ReferenceOptions,
  ) {
    this.held = new Map(checkAll(program, heldValues(program), initial).map(([name, t]) => [name, toReference(t)]));
    this.order = topological([...Object.values(program.state).map((s) => s.output), ...Object.values(program.outputs)]);
  }

  async step(feeds: Readonly<Record<string, Tensor>>): Promise<void> {
    this.pending.push(this.once(feeds));
  }
  async drain(): Promise<readonly Outputs[]> {
    checkLive(this.program, this.released);
    return this.pending.splice(0);
  }
  async run(feeds: Readonly<Record<string, Tensor>>): Promise<Outputs> {
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
    return toTensor(type.dtype, held.shape, held.data);
  }
  async release(): Promise<void> {
    this.released = true;
    this.pending = [];
  }

  private once(feeds: Readonly<Record<string, Tensor>>): Outputs {
    checkLive(this.program, this.released);
    const given = new Map([...this.held, ...checkAll(this.program, this.program.feeds, feeds).map(([name, t]) => [name, toReference(t)] as const)]);
    const known = new Map<Value, Float64Array>();
    for (const value of this.order) known.set(value, evaluate(value, known, given));
    const outputs = Object.fromEntries(Object.entries(this.program.outputs).map(([name, v]) => [name, toTensor(v.dtype, v.shape, known.get(v)!)]));
    for (const [name, { output }] of Object.entries(this.program.state)) {
      const next = known.get(output)!;
      const data = this.options.float32State && output.dtype === 'float32' ? next.map(Math.fround) : next;
      this.held.set(name, { shape: output.shape, data });
    }
    return outputs;
  }
}

function evaluate(value: Value, known: ReadonlyMap<Value, Float64Array>, given: ReadonlyMap<string, Reference>): Float64Array {
  if (value.op === inputOp) return given.get(value.name!)!.data;
  if (value.op === constantOp) return Float64Array.from(value.data!.data);
  const inputs = Object.fromEntries(Object.entries(value.inputs).map(([n, v]) => [n, { shape: v.shape, data: known.get(v)! }]));
  const data = value.op.reference(inputs, value.attrs, value.shape);
  if (data.length !== sizeOf(value.shape)) throw new RangeError(`${value.op.name}: its reference gave ${data.length} numbers for a shape of ${sizeOf(value.shape)}.`);
  return data;
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
