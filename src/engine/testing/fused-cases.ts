/** Random cases of the ops that stand for a formula: normalisation, GELU's gradient, contractions. */
import type { Random } from '../../base/random';
import { sizeOf, tensor } from '../../base/tensor';
import { gradients } from '../autodiff';
import * as ops from '../ops';
import { filled, type Value } from '../value';
import { anyShape, between, caseOf, normal, type Fill, type MakeCase } from './draw';

/** Rows whose numbers differ, as what divides by their deviation needs them. */
const uneven: Fill = (rng, shape) => tensor(Float32Array.from({ length: sizeOf(shape) }, (_, i) => 0.8 * ((i * 3) % shape.at(-1)!) - 1 + 0.3 * rng.normal()), shape);
const rowsShape = (rng: Random): number[] => [...anyShape(rng, 0, 2), rng.pick([4, 5, 8])];
const onRows = (op: (x: Value) => Value): MakeCase => (rng) => caseOf({ x: uneven(rng, rowsShape(rng)) }, ({ x }) => op(x));
const layerNorm: MakeCase = (rng) => {
  const shape = rowsShape(rng);
  const row = shape.slice(-1);
  return caseOf({ x: uneven(rng, shape), weight: normal(rng, row), bias: normal(rng, row) }, ({ x, weight, bias }) => ops.layerNorm(x, weight, bias));
};
/** The adjoint is reached through the gradient. */
const layerNormInput: MakeCase = (rng) => {
  const shape = rowsShape(rng);
  return caseOf({ g: normal(rng, shape), x: uneven(rng, shape), weight: normal(rng, shape.slice(-1)) }, ({ g, x, weight }) => gradients(ops.layerNorm(x, weight, filled(weight.shape, 0)), [x], g)[0]!);
};
export const geluInput: MakeCase = (rng) => {
  const shape = anyShape(rng);
  return caseOf({ g: normal(rng, shape), x: normal(rng, shape) }, ({ g, x }) => gradients(ops.gelu(x), [x], g)[0]!);
};
/** To either side of the width at which the GPU's form of the gradient changes. One row: a sum of more that cancel would measure itself. */
export const wideLayerNorm: MakeCase = (rng) => {
  const shape = [1, rng.pick([64, 65, 100])];
  const row = shape.slice(-1);
  return caseOf({ x: normal(rng, shape), weight: normal(rng, row), bias: normal(rng, row) }, ({ x, weight, bias }) => ops.layerNorm(x, weight, bias));
};
/** Products as attention has them; of three operands, two alike; and sums that are no matrix product. */
const equations = ['nihw,njhw->nhij', 'nhij,njhw->nihw', 'nhij,nhij,njhw->nihw', 'ij,kj->ki', 'i,i->i', 'ij,ij->i', 'i,j->ji', 'nij->j', 'ij,jk,k->i'] as const;
const einsumOf = (largest: number): MakeCase => (rng) => {
  const equation = rng.pick(equations);
  const sizes = new Map([...'nhwijk'].map((letter) => [letter, between(rng, 1, largest)]));
  const inputs = Object.fromEntries(equation.split('->')[0]!.split(',').map((letters, i) => [`x${i}`, normal(rng, [...letters].map((l) => sizes.get(l)!))]));
  const factor = rng.pick([1, 0.3]);
  return caseOf(inputs, (values) => ops.einsum(equation, Object.values(values), factor));
};
export const einsum = einsumOf(3);
export const wideEinsum = einsumOf(9);

export const normCases: Readonly<Record<string, MakeCase>> = { standardize: onRows(ops.standardize), inverseStd: onRows(ops.inverseStd), layerNorm, layerNormInput };
