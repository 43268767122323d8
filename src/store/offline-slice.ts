/** The page without a network: what of it is kept in this browser, and whether a newer version waits. */
import type { GpuForm, Status } from '../offline/rules';
import type { Slice } from './app';

export interface OfflineState {
  /** 'none': this browser or this window offers nothing of the kind. */
  readonly state: 'none' | 'off' | 'preparing' | 'ready' | 'refused';
  readonly updateWaits: boolean;
  /** Everything is being fetched. */
  readonly keeping: boolean;
  readonly status?: Status;
  readonly why?: string;
}
export interface OfflineSlice {
  readonly offline: OfflineState;
  /** The page has time to keep itself. */
  offlineStarted(): void;
  offlineLooked(): Promise<void>;
  /** Also what would be kept only when first used. */
  everythingKept(): Promise<void>;
  offlineForgotten(): Promise<void>;
  offlineWanted(): void;
  updatePressed(): void;
}
export const createOfflineSlice: Slice<OfflineSlice> = ({ offline: port }) => (set, get) => {
  const put = (change: Partial<OfflineState>): void => set(({ offline }) => ({ offline: { ...offline, ...change } }));
  const because = (error: unknown): string => (error instanceof Error ? error.message : String(error));
  const start = (): void => {
    put({ state: 'preparing', why: undefined });
    port?.start({
      ready: () => {
        put({ state: 'ready', why: undefined });
        void get().offlineLooked();
      },
      updateWaits: () => put({ updateWaits: true }),
      refused: (why) => put({ state: 'refused', why }),
    });
  };
  return {
    offline: { state: !port ? 'none' : port.wanted ? 'preparing' : 'off', updateWaits: false, keeping: false },
    offlineStarted: () => {
      if (port?.wanted) start();
    },
    offlineLooked: async () => {
      try {
        if (port && get().offline.state === 'ready') put({ status: await port.ask({ type: 'status' }) });
      } catch {
        // Asked again when somebody looks.
      }
    },
    everythingKept: async () => {
      if (!port) return;
      put({ keeping: true, why: undefined });
      try {
        put({ status: await port.ask({ type: 'keepAll', gpu: selectGpuForm(get()) }) });
      } catch (error) {
        put({ why: because(error) });
      } finally {
        put({ keeping: false });
      }
    },
    offlineForgotten: async () => {
      if (!port) return;
      port.wanted = false;
      try {
        await port.forget();
        put({ state: 'off', status: undefined, updateWaits: false });
      } catch (error) {
        put({ why: because(error) });
      }
    },
    offlineWanted: () => {
      if (!port) return;
      port.wanted = true;
      start();
    },
    updatePressed: () => port?.update(),
  };
};
/** The form of WebGPU that this browser runs. */
export const selectGpuForm = ({ facts }: { readonly facts?: { readonly webgpu: { readonly build: GpuForm } } }): GpuForm => facts?.webgpu.build ?? 'none';
