/** Params as one flat vector, and back: at tens of microseconds a dispatch, one op over [P] beats a dozen per tensor. */
import { MismatchError } from '../base/errors';
import { floats, sizeOf, tensor, type Params, type Shape, type Tensor } from '../base/tensor';
import type { Layout } from './ops/compose';

export type { Layout } from './ops/compose';

/** Where a param lies in the vector: matrices and kernels, then scales, then biases. */
const kindOf = ([name, shape]: readonly [string, Shape]): number => (shape.length >= 2 ? 0 : name.endsWith('weight') ? 1 : 2);
/**
 * Entries in the order given. In the vector their kinds are apart, so that gradients which are made alike, as sums over rows, are
 * neighbours and can be made together.
 */
export function layoutOf(shapes: Readonly<Record<string, Shape | Tensor>>): Layout {
  const given = Object.entries(shapes).map(([name, s]): [string, Shape] => [name, 'shape' in s ? s.shape : s]);
  const offsets = new Map<string, number>();
  let size = 0;
  for (const [name, shape] of given.toSorted((a, b) => kindOf(a) - kindOf(b))) {
    offsets.set(name, size);
    size += sizeOf(shape);
  }
  return { size, entries: given.map(([name, shape]) => ({ name, shape, offset: offsets.get(name)!, size: sizeOf(shape) })) };
}
/** Params -> [P]. @throws MismatchError naming the first param that is missing or of another size. */
export function flatten(params: Params, layout: Layout = layoutOf(params)): Tensor {
  const flat = new Float32Array(layout.size);
  for (const { name, offset, size } of layout.entries) {
    const param = params[name];
    if (!param || param.data.length !== size) throw new MismatchError(`flatten: param ${name} should hold ${size} numbers, but ${param ? param.data.length : 'none'} came.`);
    flat.set(floats(param), offset);
  }
  return tensor(flat);
}
/** [P] -> params, copied. */
export const unflatten = (flat: Tensor, layout: Layout): Params =>
  Object.fromEntries(layout.entries.map(({ name, shape, offset, size }) => [name, tensor(floats(flat).slice(offset, offset + size), shape)]));
