/** Random nodes of what changes an image's size. Sizes rather than scales where the two definitions of a scale part company. */
import type { Random } from '../../../../base/random';
import { between, fed, float, int, list, normal, sizes, stored, text, type Attributes, type MakeNode, type NodeInput } from './draw';

const nothing = (): NodeInput => stored({ dtype: 'float32', dims: [0], data: new Float32Array(0) });
const scalesOf = (...values: readonly number[]): NodeInput => stored({ dtype: 'float32', dims: [values.length], data: Float32Array.from(values) });

/** Modes whose places agree in onnxruntime and in ONNX's own tests, for sizes of every kind. */
const placed = (rng: Random): Attributes => ({ coordinate_transformation_mode: text(rng.pick(['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'])) });
const resize: MakeNode = (rng) => {
  const [n, c, h, w] = [between(rng, 1, 2), between(rng, 1, 2), between(rng, 2, 5), between(rng, 2, 5)];
  const x = fed(normal(rng, [n, c, h, w]));
  const mode = rng.pick(['nearest', 'linear', 'cubic']);
  // Whole factors for nearest: elsewhere a place can fall on a tie, which float32 and float64 break differently.
  const to = mode === 'nearest' ? [n, c, h * between(rng, 1, 3), w * between(rng, 1, 3)] : [n, c, between(rng, 2, 9), between(rng, 2, 9)];
  const repeating: Attributes = { mode: text(mode), coordinate_transformation_mode: text('asymmetric'), nearest_mode: text('floor') };
  if (mode === 'nearest') return { inputs: [x, nothing(), scalesOf(1, 1, to[2]! / h, to[3]! / w)], attributes: repeating };
  const cubic: Attributes = mode === 'cubic' ? { cubic_coeff_a: float(-0.5), exclude_outside: int(rng.int(2)) } : {};
  return { inputs: [x, nothing(), nothing(), list(...to)], attributes: { mode: text(mode), ...placed(rng), ...cubic } };
};
const upsample: MakeNode = (rng) => ({
  inputs: [fed(normal(rng, [between(rng, 1, 2), between(rng, 1, 2), ...sizes(rng, 2, 2, 4)])), scalesOf(1, 1, between(rng, 1, 3), between(rng, 1, 3))],
  attributes: { mode: text(rng.pick(['nearest', 'linear'])) },
  opset: 9,
});
const blocks = (before: boolean): MakeNode => (rng) => {
  const [n, c, h, w, b] = [between(rng, 1, 2), between(rng, 1, 3), between(rng, 1, 3), between(rng, 1, 3), between(rng, 1, 3)];
  const x = fed(normal(rng, before ? [n, c * b * b, h, w] : [n, c, h * b, w * b]));
  return { inputs: [x], attributes: { blocksize: int(b), ...(before ? { mode: text(rng.pick(['DCR', 'CRD'])) } : {}) } };
};

export const resizing: Readonly<Record<string, MakeNode>> = { DepthToSpace: blocks(true), Resize: resize, SpaceToDepth: blocks(false), Upsample: upsample };
