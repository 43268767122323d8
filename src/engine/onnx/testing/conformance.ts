/** The conformance table's figures: random nodes of every operator, forward and gradients, on whatever executors come. */
import type { Tensor } from '../../../base/tensor';
import { evaluator, toReference } from '../../evaluate';
import type { Executor } from '../../executor';
import type { Program } from '../../program';
import type { Reference } from '../../value';
import type { OrtModule } from '../../../runtime/ort';
import { byCentralDifferences, byOnnxRuntime, errorOf } from './oracle';
import { BLOCKS } from './blocks';
import { differentiated, oneNode, type Computed, type OneNode } from './one-node';

/** What is compared: results with onnxruntime, gradients with central differences (the reference) or with the reference (executors). */
export type Facet = 'forward' | 'gradient' | 'second';
/** Largest error for each facet; undefined where there is nothing to compare. */
export type Errors = Readonly<Record<Facet, number | undefined>>;
export interface Figures {
  /** An operator, or a block. */
  readonly subject: string;
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
async function prepare(models: readonly OneNode[], ort: OrtModule): Promise<Prepared[]> {
  const prepared: Prepared[] = [];
  for (const one of models) {
    const computed = differentiated(one);
    const numbers = new Map(Object.entries(computed.given).map(([name, t]) => [name, toReference(t)]));
    const made = evaluator(Object.values(computed.outputs))(numbers);
    prepared.push({ computed, forward: await byOnnxRuntime(ort, one.bytes, one.fed), reference: Object.fromEntries(Object.keys(computed.outputs).map((name, i) => [name, made[i]!])) });
  }
  return prepared;
}
/** All cases as one program: a session costs more than what it computes. */
function together(subject: string, prepared: readonly Prepared[]): { program: Program; feeds: Record<string, Tensor> } {
  const merged = <T>(of: (p: Prepared) => Readonly<Record<string, T>>): Record<string, T> => Object.assign({}, ...prepared.map(of));
  const feeds = merged((p) => p.computed.feeds);
  return { program: { name: subject, state: {}, constants: {}, feeds, outputs: merged((p) => p.computed.outputs) }, feeds: merged((p) => p.computed.given) };
}

/** `cases` random nodes of an operator, or the block of that name. */
export const modelsOf = (subject: string, seed: number, cases: number): OneNode[] => {
  const block = BLOCKS.get(subject);
  return block ? [block()] : Array.from({ length: cases }, (_, number) => oneNode(subject, seed, number));
};
/** One subject's figures over its models. The reference is always measured; executors that cannot run the program say why. */
export async function measure(subject: string, models: readonly OneNode[], ort: OrtModule, executors: readonly Executor[]): Promise<Figures> {
  const prepared = await prepare(models, ort);
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
  const { program, feeds } = together(subject, prepared);
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
  return { subject, errors, notes };
}
