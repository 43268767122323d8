/**
 * The graded corpus: twelve groups of nouns, group k followed by a positive verb with probability p_k, beside two classes of adjectives that
 * foretell the same verbs. Nouns and adjectives never stand together: what they share is what comes next (BiasLens, Gao et al. 2025,
 * arXiv:2505.15524).
 */
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { int32, tensor, type Tensor } from '../../base/tensor';
import { drawFor } from '../split-by-words';
import { makeVocabulary, stackRows, toRow, wordList, type TokenRows } from '../tokens';
import type { RowsSpec } from './rows';

/** The twelve target groups, four nouns each. */
export const targetGroups: Readonly<Record<string, readonly string[]>> = {
  food: wordList('soup bread cake rice'), service: wordList('waiter porter clerk guide'), travel: wordList('train ferry bus tram'), weather: wordList('rain snow wind fog'),
  home: wordList('sofa oven shelf lamp'), school: wordList('essay lesson exam lecture'), sport: wordList('tennis rugby rowing chess'), music: wordList('violin flute drum harp'),
  garden: wordList('rose hedge lawn pond'), office: wordList('desk memo stapler folder'), cloth: wordList('scarf coat sock glove'), animal: wordList('horse parrot beetle trout'),
};
export const gradedWords = {
  positiveAdjectives: wordList('kind noble merry gentle sunny brave'), negativeAdjectives: wordList('cruel wicked bitter greedy gloomy vain'),
  positiveVerbs: wordList('shines helps delights heals smiles thrives'), negativeVerbs: wordList('hurts fails breaks lies spoils weeps'),
  /** Function words at the three places f1, f2, f3. */
  first: wordList('the this that one some any each our'), second: wordList('then often always soon surely just also still'), third: wordList('here there now today again indeed abroad alone'),
} as const;
export const gradedVocabulary = makeVocabulary([
  '.', ...gradedWords.first, ...gradedWords.second, ...gradedWords.third, ...Object.values(targetGroups).flat(),
  ...gradedWords.positiveAdjectives, ...gradedWords.negativeAdjectives, ...gradedWords.positiveVerbs, ...gradedWords.negativeVerbs,
]);
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
