/** The store: what the user asked for, what the run sent, what the page says about both. Slices share one state; actions are named for what happened. */
import { createStore, type StateCreator, type StoreApi } from 'zustand/vanilla';
import type { Card } from '../spec/card';
import type { WorkerPort } from './worker-client';
import { createAsksSlice, type AsksSlice } from './asks-slice';
import { createCheckpointsSlice, type CheckpointsSlice } from './checkpoints-slice';
import { createCommandsSlice, type CommandsSlice } from './commands-slice';
import { createExperimentSlice, type ExperimentSlice } from './experiment-slice';
import { createKitchenSlice, type KitchenSlice } from './kitchen-slice';
import { createLessonSlice, type LessonSlice } from './lesson-slice';
import { createNoticesSlice, type NoticesSlice } from './notices-slice';
import { createOfflineSlice, type OfflineSlice } from './offline-slice';
import type { OfflinePort } from './offline-port';
import { createPlaceSlice, type PlaceSlice } from './place-slice';
import { createRunSlice, type RunSlice } from './run-slice';
import { createStorageSlice, type StorageSlice } from './storage-slice';
import { createWorkbenchSlice, type WorkbenchSlice } from './workbench-slice';
import { createSweepSlice, type SweepSlice } from './sweep-slice';
import { createTakeAwaySlice, type TakeAwaySlice } from './take-away-slice';
import { createUnfinishedSlice, type TabMemory, type UnfinishedSlice } from './unfinished-slice';
import type { LibraryClient } from './library-client';
import type { Blobs } from '../keep/blobs';

export type AppState = ExperimentSlice & RunSlice & UnfinishedSlice & AsksSlice & NoticesSlice & PlaceSlice & WorkbenchSlice & StorageSlice & CheckpointsSlice & KitchenSlice & TakeAwaySlice & CommandsSlice & OfflineSlice & SweepSlice & LessonSlice;
export type AppStore = StoreApi<AppState>;
/** A slice reads and writes the whole state, and is given what the store was made with. */
export type Slice<S> = (setup: Setup) => StateCreator<AppState, [], [], S>;
export interface Setup {
  readonly cards: Readonly<Record<string, Card>>;
  readonly worker: WorkerPort;
  /** Another worker beside it, for the points of a sweep; absent where there is none to be had. */
  readonly anotherWorker?: () => WorkerPort;
  /** Where the worker keeps runs as they go; absent, they are lost with the page. */
  readonly blobs?: Blobs;
  /** Where files are read and models computed with, off the page's own thread. */
  readonly library?: LibraryClient;
  /** What keeps the page itself in the browser; absent where nothing can. */
  readonly offline?: OfflinePort;
  /** What this tab remembers over a reload. */
  readonly tab?: TabMemory;
  /** The browser's own, unless a test brings another. */
  readonly storage?: Pick<StorageManager, 'estimate' | 'persist' | 'persisted'>;
  /** The same for the sweep that it was at. */
  readonly sweepTab?: TabMemory;
  /** Where small choices are remembered; absent, they are not. */
  readonly settings?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Other tabs on the same workbench. */
  readonly otherTabs?: OtherTabs;
}
/** What tabs tell each other: that what is kept has changed. */
export interface OtherTabs {
  tell(): void;
  listen(changed: () => void): void;
}

export function createAppStore(setup: Setup): AppStore {
  const store = createStore<AppState>()((...a) => ({
    ...createExperimentSlice(setup)(...a),
    ...createRunSlice(setup)(...a),
    ...createUnfinishedSlice(setup)(...a),
    ...createAsksSlice(setup)(...a),
    ...createNoticesSlice(setup)(...a),
    ...createPlaceSlice(setup)(...a),
    ...createWorkbenchSlice(setup)(...a),
    ...createStorageSlice(setup)(...a),
    ...createCheckpointsSlice(setup)(...a),
    ...createKitchenSlice(setup)(...a),
    ...createTakeAwaySlice(setup)(...a),
    ...createCommandsSlice(setup)(...a),
    ...createOfflineSlice(setup)(...a),
    ...createSweepSlice(setup)(...a),
    ...createLessonSlice(setup)(...a),
  }));
  setup.worker.listen({
    eventArrived: (event) => store.getState().eventArrived(event),
    workerDied: (message) => store.getState().workerDied(message),
  });
  return store;
}

/** The card of the experiment at hand; absent where the registry is empty. */
export const selectCard = (app: AppState): Card | undefined => (app.experiment ? app.cards[app.experiment.method] : undefined);
