/** The soup kitchen's worker: opens checkpoints, merges them, measures what comes of it. What it has opened it holds, so that a merge is answered without reading anything again. */
import { InputError } from '../base/errors';
import type { Params } from '../base/tensor';
import { checkpointOf, fingerprintOf, keepCheckpoint, onnxOf, tensorsOf } from '../keep/checkpoints';
import { difference, dot, planeThrough } from '../lab/combine';
import { cook, lightsOf, type Made, type Measure, type Named } from '../lab/cook';
import { createLab } from '../lab/create-lab';
import type { Control } from '../lab/host';
import { between } from '../lab/merge';
import type { Recipe } from '../lab/recipe';
import type { On, Scorer } from '../lab/scorer';
import { silent } from '../lab/silent';
import { loadMethod } from '../methods';
import { cards } from '../methods/cards';
import type { Checkpoint, MeasuredBy } from '../spec/checkpoint';
import { mismatchOf, needsBase, type Cooked, type Cooking, type KitchenOpened, type Score, type Scores, type SegmentPoint } from '../spec/kitchen';
import { readKnobs } from '../spec/knobs';
import type { KitchenAsks, Library, PartOf, Question } from '../spec/library';
import { readLink } from '../spec/link';
import type { FileBytes } from '../spec/messages';
import type { Plane } from '../spec/picture';
import type { LibraryHost } from './library';
import { checkFiles } from './run';

const recipes = import.meta.glob<{ recipe?: Recipe }>(['../recipes/*.ts', '!../recipes/*.test.ts']);

/** Models that were read or made, the latest last; the oldest go when they are too many or too large together. */
class Shelf<T> {
  private readonly held = new Map<string, { readonly value: T; readonly bytes: number }>();
  constructor(private readonly most: { readonly count: number; readonly bytes: number }) {}
  get(key: string): T | undefined {
    const found = this.held.get(key);
    if (!found) return undefined;
    this.held.delete(key);
    this.held.set(key, found);
    return found.value;
  }
  put(key: string, value: T, bytes: number): T {
    this.held.set(key, { value, bytes });
    const all = (): number => [...this.held.values()].reduce((sum, one) => sum + one.bytes, 0);
    while (this.held.size > 1 && (this.held.size > this.most.count || all() > this.most.bytes)) this.held.delete(this.held.keys().next().value!);
    return value;
  }
}
const bytesOf = (params: Params): number => Object.values(params).reduce((sum, { data }) => sum + data.byteLength, 0);
interface Opened {
  readonly checkpoint: Checkpoint;
  readonly params: Params;
}
const opened = new Shelf<Opened>({ count: 24, bytes: 2 ** 30 });
const made = new Shelf<Made>({ count: 16, bytes: 2 ** 29 });
const scored = new Shelf<Score>({ count: 4000, bytes: Infinity });
/** What measures at the moment. Its lab is asked to stop by whatever question is being answered. */
let measuring: { readonly key: string; readonly scorer: Scorer; readonly close: () => Promise<void> } | undefined;
let control: Control;

type Answer<Q extends Question> = (asks: Library[Q]['asks'], host: LibraryHost, part?: (part: PartOf<Q>) => void) => Promise<Library[Q]['answer']>;

/** The checkpoints, all in the first one's order of tensors. @throws InputError naming the first tensors that differ */
async function read(ids: readonly string[], { blobs }: LibraryHost): Promise<readonly Opened[]> {
  const all: Opened[] = [];
  for (const id of ids) {
    const known = opened.get(id);
    const params = known?.params ?? (await tensorsOf(blobs, id));
    all.push(opened.put(id, { checkpoint: await checkpointOf(blobs, id), params }, bytesOf(params)));
  }
  const why = mismatchOf(all.map(({ checkpoint }) => checkpoint));
  if (why !== undefined) throw new InputError(why);
  const names = all[0]?.checkpoint.tensors.map(({ name }) => name) ?? [];
  return all.map(({ checkpoint, params }) => ({ checkpoint, params: Object.keys(params).every((name, i) => name === names[i]) ? params : Object.fromEntries(names.map((name) => [name, params[name]!])) }));
}
const named = ({ checkpoint, params }: Opened): Named => ({ key: checkpoint.fingerprint, name: checkpoint.name, params });

/** Finds what measures, once. @throws InputError where nothing can */
async function scorerFor(by: MeasuredBy, files: readonly FileBytes[] | undefined, host: LibraryHost): Promise<Scorer> {
  const key = JSON.stringify(by);
  if (measuring?.key === key) return measuring.scorer;
  await measuring?.close();
  measuring = undefined;
  const executor = await host.executor();
  const delegating: Control = { beforeStep: (show) => control.beforeStep(show), breathe: () => control.breathe(), pausePoint: () => control.pausePoint() };
  const labAt = (seed: number, given: readonly FileBytes[], arms: readonly string[]) =>
    createLab({ backends: { choose: async () => executor, current: async () => executor }, sink: silent, control: delegating, asset: host.asset, files: given, now: () => performance.now() }, seed, arms);
  if (by.by === 'recipe') {
    const load = Object.hasOwn(recipes, `../recipes/${by.model}.ts`) ? recipes[`../recipes/${by.model}.ts`] : undefined;
    const { recipe } = (await load?.()) ?? {};
    if (!recipe?.scorer) throw new InputError(`The shipped checkpoint ${by.model.slice(0, 60)} is not measured by a loss here. It can be merged all the same.`);
    const { lab, close } = labAt(recipe.seed, [], []);
    measuring = { key, close, scorer: await orClose(close, recipe.scorer(lab)) };
  } else {
    const { experiment } = readLink(by.link, cards);
    const method = await loadMethod(experiment.method);
    if (!method.scorer) throw new InputError(`"${method.card.title}" does not say how params alone are measured. Its checkpoints can be merged all the same.`);
    const wanted = files ?? [];
    const missing = experiment.files.slice(wanted.length).map(({ name }) => name);
    if (missing.length > 0) throw new InputError(`The experiment that would measure them reads ${missing.join(', ')}, which is not on the page now. Open it from the list of checkpoints, drop the file there, and come back.`);
    await checkFiles(experiment, wanted);
    const { lab, close } = labAt(by.seed, wanted, experiment.arms);
    measuring = { key, close, scorer: await orClose(close, method.scorer(lab, readKnobs(method.card.knobs, experiment.knobs), by.arm)) };
  }
  return measuring.scorer;
}
/** What comes of `work`; if it fails nobody else has the lab, so it is closed. */
async function orClose<T>(close: () => Promise<void>, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    await close();
    throw error;
  }
}
/** Whether a scorer takes these params. @throws InputError saying which it does not */
function checkTaken({ params }: Scorer, { checkpoint }: Opened): void {
  const tensors = Object.entries(params).map(([name, shape]) => ({ name, shape }));
  const why = mismatchOf([{ name: 'what measures', tensors }, checkpoint]);
  if (why !== undefined) throw new InputError(`The experiment that would measure these checkpoints has another model: ${why}`);
}
/** What was opened with the kitchen. @throws InputError where the worker is a fresh one */
function current({ measuredBy }: KitchenAsks): Scorer | undefined {
  if (!measuredBy) return undefined;
  if (measuring?.key !== JSON.stringify(measuredBy)) throw new InputError('What measures these checkpoints is not in memory any more. Choose the checkpoints again.');
  return measuring.scorer;
}
/** Measured once for each model and each kind of data. */
async function scoreOf(scorer: Scorer, key: string, params: Params, on: On, { control: c }: LibraryHost): Promise<Score> {
  const at = `${measuring?.key}\n${on}\n${key}`;
  const known = scored.get(at);
  if (known) return known;
  const score = await scorer.score(params, on);
  await c.breathe();
  return scored.put(at, score, 1);
}
async function scoresOf(scorer: Scorer, key: string, params: Params, host: LibraryHost): Promise<Scores> {
  return { choosing: await scoreOf(scorer, key, params, 'choosing', host), reporting: await scoreOf(scorer, key, params, 'reporting', host) };
}
const lengthOf = (params: Params): number => Math.sqrt(dot(params, params));
const distance = (a: Params, b: Params): number => lengthOf(difference(a, b));

export const open: Answer<'kitchen'> = async ({ ids, measuredBy, files }, host, part) => {
  control = host.control;
  const all = await read(ids, host);
  const params = all.map((one) => one.params);
  const norms = params.map(lengthOf);
  const distances = params.flatMap((a) => params.map((b) => (a === b ? 0 : distance(a, b))));
  const unmeasured = (why: string): KitchenOpened => ({ why, scores: all.map(() => undefined), norms, distances });
  if (!measuredBy) return unmeasured('None of these checkpoints says where it comes from: a file of tensors alone has neither the model\'s graph nor held-out data. Put a checkpoint of a run of this model beside it, and all are measured as that one is.');
  let scorer: Scorer;
  try {
    scorer = await scorerFor(measuredBy, files, host);
    if (all[0]) checkTaken(scorer, all[0]);
  } catch (error) {
    if (error instanceof InputError) return unmeasured(error.message);
    throw error;
  }
  const scores: Scores[] = [];
  for (const [at, { checkpoint, params: p }] of all.entries()) {
    scores.push(await scoresOf(scorer, checkpoint.fingerprint, p, host));
    part?.({ at, scores: scores.at(-1)! });
  }
  return { measure: scorer.says, scores, norms, distances };
};

const soupKey = ({ ids, measuredBy }: KitchenAsks, cooking: Cooking): string => JSON.stringify([ids, measuredBy, cooking]);
/** The merge, its ingredients and its base; taken from memory where it was made before. */
async function making(asks: KitchenAsks & { readonly cooking: Cooking }, host: LibraryHost, part?: (part: PartOf<'cook'>) => void): Promise<{ soup: Made; models: readonly Named[]; base: Params | undefined; scorer: Scorer | undefined; /** One whose tensors came out of an ONNX file. */ within: Checkpoint | undefined }> {
  control = host.control;
  const { cooking, ids } = asks;
  const baseId = needsBase(cooking.kind) && 'base' in cooking ? cooking.base : undefined;
  const all = await read([...ids, ...(baseId !== undefined && !ids.includes(baseId) ? [baseId] : [])], host);
  const base = all.find(({ checkpoint }) => checkpoint.id === baseId)?.params;
  // What is the base has changed by nothing.
  const models = all.filter(({ checkpoint }) => ids.includes(checkpoint.id) && checkpoint.id !== baseId).map(named);
  if (models.length === 0) throw new InputError('There is nothing to merge: the base is the only checkpoint. Choose others beside it.');
  const scorer = current(asks);
  const measure: Measure | undefined = scorer && { choosing: async (params) => scoreOf(scorer, fingerprintOf(params), params, 'choosing', host), ...(scorer.gradient && { gradient: (params, step) => scorer.gradient!(params, step) }) };
  const key = soupKey(asks, cooking);
  let soup = made.get(key);
  if (!soup) {
    soup = await cook(cooking, models, base, measure, { greedy: (greedy) => part?.({ greedy }), learned: (at) => part?.(at), breathe: () => host.control.breathe() });
    made.put(key, soup, bytesOf(soup.params));
  }
  return { soup, models, base, scorer, within: all.find(({ checkpoint }) => checkpoint.inOnnx)?.checkpoint };
}
export const cookSoup: Answer<'cook'> = async (asks, host, part) => {
  const { soup, models, base, scorer } = await making(asks, host, part);
  const { params, ...said } = soup;
  const fingerprint = fingerprintOf(params);
  const all = await read(asks.ids, host);
  const cooked: Cooked = {
    fingerprint, norm: lengthOf(params), distances: all.map((one) => distance(params, one.params)), ...said,
    lights: lightsOf(asks.cooking, models, base, soup).map((light) => ({ ...light, seed: 0 })),
  };
  return scorer ? { ...cooked, scores: await scoresOf(scorer, fingerprint, params, host) } : cooked;
};
export const keepSoup: Answer<'keepSoup'> = async ({ name, how, ...asks }, host) => {
  const { soup, models, within } = await making(asks, host);
  const onnx = within && (await onnxOf(host.blobs, within.id));
  const source = { from: 'merge', how, of: models.map((model) => model.name), ...(asks.measuredBy && { measuredBy: asks.measuredBy }) } as const;
  return { checkpoint: await keepCheckpoint(host.blobs, { name, source, params: soup.params, ...(onnx && { onnx }) }, Date.now()) };
};

const segmentAt = Array.from({ length: 15 }, (_, i) => (i - 2) / 10);
function measured(asks: KitchenAsks): Scorer {
  const scorer = current(asks);
  if (!scorer) throw new InputError('Nothing can measure these checkpoints, so there is no loss to draw.');
  return scorer;
}
export const segment: Answer<'segment'> = async ({ ends, ...asks }, host, part) => {
  control = host.control;
  const scorer = measured(asks);
  const [a, b] = (await read(ends, host)).map(({ params }) => params) as [Params, Params];
  const points: SegmentPoint[] = [];
  for (const t of segmentAt) {
    const params = between(a, b, t);
    points.push({ t, score: await scoreOf(scorer, fingerprintOf(params), params, 'choosing', host) });
    part?.(points.at(-1)!);
  }
  return { points };
};
/** How far beyond the three the plane is drawn, as a share of their spread. */
const margin = 0.3;
export const plane: Answer<'plane'> = async ({ corners, size, soups, ids, ...asks }, host, part) => {
  control = host.control;
  const scorer = measured({ ids, ...asks });
  const all = await read([...corners, ...ids.filter((id) => !corners.includes(id))], host);
  const [origin, a, b] = all.map(({ params }) => params) as [Params, Params, Params];
  const through = planeThrough(origin, a, b);
  const placed = (label: string, params: Params): Plane['points'][number] => {
    const [x, y] = through.locate(params);
    return { label, x, y };
  };
  const merged = soups.flatMap(({ label, cooking }) => {
    const soup = made.get(soupKey({ ids, ...asks }, cooking));
    return soup ? [placed(label, soup.params)] : [];
  });
  const points = [...all.map(({ checkpoint, params }) => placed(checkpoint.name, params)), ...merged];
  const axis = (values: readonly number[]): Float32Array => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const spread = high - low;
    return Float32Array.from({ length: size }, (_, i) => low - margin * spread + ((1 + 2 * margin) * spread * i) / (size - 1));
  };
  const [x, y] = [axis(points.slice(0, 3).map((p) => p.x)), axis(points.slice(0, 3).map((p) => p.y))];
  const [losses, accuracies] = [new Float32Array(size * size), new Float32Array(size * size)];
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const { loss, accuracy } = await scorer.score(through.at(x[column]!, y[row]!), 'choosing');
      losses[row * size + column] = loss;
      accuracies[row * size + column] = accuracy ?? 0;
      await host.control.breathe();
      part?.({ share: (row * size + column + 1) / (size * size) });
    }
  const picture: Plane = { kind: 'plane', x, y, values: losses, valueLabel: scorer.says.unit, xLabel: `from ${points[0]!.label} towards ${points[1]!.label}`, yLabel: `across, towards ${points[2]!.label}`, points };
  return { picture, ...(scorer.says.accuracy && { accuracy: { ...picture, values: accuracies, valueLabel: 'accuracy' } }) };
};
