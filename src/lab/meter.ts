/** What the trainings of an arm take: time in their own steps, and examples. For charts; never part of a result. */
import type { Spent } from '../spec/messages';
import type { TrainerSpec } from './lab';

/** Nobody has measured it. */
export const unmeasured: Spent = { timeMs: NaN, examples: NaN };
/** Rows of one step's batch: the leading size that most of its inputs share, the first of equals. NaN where none has an axis. */
export function examplesPerStep({ batch }: Pick<TrainerSpec, 'batch'>): number {
  const sizes = Object.values(batch).flatMap(({ shape }) => shape[0] ?? []);
  const count = (size: number): number => sizes.filter((other) => other === size).length;
  return sizes.reduce((best, size) => (Number.isNaN(best) || count(size) > count(best) ? size : best), NaN);
}

export class Meter {
  private before = 0;
  private since: number | undefined;
  private examples = 0;

  constructor(private readonly now: () => number) {}
  /** Time counts from here to `stop`. */
  start(): void {
    this.since ??= this.now();
  }
  stop(): void {
    if (this.since === undefined) return;
    this.before += this.now() - this.since;
    this.since = undefined;
  }
  /** Waits for something whose time is not the arm's. */
  async without<T>(work: () => Promise<T>): Promise<T> {
    const counting = this.since !== undefined;
    this.stop();
    try {
      return await work();
    } finally {
      if (counting) this.start();
    }
  }
  seen(examples: number): void {
    this.examples += examples;
  }
  /** A step that a journal answers took time in an attempt before this one: from here on nobody knows it. */
  timeLost(): void {
    this.before = NaN;
  }
  /** Trained in one graph with others: neither is the arm's own. */
  allLost(): void {
    this.before = this.examples = NaN;
  }
  spent(): Spent {
    return { timeMs: this.before + (this.since === undefined ? 0 : this.now() - this.since), examples: this.examples };
  }
}
