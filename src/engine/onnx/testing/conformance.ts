/** The conformance table's figures: random nodes of every operator, forward and gradients, on whatever executors come. */
import type { Tensor } from '../../../base/tensor';
import { evaluator, toReference } from '../../evaluate';
import type { Executor } from '../../executor';
import type { Program } from '../../program';
import type { Reference } from '../../value';
import type { OrtModule } from '../../../runtime/ort';
import { byCentralDifferences, byOnnxRuntime, errorOf } from './oracle';
import { differentiated, oneNode, type Computed } from './one-node';

/** What is compared: results with onnxruntime, gradients with central differences (the reference) or with the reference (executors). */
export type Facet = 'forward' | 'gradient' | 'second';
/** Largest error for each facet; undefined where there is nothing to compare. */
export type Errors = Readonly<Record<Facet, number | undefined>>;
export interface Figures {
  readonly operator: string;
  /** By executor: 'reference', 'wasm', 'webgpu'. */
  readonly errors: Readonly<Record<string, Errors>>;
  /** Why an executor has no figures, or which case is worst. */
  readonly notes: readonly string[];
}
const facetOf = (output: string): Facet => (/\.ddx\d+$/.test(output) ? 'second' : /\.dx\d+$/.test(output) ? 'gradient' : 'forward');

interface Prepared {
  readonly computed: Computed;
  /** By onnxruntime, of the file. */
  readonly forward: Readonly<Record<string, Reference>>;
  /** By our reference. */
  readonly reference: Readonly<Record<string, Reference>>;
}
async function prepare(operator: string, seed: number, cases: number, ort: OrtModule): Promise<Prepared[]> {
  const prepared: Prepared[] = [];
  for (let number = 0; number < cases; number++) {
    const one = oneNode(operator, seed, number);
    const computed = differentiated(one);
    const numbers = new Map(Object.entries(computed.given).map(([name, t]) => [name, toReference(t)]));
    const made = evaluator(Object.values(computed.outputs))(numbers);
    prepared.push({ computed, forward: await byOnnxRuntime(ort, one.bytes, one.fed), reference: Object.fromEntries(Object.keys(computed.outputs).map((name, i) => [name, made[i]!])) });
  }
  return prepared;
}
/** All cases as one program: a session costs more than what it computes. */
function together(operator: string, prepared: readonly Prepared[]): { program: Program; feeds: Record<string, Tensor> } {
  const merged = <T>(of: (p: Prepared) => Readonly<Record<string, T>>): Record<string, T> => Object.assign({}, ...prepared.map(of));
  const feeds = merged((p) => p.computed.feeds);
  return { program: { name: operator, state: {}, constants: {}, feeds, outputs: merged((p) => p.computed.outputs) }, feeds: merged((p) => p.computed.given) };
}

/** One operator's figures over `cases` random nodes. The reference is always measured; executors that cannot run the program say why. */
export async function measure(operator: string, seed: number, cases: number, ort: OrtModule, executors: readonly Executor[]): Promise<Figures> {
  const prepared = await prepare(operator, seed, cases, ort);
  const notes: string[] = [];
  const worst = (errors: readonly (readonly [string, number])[]): Errors => {
    const of = (facet: Facet): number | undefined => {
      const some = errors.filter(([name]) => facetOf(name) === facet).map(([, error]) => error);
      return some.length === 0 ? undefined : Math.max(...some);
    };
    return { forward: of('forward'), gradient: of('gradient'), second: of('second') };
  };
  const wantedOf = ({ forward, reference }: Prepared, name: string): Reference => forward[name] ?? reference[name]!;
  const errors: Record<string, Errors> = {
    reference: worst(prepared.flatMap(({ computed, forward, reference }) => [
      ...Object.entries(forward).map(([name, wanted]) => [name, errorOf(reference[name]!, wanted)] as const),
      ...Object.entries(byCentralDifferences(computed)).map(([name, wanted]) => [name, errorOf(reference[name]!, wanted)] as const),
    ])),
  };
  const { program, feeds } = together(operator, prepared);
  for (const executor of executors) {
    try {
      const session = await executor.load(program, {});
      const made = await session.run(feeds);
      await session.release();
      errors[executor.provider] = worst(prepared.flatMap((p) => Object.keys(p.computed.outputs).map((name) => [name, errorOf(made[name]!, wantedOf(p, name))] as const)));
    } catch (error) {
      notes.push(`${executor.provider}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { operator, errors, notes };
}
