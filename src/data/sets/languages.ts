/**
 * Synthetic languages: one syntax, lexicons that share only anchor words (punctuation, digits, function words), as in the experiment of
 * composable sparse fine-tuning (Ansell et al. 2022, arXiv:2110.07560) in small. Subjects govern their verbs across what stands between,
 * topics govern nouns, verbs and adjectives. The grammar is a hidden Markov model: each sentence's probability is known exactly.
 */
import { InputError } from '../../base/errors';
import { exp } from '../../base/math';
import { Random } from '../../base/random';
import { int32, tensor, type Tensor } from '../../base/tensor';
import { defineDataset, type Example, type Preview } from '../../spec/dataset';
import { choice, float, int } from '../../spec/knobs';
import { choices, end, mixGrammars, sampleSentence, wordLogProbs, type Choices, type Grammar, type Sentence, type State } from '../grammar';
import { grammaticalClasses, languageNames, meanings, wordsOf, type GrammaticalClass, type Kind } from '../lexicon';
import { countsOf, histogramOf, rounded, tableOf } from '../preview';
import { drawFor } from '../split-by-words';
import { decode, makeVocabulary, stackRows, toRow, type TokenRows, type Vocabulary } from '../tokens';

export interface LanguageWorldSpec {
  /** 1 to 4: A, B, C, D. Absent: 4. */
  readonly languages?: number;
  /** Share of a lexicon that all languages have in common. Absent: 0.18. */
  readonly overlap?: number;
  /** Topics, each with favourite nouns, verbs and adjectives. Absent: 4; 1: none. */
  readonly topics?: number;
  /** How many times likelier a topic makes its favourites. Absent: 8. */
  readonly focus?: number;
  /** Probability that a clause is followed by another. Absent: 0.25. */
  readonly clauses?: number;
  /** Which topic favours what, and how common each word is. Absent: 1. */
  readonly seed?: number;
}
/** What the languages' knobs fix. */
export interface LanguageWorld {
  readonly names: readonly string[];
  readonly vocabulary: Vocabulary;
  /** One grammar a language. */
  readonly grammars: readonly Grammar[];
  /** [language][meaning] -> token id; the meanings are those of `lexicon.ts`. */
  readonly lexicon: readonly (readonly number[])[];
  /** Number of meanings for which all languages have the same word. */
  readonly anchors: number;
  readonly topics: number;
  /** Token id -> what it means in English. */
  readonly gloss: (id: number) => string;
}
export interface SentencesSpec {
  readonly seed: number;
  readonly split: string;
  readonly count: number;
  /** T: row length, with `bos` and `eos`. Absent: 24. */
  readonly length?: number;
  /** Weights of the languages, in their order. Absent: all alike. */
  readonly mixture?: readonly number[];
  /** Only sentences of this topic. */
  readonly topic?: number;
}
export interface Sentences extends TokenRows {
  /** [n, T] int32: grammatical class of each word, an index of `grammaticalClasses`; -1 on bos, eos and padding. */
  readonly classes: Tensor;
  /** [n] int32 each. */
  readonly language: Tensor;
  readonly topic: Tensor;
}
/** Weights of pre-training with two rich languages, one poor, one almost absent. */
export const scarceMixture = [0.45, 0.45, 0.09, 0.01] as const;
const defaultLength = 24;

/** Opens a world of languages. @throws InputError for a number out of range */
export function makeLanguages(spec: LanguageWorldSpec = {}): LanguageWorld {
  const { languages = 4, overlap = 0.18, topics = 4, focus = 8, clauses = 0.25, seed = 1 } = spec;
  if (!(Number.isInteger(languages) && languages >= 1 && languages <= languageNames.length)) throw new InputError(`Languages: expected 1 to ${languageNames.length} of them, but ${languages} came.`);
  if (!(overlap >= 0 && overlap <= 1)) throw new InputError(`Languages: expected an overlap from 0 to 1, but ${overlap} came.`);
  if (!(Number.isInteger(topics) && topics >= 1 && topics <= 8)) throw new InputError(`Languages: expected 1 to 8 topics, but ${topics} came.`);
  if (!(clauses >= 0 && clauses <= 0.9)) throw new InputError(`Languages: expected a probability of a further clause from 0 to 0.9, but ${clauses} came.`);
  const anchors = Math.round(overlap * meanings.length);
  const names = languageNames.slice(0, languages);
  const spelled = names.map((name) => wordsOf(name).map((word, m) => (m < anchors ? meanings[m]!.gloss : word)));
  const vocabulary = makeVocabulary([...new Set(spelled.flat())]);
  const lexicon = spelled.map((words) => words.map(vocabulary.need));
  const weights = wordWeights(topics, focus, Random.seed(seed).fork('languages', 'weights'));
  const glosses = new Map(lexicon.flatMap((ids) => ids.map((id, m): [number, string] => [id, meanings[m]!.gloss])));
  return { names, vocabulary, grammars: lexicon.map((ids) => syntax(ids, weights, topics, clauses)), lexicon, anchors, topics, gloss: (id) => glosses.get(id) ?? vocabulary.words[id]! };
}

/** [topic][meaning]: how common a word is. exp of a normal of standard deviation 0.5, the same in all languages; times `focus` for a topic's favourites, the third of an open class that falls to it. */
function wordWeights(topics: number, focus: number, rng: Random): readonly (readonly number[])[] {
  const base = meanings.map((_, m) => exp(0.5 * rng.fork('common', m).normal()));
  const open = new Set<GrammaticalClass>(['noun', 'verb', 'adjective']);
  return Array.from({ length: topics }, (_, topic) => {
    const favourites = new Set<number>();
    for (const cls of open) {
      for (const kind of [0, 1, undefined]) {
        const members = [...meanings.keys()].filter((m) => meanings[m]!.class === cls && meanings[m]!.kind === kind);
        rng.fork('topic', topic, cls, String(kind)).permutation(members.length).subarray(0, Math.ceil(members.length / 3)).forEach((k) => favourites.add(members[k]!));
      }
    }
    return base.map((weight, m) => (topics > 1 && favourites.has(m) ? focus * weight : weight));
  });
}

/** Where in a clause a word stands. Behind a subject its kind is kept until the verb; behind a determiner, until its noun. */
type Place = 'determiner' | 'number' | 'adjective' | 'noun' | 'pronoun' | 'by' | 'byDeterminer' | 'byNoun' | 'verb' | 'objectDeterminer' | 'objectAdjective' | 'objectNoun' | 'adverb' | 'to' | 'toDeterminer' | 'toNoun' | 'comma' | 'conjunction' | 'stop';
const classAt: Readonly<Record<Place, GrammaticalClass>> = {
  determiner: 'determiner', number: 'number', adjective: 'adjective', noun: 'noun', pronoun: 'pronoun', by: 'preposition', byDeterminer: 'determiner', byNoun: 'noun', verb: 'verb',
  objectDeterminer: 'determiner', objectAdjective: 'adjective', objectNoun: 'noun', adverb: 'adverb', to: 'preposition', toDeterminer: 'determiner', toNoun: 'noun', comma: 'punctuation', conjunction: 'conjunction', stop: 'punctuation',
};
const agreeing = new Set<GrammaticalClass>(['determiner', 'noun', 'verb', 'pronoun']);
const kinds: readonly Kind[] = [0, 1];

/**
 * The syntax all languages share. A clause: a subject (determiner or number, adjectives, noun; or a pronoun), perhaps 'with that tree'
 * between it and its verb, then an object, an adverb or a place; ', and' another clause; a full stop.
 */
function syntax(ids: readonly number[], weights: readonly (readonly number[])[], topics: number, clauses: number): Grammar {
  const places = Object.keys(classAt) as Place[];
  const index = new Map<string, number>();
  const key = (place: Place, topic: number, subject: Kind, object: Kind): string => `${place}/${topic}/${subject}/${object}`;
  for (let topic = 0; topic < topics; topic++) for (const place of places) for (const subject of kinds) for (const object of kinds) index.set(key(place, topic, subject, object), index.size);
  const states: State[] = [];
  for (let topic = 0; topic < topics; topic++) {
    const to = (place: Place, subject: Kind = 0, object: Kind = 0): number => index.get(key(place, topic, subject, object))!;
    for (const place of places) {
      for (const subject of kinds) {
        for (const object of kinds) {
          const governs = place.startsWith('by') || place.startsWith('object') || place.startsWith('to') ? object : subject;
          states.push({ class: grammaticalClasses.indexOf(classAt[place]), words: sayable(place, governs, ids, weights[topic]!), next: choices(onward(place, subject, object, to, clauses)) });
        }
      }
    }
  }
  const starts = Array.from({ length: topics }, (_, topic) => clauseStarts((place, subject = 0) => index.get(key(place, topic, subject, 0))!)).flat();
  return pruned({ classes: grammaticalClasses, states, start: choices(starts) });
}
type To = (place: Place, subject?: Kind, object?: Kind) => number;
const clauseStarts = (to: To): [number, number][] => kinds.flatMap((kind): [number, number][] => [[to('determiner', kind), 0.3], [to('number', kind), 0.08], [to('pronoun', kind), 0.12]]);

function sayable(place: Place, kind: Kind, ids: readonly number[], weights: readonly number[]): Choices {
  const cls = classAt[place];
  const fits = [...meanings.keys()].filter((m) => meanings[m]!.class === cls && (!agreeing.has(cls) || meanings[m]!.kind === kind));
  const only = place === 'comma' ? ',' : place === 'stop' ? '.' : undefined;
  return choices(fits.filter((m) => !only || meanings[m]!.gloss === only).map((m) => [ids[m]!, weights[m]!]));
}
/** What follows a place, with probabilities. */
function onward(place: Place, subject: Kind, object: Kind, to: To, clauses: number): readonly (readonly [number, number])[] {
  const anyKind = (next: Place, weight: number, subjectAfter: Kind = 0): [number, number][] => kinds.map((kind) => [to(next, subjectAfter, kind), weight / 2]);
  const close = (weight: number): [number, number][] => [[to('stop'), weight * (1 - clauses)], [to('comma'), weight * clauses]];
  switch (place) {
    case 'determiner': return [[to('adjective', subject), 0.35], [to('noun', subject), 0.65]];
    case 'number': return [[to('adjective', subject), 0.2], [to('noun', subject), 0.8]];
    case 'adjective': return [[to('adjective', subject), 0.1], [to('noun', subject), 0.9]];
    case 'noun': return [[to('verb', subject), 0.85], [to('by', subject), 0.15]];
    case 'pronoun': return [[to('verb', subject), 1]];
    case 'by': return anyKind('byDeterminer', 1, subject);
    case 'byDeterminer': return [[to('byNoun', subject, object), 1]];
    case 'byNoun': return [[to('verb', subject), 1]];
    case 'verb': return [...anyKind('objectDeterminer', 0.7), [to('adverb'), 0.15], [to('to'), 0.15]];
    case 'objectDeterminer': return [[to('objectAdjective', 0, object), 0.3], [to('objectNoun', 0, object), 0.7]];
    case 'objectAdjective': return [[to('objectNoun', 0, object), 1]];
    case 'objectNoun': return [...close(0.7), [to('adverb'), 0.15], [to('to'), 0.15]];
    case 'to': return anyKind('toDeterminer', 1);
    case 'toDeterminer': return [[to('toNoun', 0, object), 1]];
    case 'adverb': case 'toNoun': return close(1);
    case 'comma': return [[to('conjunction'), 1]];
    case 'conjunction': return clauseStarts(to);
    case 'stop': return [[end, 1]];
  }
}
/** Without the states that nothing leads to. */
function pruned(grammar: Grammar): Grammar {
  const reached = new Set<number>(grammar.start.items);
  for (const state of reached) grammar.states[state]!.next.items.forEach((item) => item !== end && reached.add(item));
  const kept = [...reached].sort((a, b) => a - b);
  const renumber = new Map(kept.map((state, k) => [state, k]));
  const moved = ({ items, probs }: Choices): Choices => ({ items: items.map((item) => (item === end ? end : renumber.get(item)!)), probs });
  return { ...grammar, states: kept.map((state) => ({ ...grammar.states[state]!, next: moved(grammar.states[state]!.next) })), start: moved(grammar.start) };
}

/** A sentence, and where it comes from. */
export interface LanguageSentence extends Sentence {
  readonly language: number;
  readonly topic: number;
}
/** Sentence `index` of a split; no two splits share one. Cut off at `longest` words. */
export function languageSentence(world: LanguageWorld, { seed, split, index, mixture, topic, longest = 1000 }: { seed: number; split: string; index: number; mixture?: readonly number[]; topic?: number; longest?: number }): LanguageSentence {
  if (mixture && mixture.length !== world.grammars.length) throw new InputError(`A mixture has one weight a language, here ${world.grammars.length}, but ${mixture.length} came.`);
  if (topic !== undefined && !(Number.isInteger(topic) && topic >= 0 && topic < world.topics)) throw new InputError(`Expected a topic from 0 to ${world.topics - 1}, but ${topic} came.`);
  const rng = Random.seed(seed).fork('languages', split, index);
  const weights = mixture ?? world.grammars.map(() => 1);
  const pickLanguage = mixtureOf(weights);
  const language = pickLanguage(rng.fork('language'));
  const grammar = topic === undefined ? world.grammars[language]! : topicGrammar(world, language, topic);
  const drawn = drawFor<Sentence>(split, ({ words }) => words, (attempt) => sampleSentence(grammar, rng.fork('sentence', attempt), longest));
  return { ...drawn, language, topic: topic ?? topicOfState(grammar, world.topics, drawn.states[0]!) };
}
function mixtureOf(weights: readonly number[]): (rng: Random) => number {
  const sum = weights.reduce((a, b) => a + b, 0);
  return (rng) => {
    let left = rng.word() / 2 ** 32 * sum;
    for (let k = 0; k < weights.length - 1; k++) if ((left -= weights[k]!) < 0) return k;
    return weights.length - 1;
  };
}
/** States stand topic by topic, equally many of each. */
const topicOfState = (grammar: Grammar, topics: number, state: number): number => Math.floor((state * topics) / grammar.states.length);

const topicGrammars = new WeakMap<Grammar, Map<number, Grammar>>();
/** A language's grammar when the topic is known: its first states are that topic's alone. */
export function topicGrammar(world: LanguageWorld, language: number, topic: number): Grammar {
  const grammar = world.grammars[language]!;
  const known = topicGrammars.get(grammar) ?? new Map<number, Grammar>();
  topicGrammars.set(grammar, known);
  const { items, probs } = grammar.start;
  const made = known.get(topic) ?? { ...grammar, start: choices(Array.from(items, (item, k): [number, number] => [item, topicOfState(grammar, world.topics, item) === topic ? probs[k]! : 0])) };
  known.set(topic, made);
  return made;
}

/** `count` sentences as rows of ids. @throws InputError for a mixture or a topic that the world does not have */
export function makeSentences(world: LanguageWorld, spec: SentencesSpec): Sentences {
  const { count, length = defaultLength } = spec;
  const drawn = Array.from({ length: count }, (_, index) => languageSentence(world, { ...spec, index }));
  const classes = new Int32Array(count * length).fill(-1);
  drawn.forEach((sentence, i) => sentence.classes.slice(0, length - 1).forEach((cls, t) => (classes[i * length + t + 1] = cls)));
  return {
    ...stackRows(drawn.map(({ words }) => toRow(words, length)), length),
    classes: int32(classes, [count, length]),
    language: int32(drawn.map(({ language }) => language)),
    topic: int32(drawn.map(({ topic }) => topic)),
  };
}

/**
 * The floor of a language model on rows: log P(token t | tokens before it) under the true mixture, [n, T] float32, in nats; 0 on bos and
 * padding. Minus its mean over the predicted tokens is the cross-entropy that no model can beat in expectation. Compare on the same rows:
 * a split holds its own share of the commonest short sentences, which moves the mean of a split a little (17.3 to 17.7 nats a sentence with
 * the defaults, 17.7 without splits; each +- 0.1 over 8000 sentences).
 */
export function trueLogProbs(world: LanguageWorld, rows: TokenRows, mixture: readonly number[] = world.grammars.map(() => 1)): Tensor {
  const grammar = world.grammars.length === 1 ? world.grammars[0]! : mixGrammars(world.grammars, mixture);
  const [n, length] = rows.tokens.shape as [number, number];
  const mask = rows.mask.data;
  const out = new Float32Array(n * length);
  for (let i = 0; i < n; i++) {
    const used = rows.tokens.data.subarray(i * length, (i + 1) * length).filter((_, t) => mask[i * length + t] === 1);
    const ended = used.length > 1 && used[used.length - 1] === 2;
    const words = used.subarray(1, ended ? used.length - 1 : used.length);
    const logProbs = wordLogProbs(grammar, words);
    for (let t = 0; t < words.length + (ended ? 1 : 0); t++) out[i * length + t + 1] = logProbs[t]!;
  }
  return tensor(out, [n, length]);
}

export const dataset = defineDataset({
  id: 'languages',
  title: 'Languages',
  family: 'language',
  says: 'Sentences in up to four invented languages of one syntax. The class of every word is known, and so is the exact probability of every sentence: the floor of any model\'s loss. How many words the languages share, how rare some of them are and how long sentences get can be chosen.',
  knobs: {
    languages: int({ label: 'Languages', min: 1, max: 4, default: 4 }),
    overlap: float({ label: 'Shared words', help: 'Share of a lexicon that all languages have in common: punctuation and digits first, then function words.', min: 0, max: 1, default: 0.18 }),
    mixture: choice({ label: 'Mixture', options: { even: 'all alike', scarce: '45 : 45 : 9 : 1' }, default: 'even' }),
    topics: int({ label: 'Topics', min: 1, max: 8, default: 4 }),
    focus: float({ label: 'Focus of a topic', help: 'How many times likelier a topic makes its favourite words.', min: 1, max: 32, default: 8 }),
    clauses: float({ label: 'Further clause', help: 'Probability that a clause is followed by another.', min: 0, max: 0.9, default: 0.25 }),
    length: int({ label: 'Row length', help: 'Tokens a row, its begin and end among them; longer sentences are cut off.', min: 8, max: 64, default: defaultLength }),
  },
  open: ({ knobs: { mixture: kind, length, ...knobs } }) => {
    const world = makeLanguages(knobs);
    const mixture = kind === 'scarce' ? scarceMixture.slice(0, world.grammars.length) : world.grammars.map(() => 1);
    const at = (seed: number, split: string, index: number): LanguageSentence => languageSentence(world, { seed, split, index, mixture, longest: length - 1 });
    const example = (sentence: LanguageSentence): Example => ({
      text: decode(world.vocabulary, sentence.words),
      gloss: sentence.words.map(world.gloss).join(' '),
      tokens: int32(toRow(sentence.words, length)),
      classes: sentence.classes.map((cls) => grammaticalClasses[cls]!),
      language: world.names[sentence.language]!,
      topic: sentence.topic,
    });
    return {
      example: ({ seed, split, index }) => example(at(seed, split, index)),
      preview: ({ seed }) => previewOf(world, mixture, Array.from({ length: 400 }, (_, index) => at(seed, 'train', index))),
    };
  },
});
function previewOf(world: LanguageWorld, mixture: readonly number[], sentences: readonly LanguageSentence[]): readonly Preview[] {
  const grammar = mixGrammars(world.grammars, mixture);
  const nats = sentences.map(({ words, ended }) => -wordLogProbs(grammar, words).subarray(0, words.length + (ended ? 1 : 0)).reduce((sum, l) => sum + l, 0));
  const lengths = sentences.map(({ words }) => words.length);
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const first = sentences[0]!;
  const share = (name: string, of: (sentence: LanguageSentence) => boolean): [string, number] => [name, rounded(mean(sentences.map((s) => (of(s) ? 1 : 0))))];
  return [
    {
      title: 'Sentences', says: 'With what they mean, word by word, and their exact information content under the mixture.',
      picture: tableOf(
        ['language', 'topic', 'sentence', 'meaning', 'nats'],
        sentences.slice(0, 16).map((s, i) => [world.names[s.language]!, s.topic, decode(world.vocabulary, s.words), s.words.map(world.gloss).join(' '), rounded(nats[i]!)]),
      ),
    },
    {
      title: 'A sentence and its classes',
      picture: tableOf(
        ['word', 'meaning', 'class', 'nats'],
        first.words.map((id, t) => [world.vocabulary.words[id]!, world.gloss(id), grammaticalClasses[first.classes[t]!]!, rounded(-wordLogProbs(grammar, first.words)[t]!)]),
      ),
    },
    { title: 'Length of sentences', picture: countsOf(lengths, 'words') },
    {
      title: 'Information of sentences', says: `Mean ${rounded(mean(nats))} nats a sentence, ${rounded(mean(nats) / (mean(lengths) + 1))} a token: no model's loss can be lower in expectation.`,
      picture: histogramOf(nats, 'nats a sentence'),
    },
    { title: 'Share of languages', picture: tableOf(['language', 'of 400 sentences'], world.names.map((name, l) => share(name, (s) => s.language === l))) },
    {
      title: 'Dictionary', says: `${world.anchors} of ${meanings.length} words are anchors, alike in all languages.`,
      picture: tableOf(['meaning', 'class', ...world.names], meanings.map(({ gloss, class: cls }, m) => [gloss, cls, ...world.lexicon.map((ids) => world.vocabulary.words[ids[m]!]!)])),
    },
  ];
}
