/**
 * Small tasks on text, each with exact labels, to be learned one after another: sentiment of a review, entailment of two sentences, the
 * grammatical class of every token, whether a sentence agrees with itself, manners of a speaker, and yes or no on a table of facts. What
 * fine-tuning keeps and forgets is measured on such sequences (Shuttleworth et al. 2024, arXiv:2410.21228, in small).
 */
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { int32, type Tensor } from '../../base/tensor';
import { defineDataset, type At, type Example } from '../../spec/dataset';
import { choice } from '../../spec/knobs';
import { sampleSentence, type Sentence } from '../grammar';
import { grammaticalClasses, meanings } from '../lexicon';
import { countsOf, rounded, tableOf } from '../preview';
import { drawFor } from '../split-by-words';
import { joinVocabularies, makeVocabulary, special, stackRows, toRow, type TokenRows, type Vocabulary } from '../tokens';
import { attributeScore, makeReviews, review, type ReviewWorld, type Style } from './attributes';
import { factDrawer, factVocabulary, makeFactWorld } from './facts';
import { languageSentence, makeLanguages } from './languages';

export const taskNames = ['sentiment', 'entailment', 'tagging', 'agreement', 'manners', 'facts'] as const;
export type TaskName = (typeof taskNames)[number];
/** Four tasks to be learned in this order. */
export const taskSequence: readonly TaskName[] = ['sentiment', 'entailment', 'tagging', 'agreement'];

/** One example in words: one label, or one a word. */
export interface TaskItem {
  /** Two sentences are parted by '<sep>'. */
  readonly words: readonly string[];
  /** Index in the task's `labels`; absent where every word has one. */
  readonly label?: number;
  readonly wordLabels?: readonly number[];
}
interface Task {
  readonly labels: readonly string[];
  readonly item: (at: At) => TaskItem;
}

// --- Reviews: the sign of the score ------------------------------------------------------------------------------------------------
function reviewTask(style: Style, labels: readonly string[]): Task {
  const world: ReviewWorld = makeReviews({ style });
  return {
    labels,
    // Reviews without a side (score 0) are drawn again, from streams of their own.
    item: ({ seed, split, index }) => {
      for (let attempt = 0; ; attempt++) {
        const { words } = review(world, { seed, split, index: attempt === 0 ? index : index + attempt * 1_000_003, longest: 30 });
        const score = attributeScore(world, words);
        if (score !== 0) return { words: words.map((id) => world.vocabulary.words[id]!), label: score > 0 ? 1 : 0 };
      }
    },
  };
}
// --- Entailment --------------------------------------------------------------------------------------------------------------------
const opposites = [['red', 'green'], ['old', 'young'], ['small', 'large'], ['kind', 'cruel'], ['loud', 'quiet'], ['cold', 'warm']] as const;
const poles: ReadonlySet<string> = new Set(opposites.flat());
const nouns = meanings.filter((meaning) => meaning.class === 'noun');
const verbs = meanings.filter((meaning) => meaning.class === 'verb');
export const entailmentLabels = ['follows', 'contradicts', 'open'] as const;
const determinerOf = (kind: 0 | 1 | undefined): string => (kind === 0 ? 'the' : 'this');

/**
 * Hypothesis "the ADJ N V the M ."; the premise says the same of N with the same adjective (follows), its opposite (contradicts), or an
 * adjective of another kind (open), and more besides. The hypothesis is drawn before the label: alone it tells nothing of it.
 */
function entailment({ seed, split, index }: At): TaskItem {
  const rng = Random.seed(seed).fork('tasks', 'entailment', split, index);
  const label = rng.fork('label').int(3);
  const words = drawFor<readonly string[]>(split, (text) => text.map((word) => (poles.has(word) ? special.mask : taskVocabulary.need(word))), (attempt) => {
    const draw = rng.fork('draw', attempt);
    const [subject, object] = [draw.pick(nouns), draw.pick(nouns)];
    const verb = draw.pick(verbs.filter(({ kind }) => kind === subject.kind)).gloss;
    const kindOf = draw.int(opposites.length);
    const pole = draw.int(2);
    const another = (kindOf + 1 + draw.int(opposites.length - 1)) % opposites.length;
    const claimed = opposites[kindOf]![pole]!;
    const said = label === 0 ? claimed : label === 1 ? opposites[kindOf]![1 - pole]! : opposites[another]![draw.int(2)]!;
    const objectSays = draw.bernoulli(0.5) ? [opposites[draw.int(opposites.length)]![draw.int(2)]!] : [];
    const more = draw.bernoulli(0.5) ? [draw.pick(['now', 'here', 'often'])] : [];
    const premise = [determinerOf(subject.kind), said, subject.gloss, verb, determinerOf(object.kind), ...objectSays, object.gloss, ...more, '.'];
    return [...premise, '<sep>', determinerOf(subject.kind), claimed, subject.gloss, verb, determinerOf(object.kind), object.gloss, '.'];
  });
  return { words, label };
}
// --- Language A --------------------------------------------------------------------------------------------------------------------
const languageA = makeLanguages({ languages: 1 });
const sentenceA = (at: At): { words: string[]; classes: readonly number[] } => {
  const { words, classes } = languageSentence(languageA, { ...at, longest: 28 });
  return { words: words.map((id) => languageA.vocabulary.words[id]!), classes };
};
/** Half of the sentences have one verb exchanged for one of the other kind, which its subject does not govern. Words without verbs decide on the split. */
function agreement({ seed, split, index }: At): TaskItem {
  const rng = Random.seed(seed).fork('tasks', 'agreement', split, index);
  const isVerb = (cls: number): boolean => grammaticalClasses[cls] === 'verb';
  const drawn = drawFor<Sentence>(split, (s) => s.words.map((id, t) => (isVerb(s.classes[t]!) ? special.mask : id)), (attempt) => sampleSentence(languageA.grammars[0]!, rng.fork('sentence', attempt), 28));
  const words = drawn.words.map((id) => languageA.vocabulary.words[id]!);
  const verbAt = [...words.keys()].filter((t) => isVerb(drawn.classes[t]!));
  if (rng.fork('label').bernoulli(0.5)) return { words, label: 1 };
  const t = rng.fork('verb').pick(verbAt);
  const { kind } = verbs.find(({ gloss }) => gloss === words[t])!;
  return { words: words.map((word, k) => (k === t ? rng.fork('other').pick(verbs.filter((verb) => verb.kind !== kind)).gloss : word)), label: 0 };
}
const factWorld = makeFactWorld();
/** Yes and no on the first world of facts, true answers alone. */
const yesNo = factDrawer(factWorld, { form: 'yesNo' });

const tasks: Readonly<Record<TaskName, () => Task>> = {
  sentiment: () => reviewTask('sentiment', ['negative', 'positive']),
  manners: () => reviewTask('politeness', ['rude', 'polite']),
  entailment: () => ({ labels: entailmentLabels, item: entailment }),
  tagging: () => ({
    labels: grammaticalClasses,
    item: (at) => {
      const { words, classes } = sentenceA(at);
      return { words, wordLabels: classes };
    },
  }),
  agreement: () => ({ labels: ['disagrees', 'agrees'], item: agreement }),
  facts: () => ({
    labels: ['no', 'yes'],
    item: (at) => {
      const { words, answerAt, truth } = yesNo(at);
      return { words: words.slice(0, answerAt), label: truth === 'yes' ? 1 : 0 };
    },
  }),
};
const opened = new Map<TaskName, Task>();
/** Labels and examples of a task. @throws InputError for a name that is none */
export function openTask(name: TaskName): Task {
  const make = tasks[name] as (() => Task) | undefined; // names may come from outside
  if (!make) throw new InputError(`Expected a task of ${taskNames.join(', ')}, but '${String(name)}' came.`);
  const task = opened.get(name) ?? make();
  opened.set(name, task);
  return task;
}
/** The words of all tasks. */
export const taskVocabulary: Vocabulary = joinVocabularies(languageA.vocabulary, makeVocabulary([...poles]), makeReviews().vocabulary, makeReviews({ style: 'politeness' }).vocabulary, factVocabulary);

export interface TaskRows extends TokenRows {
  readonly task: TaskName;
  /** Names of the labels. */
  readonly labels: readonly string[];
  /** [n] int32; -1 where every token has a label of its own. */
  readonly label: Tensor;
  /** [n, T] int32: label of each token; -1 on bos, eos and padding, and everywhere in tasks of one label a row. */
  readonly tokenLabels: Tensor;
}
export interface TaskRowsSpec {
  readonly seed: number;
  readonly split: string;
  readonly count: number;
  readonly task: TaskName;
  /** T. Absent: 32. */
  readonly length?: number;
  /** Absent: `taskVocabulary`. Words that it lacks become `<unk>`. */
  readonly vocabulary?: Vocabulary;
}
/** `count` examples of a task as rows. @throws InputError for a task that is none */
export function makeTask({ seed, split, count, task, length = 32, vocabulary = taskVocabulary }: TaskRowsSpec): TaskRows {
  const { labels, item } = openTask(task);
  const items = Array.from({ length: count }, (_, index) => item({ seed, split, index }));
  const tokenLabels = new Int32Array(count * length).fill(-1);
  items.forEach(({ wordLabels }, i) => wordLabels?.slice(0, length - 1).forEach((label, t) => (tokenLabels[i * length + t + 1] = label)));
  return {
    ...stackRows(items.map(({ words }) => toRow(words.map(vocabulary.id), length)), length),
    task, labels,
    label: int32(items.map(({ label }) => label ?? -1)),
    tokenLabels: int32(tokenLabels, [count, length]),
  };
}
/** Accuracy of always giving the commonest label. */
export function commonestLabelAccuracy(rows: Pick<TaskRows, 'label' | 'tokenLabels' | 'labels'>): number {
  const counts = rows.labels.map(() => 0);
  for (const labels of [rows.label.data, rows.tokenLabels.data]) labels.forEach((label: number) => label >= 0 && counts[label]!++);
  return Math.max(...counts) / counts.reduce((a, b) => a + b, 0);
}

export const dataset = defineDataset({
  id: 'tasks',
  title: 'Tasks on text',
  family: 'language',
  says: 'Six small tasks with exact labels: sentiment, entailment, word classes, agreement, manners, facts. They share a vocabulary, so that one model can learn them one after another, and what it forgets can be measured.',
  knobs: { task: choice({ label: 'Task', options: { sentiment: 'sentiment', entailment: 'entailment', tagging: 'word classes', agreement: 'agreement', manners: 'manners', facts: 'facts, yes or no' }, default: 'sentiment' }) },
  open: ({ knobs: { task } }) => {
    const { labels, item } = openTask(task);
    return {
      example: (at): Example => {
        const { words, label, wordLabels } = item(at);
        return { text: words.join(' '), ...(label !== undefined && { label: labels[label]! }), ...(wordLabels && { wordLabels: wordLabels.map((l) => labels[l]!) }) };
      },
      preview: ({ seed }) => {
        const items = Array.from({ length: 300 }, (_, index) => item({ seed, split: 'train', index }));
        const all = items.flatMap(({ label, wordLabels }) => (label !== undefined ? [label] : [...wordLabels!]));
        return [
          {
            title: 'Examples',
            picture: tableOf(
              ['text', 'label'],
              items.slice(0, 16).map(({ words, label, wordLabels }) => [words.join(' '), label !== undefined ? labels[label]! : wordLabels!.map((l) => labels[l]!).join(' ')]),
            ),
          },
          {
            title: 'Labels', says: 'The largest share is what always giving that label would score.',
            picture: tableOf(['label', 'share'], labels.map((name, l) => [name, rounded(all.filter((label) => label === l).length / all.length)])),
          },
          { title: 'Length', picture: countsOf(items.map(({ words }) => words.length), 'words') },
        ];
      },
    };
  },
});
