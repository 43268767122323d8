/**
 * Model soups (Wortsman et al. 2022, arXiv:2203.05482): one shared start, k fine-tunings, and what averaging them gives. Follows the
 * released code where paper and code differ: ingredient 0 is the linear probe, and greedy accepts only what is strictly better.
 */
import { InputError } from '../../base/errors';
import type { Params } from '../../base/tensor';
import { average, countParams, lerp, pairwiseCosine, planeThrough, sameBits } from '../../lab/combine';
import type { Lab, Trainer, TrainingRun } from '../../lab/lab';
import { defineMethod } from '../../lab/method';
import { greedySoup, LearnedSoup, sortedOrder } from '../../lab/soups';
import { classScorer, type Scorer } from '../../lab/scorer';
import { cnnLogits, initCnn, withHead } from '../../nn/cnn';
import { cosine } from '../../nn/schedules';
import type { ValuesOf } from '../../spec/knobs';
import { atLeast, below } from '../../spec/lights';
import type { Picture } from '../../spec/picture';
import { batcher } from './batcher';
import { card } from './card';
import { batches, chunksOf, evaluator, fineTuner, gradientAt, labelledOf, linearProbe, pixels, predictions, scoreOf, shapesOf, type Evaluate, type ImageSet, type Score } from './network';
import { alphaMap, contactSheet, cosineMap, curvesOf, greedyTable, ingredientName, mixTable, planePicture, scatterOf, segmentLines, sweepTable, type Figures, type IngredientInfo, type SegmentPoint } from './pictures';
import { drawRecipe, type IngredientRecipe } from './sweep';
import { openTask, pretrained, type OpenedTask, type Task } from './task';

type Knobs = ValuesOf<typeof card.knobs>;

const probeSteps = 300;
/** Runs of the control arm. */
const controlRuns = 3;
/** Images of the segment, the plane and the mixing question: enough for a picture. */
const sampleSize = 256;
const segmentT = Float32Array.from({ length: 17 }, (_, i) => -0.3 + 0.1 * i);
/** What a step of the learned soup is worth in training steps. */
const gradientUnits = 4;

/** A model with its logits on every split: in the order of `setsOf`. */
interface Measured extends Figures {
  readonly params: Params;
  readonly logits: readonly Float32Array[];
  readonly validationLoss: number;
}
const setsOf = (task: Task): readonly ImageSet[] => [task.validation, task.test, ...Object.values(task.shifts)];
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function figuresOf(task: Task, logits: readonly Float32Array[]): Figures & { validationLoss: number } {
  const [validation, test, ...shifts] = logits.map((rows, i) => scoreOf(rows, setsOf(task)[i]!.labels)) as [Score, Score, ...Score[]];
  return { validation: validation.accuracy, validationLoss: validation.loss, test: test.accuracy, ood: mean(shifts.map((s) => s.accuracy)) };
}
async function measure(evaluate: Evaluate, task: Task, params: Params): Promise<Measured> {
  const logits: Float32Array[] = [];
  for (const set of setsOf(task)) logits.push(await evaluate(params, set));
  return { params, logits, ...figuresOf(task, logits) };
}

/** What the questions read after a run. */
interface Kept {
  readonly task: Task;
  readonly ingredients: readonly Params[];
}

async function run(lab: Lab, knobs: Knobs): Promise<Kept> {
  const opened = await openTask(lab, knobs.perClass);
  const k = knobs.ingredients;
  const recipes = Array.from({ length: k - 1 }, (_, i) => drawRecipe(lab.rng.fork('sweep', i + 1), knobs));
  expectWork(lab, knobs, opened, recipes);

  // theta_0: the pre-trained encoder with a head fitted to its frozen features. Every ingredient starts from it, head included.
  const encoder = await pretrained(lab);
  const head = await linearProbe(lab, { encoder, train: opened.train, classes: opened.classNames.length, steps: probeSteps, rng: lab.rng.fork('probe') });
  const start = withHead(encoder, head);
  lab.mark('linear-probe', start);
  const task = opened.rest();
  lab.picture('samples', contactSheet({ Training: task.train, Test: task.test, ...task.shifts }, task.classNames));
  const shapes = shapesOf(start);
  const trainer = fineTuner(lab, shapes, task.classNames.length);
  // Loaded before the provider is settled, and used for the start alone; the second one runs where training does.
  const startFigures = await measure(evaluator(lab, shapes, task.classNames.length), task, start);
  const evaluate = evaluator(lab, shapes, task.classNames.length);

  const ingredients: Measured[] = [startFigures];
  const infos: IngredientInfo[] = [{ ...startFigures, recipe: undefined, losses: [] }];
  const stars: Record<string, Figures & { label: string; star: boolean }> = {};
  const show = (): void => lab.picture('scatter', scatterOf(infos, stars));
  show();

  const losses = recipes.map((): number[] => []);
  const runs = recipes.map((recipe, at) => {
    const firstStep = recipes.slice(0, at).reduce((n, { steps }) => n + steps, 0);
    return fineTuning(lab, { task, trainer, evaluate, from: start, recipe, path: ['ingredient', at + 1], arm: 'ingredients', firstStep, losses: losses[at]! });
  });
  await lab.ingredients(runs, async (params, at) => {
    const measured = await measure(evaluate, task, params);
    ingredients.push(measured);
    infos.push({ ...measured, recipe: recipes[at]!, losses: losses[at]! });
    show();
    lab.picture('sweep', sweepTable(infos));
    lab.picture('curves', curvesOf(infos));
  });
  const models = ingredients.map((m) => m.params);
  const ranked = sortedOrder(ingredients.map((m) => m.validation));
  const best = ingredients[ranked[0]!]!;

  const settle = (arm: string, label: string, figures: Figures, params?: Params): void => {
    if (!lab.arms.has(arm)) return;
    lab.outcome(arm, { 'test/accuracy': figures.test, 'ood/accuracy': figures.ood, 'validation/accuracy': figures.validation });
    if (params) lab.mark(arm, params);
    if (arm === 'linear-probe' || arm === 'ingredients') return; // already among the dots
    if (arm === 'different-inits') return; // near chance: it would squeeze all others into a corner
    stars[arm] = { ...figures, label, star: card.arms[arm]?.role === 'method' };
    show();
  };
  settle('best-single', `Best single: ${ingredientName(ranked[0]!)}`, best, best.params);
  settle('linear-probe', 'Linear probe', startFigures, start);
  settle('ingredients', 'Ingredients', { validation: mean(ingredients.map((m) => m.validation)), test: mean(ingredients.map((m) => m.test)), ood: mean(ingredients.map((m) => m.ood)) });
  settle('ensemble', 'Logit ensemble', figuresOf(task, ensembleOf(ingredients)));

  const uniform = await measure(evaluate, task, average(models));
  settle('uniform', 'Uniform soup', uniform, uniform.params);
  lab.light('one-model', countParams(uniform.params) === countParams(start), `${countParams(uniform.params)} params in the uniform soup, ${countParams(start)} in one ingredient`);
  await copiesLight(lab, task, evaluate, best, k);

  const greedy = await cookGreedy(lab, knobs, task, evaluate, ingredients, ranked);
  settle('greedy', 'Greedy soup', greedy, greedy.params);
  if (lab.arms.has('learned')) {
    const learned = await cookLearned(lab, knobs, task, evaluate, models, uniform.params);
    settle('learned', 'Learned soup', learned, learned.params);
  }

  lab.picture('cosine', cosineMap(pairwiseCosine(models.slice(1), start)));
  await drawBetween(lab, knobs, task, evaluate, start, models, ranked, uniform.params);
  if (lab.arms.has('different-inits')) await differentInits(lab, knobs, task, trainer, evaluate, settle);
  return { task, ingredients: models };
}

// -- parts -------------------------------------------------------------------------------------------------------------------

function expectWork(lab: Lab, knobs: Knobs, { train, counts }: OpenedTask, recipes: readonly IngredientRecipe[]): void {
  const k = knobs.ingredients;
  const validating = chunksOf(counts[0]!);
  const measuring = counts.reduce((n, count) => n + chunksOf(count), 0);
  const training = recipes.reduce((n, r) => n + r.steps + 4 * validating + measuring, 0);
  const soups = 4 * measuring + k * validating + (lab.arms.has('learned') ? gradientUnits * knobs.learnedSteps : 0);
  const pictures = 2 * segmentT.length + knobs.planeSize * knobs.planeSize;
  const control = lab.arms.has('different-inits') ? controlRuns * (Math.max(knobs.stepsMin, knobs.stepsMax) + measuring + 4 * validating) + measuring : 0;
  lab.expect(chunksOf(train.labels.length) + probeSteps / 10 + training + soups + pictures + control);
}

interface FineTuning {
  readonly task: Task;
  readonly trainer: Trainer;
  readonly evaluate: Evaluate;
  readonly from: Params;
  readonly recipe: IngredientRecipe;
  /** Name of this run's random streams. */
  readonly path: readonly (string | number)[];
  readonly arm: string;
  readonly firstStep: number;
  /** Filled with the loss of every step. */
  readonly losses: number[];
}
function fineTuning(lab: Lab, { task, trainer, evaluate, from, recipe, path, arm, firstStep, losses }: FineTuning): TrainingRun {
  const { steps, learningRate, weightDecay, warmUp } = recipe;
  const rate = cosine(learningRate, steps, warmUp);
  return {
    trainer,
    arm,
    from,
    steps,
    firstStep,
    hyper: (step) => ({ learningRate: rate(step), weightDecay }),
    next: batcher(task.train, task.classNames.length, recipe, lab.rng.fork(...path)),
    chart: (_, metrics) => {
      losses.push(metrics.loss!);
      return { 'train/loss': metrics.loss! };
    },
    watch: {
      every: Math.ceil(steps / 4),
      call: async ({ step, params }) => lab.report(arm, step, { 'validation/accuracy': scoreOf(await evaluate(await params(), task.validation), task.validation.labels).accuracy }),
    },
  };
}

/** f_E(x) = (1/k) sum_i f(x; theta_i), for every split. */
const ensembleOf = (ingredients: readonly Measured[]): Float32Array[] =>
  ingredients[0]!.logits.map((first, s) => Float32Array.from(first, (_, at) => ingredients.reduce((total, m) => total + m.logits[s]![at]!, 0) / ingredients.length));

async function copiesLight(lab: Lab, task: Task, evaluate: Evaluate, best: Measured, k: number): Promise<void> {
  const copies = average(Array.from({ length: k }, () => best.params));
  const classes = task.classNames.length;
  const [one, soup] = [predictions(best.logits[0]!, classes), predictions(await evaluate(copies, task.validation), classes)];
  const differing = soup.reduce((n, p, i) => n + (p === one[i] ? 0 : 1), 0);
  lab.light('copies', differing === 0, `${differing} of ${one.length} validation predictions differ between the best single model and a soup of ${k} copies of it`);
}

async function cookGreedy(lab: Lab, knobs: Knobs, task: Task, evaluate: Evaluate, ingredients: readonly Measured[], ranked: readonly number[]): Promise<Measured> {
  const accuracyOf = async (params: Params): Promise<number> => scoreOf(await evaluate(params, task.validation), task.validation.labels).accuracy;
  const alone = ingredients.map((m) => m.validation);
  const order = knobs.order === 'sorted' ? ranked : [...lab.rng.fork('greedy', 'order').permutation(ingredients.length)];
  const soup = await greedySoup(ingredients.map((m) => m.params), alone, order, knobs.accept, accuracyOf, ({ best }, at) => lab.report('greedy', at + 1, { 'greedy/accuracy': best }));
  lab.picture('greedy', greedyTable(soup.log, knobs.accept === 'better' ? '>' : '≥'));
  const promised = knobs.order === 'sorted' ? Math.max(...alone) : alone[order[0]!]!;
  const against = knobs.order === 'sorted' ? 'the best single model' : 'the first ingredient (in random order no more is promised)';
  lab.light('greedy-validation', atLeast(soup.accuracy, promised), `${(100 * soup.accuracy).toFixed(1)} % for the soup of ${soup.members.length}, ${(100 * promised).toFixed(1)} % for ${against}`, 'greedy');
  return measure(evaluate, task, soup.params);
}

async function cookLearned(lab: Lab, knobs: Knobs, task: Task, evaluate: Evaluate, models: readonly Params[], uniform: Params): Promise<Measured> {
  const { validation } = task;
  const size = Math.min(256, validation.labels.length);
  const soup = new LearnedSoup(models, knobs.learnedBy);
  const gradient = gradientAt(lab, shapesOf(models[0]!), size);
  const same = sameBits(soup.params(), uniform);
  lab.light('learned-start', same, same ? 'every number of the two is the same' : 'the two differ', 'learned');
  const pick = batches(validation.labels.length, size, lab.rng.fork('learned'));
  for (let step = 0; step < knobs.learnedSteps; step++) {
    const at = pick(step);
    const images = new Float32Array(size * pixels);
    at.forEach((n, i) => images.set(validation.images.subarray(n * pixels, (n + 1) * pixels), i * pixels));
    const { loss, dTheta, dBeta } = await gradient(soup.params(), images, Int32Array.from(at, (n) => validation.labels[n]!), soup.beta);
    soup.update(dTheta, dBeta);
    lab.report('learned', step, { 'learned/loss': loss });
    await lab.worked(gradientUnits, 'Learning the mixing weights');
    if (step % 5 === 0) lab.picture('alpha', alphaMap(soup.result().alpha));
  }
  const { params, alpha } = soup.result();
  lab.picture('alpha', alphaMap(alpha));
  return measure(evaluate, task, params);
}

/** A few images of the test split, and as many drawn evenly from all shifted sets. */
function samplesOf(task: Task): { test: ImageSet; shifted: ImageSet } {
  const shifts = Object.values(task.shifts);
  const share = Math.floor(sampleSize / shifts.length);
  const head = (set: ImageSet, count: number): ImageSet => ({ images: set.images.subarray(0, Math.min(count, set.labels.length) * pixels), labels: set.labels.subarray(0, count) });
  const pieces = shifts.map((set) => head(set, share));
  const images = new Float32Array(pieces.reduce((n, p) => n + p.images.length, 0));
  const labels = new Int32Array(images.length / pixels);
  let at = 0;
  for (const piece of pieces) {
    images.set(piece.images, at * pixels);
    labels.set(piece.labels, at);
    at += piece.labels.length;
  }
  return { test: head(task.test, sampleSize), shifted: { images, labels } };
}
async function segmentPoint(evaluate: Evaluate, task: Task, a: Params, b: Params, t: number): Promise<SegmentPoint> {
  const { test, shifted } = samplesOf(task);
  const mixed = lerp(a, b, t);
  const onTest = scoreOf(await evaluate(mixed, test), test.labels);
  const onShifted = scoreOf(await evaluate(mixed, shifted), shifted.labels);
  return { t, test: onTest.accuracy, testLoss: onTest.loss, ood: onShifted.accuracy, oodLoss: onShifted.loss };
}
async function segment(evaluate: Evaluate, task: Task, a: Params, b: Params): Promise<SegmentPoint[]> {
  const points: SegmentPoint[] = [];
  for (const t of segmentT) points.push(await segmentPoint(evaluate, task, a, b, t));
  return points;
}

/** The segment and the plane between the two best fine-tuned ingredients. */
async function drawBetween(lab: Lab, knobs: Knobs, task: Task, evaluate: Evaluate, start: Params, models: readonly Params[], ranked: readonly number[], uniform: Params): Promise<void> {
  const [a, b] = ranked.filter((i) => i > 0) as [number, number | undefined];
  if (b === undefined) return; // one fine-tuned ingredient: nothing to lay a line between
  const points = await segment(evaluate, task, models[a]!, models[b]!);
  lab.picture('segment', segmentLines(points, a, b, 'accuracy'));
  lab.picture('segmentLoss', segmentLines(points, a, b, 'loss'));

  const plane = planeThrough(start, models[a]!, models[b]!);
  const named = [
    { label: 'θ0', at: plane.locate(start) },
    { label: ingredientName(a), at: plane.locate(models[a]!) },
    { label: ingredientName(b), at: plane.locate(models[b]!) },
    { label: 'uniform soup (its projection)', at: plane.locate(uniform) },
  ];
  const axis = (coordinate: 0 | 1): Float32Array => {
    const values = named.map(({ at }) => at[coordinate]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const margin = 0.4 * (high - low);
    return Float32Array.from({ length: knobs.planeSize }, (_, i) => low - margin + ((high - low + 2 * margin) * i) / (knobs.planeSize - 1));
  };
  const [x, y] = [axis(0), axis(1)];
  const { test } = samplesOf(task);
  const values = new Float32Array(x.length * y.length);
  for (let row = 0; row < y.length; row++)
    for (let column = 0; column < x.length; column++) values[row * x.length + column] = scoreOf(await evaluate(plane.at(x[column]!, y[row]!), test), test.labels).loss;
  lab.picture('plane', planePicture(x, y, values, named.map(({ label, at }) => ({ label, x: at[0], y: at[1] }))));
}

/** The negative control: ingredients from different random starts, heads included, share no basin. */
async function differentInits(lab: Lab, knobs: Knobs, task: Task, trainer: Trainer, evaluate: Evaluate, settle: (arm: string, label: string, figures: Figures, params?: Params) => void): Promise<void> {
  const models: Measured[] = [];
  const runs = Array.from({ length: controlRuns }, (_, at) => {
    const i = at + 1;
    const drawn = drawRecipe(lab.rng.fork('sweep', i), knobs);
    // From random weights a fine-tuning rate hardly moves a network: the upper ends of both ranges; the rest as drawn.
    const steps = Math.max(knobs.stepsMin, knobs.stepsMax);
    const recipe: IngredientRecipe = { ...drawn, steps, warmUp: Math.max(1, Math.round(0.08 * steps)), learningRate: Math.max(knobs.learningRateMin, knobs.learningRateMax) };
    const from = initCnn(lab.rng.fork('different-inits', i), task.classNames.length);
    return fineTuning(lab, { task, trainer, evaluate, from, recipe, path: ['different-inits', i, 'batches'], arm: 'different-inits', firstStep: at * steps, losses: [] });
  });
  await lab.ingredients(runs, async (params) => void models.push(await measure(evaluate, task, params)));
  const soup = await measure(evaluate, task, average(models.map((m) => m.params)));
  settle('different-inits', 'Uniform soup, different starts', soup, soup.params);
  const alone = mean(models.map((m) => m.test));
  lab.outcome('different-inits', { 'ingredients/accuracy': alone });
  lab.light('different-inits', below(soup.test, alone), `test accuracy ${(100 * soup.test).toFixed(1)} % for the average, ${(100 * alone).toFixed(1)} % for its ${controlRuns} ingredients on average, ${(100 / task.classNames.length).toFixed(1)} % by chance`, 'different-inits');
}

/** The question `mix`: accuracy of (1 - t) theta_a + t theta_b, and the segment round it. */
async function mix(lab: Lab, { a, b, t }: { a: number; b: number; t: number }, { task, ingredients }: Kept): Promise<Readonly<Record<string, Picture>>> {
  for (const i of [a, b]) if (i >= ingredients.length) throw new InputError(`The run made the ingredients 0 to ${ingredients.length - 1}, but ingredient ${i} was asked for. Choose a smaller number, or run with more ingredients.`);
  const [from, to] = [ingredients[a]!, ingredients[b]!];
  const evaluate = evaluator(lab, shapesOf(from), task.classNames.length);
  const here = await segmentPoint(evaluate, task, from, to, t);
  const points = await segment(evaluate, task, from, to);
  const marker = [{ label: `t = ${Number(t.toFixed(2))}`, x: t }];
  const ends = [{ label: ingredientName(a), t: 0 }, { label: ingredientName(b), t: 1 }];
  const rows = [{ label: `(1 - t) ${ingredientName(a)} + t ${ingredientName(b)}, t = ${Number(t.toFixed(2))}`, point: here }];
  for (const end of ends) rows.push({ label: end.label, point: await segmentPoint(evaluate, task, from, to, end.t) });
  return { mix: mixTable(rows), segment: segmentLines(points, a, b, 'accuracy', marker), segmentLoss: segmentLines(points, a, b, 'loss', marker) };
}

async function scorer(lab: Lab, knobs: Knobs): Promise<Scorer> {
  const opened = await openTask(lab, knobs.perClass);
  const { validation, test } = opened.rest();
  const { classNames } = opened;
  const of = ({ labels }: ImageSet): string => `${labels.length} pictures of ${classNames.length} classes`;
  return classScorer(lab, {
    name: 'soup-scorer', params: initCnn(lab.rng.fork('scorer'), classNames.length), choosing: labelledOf(validation, classNames), reporting: labelledOf(test, classNames),
    logits: ({ params, images }) => cnnLogits(params, images),
    says: { title: card.title, choosing: `validation, ${of(validation)}`, reporting: `test, ${of(test)}`, notes: [] },
  });
}

export const method = defineMethod(card, {
  run,
  scorer,
  asks: {
    mix: async (lab, _, values, kept) => {
      if (!kept) throw new InputError('There are no ingredients yet. Press Run first.');
      return { pictures: await mix(lab, { a: Number(values.a), b: Number(values.b), t: Number(values.t) }, kept) };
    },
  },
});
