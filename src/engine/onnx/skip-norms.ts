/** For WebGPU: a sum that is normalised next, as in every residual network, is one dispatch with its normalisation. */
import { sameShape } from '../../base/tensor';
import type { OnnxNode } from './model';
import type { Surroundings } from './node-pass';

/**
 * Add(a, b) = s and LayerNormalization(s, ...) as one SkipLayerNormalization, which gives both. Both operands must have the same shape,
 * of rank 2 or 3, but the second may be one matrix for all of a rank of 3; the scale and bias must be there when the sum is made.
 */
export function joinSkips(nodes: readonly OnnxNode[], { shapeOf }: Surroundings): OnnxNode[] {
  const placeOf = new Map(nodes.flatMap(({ outputs }, i) => outputs.map((name): [string, number] => [name, i])));
  const joined = new Map<OnnxNode, OnnxNode>();
  const gone = new Set<OnnxNode>();
  for (const norm of nodes) {
    const at = placeOf.get(norm.inputs[0] ?? '');
    const sum = at === undefined ? undefined : nodes[at];
    if (norm.opType !== 'LayerNormalization' || norm.outputs.length !== 1 || norm.inputs.length !== 3 || sum?.opType !== 'Add' || joined.has(sum)) continue;
    const [a, b] = sum.inputs.map(shapeOf);
    if (!a || !b || !sameShape(b.length === 2 ? a.slice(-2) : a, b) || a.length < 2 || a.length > 3) continue;
    if (norm.inputs.slice(1).some((name) => (placeOf.get(name) ?? -1) > at!)) continue;
    joined.set(sum, {
      name: sum.name, opType: 'SkipLayerNormalization', domain: 'com.microsoft', inputs: [...sum.inputs, ...norm.inputs.slice(1)],
      outputs: [norm.outputs[0]!, '', '', sum.outputs[0]!], attributes: { epsilon: norm.attributes['epsilon']! },
    });
    gone.add(norm);
  }
  return nodes.flatMap((node) => (gone.has(node) ? [] : [joined.get(node) ?? node]));
}
