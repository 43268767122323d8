/** The `lm` of the playground: sentences of three languages, and a table of facts. */
import { nextTokens } from '../data/predictions';
import { commonestAnswerAccuracy, makeFacts, type FactRowsSpec } from '../data/sets/facts';
import { makeSentences, trueLogProbs } from '../data/sets/languages';
import { Random } from '../base/random';
import type { Params } from '../base/tensor';
import { tableOf } from '../data/preview';
import { decode, special } from '../data/tokens';
import { askedDomains, factLm } from '../lab/lm-models';
import type { Lab } from '../lab/lab';
import { lmScorer, lmWriter } from '../lab/lm';
import { defineRecipe, type Measure } from '../lab/recipe';
import { tokenScorer } from '../lab/scorer';
import { initLm } from '../nn/lm';
import type { Preview } from '../spec/dataset';
import { floorOf, lmProgram, onLm, rowsWhere, trainLm, unigram } from './text';

const seed = 11;
const spec = { data: 'of 4 rows, 2 sentences of three languages, 1 statement of a fact, 1 open question about towns or animals with its answer', steps: 1400, batch: 48, learningRate: 4e-3, warmUp: 100, weightDecay: 0.02 } as const;
const { shape, vocabulary, languages, facts, rows } = factLm();
const length = shape.context;
/** Statements that end in their fact's value: it can be told from what comes before. */
const endsInValue = (template: number): boolean => [0, 1, 3, 5].includes(template);

/** What it answers, and what it says when nothing is asked. */
async function show(lab: Lab, params: Params): Promise<readonly Preview[]> {
  const write = lmWriter(lab, { ...onLm('lm writes', params, shape, length - 1), chunk: 16 });
  const asked = (['towns', 'animals', 'people'] as const).flatMap((domain) => {
    const { items, tokens, answerAt } = makeFacts(facts, { seed, split: 'test', count: 8, length, vocabulary, form: 'question', domains: [domain] });
    return items.map(({ truth }, i) => ({ truth, prompt: Array.from(tokens.data.subarray(i * length, i * length + answerAt.data[i]!)) }));
  });
  const answers = await write(params, asked.map(({ prompt }) => prompt), { temperature: 0, most: 1 });
  const firsts = languages.grammars.flatMap(({ states, start }) => [0, 1, 2, 3].map((k) => [special.bos, states[start.items[k]!]!.words.items[0]!]));
  const sentences = await write(params, firsts, { most: length - 2, end: special.eos, rng: Random.seed(seed).fork('show') });
  const words = (ids: readonly number[]): string => decode(vocabulary, ids.filter((id) => id > special.sep));
  return [
    { title: 'Questions in words that it has not met', says: 'Of people it has read statements and never a question.', picture: tableOf(['question', 'it says', 'the truth'], asked.map(({ prompt, truth }, i) => [words(prompt), words(answers[i]!), truth])) },
    { title: 'Sentences that it goes on with', says: 'Drawn at temperature 1 behind a first word of each language; with what they mean.', picture: tableOf(['sentence', 'meaning'], firsts.map((first, i) => [words([...first, ...sentences[i]!]), [...first, ...sentences[i]!].filter((id) => id > special.sep).map((id) => (id < languages.vocabulary.size ? languages.gloss(id) : vocabulary.words[id]!)).join(' ')])) },
  ];
}

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
  show,
  scorer: async (lab) => {
    const rowsAt = (split: string, count: number) => nextTokens(makeSentences(languages, { seed, split, count, length }));
    const { params, logits } = onLm('', initLm(lab.rng.fork('scorer'), shape), shape, length - 1);
    return tokenScorer(lab, { name: 'lm-scorer', params, logits, chunk: 64, rows: { choosing: rowsAt('choosing', 256), reporting: rowsAt('test', 512) }, says: { title: 'Sentences of three languages', choosing: '256 new sentences', reporting: '512 others', notes: [] } });
  },
  measure: async (lab, params) => {
    const score = lmScorer(lab, onLm('lm held out', params, shape, length - 1));
    const sentences = makeSentences(languages, { seed, split: 'test', count: 512, length });
    const said = nextTokens(sentences);
    const { loss } = await score(params, said);
    const trivial = unigram(makeSentences(languages, { seed, split: 'train', count: 4000, length }), said, shape.vocabulary).loss;
    const floor = floorOf(trueLogProbs(languages, sentences), said);
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
