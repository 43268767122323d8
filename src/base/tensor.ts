import { ShapeError } from './errors';

/** Static sizes, outermost first; [] is a scalar. */
export type Shape = readonly number[];
export type DType = 'float32' | 'int32' | 'bool';
export type DataOf<D extends DType> = D extends 'float32' ? Float32Array : D extends 'int32' ? Int32Array : Uint8Array;

/** Numbers with a shape, on the host. Plain data: crosses threads as it is. */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: Float32Array | Int32Array | Uint8Array;
}
/** Named tensors in a fixed order: the params of a model. */
export type Params = Readonly<Record<string, Tensor>>;

export const sizeOf = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);
export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);
export const showShape = (shape: Shape): string => `[${shape.join(',')}]`;

export function tensor(data: Float32Array | readonly number[], shape: Shape = [data.length]): Tensor {
  if (sizeOf(shape) !== data.length) throw new ShapeError(`tensor: shape ${showShape(shape)} holds ${sizeOf(shape)} numbers, but ${data.length} came.`);
  return { dtype: 'float32', shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}
export function int32(data: Int32Array | readonly number[], shape: Shape = [data.length]): Tensor {
  if (sizeOf(shape) !== data.length) throw new ShapeError(`int32: shape ${showShape(shape)} holds ${sizeOf(shape)} numbers, but ${data.length} came.`);
  return { dtype: 'int32', shape, data: data instanceof Int32Array ? data : Int32Array.from(data) };
}
/** The float32 numbers of a tensor; ShapeError if it holds another dtype. */
export function floats(t: Tensor): Float32Array {
  if (!(t.data instanceof Float32Array)) throw new ShapeError(`Expected float32, but ${t.dtype} came.`);
  return t.data;
}
/** Shape of two operands after NumPy broadcasting; ShapeError (naming `who`) if they do not fit. */
export function broadcastShapes(who: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new ShapeError(`${who}: shapes ${showShape(a)} and ${showShape(b)} do not broadcast (sizes ${x} and ${y}).`);
    return x === 1 ? y : x;
  });
}
/** Row-major strides. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i]!;
  }
  return strides;
}
