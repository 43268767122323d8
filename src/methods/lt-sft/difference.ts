/** Sparse fine-tuning: two phases, and the difference that is left. */
import type { Random } from '../../base/random';
import { differenceOf, largestOf, sparsely, type SparseVector } from '../../base/sparse';
import { floats, tensor, type Params } from '../../base/tensor';
import { flatten, layoutOf } from '../../engine/layout';
import type { Feeds } from '../../engine/executor';
import type { Lab, Trainer } from '../../lab/lab';
import { linear } from '../../nn/schedules';
import { trainedOf, type Kind } from './step';
import { isHead, weightsOf, type Knobs, type Task } from './task';

export type Rule = Knobs['rule'] | 'biases';
export interface Tuning {
  /** Whose curves these are, and what the vector is called. */
  readonly arm: string;
  readonly name: string;
  readonly kind: Kind;
  readonly trainer: Trainer;
  /** Where the weights begin, flat in the order of the task's layout. */
  readonly from: Float32Array;
  readonly next: (step: number) => Feeds;
  /** Entries that may be trained. */
  readonly k: number;
  readonly rule: Rule;
  /** The arm's steps so far: its curve goes on. */
  readonly firstStep: number;
  readonly watch?: (step: number, weights: Float32Array, head: Params) => Promise<void>;
}
export interface Tuned {
  readonly vector: SparseVector;
  /** The task's head, whole. */
  readonly head: Params;
  /** What the first phase had changed, all of it, and its head; absent where there was none. */
  readonly dense?: { readonly change: Float32Array; readonly head: Params };
  readonly steps: number;
  /** For the lights: bits that changed outside the mask, and losses of the first batch in both phases. */
  readonly outside: number;
  readonly firstLosses: readonly (readonly [number, number])[];
}

const headOf = (params: Params): Params => Object.fromEntries(Object.entries(params).filter(([name]) => isHead(name)));
const flatOf = (task: Task, params: Params): Float32Array => floats(flatten(params, task.layout));

/** The mask over theta: these entries of the weights, and the whole head. */
export function maskOf(task: Task, kind: Kind, chosen: Uint32Array): Params {
  const flags = new Float32Array(task.layout.size);
  for (const at of chosen) flags[at] = 1;
  const ones: Params = kind === 'task' ? Object.fromEntries(Object.entries(task.head).map(([name, { shape }]) => [name, tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1), shape)])) : {};
  return { mask: flatten({ ...weightsOf(task, flags), ...ones }, layoutOf(trainedOf(task, kind))) };
}
const all = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i);
/** Entries by a rule that needs no first phase. */
function chosenBefore(rule: Exclude<Rule, 'change'>, { layout, start }: Task, k: number, rng: Random): Uint32Array {
  if (rule === 'random') return largestOf(rng.fillUniform(new Float32Array(layout.size)), all(layout.size), k);
  if (rule === 'start') return largestOf(start, all(layout.size), k);
  return Uint32Array.from(layout.entries.filter(({ name }) => name.endsWith('.bias')).flatMap(({ offset, size }) => Array.from({ length: size }, (_, i) => offset + i)).sort((a, b) => a - b));
}

export async function tuned(lab: Lab, task: Task, knobs: Knobs, tuning: Tuning): Promise<Tuned> {
  const { arm, kind, trainer, from, k, rule, firstStep, next } = tuning;
  const { size } = task.layout;
  const start = Object.fromEntries(kind === 'language' && knobs.lambda > 0 ? Object.entries(weightsOf(task, from)).map(([name, t]) => [`start.${name}`, t]) : []);
  let steps = 0;
  /** One phase, from a fresh optimiser. Gives the end, and the loss of its first batch. */
  const phase = async (weights: Float32Array, head: Params, chosen: Uint32Array, count: number, watched: boolean): Promise<{ weights: Float32Array; head: Params; first: number }> => {
    const rate = linear(knobs.learningRate, count);
    let first = Number.NaN;
    const end = await lab.train({
      trainer, arm, steps: count, firstStep: firstStep + steps, next,
      from: { ...weightsOf(task, weights), ...head },
      frozen: { ...task.frozen, ...maskOf(task, kind, chosen), ...start },
      hyper: (step) => ({ learningRate: rate(step) }),
      chart: (step, { loss }) => {
        if (step === 0) first = loss!;
        return { 'train/loss': loss!, 'train/unfrozen': chosen.length / size };
      },
      ...(watched && tuning.watch && { watch: { every: Math.max(1, Math.ceil(count / 4)), call: async ({ step, params }) => {
        const now = await params();
        await tuning.watch!(step, flatOf(task, now), headOf(now));
      } } }),
    });
    steps += count;
    return { weights: flatOf(task, end), head: headOf(end), first };
  };
  const head = kind === 'task' ? task.head : {};
  if (rule !== 'change') {
    const chosen = chosenBefore(rule, task, k, lab.rng.fork('random mask', tuning.name));
    const end = await phase(from, head, chosen, knobs.sparseSteps, true);
    return { vector: sparsely(differenceOf(end.weights, from), leastKept), head: end.head, steps, outside: changedOutside(end.weights, from, chosen), firstLosses: [] };
  }
  let at = { weights: from, head };
  let chosen = new Uint32Array(0);
  let dense: Tuned['dense'];
  let outside = 0;
  const firstLosses: [number, number][] = [];
  for (let n = 1; n <= knobs.iterations; n++) {
    const full = await phase(at.weights, at.head, all(size), knobs.fullSteps, false);
    const change = differenceOf(full.weights, at.weights);
    dense ??= { change, head: full.head };
    const still = new Set(chosen);
    const frozen = all(size).filter((i) => !still.has(i));
    chosen = Uint32Array.from([...chosen, ...largestOf(change, frozen, Math.round((n * k) / knobs.iterations) - chosen.length)]).sort();
    const begin = knobs.rewind ? at : full;
    const end = await phase(begin.weights, begin.head, chosen, knobs.sparseSteps, n === knobs.iterations);
    if (knobs.rewind) firstLosses.push([full.first, end.first]);
    outside += changedOutside(end.weights, begin.weights, chosen);
    at = end;
  }
  // Without rewinding everything that the first phase has changed is part of the difference, and the rest is dropped.
  const kept = new Float32Array(size);
  const change = differenceOf(at.weights, from);
  for (const i of chosen) kept[i] = change[i]!;
  return { vector: sparsely(kept, leastKept), head: at.head, ...(dense && { dense }), steps, outside, firstLosses };
}
/** Smaller changes are dropped when a vector is kept, as the released code does. */
const leastKept = 1e-7;
function changedOutside(after: Float32Array, before: Float32Array, chosen: Uint32Array): number {
  const inside = new Uint8Array(after.length);
  for (const at of chosen) inside[at] = 1;
  return after.reduce((count, v, i) => count + Number(inside[i] === 0 && !Object.is(v, before[i])), 0);
}
