/**
 * An executor that is two: every program is loaded on both, both take its first steps, and every number is compared. WASM's go on. Each
 * step starts from WASM's state on both: left to themselves, two trainings drift apart by rounding alone (Adam turns that of a gradient
 * near 0 into a whole step), and the drift says nothing about a step's arithmetic.
 */
import { Fingerprint } from '../../src/base/hash';
import type { Tensor } from '../../src/base/tensor';
import type { Executor, Feeds, Outputs, Session } from '../../src/engine/executor';
import { writeOnnx } from '../../src/engine/onnx/writer';
import type { Program } from '../../src/engine/program';

/** Greatest of the differences of two tensors. */
export interface Difference {
  readonly value: number;
  /** Which tensor, after which step. */
  readonly at: string;
}
export interface Comparison {
  readonly program: string;
  /** Steps, or runs, that both took. */
  steps: number;
  output: Difference;
  /** What a step that both began from one state left behind. */
  state: Difference;
  /** The same for each step, in order: the largest over all that is carried. */
  readonly states: number[];
  /** Whether the graph has kinks (ReLU, max pooling): there a unit within rounding of one passes its gradient on one side and not on the other. */
  readonly kinked: boolean;
}
export interface Twin extends Executor {
  /** One for each graph: two programs of one name count once if their graphs are equal. */
  readonly comparisons: () => readonly Comparison[];
}
/** Root mean square below which a tensor's own size is no scale. Outputs may be 0 by construction, and rounding is all that is in them. */
const smallest = { output: 0.1, state: 1e-6 } as const;
const none: Difference = { value: 0, at: 'nowhere' };

/**
 * |a - b| / |a|, Euclidean. The largest entry alone would not do: a unit within rounding of ReLU's kink passes its gradient on one side
 * and not on the other, which says nothing about the arithmetic of either.
 */
function difference(expected: Tensor, found: Tensor, kind: keyof typeof smallest): number {
  const n = expected.data.length;
  if (found.data.length !== n) return Infinity;
  let [size, off] = [0, 0];
  expected.data.forEach((x: number, i: number) => {
    size += x ** 2;
    off += (x - found.data[i]!) ** 2;
  });
  return Math.sqrt(off / n) / Math.max(smallest[kind], Math.sqrt(size / n));
}
/** Nodes of a file whose gradient jumps. */
const kinks = /Relu|MaxPool/;
/** NaN counts as larger than any number. */
const larger = (a: Difference, value: number, at: string): Difference => (value <= a.value || Number.isNaN(a.value) ? a : { value, at });

/** Two sessions of one program, until `steps` are compared. */
class TwinSession implements Session {
  private pending: Outputs[] = [];
  private queue: Promise<unknown> = Promise.resolve();
  private spentMs = 0;

  constructor(
    private readonly wasm: Session,
    private gpu: Session | undefined,
    private readonly comparison: Comparison,
    private readonly steps: number,
    private readonly budgetMs: number,
    private readonly countsOfSigns: readonly string[],
  ) {}

  get program(): Program {
    return this.wasm.program;
  }
  step(feeds: Feeds): Promise<void> {
    return this.inTurn(async () => {
      if (this.gpu) this.pending.push(await this.both(this.gpu, feeds));
      else await this.wasm.step(feeds);
    });
  }
  drain(): Promise<readonly Outputs[]> {
    return this.inTurn(async () => [...this.pending.splice(0), ...(await this.wasm.drain())]);
  }
  run(feeds: Feeds): Promise<Outputs> {
    return this.inTurn(async () => (this.gpu ? this.both(this.gpu, feeds) : this.wasm.run(feeds)));
  }
  write(name: string, value: Tensor): Promise<void> {
    return this.inTurn(async () => {
      await this.gpu?.write(name, value);
      await this.wasm.write(name, value);
    });
  }
  read(name: string): Promise<Tensor> {
    return this.inTurn(async () => this.wasm.read(name));
  }
  release(): Promise<void> {
    return this.inTurn(async () => {
      await this.endComparison();
      await this.wasm.release();
    });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined);
    return result;
  }
  private async both(gpu: Session, feeds: Feeds): Promise<Outputs> {
    const start = performance.now();
    const { comparison } = this;
    const states = Object.keys(this.program.state);
    if (comparison.steps > 0) for (const name of states) await gpu.write(name, await this.wasm.read(name));
    const [expected, found] = [await this.wasm.run(feeds), await gpu.run(feeds)];
    comparison.steps++;
    let worst = none;
    for (const name of states) worst = larger(worst, difference(await this.wasm.read(name), await gpu.read(name), 'state'), `${name}, step ${comparison.steps}`);
    comparison.state = larger(comparison.state, worst.value, worst.at);
    if (states.length > 0) comparison.states.push(worst.value);
    for (const [name, value] of Object.entries(expected)) if (!this.countsOfSigns.includes(name)) comparison.output = larger(comparison.output, difference(value, found[name]!, 'output'), `${name}, step ${comparison.steps}`);
    this.spentMs += performance.now() - start;
    if (comparison.steps >= this.steps || this.spentMs > this.budgetMs) await this.endComparison();
    return expected;
  }
  private async endComparison(): Promise<void> {
    const { gpu } = this;
    if (!gpu) return;
    this.gpu = undefined;
    await gpu.release();
  }
}

/**
 * Every graph is loaded on `gpu`, which should forbid CPU fallback. `steps`: how many of a training's are compared; where nothing is
 * carried from run to run, three runs are. No new one after `budgetMs`. `countsOfSigns`: outputs that are not compared, since they count
 * entries by the sign of a number that may be nothing but rounding.
 */
export function twinExecutor(wasm: Executor, gpu: Executor, { steps = 20, budgetMs = 20_000, countsOfSigns = [] }: { readonly steps?: number; readonly budgetMs?: number; readonly countsOfSigns?: readonly string[] } = {}): Twin {
  const byGraph = new Map<string, Comparison>();
  return {
    provider: 'webgpu', // so that a lab loads what it loads there
    comparisons: () => [...byGraph.values()],
    async load(program, initial) {
      const session = await wasm.load(program, initial);
      const graph = graphOf(program);
      let comparison = byGraph.get(graph);
      if (comparison && comparison.steps > 0) return session;
      comparison ??= { program: program.name, steps: 0, output: none, state: none, states: [], kinked: kinks.test(new TextDecoder('latin1').decode(writeOnnx(program))) };
      byGraph.set(graph, comparison);
      return new TwinSession(session, await gpu.load(program, initial), comparison, Object.keys(program.state).length > 0 ? steps : Math.min(3, steps), budgetMs, countsOfSigns);
    },
    close: async () => {
      await gpu.close();
      await wasm.close();
    },
  };
}
function graphOf(program: Program): string {
  const bytes = writeOnnx(program);
  const words = new Uint32Array(Math.ceil(bytes.length / 4));
  new Uint8Array(words.buffer).set(bytes);
  return `${program.name} ${bytes.length} ${new Fingerprint().addWords(words).hex()}`;
}
