/** A trained model as ONNX: the user's own file with new numbers, and with masks either multiplied in or as nodes of their own. */
import { floats, type Params, type Tensor } from '../../../base/tensor';
import { addMasks } from '../../../engine/onnx/mask-nodes';
import { toTensor } from '../../../engine/onnx/border';
import { patchInitializers } from '../../../engine/onnx/patch';
import type { OwnModel } from '../open';
import type { Trained } from '../train';

type Tensors = Pick<Trained, 'weights' | 'masks'>;

/** The same graph, node for node; a masked weight is stored as weight * mask. */
export const bakedModel = ({ file, stored }: OwnModel, { weights, masks }: Tensors): Uint8Array =>
  patchInitializers(file.bytes, { ...weights, ...Object.fromEntries(Object.entries(masks).map(([name, mask]) => [name, product(toTensor(stored.graph.initializers[name]!, name), mask)])) });
const product = (weight: Tensor, mask: Tensor): Tensor => ({ ...weight, data: floats(weight).map((w, i) => (mask.data[i] === 0 ? 0 : w)) });

/** Masked weights keep their numbers; each is read through a Mul with its mask, the initializer `<name>.mask`. */
export const maskedModel = ({ file }: OwnModel, { weights, masks }: Tensors): Uint8Array => addMasks(patchInitializers(file.bytes, weights), masks);

/** All float tensors of the model after training, under their names: for `writeSafetensors`. Masks are apart. */
export const allWeights = ({ stored }: OwnModel, { weights }: Tensors): Params =>
  Object.fromEntries(
    Object.entries(stored.graph.initializers).flatMap(([name, t]) => {
      if (t.dtype !== 'float32' && t.dtype !== 'float64') return [];
      return [[name, weights[name] ?? toTensor(t, name)] as const];
    }),
  );
