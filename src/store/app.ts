/** The store: what the user asked for, what the run sent, what the page says about both. Slices share one state; actions are named for what happened. */
import { createStore, type StateCreator, type StoreApi } from 'zustand/vanilla';
import type { Card } from '../spec/card';
import type { WorkerPort } from './worker-client';
import { createAsksSlice, type AsksSlice } from './asks-slice';
import { createExperimentSlice, type ExperimentSlice } from './experiment-slice';
import { createNoticesSlice, type NoticesSlice } from './notices-slice';
import { createPlaceSlice, type PlaceSlice } from './place-slice';
import { createRunSlice, type RunSlice } from './run-slice';
import { createWorkbenchSlice, type WorkbenchSlice } from './workbench-slice';
import { createUnfinishedSlice, type TabMemory, type UnfinishedSlice } from './unfinished-slice';
import type { Blobs } from '../keep/blobs';

export type AppState = ExperimentSlice & RunSlice & UnfinishedSlice & AsksSlice & NoticesSlice & PlaceSlice & WorkbenchSlice;
export type AppStore = StoreApi<AppState>;
/** A slice reads and writes the whole state, and is given what the store was made with. */
export type Slice<S> = (setup: Setup) => StateCreator<AppState, [], [], S>;
export interface Setup {
  readonly cards: Readonly<Record<string, Card>>;
  readonly worker: WorkerPort;
  /** Where the worker keeps runs as they go; absent, they are lost with the page. */
  readonly blobs?: Blobs;
  /** What this tab remembers over a reload. */
  readonly tab?: TabMemory;
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
  }));
  setup.worker.listen({
    eventArrived: (event) => store.getState().eventArrived(event),
    workerDied: (message) => store.getState().workerDied(message),
  });
  return store;
}

/** The card of the experiment at hand; absent where the registry is empty. */
export const selectCard = (app: AppState): Card | undefined => (app.experiment ? app.cards[app.experiment.method] : undefined);
