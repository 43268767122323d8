/**
 * What methods program against. A method's body is deterministic: everything it does to a model goes through these verbs, everything
 * it draws comes from `lab.rng`, everything it shows goes out by `report`, `picture`, `light` and `outcome`.
 */
import type { Random } from '../base/random';
import type { Params, Tensor } from '../base/tensor';
import type { Feeds, Outputs, Session } from '../engine/executor';
import type { InputSpec, Program } from '../engine/program';
import type { Value } from '../engine/value';
import type { Views } from '../nn/layers';
import type { Hyper, Optimizer } from '../nn/optimizers';
import type { FileBytes } from '../spec/messages';
import type { Picture } from '../spec/picture';
import type { Measured } from '../spec/result';

export type Shapes = Readonly<Record<string, readonly number[]>>;

/** A training step to compile: which params are trained, how the loss comes about, what is done with its gradient. */
export interface TrainerSpec {
  readonly name: string;
  /** Shapes of the trained params. */
  readonly params: Shapes;
  /** Shapes of params that the step reads and never changes. */
  readonly frozen?: Shapes;
  /** Shapes of buffers: state without gradient (running statistics, averages), replaced by each step. Runs start with theirs in `from`, and give them back. */
  readonly buffers?: Shapes;
  /**
   * Keeps a moving average of the params (Polyak and Juditsky 1992; as a teacher: Tarvainen and Valpola 2017, arXiv:1703.01780), updated after
   * each step with `Hyper.averageDecay`: average <- d average + (1 - d) theta. It begins as the params, or as those that `from` holds under
   * `average.`, and comes back with the params under the same names: `averageOf`.
   */
  readonly average?: boolean;
  /** One batch, as the step is fed with it; noise is part of it. */
  readonly batch: Readonly<Record<string, InputSpec>>;
  /** The losses: one scalar, or several by name whose gradients `gradient` combines. Metrics are scalars. A buffer left out stays as it is. `average`: the moving average before this step, without gradient; empty where none is kept. */
  readonly loss: (at: { params: Views; frozen: Views; buffers: Views; batch: Views; average: Views }) => { loss: Value | Readonly<Record<string, Value>>; metrics?: Readonly<Record<string, Value>>; buffers?: Readonly<Record<string, Value>> };
  /** From each loss's gradient, flat [P], the one that the optimiser takes. Default: that of the only loss. */
  readonly gradient?: (at: { gradients: Readonly<Record<string, Value>>; theta: Value; frozen: Views; batch: Views }) => { gradient: Value; metrics?: Readonly<Record<string, Value>> };
  readonly optimizer: Optimizer;
}
export interface Trainer {
  readonly spec: TrainerSpec;
}
/** One training run of a compiled step. */
export interface TrainingRun {
  readonly trainer: Trainer;
  /** Whose curve this is. */
  readonly arm: string;
  /** Where the params start, and the buffers where there are any. */
  readonly from: Params;
  readonly frozen?: Params;
  readonly steps: number;
  readonly hyper: (step: number) => Hyper;
  /** The batch of a step: a function of the step alone; noise may be asked for instead of made (base/noise). Not asked for again for steps that a journal answers, so nothing may be noted down in it. */
  readonly next: (step: number) => Feeds;
  /** Called with the step's metrics, in order, soon after it ran; what it returns is charted. Default: the metrics as they are. */
  readonly chart?: (step: number, metrics: Readonly<Record<string, number>>) => Readonly<Record<string, number>> | undefined;
  /** Added to the step on the chart's axis, for runs that follow one another in one curve. */
  readonly firstStep?: number;
  /** Called every `every` steps, and after the last, with the params as they stand: evaluations and pictures go here. */
  readonly watch?: { readonly every: number; readonly call: (at: { step: number; params: () => Promise<Params> }) => Promise<void> };
}
/** A compiled forward function. */
export interface Forward {
  /** `params` in the shapes it was made for; inputs by name. */
  run(params: Params, inputs: Readonly<Record<string, Tensor>>): Promise<Outputs>;
}
export interface ForwardSpec {
  readonly name: string;
  readonly params: Shapes;
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly outputs: (at: { params: Views; inputs: Views }) => Readonly<Record<string, Value>>;
}

/** What is marked, where it is more or less than the params of a model. */
export interface Marked {
  /** Numbers that nobody would load into a model (readings, pictures): they prove, and are no checkpoint. */
  readonly figures?: true;
  /** The whole model, where only what has changed of it is marked. */
  readonly whole?: Params;
  /** The ONNX file whose initializers go by these names: other numbers can be put into it. */
  readonly onnx?: Uint8Array;
}
export interface Lab {
  /** The number of this trial's seed, and the stream that all its randomness forks from. */
  readonly seed: number;
  readonly rng: Random;
  /** Arms that the experiment asks for. */
  readonly arms: ReadonlySet<string>;
  /** The user's files, whole. */
  readonly files: readonly FileBytes[];
  /** A file that ships with the project, by its path: 'models/cnn.onnx', 'data/typefaces.bin'. */
  asset(path: string): Promise<Uint8Array>;

  /** Prepares a training step; it is compiled when first used, once for any number of runs. */
  trainer(spec: TrainerSpec): Trainer;
  /** Runs a training to its end: the trained params, and the buffers where there are any. @throws NumericsError naming the step when a metric stops being finite. */
  train(run: TrainingRun): Promise<Params>;
  /** Several trainings side by side, a step each in turn: their curves grow together. Results in order. */
  together(runs: readonly TrainingRun[]): Promise<Params[]>;
  /**
   * Trainings of one trainer whose set the knobs fix: a sweep, the ingredients of a soup. Where a step costs by the dispatch (WebGPU), in
   * one graph, equal to training them alone up to rounding; elsewhere one after another, as `train`. Either way all that is shown comes
   * run by run, and `done` is awaited with each result in order. @throws MismatchError if their trainers differ
   */
  ingredients(runs: readonly TrainingRun[], done: (params: Params, at: number) => Promise<void>): Promise<void>;
  forward(spec: ForwardSpec): Forward;
  /** The honest way for the rest: any program, loaded; released with the trial. */
  compile(program: Program, initial: Readonly<Record<string, Tensor>>): Promise<Session>;

  /** How many units of work (training steps, or as many as an evaluation is worth) the body expects to do in all. */
  expect(units: number): void;
  /** Units done outside a training, and what is being done now. Also lets Pause and Stop through. */
  worked(units: number, label: string): Promise<void>;
  report(arm: string, step: number, metrics: Readonly<Record<string, number>>): void;
  /** Final numbers of an arm: what tables and claim checks read. */
  outcome(arm: string, metrics: Readonly<Record<string, number>>): void;
  picture(id: string, picture: Picture): void;
  /** An invariant of the card: whether it holds now, and the figures. Where one number against a bound decides (`atMost`, `near`, ... of spec/lights), both are shown. */
  light(id: string, holds: boolean | Measured, detail: string, arm?: string): void;
  /** What the card's live questions are answered from while the trial goes on, and when it ends early. Its result replaces it. */
  keep(kept: unknown): void;
  /** Puts params under the run's fingerprint, and offers them as a checkpoint when the run has ended. */
  mark(name: string, params: Params, what?: Marked): void;
}
