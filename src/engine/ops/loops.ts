/** Plain loops that reference facets share: broadcasting reads, index walks. Float64 throughout. */
import { sizeOf, stridesOf, type Shape } from '../../base/tensor';
import type { Reference } from '../value';

/** For each element of `shape`, in row-major order, the flat index into an operand of shape `from` that broadcasts to it. */
export function broadcastIndex(from: Shape, shape: Shape): Int32Array {
  const strides = stridesOf(from);
  const index = new Int32Array(sizeOf(shape));
  const at = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < index.length; i++) {
    let flat = 0;
    for (let axis = 0; axis < from.length; axis++) if (from[axis] !== 1) flat += strides[axis]! * at[axis + shape.length - from.length]!;
    index[i] = flat;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++at[axis]! < shape[axis]!) break;
      at[axis] = 0;
    }
  }
  return index;
}
export const mapReference = (x: Reference, f: (value: number) => number): Float64Array => x.data.map(f);
export function zipReference(a: Reference, b: Reference, shape: Shape, f: (a: number, b: number) => number): Float64Array {
  const [ia, ib] = [broadcastIndex(a.shape, shape), broadcastIndex(b.shape, shape)];
  return Float64Array.from(ia, (i, n) => f(a.data[i]!, b.data[ib[n]!]!));
}
