/** What the recipes of models of pictures and words share: a pool of rows, the training, what the pictures are worth. */
import { floats, tensor, type Params, type Tensor } from '../base/tensor';
import { plainKinds } from '../data/scene/kinds';
import { makeRows, type Row, type RowsOptions } from '../data/scene/rows';
import { defineProgram, type Program } from '../engine/program';
import { abs, add, exp, log, max, mean, mul, relu, sub } from '../engine/ops';
import type { Value } from '../engine/value';
import type { Lab } from '../lab/lab';
import { answersOf, type PictureRows } from '../lab/vlm';
import { dense, initDense, prefixed, scope, type Views } from '../nn/layers';
import { maskedMean, tokenCrossEntropy } from '../nn/lm';
import { adam } from '../nn/optimizers';
import { cosine } from '../nn/schedules';
import { initVlm, vlmStates, type VlmShape } from '../nn/vlm';
import { constantsOf, shapesOf, shuffled } from './common';

export interface PictureTraining {
  /** Rows that are drawn, and then seen again and again. */
  readonly pool: number;
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly warmUp: number;
  readonly weightDecay: number;
  /** Weight of the loss by which the encoder learns what is in the picture. */
  readonly presence: number;
}
/** 1 where a row's scene has a kind: [kinds]. */
const kindsOf = ({ scene }: Row): number[] => plainKinds.map((kind) => (scene?.objects.some((o) => o.kind === kind) ? 1 : 0));

/** Rows whose pictures are kept in bytes: a pool of them would not fit into memory otherwise. */
class Pool {
  private readonly parts: { readonly rows: PictureRows; readonly pixels: Uint8Array; readonly kinds: readonly number[][] }[] = [];
  private static readonly part = 250;
  constructor(options: Omit<RowsOptions, 'count' | 'split'>, readonly count: number) {
    for (let first = 0; first < count; first += Pool.part) {
      const set = makeRows({ ...options, split: 'train', first, count: Math.min(Pool.part, count - first) });
      const { x, ...rows } = answersOf(set);
      this.parts.push({ rows: { ...rows, x: { ...x, data: new Float32Array(0) } }, pixels: Uint8Array.from(floats(x), (v) => Math.round((v + 1) * 127.5)), kinds: set.rows.map(kindsOf) });
    }
  }
  /** A batch, as the step is fed with it. */
  take(indices: ArrayLike<number>, side: number): Record<string, Tensor> {
    const n = indices.length;
    const t = this.parts[0]!.rows.tokens.shape[1]!;
    const area = 3 * side * side;
    const out = { pictures: new Float32Array(n * area), hasPicture: new Float32Array(n), tokens: new Int32Array(n * t), targets: new Int32Array(n * t), weights: new Float32Array(n * t), kinds: new Float32Array(n * plainKinds.length) };
    for (let k = 0; k < n; k++) {
      const { rows, pixels, kinds } = this.parts[Math.floor(indices[k]! / Pool.part)]!;
      const i = indices[k]! % Pool.part;
      for (let p = 0; p < area; p++) out.pictures[k * area + p] = pixels[i * area + p]! / 127.5 - 1;
      out.hasPicture[k] = rows.hasPicture.data[i]!;
      for (const name of ['tokens', 'targets', 'weights'] as const) out[name].set(rows[name].data.subarray(i * t, (i + 1) * t), k * t);
      out.kinds.set(kinds[i]!, k * plainKinds.length);
    }
    const int = (data: Int32Array): Tensor => ({ dtype: 'int32', shape: [n, t], data });
    return { pictures: tensor(out.pictures, [n, 3, side, side]), hasPicture: tensor(out.hasPicture), tokens: int(out.tokens), targets: int(out.targets), weights: tensor(out.weights, [n, t]), kinds: tensor(out.kinds, [n, plainKinds.length]) };
  }
}

/** Of each kind whether the picture has it: the largest logit over the patches, against what is there; only rows with a picture count. */
function presenceLoss(head: Views, patches: Value, kinds: Value, hasPicture: Value): Value {
  const z = max(dense(head, patches), { axes: [1] });
  // -log sigmoid, in a form that cannot overflow: max(z, 0) - z y + log(1 + e^-|z|)
  const losses = add(sub(relu(z), mul(z, kinds)), log(add(exp(mul(abs(z), -1)), 1)));
  return maskedMean(mean(losses, { axes: [1] }), hasPicture);
}
/** Trains on the pool's answers; the encoder also on what is in the pictures, by a head that is thrown away. `from` may hold some params already. */
export async function trainVlm(lab: Lab, { id, shape, rows, spec, from = {}, firstStep = 0 }: { id: string; shape: VlmShape; rows: Omit<RowsOptions, 'count' | 'split'>; spec: PictureTraining; from?: Params; firstStep?: number }): Promise<Params> {
  const pool = new Pool(rows, spec.pool);
  const start: Params = { ...initVlm(lab.rng.fork('init'), shape), ...from, ...prefixed('presence', initDense(lab.rng.fork('presence'), shape.channels.at(-1)!, plainKinds.length)) };
  const [n, t] = [spec.batch, shape.context];
  const trainer = lab.trainer({
    name: `${id} training`,
    params: shapesOf(start),
    batch: { pictures: { shape: [n, 3, shape.side, shape.side] }, hasPicture: { shape: [n] }, tokens: { shape: [n, t], dtype: 'int32' }, targets: { shape: [n, t], dtype: 'int32' }, weights: { shape: [n, t] }, kinds: { shape: [n, plainKinds.length] } },
    loss: ({ params: p, batch: { pictures, hasPicture, tokens, targets, weights, kinds } }) => {
      const { logits, patches } = vlmStates(p, { pictures: pictures!, hasPicture: hasPicture!, tokens: tokens! }, shape);
      const [words, seen] = [tokenCrossEntropy(logits, targets!, weights!), presenceLoss(scope(p, 'presence'), patches, kinds!, hasPicture!)];
      return { loss: add(words, mul(seen, spec.presence)), metrics: { words, seen } };
    },
    optimizer: adam({ beta2: 0.99, clipNorm: 1 }),
  });
  const order = shuffled(lab.rng, spec.pool, spec.batch);
  const rate = cosine(spec.learningRate, spec.steps, spec.warmUp);
  lab.expect(spec.steps);
  const trained = await lab.train({ trainer, arm: id, from: start, steps: spec.steps, firstStep, hyper: (step) => ({ learningRate: rate(step), weightDecay: spec.weightDecay }), next: (step) => pool.take(order(step), shape.side) });
  return Object.fromEntries(Object.entries(trained).filter(([name]) => !name.startsWith('presence.')));
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
