/**
 * Text with planted attributes, each at a rate that is known exactly and the same in every split: reviews with lexemes of two sets, attributes
 * tied to subjects, and the graded corpus. Each is made in a file of its own in `data/text`; this one shows them.
 */
import { defineDataset, type Example, type Preview } from '../../spec/dataset';
import { choice, float } from '../../spec/knobs';
import { countsOf, rounded, tableOf } from '../preview';
import { gradedGroups, gradedProbabilities, gradedVocabulary, gradedWords, makeGraded, referenceProbabilities, targetGroups } from '../text/graded';
import { attributeScore, lexemes, makeReviews, review, reviewClasses, reviewKind, type ReviewWorld } from '../text/reviews';
import { makeTied, tied, tiedAttributes, tiedSubjects, tiedVocabulary } from '../text/tied';
import { decode, special, type TokenRows, type Vocabulary } from '../tokens';

export * from '../text/graded';
export * from '../text/reviews';
export type { RowsSpec } from '../text/rows';
export * from '../text/tied';

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
    {
      title: 'Reviews',
      picture: tableOf(
        ['text', 'S+', 'S-', 'score', 'kind'],
        drawn.slice(0, 16).map((s, i) => [decode(world.vocabulary, s.words), said(world.positive, s.words), said(world.negative, s.words), scores[i]!, reviewKind(world, s) ? 'positive' : 'negative']),
      ),
    },
    {
      title: 'Word by word', says: 'A degree word foretells a lexeme, not which.',
      picture: tableOf(['word', 'class'], drawn[0]!.words.map((id, t) => [world.vocabulary.words[id]!, reviewClasses[drawn[0]!.classes[t]!]!])),
    },
    { title: 'Score: words of S+ minus words of S-', picture: countsOf(scores, 'score') },
    { title: 'The two sets', picture: tableOf(['S+', 'S-'], lexemes[world.style].positive.map((word, k) => [word, lexemes[world.style].negative[k]!])) },
  ];
}
function previewTied(seed: number, skew: number): readonly Preview[] {
  const rows = makeTied({ seed, split: 'train', count: 800, skew });
  const all = Array.from(rows.subject.data.keys());
  return [
    {
      title: 'Sentences',
      picture: tableOf(
        ['text', 'subject', 'attribute'],
        all.slice(0, 16).map((i) => [wordsAt(rows, i, tiedVocabulary), tiedSubjects[rows.subject.data[i]!]!, tiedAttributes[rows.attribute.data[i]!]!]),
      ),
    },
    {
      title: 'Usual attribute', says: 'Share of sentences that say it, of 800; what the knob says is exact.',
      picture: tableOf(
        ['subject', 'usual', 'measured', 'exact'],
        tiedSubjects.map((subject, s) => [subject, tiedAttributes[tied.usual[s]!]!, rounded(meanOf(all.filter((i) => rows.subject.data[i] === s).map((i) => (rows.attribute.data[i] === tied.usual[s] ? 1 : 0)))), skew]),
      ),
    },
  ];
}
function previewGraded(seed: number): readonly Preview[] {
  const rows = makeGraded({ seed, split: 'train', count: 4000 });
  const all = Array.from(rows.group.data.keys());
  const rates = [...gradedProbabilities, ...referenceProbabilities].map((exact, group) => ({ exact, measured: meanOf(all.filter((i) => rows.group.data[i] === group).map((i) => rows.positive.data[i]!)) }));
  return [
    {
      title: 'Sentences',
      picture: tableOf(
        ['text', 'group', 'verb'],
        all.slice(0, 16).map((i) => [wordsAt(rows, i, gradedVocabulary), gradedGroups[rows.group.data[i]!]!, rows.positive.data[i] ? 'positive' : 'negative']),
      ),
    },
    {
      title: 'Probability of a positive verb', says: 'Measured on 4000 sentences against the exact value.',
      picture: { kind: 'scatter', xLabel: 'exact', yLabel: 'measured', points: rates.map(({ exact, measured }, group) => ({ label: gradedGroups[group]!, shape: group < 12 ? 'dot' : 'ring', x: exact, y: measured })) },
    },
    {
      title: 'Groups',
      picture: tableOf(
        ['group', 'words', 'exact', 'measured'],
        rates.map(({ exact, measured }, group) => [gradedGroups[group]!, (Object.values(targetGroups)[group] ?? (group === 12 ? gradedWords.positiveAdjectives : gradedWords.negativeAdjectives)).join(' '), rounded(exact), rounded(measured)]),
      ),
    },
  ];
}
