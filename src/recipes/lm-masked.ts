/** The masked `lm` of the playground: four languages, of which it has read two much, one little and one hardly at all. */
import { Random } from '../base/random';
import { int32, type Params } from '../base/tensor';
import { maskTokens } from '../data/predictions';
import { tableOf } from '../data/preview';
import { makeSentences, scarceMixture } from '../data/sets/languages';
import { special } from '../data/tokens';
import { argMax } from '../engine/ops';
import { maskedLm } from '../lab/lm-models';
import type { Lab } from '../lab/lab';
import { lmScorer } from '../lab/lm';
import { defineRecipe, type Measure } from '../lab/recipe';
import type { Preview } from '../spec/dataset';
import { lmProgram, onLm, trainLm, unigram } from './text';

const seed = 12;
const spec = { data: 'sentences of four languages, 45 : 45 : 9 : 1', masked: 0.2, steps: 800, batch: 40, learningRate: 3e-3, warmUp: 80, weightDecay: 0.02 } as const;
const { shape, vocabulary, languages, rows } = maskedLm();
const length = shape.context;

/** Sentences with gaps, and how it fills them. */
async function show(lab: Lab, params: Params): Promise<readonly Preview[]> {
  const rowsOf = languages.names.flatMap((_, language) => {
    const { tokens, targets, weights } = maskTokens(Random.seed(seed).fork('show', language), makeSentences(languages, { seed, split: 'test', count: 4, length, mixture: languages.names.map((__, l) => (l === language ? 1 : 0)) }), shape.vocabulary, spec.masked);
    return [0, 1, 2, 3].map((i) => ({ language, ...{ tokens, targets, weights }, at: i * length }));
  });
  const given = new Int32Array(rowsOf.length * length);
  rowsOf.forEach(({ tokens, at }, i) => given.set(tokens.data.subarray(at, at + length), i * length));
  const on = onLm('lm-masked fills', params, shape, length);
  const forward = lab.forward({ name: on.name, params: on.params, inputs: { tokens: { shape: [rowsOf.length, length], dtype: 'int32' } }, outputs: ({ params: p, inputs }) => ({ said: argMax(on.logits(p, inputs.tokens!), -1) }) });
  const said = (await forward.run(params, { tokens: int32(given, [rowsOf.length, length]) })).said!.data;
  const word = (id: number): string => vocabulary.words[id]!;
  return [{
    title: 'Gaps, and what it puts in them', says: 'A gap may also hide behind a wrong word, or behind the right one.',
    picture: tableOf(['language', 'given', 'it says', 'the truth'], rowsOf.map(({ language, targets, weights, at }, i) => {
      const gaps = Array.from({ length }, (_, t) => t).filter((t) => weights.data[at + t] === 1);
      return [languages.names[language]!, Array.from(given.subarray(i * length, (i + 1) * length)).filter((id) => id !== special.pad && id !== special.bos && id !== special.eos).map(word).join(' '), gaps.map((t) => word(said[i * length + t]!)).join(', '), gaps.map((t) => word(targets.data[at + t]!)).join(', ')];
    })),
  }];
}

export const recipe = defineRecipe({
  id: 'lm-masked',
  title: 'Language model that fills gaps: four languages, two of them rare',
  base: 'lm',
  says: 'Four blocks of width 128 that see both ways, trained to say masked words. Languages A and B are nine tenths of what it has read, C is one eleventh and D one in a hundred: it has met the words of D and hardly knows how to use them.',
  seed,
  spec: { ...spec, blocks: shape.blocks, width: shape.width, vocabulary: shape.vocabulary, context: shape.context },
  make: async (lab) => {
    const masks = lab.rng.fork('masks');
    const params = await trainLm(lab, { id: 'lm-masked', shape, length, spec, predictions: (step) => maskTokens(masks.fork(step), rows({ seed, split: 'train', first: step * spec.batch, count: spec.batch }), shape.vocabulary, spec.masked) });
    return { params, program: lmProgram('lm-masked', params, shape) };
  },
  show,
  measure: async (lab, params) => {
    const score = lmScorer(lab, onLm('lm-masked held out', params, shape, length));
    const measures: Measure[] = [];
    for (const [language, name] of languages.names.entries()) {
      const only = languages.names.map((_, l) => (l === language ? 1 : 0));
      const judged = maskTokens(Random.seed(seed).fork('judged', language), makeSentences(languages, { seed, split: 'test', count: 320, length, mixture: only }), shape.vocabulary, spec.masked);
      const { accuracy } = await score(params, judged);
      const share = scarceMixture[language]! * 100;
      measures.push({ name: `masked words of language ${name} (${share} % of what was read) that are said`, value: accuracy, better: 'higher', baseline: { name: 'its commonest word', value: unigram(makeSentences(languages, { seed, split: 'train', count: 2000, length, mixture: only }), judged, shape.vocabulary).accuracy } });
    }
    return measures;
  },
});
