/** Runs programs on onnxruntime-web's CPU kernels in WebAssembly: in every browser and in Node, with the same bits. */
import type { DType, Tensor } from '../base/tensor';
import type { Executor, Feeds, Outputs, Session } from '../engine/executor';
import { writeOnnx } from '../engine/onnx/writer';
import { optimised } from '../engine/passes';
import type { Program } from '../engine/program';
import { checkAll, checkLive, checkTensor, feedTensors, heldValues } from './check';
import { withOwnSine } from './own-sine';
import { toRuntimeProblem, wasmLane, type InferenceSession, type OptimizationLevel, type OrtLane, type OrtTensor } from './ort';

export interface WasmOptions {
  /** Default 1. More are faster on large kernels, with the bits of that many. Counts only for the first executor of a worker. */
  readonly threads?: number;
  /** Default 'basic': measured on step time 'all' wins nothing, and it takes longer to load. All levels gave the same bits. */
  readonly optimization?: OptimizationLevel;
}

class WasmSession implements Session {
  private readonly held: Map<string, OrtTensor>;
  private pending: Outputs[] = [];
  private released = false;

  constructor(
    readonly program: Program,
    initial: readonly [string, Tensor][],
    private readonly lane: OrtLane,
    private readonly session: InferenceSession,
    private readonly forget: (session: Session) => void,
  ) {
    this.held = new Map(initial.map(([name, t]) => [name, this.toOrt(copyOf(t))]));
  }

  step(feeds: Feeds): Promise<void> {
    return this.lane.lock.run(async () => {
      this.pending.push(await this.once(feeds));
    });
  }
  drain(): Promise<readonly Outputs[]> {
    return this.locked(async () => this.pending.splice(0));
  }
  run(feeds: Feeds): Promise<Outputs> {
    return this.lane.lock.run(() => this.once(feeds));
  }
  write(name: string, value: Tensor): Promise<void> {
    return this.locked(async () => {
      this.held.set(name, this.toOrt(copyOf(checkTensor(this.program, name, heldValues(this.program)[name], value))));
    });
  }
  read(name: string): Promise<Tensor> {
    return this.locked(async () => {
      const held = this.held.get(name);
      if (!held) throw checkTensor(this.program, name, undefined, undefined); // always throws: the name is unknown
      return copyOf(fromOrt(held));
    });
  }
  release(): Promise<void> {
    return this.lane.lock.run(async () => {
      if (this.released) return;
      this.released = true;
      this.held.clear();
      this.pending = [];
      this.forget(this);
      await this.session.release();
    });
  }

  private locked<T>(work: () => Promise<T>): Promise<T> {
    return this.lane.lock.run(async () => {
      checkLive(this.program, this.released);
      return work();
    });
  }
  /** One run; the state changes only if it succeeds. The caller holds the lock. */
  private async once(feeds: Feeds): Promise<Outputs> {
    checkLive(this.program, this.released);
    const given = Object.fromEntries([...this.held, ...feedTensors(this.program, feeds).map(([name, t]) => [name, this.toOrt(t)] as const)]);
    let made: Readonly<Record<string, OrtTensor>>;
    try {
      made = await this.session.run(given);
    } catch (error) {
      throw toRuntimeProblem(`Program ${this.program.name} should run on WASM`, error, 'Try smaller sizes; if it stays, this is a defect of the program.');
    }
    for (const name of Object.keys(this.program.state)) this.held.set(name, made[`${name}.next`]!);
    return Object.fromEntries(Object.keys(this.program.outputs).map((name) => [name, fromOrt(made[name]!)]));
  }
  private toOrt(t: Tensor): OrtTensor {
    return new this.lane.ort.Tensor(t.dtype, t.data, t.shape);
  }
}

const copyOf = (t: Tensor): Tensor => ({ ...t, data: t.data.slice() });
/** Programs hold float32, int32 and bool alone, so nothing else comes out of their sessions. */
const fromOrt = (t: OrtTensor): Tensor => ({ dtype: t.type as DType, shape: t.dims, data: t.data as Tensor['data'] });

/** The graph that runs for a program, as ONNX. The library's sine is four times slower than sums and products, once |x| is beyond a quarter turn. */
export const wasmModel = (program: Program): Uint8Array => writeOnnx(optimised(withOwnSine(program), 'cpu'));

/** @throws RuntimeProblem if onnxruntime-web does not load */
export async function createWasmExecutor(options: WasmOptions = {}): Promise<Executor & { readonly threads: number }> {
  const lane = await wasmLane(options.threads);
  const sessions = new Set<Session>();
  return {
    provider: 'wasm',
    threads: lane.threads,
    async load(program, initial) {
      const held = checkAll(program, heldValues(program), initial);
      const model = wasmModel(program);
      const session = await lane.lock.run(async () => {
        try {
          return await lane.ort.InferenceSession.create(model, { executionProviders: ['wasm'], graphOptimizationLevel: options.optimization ?? 'basic', logSeverityLevel: 3 });
        } catch (error) {
          throw toRuntimeProblem(`Program ${program.name} should compile for WASM`, error, 'This is a defect of the program.');
        }
      });
      const loaded = new WasmSession(program, held, lane, session, (s) => sessions.delete(s));
      sessions.add(loaded);
      return loaded;
    },
    async close() {
      await Promise.all([...sessions].map((session) => session.release()));
    },
  };
}
