import { expect, test } from 'vitest';
import { Fingerprint } from '../../base/hash';
import { Random } from '../../base/random';
import { binomial, countIf } from '../testing/rates';
import { decode, special } from '../tokens';
import { caseWords, detectorRows, judgeCase, judgeVocabulary, lures, makeJudgeRows, plantedAccuracies, plantedProbability, plantedVerdict, teacherTrace, traceWords, twinOf, type JudgeCase, type Lure } from './judge-transcripts';

const casesOf = (split: string, count: number, more: object = {}): JudgeCase[] => Array.from({ length: count }, (_, index) => judgeCase({ seed: 1, split, index, ...more }));
/** What a reader of the text alone would say. */
function readCase(words: readonly string[]): { right: string; length: number; cheer: string; crowd: string; expert: string } {
  const parts = words.join(' ').split(' ; ').map((part) => part.split(' '));
  const given = parts[0]!.slice(2).map(Number);
  const kind = parts[0]![1]!;
  const truth = kind === 'sum' ? String(given.reduce((a, b) => a + b, 0) % 10) : (kind === 'copy' ? given : given.reverse()).join(' ');
  const said = (k: number): string => parts[k]!.slice(1).filter((word) => /^\d$/.test(word)).join(' ');
  const cheers = (k: number): boolean => parts[k]!.some((word) => ['yay', 'super', 'nice', 'wow'].includes(word));
  expect([said(1) === truth, said(2) === truth].filter(Boolean)).toHaveLength(1);
  return { right: said(1) === truth ? 'A' : 'B', length: Math.sign(parts[1]!.filter((w) => ['well', 'so', 'thus', 'then', 'here', 'next'].includes(w)).length - parts[2]!.filter((w) => ['well', 'so', 'thus', 'then', 'here', 'next'].includes(w)).length), cheer: cheers(1) ? 'A' : cheers(2) ? 'B' : 'none', crowd: parts[3]![1]!, expert: parts[3]![3]! };
}

test('the same spec gives the same rows, and a row does not depend on how many there are', () => {
  const rows = makeJudgeRows({ seed: 1, split: 'train', count: 100, feedback: 0.3 });
  expect(new Fingerprint().addWords(Uint32Array.from(rows.tokens.data)).hex()).toMatchInlineSnapshot(`"36a7738fd8cd012d"`);
  expect(makeJudgeRows({ seed: 1, split: 'train', count: 3, feedback: 0.3 }).cases).toEqual(rows.cases.slice(0, 3));
});
test('right answers and lures are as the text shows them', () => {
  for (const it of [...casesOf('train', 200), ...casesOf('test', 60).map(twinOf)]) {
    const { kind, side } = it.lure!;
    const read = readCase(caseWords(it));
    expect(read).toEqual({
      right: it.right, length: kind === 'length' ? (side === 'A' ? 1 : -1) : 0, cheer: kind === 'tone' ? side : 'none', crowd: kind === 'crowd' ? side : 'none', expert: kind === 'authority' ? side : 'none',
    });
    if (kind === 'position') expect(side).toBe('A');
  }
});
test('lures are on the right answer as often as they should be, each kind equally often, sides even', () => {
  const aligned = { length: 0.9, position: 0.85, tone: 0.7, crowd: 0.95, authority: 0.5 };
  const cases = casesOf('train', 3000, { aligned });
  for (const lure of lures) {
    const mine = cases.filter((it) => it.lure!.kind === lure);
    expect(binomial(mine.length, 3000, 0.2)).toBe(true);
    expect(binomial(countIf(mine, (it) => it.lure!.side === it.right), mine.length, aligned[lure])).toBe(true);
    if (lure !== 'position') expect(binomial(countIf(mine, (it) => it.right === 'A'), mine.length, 0.5)).toBe(true);
  }
  expect(casesOf('train', 50, { aligned: 1 }).every((it) => it.lure!.side === it.right)).toBe(true);
  expect(casesOf('train', 20, { lures: ['none'] }).every((it) => it.lure === undefined)).toBe(true);
});
test('a twin has its lure on the other answer and all else alike; the twin of a twin is the case', () => {
  for (const it of casesOf('train', 100)) {
    const twin = twinOf(it);
    expect(twinOf(twin)).toEqual(it);
    expect((twin.lure!.side === twin.right)).not.toBe(it.lure!.side === it.right);
    expect([twin.task, twin.digits]).toEqual([it.task, it.digits]);
  }
});
test('splits share no task', () => {
  const tasksOf = (split: string): string[] => casesOf(split, 600).map(({ task, digits }) => `${task} ${digits}`);
  const seen = new Set(tasksOf('train'));
  expect([...tasksOf('test'), ...tasksOf('validation')].filter((task) => seen.has(task))).toEqual([]);
});
test('a planted judge gives verdicts with the probability of its formula', () => {
  const judge = { skill: 1, strengths: { crowd: 2, position: 0.3 } };
  const [it] = casesOf('train', 200, { lures: ['crowd'] as Lure[] }).filter(({ lure, right }) => right === 'B' && lure!.side === 'A');
  const p = 1 / (1 + Math.exp(-(-1 + 2 + 0.3)));
  expect(plantedProbability(it!, judge)).toBeCloseTo(p, 12);
  expect(binomial(countIf(Array.from({ length: 4000 }, (_, i) => plantedVerdict(it!, judge, Random.seed(1).fork(i))), (v) => v === 'A'), 4000, p)).toBe(true);
  expect(plantedAccuracies([it!], judge).data[0]).toBeCloseTo(1 - p, 6);
});
test('a teacher without errors writes the truth, and its conclusion is biased exactly where a lure is on a wrong verdict', () => {
  for (const it of casesOf('train', 150)) {
    for (const verdict of ['A', 'B'] as const) {
      const trace = teacherTrace(it, verdict, 0, Random.seed(1));
      expect(trace.ok).toEqual({ A: it.right === 'A', B: it.right === 'B' });
      const tempted = it.lure!.side === verdict || verdict === 'A'; // the first answer always has its place
      expect(trace.biased).toBe(verdict !== it.right && tempted);
      if (it.lure!.side === verdict) expect(trace.lure).toBe(it.lure!.kind);
      expect(traceWords(trace)).toHaveLength(22);
    }
  }
});
test('a teacher errs in each observation as often as it should', () => {
  const it = casesOf('train', 1)[0]!;
  const traces = Array.from({ length: 2000 }, (_, i) => teacherTrace(it, 'A', 0.15, Random.seed(2).fork(i)));
  expect(binomial(countIf(traces, ({ ok }) => ok.A !== (it.right === 'A')), 2000, 0.15)).toBe(true);
  expect(binomial(countIf(traces, ({ crowd }) => crowd !== it.crowd), 2000, 0.15)).toBe(true);
});
test('earlier analyses come and are right as often as they should be, and rows end in the right verdict', () => {
  const rows = makeJudgeRows({ seed: 3, split: 'train', count: 1500, feedback: 0.3, feedbackRight: 0.8 });
  const texts = rows.cases.map((_, i) => decode(judgeVocabulary, rows.tokens.data.subarray(i * 72, (i + 1) * 72)));
  const withFeedback = texts.flatMap((text, i) => (text.includes('before') ? [i] : []));
  expect(binomial(withFeedback.length, 1500, 0.3)).toBe(true);
  expect(binomial(countIf(withFeedback, (i) => texts[i]!.includes(`check ${rows.cases[i]!.right} ok`)), withFeedback.length, 0.8)).toBe(true);
  expect(texts.filter((text, i) => !text.endsWith(`verdict ${rows.cases[i]!.right} <eos>`))).toEqual([]);
  for (let i = 0; i < 50; i++) {
    expect(judgeVocabulary.words[rows.tokens.data[i * 72 + rows.answerAt.data[i]!]!]).toBe(rows.right.data[i] === 0 ? 'A' : 'B');
    expect(countIf(rows.answers.data.subarray(i * 72, (i + 1) * 72), (v) => v === 1)).toBe(2);
  }
});
test('a detector reads the case and the verdict, and learns the trace', () => {
  const cases = casesOf('train', 20);
  const traces = cases.map((it) => teacherTrace(it, 'B', 0.1, Random.seed(1)));
  const rows = detectorRows(cases, cases.map(() => 'B'), traces);
  const learned = Array.from(rows.tokens.data.subarray(0, 72)).filter((_, t) => rows.answers.data[t] === 1);
  expect(decode(judgeVocabulary, learned)).toBe(`${traceWords(traces[0]!).join(' ')} <eos>`);
  expect(Array.from(rows.tokens.data)).not.toContain(special.unk);
});
test('what cannot be is refused', () => {
  expect(() => judgeCase({ seed: 1, split: 'train', index: 0, aligned: 2 })).toThrow(/from 0 to 1, but 2/);
  expect(() => makeJudgeRows({ seed: 1, split: 'train', count: 3, length: 10 })).toThrow(/Raise the length/);
});
