/** Where gradients flow in a model that was read, and which node stops them: found before any gradient is built. */
import type { Blocker } from '../../engine/onnx/provenance';
import type { ReadModel } from '../../engine/onnx/reader';
import { topological, type Value } from '../../engine/value';

export interface Reach {
  /** Values that the gradient of an output arrives at. */
  readonly reached: ReadonlySet<Value>;
  /** A value -> what `gradients` would stop at on some way from the output to it. */
  readonly stopped: ReadonlyMap<Value, Blocker>;
}
/** Walks back from the output whose loss is to be lowered. */
export function reachOf(read: ReadModel, output: string): Reach {
  const reached = new Set<Value>([read.program.outputs[output]!]); // `openModel` has checked that it is there
  const stopped = new Map<Value, Blocker>();
  for (const value of topological([...reached]).reverse()) {
    if (!reached.has(value) && !stopped.has(value)) continue;
    const blocker = stopped.get(value) ?? blockerAt(value, reached, read);
    for (const from of Object.values(value.inputs)) {
      if (from.dtype !== 'float32' || value.op.name === 'stopGradient') continue;
      if (blocker) stopped.set(from, blocker);
      if (reached.has(value) && value.op.gradient !== 'none' && value.dtype === 'float32') reached.add(from);
    }
  }
  return { reached, stopped };
}
/** Comparisons and indices end a gradient silently; a float op without one is an error where something before it is to be trained. */
function blockerAt(value: Value, reached: ReadonlySet<Value>, { nodes, madeBy }: ReadModel): Blocker | undefined {
  const node = nodes[madeBy.get(value) ?? -1];
  return node && reached.has(value) && value.op.gradient === 'none' && value.dtype === 'float32' && Object.keys(value.inputs).length > 0 ? { node, op: value.op.name } : undefined;
}
