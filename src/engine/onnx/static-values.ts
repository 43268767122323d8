/** What is known of a model before it runs: shapes, axes and pads that its nodes compute from what the file stores. */
import { sizeOf, type Tensor } from '../../base/tensor';
import { constantOp, inputOp, topological, type Reference, type Value } from '../value';

/** At most this many numbers of a stored tensor are looked at, and of a computed one worked out: shapes, axes and pads are short. */
const STORED_LIMIT = 1 << 14;
const COMPUTED_LIMIT = 1 << 12;
/** No shape is made by these, and a hostile file could make them take for ever. */
const HEAVY: ReadonlySet<string> = new Set(['matmul', 'linear', 'conv2d', 'convBias', 'convInput', 'convWeight']);

/** Numbers of values that depend on stored tensors alone. Each is worked out once. */
class StaticValues {
  private readonly done = new Map<Value, Reference | undefined>();
  constructor(private readonly given: ReadonlyMap<Value, Tensor>) {}

  numbers(value: Value): number[] | undefined {
    const stored = this.stored(value);
    if (stored) return sizeOf(value.shape) <= STORED_LIMIT ? Array.from(stored.data) : undefined;
    const stack = [value];
    while (stack.length > 0) {
      const at = stack.at(-1)!;
      const waiting = this.done.has(at) ? [] : Object.values(at.inputs).filter((v) => !this.done.has(v));
      if (waiting.length > 0) {
        stack.push(...waiting);
        continue;
      }
      stack.pop();
      if (!this.done.has(at)) this.done.set(at, this.compute(at));
    }
    const found = this.done.get(value);
    return found && [...found.data];
  }
  private stored(value: Value): Tensor | undefined {
    return value.op === constantOp ? value.data : this.given.get(value);
  }
  private compute(value: Value): Reference | undefined {
    if (sizeOf(value.shape) > COMPUTED_LIMIT || HEAVY.has(value.op.name)) return undefined;
    const stored = this.stored(value);
    if (stored) return { shape: value.shape, data: Float64Array.from(stored.data) };
    if (value.op === inputOp) return undefined;
    const inputs: [string, Reference][] = [];
    for (const [name, from] of Object.entries(value.inputs)) {
      const known = this.done.get(from);
      if (!known) return undefined;
      inputs.push([name, known]);
    }
    const data = value.op.reference(Object.fromEntries(inputs), value.attrs, value.shape);
    return { shape: value.shape, data: value.dtype === 'int32' ? data.map(Math.trunc) : data };
  }
}

/** Two kinds of knowledge: what the file fixes, and inputs whose numbers came along for this run. */
export class KnownValues {
  private readonly unchanging = new StaticValues(new Map());
  private readonly fixed: StaticValues;
  private readonly along: StaticValues;
  /** Names of inputs whose numbers were asked for: the program holds for those numbers alone. */
  readonly builtIn = new Set<string>();

  constructor(
    params: ReadonlyMap<Value, Tensor>,
    private readonly given: ReadonlyMap<Value, Tensor>,
  ) {
    this.fixed = new StaticValues(params);
    this.along = new StaticValues(new Map([...params, ...given]));
  }
  /** From the graph's constants alone, which no training changes. */
  constants(value: Value): number[] | undefined {
    return this.unchanging.numbers(value);
  }
  /** From the file alone, params included. */
  numbers(value: Value): number[] | undefined {
    return this.fixed.numbers(value);
  }
  /** Where a node cannot be read without them: from the file or, failing that, from inputs that came along. */
  needed(value: Value): number[] | undefined {
    const sure = this.numbers(value);
    if (sure) return sure;
    const found = this.along.numbers(value);
    if (found) for (const used of topological([value])) if (this.given.has(used)) this.builtIn.add(used.name!); // an input has a name
    return found;
  }
}
