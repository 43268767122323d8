/**
 * Errors that a user may see. A message has three parts: what was expected, what came, what to do next.
 * `kind` survives a thread border, where the class does not.
 */
export type ProblemKind = 'shape' | 'mismatch' | 'input' | 'link' | 'numerics' | 'runtime' | 'stopped' | 'internal';

/** An error as plain data: what crosses from the worker to the page. */
export interface Problem {
  readonly kind: ProblemKind;
  readonly message: string;
}

export class StippleError extends Error {
  constructor(
    readonly kind: ProblemKind,
    message: string,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** Shapes or dtypes that do not fit together. */
export class ShapeError extends StippleError {
  constructor(message: string) {
    super('shape', message);
  }
}
/** Two sets of params that differ in names, shapes or order. */
export class MismatchError extends StippleError {
  constructor(message: string) {
    super('mismatch', message);
  }
}
/** A file or value from outside that was refused at the door. */
export class InputError extends StippleError {
  constructor(message: string) {
    super('input', message);
  }
}
/** A link that could not be read. */
export class LinkError extends StippleError {
  constructor(message: string) {
    super('link', message);
  }
}
/** A number that is not finite where it must be. */
export class NumericsError extends StippleError {
  constructor(message: string) {
    super('numerics', message);
  }
}
/** onnxruntime-web, the GPU device or the worker failed. */
export class RuntimeProblem extends StippleError {
  constructor(message: string) {
    super('runtime', message);
  }
}
/** The user pressed Stop: not a failure, but it unwinds the method's body like one. */
export class Stopped extends StippleError {
  constructor() {
    super('stopped', 'Stopped by the user.');
  }
}

export function toProblem(error: unknown): Problem {
  if (error instanceof StippleError) return { kind: error.kind, message: error.message };
  return { kind: 'internal', message: error instanceof Error ? error.message : String(error) };
}

/** A `switch` that must handle every case: one that nobody handles does not compile. */
export function assertNever(value: never): never {
  throw new StippleError('internal', `Unexpected value ${JSON.stringify(value)}.`);
}
