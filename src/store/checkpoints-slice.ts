/** Checkpoints that are kept in this browser. Their heads are here; tensors are loaded by those who compute with them. */
import { toProblem } from '../base/errors';
import type { Params } from '../base/tensor';
import { forgetCheckpoint, keptCheckpoints, renameCheckpoint, tensorsOf } from '../keep/checkpoints';
import { checkpointLimits, type Checkpoint } from '../spec/checkpoint';
import type { FileBytes, RunEvent } from '../spec/messages';
import type { Slice } from './app';
import type { DroppedFile } from './files';
import { storeTexts } from './texts';

export interface CheckpointsSlice {
  /** Oldest first. Empty until they were looked for. */
  readonly checkpoints: readonly Checkpoint[];
  readonly checkpointBytes: number;
  /** Whether there is a place to keep them in. */
  readonly keepsCheckpoints: boolean;
  /** The run whose models are being kept, or were: `count` says how many came of it. */
  readonly modelsOf?: { readonly runId: string; readonly count?: number };
  checkpointsLooked(): Promise<void>;
  /** Keeps the models of the finished run: all that the worker has in memory still. */
  keepModelsPressed(): void;
  modelsKept(event: Extract<RunEvent, { type: 'modelsKept' }>): void;
  /** The worker that had them in memory has ended. */
  modelsLost(): void;
  /** Reads a safetensors, ONNX or NPZ file and keeps it. Resolves with the checkpoint, or undefined where it was refused: a notice says why. */
  checkpointFileAdded(file: DroppedFile): Promise<Checkpoint | undefined>;
  /** A checkpoint that ships with the project, beside the user's own. */
  shippedKept(model: string): Promise<Checkpoint | undefined>;
  checkpointRenamed(id: string, name: string): Promise<void>;
  checkpointForgotten(id: string): Promise<void>;
  /** Its tensors, on this thread: for models so small that nobody waits. @throws InputError where they are gone or damaged */
  checkpointTensors(id: string): Promise<Params>;
  /** As a file to be saved; undefined where that failed: a notice says why. */
  checkpointSaved(id: string, form: 'safetensors' | 'onnx'): Promise<FileBytes | undefined>;
}

export const createCheckpointsSlice: Slice<CheckpointsSlice> = ({ blobs, library, worker }) => (set, get) => {
  /** Does something with storage or the library's worker, and says so where it fails. */
  async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      get().noticeGiven('problem', storeTexts.checkpointProblem(toProblem(error).message));
      return undefined;
    }
  }
  async function look(): Promise<void> {
    if (!blobs) return;
    const { checkpoints, sizeBytes } = await keptCheckpoints(blobs);
    set({ checkpoints, checkpointBytes: sizeBytes });
    const there = new Set(checkpoints.map(({ id }) => id));
    for (const id of get().kitchen.chosen) if (!there.has(id)) get().ingredientToggled(id, false); // what was measured of it belongs to nothing any more
  }
  return {
    checkpoints: [],
    checkpointBytes: 0,
    keepsCheckpoints: blobs !== undefined,
    checkpointsLooked: async () => look().catch(() => undefined), // as with kept runs
    keepModelsPressed: () => {
      const { run } = get();
      if (!blobs || run?.status !== 'finished' || !run.models?.length) return;
      set({ modelsOf: { runId: run.id } });
      worker.send({ type: 'keepModels', runId: run.id });
    },
    modelsKept: ({ runId, checkpoints, problem }) => {
      set({ modelsOf: { runId, count: checkpoints.length } });
      if (problem) get().noticeGiven('problem', storeTexts.checkpointProblem(problem.message));
      if (checkpoints.length > 0) get().noticeGiven('info', storeTexts.checkpointsKept(checkpoints.length));
      void attempt(look);
    },
    modelsLost: () => {
      const { run, modelsOf } = get();
      if (!run?.models?.length) return;
      set({ run: { ...run, models: [] } });
      if (modelsOf?.runId === run.id && modelsOf.count === undefined) {
        set({ modelsOf: undefined });
        get().noticeGiven('problem', storeTexts.modelsLost);
      }
    },
    checkpointFileAdded: (file) =>
      attempt(async () => {
        if (!library) return undefined;
        if (file.size > checkpointLimits.oneBytes) {
          get().noticeGiven('problem', storeTexts.fileTooLarge(file.name, file.size, checkpointLimits.oneBytes));
          return undefined;
        }
        const { checkpoint, notes } = await library.ask('keepFile', { file: { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) } });
        await look();
        get().noticeGiven('info', storeTexts.checkpointTaken(checkpoint.name, notes));
        return checkpoint;
      }),
    shippedKept: (model) =>
      attempt(async () => {
        const checkpoint = (await library?.ask('keepShipped', { model }))?.checkpoint;
        await look();
        return checkpoint;
      }),
    checkpointRenamed: async (id, name) => {
      if (blobs && name.trim() !== '') await attempt(async () => {
        await renameCheckpoint(blobs, id, name.trim());
        await look();
      });
    },
    checkpointForgotten: async (id) => {
      if (blobs) await attempt(async () => {
        await forgetCheckpoint(blobs, id);
        await look();
        if (get().kitchen.chosen.includes(id)) get().ingredientToggled(id, false);
      });
    },
    checkpointTensors: async (id) => (blobs ? tensorsOf(blobs, id) : {}),
    checkpointSaved: (id, form) => attempt(async () => (await library?.ask('checkpointFile', { id, form }))?.file),
  };
};
