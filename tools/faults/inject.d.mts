import type { Browser } from 'playwright';
import type { Fault } from './faults.mjs';
import type { Host } from './server.mjs';

/** What runs give to which nothing happens. */
export interface Undisturbed {
  readonly steps: Readonly<Record<'wasm' | 'webgpu', number>>;
  readonly bits: Readonly<Record<number, string>>;
}
export interface Injection {
  readonly fault: string;
  readonly provider: 'wasm' | 'webgpu';
  readonly survived: boolean;
  /** Which kind, at which moment. */
  readonly how?: string;
  /** 'finished', or the reason for which it ended. */
  readonly ended?: string;
  readonly recoveryMs?: number;
  /** Absent where none are promised. */
  readonly bits?: boolean;
  /** Why it was not survived. */
  readonly why?: string;
}
/** `steps` and `gpuSteps`: how long a run is, on WASM and on WebGPU. */
export function undisturbed(browser: Browser, server: Host, options?: { readonly steps?: number; readonly gpuSteps?: number }): Promise<Undisturbed>;
/** `hasten`: how much faster the page's clock runs, for those that wait. */
export function inject(browser: Browser, server: Host, fault: Fault, provider: 'wasm' | 'webgpu', options: { readonly seed: number; readonly number: number; readonly known: Undisturbed; readonly hasten?: number }): Promise<Injection>;
