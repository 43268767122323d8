/** Computes values in float64, every op by its own `reference` facet: slow, simple, and independent of ONNX. */
import { ShapeError } from '../base/errors';
import { sizeOf, type Tensor } from '../base/tensor';
import { constantOp, inputOp, topological, type Reference, type Value } from './value';

/** Numbers of the graph's inputs, by name. */
export type ReferenceFeeds = ReadonlyMap<string, Reference>;

export const toReference = (t: Tensor): Reference => ({ shape: t.shape, data: Float64Array.from(t.data) });

/** The graph of `values`, sorted once, to be computed for many feeds. */
export function evaluator(values: readonly Value[]): (feeds: ReferenceFeeds) => Reference[] {
  const order = topological(values).filter(({ op }) => op !== constantOp);
  const constants = topological(values).flatMap((v): [Value, Reference][] => (v.op === constantOp ? [[v, toReference(v.data!)]] : []));
  return (feeds) => {
    const known = new Map(constants);
    for (const value of order) known.set(value, compute(value, known, feeds));
    return values.map((v) => known.get(v)!);
  };
}
/**
 * The numbers of each value, in order.
 * @throws ShapeError if a feed is missing or an op's reference gave another number of elements than its shape rule promised
 */
export const evaluate = (values: readonly Value[], feeds: ReferenceFeeds): Reference[] => evaluator(values)(feeds);

function compute(value: Value, known: ReadonlyMap<Value, Reference>, feeds: ReferenceFeeds): Reference {
  const { op, shape, attrs } = value;
  if (op === inputOp) {
    const feed = feeds.get(value.name!);
    if (!feed || feed.data.length !== sizeOf(shape)) throw new ShapeError(`evaluate: input ${value.name} should hold ${sizeOf(shape)} numbers, but ${feed ? feed.data.length : 'none'} came.`);
    return feed;
  }
  const data = op.reference(Object.fromEntries(Object.entries(value.inputs).map(([name, v]) => [name, known.get(v)!])), attrs, shape);
  if (data.length !== sizeOf(shape)) throw new ShapeError(`${op.name}: its reference should give ${sizeOf(shape)} numbers, but gave ${data.length}.`);
  return { shape, data };
}
