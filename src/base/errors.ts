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

/** What browsers say where the network or the memory fails, and what it means. */
const foreign: readonly (readonly [RegExp, string])[] = [
  [/dynamically imported module|importing a module script|preload CSS/i, 'A part of this page was expected from its host, but it could not be fetched. Check the connection, then press Run, or Go on where it is offered.'],
  [/^(failed to fetch|load failed|networkerror)/i, 'A file of this page was expected from its host, but it could not be fetched. Check the connection, then press Run, or Go on where it is offered.'],
  [/array buffer allocation failed|invalid (typed )?array (buffer )?length|out of memory|allocation size overflow/i, 'The arrays of this run should fit into memory, but it ran out. Make the model, the batch or the data smaller.'],
];
export function toProblem(error: unknown): Problem {
  if (error instanceof StippleError) return { kind: error.kind, message: error.message };
  const known = error instanceof Error ? foreign.find(([said]) => said.test(error.message)) : undefined;
  if (known) return { kind: 'runtime', message: known[1] };
  return { kind: 'internal', message: error instanceof Error ? error.message : String(error) };
}

/** A `switch` that must handle every case: one that nobody handles does not compile. */
export function assertNever(value: never): never {
  throw new StippleError('internal', `Unexpected value ${JSON.stringify(value)}.`);
}
