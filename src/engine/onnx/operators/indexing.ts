/** Gathering and scattering by indices. Opsets 13 to 21; older forms where they cost a line. */
import { int32, sizeOf } from '../../../base/tensor';
import { fail } from '../node-reader';
import * as ops from '../../ops';
import { constant } from '../../value';
import { all, reshaped, type Builder, type Builders } from './builder';

const gather: Builder = (node) => {
  const [x, indices] = [node.input(0), node.input(1)];
  const axis = ops.normalAxis('axis', node.int('axis', 0), x.shape.length);
  const known = node.known(indices);
  const size = x.shape[axis]!;
  if (known && indices.shape.length === 0) {
    const at = known[0]! < 0 ? known[0]! + size : known[0]!;
    return reshaped(ops.sliceAxis(x, axis, at, 1), x.shape.filter((_, i) => i !== axis));
  }
  const wrapped = known?.some((i) => i < 0) ? constant(int32(known.map((i) => (i < 0 ? i + size : i)), indices.shape)) : indices;
  const front = [axis, ...all(x.shape).filter((i) => i !== axis)];
  const rows = ops.gather(ops.transpose(x, front), wrapped); // [...indices, ...the other axes]
  const rank = indices.shape.length;
  const others = Array.from({ length: x.shape.length - 1 }, (_, i) => rank + i);
  return ops.transpose(rows, [...others.slice(0, axis), ...Array.from({ length: rank }, (_, i) => i), ...others.slice(axis)]);
};
/** The one form that our writer makes: rows added into a matrix at indices that are the same along each row. */
const scatterElements: Builder = (node) => {
  const [data, at, updates] = [node.input(0), node.input(1), node.input(2)];
  const source = at.op.name === 'expand' ? at.inputs['x']! : at;
  const [count, width] = at.shape;
  const fits = node.int('axis', 0) === 0 && node.text('reduction', 'none') === 'add' && at.shape.length === 2 && data.shape[1] === width && sizeOf(source.shape) === count;
  if (!fits) fail('only rows added to a matrix (axis 0, reduction "add", one index a row) are supported.');
  const added = ops.scatterAdd(updates, reshaped(source, [count!]), data.shape[0]!);
  return data.data?.data.every((v: number) => v === 0) ? added : ops.add(data, added);
};

export const indexing: Builders = {
  Gather: gather,
  ScatterElements: scatterElements,
};
