/** A parser of what comes from outside, as hostile-input tests see it: what is sound, how it is distorted, and what its end must be. */
import { StippleError } from '../base/errors';
import { Random } from '../base/random';
import type { NamedBytes } from '../data/files';
import { distortSealed, distortText } from './distort';

export type Input = string | Uint8Array | readonly NamedBytes[];
export type Verdict =
  | { readonly kind: 'refused'; readonly message: string; readonly ms: number }
  /** `compared`: another program read the same. */
  | { readonly kind: 'read'; readonly ms: number; readonly compared?: boolean }
  /** `what` is a sentence; `message` the error's own. */
  | { readonly kind: 'failed'; readonly what: string; readonly message: string; readonly ms: number };
export interface Mutant {
  /** What was done to which sample. */
  readonly name: string;
  readonly input: Input;
}
export interface Parser {
  readonly samples: readonly Input[];
  /** The same today and tomorrow. */
  readonly mutant: (seed: number, number: number) => Mutant;
  readonly judge: (input: Input) => Promise<Verdict>;
  /** A smaller one that still fails in the same way, where the parser's own form must be kept. */
  readonly smaller?: (input: Input, what: string) => Input;
}

/** In processor time of our own: other programs may have the processor, too. */
export const LIMIT_MS = 2000;
/** What must hold of whatever is let in, and does not. */
export class Broken extends Error {}
export const mustBeSame = (a: unknown, b: unknown, what: string): void => {
  const [before, after] = [JSON.stringify(a), JSON.stringify(b)];
  if (before !== after) throw new Broken(`${what}: ${before?.slice(0, 300)} became ${after?.slice(0, 300)}`);
};
/** Traces of a mistake of ours rather than of the input's. Names, in quotes or brackets, are the input's own. */
const UNCLEAR = /\bundefined\b|\[object|Invalid (array|typed|string|count)|is not a function|is not iterable|Cannot (read|convert|mix)|call stack|out of memory|allocation failed|offset is out|bigint/i;
const named = /"(?:[^"\\]|\\.)*"|\([^)]*\)/g;

/** What `read` comes to; it throws an error of ours for what it refuses. */
export async function verdictOf(read: () => unknown): Promise<Verdict> {
  const used = process.cpuUsage();
  const ms = (): number => (({ user, system }) => (user + system) / 1000)(process.cpuUsage(used));
  const failed = (what: string, message: string): Verdict => ({ kind: 'failed', what, message, ms: ms() });
  let refusal: string | undefined;
  try {
    await read();
  } catch (error) {
    if (error instanceof Broken) return failed('It was let in, and is not sound.', error.message);
    if (!(error instanceof StippleError)) return failed('It ended in an error that is no message for a user.', error instanceof Error ? (error.stack ?? error.message) : String(error));
    if (UNCLEAR.test(error.message.replaceAll(named, ''))) return failed('Its message is no clear one.', error.message.slice(0, 500));
    if (error.message.length > 2000) return failed(`Its message has ${error.message.length} letters.`, error.message.slice(0, 300));
    refusal = error.message;
  }
  if (ms() > LIMIT_MS) return failed(`It took more than ${LIMIT_MS / 1000} s.`, `${Math.round(ms())} ms`);
  return refusal === undefined ? { kind: 'read', ms: ms() } : { kind: 'refused', message: refusal, ms: ms() };
}
const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Number.prototype, Map.prototype, Promise.prototype].map((prototype) => [prototype, new Set(Reflect.ownKeys(prototype))] as const);
/** Whether an input has left something on a prototype. It is removed, so that the next one is not blamed. */
export function pollution(): string | undefined {
  for (const [prototype, keys] of prototypes)
    for (const key of Reflect.ownKeys(prototype)) {
      if (keys.has(key)) continue;
      Reflect.deleteProperty(prototype, key);
      return `${String(prototype.constructor.name)}.prototype.${String(key)}`;
    }
  return undefined;
}
/** What an input comes to, prototypes looked at afterwards. */
export async function judged({ judge }: Parser, input: Input): Promise<Verdict> {
  const verdict = await judge(input);
  const left = pollution();
  return left === undefined ? verdict : { kind: 'failed', what: 'A prototype was changed.', message: left, ms: verdict.ms };
}

/** What comes as a text: cut at the joints of its grammar. */
export function textParser(samples: readonly string[], read: (text: string) => unknown): Parser {
  return {
    samples,
    mutant: (seed, number) => {
      const rng = Random.seed(seed).fork('mutant', number);
      return { name: 'a distorted text', input: distortText(rng.pick(samples), rng, rng.pick(samples)) };
    },
    judge: (input) => verdictOf(() => read(input as string)), // the samples' kind
  };
}
/** What lies sealed in storage or a file. */
export function sealedParser(samples: readonly Uint8Array[], read: (bytes: Uint8Array) => Promise<unknown>): Parser {
  return {
    samples,
    mutant: (seed, number) => {
      const rng = Random.seed(seed).fork('mutant', number);
      return { name: 'distorted and sealed again', input: distortSealed(rng.pick(samples), rng, rng.pick(samples)) };
    },
    judge: (input) => verdictOf(() => read(input as Uint8Array)),
  };
}
/** Files that belong together: one of them is changed by `damage`. */
export function filesParser(samples: readonly (readonly NamedBytes[])[], damage: (bytes: Uint8Array, rng: Random, number: number, other: Uint8Array) => { readonly name: string; readonly bytes: Uint8Array }, read: (files: readonly NamedBytes[]) => unknown): Parser {
  return {
    samples,
    mutant: (seed, number) => {
      const rng = Random.seed(seed).fork('mutant', number);
      const sample = rng.pick(samples);
      const at = rng.int(sample.length);
      const { name, bytes } = damage(sample[at]!.bytes, rng, number, rng.pick(rng.pick(samples)).bytes);
      return { name: `${name}: ${sample[at]!.name}`, input: sample.map((file, i) => (i === at ? { ...file, bytes } : file)) };
    },
    judge: (input) => verdictOf(() => read(input as readonly NamedBytes[])),
  };
}
