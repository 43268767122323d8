/** Runs an experiment: every seed's trial in turn, what it shows sent on in batches. The same for the page and the command line. */
import { steadyNow } from '../base/clock';
import { InputError, toProblem, type Problem } from '../base/errors';
import { Fingerprint, sha256 } from '../base/hash';
import { writeSafetensors } from '../engine/safetensors';
import { createLab } from '../lab/create-lab';
import type { Backends, Sink } from '../lab/host';
import type { RunRecord } from '../lab/record';
import type { AnyMethod } from '../lab/method';
import type { RunJournal, TrialShown } from '../keep/run-journal';
import { Diverged } from '../lab/training';
import { limits, type Experiment, type Provider } from '../spec/experiment';
import { readKnobs } from '../spec/knobs';
import type { FileBytes, RunEvent, SeriesBatch, Spent } from '../spec/messages';
import type { Picture } from '../spec/picture';
import { checkedAgain } from '../spec/lights';
import type { Light, Outcome, RunResult } from '../spec/result';
import { createBackends, type Executors } from './backends';
import type { RunControl } from './control';
import { MarkedModels } from './marked-models';

export interface RunOptions {
  readonly runId: string;
  readonly experiment: Experiment;
  readonly method: AnyMethod;
  readonly files: readonly FileBytes[];
  readonly executors: Executors;
  readonly control: RunControl;
  readonly asset: (path: string) => Promise<Uint8Array>;
  readonly emit: (event: RunEvent) => void;
  /** Told what the trial keeps for live questions, each time. */
  readonly keep?: (kept: unknown) => void;
  /** Where the run is kept as it goes, and taken up where an earlier attempt left it. */
  readonly journal?: RunJournal;
  /** Told what is trained and evaluated, for whoever wants to take it away. */
  readonly record?: RunRecord;
  /** Instead of choosing by the experiment: for tests. */
  readonly backends?: Backends;
}
/** How often metrics go out. */
const batchMs = 100;

/** Files must be those that the experiment names: same order, same bytes. @throws InputError naming the first that is not. */
export async function checkFiles(experiment: Experiment, files: readonly FileBytes[]): Promise<void> {
  for (const [i, ref] of experiment.files.entries()) {
    const file = files[i];
    if (!file) throw new InputError(`This experiment reads the file ${ref.name} (${ref.sizeBytes} bytes), which is not here. Drop it on the page, or name it with --file.`);
    if (file.bytes.length > limits.fileBytes) throw new InputError(`${file.name} holds ${file.bytes.length} bytes; at most ${limits.fileBytes} are read.`);
    if (file.bytes.length !== ref.sizeBytes || (await sha256(file.bytes)) !== ref.sha256)
      throw new InputError(`${file.name} is not the file that this experiment was made with (${ref.name}, ${ref.sizeBytes} bytes, sha256 ${ref.sha256.slice(0, 12)}...). Drop that one, or start a new experiment with yours.`);
  }
}

/** @returns what the last trial kept, for the card's questions, and the models that the trials marked; undefined if the run failed or was stopped. */
export async function runExperiment(options: RunOptions): Promise<{ result?: RunResult; kept?: unknown; models?: MarkedModels; problem?: Problem }> {
  const { runId, experiment, method, emit } = options;
  const began = steadyNow();
  let provider: Provider = 'wasm';
  const outcomes: Outcome[] = [];
  const lights = new Map<string, Light>();
  const marks = new Map<string, string>();
  const models = new MarkedModels();
  const series = new Map<string, Growing & { readonly seed: number }>();
  let lastFlush = began;
  let trial = 0;

  const flush = (): void => {
    const batch: SeriesBatch[] = [...series.values()].map((s) => ({ ...s, ...columnsOf(s) }));
    series.clear();
    lastFlush = steadyNow();
    if (batch.length > 0) emit({ type: 'metrics', runId, batch });
  };
  options.control.flush = flush;
  let first = true;
  const sink: Sink = {
    point: (arm, seed, metric, step, value, spent) => {
      const key = `${arm}\n${metric}\n${seed}`;
      let s = series.get(key);
      if (!s) series.set(key, (s = { seed, ...growing(arm, metric) }));
      push(s, step, value, spent);
      if (first || steadyNow() - lastFlush > batchMs) flush();
      first = false;
    },
    picture: (id, seed, picture) => emit({ type: 'picture', runId, id, seed, picture }),
    light: (light) => {
      lights.set(`${light.id}\n${light.arm ?? ''}\n${light.seed}`, light);
      emit({ type: 'light', runId, light });
    },
    outcome: (arm, seed, metric, value) => outcomes.push({ arm, seed, metric, value }),
    mark: (name, seed, fingerprint, model) => {
      marks.set(`${seed}/${name}`, fingerprint);
      models.marked(name, seed, model);
    },
    keep: (kept) => options.keep?.(kept),
    progress: (share, label) => {
      const all = (trial + share) / experiment.seeds;
      const elapsedMs = steadyNow() - began;
      // Too early an estimate is noise.
      const leftMs = all > 0.03 && elapsedMs > 1500 ? (elapsedMs / all) * (1 - all) : undefined;
      if (steadyNow() - lastProgress < batchMs && share < 1) return;
      lastProgress = steadyNow();
      emit({ type: 'progress', runId, share: all, label: experiment.seeds > 1 ? `${label} (seed ${trial + 1} of ${experiment.seeds})` : label, elapsedMs, ...(leftMs !== undefined && { leftMs }) });
    },
  };
  let lastProgress = -Infinity;
  const finishedSeed = (seed: number): void => emit({ type: 'outcomes', runId, outcomes: outcomes.filter((o) => o.seed === seed) });

  const result = (): RunResult => {
    const hash = new Fingerprint();
    for (const key of [...marks.keys()].sort()) hash.addText(`${key}=${marks.get(key)}`);
    const sorted = [...outcomes].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    for (const outcome of sorted) hash.addText(`${keyOf(outcome)}=${outcome.value}`);
    return { outcomes, lights: [...lights.values()], proof: { provider, fingerprint: hash.hex(), marks: sorted.slice(0, 12).map((o) => Number(o.value.toPrecision(6))) }, elapsedMs: steadyNow() - began };
  };

  let close: (() => Promise<void>) | undefined;
  try {
    await checkFiles(experiment, options.files);
    const knobs = readKnobs(method.card.knobs, experiment.knobs);
    const { journal } = options;
    // A run that goes on stays where it was: another provider, or another race, would give other bits.
    const before = journal?.provider === 'wasm' || journal?.provider === 'webgpu' ? journal.provider : undefined;
    const backends =
      options.backends ??
      createBackends(before ? { ...experiment, backend: before } : experiment, options.executors, (p, why) => {
        provider = p;
        journal?.provided(p);
        emit({ type: 'provider', runId, provider: p, why: before && experiment.backend === 'auto' ? 'As before it was interrupted.' : why });
      });
    if (before) provider = before;
    let kept: unknown;
    for (trial = 0; trial < experiment.seeds; trial++) {
      const seed = experiment.seed + trial;
      const shown = await journal?.done(trial);
      if (shown) {
        showAgain(shown, seed, sink);
        finishedSeed(seed);
        continue;
      }
      const [seen, recorded] = recording(sink);
      const made = createLab({ backends, sink: recorded, control: options.control, asset: options.asset, files: options.files, now: steadyNow, ...(journal && { journal: journal.trial(trial) }), ...(options.record && { record: options.record }) }, seed, experiment.arms);
      close = made.close;
      kept = await method.run(made.lab, knobs);
      flush();
      finishedSeed(seed);
      journal?.finish(trial, seen());
      await made.close();
      close = undefined;
    }
    flush();
    const finished = result();
    emit({ type: 'finished', runId, result: finished, ...(models.heads.length > 0 && { models: models.heads }) });
    return { result: finished, kept, models };
  } catch (error) {
    flush();
    await close?.().catch(() => undefined);
    const problem = toProblem(error);
    const lastGood = error instanceof Diverged && error.lastGood && { name: `${experiment.method}-${error.arm}-last-good.safetensors`, bytes: writeSafetensors(error.lastGood, { experiment: JSON.stringify(experiment) }) };
    emit({ type: 'failed', runId, problem, partial: result(), ...(lastGood && { lastGood }) });
    return { problem, result: result() };
  }
}
/** A series as it comes, point by point. */
interface Growing {
  readonly arm: string;
  readonly metric: string;
  readonly steps: number[];
  readonly values: number[];
  readonly timesMs: number[];
  readonly examples: number[];
}
const growing = (arm: string, metric: string): Growing => ({ arm, metric, steps: [], values: [], timesMs: [], examples: [] });
function push(series: Growing, step: number, value: number, { timeMs, examples }: Spent): void {
  series.steps.push(step);
  series.values.push(value);
  series.timesMs.push(timeMs);
  series.examples.push(examples);
}
const columnsOf = ({ steps, values, timesMs, examples }: Growing): Pick<SeriesBatch, 'steps' | 'values' | 'timesMs' | 'examples'> =>
  ({ steps: Float64Array.from(steps), values: Float64Array.from(values), timesMs: Float32Array.from(timesMs), examples: Float32Array.from(examples) });
/** A sink that keeps all that goes through it. */
function recording(sink: Sink): [() => TrialShown, Sink] {
  const outcomes: Outcome[] = [];
  const lights = new Map<string, Light>();
  const marks: Record<string, string> = {};
  const pictures: Record<string, Picture> = {};
  const series = new Map<string, Growing>();
  const newest = new Map<string, number>();
  let newestOfAny: number | undefined;
  const shown = (): TrialShown => ({ outcomes, lights: [...lights.values()], marks, pictures, series: [...series.values()].map((s) => ({ ...s, ...columnsOf(s) })) });
  const recorded: Sink = {
    ...sink,
    point: (arm, seed, metric, step, value, spent) => {
      const key = `${arm}\n${metric}`;
      let s = series.get(key);
      if (!s) series.set(key, (s = growing(arm, metric)));
      push(s, step, value, spent);
      newest.set(arm, step);
      newestOfAny = step;
      sink.point(arm, seed, metric, step, value, spent);
    },
    picture: (id, seed, picture) => {
      pictures[id] = picture;
      sink.picture(id, seed, picture);
    },
    light: (light) => {
      const key = `${light.id}\n${light.arm ?? ''}`;
      const checked = checkedAgain(lights.get(key), light, light.arm === undefined ? newestOfAny : newest.get(light.arm));
      lights.set(key, checked);
      sink.light(checked);
    },
    outcome: (arm, seed, metric, value) => {
      outcomes.push({ arm, seed, metric, value });
      sink.outcome(arm, seed, metric, value);
    },
    mark: (name, seed, fingerprint, model) => {
      marks[name] = fingerprint;
      sink.mark(name, seed, fingerprint, model);
    },
  };
  return [shown, recorded];
}
/** What a trial has shown, shown again. */
function showAgain({ outcomes, lights, marks, series, pictures }: TrialShown, seed: number, sink: Sink): void {
  for (const { arm, metric, steps, values, timesMs, examples } of series) for (let i = 0; i < steps.length; i++) sink.point(arm, seed, metric, steps[i]!, values[i]!, { timeMs: timesMs[i]!, examples: examples[i]! });
  for (const [id, picture] of Object.entries(pictures)) sink.picture(id, seed, picture);
  for (const light of lights) sink.light(light);
  for (const { arm, metric, value } of outcomes) sink.outcome(arm, seed, metric, value);
  for (const [name, fingerprint] of Object.entries(marks)) sink.mark(name, seed, fingerprint);
}
const keyOf = (o: Outcome): string => `${o.seed}/${o.arm}/${o.metric}`;
