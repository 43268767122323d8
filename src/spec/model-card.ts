/** What is said of a shipped checkpoint: `models/<id>.json`. */

/** A figure that says how good a checkpoint is, and what would be had for nothing. */
export interface Measure {
  /** 'held-out accuracy'. */
  readonly name: string;
  readonly value: number;
  readonly better: 'higher' | 'lower';
  /** 'chance', 'always the commonest answer', 'copying the input'. */
  readonly baseline: { readonly name: string; readonly value: number };
}
export interface ModelCard {
  readonly id: string;
  readonly title: string;
  /** Which model of `nn`: 'cnn', 'vit', 'lm'. */
  readonly base: string;
  /** What it learned, and what it is there for. */
  readonly says: string;
  readonly seed: number;
  /** What it was trained on and how. */
  readonly spec: Readonly<Record<string, string | number | boolean>>;
  readonly measures: readonly Measure[];
  /** Trained numbers. */
  readonly params: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Processor time that making it took: on one core that has nothing else to do, about as long. */
  readonly seconds: number;
  readonly licence: string;
  readonly command: string;
}
