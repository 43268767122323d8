/**
 * Low-rank adapters (Hu et al. 2021, arXiv:2106.09685): a frozen matrix W [in, out] is used as W + (alpha / rank) A B, with A [in, rank] and
 * B [rank, out] trained. A starts normal and B at zero, so that the first step's output is the base's. An adapter may also stand on some of a
 * matrix's columns: on the queries and values of attention's joint projection, say.
 */
import { MismatchError, ShapeError } from '../base/errors';
import type { Random } from '../base/random';
import { svd } from '../base/svd';
import { floats, tensor, type Params, type Tensor } from '../base/tensor';
import { concat, mul, pad } from '../engine/ops';
import type { Value } from '../engine/value';
import { normalTensor, zeros } from './initializers';
import type { Views } from './layers';

export interface LoraTarget {
  /** What the pair is called: its params are `name.a` and `name.b`. */
  readonly name: string;
  /** A `.weight` of a dense layer. */
  readonly matrix: string;
  /** Columns of the matrix that it changes, from (inclusive) and to (exclusive); all if absent. */
  readonly columns?: readonly [from: number, to: number];
}
export interface LoraSpec {
  readonly rank: number;
  /** The product A B is multiplied by alpha / rank. */
  readonly alpha: number;
  readonly targets: readonly LoraTarget[];
}
export type BlockMatrix = 'q' | 'k' | 'v' | 'out' | 'up' | 'down';
/** Adapters on the same matrices of every block of a transformer: ['q', 'v'] as the paper prefers. `prefix` before `block0`, with its dot. */
export function blockTargets({ blocks, width }: { readonly blocks: number; readonly width: number }, matrices: readonly BlockMatrix[], prefix = ''): LoraTarget[] {
  const within = (matrix: BlockMatrix): Omit<LoraTarget, 'name'> => {
    const part = ['q', 'k', 'v'].indexOf(matrix);
    if (part >= 0) return { matrix: 'attention.qkv.weight', columns: [part * width, (part + 1) * width] };
    return { matrix: matrix === 'out' ? 'attention.out.weight' : `${matrix}.weight` };
  };
  return Array.from({ length: blocks }, (_, i) => matrices.map((m) => ({ ...within(m), name: `${prefix}block${i}.${m}`, matrix: `${prefix}block${i}.${within(m).matrix}` }))).flat();
}

interface Placed extends LoraTarget {
  readonly inputs: number;
  readonly outputs: number;
  readonly from: number;
  readonly to: number;
}
function placed(target: LoraTarget, shapeOf: (name: string) => readonly number[] | undefined): Placed {
  const shape = shapeOf(target.matrix);
  if (!shape) throw new MismatchError(`LoRA ${target.name}: there is no param ${target.matrix}. Name one of the model's.`);
  const [inputs, outputs] = shape as [number, number];
  const [from, to] = target.columns ?? [0, outputs];
  if (shape.length !== 2 || !(from >= 0 && from < to && to <= outputs)) throw new ShapeError(`LoRA ${target.name}: ${target.matrix} is [${shape.join(',')}], and columns ${from} to ${to} were asked for. Name a matrix, and columns that it has.`);
  return { ...target, inputs, outputs, from, to };
}
const scaleOf = ({ alpha, rank }: LoraSpec): number => alpha / rank;

/** `name.a` [in, rank], normal with std 1 / sqrt(in), and `name.b` [rank, columns], zero, for every target. */
export const initLora = (rng: Random, base: Params, { rank, targets }: LoraSpec): Params =>
  Object.fromEntries(
    targets.map((t) => placed(t, (name) => base[name]?.shape)).flatMap(({ name, inputs, from, to }) => [
      [`${name}.a`, normalTensor(rng.fork(name), [inputs, rank], 1 / Math.sqrt(inputs))],
      [`${name}.b`, zeros([rank, to - from])],
    ]),
  );

/**
 * Views of the base with the adapters' beside them: `dense` adds x A B to what it computes, two small products, and no gradient of W is ever formed.
 * The base's own views are the model with its adapters off.
 */
export function withLora(base: Views, pairs: Views, spec: LoraSpec): Views {
  const byMatrix = new Map<string, { a: Value[]; b: Value[] }>();
  for (const { name, matrix, from, to, outputs } of spec.targets.map((t) => placed(t, (n) => base[n]?.shape))) {
    const both = byMatrix.get(matrix) ?? { a: [], b: [] };
    both.a.push(mul(pairs[`${name}.a`]!, scaleOf(spec)));
    both.b.push(from === 0 && to === outputs ? pairs[`${name}.b`]! : pad(pairs[`${name}.b`]!, [0, from], [0, outputs - to]));
    byMatrix.set(matrix, both);
  }
  // Adapters of one matrix side by side are one adapter of their ranks' sum.
  const added = [...byMatrix].flatMap(([matrix, { a, b }]) => {
    const layer = matrix.replace(/weight$/, '');
    return [[`${layer}lora.a`, concat(a, 1)] as const, [`${layer}lora.b`, concat(b, 0)] as const];
  });
  return { ...base, ...Object.fromEntries(added) };
}

/** A B (alpha / rank) of one target, as it is added to its matrix: [in, out], zero outside its columns. */
function deltaOf(pairs: Params, { name, inputs, outputs, from, to }: Placed, spec: LoraSpec): Float64Array {
  const [a, b] = [`${name}.a`, `${name}.b`].map((n) => {
    if (!pairs[n]) throw new MismatchError(`LoRA: the param ${n} is missing from the adapters. Give those that initLora made for this spec.`);
    return floats(pairs[n]);
  }) as [Float32Array, Float32Array];
  const [columns, scale] = [to - from, scaleOf(spec)];
  const delta = new Float64Array(inputs * outputs);
  for (let i = 0; i < inputs; i++)
    for (let r = 0; r < spec.rank; r++) for (let j = 0; j < columns; j++) delta[i * outputs + from + j]! += scale * a[i * spec.rank + r]! * b[r * columns + j]!;
  return delta;
}
/** The base with its adapters added to its matrices, times `strength`; the base is left untouched. */
export function mergeLora(base: Params, pairs: Params, spec: LoraSpec, strength = 1): Params {
  const merged: Record<string, Tensor> = { ...base };
  for (const target of spec.targets.map((t) => placed(t, (name) => base[name]?.shape))) {
    const delta = deltaOf(pairs, target, spec);
    merged[target.matrix] = tensor(floats(merged[target.matrix]!).map((w, i) => w + strength * delta[i]!), merged[target.matrix]!.shape);
  }
  return merged;
}

/**
 * PiSSA (Meng et al. 2024, arXiv:2404.02948): with W = U S V^T, the `rank` largest singular values go into the pair, A = U sqrt(S), B = sqrt(S) V^T
 * (divided by alpha / rank), and the base keeps the rest, W - A B. Together they are the base again, up to rounding.
 */
export function pissa(base: Params, spec: LoraSpec): { readonly base: Params; readonly pairs: Params } {
  const pairs: Record<string, Tensor> = {};
  for (const target of spec.targets.map((t) => placed(t, (name) => base[name]?.shape))) {
    const { name, inputs, from, to, outputs, matrix } = target;
    const columns = to - from;
    const w = floats(base[matrix]!);
    const part = Float64Array.from({ length: inputs * columns }, (_, at) => w[Math.floor(at / columns) * outputs + from + (at % columns)]!);
    const { values, left, right } = svd(part, inputs, columns);
    const root = values.slice(0, spec.rank).map((s) => Math.sqrt(s / scaleOf(spec)));
    pairs[`${name}.a`] = tensor(Float32Array.from({ length: inputs * spec.rank }, (_, at) => left[at % spec.rank]![Math.floor(at / spec.rank)]! * root[at % spec.rank]!), [inputs, spec.rank]);
    pairs[`${name}.b`] = tensor(Float32Array.from({ length: spec.rank * columns }, (_, at) => root[Math.floor(at / columns)]! * right[Math.floor(at / columns)]![at % columns]!), [spec.rank, columns]);
  }
  return { base: mergeLora(base, pairs, spec, -1), pairs };
}
