/** What the recipes of models of pictures and words share: a pool of rows, the training, what the pictures are worth. */
import { floats, int32, tensor, type Params, type Tensor } from '../base/tensor';
import { plainKinds } from '../data/scene/kinds';
import { colours } from '../data/scene/parts';
import { makeRows, type Row, type RowsOptions } from '../data/scene/rows';
import { defineProgram, type Program } from '../engine/program';
import { add, mean, mul, sliceAxis } from '../engine/ops';
import type { Value } from '../engine/value';
import type { Lab } from '../lab/lab';
import { answersOf, type PictureRows } from '../lab/vlm';
import { dense, initDense, prefixed, scope, type Views } from '../nn/layers';
import { maskedMean, tokenCrossEntropy, tokenLosses } from '../nn/lm';
import { adam } from '../nn/optimizers';
import { cosine, type Schedule } from '../nn/schedules';
import { encodePictures, initVlm, patchCount, vlmStates, type VlmShape } from '../nn/vlm';
import { constantsOf, shapesOf, shuffled } from './common';

export interface PictureTraining {
  /** Rows that are drawn, and then seen again and again. */
  readonly pool: number;
  /** The encoder alone, by what each patch shows: a step of it costs a quarter of one of the whole. */
  readonly encoderSteps: number;
  readonly encoderRate: number;
  /** Then the whole model. */
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly warmUp: number;
  readonly weightDecay: number;
  /** Weight of the loss by which the encoder learns what is in each patch. */
  readonly patches: number;
}
/** What each patch shows: the kind of the object whose middle lies in it, and its colour, both counted from 1; 0 where there is none. [2 patches] */
function patchLabels({ scene }: Row, patches: number): Int32Array {
  const labels = new Int32Array(2 * patches);
  const across = Math.sqrt(patches);
  for (const { x, y, kind, colour } of scene?.objects ?? []) {
    const [row, column] = [y, x].map((at) => Math.min(across - 1, Math.max(0, Math.floor((at * across) / scene!.side)))) as [number, number];
    labels[row * across + column] = 1 + kind;
    labels[patches + row * across + column] = 1 + colour;
  }
  return labels;
}

/** Rows whose pictures are kept in bytes: a pool of them would not fit into memory otherwise. */
class Pool {
  private readonly parts: { readonly rows: PictureRows; readonly pixels: Uint8Array; readonly labels: readonly Int32Array[] }[] = [];
  private static readonly part = 250;
  constructor(options: Omit<RowsOptions, 'count' | 'split'>, count: number, private readonly shape: VlmShape) {
    for (let first = 0; first < count; first += Pool.part) {
      const set = makeRows({ ...options, split: 'train', first, count: Math.min(Pool.part, count - first) });
      const { x, ...rows } = answersOf(set);
      this.parts.push({ rows: { ...rows, x: { ...x, data: new Float32Array(0) } }, pixels: Uint8Array.from(floats(x), (v) => Math.round((v + 1) * 127.5)), labels: set.rows.map((row) => patchLabels(row, patchCount(shape))) });
    }
  }
  /** A batch, as the step is fed with it. */
  take(indices: ArrayLike<number>): Record<string, Tensor> {
    const n = indices.length;
    const { side } = this.shape;
    const patches = patchCount(this.shape);
    const t = this.parts[0]!.rows.tokens.shape[1]!;
    const area = 3 * side * side;
    const out = { pictures: new Float32Array(n * area), hasPicture: new Float32Array(n), tokens: new Int32Array(n * t), targets: new Int32Array(n * t), weights: new Float32Array(n * t), labels: new Int32Array(n * 2 * patches) };
    for (let k = 0; k < n; k++) {
      const { rows, pixels, labels } = this.parts[Math.floor(indices[k]! / Pool.part)]!;
      const i = indices[k]! % Pool.part;
      for (let p = 0; p < area; p++) out.pictures[k * area + p] = pixels[i * area + p]! / 127.5 - 1;
      out.hasPicture[k] = rows.hasPicture.data[i]!;
      for (const name of ['tokens', 'targets', 'weights'] as const) out[name].set(rows[name].data.subarray(i * t, (i + 1) * t), k * t);
      out.labels.set(labels[i]!, k * 2 * patches);
    }
    const int = (data: Int32Array): Tensor => int32(data, [n, data.length / n]);
    return { pictures: tensor(out.pictures, [n, 3, side, side]), hasPicture: tensor(out.hasPicture), tokens: int(out.tokens), targets: int(out.targets), weights: tensor(out.weights, [n, t]), labels: int(out.labels) };
  }
}

const kindCount = plainKinds.length + 1;
const colourCount = colours.length + 1;
/** Cross-entropy of what each patch shows, kind and colour, against what is there; only rows with a picture count. */
function patchLoss(head: Views, patches: Value, labels: Value, hasPicture: Value): Value {
  const count = patches.shape[1]!;
  const z = dense(head, patches);
  const here = (first: number, size: number, of: number): Value => tokenLosses(sliceAxis(z, 2, first, size), sliceAxis(labels, 1, of * count, count));
  return maskedMean(mean(add(here(0, kindCount, 0), here(kindCount, colourCount, 1)), { axes: [1] }), hasPicture);
}
/** What a training is about: the model, the rows that it sees, and how. */
export interface VlmTraining {
  readonly id: string;
  readonly shape: VlmShape;
  readonly rows: Omit<RowsOptions, 'count' | 'split'>;
  readonly spec: PictureTraining;
  /** Params that are there already, in place of fresh ones. */
  readonly from?: Params;
}
const within = (params: Params, prefixes: readonly string[]): Params => Object.fromEntries(Object.entries(params).filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix))));

/** First the encoder learns what each patch shows, by a head that is thrown away in the end; then everything learns to answer, and the encoder goes on. */
export async function trainVlm(lab: Lab, { id, shape, rows, spec, from = {} }: VlmTraining): Promise<Params> {
  const pool = new Pool(rows, spec.pool, shape);
  const order = shuffled(lab.rng, spec.pool, spec.batch);
  const head = prefixed('shown', initDense(lab.rng.fork('shown'), shape.channels.at(-1)!, kindCount + colourCount));
  const start: Params = { ...initVlm(lab.rng.fork('init'), shape), ...from, ...head };
  const [n, t] = [spec.batch, shape.context];
  const pictures = { pictures: { shape: [n, 3, shape.side, shape.side] }, hasPicture: { shape: [n] }, labels: { shape: [n, 2 * patchCount(shape)], dtype: 'int32' } } as const;
  const run = { hyper: (rate: Schedule) => (step: number) => ({ learningRate: rate(step), weightDecay: spec.weightDecay }), optimizer: adam({ beta2: 0.99, clipNorm: 1 }) };
  lab.expect(spec.encoderSteps / 4 + spec.steps);

  const eyes = within(start, ['encoder.', 'shown.']);
  const seeing = await lab.train({
    trainer: lab.trainer({
      name: `${id} encoder`, params: shapesOf(eyes), batch: pictures, optimizer: run.optimizer,
      loss: ({ params: p, batch: at }) => ({ loss: patchLoss(scope(p, 'shown'), encodePictures(p, at.pictures!, shape), at.labels!, at.hasPicture!) }),
    }),
    arm: `${id} encoder`, from: eyes, steps: spec.encoderSteps,
    hyper: run.hyper(cosine(spec.encoderRate, spec.encoderSteps, spec.warmUp)),
    next: (step) => {
      const { pictures: x, hasPicture, labels } = pool.take(order(step));
      return { pictures: x!, hasPicture: hasPicture!, labels: labels! };
    },
  });
  const whole = { ...start, ...seeing };
  const trained = await lab.train({
    trainer: lab.trainer({
      name: id, params: shapesOf(whole), optimizer: run.optimizer,
      batch: { ...pictures, tokens: { shape: [n, t], dtype: 'int32' }, targets: { shape: [n, t], dtype: 'int32' }, weights: { shape: [n, t] } },
      loss: ({ params: p, batch: at }) => {
        const { logits, patches } = vlmStates(p, { pictures: at.pictures!, hasPicture: at.hasPicture!, tokens: at.tokens! }, shape);
        const [words, seen] = [tokenCrossEntropy(logits, at.targets!, at.weights!), patchLoss(scope(p, 'shown'), patches, at.labels!, at.hasPicture!)];
        return { loss: add(words, mul(seen, spec.patches)), metrics: { words, seen } };
      },
    }),
    arm: id, from: whole, steps: spec.steps, firstStep: spec.encoderSteps,
    hyper: run.hyper(cosine(spec.learningRate, spec.steps, spec.warmUp)),
    next: (step) => pool.take(order(spec.encoderSteps + step)),
  });
  return within(trained, ['encoder.', 'projector.', 'grid.', 'lm.']);
}
/** The file's graph: a picture, whether it is there, and tokens in; logits and patch vectors out. */
export const vlmProgram = (id: string, params: Params, shape: VlmShape): Program =>
  defineProgram({ name: id, constants: constantsOf(params), feeds: { pictures: { shape: [1, 3, shape.side, shape.side] }, hasPicture: { shape: [1] }, tokens: { shape: [1, shape.context], dtype: 'int32' } } }, ({ constants: p, feeds }) => {
    const { logits, patches } = vlmStates(p, feeds, shape);
    return { outputs: { logits, patches } };
  });
/** The places of a row's answer where one of these tokens is due, and no other. */
export function onlyTokens(rows: PictureRows, ids: ReadonlySet<number>): PictureRows {
  return { ...rows, weights: tensor(Float32Array.from(rows.weights.data, (w, at) => (w === 1 && ids.has(rows.targets.data[at]!) ? 1 : 0)), rows.weights.shape) };
}
