/** Keeps runs in the browser's storage while they go on. */
import { InputError, type ProblemKind } from '../base/errors';
import type { Blobs } from '../keep/blobs';
import { indexedBlobs } from '../keep/indexed-db';
import { lockOf, openJournal, type RunJournal } from '../keep/run-journal';
import type { Card } from '../spec/card';
import type { Experiment } from '../spec/experiment';
import { writeLink } from '../spec/link';
import type { FileBytes, RunId } from '../spec/messages';

/** Ends after which going on makes no sense: the run was ended on purpose, or would end the same way again. */
const final: readonly (ProblemKind | undefined)[] = ['stopped', 'numerics', 'input', 'shape', 'mismatch', 'link'];

export interface Kept {
  readonly journal: RunJournal;
  /** The run has ended; `problem`: how, if not well. */
  ended(problem: ProblemKind | undefined): Promise<void>;
}
/** Opens the run's journal, and holds its lock until it has ended. Undefined, once `notKept` was told why, where nothing can be kept. @throws InputError where another tab is at this run */
export async function keepRun({ runId, card, untilKept, experiment, files, notKept, blobs = indexedBlobs() }: { readonly runId: RunId; readonly card: Card; /** One that is whole stays. */ readonly untilKept: boolean; readonly experiment: Experiment; readonly files: readonly FileBytes[]; readonly notKept: (why: string) => void; readonly blobs?: Blobs }): Promise<Kept | undefined> {
  const release = await lock(lockOf(runId));
  try {
    const journal = await openJournal(blobs, runId, writeLink(card, experiment), { now: Date.now(), onProblem: notKept });
    experiment.files.forEach((ref, i) => files[i] && journal.keepFile(ref.sha256, ref.name, files[i].bytes));
    return {
      journal,
      ended: async (problem) => {
        await (final.includes(problem) || (problem === undefined && !untilKept) ? journal.drop() : journal.settled()).catch(() => undefined);
        release();
      },
    };
  } catch (error) {
    release();
    notKept(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
/** A worker that was ended lets go a moment later; one that hangs, when the browser ends it by force. */
const lockPatienceMs = 15_000;
/** Held until the function that comes back is called; a worker that ends lets go by itself. */
async function lock(name: string): Promise<() => void> {
  const { locks } = navigator as { locks?: LockManager }; // pages that were not served securely have none
  if (!locks) return () => undefined;
  return new Promise((held, refused) => {
    const elsewhere = (): void => refused(new InputError('Another tab is at this very run, so it was not taken up here. Look for it there, or close that tab and press Go on.'));
    const signal = AbortSignal.timeout(lockPatienceMs);
    // Refused in a frame of another site, where storage is as well: then nothing is kept, and the run goes on.
    locks.request(name, { signal }, () => new Promise<void>((release) => held(release))).catch(() => (signal.aborted ? elsewhere() : held(() => undefined)));
  });
}
