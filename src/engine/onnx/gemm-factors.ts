/** A product with a number before or after a Gemm is the Gemm's own factor, which costs nothing. */
import type { OnnxNode } from './model';
import type { Surroundings } from './node-pass';

interface Scaled {
  readonly of: string;
  readonly by: number;
}
/** Mul(x, c) with a scalar constant. */
function scaledBy({ opType, inputs: [a, b] }: OnnxNode, { scalarOf }: Surroundings): Scaled | undefined {
  if (opType !== 'Mul') return undefined;
  for (const [of, number] of [[a!, b!], [b!, a!]] as const) {
    const by = scalarOf(number);
    if (by !== undefined) return { of, by };
  }
  return undefined;
}
const alphaOf = ({ attributes: { alpha } }: OnnxNode): number => (alpha?.type === 'float' ? alpha.value : 1);
const withAlpha = (node: OnnxNode, alpha: number): OnnxNode => ({ ...node, attributes: { ...node.attributes, alpha: { type: 'float', value: alpha } } });

/** Gemm(c x, y) and c Gemm(x, y), the latter without a third operand, as Gemms with alpha = c, where nobody else reads what goes. */
export function factorsIntoGemms(nodes: readonly OnnxNode[], around: Surroundings): OnnxNode[] {
  const readers = new Map<string, OnnxNode[]>();
  for (const node of nodes) for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  const isProduct = (name: string) => (node: OnnxNode): boolean => node.opType === 'Gemm' && node.inputs[2] !== name;
  const before = new Map<string, Scaled>();
  for (const node of nodes) {
    const scaled = scaledBy(node, around);
    const name = node.outputs[0]!;
    if (scaled && !around.isOutput(name) && (readers.get(name) ?? []).every(isProduct(name)) && around.rankOf(scaled.of) === 2) before.set(name, scaled);
  }
  const gone = new Set<string>();
  const taken = nodes.map((node) => {
    const [a, b] = node.opType === 'Gemm' ? [before.get(node.inputs[0]!), before.get(node.inputs[1]!)] : [];
    if (!a && !b) return node;
    for (const i of [0, 1]) if (before.has(node.inputs[i]!)) gone.add(node.inputs[i]!);
    return withAlpha({ ...node, inputs: [a?.of ?? node.inputs[0]!, b?.of ?? node.inputs[1]!, ...node.inputs.slice(2)] }, alphaOf(node) * (a?.by ?? 1) * (b?.by ?? 1));
  });
  return behind(taken.filter(({ outputs }) => !gone.has(outputs[0]!)), around);
}
function behind(nodes: readonly OnnxNode[], around: Surroundings): OnnxNode[] {
  const makers = new Map(nodes.map((node) => [node.outputs[0]!, node]));
  const reads = new Map<string, number>();
  for (const { inputs } of nodes) for (const name of inputs) reads.set(name, (reads.get(name) ?? 0) + 1);
  const replaced = new Map<OnnxNode, OnnxNode | undefined>();
  for (const node of nodes) {
    const scaled = scaledBy(node, around);
    const gemm = scaled && makers.get(scaled.of);
    if (!gemm || gemm.opType !== 'Gemm' || gemm.inputs.length > 2 || reads.get(scaled.of) !== 1 || around.isOutput(scaled.of) || replaced.has(gemm)) continue;
    replaced.set(gemm, undefined);
    replaced.set(node, withAlpha({ ...gemm, name: node.name, outputs: node.outputs }, alphaOf(gemm) * scaled.by));
  }
  return nodes.flatMap((node) => (replaced.has(node) ? [replaced.get(node)].filter((n) => n !== undefined) : [node]));
}
