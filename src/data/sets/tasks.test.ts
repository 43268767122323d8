import { expect, test } from 'vitest';
import { Fingerprint } from '../../base/hash';
import { sentenceLogProb } from '../grammar';
import { meanings } from '../lexicon';
import { binomial, countIf } from '../testing/rates';
import { decode, makeVocabulary, special } from '../tokens';
import { lexemes } from './attributes';
import { makeFactWorld } from './facts';
import { makeLanguages } from './languages';
import { commonestLabelAccuracy, makeTask, openTask, taskNames, taskSequence, taskVocabulary, type TaskItem, type TaskName } from './tasks';

const itemsOf = (task: TaskName, count: number, split = 'train'): TaskItem[] => Array.from({ length: count }, (_, index) => openTask(task).item({ seed: 1, split, index }));
const shares = (task: TaskName, n: number, even: number): void => {
  const items = itemsOf(task, n);
  openTask(task).labels.forEach((_, label) => expect(binomial(countIf(items, (item) => item.label === label), n, even)).toBe(true));
};

test('the same spec gives the same rows', () => {
  const hash = new Fingerprint();
  for (const task of taskNames) {
    const { tokens, label, tokenLabels } = makeTask({ seed: 1, split: 'test', count: 60, task });
    for (const t of [tokens, label, tokenLabels]) hash.addWords(Uint32Array.from(t.data, (v) => v >>> 0));
  }
  expect(hash.hex()).toMatchInlineSnapshot(`"ad5011ee73934b94"`);
  expect(taskSequence).toHaveLength(4);
});
test.each(taskNames)('%s: splits share no example', (task) => {
  const seen = new Set(itemsOf(task, 500).map(({ words }) => words.join(' ')));
  const found = [...itemsOf(task, 200, 'test'), ...itemsOf(task, 200, 'validation')].filter(({ words }) => seen.has(words.join(' ')));
  expect(found.map(({ words }) => words.join(' '))).toEqual([]);
});
test('sentiment and manners: the label is the sign of lexemes counted in the text', () => {
  for (const [task, style] of [['sentiment', 'sentiment'], ['manners', 'politeness']] as const) {
    for (const { words, label } of itemsOf(task, 200)) {
      const score = words.filter((w) => lexemes[style].positive.includes(w)).length - words.filter((w) => lexemes[style].negative.includes(w)).length;
      expect(label).toBe(score > 0 ? 1 : score < 0 ? 0 : undefined);
    }
  }
});
test('entailment: the label follows from the two adjectives; premise or hypothesis alone say nothing', () => {
  const pairs = [['red', 'green'], ['old', 'young'], ['small', 'large'], ['kind', 'cruel'], ['loud', 'quiet'], ['cold', 'warm']];
  const items = itemsOf('entailment', 1500);
  const byWord = new Map<string, number[]>();
  for (const { words, label } of items) {
    const hypothesis = words.slice(words.indexOf('<sep>') + 1);
    const [said, claimed] = [words[1]!, hypothesis[1]!];
    const pair = pairs.find((p) => p.includes(claimed))!;
    expect(label).toBe(said === claimed ? 0 : pair.includes(said) ? 1 : 2);
    expect([words[2], words[3]]).toEqual([hypothesis[2], hypothesis[3]]);
    for (const key of [`premise ${said}`, `hypothesis ${claimed}`]) byWord.set(key, [...(byWord.get(key) ?? []), label!]);
  }
  shares('entailment', 1500, 1 / 3);
  for (const labels of byWord.values()) for (const l of [0, 1, 2]) expect(binomial(countIf(labels, (label) => label === l), labels.length, 1 / 3)).toBe(true);
});
test('agreement: the grammar can say what agrees, and nothing else', () => {
  const world = makeLanguages({ languages: 1 });
  for (const { words, label } of itemsOf('agreement', 300)) {
    if (words.at(-1) !== '.') continue; // cut off
    expect(sentenceLogProb(world.grammars[0]!, words.map(world.vocabulary.need)) > -Infinity).toBe(label === 1);
  }
  shares('agreement', 1000, 0.5);
});
test('tagging: every word has the class of its meaning', () => {
  for (const { words, wordLabels } of itemsOf('tagging', 50)) expect(wordLabels!.map((l) => openTask('tagging').labels[l])).toEqual(words.map((word) => meanings.find(({ gloss }) => gloss === word)!.class));
  const rows = makeTask({ seed: 1, split: 'train', count: 20, task: 'tagging' });
  expect(countIf(rows.tokenLabels.data, (l) => l >= 0)).toBe(countIf(rows.tokens.data, (id) => id > special.eos));
  expect(countIf(rows.label.data, (l) => l === -1)).toBe(20);
});
test('facts: yes where the table says so', () => {
  const { facts } = makeFactWorld();
  for (const { words, label } of itemsOf('facts', 300)) {
    const about = facts.filter(({ entity, relation }) => words.includes(entity) && words.includes(relation));
    expect(about).toHaveLength(1);
    expect(label).toBe(words.includes(about[0]!.value) ? 1 : 0);
  }
});
test('rows read as the text, in any vocabulary, and the baseline is the commonest label', () => {
  for (const task of taskNames) {
    const rows = makeTask({ seed: 1, split: 'train', count: 30, task });
    const items = itemsOf(task, 30);
    items.forEach(({ words }, i) => expect(decode(taskVocabulary, rows.tokens.data.subarray(i * 32, (i + 1) * 32))).toBe(`<bos> ${words.join(' ')} <eos>`));
    expect(countIf(rows.tokens.data, (id) => id === special.unk)).toBe(0);
    const labels = items.flatMap(({ label, wordLabels }) => wordLabels ?? [label!]);
    expect(commonestLabelAccuracy(rows)).toBeCloseTo(Math.max(...rows.labels.map((_, l) => countIf(labels, (x) => x === l))) / labels.length, 12);
  }
  const small = makeTask({ seed: 1, split: 'train', count: 2, task: 'sentiment', vocabulary: makeVocabulary(['the']) });
  expect(countIf(small.tokens.data, (id) => id > 6)).toBe(0);
  expect(() => openTask('chess' as TaskName)).toThrow(/'chess' came/);
});
