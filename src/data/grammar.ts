/**
 * Probabilistic regular grammars with exact probabilities. A grammar is a hidden Markov model whose states each say one word of one
 * grammatical class and then go on to another state or end; what a reader cannot see (topic, agreement) is in the state. The forward
 * algorithm (Baum et al. 1970) gives the probability of any sentence, and of each word after those before it: no model can have a lower
 * expected loss than that, so the mean of it is the floor of a language model's cross-entropy.
 */
import { InputError } from '../base/errors';
import { log } from '../base/math';
import type { Random } from '../base/random';

/** Outcomes and their probabilities, which sum to 1. */
export interface Choices {
  readonly items: Int32Array;
  readonly probs: Float64Array;
}
/** In `next`: the sentence ends. */
export const end = -1;
export interface State {
  /** Grammatical class of what it says: an index of the grammar's `classes`. */
  readonly class: number;
  /** Token ids. */
  readonly words: Choices;
  /** States, or `end`. */
  readonly next: Choices;
}
export interface Grammar {
  readonly classes: readonly string[];
  readonly states: readonly State[];
  /** First states. */
  readonly start: Choices;
}
/** @throws InputError unless all weights are finite, not negative, and some positive: they are divided by their sum */
export function choices(pairs: readonly (readonly [item: number, weight: number])[]): Choices {
  const kept = pairs.filter(([, weight]) => weight !== 0);
  const sum = kept.reduce((total, [, weight]) => total + weight, 0);
  if (!(sum > 0 && Number.isFinite(sum)) || kept.some(([, weight]) => weight < 0)) throw new InputError(`A choice needs weights of 0 or more with a positive sum, but ${JSON.stringify(pairs.map(([, w]) => w)).slice(0, 80)} came.`);
  return { items: Int32Array.from(kept, ([item]) => item), probs: Float64Array.from(kept, ([, weight]) => weight / sum) };
}
export function choose({ items, probs }: Choices, rng: Random): number {
  let left = rng.word() / 2 ** 32;
  for (let k = 0; k < items.length - 1; k++) {
    left -= probs[k]!;
    if (left < 0) return items[k]!;
  }
  return items[items.length - 1]!;
}

export interface Sentence {
  /** Token ids. */
  readonly words: readonly number[];
  /** Grammatical class of each word. */
  readonly classes: readonly number[];
  /** Hidden state of each word. */
  readonly states: readonly number[];
  /** False where the sentence was cut off at the longest length. */
  readonly ended: boolean;
}
/** A sentence as the grammar draws them, cut off after `longest` words. */
export const sampleSentence = (grammar: Grammar, rng: Random, longest = 1000): Sentence => walk(grammar, choose(grammar.start, rng), rng, longest);

/** What may follow `prefix`: drawn from the grammar's exact distribution of the rest of a sentence. `ended` at once where the prefix is a whole sentence and chance ends it. @throws InputError for a prefix that the grammar never begins with */
export function continueSentence(grammar: Grammar, prefix: readonly number[], rng: Random, longest = 1000): Sentence {
  if (prefix.length === 0) return sampleSentence(grammar, rng, longest);
  const filter = new Filter(grammar);
  for (const word of prefix) filter.push(word);
  if (filter.logProb === -Infinity) throw new InputError('continueSentence: the grammar never begins like this. Cut a prefix out of one of its sentences.');
  return walk(grammar, choose(grammar.states[filter.sampleState(rng)]!.next, rng), rng, longest);
}
function walk(grammar: Grammar, first: number, rng: Random, longest: number): Sentence {
  const sentence = { words: [] as number[], classes: [] as number[], states: [] as number[] };
  let at = first;
  while (at !== end && sentence.words.length < longest) {
    const state = grammar.states[at]!;
    sentence.words.push(choose(state.words, rng));
    sentence.classes.push(state.class);
    sentence.states.push(at);
    at = choose(state.next, rng);
  }
  return { ...sentence, ended: at === end };
}

/** Forward algorithm, a word at a time: weights of the states that may come next, and the probability of all words so far. */
class Filter {
  /** Log-probability of the words pushed. */
  logProb = 0;
  /** P(state of the next word | words so far), and P(end | words so far). */
  private ahead: Float64Array;
  private endProb = 0;
  /** P(state of the last word | words so far). */
  private last: Float64Array;
  private readonly emits: ReadonlyMap<number, readonly (readonly [state: number, prob: number])[]>;

  constructor(private readonly grammar: Grammar) {
    this.emits = emitters(grammar);
    this.ahead = new Float64Array(grammar.states.length);
    this.last = new Float64Array(grammar.states.length);
    grammar.start.items.forEach((state, k) => (this.ahead[state]! += grammar.start.probs[k]!));
  }
  /** log P(word | words so far). */
  push(word: number): number {
    const last = new Float64Array(this.ahead.length);
    let total = 0;
    for (const [state, prob] of this.emits.get(word) ?? []) {
      last[state] = this.ahead[state]! * prob;
      total += last[state]!;
    }
    this.last = last;
    this.ahead = new Float64Array(last.length);
    this.endProb = 0;
    if (total > 0) this.step(total);
    const logProb = log(total);
    this.logProb += logProb;
    return logProb;
  }
  private step(total: number): void {
    this.last.forEach((weight, state) => {
      if (weight === 0) return;
      this.last[state] = weight / total;
      const { items, probs } = this.grammar.states[state]!.next;
      for (let k = 0; k < items.length; k++) {
        if (items[k] === end) this.endProb += (weight / total) * probs[k]!;
        else this.ahead[items[k]!]! += (weight / total) * probs[k]!;
      }
    });
  }
  /** log P(end | words so far). */
  logEnd(): number {
    return log(this.endProb);
  }
  /** P(next word | words so far) by token id, and P(end | words so far). */
  next(vocabulary: number): { readonly words: Float64Array; readonly end: number } {
    const words = new Float64Array(vocabulary);
    this.ahead.forEach((weight, state) => {
      if (weight === 0) return;
      const { items, probs } = this.grammar.states[state]!.words;
      items.forEach((word, k) => (words[word]! += weight * probs[k]!));
    });
    return { words, end: this.endProb };
  }
  /** A state of the last word, drawn from P(state | words so far). */
  sampleState(rng: Random): number {
    return choose({ items: Int32Array.from(this.last.keys()), probs: this.last }, rng);
  }
  /** P(state of the last word | words so far). */
  posterior(): Float64Array {
    return this.last.slice();
  }
}
const emitterCache = new WeakMap<Grammar, ReadonlyMap<number, readonly (readonly [number, number])[]>>();
function emitters(grammar: Grammar): ReadonlyMap<number, readonly (readonly [number, number])[]> {
  const known = emitterCache.get(grammar);
  if (known) return known;
  const emits = new Map<number, [number, number][]>();
  grammar.states.forEach(({ words }, state) => words.items.forEach((word, k) => emits.set(word, [...(emits.get(word) ?? []), [state, words.probs[k]!]])));
  emitterCache.set(grammar, emits);
  return emits;
}

/**
 * log P(word t | words before it) of each word, in nats, then log P(end | all words): length + 1 numbers whose sum is the log-probability
 * of the sentence. Without the last one the sum is that of all sentences that begin so. -Infinity for what the grammar never says.
 */
export function wordLogProbs(grammar: Grammar, words: ArrayLike<number>): Float64Array {
  const filter = new Filter(grammar);
  const logProbs = new Float64Array(words.length + 1);
  for (let t = 0; t < words.length; t++) logProbs[t] = filter.push(words[t]!);
  logProbs[words.length] = words.length === 0 ? -Infinity : filter.logEnd();
  return logProbs;
}
/** log P(sentence) in nats, its end included. */
export const sentenceLogProb = (grammar: Grammar, words: ArrayLike<number>): number => wordLogProbs(grammar, words).reduce((sum, l) => sum + l, 0);
/** The exact distribution of the next word after a prefix: by token id, and of the end. */
export function nextWordProbs(grammar: Grammar, prefix: ArrayLike<number>, vocabulary: number): { readonly words: Float64Array; readonly end: number } {
  const filter = new Filter(grammar);
  for (let t = 0; t < prefix.length; t++) filter.push(prefix[t]!);
  return filter.next(vocabulary);
}
/** P(hidden state of the last word | all words): by state. */
export function statePosterior(grammar: Grammar, words: ArrayLike<number>): Float64Array {
  const filter = new Filter(grammar);
  for (let t = 0; t < words.length; t++) filter.push(words[t]!);
  return filter.posterior();
}

/** One grammar that first chooses among several, by weight: the floor of a model that must find out the language by itself. */
export function mixGrammars(grammars: readonly Grammar[], weights: readonly number[]): Grammar {
  const offsets = grammars.map((_, g) => grammars.slice(0, g).reduce((sum, { states }) => sum + states.length, 0));
  const moved = ({ items, probs }: Choices, offset: number): Choices => ({ items: items.map((item) => (item === end ? end : item + offset)), probs });
  return {
    classes: grammars[0]!.classes,
    states: grammars.flatMap(({ states }, g) => states.map((state) => ({ ...state, next: moved(state.next, offsets[g]!) }))),
    start: choices(grammars.flatMap(({ start }, g) => Array.from(start.items, (item, k): [number, number] => [item + offsets[g]!, weights[g]! * start.probs[k]!]))),
  };
}

/** Entropy in nats a sentence and mean length in words, both of what is drawn *with* its hidden states: exact. Equal to the entropy of the words where words show the states, else above it. */
export function pathEntropy(grammar: Grammar): { readonly nats: number; readonly length: number } {
  const entropyOf = ({ probs }: Choices): number => probs.reduce((sum, p) => sum - p * log(p), 0);
  // Expected visits v = start + v T, by repetition: it converges as fast as sentences end.
  const { states, start } = grammar;
  let flow = new Float64Array(states.length);
  start.items.forEach((state, k) => (flow[state]! += start.probs[k]!));
  const visits = new Float64Array(states.length);
  for (let step = 0; step < 100_000 && flow.some((f) => f > 1e-15); step++) {
    const onward = new Float64Array(states.length);
    flow.forEach((f, state) => {
      visits[state]! += f;
      const { items, probs } = states[state]!.next;
      items.forEach((item, k) => item !== end && (onward[item]! += f * probs[k]!));
    });
    flow = onward;
  }
  const nats = states.reduce((sum, state, s) => sum + visits[s]! * (entropyOf(state.words) + entropyOf(state.next)), entropyOf(start));
  return { nats, length: visits.reduce((sum, v) => sum + v, 0) };
}
