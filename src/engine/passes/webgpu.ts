/** Rules for a GPU, where every op is a dispatch: small ops go into the contractions beside them, and sums are made together. */
import { sizeOf } from '../../base/tensor';
import { addsByProduct, concat, einsum, expand, mul, reshape, scatterElements, sum } from '../ops';
import type { Value } from '../value';
import { sameSize } from './constants';
import type { Rule } from './simplify';

const is = (value: Value, op: string): boolean => value.op.name === op;
/** Buffers that one dispatch may bind are eight at least; one is the result's. */
const mostOperands = 6;

/** A product inside a contraction is two operands of it. */
const productsInside: Rule = ({ attrs }, inputs) => {
  const [left, result] = String(attrs['equation']).split('->') as [string, string];
  const operands = left.split(',').map((letters, i): [string, Value] => [letters, inputs[`p${i}`]!]);
  const open = operands.flatMap(([letters, value]): [string, Value][] => {
    const { a, b } = value.inputs as Partial<Record<string, Value>>; // other ops name theirs otherwise
    return is(value, 'mul') && sameSize(a!, value) && sameSize(b!, value) ? [[letters, a!], [letters, b!]] : [[letters, value]];
  });
  if (open.length === operands.length || open.length > mostOperands) return undefined;
  return einsum(`${open.map(([letters]) => letters).join(',')}->${result}`, open.map(([, value]) => value), Number(attrs['factor']));
};
/** Entries that one thread may add up by itself without the rest waiting for it. */
const shortSum = 512;
/** sum(a b) over the last axis. */
const sumOfProduct: Rule = ({ attrs, shape }, { x }) => {
  const axes = attrs['axes'] as readonly number[]; // sum's own attribute
  const rank = x!.shape.length;
  if (!is(x!, 'mul') || axes.length !== 1 || axes[0] !== rank - 1 || x!.shape.at(-1)! > shortSum) return undefined;
  const { a, b } = x!.inputs as { a: Value; b: Value }; // mul's own
  if (!sameSize(a, x!) || !sameSize(b, x!)) return undefined;
  const all = [...'abcdefghijklmnop'].slice(0, rank).join('');
  return reshape(einsum(`${all},${all}->${all.slice(0, -1)}`, [a, b]), shape);
};

/** A sum over all rows of a matrix, and how many numbers a row has: or undefined. */
function rowSum(piece: Value): { matrix: Value; rows: number } | undefined {
  const made = is(piece, 'reshape') ? piece.inputs['x']! : piece;
  if (!is(made, 'sum')) return undefined;
  const x = made.inputs['x']!;
  const axes = made.attrs['axes'] as readonly number[]; // sum's own attribute
  const leading = axes.every((axis, i) => axis === i) && axes.length < x.shape.length;
  const rows = sizeOf(x.shape.slice(0, axes.length));
  return leading ? { matrix: reshape(x, [rows, sizeOf(x.shape) / rows]), rows } : undefined;
}
/** Matrices side by side. Neighbours that are products, as the gradients of scales are, are one product of matrices side by side. */
function sideBySide(matrices: readonly Value[]): Value {
  const factorsOf = (v: Value): readonly [Value, Value] | undefined => {
    const made = is(v, 'reshape') ? v.inputs['x']! : v;
    const { a, b } = made.inputs as Partial<Record<string, Value>>; // other ops name theirs otherwise
    return is(made, 'mul') && sameSize(a!, made) && sameSize(b!, made) ? [reshape(a!, v.shape), reshape(b!, v.shape)] : undefined;
  };
  const runs: { products: (readonly [Value, Value])[]; plain: Value[] }[] = [];
  for (const matrix of matrices) {
    const product = factorsOf(matrix);
    const last = runs.at(-1);
    const run = last && last.products.length > 0 === (product !== undefined) ? last : { products: [], plain: [] };
    if (run !== last) runs.push(run);
    run.plain.push(matrix);
    if (product) run.products.push(product);
  }
  return concat(runs.flatMap(({ products, plain }) => (products.length > 1 ? [mul(concat(products.map(([a]) => a), 1), concat(products.map(([, b]) => b), 1))] : plain)), 1);
}
/** Neighbouring sums over as many rows are one sum over the matrices side by side: the gradients of all biases at once. */
const sumsTogether: Rule = ({ attrs }, inputs) => {
  const pieces = Object.values(inputs);
  if (attrs['axis'] !== 0 || pieces.some((p) => p.shape.length !== 1)) return undefined;
  const groups: { matrices: Value[]; rows?: number; piece: Value }[] = [];
  for (const piece of pieces) {
    const found = rowSum(piece);
    const last = groups.at(-1);
    if (found && last?.rows === found.rows) last.matrices.push(found.matrix);
    else groups.push({ piece, matrices: found ? [found.matrix] : [], ...(found && { rows: found.rows }) });
  }
  if (groups.length === pieces.length) return undefined;
  return concat(groups.map(({ matrices, piece }) => (matrices.length > 1 ? sum(sideBySide(matrices), { axes: [0] }) : piece)), 0);
};

/** Rows that are added into zeros and then to something are added to it at once, unless they are no scatter here. */
const rowsInto: Rule = ({ shape }, { a, b }) => {
  const into = (rows: Value, other: Value): Value | undefined => {
    if (!is(rows, 'scatterAdd') || !sameSize(rows, other)) return undefined;
    const { updates, indices } = rows.inputs as { updates: Value; indices: Value }; // scatterAdd's own
    const [count, width] = [sizeOf(indices.shape), sizeOf(shape) / shape[0]!];
    if (addsByProduct(updates, count, shape[0]!, 'webgpu')) return undefined;
    const at = expand(reshape(indices, [count, 1]), [count, width]);
    return reshape(scatterElements(reshape(other, [shape[0]!, width]), at, reshape(updates, [count, width]), 0, 'add'), shape);
  };
  return into(a!, b!) ?? into(b!, a!);
};

export const webgpuRules: Readonly<Record<string, readonly Rule[]>> = { add: [rowsInto], einsum: [productsInside], sum: [sumOfProduct], concat: [sumsTogether] };
