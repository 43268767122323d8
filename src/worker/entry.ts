/** The worker: owns onnxruntime-web, runs one experiment at a time, answers the card's questions, sends events. */
import { assertNever, InputError, toProblem } from '../base/errors';
import { allowOwnScriptsAlone } from '../base/trusted';
import { createLab } from '../lab/create-lab';
import { silent } from '../lab/silent';
import { loadMethod } from '../methods';
import { runtimeFacts } from '../runtime/facts';
import { readKnobs } from '../spec/knobs';
import type { Command, RunEvent, RunId, RuntimeFacts } from '../spec/messages';
import { fetchAsset } from './assets';
import { createBackends, createExecutors } from './backends';
import { RunControl } from './control';
import { FileShelf } from './files';
import { keepRun } from './keeping';
import { runExperiment } from './run';

allowOwnScriptsAlone();
const emit = (event: RunEvent): void => self.postMessage(event);
let facts: Promise<RuntimeFacts> | undefined;
const knowFacts = (): Promise<RuntimeFacts> => (facts ??= runtimeFacts());
const executors = createExecutors(knowFacts);
const controls = new Map<RunId, RunControl>();
const shelf = new FileShelf();
/** What the last run left behind, or has kept so far, for questions about it. */
let last: { runId: RunId; kept: unknown } | undefined;
/** Runs and questions, one after another. */
let queue: Promise<void> = Promise.resolve();
const enqueue = (work: () => Promise<void>): void => void (queue = queue.then(work, work));

type Files = ReturnType<FileShelf['take']>;
async function run({ runId, experiment, keep: inStorage }: Extract<Command, { type: 'run' }>, files: Files): Promise<void> {
  const control = controls.get(runId)!;
  last = undefined;
  try {
    const method = await loadMethod(experiment.method);
    const keep = (kept: unknown): void => void (last = { runId, kept });
    const stored = inStorage ? await keepRun({ runId, card: method.card, experiment, files: files(), notKept: (why) => emit({ type: 'notKept', runId, why }) }) : undefined;
    const { kept, problem } = await runExperiment({ runId, experiment, method, files: files(), executors, control, asset: fetchAsset, emit, keep, ...(stored && { journal: stored.journal }) });
    await stored?.ended(problem?.kind);
    if (!problem) keep(kept);
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
        now: () => performance.now(),
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
    case 'ask': {
      const files = shelf.take(command.experiment.files, command.files);
      // A question about what a run has kept so far does not wait for the run's end: the two take turns as messages come in.
      if (command.runId !== undefined && controls.has(command.runId)) return void answer(command, files);
      return enqueue(() => answer(command, files));
    }
    default: return assertNever(command);
  }
}
self.addEventListener('message', (event: MessageEvent<Command>) => handle(event.data));
