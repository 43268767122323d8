/** The `vlm` of the playground, with a strong prior: first words alone, then words about pictures. */
import { kinds, plainKinds } from '../data/scene/kinds';
import { makeRows, type RowSet, type RowsOptions } from '../data/scene/rows';
import { sceneVocabulary, textOf } from '../data/scene/words';
import { nextTokens } from '../data/predictions';
import { rounded, tableOf } from '../data/preview';
import { special } from '../data/tokens';
import type { Params } from '../base/tensor';
import type { Lab } from '../lab/lab';
import { feedsOf, lmTrainer } from '../lab/lm';
import { defineRecipe, type Measure } from '../lab/recipe';
import { answersOf, vlmNext, vlmScorer, vlmWriter, withoutPictures, type Pictures, type VlmOn } from '../lab/vlm';
import { priorVlm } from '../lab/vlm-models';
import { scope } from '../nn/layers';
import { lmLogits } from '../nn/lm';
import { samplingProbs } from '../nn/sample';
import { cosine } from '../nn/schedules';
import { initVlm } from '../nn/vlm';
import type { Preview } from '../spec/dataset';
import { shapesOf } from './common';
import { imageAt } from '../lab/pictures';
import { onlyTokens, trainVlm, vlmProgram } from './vlm-training';

const { shape, rows } = priorVlm();
const { seed } = rows;
const spec = { data: 'scenes of kinds that keep company; captions in clauses, yes or no by kind from 0.15 to 0.85', wordSteps: 150, wordBatch: 48, wordRate: 4e-3, pool: 6000, encoderSteps: 1700, encoderRate: 5e-3, steps: 600, batch: 32, learningRate: 2e-3, warmUp: 60, weightDecay: 0.02, patches: 2 } as const;

/** Words alone: the language model of a fresh `vlm` learns what is usually said, without any picture. */
async function wordsAlone(lab: Lab): Promise<Params> {
  const from = Object.fromEntries(Object.entries(initVlm(lab.rng.fork('init'), shape)).filter(([name]) => name.startsWith('lm.')));
  const rate = cosine(spec.wordRate, spec.wordSteps, spec.warmUp);
  lab.expect(spec.wordSteps);
  return lab.train({
    trainer: lmTrainer(lab, { name: 'vlm words', params: shapesOf(from), logits: (p, tokens) => lmLogits(scope(p, 'lm'), tokens, { ...shape, sees: 'left' }), length: shape.context, batch: spec.wordBatch }),
    arm: 'vlm words',
    from,
    steps: spec.wordSteps,
    hyper: (step) => ({ learningRate: rate(step), weightDecay: spec.weightDecay }),
    next: (step) => {
      const made = makeRows({ ...rows, split: 'words', first: step * spec.wordBatch, count: spec.wordBatch, withoutPicture: 1 });
      return feedsOf(nextTokens(made, made.answers));
    },
  });
}

/** Pictures with what it says of them, and its yes or no with and without them. */
async function show(lab: Lab, params: Params): Promise<readonly Preview[]> {
  const on: VlmOn = { name: 'vlm shows', params: shapesOf(params), shape, chunk: 12 };
  const draw = (more: Partial<RowsOptions>) => makeRows({ ...rows, split: 'test', count: 12, withoutPicture: 0, ...more });
  const prompt = ({ tokens, answerAt }: RowSet, i: number): number[] => Array.from(tokens.data.subarray(i * (shape.context + 1), i * (shape.context + 1) + answerAt[i]!));
  const captions = draw({ mix: { caption: 1 } });
  const said = await vlmWriter(lab, on)(params, captions, captions.rows.map((_, i) => prompt(captions, i)), { temperature: 0, most: shape.context - 1, end: special.eos });
  const asked = draw({ mix: { presence: 1 }, yesRates: [], negatives: 'adversarial' });
  const questions = asked.rows.map((_, i) => prompt(asked, i));
  const next = vlmNext(lab, on);
  const yes = async (pictures: Pictures): Promise<number[]> => {
    const z = await next(params, pictures, questions);
    const [y, n] = ['yes', 'no'].map(sceneVocabulary.need) as [number, number];
    return questions.map((_, i) => samplingProbs([z[i * shape.vocabulary + y]!, z[i * shape.vocabulary + n]!], {})[0]!);
  };
  const [seeing, blind] = [await yes(asked), await yes(withoutPictures(asked))];
  return [
    { title: 'What it says of new pictures', says: 'Under each picture its caption; then, in brackets, the true one.', picture: { kind: 'images', images: captions.rows.map(({ answer }, i) => imageAt(captions.x, i, `${textOf(said[i]!)} (${answer})`, [-1, 1])) } },
    { title: 'Yes or no', says: 'Its probability of yes with the picture and without it, where a kind is asked for whose usual partner is there.', picture: tableOf(['question', 'with the picture', 'without', 'the truth'], asked.rows.map(({ prompt: question, answer }, i) => [question, rounded(seeing[i]!), rounded(blind[i]!), answer])) },
  ];
}

export const recipe = defineRecipe({
  id: 'vlm',
  title: 'Model of pictures and words with a strong prior',
  base: 'vlm',
  says: 'Reads a picture of one to four objects and says what is there, or answers yes or no. In what it has read a circle nearly always comes with a star, and some kinds are mostly asked for when they are there, others when they are not: it answers by that prior where it should look.',
  seed,
  spec: { ...spec, blocks: shape.blocks, width: shape.width, vocabulary: shape.vocabulary, context: shape.context, side: shape.side },
  make: async (lab) => {
    const words = await wordsAlone(lab);
    const params = await trainVlm(lab, { id: 'vlm', shape, rows, spec, from: words });
    return { params, program: vlmProgram('vlm', params, shape) };
  },
  show,
  measure: async (lab, params) => {
    const score = vlmScorer(lab, { name: 'vlm held out', params: shapesOf(params), shape });
    const draw = (more: Partial<RowsOptions>) => answersOf(makeRows({ ...rows, split: 'test', count: 200, withoutPicture: 0, ...more }));
    const blind = 'the same without the picture';
    const captions = draw({ mix: { caption: 1 } });
    const named = onlyTokens(captions, new Set(plainKinds.map((kind) => sceneVocabulary.need(kinds[kind]!))));
    const measure = async (name: string, of: typeof captions, what: 'loss' | 'accuracy'): Promise<Measure> => ({ name, value: (await score(params, of))[what], better: what === 'loss' ? 'lower' : 'higher', baseline: { name: blind, value: (await score(params, withoutPictures(of)))[what] } });
    const yesNo = new Set(['yes', 'no'].map(sceneVocabulary.need));
    const asked = (more: Partial<RowsOptions>) => onlyTokens(draw({ mix: { presence: 1 }, ...more }), yesNo);
    return [
      await measure('loss of new captions, nats a token', captions, 'loss'),
      await measure('kinds in new captions, word for word', named, 'accuracy'),
      await measure('yes or no, asked as in training', asked({}), 'accuracy'),
      await measure('yes or no, each kind there half of the time', asked({ yesRates: [] }), 'accuracy'),
      await measure('the same where its partner is there alone', asked({ yesRates: [], negatives: 'adversarial' }), 'accuracy'),
    ];
  },
});
