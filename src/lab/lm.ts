/** Language models through the lab: a training step, the score of a set, and texts written token by token. */
import type { Random } from '../base/random';
import { floats, int32, sizeOf, type Params, type Tensor } from '../base/tensor';
import type { Predictions } from '../data/predictions';
import type { Outputs } from '../engine/executor';
import { add, argMax, cast, equal, gather, mul, reshape, sum } from '../engine/ops';
import { constant, type Value } from '../engine/value';
import type { Views } from '../nn/layers';
import { tokenCrossEntropy, tokenLosses } from '../nn/lm';
import { adam, type Optimizer } from '../nn/optimizers';
import { drawToken, type Sampling } from '../nn/sample';
import type { Lab, Shapes, Trainer } from './lab';

/** tokens [n, t] int32 -> logits [n, t, vocabulary]. */
export type Logits = (p: Views, tokens: Value) => Value;
export interface LmOn {
  /** Of the compiled function. */
  readonly name: string;
  readonly params: Shapes;
  readonly logits: Logits;
  /** Tokens of a row. */
  readonly length: number;
}
const predictionSpecs = (n: number, length: number) => ({ tokens: { shape: [n, length], dtype: 'int32' }, targets: { shape: [n, length], dtype: 'int32' }, weights: { shape: [n, length] } }) as const;

/** A step on `Predictions` of [batch, length]: cross-entropy in nats, averaged over the predictions that count. */
export function lmTrainer(lab: Lab, { name, params, logits, length, batch, optimizer = adam({ beta2: 0.99, clipNorm: 1 }) }: LmOn & { readonly batch: number; readonly optimizer?: Optimizer }): Trainer {
  return lab.trainer({
    name,
    params,
    batch: predictionSpecs(batch, length),
    loss: ({ params: p, batch: at }) => ({ loss: tokenCrossEntropy(logits(p, at.tokens!), at.targets!, at.weights) }),
    optimizer,
  });
}
/** As a batch is fed. */
export const feedsOf = ({ tokens, targets, weights }: Predictions): Readonly<Record<'tokens' | 'targets' | 'weights', Tensor>> => ({ tokens, targets, weights });

/** Rows `first` to `first + count` of [n, ...]; behind the last, zeros. */
export function rowsOf({ dtype, shape, data }: Tensor, first: number, count: number): Tensor {
  const row = sizeOf(shape.slice(1));
  const rows = dtype === 'int32' ? new Int32Array(count * row) : new Float32Array(count * row);
  rows.set(data.subarray(first * row, (first + count) * row));
  return { dtype, shape: [count, ...shape.slice(1)], data: rows };
}
/** Over all predictions that count. */
export interface Score {
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** Share of them whose largest logit was the right one. */
  readonly accuracy: number;
}
/** What scores any number of predictions under given params, in chunks of `chunk` rows; compiled when first used. */
export function lmScorer(lab: Lab, { name, params, logits, length, chunk = 32 }: LmOn & { readonly chunk?: number }): (at: Params, predictions: Predictions) => Promise<Score> {
  const forward = lab.forward({
    name,
    params,
    inputs: predictionSpecs(chunk, length),
    outputs: ({ params: p, inputs: { tokens, targets, weights } }) => {
      const z = logits(p, tokens!);
      return { loss: sum(mul(tokenLosses(z, targets!), weights!)), right: sum(mul(cast(equal(argMax(z, -1), targets!), 'float32'), weights!)) };
    },
  });
  return (at, predictions) => scoreInChunks((feeds) => forward.run(at, feeds), chunk, feedsOf(predictions));
}
/** Runs what sums `loss` and `right` over rows, chunk by chunk, and divides by what counts. All feeds are [n, ...]; behind the last row come rows that do not count. */
export async function scoreInChunks(run: (feeds: Readonly<Record<string, Tensor>>) => Promise<Outputs>, chunk: number, feeds: Readonly<Record<string, Tensor>> & { readonly weights: Tensor }): Promise<Score> {
  const totals = { loss: 0, right: 0 };
  for (let first = 0; first < feeds.weights.shape[0]!; first += chunk) {
    const out = await run(Object.fromEntries(Object.entries(feeds).map(([name, t]) => [name, rowsOf(t, first, chunk)])));
    for (const key of ['loss', 'right'] as const) totals[key] += floats(out[key]!)[0]!;
  }
  const count = floats(feeds.weights).reduce((total, w) => total + w, 0);
  return { loss: totals.loss / count, accuracy: totals.right / count };
}

export interface WriteOptions extends Sampling {
  /** At most so many tokens are added to each. */
  readonly most: number;
  /** A text that says this token is at its end. */
  readonly end?: number;
  /** Names each text's draws: text i, token k is drawn from `rng.fork(i, k)`, whatever else is written. Not needed where the temperature is 0. */
  readonly rng?: Random;
}
/** Texts, and what was added to each so far, as `next` is asked for the logits [texts, vocabulary] of their next tokens. `at`: which of all texts they are. */
export type NextLogits = (texts: readonly (readonly number[])[], at: readonly number[]) => Promise<Float32Array>;
/** Continues texts token by token, at most `chunk` at once. Returns what was added, with `end` where it was said. */
export async function writeTexts(next: NextLogits, chunk: number, prompts: readonly ArrayLike<number>[], { most, end, rng, ...sampling }: WriteOptions): Promise<number[][]> {
  const texts = prompts.map((prompt) => Array.from(prompt));
  const written = (i: number): number => texts[i]!.length - prompts[i]!.length;
  const open = (i: number): boolean => written(i) < most && (written(i) === 0 || texts[i]!.at(-1) !== end);
  for (let left = [...texts.keys()].filter(open); left.length > 0; left = left.filter(open))
    for (let first = 0; first < left.length; first += chunk) {
      const part = left.slice(first, first + chunk);
      const logits = await next(part.map((i) => texts[i]!), part);
      const vocabulary = logits.length / part.length;
      part.forEach((i, k) => texts[i]!.push(drawToken(logits.subarray(k * vocabulary, (k + 1) * vocabulary), sampling, rng?.fork(i, written(i)))));
    }
  return texts.map((text, i) => text.slice(prompts[i]!.length));
}
/** Rows of `length` tokens that hold the last of each text, and the place of each text's last token. */
export function lastTokens(texts: readonly (readonly number[])[], chunk: number, length: number): { readonly tokens: Tensor; readonly last: Tensor } {
  const [tokens, last] = [new Int32Array(chunk * length), new Int32Array(chunk)];
  texts.forEach((text, i) => {
    const seen = text.slice(-length);
    tokens.set(seen, i * length);
    last[i] = seen.length - 1;
  });
  return { tokens: int32(tokens, [chunk, length]), last: int32(last) };
}
/** What continues texts under given params with a model that sees left, reading everything anew for each token; compiled when first used. Of texts longer than `length` the model reads the last `length` tokens. */
export function lmWriter(lab: Lab, { name, params, logits, length, chunk = 32 }: LmOn & { readonly chunk?: number }): (at: Params, prompts: readonly ArrayLike<number>[], options: WriteOptions) => Promise<number[][]> {
  const rows = constant(int32(Int32Array.from({ length: chunk }, (_, i) => i * length)));
  const forward = lab.forward({
    name,
    params,
    inputs: { tokens: { shape: [chunk, length], dtype: 'int32' }, last: { shape: [chunk], dtype: 'int32' } },
    outputs: ({ params: p, inputs: { tokens, last } }) => {
      const z = logits(p, tokens!);
      return { logits: gather(reshape(z, [chunk * length, z.shape[2]!]), add(rows, last!)) };
    },
  });
  return (at, prompts, options) =>
    writeTexts(async (texts) => {
      const all = floats((await forward.run(at, lastTokens(texts, chunk, length))).logits!);
      return all.subarray(0, (all.length / chunk) * texts.length);
    }, chunk, prompts, options);
}
