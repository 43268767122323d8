import { Stopped } from '../base/errors';
import type { Control } from '../lab/host';

/** Pause, step and stop for one run. Commands arrive between two steps: `breathe` lets the thread's messages in. */
export class RunControl implements Control {
  private paused = false;
  private permits = 0;
  private stopped = false;
  private wake: (() => void) | undefined;
  private lastBreath = 0;

  constructor(private readonly onPaused: () => void = () => undefined) {}

  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
    this.rouse();
  }
  /** One optimiser step, then paused again. */
  step(): void {
    this.paused = true;
    this.permits++;
    this.rouse();
  }
  stop(): void {
    this.stopped = true;
    this.rouse();
  }
  async beforeStep(): Promise<void> {
    await this.pausePoint();
    if (this.paused) this.permits--;
  }
  async pausePoint(): Promise<void> {
    await this.breathe();
    if (this.paused && this.permits === 0) this.onPaused();
    while (this.paused && this.permits === 0 && !this.stopped) await new Promise<void>((resolve) => (this.wake = resolve));
    if (this.stopped) throw new Stopped();
  }
  async breathe(): Promise<void> {
    const now = performance.now();
    if (now - this.lastBreath > 15) {
      await macrotask();
      this.lastBreath = performance.now();
    }
    if (this.stopped) throw new Stopped();
  }
  private rouse(): void {
    this.wake?.();
    this.wake = undefined;
  }
}

/** Resolves in a new task, after messages that already wait. A timer would be held back to 4 ms when nested. */
const macrotask = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
