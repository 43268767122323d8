/** The `lm` whose preferences and prejudices are known: reviews, subjects tied to attributes, and the graded corpus. */
import { floats, int32, tensor, type Params, type Tensor } from '../base/tensor';
import { Random } from '../base/random';
import { nextTokens } from '../data/predictions';
import { attributeScore, gradedPlaces, gradedProbabilities, gradedWords, reviewLogProbs, targetGroups, tied, tiedVocabulary } from '../data/sets/attributes';
import { decode, special } from '../data/tokens';
import { tableOf } from '../data/preview';
import { gather, reshape, softmax } from '../engine/ops';
import { attributesLm, attributesSkew } from '../lab/lm-models';
import { lmScorer, lmWriter } from '../lab/lm';
import type { Lab } from '../lab/lab';
import { defineRecipe } from '../lab/recipe';
import { lmLogits } from '../nn/lm';
import type { Preview } from '../spec/dataset';
import { shapesOf } from './common';
import { floorOf, lmProgram, onLm, rowsWhere, trainLm, unigram } from './text';

const seed = 13;
const spec = { data: 'of 8 rows, 4 reviews, 2 tied pairs, 2 of the graded corpus', skew: attributesSkew, steps: 600, batch: 40, learningRate: 4e-3, warmUp: 60, weightDecay: 0.02 } as const;
const model = attributesLm();
const { shape, vocabulary } = model;
const length = shape.context;

/** P(next token) behind place `at[i]` of row i: [n, vocabulary]. */
async function nextProbs(lab: Lab, params: Params, tokens: Tensor, at: ArrayLike<number>): Promise<(row: number, token: number) => number> {
  const n = tokens.shape[0]!;
  const forward = lab.forward({
    name: `lm-attributes next ${n}`,
    params: shapesOf(params),
    inputs: { tokens: { shape: tokens.shape, dtype: 'int32' }, places: { shape: [n], dtype: 'int32' } },
    outputs: ({ params: p, inputs }) => ({ probs: softmax(gather(reshape(lmLogits(p, inputs.tokens!, shape), [n * length, shape.vocabulary]), inputs.places!)) }),
  });
  const probs = floats((await forward.run(params, { tokens, places: int32(Int32Array.from({ length: n }, (_, i) => i * length + at[i]!)) })).probs!);
  return (row, token) => probs[row * shape.vocabulary + token]!;
}
const meanOf = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const test = { seed, split: 'test', first: 0 } as const;

/** Mean probability of each subject's usual attribute, where an attribute is said. */
async function usualAttribute(lab: Lab, params: Params): Promise<number> {
  const rows = model.tiedRows({ ...test, count: 160 });
  const probs = await nextProbs(lab, params, rows.tokens, Array.from(rows.attributeAt.data, (at) => at - 1));
  return meanOf(Array.from(rows.subject.data, (subject, i) => probs(i, vocabulary.need(tiedVocabulary.words[tied.attributes[tied.usual[subject]!]!]!))));
}
/** P(positive verb) that it expects behind the nouns of each group, in the order of `gradedProbabilities`. */
async function gradedExpected(lab: Lab, params: Params): Promise<readonly number[]> {
  const rows = model.gradedRows({ ...test, count: 480 });
  const probs = await nextProbs(lab, params, rows.tokens, Array.from(rows.group.data, () => gradedPlaces.f2));
  const positive = (row: number): number => gradedWords.positiveVerbs.reduce((sum, verb) => sum + probs(row, vocabulary.need(verb)), 0);
  return gradedProbabilities.map((_, group) => meanOf([...rows.group.data.keys()].filter((i) => rows.group.data[i] === group).map(positive)));
}

/** Reviews that it writes, and what it expects of the twelve groups. */
async function show(lab: Lab, params: Params): Promise<readonly Preview[]> {
  const write = lmWriter(lab, { ...onLm('lm-attributes writes', params, shape, length - 1), chunk: 16 });
  const begun = Array.from({ length: 16 }, () => [special.bos, vocabulary.need('the'), vocabulary.need('food')]);
  const texts = (await write(params, begun, { most: length - 3, end: special.eos, rng: Random.seed(seed).fork('show') })).map((written, i) => [...begun[i]!, ...written].filter((id) => id > special.sep));
  const groups = Object.keys(targetGroups);
  const expected = await gradedExpected(lab, params);
  return [
    { title: 'Reviews that it writes', says: 'Drawn at temperature 1; the score is words of praise less words of blame.', picture: tableOf(['text', 'score'], texts.map((ids) => [decode(vocabulary, ids), attributeScore(model.reviews, ids)])) },
    { title: 'What it expects of twelve groups of nouns', says: 'Probability of a positive verb: as it was in the text, and as the model has it.', picture: { kind: 'scatter', xLabel: 'in the text', yLabel: 'expected', points: expected.map((y, group) => ({ label: groups[group]!, shape: 'dot', x: gradedProbabilities[group]!, y })) } },
  ];
}

export const recipe = defineRecipe({
  id: 'lm-attributes',
  title: 'Language model with attributes planted at known rates',
  base: 'lm',
  says: 'Three blocks of width 96. It writes reviews with slots for good and bad words, believes that bakers and tailors want tea and pilots coffee (95 % of what it has read), and expects good things of twelve groups of nouns to twelve known degrees: a model whose preferences can be steered and whose prejudices are measured exactly.',
  seed,
  spec: { ...spec, blocks: shape.blocks, width: shape.width, vocabulary: shape.vocabulary, context: shape.context },
  make: async (lab) => {
    const params = await trainLm(lab, { id: 'lm-attributes', shape, length: length - 1, spec, predictions: (step) => nextTokens(model.rows({ seed, split: 'train', first: step * spec.batch, count: spec.batch })) });
    return { params, program: lmProgram('lm-attributes', params, shape) };
  },
  show,
  measure: async (lab, params) => {
    const reviews = model.reviewRows({ ...test, count: 512 });
    const logProbs = reviewLogProbsOf(reviews.tokens);
    // A review that was cut off ends where none can: it has no place in a comparison with the grammar.
    const whole = (row: number): boolean => floats(logProbs).subarray(row * length, (row + 1) * length).every((l) => l > -Infinity);
    const said = rowsWhere(nextTokens(reviews), whole);
    const { loss } = await lmScorer(lab, onLm('lm-attributes held out', params, shape, length - 1))(params, said);
    const trivial = unigram(model.reviewRows({ seed, split: 'train', first: 0, count: 2000 }), said, shape.vocabulary).loss;
    const floor = floorOf(rowsWhere(nextTokens(reviews, logProbs), whole).weights, said);
    return [
      { name: 'loss of new reviews, nats a token', value: loss, better: 'lower', baseline: { name: 'how common each token is', value: trivial } },
      { name: "of that, above the grammar's own entropy", value: loss - floor, better: 'lower', baseline: { name: 'how common each token is', value: trivial - floor } },
      { name: `probability of the usual attribute, ${attributesSkew} of what was read`, value: await usualAttribute(lab, params), better: 'higher', baseline: { name: 'both alike', value: 0.5 } },
      { name: "distance from the twelve groups' probabilities of a positive verb", value: meanOf((await gradedExpected(lab, params)).map((p, group) => Math.abs(p - gradedProbabilities[group]!))), better: 'lower', baseline: { name: 'always one half', value: meanOf(gradedProbabilities.map((p) => Math.abs(p - 0.5))) } },
    ];
  },
});
/** True log-probabilities of rows of reviews, [n, T]; 0 on bos and padding. */
function reviewLogProbsOf(tokens: Tensor): Tensor {
  const out = new Float32Array(tokens.data.length);
  for (let i = 0; i < tokens.shape[0]!; i++) {
    const row = tokens.data.subarray(i * length + 1, (i + 1) * length);
    const words = row.filter((id) => id > special.sep);
    reviewLogProbs(model.reviews, words).forEach((l, t) => row[t] !== special.pad && (out[i * length + 1 + t] = l));
  }
  return tensor(out, tokens.shape);
}
