/** Params as one flat vector, and back: at tens of microseconds a dispatch, one op over [P] beats a dozen per tensor. */
import { MismatchError } from '../base/errors';
import { floats, sizeOf, tensor, type Params, type Shape, type Tensor } from '../base/tensor';
import type { Layout } from './ops/compose';

export type { Layout } from './ops/compose';

export function layoutOf(shapes: Readonly<Record<string, Shape | Tensor>>): Layout {
  let offset = 0;
  const entries = Object.entries(shapes).map(([name, s]) => {
    const shape = 'shape' in s ? s.shape : s;
    const entry = { name, shape, offset, size: sizeOf(shape) };
    offset += entry.size;
    return entry;
  });
  return { size: offset, entries };
}
/** Params -> [P], in the layout's order. @throws MismatchError naming the first param that is missing or of another size. */
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
