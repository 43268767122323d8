/** The `lm` of the playground: sentences of three languages, and a table of facts. */
import { nextTokens } from '../data/predictions';
import { commonestAnswerAccuracy, makeFacts, type FactRowsSpec } from '../data/sets/facts';
import { makeSentences, trueLogProbs } from '../data/sets/languages';
import { askedDomains, factLm } from '../lab/lm-models';
import { lmScorer } from '../lab/lm';
import { defineRecipe, type Measure } from '../lab/recipe';
import { floorOf, lmProgram, onLm, rowsWhere, trainLm, unigram } from './text';

const seed = 11;
const spec = { data: 'of 4 rows, 2 sentences of three languages, 1 statement of a fact, 1 open question about towns or animals with its answer', steps: 1400, batch: 48, learningRate: 4e-3, warmUp: 100, weightDecay: 0.02 } as const;
const { shape, vocabulary, languages, facts, rows } = factLm();
const length = shape.context;
/** Statements that end in their fact's value: it can be told from what comes before. */
const endsInValue = (template: number): boolean => [0, 1, 3, 5].includes(template);

export const recipe = defineRecipe({
  id: 'lm',
  title: 'Language model that reads from left to right: three languages and a table of facts',
  base: 'lm',
  says: 'Three blocks of width 96. It speaks three invented languages nearly as well as their grammar allows, and knows a table of 156 facts. It has been asked about towns and animals; of people it has read statements alone, so that to be asked about them is new.',
  seed,
  spec: { ...spec, blocks: shape.blocks, width: shape.width, vocabulary: shape.vocabulary, context: shape.context },
  make: async (lab) => {
    const params = await trainLm(lab, { id: 'lm', shape, length: length - 1, spec, predictions: (step) => nextTokens(rows({ seed, split: 'train', first: step * spec.batch, count: spec.batch })) });
    return { params, program: lmProgram('lm', params, shape) };
  },
  measure: async (lab, params) => {
    const score = lmScorer(lab, onLm('lm held out', params, shape, length - 1));
    const sentences = makeSentences(languages, { seed, split: 'test', count: 512, length });
    const said = nextTokens(sentences);
    const { loss } = await score(params, said);
    const trivial = unigram(makeSentences(languages, { seed, split: 'train', count: 4000, length }), said, shape.vocabulary).loss;
    const floor = floorOf(trueLogProbs(languages, sentences), sentences);
    const answers = async (name: string, drawn: Omit<FactRowsSpec, 'seed' | 'count' | 'split'>): Promise<Measure> => {
      const made = makeFacts(facts, { seed, split: 'test', count: 768, length, vocabulary, ...drawn });
      const judged = made.items.map(({ template }) => drawn.form === 'question' || endsInValue(template));
      // Of the answer and the end behind it, the answer alone.
      const value = Float32Array.from(made.answers.data, (w, at) => (w === 1 && at % length === made.answerAt.data[Math.floor(at / length)]! ? 1 : 0));
      const { accuracy } = await score(params, rowsWhere(nextTokens(made, { ...made.answers, data: value }), (i) => judged[i]!));
      return { name, value: accuracy, better: 'higher', baseline: { name: "each relation's commonest value", value: commonestAnswerAccuracy({ items: made.items.filter((_, i) => judged[i]) }, facts) } };
    };
    return [
      { name: 'loss of new sentences, nats a token', value: loss, better: 'lower', baseline: { name: 'how common each token is', value: trivial } },
      { name: "of that, above the grammar's own entropy", value: loss - floor, better: 'lower', baseline: { name: 'how common each token is', value: trivial - floor } },
      await answers('facts known, stated in new words', { form: 'statement' }),
      await answers('questions about towns and animals, asked in new words', { form: 'question', domains: askedDomains }),
      await answers('questions about people, never asked before', { form: 'question', domains: ['people'] }),
    ];
  },
});
