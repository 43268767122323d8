/** Models of pictures and words through the lab: the score of a set, and answers written token by token. */
import { floats, type Params, type Tensor } from '../base/tensor';
import type { RowSet } from '../data/scene/rows';
import { nextTokens, type Predictions } from '../data/predictions';
import { argMax, cast, equal, mul, sum } from '../engine/ops';
import { tokenLosses } from '../nn/lm';
import { vlmLogits, vlmLogitsAt, type VlmShape } from '../nn/vlm';
import type { Lab, Shapes } from './lab';
import { feedsOf, lastTokens, rowsOf, scoreInChunks, writeTexts, type Score, type WriteOptions } from './lm';

/** What stands before each text. */
export interface Pictures {
  /** [n, 3, side, side] in [-1, 1]. */
  readonly x: Tensor;
  /** float32 [n]: 1 with a picture. */
  readonly hasPicture: Tensor;
  /** float32 [n]: 1 where <unk> stands for it. Absent: nowhere. */
  readonly unknown?: Tensor;
}
export interface PictureRows extends Pictures, Predictions {}
/** Rows of scenes and words as predictions of the answer's tokens. */
export const answersOf = ({ x, hasPicture, tokens, mask, answers }: RowSet): PictureRows => ({ x, hasPicture, ...nextTokens({ tokens, mask }, answers) });
/** Those rows with the pictures taken away, or <unk> in their place. */
export const withoutPictures = <R extends Pictures>(rows: R, instead: 'none' | 'unknown' = 'none'): R => {
  const all = (value: number): Tensor => ({ ...rows.hasPicture, data: new Float32Array(rows.hasPicture.data.length).fill(value) });
  return { ...rows, hasPicture: all(0), unknown: all(instead === 'unknown' ? 1 : 0) };
};

export interface VlmOn {
  /** Of the compiled function. */
  readonly name: string;
  readonly params: Shapes;
  readonly shape: VlmShape;
  /** Rows at once; 32 if absent. */
  readonly chunk?: number;
}
const pictureSpecs = (n: number, { side }: VlmShape) => ({ pictures: { shape: [n, 3, side, side] }, hasPicture: { shape: [n] }, unknown: { shape: [n] } }) as const;
const pictureFeeds = ({ x, hasPicture, unknown }: Pictures): Record<string, Tensor> => ({ pictures: x, hasPicture, unknown: unknown ?? { ...hasPicture, data: new Float32Array(hasPicture.data.length) } });

/** What scores any number of rows under given params; compiled when first used. */
export function vlmScorer(lab: Lab, { name, params, shape, chunk = 32 }: VlmOn): (at: Params, rows: PictureRows) => Promise<Score> {
  const text = { shape: [chunk, shape.context], dtype: 'int32' } as const;
  const forward = lab.forward({
    name,
    params,
    inputs: { ...pictureSpecs(chunk, shape), tokens: text, targets: text, weights: { shape: text.shape } },
    outputs: ({ params: p, inputs: at }) => {
      const z = vlmLogits(p, { pictures: at.pictures!, hasPicture: at.hasPicture!, unknown: at.unknown!, tokens: at.tokens! }, shape);
      return { loss: sum(mul(tokenLosses(z, at.targets!), at.weights!)), right: sum(mul(cast(equal(argMax(z, -1), at.targets!), 'float32'), at.weights!)) };
    },
  });
  return (at, rows) => scoreInChunks((feeds) => forward.run(at, feeds), chunk, { ...pictureFeeds(rows), ...feedsOf(rows) });
}
/** Logits of the next token of texts behind their pictures, row by row [n, vocabulary]; compiled when first used. */
export function vlmNext(lab: Lab, { name, params, shape, chunk = 32 }: VlmOn): (at: Params, pictures: Pictures, texts: readonly ArrayLike<number>[]) => Promise<Float32Array> {
  const forward = lab.forward({
    name,
    params,
    inputs: { ...pictureSpecs(chunk, shape), tokens: { shape: [chunk, shape.context], dtype: 'int32' }, last: { shape: [chunk], dtype: 'int32' } },
    outputs: ({ params: p, inputs: at }) => ({ logits: vlmLogitsAt(p, { pictures: at.pictures!, hasPicture: at.hasPicture!, unknown: at.unknown!, tokens: at.tokens! }, at.last!, shape) }),
  });
  return async (at, pictures, texts) => {
    const all = new Float32Array(texts.length * shape.vocabulary);
    for (let first = 0; first < texts.length; first += chunk) {
      const part = texts.slice(first, first + chunk).map((text) => Array.from(text));
      const before = Object.fromEntries(Object.entries(pictureFeeds(pictures)).map(([name, t]) => [name, rowsOf(t, first, chunk)]));
      const out = floats((await forward.run(at, { ...before, ...lastTokens(part, chunk, shape.context) })).logits!);
      all.set(out.subarray(0, part.length * shape.vocabulary), first * shape.vocabulary);
    }
    return all;
  };
}
/** Rows of a tensor at these places, in this order. */
function picked(t: Tensor, at: readonly number[]): Tensor {
  const row = t.data.length / t.shape[0]!;
  const data = t.dtype === 'int32' ? new Int32Array(at.length * row) : new Float32Array(at.length * row);
  at.forEach((i, k) => data.set(t.data.subarray(i * row, (i + 1) * row), k * row));
  return { dtype: t.dtype, shape: [at.length, ...t.shape.slice(1)], data };
}
/** What continues the text behind each picture, reading everything anew for each token. */
export function vlmWriter(lab: Lab, on: VlmOn): (at: Params, pictures: Pictures, prompts: readonly ArrayLike<number>[], options: WriteOptions) => Promise<number[][]> {
  const { chunk = 32 } = on;
  const next = vlmNext(lab, on);
  return (at, pictures, prompts, options) =>
    writeTexts((texts, rows) => next(at, { x: picked(pictures.x, rows), hasPicture: picked(pictures.hasPicture, rows), ...(pictures.unknown && { unknown: picked(pictures.unknown, rows) }) }, texts), chunk, prompts, options);
}
