/**
 * The border between ONNX's element types and ours. Inwards: double and half floats become float32, integers int32 (those that do not
 * fit are refused). Outwards: the file's own type again. Between the borders integers of 32 and 64 bits count as int32: a sum beyond
 * 2^31 wraps there. Smaller ones wrap as ONNX has it (`wrapped` in `operators/arithmetic`).
 */
import { MismatchError } from '../../base/errors';
import type { DType, Tensor } from '../../base/tensor';
import type { OnnxData, OnnxDType, OnnxTensor } from './tensor-proto';

/** The dtype that stands for an element type here. */
export const dtypeHere = (dtype: OnnxDType): DType => (dtype === 'float32' || dtype === 'float64' ? 'float32' : dtype === 'bool' ? 'bool' : 'int32');

/** A tensor of a file as one of ours. @throws MismatchError if an integer does not fit int32 */
export function toTensor({ dtype, dims, data }: OnnxTensor, who: string): Tensor {
  switch (dtypeHere(dtype)) {
    case 'float32': return { dtype: 'float32', shape: dims, data: data instanceof Float32Array ? data : Float32Array.from(data, Number) };
    case 'bool': return { dtype: 'bool', shape: dims, data: Uint8Array.from(data, Number) };
    case 'int32': {
      const wide = Array.from(data, Number);
      const beyond = wide.find((v) => v >= 2 ** 31 || v < -(2 ** 31));
      if (beyond !== undefined) throw new MismatchError(`${who} holds the integer ${beyond}, which does not fit int32; integers are int32 here.`);
      return { dtype: 'int32', shape: dims, data: Int32Array.from(wide) };
    }
  }
}

const END = BigInt(Number.MAX_SAFE_INTEGER);
/** As `toTensor`, for what a file stores: "to the end" is INT64_MAX in many files; it becomes the largest int32, which still means that. */
export function fromFile(value: OnnxTensor, who: string): Tensor {
  if (!(value.data instanceof BigInt64Array)) return toTensor(value, who);
  const data = value.data.map((v) => (v >= END ? 2n ** 31n - 1n : v <= -END ? -(2n ** 31n) + 1n : v));
  return toTensor({ ...value, data }, who);
}

const WIDER: Readonly<Record<OnnxDType, (data: Tensor['data']) => OnnxData>> = {
  float32: (data) => (data instanceof Float32Array ? data : Float32Array.from(data)),
  float64: (data) => Float64Array.from(data),
  int8: (data) => Int8Array.from(data),
  uint8: (data) => Uint8Array.from(data),
  int16: (data) => Int16Array.from(data),
  uint16: (data) => Uint16Array.from(data),
  int32: (data) => (data instanceof Int32Array ? data : Int32Array.from(data)),
  uint32: (data) => Uint32Array.from(data),
  int64: (data) => BigInt64Array.from(data as ArrayLike<number> as number[], BigInt), // a typed array is array-like; `from` is typed for arrays
  uint64: (data) => BigUint64Array.from(data as ArrayLike<number> as number[], BigInt),
  bool: (data) => Uint8Array.from(data),
};
/** A tensor of ours as the file's element type. @throws MismatchError if that is of another kind (floats as integers, say) */
export function fromTensor(tensor: Tensor, dtype: OnnxDType, who: string): OnnxTensor {
  if (dtypeHere(dtype) !== tensor.dtype) throw new MismatchError(`${who} is ${tensor.dtype} here, but ${dtype} in the file.`);
  return { dtype, dims: tensor.shape, data: WIDER[dtype](tensor.data) };
}
