import { sparsely, withAdded, type SparseVector } from '../../base/sparse';
import type { Params } from '../../base/tensor';
import { maskTokens, type Predictions } from '../../data/predictions';
import { constant } from '../../engine/value';
import { overRows, shapesOf } from '../../lab/evaluate';
import type { Lab } from '../../lab/lab';
import { feedsOf, lmScorer } from '../../lab/lm';
import { defineMethod } from '../../lab/method';
import { halves, tokenScorer, type Rows, type Scorer } from '../../lab/scorer';
import { atMost } from '../../spec/lights';
import type { Answer } from '../../spec/messages';
import { card } from './card';
import { tuned, type Rule, type Tuned } from './difference';
import { densityPicture, languagesPicture, namedPicture, shared } from './pictures';
import { logitsOf, trainedOf, trainerOf } from './step';
import { classesOf, drawnRows, languageOf, languages, length, openTask, picked, shape, source, weightsOf, type Knobs, type Task } from './task';

/** One arm's vectors. */
interface Pair {
  readonly task: SparseVector;
  readonly language: SparseVector;
  readonly head: Params;
}
interface Kept {
  readonly task: Task;
  readonly pair: Pair;
  readonly source: SparseVector;
}
const none = (size: number): SparseVector => ({ size, indices: new Uint32Array(0), values: new Float32Array(0) });

/** What judges weights and a head in any language, and gaps. */
function judgeOf(lab: Lab, task: Task, chunk = 32) {
  const on = (kind: 'task' | 'language') => lmScorer(lab, { name: `sparse-${kind}-judge`, params: shapesOf({ ...trainedOf(task, kind), ...task.frozen }), logits: logitsOf[kind], length, chunk });
  const [words, gaps] = [on('task'), on('language')];
  return {
    accuracy: async (weights: Float32Array, head: Params, language: number): Promise<number> => (await words({ ...weightsOf(task, weights), ...task.frozen, ...head }, task.test[language]!)).accuracy,
    gaps: async (weights: Float32Array): Promise<number> => (await gaps({ ...weightsOf(task, weights), ...task.frozen }, task.gaps)).loss,
  };
}

async function run(lab: Lab, knobs: Knobs): Promise<Kept | undefined> {
  const task = await openTask(lab, knobs);
  const { start, layout } = task;
  const target = languageOf(knobs.target);
  const judge = judgeOf(lab, task);
  const trainers = { language: trainerOf(lab, 'language', task, knobs), task: trainerOf(lab, 'task', task, knobs) };
  const asked = Object.keys(card.arms).filter((arm) => lab.arms.has(arm));
  const counts = { language: Math.round(knobs.kLanguage * layout.size), task: Math.round(knobs.kTask * layout.size) };
  const twice = knobs.iterations * (knobs.fullSteps + knobs.sparseSteps);
  const shares = asked.some((arm) => arm === 'lt-sft' || arm === 'dense');
  lab.expect((knobs.source ? twice : 0) + (shares ? twice : 0) + (shares || asked.includes('task') ? twice : 0) + 2 * knobs.sparseSteps * asked.filter((arm) => arm === 'random' || arm === 'biases').length + asked.length * 8);

  const soFar = new Map<string, number>();
  const lights: { name: string; k: number; found: Tuned }[] = [];
  const tune = async (arm: string, name: string, kind: 'language' | 'task', language: number, from: Float32Array, rule: Rule, watch?: (step: number, weights: Float32Array, head: Params) => Promise<void>): Promise<Tuned> => {
    const pool = kind === 'task' ? task.labelled : task.unlabelled(language);
    const rng = lab.rng.fork('batch', kind, language);
    const masks = lab.rng.fork('masked', language);
    const firstStep = soFar.get(arm) ?? 0;
    const found = await tuned(lab, task, knobs, {
      arm, name, kind, trainer: trainers[kind], from, k: rule === 'biases' ? layout.size : counts[kind], rule, firstStep, ...(watch && { watch }),
      next: (step) => {
        const rows = picked(pool, drawnRows(rng, step, pool.tokens.shape[0]!, knobs.batch));
        return feedsOf(kind === 'task' ? classesOf(rows) : maskTokens(masks.fork(step), rows, shape.vocabulary, knobs.masked));
      },
    });
    soFar.set(arm, firstStep + found.steps);
    lights.push({ name: `${name} of ${arm}`, k: rule === 'biases' ? layout.size : counts[kind], found });
    return found;
  };
  // Curves of what several arms share are the method's.
  const own = knobs.source ? await tune('lt-sft', 'language A', 'language', source, start, knobs.rule) : undefined;
  const below = own ? withAdded(start, [{ vector: own.vector }]) : start;
  const parts = (pair: Pair): { vector: SparseVector }[] => [{ vector: pair.language }, { vector: pair.task }];
  const live = (arm: string, language: SparseVector) => async (step: number, weights: Float32Array, head: Params): Promise<void> => {
    const change = sparsely(weights.map((v, i) => v - below[i]!));
    const composed = withAdded(start, parts({ task: change, language, head }));
    lab.report(arm, step, { 'source/accuracy': await judge.accuracy(weights, head, source), 'target/accuracy': await judge.accuracy(composed, head, target) });
  };
  const pairOf = async (arm: string, rule: Rule): Promise<{ pair: Pair; language: Tuned; task: Tuned }> => {
    const language = await tune(arm, `language ${knobs.target}`, 'language', target, start, rule);
    const named = await tune(arm, 'task', 'task', source, below, rule, live(arm, language.vector));
    return { pair: { task: named.vector, language: language.vector, head: named.head }, language, task: named };
  };
  const main = asked.some((arm) => arm === 'lt-sft' || arm === 'dense' || arm === 'task') ? await pairOf('lt-sft', knobs.rule) : undefined;

  const rows: { label: string; accuracies: number[] }[] = [];
  const finish = async (arm: string, pair: Pair): Promise<void> => {
    const composed = withAdded(start, parts(pair));
    const onSource = withAdded(below, [{ vector: pair.task }]);
    const accuracies: number[] = [];
    for (const language of languages.names.keys()) accuracies.push(await judge.accuracy(composed, pair.head, language));
    const fewer = Math.min(pair.task.indices.length, pair.language.indices.length);
    lab.outcome(arm, {
      'target/accuracy': accuracies[target]!, 'source/accuracy': await judge.accuracy(onSource, pair.head, source), 'gaps/loss': await judge.gaps(withAdded(start, [{ vector: pair.task }])),
      'vector/task': pair.task.indices.length, 'vector/language': pair.language.indices.length, 'vector/overlap': fewer === 0 ? 0 : shared(pair.task, pair.language) / fewer,
    });
    lab.mark(arm, { ...weightsOf(task, composed), ...pair.head });
    rows.push({ label: card.arms[arm]!.label, accuracies });
    lab.picture('languages', languagesPicture(rows.slice()));
    await lab.worked(8, 'Testing');
  };
  for (const arm of asked) {
    if (arm === 'random' || arm === 'biases') await finish(arm, (await pairOf(arm, arm)).pair);
    else if (arm === 'dense') {
      // Where the rule needs no first phase there is none to take the whole change of: the sum is then of all that was trained.
      const whole = ({ dense, vector }: Tuned): SparseVector => (dense ? sparsely(dense.change) : vector);
      await finish(arm, { task: whole(main!.task), language: whole(main!.language), head: main!.task.dense?.head ?? main!.pair.head });
    } else await finish(arm, arm === 'task' ? { ...main!.pair, language: none(layout.size) } : main!.pair);
  }
  if (main) {
    lab.picture('density', densityPicture(task, main.pair.task, main.pair.language, ['task', `language ${knobs.target}`]));
    const composed = withAdded(start, parts(main.pair));
    const logits = await overRows(lab, 'sparse-named', { ...weightsOf(task, composed), ...task.frozen, ...main.pair.head }, { tokens: task.test[target]!.tokens }, ({ params: p, inputs }) => logitsOf.task(p, inputs.tokens!), 32);
    lab.picture('named', namedPicture(task.test[target]!, logits, 6));
  }
  showLights(lab, task, knobs, lights, main?.pair);
  return main && { task, pair: main.pair, source: own?.vector ?? none(layout.size) };
}

function showLights(lab: Lab, { start }: Task, knobs: Knobs, all: readonly { name: string; k: number; found: Tuned }[], pair: Pair | undefined): void {
  const over = all.filter(({ k, found }) => found.vector.indices.length > k);
  lab.light('budget', over.length === 0, all.map(({ name, k, found }) => `${name}: ${found.vector.indices.length} of ${k}`).join(', '));
  const moved = all.reduce((sum, { found }) => sum + found.outside, 0);
  lab.light('frozen', moved === 0, `${moved} entries outside the masks changed, ${all.length} vectors`);
  const firsts = all.flatMap(({ found }) => found.firstLosses);
  const apart = firsts.filter(([a, b]) => !Object.is(a, b)).length;
  lab.light('rewound', apart === 0, knobs.rewind ? `${firsts.length} pairs of phases, ${apart} begin differently` : 'rewinding is switched off');
  if (!pair) {
    for (const id of ['order', 'back']) lab.light(id, true, 'no sum was asked for');
    return;
  }
  const [a, b] = [{ vector: pair.language }, { vector: pair.task }];
  const [one, other] = [withAdded(start, [a, b]), withAdded(start, [b, a])];
  lab.light('order', one.every((v, i) => Object.is(v, other[i])), `${one.length} weights compared`);
  const back = withAdded(one, [{ ...a, scale: -1 }, { ...b, scale: -1 }]);
  const gap = back.reduce((most, v, i) => Math.max(most, Math.abs(v - start[i]!)), 0);
  lab.light('back', atMost(gap, 1e-6), `largest difference ${gap.toExponential(1)}`);
}

async function scorer(lab: Lab, knobs: Knobs): Promise<Scorer> {
  const task = await openTask(lab, knobs);
  const { tokens, targets, weights } = task.test[languageOf(knobs.target)]!;
  const { choosing, reporting } = halves({ tokens, targets, weights });
  const predictions = (rows: Rows): Predictions => ({ tokens: rows.tokens!, targets: rows.targets!, weights: rows.weights! });
  // What is never trained stands in the graph.
  const frozen = Object.fromEntries(Object.entries(task.frozen).map(([name, t]) => [name, constant(t)]));
  return tokenScorer(lab, {
    name: 'sparse-scorer', params: { ...weightsOf(task, task.start), ...task.head }, chunk: 32, rows: { choosing: predictions(choosing), reporting: predictions(reporting) },
    logits: (p, at) => logitsOf.task({ ...frozen, ...p }, at),
    says: { title: card.title, choosing: `every other test sentence of language ${knobs.target}, ${choosing.tokens!.shape[0]}`, reporting: `the rest, ${reporting.tokens!.shape[0]}`, notes: [] },
  });
}
export const method = defineMethod(card, {
  run,
  scorer,
  asks: {
    board: async (lab, knobs, values, kept): Promise<Answer> => {
      const { task, target, source: a } = values as Readonly<Record<'task' | 'target' | 'source', number>>; // checked against the card before they come
      if (!kept) return { pictures: { note: { kind: 'table', columns: ['What to do'], rows: [['The last run made no pair of vectors: switch “Sparse sum” on and run again.']] } } };
      const judge = judgeOf(lab, kept.task);
      const weights = withAdded(kept.task.start, [{ vector: kept.pair.task, scale: task }, { vector: kept.pair.language, scale: target }, { vector: kept.source, scale: a }]);
      const accuracies: number[] = [];
      for (const language of languages.names.keys()) accuracies.push(await judge.accuracy(weights, kept.pair.head, language));
      return { pictures: {
        accuracy: languagesPicture([{ label: `${task} · task + ${target} · ${knobs.target} + ${a} · A`, accuracies }]),
        figures: { kind: 'table', columns: ['Language', 'Accuracy'], rows: languages.names.map((name, l) => [name, `${(100 * accuracies[l]!).toFixed(1)} %`]) },
      } };
    },
  },
});
