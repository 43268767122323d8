/** Which ONNX node made which of our values: what the page shows of a foreign model, and how an error finds its node. */
import type { DType, Shape } from '../../base/tensor';
import { inputOp, type Value } from '../value';

/** One node of the file, in the order in which it was read. Plain data. Nodes of functions and branches are named `call/node`. */
export interface ReadNode {
  readonly name: string;
  readonly operator: string;
  /** '' is ONNX's own. */
  readonly domain: string;
  /** ONNX names; '' stands for an optional input or output left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly ReadOutput[];
  /** Params that it reads directly, by name. */
  readonly params: readonly string[];
}
/** Left out where the reader does not make that output. */
export interface ReadOutput {
  readonly name: string;
  readonly shape?: Shape;
  readonly dtype?: DType;
}

export class Provenance {
  readonly nodes: ReadNode[] = [];
  readonly notes: string[] = [];
  /** A value and the place in `nodes` of the node that made it. */
  readonly madeBy = new Map<Value, number>();
  constructor(private readonly params: ReadonlyMap<Value, unknown>) {}

  note(text: string): void {
    if (!this.notes.includes(text)) this.notes.push(text);
  }
  /** @param owned all that the node made, where that is more than its outputs (a sequence) */
  add(node: Omit<ReadNode, 'outputs' | 'params'> & { readonly outputs: readonly string[] }, from: readonly (Value | undefined)[], made: readonly (Value | undefined)[], owned = made): void {
    const outputs = node.outputs.map((name, i): ReadOutput => (made[i] ? { name, shape: made[i].shape, dtype: made[i].dtype } : { name }));
    const params = from.flatMap((value) => (value && this.params.has(value) ? [value.name!] : [])); // a param is an input, with a name
    const place = this.nodes.push({ ...node, outputs, params: [...new Set(params)] }) - 1;
    const stack = owned.filter((value) => value !== undefined);
    const before = new Set(from);
    while (stack.length > 0) {
      const value = stack.pop()!;
      if (value.op === inputOp || before.has(value) || this.madeBy.has(value)) continue;
      this.madeBy.set(value, place);
      stack.push(...Object.values(value.inputs));
    }
  }
}

/** What stops gradients on their way from outputs to params. */
export interface Blocker {
  readonly node: ReadNode;
  /** The op of ours, in that node, that has no gradient. */
  readonly op: string;
}
