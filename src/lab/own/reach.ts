/** Where gradients flow in a model that was read, and which node stops them: found before any gradient is built. */
import type { Blocker, ReadNode } from '../../engine/onnx/provenance';
import type { ReadModel } from '../../engine/onnx/reader';
import { topological, type Value } from '../../engine/value';

export interface Reach {
  /** Values that the gradient of an output arrives at. */
  readonly reached: ReadonlySet<Value>;
  /** A value -> what `gradients` would stop at on some way from the output to it. */
  readonly stopped: ReadonlyMap<Value, Blocker>;
  /** A value that no gradient arrives at -> the node at which it ends, such as a comparison or an index. */
  readonly ends: ReadonlyMap<Value, ReadNode>;
}
/** Walks back from the output whose loss is to be lowered. */
export function reachOf(read: ReadModel, output: string): Reach {
  const start = read.program.outputs[output]!; // `openModel` has checked that it is there
  const reached = new Set<Value>([start]);
  const stopped = new Map<Value, Blocker>();
  const ends = new Map<Value, ReadNode>();
  for (const value of topological([start]).reverse()) {
    const passes = reached.has(value) && value.dtype === 'float32' && value.op.gradient !== 'none' && value.op.name !== 'stopGradient';
    const blocker = stopped.get(value) ?? blockerAt(value, reached, read);
    for (const from of Object.values(value.inputs)) {
      if (blocker && from.dtype === 'float32') stopped.set(from, blocker);
      if (passes && from.dtype === 'float32') reached.add(from);
      else noteEnd(ends, value, from, read);
    }
  }
  return { reached, stopped, ends };
}
/** The node that turns numbers into something else is named; behind it, that node still. */
function noteEnd(ends: Map<Value, ReadNode>, value: Value, from: Value, { nodes, madeBy }: ReadModel): void {
  const here = nodes[madeBy.get(value) ?? -1];
  const turns = from.dtype === 'float32' && value.dtype !== 'float32';
  const end = turns ? here : (ends.get(value) ?? here);
  if (end) ends.set(from, end);
}
/** Comparisons and indices end a gradient silently; a float op without one is an error where something before it is to be trained. */
function blockerAt(value: Value, reached: ReadonlySet<Value>, { nodes, madeBy }: ReadModel): Blocker | undefined {
  const node = nodes[madeBy.get(value) ?? -1];
  return node && reached.has(value) && value.op.gradient === 'none' && value.dtype === 'float32' && Object.keys(value.inputs).length > 0 ? { node, op: value.op.name } : undefined;
}
