/**
 * What a language model is trained and judged on: rows of tokens, and what each place of a row is to predict. Made from sentences (the
 * next token, or tokens that were masked) and from windows of one long text.
 */
import { InputError } from '../base/errors';
import type { Random } from '../base/random';
import { floats, int32, tensor, type Tensor } from '../base/tensor';
import { special, type TokenRows } from './tokens';

export interface Predictions {
  /** [n, t] int32. */
  readonly tokens: Tensor;
  /** [n, t] int32: what the model is to say at each place. */
  readonly targets: Tensor;
  /** [n, t] float32: 1 where a prediction counts, 0 elsewhere. */
  readonly weights: Tensor;
}
/** Columns `first` to `first + count` of [n, t], copied. */
function columns<T extends Float32Array | Int32Array>(data: T, n: number, count: number, first: number, out: T): T {
  const t = data.length / n;
  for (let i = 0; i < n; i++) out.set(data.subarray(i * t + first, i * t + first + count), i * count);
  return out;
}
/** Rows [n, T] -> predictions of each next token, [n, T - 1]. `counts` [n, T] float32: which tokens are worth predicting; all but padding where it is absent. */
export function nextTokens({ tokens, mask }: TokenRows, counts: Tensor = mask): Predictions {
  const [n, length] = tokens.shape as [number, number];
  const shape = [n, length - 1];
  const ids = tokens.data as Int32Array; // TokenRows are int32
  return {
    tokens: int32(columns(ids, n, length - 1, 0, new Int32Array(n * (length - 1))), shape),
    targets: int32(columns(ids, n, length - 1, 1, new Int32Array(n * (length - 1))), shape),
    weights: tensor(columns(floats(counts), n, length - 1, 1, new Float32Array(n * (length - 1))), shape),
  };
}
/**
 * Masked tokens (Devlin et al. 2019, arXiv:1810.04805): each word is chosen with chance `share`; of those chosen, 80 % become <mask>, 10 % a
 * random word, 10 % stay. The chosen are what counts. Special tokens are never chosen; a row in which none was drawn has one chosen all the same.
 * @param vocabulary number of token ids; random words are not special tokens
 */
export function maskTokens(rng: Random, { tokens, mask }: TokenRows, vocabulary: number, share = 0.15): Predictions {
  const [n, length] = tokens.shape as [number, number];
  const given = Int32Array.from(tokens.data);
  const weights = new Float32Array(n * length);
  for (let i = 0; i < n; i++) {
    const places = Array.from({ length }, (_, t) => i * length + t).filter((at) => tokens.data[at]! > special.sep && mask.data[at] === 1);
    const drawn = places.filter(() => rng.bernoulli(share));
    for (const at of drawn.length > 0 || places.length === 0 ? drawn : [rng.pick(places)]) {
      weights[at] = 1;
      const how = rng.uniform();
      if (how < 0.8) given[at] = special.mask;
      else if (how < 0.9) given[at] = special.sep + 1 + rng.int(vocabulary - special.sep - 1);
    }
  }
  return { tokens: int32(given, [n, length]), targets: tokens, weights: tensor(weights, [n, length]) };
}

// -- one long text, as ids ------------------------------------------------------------------------------------------------------

/** The last `share` of a text is kept for validation: one cut, so that no window reaches across. @throws InputError if a part is too short for one window of `length` */
export function splitText(text: Int32Array, length: number, share = 0.1): { readonly train: Int32Array; readonly validation: Int32Array } {
  const cut = Math.floor(text.length * (1 - share));
  const parts = { train: text.subarray(0, cut), validation: text.subarray(cut) };
  const short = Object.entries(parts).find(([, part]) => part.length < length + 1);
  if (short) throw new InputError(`The text has ${text.length} tokens, of which ${short[1].length} are for ${short[0]}; a window of ${length} needs ${length + 1}. Choose a longer text, or a shorter window.`);
  return parts;
}
/** Windows of `length` tokens that begin at the given places, each place to predict the token after it. Of the first `unjudged` places of a window the predictions do not count: they are context. */
export function windowsAt(text: Int32Array, starts: ArrayLike<number>, length: number, unjudged = 0): Predictions {
  const n = starts.length;
  const [tokens, targets] = [new Int32Array(n * length), new Int32Array(n * length)];
  for (let i = 0; i < n; i++) {
    const start = starts[i]!;
    if (!(start >= 0 && start + length + 1 <= text.length)) throw new InputError(`A window of ${length} tokens at ${start} needs ${length + 1} of them, but the text ends at ${text.length}.`);
    tokens.set(text.subarray(start, start + length), i * length);
    targets.set(text.subarray(start + 1, start + length + 1), i * length);
  }
  const weights = Float32Array.from(tokens, (_, at) => (at % length >= unjudged ? 1 : 0));
  return { tokens: int32(tokens, [n, length]), targets: int32(targets, [n, length]), weights: tensor(weights, [n, length]) };
}
/** `count` windows at random places. */
export const randomWindows = (rng: Random, text: Int32Array, count: number, length: number): Predictions =>
  windowsAt(text, Uint32Array.from({ length: count }, () => rng.int(text.length - length)), length);
/**
 * Windows by which a text is judged, always the same: each judges its later half alone, so that every prediction has at least half a window
 * before it, as it has when a model reads on and on. They follow one another; of more than `count`, so many are spread evenly.
 */
export function judgedWindows(text: Int32Array, count: number, length: number): Predictions {
  const half = Math.floor(length / 2);
  const whole = Math.floor((text.length - 1 - half) / (length - half));
  const taken = Math.min(count, whole);
  return windowsAt(text, Uint32Array.from({ length: taken }, (_, i) => Math.floor((i * whole) / taken) * (length - half)), length, half);
}
