/**
 * Character n-grams with interpolated modified Kneser-Ney smoothing (Chen and Goodman 1999, "An empirical study of smoothing techniques
 * for language modeling", Computer Speech and Language 13): what a language model of any text must beat. Orders 1 to 6; counts are runs in
 * sorted arrays of packed n-grams, so that a megabyte takes about a second an order.
 */
import { InputError } from '../base/errors';
import { log } from '../base/math';

export interface NgramModel {
  readonly order: number;
  /** Number of symbols; what was not seen has a share too. */
  readonly symbols: number;
  /** P(symbol | context), of which the last `order - 1` symbols count; a shorter context is that of a text's beginning. */
  readonly probability: (context: ArrayLike<number>, symbol: number) => number;
  /** P(. | context): sums to 1. */
  readonly next: (context: ArrayLike<number>) => Float64Array;
}
/** n-grams of one length, sorted, and what their contexts give away. */
interface Level {
  /** Packed n-grams, ascending, and count less discount of each. */
  readonly grams: Float64Array;
  readonly kept: Float64Array;
  /** Packed contexts, ascending; sum of their counts; sum of their discounts. */
  readonly contexts: Float64Array;
  readonly totals: Float64Array;
  readonly given: Float64Array;
}
export const ngramOrders = { min: 1, max: 6 } as const;
/** Most different symbols: packed 6-grams of these are whole numbers below 2^53. */
export const ngramLimits = { symbols: 400 } as const;

/** Learns from one text of symbols 0..symbols-1. Before it stands a symbol of its own, which is never foretold. @throws InputError for an order or a number of symbols out of range, a symbol outside it, or an empty text */
export function trainNgram(text: ArrayLike<number>, { order, symbols }: { order: number; symbols: number }): NgramModel {
  if (!(Number.isInteger(order) && order >= ngramOrders.min && order <= ngramOrders.max)) throw new InputError(`n-grams: expected an order from ${ngramOrders.min} to ${ngramOrders.max}, but ${order} came.`);
  if (!(Number.isInteger(symbols) && symbols >= 1 && symbols <= ngramLimits.symbols)) throw new InputError(`n-grams: expected 1 to ${ngramLimits.symbols} different symbols, but ${symbols} came. Read the text as bytes.`);
  if (text.length === 0) throw new InputError('n-grams: expected a text, but it is empty.');
  const base = symbols + 1; // base^6 < 2^53
  const levels = countLevels(text, order, base);
  const probability = (context: ArrayLike<number>, symbol: number): number => {
    let p = 1 / symbols;
    let key = 0; // packed context of the level
    let scale = 1;
    for (let n = 1; n <= order; n++) {
      if (n > 1) {
        const at = context.length - (n - 1);
        key += (at >= 0 ? context[at]! : symbols) * scale;
        scale *= base;
      }
      const level = levels[n - 1]!;
      const c = find(level.contexts, key);
      if (c < 0) return p; // no longer context was seen either
      const g = find(level.grams, key * base + symbol);
      p = ((g < 0 ? 0 : level.kept[g]!) + level.given[c]! * p) / level.totals[c]!;
    }
    return p;
  };
  return { order, symbols, probability, next: (context) => Float64Array.from({ length: symbols }, (_, symbol) => probability(context, symbol)) };
}

/** The highest order counts how often an n-gram comes; each lower one, how many different symbols it comes behind. */
function countLevels(text: ArrayLike<number>, order: number, base: number): readonly Level[] {
  const start = base - 1;
  const packed = new Float64Array(text.length);
  for (let i = 0; i < text.length; i++) {
    let key = 0;
    for (let k = i - order + 1; k <= i; k++) {
      const symbol = k < 0 ? start : text[k]!;
      if (!(Number.isInteger(symbol) && symbol >= 0 && (symbol < start || k < 0))) throw new InputError(`n-grams: expected symbols from 0 to ${start - 1}, but ${symbol} came.`);
      key = key * base + symbol;
    }
    packed[i] = key;
  }
  const levels: Level[] = [];
  let keys = packed;
  for (let n = order; n >= 1; n--) {
    const { values, counts } = runs(keys.sort());
    levels[n - 1] = levelOf(values, counts, base);
    const below = base ** (n - 1);
    keys = values.map((value) => value % below); // without its first symbol: once for each different one
  }
  return levels;
}
function runs(sorted: Float64Array): { readonly values: Float64Array; readonly counts: Float64Array } {
  const values = new Float64Array(sorted.length);
  const counts = new Float64Array(sorted.length);
  let last = -1;
  for (const value of sorted) {
    if (last < 0 || values[last] !== value) values[++last] = value;
    counts[last]!++;
  }
  return { values: values.slice(0, last + 1), counts: counts.slice(0, last + 1) };
}
/**
 * Discounts D1, D2, D3+ of Chen and Goodman, from the numbers n_j of n-grams with count j: Y = n1 / (n1 + 2 n2),
 * D1 = 1 - 2 Y n2/n1, D2 = 2 - 3 Y n3/n2, D3+ = 3 - 4 Y n4/n3. Where an n_j is 0 or a discount leaves (0, j): 0.5, 1 and 1.5 in their place.
 */
export function kneserNeyDiscounts(counts: ArrayLike<number>): readonly [number, number, number] {
  const n = [0, 0, 0, 0, 0];
  for (let i = 0; i < counts.length; i++) if (counts[i]! <= 4) n[counts[i]!]!++;
  const [, n1, n2, n3, n4] = n as [number, number, number, number, number];
  const y = n1 / (n1 + 2 * n2);
  const discounts = [1 - (2 * y * n2) / n1, 2 - (3 * y * n3) / n2, 3 - (4 * y * n4) / n3] as const;
  return discounts.every((d, j) => d > 0 && d <= j + 1) ? discounts : [0.5, 1, 1.5];
}
function levelOf(grams: Float64Array, counts: Float64Array, base: number): Level {
  const discounts = kneserNeyDiscounts(counts);
  const contexts = runs(grams.map((gram) => Math.floor(gram / base))).values;
  const totals = new Float64Array(contexts.length);
  const given = new Float64Array(contexts.length);
  let c = 0;
  const kept = counts.map((count, g) => {
    if (contexts[c] !== Math.floor(grams[g]! / base)) c++;
    const discount = discounts[Math.min(count, 3) - 1]!;
    totals[c]! += count;
    given[c]! += discount;
    return count - discount;
  });
  return { grams, kept, contexts, totals, given };
}
/** Place of a value in an ascending array, or -1. */
function find(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const at = sorted[middle]!;
    if (at === value) return middle;
    if (at < value) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Mean -log P(symbol | symbols before it) of a text, in nats a symbol. `before` is what stands in front of it. */
export function ngramCrossEntropy(model: NgramModel, text: ArrayLike<number>, before: ArrayLike<number> = []): number {
  const context: number[] = [];
  const reach = model.order - 1;
  for (let k = Math.max(0, before.length - reach); k < before.length; k++) context.push(before[k]!);
  let sum = 0;
  for (let i = 0; i < text.length; i++) {
    sum -= log(model.probability(context, text[i]!));
    context.push(text[i]!);
    if (context.length > reach) context.shift();
  }
  return sum / text.length;
}

export interface NgramReport {
  /** Different characters of the whole text. */
  readonly symbols: number;
  readonly trainCharacters: number;
  readonly validationCharacters: number;
  /** By order: cross-entropy of the validation part in nats a character. ln(symbols) is what a uniform guess has. */
  readonly nats: Readonly<Record<number, number>>;
}
/** Baselines of a text: learned on its beginning, measured on its last part. @throws InputError for a text too short to be parted, or a share out of range */
export function ngramBaselines(text: string, { orders = [1, 2, 3, 4, 5, 6], validation = 0.1 }: { orders?: readonly number[]; validation?: number } = {}): NgramReport {
  if (!(validation > 0 && validation < 1)) throw new InputError(`n-grams: expected a validation share between 0 and 1, but ${validation} came.`);
  const characters = [...text];
  const alphabet = new Map([...new Set(characters)].sort().map((character, id) => [character, id]));
  const ids = Uint16Array.from(characters, (character) => alphabet.get(character)!);
  const cut = Math.floor(ids.length * (1 - validation));
  const [train, held] = [ids.subarray(0, cut), ids.subarray(cut)];
  if (train.length === 0 || held.length === 0) throw new InputError(`n-grams: a text of ${ids.length} characters cannot be parted. Use a longer one.`);
  const nats = Object.fromEntries(orders.map((order) => [order, ngramCrossEntropy(trainNgram(train, { order, symbols: alphabet.size }), held, train)]));
  return { symbols: alphabet.size, trainCharacters: train.length, validationCharacters: held.length, nats };
}
