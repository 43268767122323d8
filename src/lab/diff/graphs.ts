/**
 * Two ONNX graphs by their nodes. Nodes are the same if they have the same name; else if they make the same value; those that are left, where exporters have named
 * everything anew, are aligned in their order by operator (the longest common subsequence). Pure.
 */
import { operatorOf } from '../../engine/onnx/graph-reader';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxValueInfo } from '../../engine/onnx/model';
import { diffLimits, type GraphDiff, type NodeText } from '../../spec/diff';

type Pair = readonly [a: OnnxNode, b: OnnxNode];
const textOf = (node: OnnxNode): NodeText => ({ name: cut(node.name || node.outputs[0] || ''), op: cut(operatorOf(node)), outputs: node.outputs.slice(0, 8).map(cut) });
const cut = (text: string): string => (text.length > 120 ? `${text.slice(0, 119)}…` : text);

export function diffGraphs(a: OnnxModel, b: OnnxModel): GraphDiff {
  const { pairs, onlyA, onlyB } = matched(a.graph.nodes, b.graph.nodes);
  /** What a value of a is called in b, where the nodes that make it are the same. */
  const renamed = new Map(pairs.flatMap(([x, y]) => x.outputs.flatMap((name, i) => (y.outputs[i] === undefined ? [] : [[name, y.outputs[i]] as const]))));
  const changed = pairs.flatMap(([x, y]) => {
    const changes = changesOf(x, y, renamed);
    return changes.length > 0 ? [{ ...textOf(y), changes }] : [];
  });
  const most = diffLimits.nodes;
  return {
    nodes: [a.graph.nodes.length, b.graph.nodes.length],
    added: onlyB.slice(0, most).map(textOf), removed: onlyA.slice(0, most).map(textOf), changed: changed.slice(0, most),
    facts: factsOf(a, b), cut: [onlyA, onlyB, changed].some(({ length }) => length > most),
  };
}

function matched(a: readonly OnnxNode[], b: readonly OnnxNode[]): { readonly pairs: readonly Pair[]; readonly onlyA: readonly OnnxNode[]; readonly onlyB: readonly OnnxNode[] } {
  const pairs: Pair[] = [];
  const by = (key: (node: OnnxNode) => string | undefined, as: readonly OnnxNode[], bs: readonly OnnxNode[]): [OnnxNode[], OnnxNode[]] => {
    const [inA, inB] = [unique(as, key), unique(bs, key)];
    const taken = new Set<OnnxNode>();
    for (const [name, x] of inA) {
      const y = inB.get(name);
      if (!y) continue;
      pairs.push([x, y]);
      taken.add(x).add(y);
    }
    return [as.filter((node) => !taken.has(node)), bs.filter((node) => !taken.has(node))];
  };
  const named = by(({ name }) => name || undefined, a, b);
  const made = by(({ outputs }) => outputs[0] || undefined, ...named);
  const [lastA, lastB] = made;
  const aligned = alignedBy(operatorOf, lastA, lastB);
  pairs.push(...aligned);
  const taken = new Set(aligned.flat());
  return { pairs, onlyA: lastA.filter((node) => !taken.has(node)), onlyB: lastB.filter((node) => !taken.has(node)) };
}
/** Nodes by a key that no other has. */
function unique(nodes: readonly OnnxNode[], key: (node: OnnxNode) => string | undefined): ReadonlyMap<string, OnnxNode> {
  const all = new Map<string, OnnxNode | undefined>();
  for (const node of nodes) {
    const name = key(node);
    if (name !== undefined) all.set(name, all.has(name) ? undefined : node);
  }
  return new Map([...all].filter((entry): entry is [string, OnnxNode] => entry[1] !== undefined));
}
/** The longest common subsequence; none where that would take too long. */
function alignedBy(key: (node: OnnxNode) => string, a: readonly OnnxNode[], b: readonly OnnxNode[]): readonly Pair[] {
  if (a.length * b.length === 0 || a.length * b.length > diffLimits.alignment) return [];
  const width = b.length + 1;
  const [keysA, keysB] = [a.map(key), b.map(key)];
  const longest = new Uint32Array((a.length + 1) * width); // of what comes from (i, j) on
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) longest[i * width + j] = keysA[i] === keysB[j] ? longest[(i + 1) * width + j + 1]! + 1 : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
  const pairs: Pair[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (keysA[i] === keysB[j]) pairs.push([a[i++]!, b[j++]!]);
    else if (longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!) i++;
    else j++;
  }
  return pairs;
}

function changesOf(a: OnnxNode, b: OnnxNode, renamed: ReadonlyMap<string, string>): GraphDiff['changed'][number]['changes'] {
  const changes: { what: string; a: string; b: string }[] = [];
  const compare = (what: string, from: string, to: string): void => void (from !== to && changes.push({ what: cut(what), a: from, b: to }));
  compare('operator', cut(operatorOf(a)), cut(operatorOf(b)));
  for (const name of new Set([...Object.keys(a.attributes), ...Object.keys(b.attributes)])) {
    const [x, y] = [own(a, name), own(b, name)];
    if (same(x, y)) continue;
    const [from, to] = [showAttribute(x), showAttribute(y)];
    changes.push({ what: cut(name), a: from, b: from === to ? `${to} (otherwise inside)` : to });
  }
  for (let i = 0; i < Math.max(a.inputs.length, b.inputs.length); i++) {
    const [from, to] = [a.inputs[i] ?? '', b.inputs[i] ?? ''];
    if ((renamed.get(from) ?? from) !== to) changes.push({ what: `input ${i + 1}`, a: cut(from) || '–', b: cut(to) || '–' });
  }
  return changes;
}
const own = ({ attributes }: OnnxNode, name: string): OnnxAttribute | undefined => (Object.hasOwn(attributes, name) ? attributes[name] : undefined);
/** Plain data, equal throughout; -0 is not 0, and NaN is NaN. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || a.constructor !== b.constructor) return false;
  if (Array.isArray(a) || ArrayBuffer.isView(a)) {
    const [x, y] = [a, b] as unknown as readonly [ArrayLike<unknown>, ArrayLike<unknown>]; // of one constructor; a view of numbers: plain data hold no other
    if (x.length !== y.length) return false;
    for (let i = 0; i < x.length; i++) if (!same(x[i], y[i])) return false;
    return true;
  }
  const [x, y] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return x.size === y.size && [...x].every(([key, value]) => y.has(key) && same(value, y.get(key)));
}
function showAttribute(attribute: OnnxAttribute | undefined): string {
  if (!attribute) return '–';
  switch (attribute.type) {
    case 'ints':
    case 'floats':
    case 'strings': return cut(`[${attribute.value.slice(0, 40).join(', ')}]`);
    case 'tensor': return `tensor ${attribute.value.dtype} [${attribute.value.dims.slice(0, 16).join(', ')}]`;
    case 'graph': return `graph of ${attribute.value.nodes.length} nodes`;
    default: return cut(String(attribute.value));
  }
}
function factsOf(a: OnnxModel, b: OnnxModel): GraphDiff['facts'] {
  const ports = (list: readonly OnnxValueInfo[]): string => cut(list.map(({ name, dtype, dims }) => `${name}: ${dtype} [${dims?.join(', ') ?? '?'}]`).join('; ') || '–');
  return [
    { what: 'opset', a: String(a.opset), b: String(b.opset) },
    { what: 'made by', a: cut(a.producer || '–'), b: cut(b.producer || '–') },
    { what: 'inputs', a: ports(a.graph.inputs), b: ports(b.graph.inputs) },
    { what: 'outputs', a: ports(a.graph.outputs), b: ports(b.graph.outputs) },
  ].filter((fact) => fact.a !== fact.b);
}
