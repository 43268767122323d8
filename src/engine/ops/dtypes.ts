/** Dtype rules that ops share. */
import { ShapeError } from '../../base/errors';
import type { DType } from '../../base/tensor';

/** For functions of real numbers, which no provider has for integers. */
export const floatsOnly = (op: string) => ({ x }: { readonly x: DType }): DType => {
  if (x !== 'float32') throw new ShapeError(`${op}: expected float32, but ${x} came. Cast it.`);
  return x;
};
