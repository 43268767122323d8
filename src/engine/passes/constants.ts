/** What passes ask of constants, and how they make them. */
import { floats, sameShape, sizeOf, type Tensor } from '../../base/tensor';
import { toReference } from '../evaluate';
import { constant, constantOp, type Value } from '../value';

/** The one number that a float constant consists of, if it does. */
export function uniform(value: Value): number | undefined {
  if (value.op !== constantOp || value.dtype !== 'float32') return undefined;
  const data = floats(value.data!);
  return data.every((v) => v === data[0]) ? data[0] : undefined;
}
/** Results with more numbers than this are left to be computed when they are needed, unless all their inputs are large as well. */
const largest = 1 << 20;

/** A value of constants alone, computed in float64 and rounded once; undefined if it depends on an input. */
export function folded({ op, attrs, shape, dtype }: Value, inputs: Readonly<Record<string, Value>>): Value | undefined {
  const given = Object.entries(inputs);
  if (given.length === 0 || given.some(([, v]) => v.op !== constantOp) || sizeOf(shape) > largest) return undefined;
  const numbers = op.reference(Object.fromEntries(given.map(([name, v]) => [name, toReference(v.data!)])), attrs, shape);
  const data: Tensor['data'] = dtype === 'float32' ? Float32Array.from(numbers) : dtype === 'int32' ? Int32Array.from(numbers) : Uint8Array.from(numbers);
  return constant({ dtype, shape, data });
}
export const sameSize = (a: Value, b: Value): boolean => sameShape(a.shape, b.shape);
