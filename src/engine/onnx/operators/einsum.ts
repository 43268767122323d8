/** Sums of products by an equation ("bij,bjk->bik"): operands two by two, each pair one matrix product. */
import { showShape, sizeOf } from '../../../base/tensor';
import { fail } from '../node-reader';
import * as ops from '../../ops';
import { type Value } from '../../value';
import { type Builder, type Builders } from './builder';

/** A value whose axes have names: letters, and numbers for the axes that an ellipsis stands for (0 is the last of them). */
interface Labelled {
  readonly value: Value;
  readonly labels: readonly string[];
}
const ELLIPSIS = '...';

/** "b...i" for a value of rank 4 -> b, 1, 0, i. */
function labelsOf(term: string, rank: number): string[] {
  const [before, after, ...more] = term.split(ELLIPSIS);
  const letters = [...before!, ...(after ?? '')];
  if (more.length > 0 || letters.some((l) => !/[a-zA-Z]/.test(l))) fail(`the term "${term}" is not letters with at most one ellipsis.`);
  const hidden = rank - letters.length;
  if (after === undefined ? hidden !== 0 : hidden < 0) fail(`the term "${term}" does not fit a value of ${rank} axes.`);
  return after === undefined ? letters : [...before!, ...Array.from({ length: hidden }, (_, i) => String(hidden - 1 - i)), ...after];
}
/** Without an arrow: the ellipsis, then letters that occur once, in their order. */
function outputOf(equation: string, terms: readonly (readonly string[])[]): string[] {
  const all = terms.flat();
  const hidden = [...new Set(all.filter((l) => /\d/.test(l)))].sort((a, b) => Number(b) - Number(a));
  const [, given] = equation.split('->');
  if (given === undefined) return [...hidden, ...[...new Set(all)].filter((l) => /\D/.test(l) && all.filter((m) => m === l).length === 1).sort()];
  const labels = given.includes(ELLIPSIS) ? [...given.split(ELLIPSIS)[0]!, ...hidden, ...given.split(ELLIPSIS)[1]!] : [...given];
  const strange = labels.find((l, i) => !all.includes(l) || labels.indexOf(l) !== i);
  if (strange !== undefined) fail(`the output "${given}" names "${strange}" twice, or no operand has it.`);
  return labels;
}
/** A label that stands twice in one operand: the diagonal, every (n + 1)-th entry of the two axes laid into one. */
function diagonal({ value, labels }: Labelled): Labelled {
  const second = labels.findIndex((l, i) => labels.indexOf(l) !== i);
  if (second < 0) return { value, labels };
  const firstAt = labels.indexOf(labels[second]!);
  const n = value.shape[second]!;
  if (value.shape[firstAt] !== n) fail(`"${labels[second]}" stands for ${value.shape[firstAt]} and ${n}.`);
  const others = [...labels.keys()].filter((i) => i !== firstAt && i !== second);
  const flat = ops.reshape(ops.transpose(value, [...others, firstAt, second]), [...others.map((i) => value.shape[i]!), n * n]);
  return diagonal({ value: ops.sliceAxis(flat, -1, 0, n, n + 1), labels: [...others.map((i) => labels[i]!), labels[second]!] });
}
/** Sums over what nobody else needs. */
function summed({ value, labels }: Labelled, needed: ReadonlySet<string>): Labelled {
  const axes = [...labels.keys()].filter((i) => !needed.has(labels[i]!));
  return { value: ops.sum(value, { axes }), labels: labels.filter((l) => needed.has(l)) };
}
function arranged({ value, labels }: Labelled, order: readonly string[]): Value {
  return ops.transpose(value, order.map((l) => labels.indexOf(l)));
}
/** One pair: what both have and is needed stays in front, what both have and is not needed is summed over. */
function product(a: Labelled, b: Labelled, needed: ReadonlySet<string>): Labelled {
  const both = a.labels.filter((l) => b.labels.includes(l));
  const [batch, inner] = [both.filter((l) => needed.has(l)), both.filter((l) => !needed.has(l))];
  const [left, right] = [a, b].map(({ labels }) => labels.filter((l) => !both.includes(l))) as [string[], string[]];
  const sizes = (of: Labelled, names: readonly string[]): number[] => names.map((l) => of.value.shape[of.labels.indexOf(l)]!);
  for (const l of inner) if (sizes(a, [l])[0] !== sizes(b, [l])[0]) fail(`"${l}" is ${sizes(a, [l])[0]} in ${showShape(a.value.shape)} and ${sizes(b, [l])[0]} in ${showShape(b.value.shape)}.`);
  const k = sizeOf(sizes(a, inner));
  const rows = ops.reshape(arranged(a, [...batch, ...left, ...inner]), [...sizes(a, batch), sizeOf(sizes(a, left)), k]);
  const columns = ops.reshape(arranged(b, [...batch, ...inner, ...right]), [...sizes(b, batch), k, sizeOf(sizes(b, right))]);
  const made = ops.matmul(rows, columns);
  return { value: ops.reshape(made, [...made.shape.slice(0, batch.length), ...sizes(a, left), ...sizes(b, right)]), labels: [...batch, ...left, ...right] };
}
const einsum: Builder = (node) => {
  const equation = node.text('equation', '').replaceAll(' ', '');
  const terms = equation.split('->')[0]!.split(',');
  const values = node.all;
  if (terms.length !== values.length) fail(`the equation "${equation}" has ${terms.length} terms, but ${values.length} inputs came.`);
  const labels = terms.map((term, i) => labelsOf(term, values[i]!.shape.length));
  const output = outputOf(equation, labels);
  let left = values.map((value, i) => diagonal({ value, labels: labels[i]! }));
  // What an operand alone has and the output has not is summed at once; then pairs from the left.
  const needs = (others: readonly Labelled[]): ReadonlySet<string> => new Set([...output, ...others.flatMap((o) => o.labels)]);
  left = left.map((operand, i) => summed(operand, needs(left.filter((_, j) => j !== i))));
  while (left.length > 1) {
    const [a, b, ...rest] = left as [Labelled, Labelled, ...Labelled[]];
    left = [product(a, b, needs(rest)), ...rest];
  }
  return arranged(summed(left[0]!, new Set(output)), output);
};

export const einsums: Builders = { Einsum: einsum };
