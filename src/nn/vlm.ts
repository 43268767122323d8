/**
 * A small vision-language model: convolutions turn a picture into a grid of patch vectors, a projector makes words of them, and a language model
 * that sees left reads the grid and then the text (as LLaVA: Liu et al. 2023, arXiv:2304.08485, in small). The picture may be there, be left
 * out, or be replaced by one <unk>, row by row; text keeps its positions in all three.
 */
import { ShapeError } from '../base/errors';
import type { Random } from '../base/random';
import { int32, type Params } from '../base/tensor';
import { add, concat, expand, gather, gelu, mul, pad, relu, reshape, sliceAxis, transpose } from '../engine/ops';
import { constant, type Value } from '../engine/value';
import { conv, dense, groupNorm, initConv, initDense, initNorm, layerNorm, normalTensor, prefixed, scope, type Views } from './layers';
import { initLm, lmEmbeddings, lmHead, lmStatesOf, type LmHooks, type LmShape } from './lm';
import type { Stack } from './transformer';

export interface VlmShape extends Omit<LmShape, 'sees' | 'context'> {
  /** Most tokens of the text. */
  readonly context: number;
  /** Pictures are [3, side, side]. */
  readonly side: number;
  /** Channels of the encoder's convolutions, each of which halves the side: the last are the patch vectors'. Multiples of 8. */
  readonly channels: readonly number[];
  /** Id of the token that stands where a picture would be. */
  readonly unknown: number;
}
/** Patches of the grid: as many tokens stand before the text. */
export const patchCount = ({ side, channels }: Pick<VlmShape, 'side' | 'channels'>): number => (side / 2 ** channels.length) ** 2;
const groups = 8;

/** Under `encoder` the convolutions, under `projector` what makes words of patches, under `lm` a language model whose head is its own if asked. */
export function initVlm(rng: Random, shape: VlmShape): Params {
  const { side, channels, width } = shape;
  if (side % 2 ** channels.length !== 0 || channels.some((c) => c % groups !== 0)) throw new ShapeError(`A picture of side ${side} cannot be halved ${channels.length} times into whole patches, or one of ${channels.join(', ')} channels is no multiple of ${groups}. Choose others.`);
  const last = channels.at(-1)!;
  return {
    ...prefixed('encoder', Object.assign({}, ...channels.map((c, i) => ({ ...prefixed(`conv${i}`, initConv(rng.fork('conv', i), i === 0 ? 3 : channels[i - 1]!, c, 3)), ...prefixed(`norm${i}`, initNorm(c)) }))) as Params), // parts are Params, all names different
    ...prefixed('projector', { ...prefixed('norm', initNorm(last)), ...prefixed('up', initDense(rng.fork('up'), last, 2 * width)), ...prefixed('down', initDense(rng.fork('down'), 2 * width, width)) }),
    'grid.weight': normalTensor(rng.fork('grid'), [patchCount(shape), width], 0.02),
    ...prefixed('lm', initLm(rng.fork('lm'), { ...shape, sees: 'left' })),
  };
}

/** Pictures [n, 3, side, side] in [-1, 1] -> patch vectors [n, patches, channels], row by row of the grid. `p`: all params. */
export function encodePictures(p: Views, pictures: Value, { channels }: Pick<VlmShape, 'channels'>): Value {
  const encoder = scope(p, 'encoder');
  const grid = channels.reduce((x, _, i) => relu(groupNorm(scope(encoder, `norm${i}`), conv(scope(encoder, `conv${i}`), x, { strides: [2, 2], pads: [1, 1, 1, 1] }), groups)), pictures);
  const [n, c, rows, columns] = grid.shape as [number, number, number, number];
  return transpose(reshape(grid, [n, c, rows * columns]), [0, 2, 1]);
}
/** Patch vectors -> the words that the language model reads in their place, [n, patches, width]. */
export function projectPatches(p: Views, patches: Value): Value {
  const projector = scope(p, 'projector');
  return dense(scope(projector, 'down'), gelu(dense(scope(projector, 'up'), layerNorm(scope(projector, 'norm'), patches))));
}

export interface VlmInputs {
  /** [n, 3, side, side] in [-1, 1]; what it holds in a row without a picture changes nothing. */
  readonly pictures: Value;
  /** float32 [n]: 1 with a picture, 0 without. */
  readonly hasPicture: Value;
  /** float32 [n]: 1 where one <unk> stands for the picture, which `hasPicture` then says is not there. Absent: nowhere. */
  readonly unknown?: Value;
  /** int32 [n, t], t at most the context. */
  readonly tokens: Value;
}
export interface VlmStates extends Stack {
  /** Patch vectors as the encoder makes them, [n, patches, channels], and as the projector does, [n, patches, width]. */
  readonly patches: Value;
  readonly projected: Value;
  /** Everything that the first block reads, patches first: [n, patches + t, width], as all states. */
  readonly embedded: Value;
  /** After the final norm, at the text's tokens alone: [n, t, width]. What the head reads. */
  readonly text: Value;
  /** Of each next token, [n, t, vocabulary]. */
  readonly logits: Value;
}
/** The embeddings of a row: the picture's words or what stands for them, then the text's. */
function embed(p: Views, projected: Value, { hasPicture, unknown, tokens }: VlmInputs, shape: VlmShape): Value {
  const [n, patches, width] = projected.shape as [number, number, number];
  const lm = scope(p, 'lm');
  const seen = mul(add(projected, p['grid.weight']!), reshape(hasPicture, [n, 1, 1]));
  const text = lmEmbeddings(lm, tokens);
  if (!unknown) return concat([seen, text], 1);
  // <unk> in the first patch's place, at that place's position.
  const word = add(sliceAxis(lm['token.weight']!, 0, shape.unknown, 1), sliceAxis(p['grid.weight']!, 0, 0, 1));
  const instead = pad(mul(expand(reshape(word, [1, 1, width]), [n, 1, width]), reshape(unknown, [n, 1, 1])), [0, 0, 0], [0, patches - 1, 0]);
  return concat([add(seen, instead), text], 1);
}
/** float32 [n, patches + t]: 1 where there is something to see. */
function presence({ hasPicture, unknown, tokens }: VlmInputs, patches: number): Value {
  const [n, t] = tokens.shape as [number, number];
  const everywhere = expand(reshape(hasPicture, [n, 1]), [n, patches]);
  const grid = unknown ? add(everywhere, pad(reshape(unknown, [n, 1]), [0, 0], [0, patches - 1])) : everywhere;
  return pad(grid, [0, 0], [0, t], 1);
}
/** Everything from the embeddings on: for gradients at them, and for noise that is added to them. `embedded` [n, patches + t, width]. */
export function vlmStatesOf(p: Views, embedded: Value, inputs: VlmInputs, shape: VlmShape, hooks: Omit<LmHooks, 'present'> = {}): Omit<VlmStates, 'patches' | 'projected'> {
  const lm = scope(p, 'lm');
  const t = inputs.tokens.shape[1]!;
  const patches = patchCount(shape);
  const stack = lmStatesOf(lm, embedded, { ...shape, context: patches + t, sees: 'left' }, { ...hooks, present: presence(inputs, patches) });
  const text = sliceAxis(stack.output, 1, patches, t);
  return { ...stack, embedded: stack.states[0]!, text, logits: lmHead(lm, text) };
}
/** Every hidden state and the logits. What is not read is not computed. */
export function vlmStates(p: Views, inputs: VlmInputs, shape: VlmShape, hooks: Omit<LmHooks, 'present'> = {}): VlmStates {
  const patches = encodePictures(p, inputs.pictures, shape);
  const projected = projectPatches(p, patches);
  return { patches, projected, ...vlmStatesOf(p, embed(p, projected, inputs, shape), inputs, shape, hooks) };
}
export const vlmLogits = (p: Views, inputs: VlmInputs, shape: VlmShape): Value => vlmStates(p, inputs, shape).logits;
/** Where each row begins when rows of t are laid end to end. */
const rowStarts = (n: number, t: number): Value => constant(int32(Int32Array.from({ length: n }, (_, i) => i * t)));
/** Logits [n, vocabulary] of the token behind place `at` [n] int32 of each text, and of no other. */
export function vlmLogitsAt(p: Views, inputs: VlmInputs, at: Value, shape: VlmShape): Value {
  const [n, t, width] = [...inputs.tokens.shape, shape.width] as [number, number, number];
  const rows = reshape(vlmStates(p, inputs, shape).text, [n * t, width]);
  return lmHead(scope(p, 'lm'), gather(rows, add(at, rowStarts(n, t))));
}
