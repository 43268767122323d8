/**
 * For WebGPU: slices of one value along one axis, which are a dispatch each, as a few Splits, which give several at once. So the
 * params' views into their flat vector, and the queries, keys and values of attention.
 */
import type { OnnxNode } from './model';
import type { Surroundings } from './node-pass';

interface Part {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}
interface Group {
  readonly input: string;
  readonly axis: number;
  readonly parts: Part[];
}
/** The one axis, start and end of a Slice that has no more. */
function partOf({ opType, inputs, outputs }: OnnxNode, { numbersOf, shapeOf }: Surroundings): (Part & { axis: number; input: string }) | undefined {
  if (opType !== 'Slice' || inputs.length !== 4) return undefined;
  const [start, end, axis] = inputs.slice(1).map((name) => numbersOf(name) ?? []) as [readonly number[], readonly number[], readonly number[]]; // three inputs
  if (start.length !== 1 || end.length !== 1 || axis.length !== 1 || !shapeOf(inputs[0]!)) return undefined;
  return { input: inputs[0]!, axis: axis[0]!, start: start[0]!, end: end[0]!, name: outputs[0]! };
}
/** The parts in order, with those between them that nobody asked for; undefined if two overlap. */
function wholeOf({ parts }: Group, size: number, fresh: () => string): Part[] | undefined {
  const whole: Part[] = [];
  let at = 0;
  for (const part of parts.toSorted((a, b) => a.start - b.start)) {
    if (part.start < at) return undefined;
    if (part.start > at) whole.push({ start: at, end: part.start, name: fresh() });
    whole.push(part);
    at = part.end;
  }
  if (at < size) whole.push({ start: at, end: size, name: fresh() });
  return whole;
}
/** A tree of Splits whose leaves are the parts. */
function splitsOf(input: string, axis: number, parts: readonly Part[], { int64s, fresh }: Surroundings, mostParts: number): OnnxNode[] {
  let level = parts;
  const nodes: OnnxNode[] = [];
  const split = (from: string, into: readonly Part[]): OnnxNode => ({
    name: into[0]!.name, opType: 'Split', domain: '', inputs: [from, int64s(into.map(({ start, end }) => end - start))], outputs: into.map(({ name }) => name), attributes: { axis: { type: 'int', value: axis } },
  });
  while (level.length > mostParts) {
    const above: Part[] = [];
    for (let i = 0; i < level.length; i += mostParts) {
      const into = level.slice(i, i + mostParts);
      const whole = into.length === 1 ? into[0]! : { start: into[0]!.start, end: into.at(-1)!.end, name: fresh() };
      if (into.length > 1) nodes.unshift(split(whole.name, into)); // whoever reads comes after whoever makes
      above.push(whole);
    }
    level = above;
  }
  return [split(input, level), ...nodes];
}

/** The nodes with every group of two slices or more replaced, where its first slice was. A Split gives at most `mostParts`: a dispatch binds only so many buffers. */
export function slicesToSplits(nodes: readonly OnnxNode[], around: Surroundings, mostParts: number): OnnxNode[] {
  const groups = new Map<string, Group>();
  const groupOf = new Map<OnnxNode, Group>();
  for (const node of nodes) {
    const part = partOf(node, around);
    if (!part) continue;
    const key = `${part.axis} ${part.input}`;
    const group = groups.get(key) ?? { input: part.input, axis: part.axis, parts: [] };
    group.parts.push(part);
    groups.set(key, group);
    groupOf.set(node, group);
  }
  const done = new Map<Group, boolean>();
  return nodes.flatMap((node) => {
    const group = groupOf.get(node);
    if (!group || group.parts.length < 2) return [node];
    if (done.has(group)) return done.get(group) ? [] : [node];
    const whole = wholeOf(group, around.shapeOf(group.input)![group.axis]!, around.fresh);
    done.set(group, whole !== undefined);
    return whole ? splitsOf(group.input, group.axis, whole, around, mostParts) : [node];
  });
}
