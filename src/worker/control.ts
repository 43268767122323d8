import { steadyNow } from '../base/clock';
import { Stopped } from '../base/errors';
import type { Control } from '../lab/host';

/** Pause, step and stop for one run. Commands arrive between two steps: `breathe` lets the thread's messages in. */
export class RunControl implements Control {
  private paused = false;
  private permits = 0;
  private stopped = false;
  private wake: (() => void) | undefined;
  private lastBreath = 0;
  /** Sends what is held back: a pause shows everything up to it. */
  flush = (): void => undefined;

  constructor(private readonly onPaused: () => void = () => undefined) {}

  pause(): void {
    this.paused = true;
    this.permits = 0;
  }
  resume(): void {
    this.paused = false;
    this.permits = 0;
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
  async beforeStep(show?: () => Promise<void>): Promise<void> {
    await this.pausePoint(show);
    if (this.paused) this.permits--;
  }
  async pausePoint(show?: () => Promise<void>): Promise<void> {
    await this.breathe();
    if (this.waiting) {
      await show?.();
      this.flush();
      if (this.waiting) this.onPaused(); // unless a command came meanwhile
    }
    while (this.waiting && !this.stopped) await new Promise<void>((resolve) => (this.wake = resolve));
    if (this.stopped) throw new Stopped();
  }
  async breathe(): Promise<void> {
    const now = steadyNow();
    if (now - this.lastBreath > 15) {
      await macrotask();
      this.lastBreath = steadyNow();
    }
    if (this.stopped) throw new Stopped();
  }
  private get waiting(): boolean {
    return this.paused && this.permits === 0;
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
