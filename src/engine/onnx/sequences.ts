/** Lists of tensors. Which tensor stands where must be known while reading; then nothing is left of the lists in the program. */
import { fail, type Binding, type NodeReader } from './node-reader';
import { integer } from './operators/builder';
import * as ops from '../ops';
import type { Value } from '../value';

const LENGTH_LIMIT = 1024;
const list = (items: readonly Binding[], type = items[0]?.type ?? 'float32'): Binding => {
  if (items.length > LENGTH_LIMIT) fail(`a sequence of ${items.length} tensors; at most ${LENGTH_LIMIT} can be read.`);
  return { value: undefined, type, items };
};
const itemsOf = (node: NodeReader, i: number): readonly Binding[] => node.binding(i)?.items ?? fail(`input ${i} is not a sequence.`);
const valuesOf = (node: NodeReader, i: number): Value[] => itemsOf(node, i).map(({ value }) => value ?? fail('a tensor of the sequence has no numbers (a size of 0).'));
/** A place in a list of that length; negative ones count from its end. */
function placeOf(node: NodeReader, i: number, length: number, otherwise: number): number {
  const given = node.numbers(i)?.[0] ?? otherwise;
  const at = given < 0 ? given + length : given;
  return Number.isInteger(at) && at >= 0 && at <= length ? at : fail(`its place should be a whole number within the sequence of ${length}.`);
}
function erased(node: NodeReader): Binding {
  const items = itemsOf(node, 0);
  const at = placeOf(node, 1, items.length, items.length - 1);
  return list(items.filter((_, i) => i !== at), node.binding(0)!.type);
}
function inserted(node: NodeReader): Binding {
  const items = itemsOf(node, 0);
  return list(items.toSpliced(placeOf(node, 2, items.length, items.length), 0, node.binding(1) ?? fail('input 1 is missing.')));
}
function picked(node: NodeReader): Binding {
  const items = itemsOf(node, 0);
  return items[placeOf(node, 1, items.length, 0)] ?? fail('its place is at the end of the sequence.');
}
/** In pieces of one size, of given sizes, or one by one; then the axis is dropped unless `keepdims` says otherwise. */
function split(node: NodeReader): Binding {
  const x = node.input(0);
  const axis = ops.normalAxis('axis', node.int('axis', 0), x.shape.length);
  const size = x.shape[axis]!;
  const given = node.numbers(1);
  const each = given && node.input(1).shape.length === 0 ? given[0]! : 1;
  if (!(each >= 1)) fail(`pieces of ${each} are not possible.`);
  const count = Math.ceil(size / each);
  if (count > LENGTH_LIMIT) fail(`a sequence of ${count} tensors; at most ${LENGTH_LIMIT} can be read.`);
  const sizes = given && node.input(1).shape.length > 0 ? given : Array.from({ length: count }, (_, i) => Math.min(each, size - i * each));
  let start = 0;
  const pieces = sizes.map((length) => {
    start += length;
    return ops.sliceAxis(x, axis, start - length, length);
  });
  const dropped = !given && node.int('keepdims', 1) === 0;
  return list(pieces.map((piece) => ({ value: dropped ? ops.reshape(piece, piece.shape.filter((_, i) => i !== axis)) : piece, type: node.type(0)! })));
}
function concatenated(node: NodeReader): Binding {
  const values = valuesOf(node, 0);
  const stacked = node.int('new_axis', 0) === 1;
  const rank = (values[0]?.shape.length ?? 0) + (stacked ? 1 : 0);
  const axis = ops.normalAxis('axis', node.int('axis') ?? fail('it gives no axis.'), rank);
  const parts = stacked ? values.map((v) => ops.reshape(v, [...v.shape.slice(0, axis), 1, ...v.shape.slice(axis)])) : values;
  return { value: ops.concat(parts, axis), type: node.binding(0)!.type };
}

/** Operator -> the list or tensor that it makes. */
export const SEQUENCES: ReadonlyMap<string, (node: NodeReader) => Binding> = new Map(
  Object.entries({
    ConcatFromSequence: concatenated,
    SequenceAt: picked,
    SequenceConstruct: (node: NodeReader) => list(node.node.inputs.map((_, i) => node.binding(i) ?? fail(`input ${i} is missing.`))),
    SequenceEmpty: () => list([]),
    SequenceErase: erased,
    SequenceInsert: inserted,
    SequenceLength: (node: NodeReader): Binding => ({ value: integer(itemsOf(node, 0).length), type: 'int64' }),
    SplitToSequence: split,
  }),
);
