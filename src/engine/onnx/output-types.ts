/** Element types of node outputs in the file. They matter where ours stand for several: int32 for all integers. */
import { dtypeHere } from './border';
import type { NodeReader } from './node-reader';
import { dtypeOf, type OnnxDType } from './tensor-proto';
import type { Value } from '../value';

/** Operators that name their own output's type, or take it from another input than the first of its kind. */
const NAMED: Readonly<Record<string, (node: NodeReader) => OnnxDType | undefined>> = {
  Cast: (node) => dtypeOf(node.int('to', 0), 'Its target'),
  CastLike: (node) => node.type(1),
  Constant: (node) => node.tensor('value')?.dtype,
  ConstantOfShape: (node) => node.tensor('value')?.dtype,
  EyeLike: (node) => (node.int('dtype') === undefined ? node.type(0) : dtypeOf(node.int('dtype', 0), 'Its dtype')),
  NonZero: () => 'int64',
  Shape: () => 'int64',
  Size: () => 'int64',
  ArgMax: () => 'int64',
  ArgMin: () => 'int64',
};
/** The type of a node's output: that of its first input that our dtype of the output stands for. */
export function outputType(node: NodeReader, made: Value): OnnxDType {
  if (made.dtype === 'bool') return 'bool';
  const named = NAMED[node.node.opType]?.(node);
  if (named && dtypeHere(named) === made.dtype) return named;
  for (let i = 0; i < node.node.inputs.length; i++) {
    const type = node.type(i);
    if (type && dtypeHere(type) === made.dtype) return type;
  }
  return made.dtype === 'int32' ? 'int64' : 'float32';
}
/** Bits and sign of the integers that are narrower than ours. */
export const NARROW: ReadonlyMap<OnnxDType, { readonly bits: number; readonly signed: boolean }> = new Map([
  ['uint8', { bits: 8, signed: false }],
  ['int8', { bits: 8, signed: true }],
  ['uint16', { bits: 16, signed: false }],
  ['int16', { bits: 16, signed: true }],
]);
