/** The worker: owns onnxruntime-web, runs one experiment at a time, answers the card's questions, sends events. */
import { steadyNow } from '../base/clock';
import { assertNever, InputError, toProblem } from '../base/errors';
import { allowOwnScriptsAlone } from '../base/trusted';
import { createLab } from '../lab/create-lab';
import { RunRecord } from '../lab/record';
import { silent } from '../lab/silent';
import { loadMethod } from '../methods';
import { runtimeFacts } from '../runtime/facts';
import type { Checkpoint } from '../spec/checkpoint';
import type { Experiment } from '../spec/experiment';
import { readKnobs } from '../spec/knobs';
import type { Card } from '../spec/card';
import type { Alive, Command, RunEvent, RunId, RuntimeFacts } from '../spec/messages';
import { fetchAsset } from './assets';
import { createBackends, createExecutors } from './backends';
import { RunControl } from './control';
import { FileShelf } from './files';
import { keepRun } from './keeping';
import { tellLife } from './life';
import type { MarkedModels } from './marked-models';
import { runExperiment } from './run';
import { takeAway } from './take-away';

allowOwnScriptsAlone();
void tellLife((lock) => self.postMessage({ type: 'alive', lock } satisfies Alive));
const emit = (event: RunEvent): void => self.postMessage(event);
let facts: Promise<RuntimeFacts> | undefined;
const knowFacts = (): Promise<RuntimeFacts> => (facts ??= runtimeFacts());
const executors = createExecutors(knowFacts);
const controls = new Map<RunId, RunControl>();
const shelf = new FileShelf();
/** What the last run left behind, or has kept so far, for questions about it. */
let last: { runId: RunId; kept: unknown; models?: MarkedModels; experiment?: Experiment } | undefined;
/** What the last run has trained, or the one that goes on. */
let recorded: { readonly runId: RunId; readonly record: RunRecord; readonly arms: Card['arms'] } | undefined;
/** Runs and questions, one after another. */
let queue: Promise<void> = Promise.resolve();
const enqueue = (work: () => Promise<void>): void => void (queue = queue.then(work, work));

type Files = ReturnType<FileShelf['take']>;
async function run({ runId, experiment, keep: inStorage }: Extract<Command, { type: 'run' }>, files: Files): Promise<void> {
  const control = controls.get(runId)!;
  last = recorded = undefined;
  try {
    const method = await loadMethod(experiment.method);
    const record = new RunRecord();
    recorded = { runId, record, arms: method.card.arms };
    const keep = (kept: unknown): void => void (last = { runId, kept });
    const stored = inStorage ? await keepRun({ runId, untilKept: inStorage === 'until kept', card: method.card, experiment, files: files(), notKept: (why) => emit({ type: 'notKept', runId, why }) }) : undefined;
    const { kept, models, problem } = await runExperiment({ runId, experiment, method, files: files(), executors, control, asset: fetchAsset, emit, keep, record, ...(stored && { journal: stored.journal }) });
    await stored?.ended(problem?.kind);
    if (!problem) last = { runId, kept, experiment, ...(models && { models }) };
  } catch (error) {
    emit({ type: 'failed', runId, problem: toProblem(error) });
  } finally {
    controls.delete(runId);
  }
}

async function answer(command: Extract<Command, { type: 'ask' }>, files: Files): Promise<void> {
  const { askId, ask, experiment } = command;
  try {
    const method = await loadMethod(experiment.method);
    const asked = method.card.asks && Object.hasOwn(method.card.asks, ask) ? method.card.asks[ask] : undefined;
    const reply = method.asks?.[ask];
    if (!asked || !reply) throw new InputError(`${experiment.method} has no question "${ask.slice(0, 60)}".`);
    const kept = last && last.runId === command.runId ? last.kept : undefined;
    if (asked.needsRun && kept === undefined) throw new InputError(asked.live && controls.has(command.runId ?? '') ? 'The run has only begun, and there is nothing to tell yet. Ask again in a moment.' : 'This asks about a finished run, and there is none in memory. Press Run first.');
    const { lab, close } = createLab(
      {
        backends: createBackends({ backend: 'wasm', threads: experiment.threads }, executors, () => undefined),
        sink: silent,
        control: new RunControl(),
        asset: fetchAsset,
        files: files(),
        now: steadyNow,
      },
      experiment.seed,
      experiment.arms,
    );
    try {
      const given = await reply(lab, readKnobs(method.card.knobs, experiment.knobs), readKnobs(asked.knobs, command.values), kept);
      emit({ type: 'answer', askId, ask, answer: given });
    } finally {
      await close();
    }
  } catch (error) {
    emit({ type: 'askFailed', askId, ask, problem: toProblem(error) });
  }
}
async function keepModels(runId: RunId): Promise<void> {
  const checkpoints: Checkpoint[] = [];
  try {
    if (last?.runId !== runId || !last.models || !last.experiment) throw new InputError('The params of this run are not in memory any more. Run it again to keep its checkpoints.');
    const { card } = await loadMethod(last.experiment.method);
    await last.models.keep(card, last.experiment, (kept) => void checkpoints.push(kept));
    emit({ type: 'modelsKept', runId, checkpoints });
  } catch (error) {
    emit({ type: 'modelsKept', runId, checkpoints, problem: toProblem(error) });
  }
}
async function take({ takeId, runId }: Extract<Command, { type: 'takeAway' }>): Promise<void> {
  try {
    if (recorded?.runId !== runId) throw new InputError('What this run trained is no longer in memory: another run began since, or the page was loaded anew. Run it again, and take it away then.');
    emit({ type: 'taken', takeId, taken: await takeAway(recorded.record, recorded) });
  } catch (error) {
    emit({ type: 'takeFailed', takeId, problem: toProblem(error) });
  }
}
const nothing = (): void => undefined;

function handle(command: Command): void {
  switch (command.type) {
    case 'warmUp':
      void knowFacts().then((known) => emit({ type: 'ready', facts: known }));
      void executors.wasm(command.threads).catch(nothing); // a failure is told when a run needs it
      return;
    case 'run': {
      const files = shelf.take(command.experiment.files, command.files);
      controls.set(command.runId, new RunControl(() => emit({ type: 'paused', runId: command.runId })));
      return enqueue(() => run(command, files));
    }
    case 'pause': return controls.get(command.runId)?.pause();
    case 'resume':
      controls.get(command.runId)?.resume();
      return emit({ type: 'resumed', runId: command.runId });
    case 'step': return controls.get(command.runId)?.step();
    case 'stop': return controls.get(command.runId)?.stop();
    case 'keepModels': return enqueue(() => keepModels(command.runId));
    case 'ask': {
      const files = shelf.take(command.experiment.files, command.files);
      // A question about what a run has kept so far does not wait for the run's end: the two take turns as messages come in.
      if (command.runId !== undefined && controls.has(command.runId)) return void answer(command, files);
      return enqueue(() => answer(command, files));
    }
    // Does not wait for a run's end: the two take turns as messages come in.
    case 'takeAway': return void take(command);
    default: return assertNever(command);
  }
}
self.addEventListener('message', (event: MessageEvent<Command>) => handle(event.data));
