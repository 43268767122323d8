/** Training steps: forward, backward and optimiser in one program, and the loop that feeds it. */
import { InputError, MismatchError, NumericsError, ShapeError } from '../base/errors';
import { Fingerprint } from '../base/hash';
import { floats, showShape, sizeOf, tensor, type Params, type Tensor } from '../base/tensor';
import { flatGradient } from '../engine/autodiff';
import type { Feed, Feeds, Outputs, Session } from '../engine/executor';
import { flatten, layoutOf, unflatten, type Layout } from '../engine/layout';
import { flatOf, viewsOf } from '../engine/ops/compose';
import { defineProgram, type Program } from '../engine/program';
import { add, mul, sub } from '../engine/ops';
import type { Value } from '../engine/value';
import type { TrainingJournal } from '../keep/journal';
import type { Hyper } from '../nn/optimizers';
import type { Spent } from '../spec/messages';
import type { Control, Host } from './host';
import type { TrainerSpec, TrainingRun } from './lab';
import { examplesPerStep, unmeasured, type Meter } from './meter';

export interface CompiledTraining {
  readonly program: Program;
  readonly layout: Layout;
  readonly frozenLayout: Layout;
  readonly bufferLayout: Layout;
  /** Which outputs are losses. */
  readonly losses: readonly string[];
}
/** What the average of a param is called beside it. */
const averagePrefix = 'average.';
/** The moving average among what a training gives back, under the params' own names. @throws MismatchError where none was kept */
export function averageOf(trained: Params): Params {
  const average = Object.entries(trained).flatMap(([name, p]) => (name.startsWith(averagePrefix) ? [[name.slice(averagePrefix.length), p] as const] : []));
  if (average.length === 0) throw new MismatchError('averageOf: no moving average came. Train with `average: true`.');
  return Object.fromEntries(average);
}
/** What a training gives back, without its average. */
export const withoutAverage = (trained: Params): Params => Object.fromEntries(Object.entries(trained).filter(([name]) => !name.startsWith(averagePrefix)));

/** Scalars that a step is fed with: the optimiser's, and the decay of the average. @throws InputError where that is missing or no share */
function stepScalars({ name, optimizer, average }: Pick<TrainerSpec, 'name' | 'optimizer' | 'average'>, step: number, hyper: Hyper): Readonly<Record<string, number>> {
  const scalars = optimizer.scalars(step, hyper);
  if (!average) return scalars;
  const decay = hyper.averageDecay;
  if (!(decay !== undefined && decay >= 0 && decay <= 1)) throw new InputError(`trainer ${name} keeps an average: expected \`averageDecay\` from 0 to 1 at step ${step}, but ${decay ?? 'none'} came from \`hyper\`.`);
  return { ...scalars, averageShare: 1 - decay };
}
/** The whole step as one program: state theta [P], `buffers` [B], the `average` [P] where one is kept and the optimiser's slots; constant `frozen` [F]; feeds, the batch and a few scalars. */
export function trainingProgram(spec: TrainerSpec): CompiledTraining {
  let lossNames: readonly string[] = [];
  const layout = layoutOf(spec.params);
  const frozenLayout = layoutOf(spec.frozen ?? {});
  const bufferLayout = layoutOf(spec.buffers ?? {});
  const slots = spec.optimizer.slots(layout.size, layout);
  const scalarNames = Object.keys(stepScalars(spec, 0, { learningRate: 1, averageDecay: 0 }));
  const averaged = spec.average === true;
  const clash = scalarNames.find((name) => `step.${name}` in spec.batch);
  if (clash) throw new ShapeError(`trainer ${spec.name}: the batch name step.${clash} is the optimiser's. Rename it.`);
  const program = defineProgram(
    {
      name: spec.name,
      state: { theta: { shape: [layout.size] }, ...(bufferLayout.size > 0 && { buffers: { shape: [bufferLayout.size] } }), ...(averaged && { average: { shape: [layout.size] } }), ...Object.fromEntries(Object.entries(slots).map(([name, shape]) => [name, { shape }])) },
      constants: frozenLayout.size > 0 ? { frozen: { shape: [frozenLayout.size] } } : {},
      feeds: { ...spec.batch, ...Object.fromEntries(scalarNames.map((name) => [`step.${name}`, { shape: [] }])) },
    },
    ({ state, constants, feeds }) => {
      const inputs: Readonly<Record<string, Value>> = feeds;
      const theta = state.theta!;
      const views = viewsOf(theta, layout);
      const frozen = constants.frozen ? viewsOf(constants.frozen, frozenLayout) : {};
      const batch = Object.fromEntries(Object.keys(spec.batch).map((name) => [name, inputs[name]!]));
      const buffers = state.buffers ? viewsOf(state.buffers, bufferLayout) : {};
      const average = state.average ? viewsOf(state.average, layout) : {};
      const { loss, metrics, buffers: nextBuffers = {} } = spec.loss({ params: views, frozen, buffers, batch, average });
      const losses: Readonly<Record<string, Value>> = isValue(loss) ? { loss } : loss;
      lossNames = Object.keys(losses);
      const byLoss = Object.fromEntries(Object.entries(losses).map(([name, l]) => [name, flatGradient(l, views, layout)]));
      const combined = spec.gradient ? spec.gradient({ gradients: byLoss, theta, frozen, batch }) : { gradient: onlyOne(spec.name, byLoss) };
      const scalars = Object.fromEntries(scalarNames.map((name) => [name, inputs[`step.${name}`]!]));
      const next = spec.optimizer.update({ theta, gradient: combined.gradient, slots: state, scalars, layout });
      const carried = state.buffers && { buffers: flatOf({ ...buffers, ...nextBuffers }, bufferLayout) };
      // average <- average + (1 - d)(theta - average) = d average + (1 - d) theta; what does not move stays as it is, bit for bit
      const followed = state.average && { average: add(state.average, mul(sub(next.theta, state.average), scalars.averageShare!)) };
      return { state: { theta: next.theta, ...carried, ...followed, ...next.slots }, outputs: { ...losses, ...metrics, ...('metrics' in combined ? combined.metrics : {}) } };
    },
  );
  return { program, layout, frozenLayout, bufferLayout, losses: lossNames };
}
/** Views joined into the flat vector [P] of their layout. */
const isValue = (x: object): x is Value => 'op' in x && 'attrs' in x;
function onlyOne(name: string, gradients: Readonly<Record<string, Value>>): Value {
  const [only, ...others] = Object.values(gradients);
  if (!only || others.length > 0) throw new ShapeError(`trainer ${name}: ${Object.keys(gradients).length} losses need a \`gradient\` that combines them.`);
  return only;
}

/** State and constants of a compiled step before its first run. */
export function initialOf({ program, layout, frozenLayout, bufferLayout }: CompiledTraining, from: Params, frozen: Params = {}): Record<string, Tensor> {
  const initial: Record<string, Tensor> = { theta: flatten(from, layout) };
  if (program.state.average) initial.average = Object.keys(from).some((name) => name.startsWith(averagePrefix)) ? flatten(averageOf(from), layout) : flatten(from, layout);
  if (bufferLayout.size > 0) initial.buffers = flatten(from, bufferLayout);
  for (const [name, { input }] of Object.entries(program.state)) initial[name] ??= tensor(new Float32Array(sizeOf(input.shape)), input.shape);
  if (frozenLayout.size > 0) initial.frozen = flatten(frozen, frozenLayout);
  return initial;
}
/** Everything that one step is fed with: the batch, and the scalars of the optimiser and the average. */
export function stepFeeds<F extends Feed>(spec: Pick<TrainerSpec, 'name' | 'optimizer' | 'average'>, step: number, hyper: Hyper, batch: Readonly<Record<string, F>>): Record<string, F | Tensor> {
  return { ...batch, ...Object.fromEntries(Object.entries(stepScalars(spec, step, hyper)).map(([name, value]) => [`step.${name}`, tensor([value], [])])) };
}

/** Steps between read-backs at most: bounds the outputs waiting on the device. */
const drainEvery = 64;
const drainMs = 120;

/** What may be written in `everyMs`: a state that is larger is saved as many times less often. */
const bytesAtOnce = 32 * 2 ** 20;
/** Params that were looked at wait in memory for the next save; beyond so many bytes it comes early. */
const mostUnsavedBytes = 256 * 2 ** 20;
const bytesOf = (params: Params): number => Object.values(params).reduce((sum, { data }) => sum + data.byteLength, 0);

/** A loss this many times its first value (or 1, if that is more) is no noise: the training has diverged, although its numbers are finite. */
const blowUp = 1e4;

/** Theta as it was after `step` steps. */
interface Good {
  readonly step: number;
  readonly theta: Tensor;
}
/** What a run asks of the session behind it. */
export type Stepping = Pick<Session, 'drain' | 'read'> & { step(feeds: Feeds): Promise<void> };
/** Loads a program, or takes a session that has it. */
export type Acquire = (program: Program, initial: Readonly<Record<string, Tensor>>, feeds: Feeds) => Promise<Stepping>;
/** What a training has done since it was last saved. */
interface Unsaved {
  metrics: Readonly<Record<string, number>>[];
  looks: { readonly step: number; readonly params: Params }[];
  /** Of the looks. */
  bytes: number;
}
/** One run in progress: `advance` takes one step. Steps that a journal has are answered from it; the session is asked for with the first that it has not. */
export class Running {
  private step = 0;
  private drained = 0;
  private lastDrain: number;
  private lastSave: number;
  /** Saves are close at first, so that a short training has one, and then grow apart: as shares of the journal's own time. */
  private saveShare = 1 / 8;
  /** Metrics of the first step, and of the last that was read back. */
  private first: Readonly<Record<string, number>> | undefined;
  private latest: Readonly<Record<string, number>> | undefined;
  private good: Good | undefined;
  private session: Stepping | undefined;
  private unsaved: Unsaved = { metrics: [], looks: [], bytes: 0 };
  /** Before each of the steps that are not shown yet. */
  private readonly spent: Spent[] = [];
  private readonly examples: number;

  constructor(
    private readonly run: TrainingRun,
    private readonly acquire: Acquire,
    private readonly compiled: CompiledTraining,
    private readonly host: Pick<Host, 'now'>,
    private readonly point: (step: number, metrics: Readonly<Record<string, number>>, spent: Spent) => void,
    private readonly meter: Meter,
    private readonly journal?: TrainingJournal,
  ) {
    this.lastDrain = this.lastSave = host.now();
    this.examples = examplesPerStep(run.trainer.spec);
  }

  get done(): boolean {
    return this.step >= this.run.steps;
  }
  /** Gets the session ready now, unless all that is asked for is recorded. */
  async prepare(): Promise<void> {
    if (this.recorded < this.run.steps || this.run.steps === 0) await this.opened();
  }
  async advance(): Promise<void> {
    this.meter.start();
    try {
      await this.feed();
      await this.settle();
    } finally {
      this.meter.stop();
    }
  }
  /** The first half of a step: queues it. */
  async feed(): Promise<void> {
    const step = this.step++;
    if (step < this.recorded) this.meter.timeLost();
    this.spent.push(this.meter.spent());
    this.meter.seen(this.examples);
    if (step >= this.recorded) await (await this.opened()).step(feedsOf(this.run, step));
  }
  /** The second half: reads back what is due, and shows it. */
  async settle(): Promise<void> {
    const { watch, firstStep = 0 } = this.run;
    const due = watch && (this.step % watch.every === 0 || this.done);
    if (this.step <= this.recorded) this.arrived(this.journal!.found!.metrics(this.step - 1));
    else if (due || this.done || this.step - this.drained >= drainEvery || this.host.now() - this.lastDrain > drainMs || this.step === 1) await this.drain();
    if (due) await watch.call({ step: this.step + firstStep, params: () => this.looked() });
    if (this.journal && this.step > this.recorded && this.drained === this.step && (this.done || this.saveDue(this.journal))) await this.save(this.journal);
  }
  /** With the buffers and the average, where there are any. */
  async params(): Promise<Params> {
    const { program, layout, bufferLayout } = this.compiled;
    const read = async (state: string, from: Layout): Promise<Params> => unflatten(await this.read(state), from);
    return {
      ...(await read('theta', layout)),
      ...(bufferLayout.size > 0 && (await read('buffers', bufferLayout))),
      ...(program.state.average && Object.fromEntries(Object.entries(await read('average', layout)).map(([name, p]) => [averagePrefix + name, p]))),
    };
  }

  /** Brings the metrics of steps that are not read back yet. */
  async show(): Promise<void> {
    if (this.step > this.drained) await this.drain();
  }

  /** Steps that the journal has. */
  private get recorded(): number {
    return this.journal?.found?.steps ?? 0;
  }
  private async opened(): Promise<Stepping> {
    if (this.session) return this.session;
    const { program } = this.compiled;
    this.session = await this.acquire(program, { ...initialOf(this.compiled, this.run.from, this.run.frozen), ...this.journal?.found?.state }, feedsOf(this.run, Math.min(this.recorded, Math.max(0, this.run.steps - 1))));
    this.lastDrain = this.lastSave = this.host.now();
    return this.session;
  }
  private async read(state: string): Promise<Tensor> {
    return this.session ? this.session.read(state) : (this.journal?.found?.state[state] ?? (await this.opened()).read(state));
  }
  /** Params as `watch` sees them: those of a recorded step come from the journal, those of a new one go into it. */
  private async looked(): Promise<Params> {
    const { step } = this;
    if (step <= this.recorded) return this.journal!.found!.looks.get(step) ?? (step === this.recorded ? this.params() : notRecorded(this.run.arm, step));
    const params = await this.params();
    if (this.journal && this.unsaved.looks.at(-1)?.step !== step) {
      this.unsaved.looks.push({ step, params });
      this.unsaved.bytes += bytesOf(params);
    }
    return params;
  }
  private saveDue(journal: TrainingJournal): boolean {
    const stateBytes = Object.values(this.compiled.program.state).reduce((sum, { input }) => sum + 4 * sizeOf(input.shape), 0);
    return this.unsaved.bytes > mostUnsavedBytes || this.host.now() - this.lastSave > this.saveShare * journal.everyMs * Math.max(1, stateBytes / bytesAtOnce);
  }
  private async save(journal: TrainingJournal): Promise<void> {
    const names = Object.keys(this.compiled.program.state);
    const state = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await this.read(name)] as const)));
    const { metrics, looks } = this.unsaved;
    journal.save({ steps: this.drained, metrics, looks, state });
    this.unsaved = { metrics: [], looks: [], bytes: 0 };
    this.lastSave = this.host.now();
    this.saveShare = Math.min(1, 2 * this.saveShare);
  }

  private async drain(): Promise<void> {
    const session = await this.opened();
    for (const output of await session.drain()) {
      const metrics = scalarsOf(output);
      this.arrived(metrics);
      if (this.journal) this.unsaved.metrics.push(metrics);
    }
    const theta = await session.read('theta');
    // A loss can still be finite where the update that follows it was not.
    if (floats(theta).every(Number.isFinite)) this.good = { step: this.drained, theta };
    this.lastDrain = this.host.now();
  }
  /** The metrics of the next step, in order. */
  private arrived(metrics: Readonly<Record<string, number>>): void {
    const bad = Object.entries(metrics).find(([name, value]) => !Number.isFinite(value) || this.blownUp(name, value));
    if (bad) throw diverged(this.run, this.drained, bad, this.latest, this.good && { step: this.good.step, params: unflatten(this.good.theta, this.compiled.layout) });
    const spent = this.spent.shift() ?? unmeasured;
    const chart = this.run.chart ? this.run.chart(this.drained, metrics) : metrics;
    if (chart) this.point(this.drained + (this.run.firstStep ?? 0), chart, spent);
    this.drained++;
    this.first ??= metrics;
    this.latest = metrics;
  }
  private blownUp(name: string, value: number): boolean {
    return this.compiled.losses.includes(name) && Math.abs(value) > blowUp * Math.max(1, Math.abs(this.first?.[name] ?? 0));
  }
}

function notRecorded(arm: string, step: number): never {
  throw new MismatchError(`${arm}: the journal has no params of step ${step}, which the method asks for now and did not ask for when it was written. Start the run anew.`);
}
/** By what a journal tells one training from another: what is trained, from which numbers, for how long. */
export function keyOf({ trainer: { spec }, arm, from, frozen, steps, firstStep = 0 }: TrainingRun): string {
  const hash = new Fingerprint().addText(`${spec.name}/${arm}/${steps}/${firstStep}/${spec.optimizer.name}`);
  for (const params of [from, frozen ?? {}]) for (const [name, value] of Object.entries(params)) hash.addText(`${name}${showShape(value.shape)}`).addFloats(floats(value));
  return hash.hex();
}

/** What a run's step is fed with. */
export const feedsOf = (run: TrainingRun, step: number): Record<string, Feed> => stepFeeds(run.trainer.spec, step, run.hyper(step), run.next(step));
const scalarsOf = (outputs: Outputs): Record<string, number> => Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, floats(value)[0]!]));

/** A training that left the finite numbers, or whose loss blew up: its last good params are kept on the error. */
export class Diverged extends NumericsError {
  constructor(
    message: string,
    readonly arm: string,
    readonly lastGood: Params | undefined,
  ) {
    super(message);
  }
}
function diverged(run: TrainingRun, step: number, [metric, value]: readonly [string, number], before: Readonly<Record<string, number>> | undefined, good: { step: number; params: Params } | undefined): Diverged {
  const hyper: Hyper = run.hyper(step);
  const digits = (x: number): number => Number(x.toPrecision(4));
  const was = before?.[metric] === undefined ? '' : ` (it was ${digits(before[metric])})`;
  const kept = good ? ` The params after step ${good.step} and every point before are kept.` : '';
  // The first loss comes of the params and the batch alone: no learning rate has had a part in it.
  const advice = before ? `Lower the learning rate, now ${digits(hyper.learningRate)}.` : 'It was the first step, before anything was learned: look for what is not finite, or far too large, in the data or in the params that it starts from.';
  return new Diverged(
    `${run.arm}: ${metric} ${Number.isFinite(value) ? 'grew to' : 'became'} ${Number.isNaN(value) ? 'NaN' : digits(value)} at step ${step + 1}${was}. ${advice}${kept}`,
    run.arm,
    good?.params,
  );
}

/** Steps every run in turn until all are done, through the control's gate. */
export async function alternate(runs: readonly Running[], control: Control, stepped: () => void): Promise<void> {
  for (let left = runs.filter((r) => !r.done); left.length > 0; left = left.filter((r) => !r.done)) {
    await control.beforeStep(async () => {
      for (const running of left) await running.show();
    });
    for (const running of left) {
      await running.advance();
      stepped();
      await control.breathe();
    }
  }
}
