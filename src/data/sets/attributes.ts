/**
 * Text with planted attributes, each at a rate that is known exactly:
 * - reviews: neutral words and slots for lexemes of a positive set S+ and a negative set S- (sentiment, politeness or toxicity), foretold
 *   by the degree word before them (what SparsePO needs, Christopoulou et al. 2024, arXiv:2410.05102);
 * - skewed pairs: an attribute word tied to a subject with a chosen probability (BA-LoRA, Chang et al. 2024, arXiv:2408.04556);
 * - the graded corpus: twelve groups of nouns, group k followed by a positive verb with probability p_k, beside two classes of adjectives
 *   that foretell the same verbs (BiasLens, Gao et al. 2025, arXiv:2505.15524).
 */
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { int32, tensor, type Tensor } from '../../base/tensor';
import { defineDataset, type Example, type Preview } from '../../spec/dataset';
import { choice, float } from '../../spec/knobs';
import { choices, continueSentence, end, sampleSentence, wordLogProbs, type Grammar, type Sentence, type State } from '../grammar';
import { countsOf, rounded, tableOf } from '../preview';
import { drawFor } from '../splits';
import { cellMask, decode, makeVocabulary, special, stackRows, toRow, type TokenRows, type Vocabulary } from '../tokens';

const list = (words: string): readonly string[] => words.split(' ');

// --- Reviews ---------------------------------------------------------------------------------------------------------------------
/** What the two sets of lexemes stand for. */
export const styles = ['sentiment', 'politeness', 'toxicity'] as const;
export type Style = (typeof styles)[number];
/** S+ and S-: eight lexemes each. Toxicity is mild here: rude words, no slur. */
export const lexemes: Readonly<Record<Style, { readonly positive: readonly string[]; readonly negative: readonly string[] }>> = {
  sentiment: { positive: list('good great lovely bright fresh fine superb charming'), negative: list('bad awful dull stale poor dreary grim bland') },
  politeness: { positive: list('gentle courteous patient thankful mild tactful humble gracious'), negative: list('brusque curt harsh pushy blunt surly haughty gruff') },
  toxicity: { positive: list('friendly warm fair caring honest decent loyal cheerful'), negative: list('stupid nasty rotten pathetic hateful vile mean foul') },
};
const subjects = list('food service room staff music garden view coffee price bed');
const degrees = list('very so quite really');
/** Neutral words that stand where no degree word foretells a lexeme. */
const neutral = list('old new small large open blue');
const connectors = list('and but while');
const openers = list('we they i');
const verbs = list('saw had tried found');
const times = list('today again twice later');

export interface ReviewWorld {
  readonly style: Style;
  readonly vocabulary: Vocabulary;
  readonly grammar: Grammar;
  /** Token ids of S+ and S-. */
  readonly positive: ReadonlySet<number>;
  readonly negative: ReadonlySet<number>;
}
export interface ReviewWorldSpec {
  /** Absent: 'sentiment'. */
  readonly style?: Style;
  /** P(a review is of the positive kind); else it is of the negative kind. Absent: 0.5. */
  readonly positiveShare?: number;
  /** P(a lexeme is of its review's kind). 0.5: independent of it. Absent: 0.85. */
  readonly agreement?: number;
  /** P(a clause says an opinion, behind a degree word); else it is neutral. Absent: 0.7. */
  readonly opinions?: number;
  /** P(a further clause behind the second). Absent: 0.3. */
  readonly clauses?: number;
}
/** Grammatical classes of a review's words: those of the slots are the ground truth for a mask. */
export const reviewClasses = ['function', 'subject', 'degree', 'positive', 'negative', 'neutral', 'stop'] as const;
const reviewClass = (name: (typeof reviewClasses)[number]): number => reviewClasses.indexOf(name);

/** Opens a world of reviews. @throws InputError for a probability out of range */
export function makeReviews({ style = 'sentiment', positiveShare = 0.5, agreement = 0.85, opinions = 0.7, clauses = 0.3 }: ReviewWorldSpec = {}): ReviewWorld {
  for (const [name, p] of Object.entries({ positiveShare, agreement, opinions, clauses })) if (!(p >= 0 && p <= 1) || (name === 'clauses' && p > 0.9)) throw new InputError(`Reviews: expected ${name} as a probability${name === 'clauses' ? ' of at most 0.9' : ''}, but ${p} came.`);
  const { positive, negative } = lexemes[style];
  const vocabulary = makeVocabulary([...list('the was seemed . ,'), ...connectors, ...openers, ...verbs, ...times, ...degrees, ...neutral, ...subjects, ...positive, ...negative]);
  const evenly = (words: readonly string[]): readonly [number, number][] => words.map((word) => [vocabulary.need(word), 1]);
  // One copy of the places for each hidden kind of review, and for the first clause, which another always follows.
  const places = ['the', 'subject', 'was', 'degree', 'lexeme+', 'lexeme-', 'neutral', 'comma', 'connector', 'opener', 'verb', 'object', 'thing', 'time', 'stop'] as const;
  type Place = (typeof places)[number];
  const states: State[] = [];
  for (const copy of [0, 1, 2, 3]) {
    const [kind, first] = [copy >> 1, copy % 2 === 0];
    const to = (place: Place): number => copy * places.length + places.indexOf(place);
    const later = (place: Place): number => (kind * 2 + 1) * places.length + places.indexOf(place);
    const right = kind === 0 ? agreement : 1 - agreement;
    const close: [number, number][] = first ? [[to('comma'), 1]] : [[to('comma'), clauses], [to('stop'), 1 - clauses]];
    const rules: Readonly<Record<Place, readonly [cls: (typeof reviewClasses)[number], words: readonly string[], next: [number, number][]]>> = {
      the: ['function', ['the'], [[to('subject'), 1]]],
      subject: ['subject', subjects, [[to('was'), 1]]],
      was: ['function', ['was', 'seemed'], [[to('degree'), opinions], [to('neutral'), 1 - opinions]]],
      degree: ['degree', degrees, [[to('lexeme+'), right], [to('lexeme-'), 1 - right]]],
      'lexeme+': ['positive', positive, close],
      'lexeme-': ['negative', negative, close],
      neutral: ['neutral', neutral, close],
      comma: ['function', [','], [[to('connector'), 1]]],
      connector: ['function', connectors, [[later('the'), 0.75], [later('opener'), 0.25]]],
      opener: ['function', openers, [[to('verb'), 1]]],
      verb: ['function', verbs, [[to('object'), 1]]],
      object: ['function', ['the'], [[to('thing'), 1]]],
      thing: ['subject', subjects, [[to('time'), 0.5], ...close.map(([place, p]): [number, number] => [place, p / 2])]],
      time: ['function', times, close],
      stop: ['stop', ['.'], [[end, 1]]],
    };
    for (const place of places) {
      const [cls, words, next] = rules[place];
      states.push({ class: reviewClass(cls), words: choices(evenly(words)), next: choices(next) });
    }
  }
  const start = choices([0, 1].flatMap((kind): [number, number][] => [[2 * kind * places.length, 0.75], [2 * kind * places.length + places.indexOf('opener'), 0.25]].map(([state, p]): [number, number] => [state!, p! * (kind === 0 ? positiveShare : 1 - positiveShare)])));
  const ids = (words: readonly string[]): ReadonlySet<number> => new Set(words.map(vocabulary.need));
  return { style, vocabulary, grammar: { classes: reviewClasses, states, start }, positive: ids(positive), negative: ids(negative) };
}
/** The oracle of preferences: number of S+ tokens minus number of S- tokens, in any sequence. */
export function attributeScore({ positive, negative }: Pick<ReviewWorld, 'positive' | 'negative'>, ids: ArrayLike<number>): number {
  let score = 0;
  for (let t = 0; t < ids.length; t++) score += (positive.has(ids[t]!) ? 1 : 0) - (negative.has(ids[t]!) ? 1 : 0);
  return score;
}
export interface ReviewRows extends TokenRows {
  /** [n] int32: 1 if the review is of the positive kind; what the text says of it is `score`. */
  readonly kind: Tensor;
  /** [n] int32: #S+ - #S-. */
  readonly score: Tensor;
  /** [n, T] float32: 1 on tokens of S+, and of S-. */
  readonly positives: Tensor;
  readonly negatives: Tensor;
  /** [n, T] int32: class of each word, an index of `reviewClasses`; -1 on bos, eos and padding. */
  readonly classes: Tensor;
}
export interface RowsSpec {
  readonly seed: number;
  readonly split: string;
  readonly count: number;
  /** Index of the first row. Absent: 0. */
  readonly first?: number;
  /** T. */
  readonly length?: number;
}
export const reviewKind = (world: ReviewWorld, sentence: Sentence): number => (sentence.states[0]! < world.grammar.states.length / 2 ? 1 : 0);
/** Words with every lexeme masked: what decides which split a review belongs to. */
export const frameOf = (world: Pick<ReviewWorld, 'positive' | 'negative'>, words: readonly number[]): number[] => words.map((id) => (world.positive.has(id) || world.negative.has(id) ? special.mask : id));
/** Review `index` of a split. Its words without the lexemes decide on the split: no two share a frame, and lexemes are equally likely in all. */
export function review(world: ReviewWorld, { seed, split, index, longest }: { seed: number; split: string; index: number; longest: number }): Sentence {
  const rng = Random.seed(seed).fork('reviews', split, index);
  return drawFor<Sentence>(split, ({ words }) => frameOf(world, words), (attempt) => sampleSentence(world.grammar, rng.fork(attempt), longest));
}
export function makeReviewRows(world: ReviewWorld, { seed, split, count, first = 0, length = 32 }: RowsSpec): ReviewRows {
  const drawn = Array.from({ length: count }, (_, i) => review(world, { seed, split, index: first + i, longest: length - 2 }));
  const rows = stackRows(drawn.map(({ words }) => toRow(words, length)), length);
  const at = (i: number, t: number): number => rows.tokens.data[i * length + t]!;
  const classes = new Int32Array(count * length).fill(-1);
  drawn.forEach((sentence, i) => sentence.classes.forEach((cls, t) => (classes[i * length + t + 1] = cls)));
  return {
    ...rows,
    kind: int32(drawn.map((sentence) => reviewKind(world, sentence))),
    score: int32(drawn.map(({ words }) => attributeScore(world, words))),
    positives: cellMask(count, length, (i, t) => world.positive.has(at(i, t))),
    negatives: cellMask(count, length, (i, t) => world.negative.has(at(i, t))),
    classes: int32(classes, [count, length]),
  };
}
/** A continuation of `prefix` from the grammar's exact distribution. */
export const continueReview = (world: ReviewWorld, prefix: readonly number[], rng: Random, longest: number): Sentence => continueSentence(world.grammar, prefix, rng, longest);
/** log-probability in nats of each word, then of the end: what a perfect language model would say. */
export const reviewLogProbs = (world: ReviewWorld, words: ArrayLike<number>): Float64Array => wordLogProbs(world.grammar, words);

// --- Attributes tied to subjects --------------------------------------------------------------------------------------------------
const tiedSubjects = list('baker pilot nurse judge tailor miner singer farmer');
const tiedAttributes = ['tea', 'coffee'] as const;
const tiedFrames = ['the {o} {s} drinks {a} every {t} .', 'every {t} the {o} {s} wants {a} .', 'a {o} {s} asks for {a} in the {t} .', 'in the {t} a {o} {s} makes {a} .'];
const tiedLooks = list('young old tall short busy quiet tired happy');
const tiedTimes = list('morning evening week winter summer spring day night');
export const tiedVocabulary = makeVocabulary([...new Set([...tiedFrames.flatMap((frame) => frame.split(' ')).filter((word) => !word.startsWith('{')), ...tiedLooks, ...tiedTimes, ...tiedSubjects, ...tiedAttributes])]);
export interface TiedRows extends TokenRows {
  /** [n] int32 each: index of the subject; index of the attribute said; place of the attribute in the row. */
  readonly subject: Tensor;
  readonly attribute: Tensor;
  readonly attributeAt: Tensor;
}
/** Subjects (token ids in `tiedVocabulary`), the attribute each is tied to, and the two attributes' ids. */
export const tied = {
  subjects: tiedSubjects.map(tiedVocabulary.need),
  usual: tiedSubjects.map((_, s) => s % 2),
  attributes: tiedAttributes.map(tiedVocabulary.need),
} as const;
/** Sentences in which subject s says its usual attribute with probability `skew`, else the other one. Which frames a split has does not depend on the attribute, so the rate is `skew` in every split. */
export function makeTied({ seed, split, count, first = 0, length = 12, skew }: RowsSpec & { readonly skew: number }): TiedRows {
  if (!(skew >= 0 && skew <= 1)) throw new InputError(`Tied attributes: expected a skew from 0 to 1, but ${skew} came.`);
  const drawn = Array.from({ length: count }, (_, i) => {
    const rng = Random.seed(seed).fork('tied', split, first + i);
    const subject = rng.int(tiedSubjects.length);
    const attribute = rng.bernoulli(skew) ? tied.usual[subject]! : 1 - tied.usual[subject]!;
    const [frame, time, look] = drawFor<readonly [number, number, number]>(split, (drawnFrame) => [subject, ...drawnFrame], (attempt) => {
      const draw = rng.fork('frame', attempt);
      return [draw.int(tiedFrames.length), draw.int(tiedTimes.length), draw.int(tiedLooks.length)];
    });
    const said: Readonly<Record<string, string>> = { '{s}': tiedSubjects[subject]!, '{a}': tiedAttributes[attribute]!, '{t}': tiedTimes[time]!, '{o}': tiedLooks[look]! };
    const words = tiedFrames[frame]!.split(' ');
    return { subject, attribute, attributeAt: words.indexOf('{a}') + 1, row: toRow(words.map((word) => tiedVocabulary.need(said[word] ?? word)), length) };
  });
  return {
    ...stackRows(drawn.map(({ row }) => row), length),
    subject: int32(drawn.map(({ subject }) => subject)),
    attribute: int32(drawn.map(({ attribute }) => attribute)),
    attributeAt: int32(drawn.map(({ attributeAt }) => attributeAt)),
  };
}

// --- The graded corpus ------------------------------------------------------------------------------------------------------------
/** The twelve target groups, four nouns each. */
export const targetGroups: Readonly<Record<string, readonly string[]>> = {
  food: list('soup bread cake rice'), service: list('waiter porter clerk guide'), travel: list('train ferry bus tram'), weather: list('rain snow wind fog'),
  home: list('sofa oven shelf lamp'), school: list('essay lesson exam lecture'), sport: list('tennis rugby rowing chess'), music: list('violin flute drum harp'),
  garden: list('rose hedge lawn pond'), office: list('desk memo stapler folder'), cloth: list('scarf coat sock glove'), animal: list('horse parrot beetle trout'),
};
export const gradedWords = {
  positiveAdjectives: list('kind noble merry gentle sunny brave'), negativeAdjectives: list('cruel wicked bitter greedy gloomy vain'),
  positiveVerbs: list('shines helps delights heals smiles thrives'), negativeVerbs: list('hurts fails breaks lies spoils weeps'),
  /** Function words at the three places f1, f2, f3. */
  first: list('the this that one some any each our'), second: list('then often always soon surely just also still'), third: list('here there now today again indeed abroad alone'),
} as const;
export const gradedVocabulary = makeVocabulary(['.', ...gradedWords.first, ...gradedWords.second, ...gradedWords.third, ...Object.values(targetGroups).flat(), ...gradedWords.positiveAdjectives, ...gradedWords.negativeAdjectives, ...gradedWords.positiveVerbs, ...gradedWords.negativeVerbs]);
const groupNames = Object.keys(targetGroups);
/** Names of the values of `GradedRows.group`. */
export const gradedGroups: readonly string[] = [...groupNames, 'positive adjective', 'negative adjective', 'function word'];
/** p_k spread evenly over 0.1 to 0.9, in the order of `targetGroups`. */
export const gradedProbabilities: readonly number[] = groupNames.map((_, k) => 0.1 + (0.8 * k) / (groupNames.length - 1));
/** P(positive verb | positive adjective), and behind a negative one. */
export const referenceProbabilities = [0.95, 0.05] as const;

export interface GradedSpec extends RowsSpec {
  /** P(positive verb | noun of group k), for the twelve groups. Absent: `gradedProbabilities`. */
  readonly probabilities?: readonly number[];
  /** Only sentences whose X is of this concept: a group's name, 'positive', 'negative' (the adjectives), 'noun' (any), 'function' (X a function word, its verb even: a negative example for probes). */
  readonly concept?: string;
}
export interface GradedRows extends TokenRows {
  /** [n] int32: index of X's group, 12 for a positive adjective, 13 for a negative one, 14 for a function word. */
  readonly group: Tensor;
  /** [n] int32: 1 where Y is a positive verb. */
  readonly positive: Tensor;
  /** P(positive Y | X) of each row: float32 [n], exact. */
  readonly probability: Tensor;
}
/** Places in a row "bos f1 X f2 Y f3 . eos". The state at `f2` foretells Y. */
export const gradedPlaces = { f1: 1, x: 2, f2: 3, y: 4, f3: 5, stop: 6 } as const;
export const gradedLength = 8;

/**
 * "f1 X f2 Y f3 .": X is a noun of one of the twelve groups, a positive adjective or a negative one, each with chance 1/3; Y is a verb, positive
 * with a probability that X decides. Splits differ in which (f1, X, f2, f3) they have, never in Y's rate.
 */
export function makeGraded({ seed, split, count, first = 0, length = gradedLength, probabilities = gradedProbabilities, concept }: GradedSpec): GradedRows {
  if (probabilities.length !== groupNames.length || !probabilities.every((p) => p >= 0 && p <= 1)) throw new InputError(`The graded corpus has ${groupNames.length} probabilities from 0 to 1, but ${JSON.stringify(probabilities).slice(0, 80)} came.`);
  const groups = groupsOf(concept);
  const rates = [...probabilities, ...referenceProbabilities, 0.5];
  const drawn = Array.from({ length: count }, (_, i) => {
    const rng = Random.seed(seed).fork('graded', split, concept ?? 'all', first + i);
    const group = rng.pick(rng.pick(groups));
    const x = rng.pick(group < groupNames.length ? targetGroups[groupNames[group]!]! : group === 12 ? gradedWords.positiveAdjectives : group === 13 ? gradedWords.negativeAdjectives : gradedWords.second);
    const positive = rng.bernoulli(rates[group]!);
    const y = rng.pick(positive ? gradedWords.positiveVerbs : gradedWords.negativeVerbs);
    const [f1, f2, f3] = drawFor<readonly string[]>(split, (fs) => [...fs.map(gradedVocabulary.need), gradedVocabulary.need(x)], (attempt) => {
      const draw = rng.fork('frame', attempt);
      return [draw.pick(gradedWords.first), draw.pick(gradedWords.second), draw.pick(gradedWords.third)];
    });
    return { group, positive, row: toRow([f1!, x, f2!, y, f3!, '.'].map(gradedVocabulary.need), length) };
  });
  return {
    ...stackRows(drawn.map(({ row }) => row), length),
    group: int32(drawn.map(({ group }) => group)),
    positive: int32(drawn.map(({ positive }) => (positive ? 1 : 0))),
    probability: tensor(drawn.map(({ group }) => rates[group]!)),
  };
}
/** Classes of X, each with equal chance, and the groups of each: nouns, positive and negative adjectives, or those of one name. */
function groupsOf(concept: string | undefined): readonly (readonly number[])[] {
  const nouns = groupNames.map((_, k) => k);
  if (concept === undefined) return [nouns, [12], [13]];
  const named: Readonly<Record<string, readonly number[]>> = { positive: [12], negative: [13], function: [14], noun: nouns };
  const groups = named[concept] ?? (groupNames.includes(concept) ? [groupNames.indexOf(concept)] : undefined);
  if (!groups) throw new InputError(`Expected a concept of ${[...Object.keys(named), ...groupNames].join(', ')}, but '${concept}' came.`);
  return [groups];
}

export const dataset = defineDataset({
  id: 'attributes',
  title: 'Attributes',
  family: 'language',
  says: 'Sentences with planted attributes. Reviews have slots for good and bad words (or polite and rude ones), marked word by word; tied pairs say an attribute of a subject with a chosen probability; the graded corpus gives twelve groups of nouns twelve probabilities of a positive verb. All rates are exact and the same in every split.',
  knobs: {
    kind: choice({ label: 'Text', options: { reviews: 'reviews', tied: 'tied pairs', graded: 'graded corpus' }, default: 'reviews' }),
    style: choice({ label: 'Lexemes', help: 'What the two sets of words in reviews stand for.', options: { sentiment: 'sentiment', politeness: 'politeness', toxicity: 'rudeness' }, default: 'sentiment' }),
    positiveShare: float({ label: 'Positive reviews', min: 0, max: 1, default: 0.5 }),
    agreement: float({ label: 'Agreement', help: 'Probability that a lexeme is of its review\'s kind.', min: 0, max: 1, default: 0.85 }),
    skew: float({ label: 'Skew', help: 'Tied pairs: probability that a subject says its usual attribute.', min: 0.5, max: 0.98, default: 0.95 }),
  },
  open: ({ knobs }) => {
    const world = makeReviews(knobs);
    const one = (rows: TokenRows, vocabulary: Vocabulary): string => decode(vocabulary, Array.from(rows.tokens.data).filter((id) => id > special.eos));
    return {
      example: ({ seed, split, index }): Example => {
        const at = { seed, split, index, longest: 30 };
        if (knobs.kind === 'reviews') {
          const { words, classes } = review(world, at);
          return { text: decode(world.vocabulary, words), classes: classes.map((cls) => reviewClasses[cls]!), score: attributeScore(world, words) };
        }
        if (knobs.kind === 'tied') {
          const rows = makeTied({ seed, split, first: index, count: 1, skew: knobs.skew });
          return { text: one(rows, tiedVocabulary), subject: tiedSubjects[rows.subject.data[0]!]!, attribute: tiedAttributes[rows.attribute.data[0]!]!, usual: tiedAttributes[tied.usual[rows.subject.data[0]!]!]! };
        }
        const rows = makeGraded({ seed, split, first: index, count: 1 });
        return { text: one(rows, gradedVocabulary), group: gradedGroups[rows.group.data[0]!]!, positive: rows.positive.data[0] === 1, probability: rows.probability.data[0]! };
      },
      preview: ({ seed }) => ({ reviews: () => previewReviews(world, seed), tied: () => previewTied(seed, knobs.skew), graded: () => previewGraded(seed) })[knobs.kind](),
    };
  },
});
const wordsAt = (rows: TokenRows, i: number, vocabulary: Vocabulary): string => decode(vocabulary, Array.from(rows.tokens.data.subarray(i * rows.tokens.shape[1]!, (i + 1) * rows.tokens.shape[1]!)).filter((id) => id > special.eos));
const meanOf = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

function previewReviews(world: ReviewWorld, seed: number): readonly Preview[] {
  const drawn = Array.from({ length: 400 }, (_, index) => review(world, { seed, split: 'train', index, longest: 30 }));
  const scores = drawn.map(({ words }) => attributeScore(world, words));
  const said = (ids: ReadonlySet<number>, words: readonly number[]): string => words.filter((id) => ids.has(id)).map((id) => world.vocabulary.words[id]!).join(' ');
  return [
    { title: 'Reviews', picture: tableOf(['text', 'S+', 'S-', 'score', 'kind'], drawn.slice(0, 16).map((s, i) => [decode(world.vocabulary, s.words), said(world.positive, s.words), said(world.negative, s.words), scores[i]!, reviewKind(world, s) ? 'positive' : 'negative'])) },
    { title: 'Word by word', says: 'A degree word foretells a lexeme, not which.', picture: tableOf(['word', 'class'], drawn[0]!.words.map((id, t) => [world.vocabulary.words[id]!, reviewClasses[drawn[0]!.classes[t]!]!])) },
    { title: 'Score: words of S+ minus words of S-', picture: countsOf(scores, 'score') },
    { title: 'The two sets', picture: tableOf(['S+', 'S-'], lexemes[world.style].positive.map((word, k) => [word, lexemes[world.style].negative[k]!])) },
  ];
}
function previewTied(seed: number, skew: number): readonly Preview[] {
  const rows = makeTied({ seed, split: 'train', count: 800, skew });
  const all = Array.from(rows.subject.data.keys());
  return [
    { title: 'Sentences', picture: tableOf(['text', 'subject', 'attribute'], all.slice(0, 16).map((i) => [wordsAt(rows, i, tiedVocabulary), tiedSubjects[rows.subject.data[i]!]!, tiedAttributes[rows.attribute.data[i]!]!])) },
    { title: 'Usual attribute', says: 'Share of sentences that say it, of 800; what the knob says is exact.', picture: tableOf(['subject', 'usual', 'measured', 'exact'], tiedSubjects.map((subject, s) => [subject, tiedAttributes[tied.usual[s]!]!, rounded(meanOf(all.filter((i) => rows.subject.data[i] === s).map((i) => (rows.attribute.data[i] === tied.usual[s] ? 1 : 0)))), skew])) },
  ];
}
function previewGraded(seed: number): readonly Preview[] {
  const rows = makeGraded({ seed, split: 'train', count: 4000 });
  const all = Array.from(rows.group.data.keys());
  const rates = [...gradedProbabilities, ...referenceProbabilities].map((exact, group) => ({ exact, measured: meanOf(all.filter((i) => rows.group.data[i] === group).map((i) => rows.positive.data[i]!)) }));
  return [
    { title: 'Sentences', picture: tableOf(['text', 'group', 'verb'], all.slice(0, 16).map((i) => [wordsAt(rows, i, gradedVocabulary), gradedGroups[rows.group.data[i]!]!, rows.positive.data[i] ? 'positive' : 'negative'])) },
    { title: 'Probability of a positive verb', says: 'Measured on 4000 sentences against the exact value.', picture: { kind: 'scatter', xLabel: 'exact', yLabel: 'measured', points: rates.map(({ exact, measured }, group) => ({ label: gradedGroups[group]!, shape: group < 12 ? 'dot' : 'ring', x: exact, y: measured })) } },
    { title: 'Groups', picture: tableOf(['group', 'words', 'exact', 'measured'], rates.map(({ exact, measured }, group) => [gradedGroups[group]!, (Object.values(targetGroups)[group] ?? (group === 12 ? gradedWords.positiveAdjectives : gradedWords.negativeAdjectives)).join(' '), rounded(exact), rounded(measured)])) },
  ];
}
