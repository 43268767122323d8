/** The run on the page: commands to the worker, events from it, the claim check's queue, the comparison with a link's proof. */
import type { Experiment } from '../spec/experiment';
import type { RunEvent, RuntimeFacts } from '../spec/messages';
import type { Slice } from './app';
import { selectBlocked } from './asks-slice';
import { addEvidence, claimRunsLeft, type EvidenceBook } from './evidence';
import { missingFiles } from './experiment-slice';
import { compareProofs, type Agreement } from './proof';
import { applyEvent, endRun, isActive, isBusy, patienceWith, startRun, takenUp, type Run } from './run';
import { storeTexts } from './texts';

export interface RunSlice {
  readonly run?: Run;
  readonly facts?: RuntimeFacts;
  /** Experiments of a claim check that wait for their turn; `of` is how many there were. */
  readonly queue: { readonly waiting: readonly Experiment[]; readonly of: number };
  readonly evidence: EvidenceBook;
  readonly agreement?: Agreement;
  runPressed(): void;
  pausePressed(): void;
  resumePressed(): void;
  stepPressed(): void;
  stopPressed(): void;
  /** Clears what the run left on the page; the knobs stay. */
  resetPressed(): void;
  claimCheckPressed(seeds: number): void;
  warmUpAsked(): void;
  eventArrived(event: RunEvent): void;
  workerDied(message: string): void;
  /** A run that was cut off with the page goes on here. */
  runTakenUp(runId: string, experiment: Experiment): void;
  /** Another method is on the page: a run of the old one ends. */
  shownCleared(): void;
}
const stopPatienceMs = 5_000;
const noQueue = { waiting: [], of: 0 } as const;
/** No clock in it: one that is set back would give an old run's name again, and two tabs may start in one millisecond. (`crypto.randomUUID` is not for pages that were not served securely.) */
const newRunId = (): string => `run-${[...crypto.getRandomValues(new Uint32Array(3))].map((word) => word.toString(36)).join('')}`;

export const createRunSlice: Slice<RunSlice> = ({ cards, worker, blobs, tab }) => (set, get) => {
  let stopTimer: ReturnType<typeof setTimeout> | undefined;

  function start(experiment: Experiment): void {
    const missing = missingFiles(experiment, get().files);
    if (missing.length > 0) return get().noticeGiven('problem', storeTexts.noSuchFile(missing.join(', ')));
    if (isActive(get().run)) abandon();
    send(startRun(newRunId(), experiment));
  }
  /** Sends a run off; one that its journal knows goes on from there. */
  function send(run: Run): void {
    const { id, experiment } = run;
    set({ run, agreement: undefined });
    get().previewsPaused();
    if (blobs) tab?.set(id);
    worker.send({ type: 'run', runId: id, experiment, files: experiment.files.map((ref) => get().files[ref.sha256]!), ...(blobs && { keep: 'until kept' as const }) });
    worker.watch(true, patienceWith(run));
  }
  /** Goes on with a run that was cut off, if that is worth it: true if it does. */
  function goOn(run: Run, why: string): boolean {
    const again = blobs && run.status !== 'stopping' ? takenUp(run) : undefined;
    if (!again) return false;
    send(again);
    get().noticeGiven('info', storeTexts.wentOn(why));
    return true;
  }
  /** Ends a run whose end nobody waits for. */
  function abandon(): void {
    const { run } = get();
    if (!run || !isActive(run)) return;
    tab?.set(undefined);
    worker.send({ type: 'stop', runId: run.id });
    expectStop(run.id);
    worker.watch(false);
  }
  function expectStop(runId: string): void {
    clearTimeout(stopTimer);
    stopTimer = setTimeout(() => {
      const { run } = get();
      if (run && run.id !== runId && isActive(run)) return; // a newer run is heard: the old one did end
      worker.restart();
      if (run?.id === runId) set({ run: endRun(run, 'stopped', storeTexts.stopForced(stopPatienceMs / 1000)), queue: noQueue });
      get().workerFreed(true);
    }, stopPatienceMs);
  }
  function ended(run: Run): void {
    worker.watch(false);
    // One that failed in a way that may pass lies in storage still: it is offered again.
    if (run.status !== 'finished') tab?.set(undefined);
    if (run.status === 'failed') void get().unfinishedLooked();
    const { claimedProof, queue } = get();
    if (run.status === 'finished' && run.result) {
      void get().runFinished(run);
      set(({ evidence }) => ({ evidence: addEvidence(evidence, run.experiment, run.result!.outcomes) }));
      if (claimedProof && sameRun(claimedProof.experiment, run.experiment)) set({ agreement: compareProofs(claimedProof.proof, run.result.proof), claimedProof: undefined });
    }
    const [next, ...waiting] = queue.waiting;
    if (run.status === 'finished' && next) {
      set({ queue: { waiting, of: queue.of } });
      start(next);
    } else {
      set({ queue: noQueue });
      get().workerFreed(false);
    }
  }
  const command = (type: 'pause' | 'resume' | 'step' | 'stop', status: Run['status'] | undefined, from: readonly Run['status'][]): void => {
    const { run } = get();
    if (!run || !from.includes(run.status)) return;
    worker.send({ type, runId: run.id });
    if (status) set({ run: { ...run, status } });
    worker.watch(status !== undefined ? status !== 'paused' : isBusy(run), patienceWith(run));
  };

  return {
    queue: noQueue,
    evidence: {},
    runPressed: () => {
      const { experiment, run } = get();
      if (!experiment || isActive(run)) return;
      const blocked = selectBlocked(get());
      if (blocked !== undefined) return get().noticeGiven('problem', blocked);
      set({ queue: noQueue });
      start(experiment);
    },
    pausePressed: () => command('pause', 'pausing', ['starting', 'running']),
    resumePressed: () => command('resume', undefined, ['paused', 'pausing']),
    stepPressed: () => command('step', undefined, ['paused']),
    stopPressed: () => {
      const { run } = get();
      command('stop', 'stopping', ['starting', 'running', 'pausing', 'paused']);
      if (run && isActive(run)) expectStop(run.id);
      set({ queue: noQueue, claimedProof: undefined });
    },
    resetPressed: () => {
      abandon();
      set({ run: undefined, agreement: undefined, queue: noQueue });
      get().answersCleared('of the run');
    },
    claimCheckPressed: (seeds) => {
      const { experiment, run } = get();
      const card = experiment && cards[experiment.method];
      if (!card || isActive(run)) return;
      const [first, ...waiting] = claimRunsLeft(card, seeds, experiment, get().evidence).runs;
      if (!first) return get().noticeGiven('info', storeTexts.noClaimSettings);
      set({ queue: { waiting, of: waiting.length + 1 } });
      start(first);
    },
    warmUpAsked: () => worker.warmUp(get().experiment?.threads ?? 1),
    eventArrived: (event) => {
      if (event.type === 'ready') return set({ facts: event.facts });
      if (event.type === 'answer' || event.type === 'askFailed') return get().answerArrived(event);
      if (event.type === 'modelsKept') return get().modelsKept(event);
      if (event.type === 'taken' || event.type === 'takeFailed') return get().takeAnswered(event);
      const { run } = get();
      if (event.type === 'finished' || event.type === 'failed') {
        if (!isActive(run) || run?.id === event.runId) clearTimeout(stopTimer);
      }
      if (!run || run.id !== event.runId) return;
      if (event.type === 'failed' && (event.problem.kind === 'runtime' || event.problem.kind === 'internal') && isActive(run)) {
        worker.restart(); // what failed may have left the runtime unsound
        if (event.problem.kind === 'runtime' && (run.progress?.share ?? 0) > run.setbacks.at && goOn(run, event.problem.message)) return;
        get().workerFreed(true);
      }
      if (event.type === 'notKept') get().noticeGiven('info', storeTexts.notKept(event.why));
      const after = applyEvent(run, event);
      if (after === run) return;
      set({ run: after });
      if (event.type === 'resumed') worker.watch(true, patienceWith(run));
      if (event.type === 'paused') worker.watch(false);
      if (isActive(run) && !isActive(after)) ended(after);
    },
    workerDied: (message) => {
      clearTimeout(stopTimer);
      const { run } = get();
      if (run && isActive(run)) {
        if (goOn(run, message)) return;
        const stopping = run.status === 'stopping';
        set({ run: endRun(run, stopping ? 'stopped' : 'failed', storeTexts.runAgain(message)), queue: noQueue });
        tab?.set(undefined);
        void get().unfinishedLooked();
      } else {
        get().noticeGiven('problem', message);
        get().modelsLost();
      }
      get().workerFreed(true);
    },
    runTakenUp: (runId, experiment) => {
      if (get().run) get().resetPressed();
      // Where the page shows that very experiment already, a proof that its link claims stays claimed.
      if (!get().experiment || !sameRun(get().experiment!, experiment)) set({ experiment, claimedProof: undefined });
      const missing = missingFiles(experiment, get().files);
      if (missing.length > 0) return get().noticeGiven('problem', storeTexts.noSuchFile(missing.join(', ')));
      send(startRun(runId, experiment));
    },
    shownCleared: () => {
      abandon();
      set({ run: undefined, agreement: undefined, queue: noQueue });
      get().answersCleared('all');
    },
  };
};

/** Equal in all that a run's numbers depend on, the provider excepted. */
export const sameRun = (a: Experiment, b: Experiment): boolean => a === b || keyOf(a) === keyOf(b);
const keyOf = ({ method, knobs, arms, seed, seeds, threads, files }: Experiment): string =>
  JSON.stringify([method, Object.keys(knobs).sort().map((name) => [name, knobs[name]]), arms, seed, seeds, threads, files.map((f) => f.sha256)]);
