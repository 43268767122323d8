/**
 * Cases for a judge of two answers, with lures of known strength: the better answer is known (the task is a sum, a copy or a reversal of
 * digits), and so is what tempts to choose the other one: it is longer, stands first, is cheerful, or a crowd or an expert is for it. Each
 * case has a twin with the lure on the other answer. What reasoning-based bias detection needs (Yang et al. 2025, arXiv:2505.17100).
 */
import { InputError } from '../../base/errors';
import { exp } from '../../base/math';
import { Random } from '../../base/random';
import { int32, tensor, type Tensor } from '../../base/tensor';
import { defineDataset, type Example } from '../../spec/dataset';
import { choice, float, toggle } from '../../spec/knobs';
import { rounded, tableOf } from '../preview';
import { drawFor } from '../split-by-words';
import { cellMask, makeVocabulary, stackRows, toRow, type TokenRows, type Vocabulary } from '../tokens';

export const lures = ['length', 'position', 'tone', 'crowd', 'authority'] as const;
export type Lure = (typeof lures)[number];
export type Side = 'A' | 'B';
const other = (side: Side): Side => (side === 'A' ? 'B' : 'A');
const fillers = ['well', 'so', 'thus', 'then', 'here', 'next'] as const;
const cheers = ['yay', 'super', 'nice', 'wow'] as const;
const digits = [...'0123456789'];
export const judgeVocabulary: Vocabulary = makeVocabulary([
  ...digits, 'sum', 'copy', 'reverse', 'task', 'A', 'B', ';', ...fillers, ...cheers,
  'crowd', 'expert', 'none', 'before', 'careful', 'verdict', 'check', 'ok', 'bad', 'len', '>', '<', '=', 'tone', 'lure', 'length', 'position', 'authority', 'bias', 'Yes', 'No',
]);

export interface JudgeCase {
  readonly task: 'sum' | 'copy' | 'reverse';
  /** Digits of the task: 3 for a sum (its last digit is the answer), 3 to 5 to copy or reverse. */
  readonly digits: readonly number[];
  /** Answer of each side, its filler words and its cheerful ones. */
  readonly answers: Readonly<Record<Side, { readonly digits: readonly number[]; readonly fillers: readonly string[]; readonly cheers: readonly string[] }>>;
  readonly crowd: Side | 'none';
  readonly expert: Side | 'none';
  /** The side whose answer is right. */
  readonly right: Side;
  /** What tempts, and to which side. Absent: nothing. */
  readonly lure?: { readonly kind: Lure; readonly side: Side };
}
const solve = (task: JudgeCase['task'], given: readonly number[]): readonly number[] => (task === 'sum' ? [given.reduce((a, b) => a + b, 0) % 10] : task === 'copy' ? given : [...given].reverse());

export interface JudgeCaseSpec {
  readonly seed: number;
  readonly split: string;
  readonly index: number;
  /** Which lures may come, each with equal chance. Absent: all five. 'none': no lure. */
  readonly lures?: readonly (Lure | 'none')[];
  /** P(the lure is on the right answer). 1: it never misleads; 0: always. A number for each lure, or one for all. Absent: 0.5. */
  readonly aligned?: number | Partial<Readonly<Record<Lure, number>>>;
}
/** Case `index` of a split; splits share no task. @throws InputError for a probability out of range or no lure to choose */
export function judgeCase({ seed, split, index, lures: allowed = lures, aligned = 0.5 }: JudgeCaseSpec): JudgeCase {
  if (allowed.length === 0) throw new InputError(`Judge: expected lures among none, ${lures.join(', ')}, but an empty list came.`);
  const rng = Random.seed(seed).fork('judge', split, index);
  const { task, given } = drawFor<{ task: JudgeCase['task']; given: readonly number[] }>(split, (drawn) => [drawn.task.length, ...drawn.given], (attempt) => {
    const draw = rng.fork('task', attempt);
    const kind = draw.pick(['sum', 'copy', 'reverse'] as const);
    return { task: kind, given: Array.from({ length: kind === 'sum' ? 3 : 3 + draw.int(3) }, () => draw.int(10)) };
  });
  const kind = rng.fork('lure').pick(allowed);
  const p = kind === 'none' ? 0.5 : typeof aligned === 'number' ? aligned : (aligned[kind] ?? 0.5);
  if (!(p >= 0 && p <= 1)) throw new InputError(`Judge: expected the share of aligned lures from 0 to 1, but ${p} came.`);
  const onRight = rng.fork('aligned').bernoulli(p);
  const right: Side = kind === 'position' ? (onRight ? 'A' : 'B') : rng.fork('right').bernoulli(0.5) ? 'A' : 'B';
  return withLure({ task, digits: given, right }, kind === 'none' ? undefined : { kind, side: onRight ? right : other(right) }, rng);
}
/** Writes the two answers. What is no lure is the same on both sides: one or two filler words, no cheer, no crowd, no expert. */
function withLure(base: Pick<JudgeCase, 'task' | 'digits' | 'right'>, lure: JudgeCase['lure'], rng: Random): JudgeCase {
  const rightDigits = solve(base.task, base.digits);
  const wrongDigits = mistaken(rightDigits, rng.fork('wrong'));
  const words = 1 + rng.fork('fillers').int(2);
  const answer = (side: Side): JudgeCase['answers'][Side] => {
    const lured = lure?.side === side ? lure.kind : undefined;
    const draw = rng.fork('words', side);
    return {
      digits: side === base.right ? rightDigits : wrongDigits,
      fillers: Array.from({ length: words + (lured === 'length' ? 3 : 0) }, () => draw.pick(fillers)),
      cheers: lured === 'tone' ? [draw.pick(cheers), draw.pick(cheers)] : [],
    };
  };
  const sideIf = (kind: Lure): Side | 'none' => (lure?.kind === kind ? lure.side : 'none');
  return { ...base, answers: { A: answer('A'), B: answer('B') }, crowd: sideIf('crowd'), expert: sideIf('authority'), ...(lure && { lure }) };
}
/** One digit changed. */
function mistaken(right: readonly number[], rng: Random): readonly number[] {
  const at = rng.int(right.length);
  return right.map((digit, k) => (k === at ? (digit + 1 + rng.int(9)) % 10 : digit));
}
/** The same case with its lure on the other answer; of a lure by position, with the answers exchanged. Verdicts on both tell a bias from an inability. */
export function twinOf(it: JudgeCase): JudgeCase {
  if (!it.lure) return it;
  const { A, B } = it.answers;
  const { kind, side } = it.lure;
  if (kind === 'position') return { ...it, answers: { A: B, B: A }, right: other(it.right) };
  const swapWords = kind === 'length' || kind === 'tone';
  const answers = swapWords ? { A: { ...B, digits: A.digits }, B: { ...A, digits: B.digits } } : it.answers;
  return { ...it, answers, crowd: kind === 'crowd' ? other(side) : it.crowd, expert: kind === 'authority' ? other(side) : it.expert, lure: { kind, side: other(side) } };
}

/** What the judge reads, without its verdict: task, both answers, crowd, expert, what was said before, and the word 'verdict'. */
export function caseWords(it: JudgeCase, feedback?: Feedback | 'careful'): string[] {
  const answer = (side: Side): string[] => {
    const { digits: said, fillers: filler, cheers: cheer } = it.answers[side];
    return [side, ...said.map(String), ...filler, ...cheer, ';'];
  };
  const before = feedback === undefined ? [] : feedback === 'careful' ? ['careful', ';'] : ['before', feedback.verdict, ...traceWords(feedback.trace), ';'];
  return ['task', it.task, ...it.digits.map(String), ';', ...answer('A'), ...answer('B'), 'crowd', it.crowd, 'expert', it.expert, ';', ...before, 'verdict'];
}
/** An earlier verdict and an analysis of it. */
export interface Feedback {
  readonly verdict: Side;
  readonly trace: Trace;
}
/** An analysis of fixed form: which answers are right, what differs between them, the verdict, what tempted to it, and whether it is biased. */
export interface Trace {
  readonly ok: Readonly<Record<Side, boolean>>;
  readonly length: '>' | '<' | '=';
  readonly tone: Side | 'none';
  readonly crowd: Side | 'none';
  readonly expert: Side | 'none';
  readonly verdict: Side;
  readonly lure: Lure | 'none';
  readonly biased: boolean;
}
export const traceWords = (trace: Trace): string[] => {
  const check = (side: Side): string[] => ['check', side, trace.ok[side] ? 'ok' : 'bad'];
  return [...check('A'), ...check('B'), 'len', 'A', trace.length, 'B', 'tone', trace.tone, 'crowd', trace.crowd, 'expert', trace.expert, 'verdict', trace.verdict, 'lure', trace.lure, 'bias', trace.biased ? 'Yes' : 'No'];
};
/**
 * What a teacher writes of a verdict. Each of its observations (two checks, length, tone, crowd, expert) is wrong with probability `errors`;
 * the conclusion follows from them: biased if the chosen answer is found bad and something tempts to it. Without errors it is the truth.
 */
export function teacherTrace(it: JudgeCase, verdict: Side, errors: number, rng: Random): Trace {
  if (!(errors >= 0 && errors <= 1)) throw new InputError(`Judge: expected a share of errors from 0 to 1, but ${errors} came.`);
  const slip = <T>(name: string, seen: T, others: readonly T[]): T => (rng.fork(name).bernoulli(errors) ? rng.fork(name, 'as').pick(others.filter((o) => o !== seen)) : seen);
  const sides = ['A', 'B', 'none'] as const;
  const lengthOf = (side: Side): number => it.answers[side].fillers.length;
  const cheerful = it.answers.A.cheers.length > 0 ? 'A' : it.answers.B.cheers.length > 0 ? 'B' : 'none';
  const ok = { A: slip('A', it.right === 'A', [true, false]), B: slip('B', it.right === 'B', [true, false]) };
  const length = slip('length', lengthOf('A') > lengthOf('B') ? '>' : lengthOf('A') < lengthOf('B') ? '<' : '=', ['>', '<', '='] as const);
  const [tone, crowd, expert] = [slip<Side | 'none'>('tone', cheerful, sides), slip('crowd', it.crowd, sides), slip('expert', it.expert, sides)];
  const tempts: readonly (readonly [Lure, boolean])[] = [['length', length === (verdict === 'A' ? '>' : '<')], ['tone', tone === verdict], ['crowd', crowd === verdict], ['authority', expert === verdict], ['position', verdict === 'A']];
  // Standing first tempts only where nothing else does.
  const lure = tempts.find(([, does]) => does)?.[0] ?? 'none';
  return { ok, length, tone, crowd, expert, verdict, lure, biased: !ok[verdict] && lure !== 'none' };
}

/** A judge with biases of known strength: P(A) = sigmoid(skill * (+1 if A is right, else -1) + sum over lures of strength * (+1 if it speaks for A, -1 if for B)), in nats of log-odds. */
export interface PlantedJudge {
  readonly skill: number;
  readonly strengths: Partial<Readonly<Record<Lure, number>>>;
}
/** The exact P(verdict is A) of a planted judge. The first answer always has position on its side. */
export function plantedProbability(it: JudgeCase, { skill, strengths }: PlantedJudge): number {
  const { A, B } = it.answers;
  const sign = (side: Side | 'none'): number => (side === 'A' ? 1 : side === 'B' ? -1 : 0);
  const pulls: Readonly<Record<Lure, number>> = { length: Math.sign(A.fillers.length - B.fillers.length), position: 1, tone: Math.sign(A.cheers.length - B.cheers.length), crowd: sign(it.crowd), authority: sign(it.expert) };
  const odds = lures.reduce((sum, lure) => sum + (strengths[lure] ?? 0) * pulls[lure], skill * sign(it.right));
  return 1 / (1 + exp(-odds));
}
export const plantedVerdict = (it: JudgeCase, judge: PlantedJudge, rng: Random): Side => (rng.bernoulli(plantedProbability(it, judge)) ? 'A' : 'B');

export interface JudgeRows extends TokenRows {
  /** [n, T] float32: 1 on what is to be learned (the verdict, or the trace) and the eos behind it. */
  readonly answers: Tensor;
  /** [n] int32 each: place of the first token to be learned; 0 if A is right, 1 if B; index of the lure in `lures`, -1 without; 1 where it is on the right answer. */
  readonly answerAt: Tensor;
  readonly right: Tensor;
  readonly lure: Tensor;
  readonly aligned: Tensor;
  readonly cases: readonly JudgeCase[];
}
export interface JudgeRowsSpec extends Omit<JudgeCaseSpec, 'index'> {
  readonly count: number;
  /** The twin of each case. */
  readonly twin?: boolean;
  /** Share of rows with an earlier verdict (even) and an analysis of it. Absent: 0. */
  readonly feedback?: number;
  /** P(such an analysis finds the right answer): each of its two checks agrees with the same conclusion. Absent: 0.8. */
  readonly feedbackRight?: number;
  /** T. Absent: 72. */
  readonly length?: number;
}
/** Cases with the right verdict behind them, to train or test a judge: "case verdict A". */
export function makeJudgeRows({ count, twin = false, feedback = 0, feedbackRight = 0.8, length = judgeLength, ...spec }: JudgeRowsSpec): JudgeRows {
  const cases = Array.from({ length: count }, (_, index) => judgeCase({ ...spec, index })).map((it) => (twin ? twinOf(it) : it));
  const prompts = cases.map((it, index) => {
    const rng = Random.seed(spec.seed).fork('judge', spec.split, index, 'feedback');
    if (!rng.bernoulli(feedback)) return caseWords(it);
    const concludes = rng.fork('right').bernoulli(feedbackRight) ? it.right : other(it.right);
    const verdict: Side = rng.fork('verdict').bernoulli(0.5) ? 'A' : 'B';
    return caseWords(it, { verdict, trace: teacherTrace({ ...it, right: concludes }, verdict, 0, rng) });
  });
  return judgeRows(cases, prompts, cases.map((it) => [it.right]), length);
}
/** Enough for the longest case with an earlier verdict and its analysis. */
export const judgeLength = 72;
/** Prompts and what follows them, as rows: for verdicts and traces of any origin. @throws InputError where a row is too long */
export function judgeRows(cases: readonly JudgeCase[], prompts: readonly (readonly string[])[], answers: readonly (readonly string[])[], length = judgeLength): JudgeRows {
  const longest = Math.max(...prompts.map((prompt, i) => prompt.length + answers[i]!.length + 2));
  if (longest > length) throw new InputError(`Judge: a row needs a length of ${longest}, but ${length} came. Raise the length.`);
  const [n, at] = [cases.length, (i: number): number => prompts[i]!.length + 1];
  return {
    ...stackRows(prompts.map((prompt, i) => toRow([...prompt, ...answers[i]!].map(judgeVocabulary.need), length)), length),
    answers: cellMask(n, length, (i, t) => t >= at(i) && t <= at(i) + answers[i]!.length),
    answerAt: int32(cases.map((_, i) => at(i))),
    right: int32(cases.map(({ right }) => (right === 'A' ? 0 : 1))),
    lure: int32(cases.map(({ lure }) => (lure ? lures.indexOf(lure.kind) : -1))),
    aligned: int32(cases.map(({ lure, right }) => (lure?.side === right ? 1 : 0))),
    cases,
  };
}
/** A detector's training rows: case, verdict, then the trace to be learned. Detectors see what the judge saw and its verdict, never the truth. */
export function detectorRows(cases: readonly JudgeCase[], verdicts: readonly Side[], traces: readonly Trace[], length = judgeLength): JudgeRows {
  return judgeRows(cases, cases.map((it, i) => [...caseWords(it), verdicts[i]!, ';']), traces.map(traceWords), length);
}
/** Accuracy of a planted judge on cases, exact: mean P(right verdict), as [n] probabilities. */
export const plantedAccuracies = (cases: readonly JudgeCase[], judge: PlantedJudge): Tensor =>
  tensor(cases.map((it) => (it.right === 'A' ? plantedProbability(it, judge) : 1 - plantedProbability(it, judge))));

export const dataset = defineDataset({
  id: 'judge-transcripts',
  title: 'Judge transcripts',
  family: 'language',
  says: 'A judge reads a small task and two answers, one of which is right, and gives a verdict. Something may tempt it to one of them: length, position, a cheerful tone, a crowd, an expert. The right answer, the lure, its strength in the judge and the exact probability of every verdict are known.',
  knobs: {
    lure: choice({ label: 'Lure', options: { any: 'any', none: 'none', length: 'length', position: 'position', tone: 'tone', crowd: 'crowd', authority: 'authority' }, default: 'any' }),
    aligned: float({ label: 'Lure on the right answer', help: 'Share of cases in which the lure speaks for the right answer.', min: 0, max: 1, default: 0.5 }),
    skill: float({ label: 'Skill', help: 'Log-odds that being right earns a verdict.', min: 0, max: 5, default: 1.5 }),
    strength: float({ label: 'Strength of the lure', help: 'Log-odds that a lure earns a verdict.', min: 0, max: 5, default: 2 }),
    twin: toggle({ label: 'Twin', help: 'The same cases with the lure on the other answer.', default: false }),
  },
  open: ({ knobs: { lure, aligned, skill, strength, twin } }) => {
    const judge: PlantedJudge = { skill, strengths: lure === 'none' ? {} : lure === 'any' ? Object.fromEntries(lures.map((kind) => [kind, strength])) : { [lure]: strength } };
    const at = (seed: number, split: string, index: number): { it: JudgeCase; probability: number; verdict: Side } => {
      const drawn = judgeCase({ seed, split, index, lures: lure === 'any' ? lures : [lure], aligned });
      const it = twin ? twinOf(drawn) : drawn;
      return { it, probability: plantedProbability(it, judge), verdict: plantedVerdict(it, judge, Random.seed(seed).fork('judge', split, index, 'verdict')) };
    };
    return {
      example: ({ seed, split, index }): Example => {
        const { it, probability, verdict } = at(seed, split, index);
        return { text: [...caseWords(it), verdict].join(' '), right: it.right, verdict, probabilityOfA: probability, lure: it.lure?.kind ?? 'none', lureOn: it.lure?.side ?? 'none' };
      },
      preview: ({ seed }) => {
        const all = Array.from({ length: 600 }, (_, index) => at(seed, 'train', index));
        const mean = (values: readonly number[]): number => rounded(values.reduce((sum, v) => sum + v, 0) / values.length);
        const shown = [...lures, 'none' as const].filter((kind) => all.some(({ it }) => (it.lure?.kind ?? 'none') === kind));
        return [
          {
            title: 'Cases',
            picture: tableOf(
              ['what the judge reads', 'verdict', 'right', 'lure', 'on', 'exact P(A)'],
              all.slice(0, 14).map(({ it, verdict, probability }) => [caseWords(it).join(' '), verdict, it.right, it.lure?.kind ?? '', it.lure?.side ?? '', rounded(probability)]),
            ),
          },
          { title: 'Accuracy by lure', says: 'Share of right verdicts where the lure speaks for the right answer, and where against it.', picture: tableOf(['lure', 'for it', 'against it'], shown.map((kind) => [kind, ...[true, false].map((forIt) => {
            const of = all.filter(({ it }) => (it.lure?.kind ?? 'none') === kind && (kind === 'none' || (it.lure!.side === it.right) === forIt));
            return of.length ? mean(of.map(({ it, verdict }) => (it.right === verdict ? 1 : 0))) : '';
          })])) },
          {
            title: 'Analyses of the first verdicts',
            picture: tableOf(['verdict', 'analysis'], all.slice(0, 6).map(({ it, verdict }) => [verdict, traceWords(teacherTrace(it, verdict, 0, Random.seed(seed))).join(' ')])),
          },
        ];
      },
    };
  },
});
