/**
 * Pairs of continuations of one prompt, the better one first, for preference optimisation (DPO and its kin; the task of SparsePO,
 * Christopoulou et al. 2024, arXiv:2410.05102). An oracle scores any sequence: words of S+ minus words of S-; so which of two is better,
 * by how much, and which tokens make it so are known. A share of the labels can be wrong, marked as such.
 */
import { InputError } from '../../base/errors';
import { exp } from '../../base/math';
import { Random } from '../../base/random';
import { int32, type Tensor } from '../../base/tensor';
import { defineDataset, type At } from '../../spec/dataset';
import { choice, float, int } from '../../spec/knobs';
import { countsOf, rounded, tableOf } from '../preview';
import { belongsTo } from '../split-by-words';
import { cellMask, decode, special, stackRows, toRow, type TokenRows } from '../tokens';
import { attributeScore, continueReview, frameOf, makeReviews, review, type ReviewWorld, type RowsSpec } from './attributes';

export interface PreferenceRule {
  /** Pairs whose scores differ by less are drawn again: 1 drops ties. Absent: 1. */
  readonly margin?: number;
  /** Share of pairs handed out the wrong way round. Absent: 0. */
  readonly labelNoise?: number;
  /**
   * Absent: the higher score always wins (before label noise). Else the Bradley-Terry model: y wins over z with probability
   * sigmoid((score(y) - score(z)) / temperature).
   */
  readonly temperature?: number;
}
/** A prompt and two continuations as token ids without special tokens, and what the oracle says. */
export interface PreferencePair {
  readonly prompt: readonly number[];
  readonly chosen: readonly number[];
  readonly rejected: readonly number[];
  readonly chosenScore: number;
  readonly rejectedScore: number;
  /** Whether the chosen one has the lower score. */
  readonly wrong: boolean;
}
/**
 * Which of two sequences is preferred, by the oracle and the rule: for continuations that anything made, a model above all. The scores are
 * those of the continuations, without the prompt. `undefined` where they differ by less than the margin.
 */
export function prefer(world: Pick<ReviewWorld, 'positive' | 'negative'>, prompt: readonly number[], a: readonly number[], b: readonly number[], { margin = 1, labelNoise = 0, temperature }: PreferenceRule, rng: Random): PreferencePair | undefined {
  if (!(margin >= 0)) throw new InputError(`Preferences: expected a margin of 0 or more, but ${margin} came.`);
  if (!(labelNoise >= 0 && labelNoise <= 1)) throw new InputError(`Preferences: expected a share of wrong labels from 0 to 1, but ${labelNoise} came.`);
  if (temperature !== undefined && !(temperature > 0)) throw new InputError(`Preferences: expected a temperature above 0, but ${temperature} came.`);
  const [scoreA, scoreB] = [attributeScore(world, a), attributeScore(world, b)];
  if (Math.abs(scoreA - scoreB) < margin) return undefined;
  const aIsBetter = scoreA === scoreB ? rng.fork('tie').bernoulli(0.5) : scoreA > scoreB;
  const aWins = temperature === undefined ? aIsBetter : rng.fork('contest').bernoulli(1 / (1 + exp(-(scoreA - scoreB) / temperature)));
  const aChosen = aWins !== rng.fork('label').bernoulli(labelNoise);
  const [chosen, rejected] = aChosen ? [a, b] : [b, a];
  const [chosenScore, rejectedScore] = aChosen ? [scoreA, scoreB] : [scoreB, scoreA];
  return { prompt, chosen, rejected, chosenScore, rejectedScore, wrong: chosenScore < rejectedScore };
}

export interface PreferencesSpec extends RowsSpec, PreferenceRule {
  /** Words of the prompt. Absent: 6. */
  readonly promptWords?: number;
}
export interface Preferences {
  readonly chosen: PreferenceSide;
  readonly rejected: PreferenceSide;
  /** [n] int32: 1 where the chosen one has the lower score. */
  readonly wrong: Tensor;
  /** Number of words of the prompt, which stand behind bos in both rows: [n] int32. */
  readonly promptWords: Tensor;
}
/** Rows [n, T] "bos prompt continuation eos", as far as they fit. */
export interface PreferenceSide extends TokenRows {
  /** [n, T] float32: 1 on tokens of the continuation, its eos among them: what counts in the loss. */
  readonly response: Tensor;
  /** [n, T] float32: 1 on response tokens of S+ or S-: what a token mask should find. */
  readonly lexemes: Tensor;
  /** [n] int32. */
  readonly score: Tensor;
}

/** Pair `index` of a split: a prompt from the split's reviews, and two continuations of it that the grammar draws. The words of both without lexemes decide on the split: no two share a pair. */
export function preferencePair(world: ReviewWorld, { seed, split, index, promptWords = 6, longest = 30, ...rule }: At & PreferenceRule & { promptWords?: number; longest?: number }): PreferencePair {
  if (!(Number.isInteger(promptWords) && promptWords >= 1 && promptWords < longest - 4)) throw new InputError(`Preferences: expected a prompt of 1 to ${longest - 5} words, but ${promptWords} came.`);
  const rng = Random.seed(seed).fork('preferences', split, index);
  const { words } = review(world, { seed, split, index, longest });
  const prompt = words.slice(0, promptWords);
  for (let attempt = 0; attempt < 4096; attempt++) {
    const draw = rng.fork('attempt', attempt);
    const [a, b] = ['a', 'b'].map((side) => continueReview(world, prompt, draw.fork(side), longest - prompt.length).words);
    const pair = prefer(world, prompt, a!, b!, rule, draw);
    if (pair && belongsTo(split, [a!, b!].map((words) => frameOf(world, [...prompt, ...words])).sort((x, y) => (String(x) < String(y) ? -1 : 1)).flat())) return pair;
  }
  throw new InputError(`Preferences: no two continuations in 4096 differ by a margin of ${rule.margin ?? 1}. Lower the margin or say more opinions.`);
}
export function makePreferences(world: ReviewWorld, { count, first = 0, length = 32, ...spec }: PreferencesSpec): Preferences {
  return preferenceRows(world, Array.from({ length: count }, (_, i) => preferencePair(world, { ...spec, index: first + i, longest: length - 2 })), length);
}
/** Pairs as rows: also pairs that `prefer` made of a model's own continuations. */
export function preferenceRows(world: Pick<ReviewWorld, 'positive' | 'negative'>, pairs: readonly PreferencePair[], length: number): Preferences {
  const side = (of: 'chosen' | 'rejected'): PreferenceSide => {
    const rows = stackRows(pairs.map((pair) => toRow([...pair.prompt, ...pair[of]], length)), length);
    const at = (i: number, t: number): number => rows.tokens.data[i * length + t]!;
    const responds = (i: number, t: number): boolean => t > pairs[i]!.prompt.length && at(i, t) !== special.pad;
    return {
      ...rows,
      response: cellMask(pairs.length, length, responds),
      lexemes: cellMask(pairs.length, length, (i, t) => responds(i, t) && (world.positive.has(at(i, t)) || world.negative.has(at(i, t)))),
      score: int32(pairs.map((pair) => (of === 'chosen' ? pair.chosenScore : pair.rejectedScore))),
    };
  };
  return { chosen: side('chosen'), rejected: side('rejected'), wrong: int32(pairs.map(({ wrong }) => (wrong ? 1 : 0))), promptWords: int32(pairs.map(({ prompt }) => prompt.length)) };
}
/** Area under the ROC curve of a per-token mask value as a detector of the lexemes among response tokens; ties count half. 0.5 is chance. NaN where a kind is missing. */
export function lexemeAuc(values: ArrayLike<number>, side: Pick<PreferenceSide, 'response' | 'lexemes'>): number {
  const kept = Array.from(side.response.data.keys()).filter((c) => side.response.data[c] === 1);
  const order = kept.sort((a, b) => values[a]! - values[b]!);
  let [rankSum, positives] = [0, 0];
  for (let start = 0; start < order.length; ) {
    let stop = start;
    while (stop < order.length && values[order[stop]!] === values[order[start]!]) stop++;
    for (let k = start; k < stop; k++) {
      if (side.lexemes.data[order[k]!] !== 1) continue;
      positives++;
      rankSum += (start + 1 + stop) / 2; // mean rank of the ties, counted from 1
    }
    start = stop;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (order.length - positives));
}

export const dataset = defineDataset({
  id: 'preferences',
  title: 'Preferences',
  family: 'language',
  says: 'Two continuations of a prompt, the better one first. An oracle says which is better: the one with more words of S+ and fewer of S-; those words are the tokens that matter. Labels can be wrong in a chosen share, or follow the Bradley-Terry model.',
  knobs: {
    style: choice({ label: 'Lexemes', options: { sentiment: 'sentiment', politeness: 'politeness', toxicity: 'rudeness' }, default: 'sentiment' }),
    promptWords: int({ label: 'Words of the prompt', min: 1, max: 16, default: 6 }),
    margin: int({ label: 'Least margin', help: 'Pairs whose scores differ by less are dropped; 1 drops ties.', min: 0, max: 3, default: 1 }),
    labelNoise: float({ label: 'Wrong labels', help: 'Share of pairs handed out the wrong way round.', min: 0, max: 0.5, default: 0 }),
    temperature: float({ label: 'Temperature', help: 'Of the Bradley-Terry model; 0: the higher score always wins.', min: 0, max: 4, default: 0 }),
  },
  open: ({ knobs: { style, temperature, ...knobs } }) => {
    const world = makeReviews({ style });
    const rule = { ...knobs, ...(temperature > 0 && { temperature }) };
    const text = (ids: readonly number[]): string => decode(world.vocabulary, ids);
    return {
      example: ({ seed, split, index }) => {
        const pair = preferencePair(world, { seed, split, index, ...rule });
        return { ...pair, prompt: text(pair.prompt), chosen: text(pair.chosen), rejected: text(pair.rejected) };
      },
      preview: ({ seed }) => {
        const pairs = Array.from({ length: 300 }, (_, index) => preferencePair(world, { seed, split: 'train', index, ...rule }));
        const wrong = pairs.filter((pair) => pair.wrong).length;
        return [
          {
            title: 'Pairs', says: `${wrong} of ${pairs.length} labels are wrong by the oracle.`,
            picture: tableOf(
              ['prompt', 'chosen', 'score', 'rejected', 'score of it', 'wrong'],
              pairs.slice(0, 12).map((p) => [text(p.prompt), text(p.chosen), p.chosenScore, text(p.rejected), p.rejectedScore, p.wrong ? 'yes' : '']),
            ),
          },
          { title: 'Margin: score of the chosen less that of the rejected', picture: countsOf(pairs.map((p) => p.chosenScore - p.rejectedScore), 'margin') },
          {
            title: 'What length would say', says: 'Share of pairs whose chosen side is the longer one: a shortcut that the oracle does not take.',
            picture: tableOf(
              ['longer', 'as long', 'shorter'],
              [[(p: number, q: number) => p > q, (p: number, q: number) => p === q, (p: number, q: number) => p < q].map((test) => rounded(pairs.filter((p) => test(p.chosen.length, p.rejected.length)).length / pairs.length))],
            ),
          },
        ];
      },
    };
  },
});
