import { MismatchError } from '../base/errors';
import { Fingerprint } from '../base/hash';
import { Random } from '../base/random';
import { floats, type Params, type Tensor } from '../base/tensor';
import type { Executor, Session } from '../engine/executor';
import { flatten, layoutOf } from '../engine/layout';
import { viewsOf } from '../engine/ops/compose';
import { defineProgram, type Program } from '../engine/program';
import type { Host } from './host';
import type { Forward, ForwardSpec, Lab, Trainer, TrainerSpec, TrainingRun } from './lab';
import { meetsBound } from '../spec/lights';
import type { Spent } from '../spec/messages';
import { trainJointly } from './ingredients';
import { Meter, unmeasured } from './meter';
import { alternate, feedsOf, initialOf, keyOf, Running, trainingProgram, type CompiledTraining } from './training';

/** A lab for one trial (one seed), and `close`, which releases all that it compiled. */
export function createLab(host: Host, seed: number, arms: readonly string[]): { lab: Lab; close: () => Promise<void> } {
  const { sink, control, backends } = host;
  const sessions = new Set<Session>();
  /** Loaded steps that no run is using, by trainer. */
  const idle = new Map<Trainer, Session[]>();
  const compiled = new Map<Trainer, CompiledTraining>();
  let expected = 0;
  let done = 0;

  const load = async (executor: Executor, program: Program, initial: Readonly<Record<string, Tensor>>): Promise<Session> => {
    const session = await executor.load(program, initial);
    sessions.add(session);
    return session;
  };
  const meters = new Map<string, Meter>();
  function meterOf(arm: string): Meter {
    let meter = meters.get(arm);
    if (!meter) meters.set(arm, (meter = new Meter(host.now)));
    return meter;
  }
  const show = (arm: string, step: number, metrics: Readonly<Record<string, number>>, spent: Spent): void => {
    for (const [metric, value] of Object.entries(metrics)) sink.point(arm, seed, metric, step, value, spent);
  };
  const worked = (units: number, label: string): void => {
    done += units;
    if (expected > 0) sink.progress(Math.min(1, done / expected), label);
  };

  function compile(trainer: Trainer): CompiledTraining {
    let program = compiled.get(trainer);
    if (!program) compiled.set(trainer, (program = trainingProgram(trainer.spec)));
    return program;
  }
  /** A training at its beginning, or as far as the journal has it, and how to give back what it was run on for what has come out of it. */
  async function start(asked: TrainingRun): Promise<{ running: Running; giveBack: () => Promise<Params> }> {
    const { trainer } = asked;
    const recording = host.record?.began(seed, asked, compile(trainer));
    const run = recording?.run ?? asked;
    let session: Session | undefined;
    const running = new Running(
      run,
      async (p, initial, feeds) => {
        session = idle.get(trainer)?.pop();
        if (session) for (const [name, value] of Object.entries(initial)) await session.write(name, value);
        else session = await load(await backends.choose(p, initial, feeds), p, initial);
        return session;
      },
      compile(trainer),
      host,
      (step, metrics, spent) => show(run.arm, step, metrics, spent),
      meterOf(run.arm),
      await host.journal?.training(keyOf(run)),
    );
    await running.prepare(); // one after another: sessions are created one at a time
    recording?.readable(() => running.params());
    const giveBack = async (): Promise<Params> => {
      const params = await running.params();
      recording?.ended(params);
      if (session) idle.set(trainer, [...(idle.get(trainer) ?? []), session]);
      return params;
    };
    return { running, giveBack };
  }

  const lab: Lab = {
    seed,
    rng: Random.seed(seed),
    arms: new Set(arms),
    files: host.files,
    asset: host.asset,
    trainer: (spec: TrainerSpec): Trainer => ({ spec }),
    train: async (run) => (await lab.together([run]))[0]!,
    together: async (runs) => {
      const started: Awaited<ReturnType<typeof start>>[] = [];
      for (const run of runs) started.push(await start(run));
      await alternate(started.map((s) => s.running), control, () => worked(1, runs.length === 1 ? `Training ${runs[0]!.arm}` : 'Training'));
      const results: Params[] = [];
      for (const { giveBack } of started) results.push(await giveBack());
      return results;
    },
    ingredients: async (runs, done) => {
      const [first] = runs;
      if (!first) return;
      if (runs.some(({ trainer }) => trainer !== first.trainer)) throw new MismatchError('lab.ingredients: runs of different trainers came. Make one trainer for all of them.');
      const program = compile(first.trainer);
      const executor = await backends.choose(program.program, initialOf(program, first.from, first.frozen), feedsOf(first, 0));
      if (executor.provider !== 'webgpu' || runs.length === 1) {
        for (const [at, run] of runs.entries()) await done(await lab.train(run), at);
        return;
      }
      for (const { arm } of runs) meterOf(arm).allLost();
      const opened = (lifted: Program, initial: Readonly<Record<string, Tensor>>): Promise<Session> => load(executor, lifted, initial);
      const recordings = runs.map((run) => host.record?.began(seed, run, program));
      await trainJointly({
        runs: runs.map((run, at) => recordings[at]?.run ?? run), compiled: program, load: opened, host,
        point: (run, step, metrics) => lab.report(run.arm, step, metrics), stepped: () => worked(1, 'Training'),
        done: async (params, at) => {
          recordings[at]?.ended(params);
          await done(params, at);
        },
      });
    },
    forward: (spec: ForwardSpec): Forward => {
      const layout = layoutOf(spec.params);
      let loaded: Promise<Session> | undefined;
      let current: Params | undefined;
      return {
        run: async (params, inputs) => {
          host.record?.ran(seed, spec, params);
          if (!loaded) {
            const program = defineProgram({ name: spec.name, constants: layout.size > 0 ? { theta: { shape: [layout.size] } } : {}, feeds: spec.inputs }, ({ constants, feeds }) => ({
              outputs: spec.outputs({ params: constants.theta ? viewsOf(constants.theta, layout) : {}, inputs: feeds }),
            }));
            const initial: Record<string, Tensor> = layout.size > 0 ? { theta: flatten(params, layout) } : {};
            current = params;
            loaded = backends.current().then((executor) => load(executor, program, initial));
          }
          const session = await loaded;
          if (current !== params && layout.size > 0) await session.write('theta', flatten(params, layout));
          current = params;
          return session.run(inputs);
        },
      };
    },
    compile: async (program, initial) => load(await backends.current(), program, initial),
    expect: (units) => {
      expected += units;
    },
    worked: async (units, label) => {
      worked(units, label);
      const pause = (): Promise<void> => control.pausePoint();
      await [...meters.values()].reduce((work, meter) => () => meter.without(work), pause)(); // an evaluation is an arm's own, a pause within it is not
    },
    report: (arm, step, metrics) => show(arm, step, metrics, meters.get(arm)?.spent() ?? unmeasured),
    outcome: (arm, metrics) => {
      for (const [metric, value] of Object.entries(metrics)) sink.outcome(arm, seed, metric, value);
    },
    picture: (id, picture) => sink.picture(id, seed, picture),
    light: (id, holds, detail, arm) => sink.light({ id, ...(typeof holds === 'boolean' ? { holds } : { holds: meetsBound(holds), measured: holds }), detail, seed, ...(arm !== undefined && { arm }) }),
    keep: (kept) => sink.keep(kept),
    mark: (name, params, what = {}) => {
      const hash = new Fingerprint();
      for (const [param, value] of Object.entries(params)) hash.addText(param).addFloats(floats(value));
      sink.mark(name, seed, hash.hex(), what.figures ? undefined : { params: what.whole ?? params, ...(what.onnx && { onnx: what.onnx }) });
    },
  };
  return {
    lab,
    close: async () => {
      await host.record?.settle();
      for (const session of sessions) await session.release();
      sessions.clear();
    },
  };
}
