/** Models side by side: loads them, and computes what is shown of both. */
import { InputError } from '../base/errors';
import { pow } from '../base/math';
import { floats, sameShape, type Params } from '../base/tensor';
import { decodeModel } from '../engine/onnx/model';
import { readCheckpoint } from '../engine/onnx/writer';
import { checkpointOf, onnxOf, tensorsOf } from '../keep/checkpoints';
import { diffGraphs } from '../lab/diff/graphs';
import { chanceOf, iouOf, masksOf, sharedBy, type Mask } from '../lab/diff/masks';
import { isSmall, spectrumOf } from '../lab/diff/spectrum';
import { changeOf, countsIn, edgesOver, figuresOf, inBlocks, joined, matrixView, sumsOf, type Sums } from '../lab/diff/tensors';
import { diffLimits, readRef, refText, type ModelDiff, type ModelRef, type Overlap, type OverlapAsks, type OverlapPair, type TensorDetail } from '../spec/diff';
import type { Blobs } from '../keep/blobs';

export interface DiffHost {
  readonly asset: (path: string) => Promise<Uint8Array>;
  readonly blobs: Blobs;
  /** Lets a call to stop in. @throws Stopped */
  readonly breathe: () => Promise<void>;
  /** Whether a model of that name ships. */
  readonly ships: (id: string) => boolean;
}
/** What was loaded last: choosing a tensor should not read both models again. A checkpoint's id says its numbers. */
const held = new Map<string, Params>();
const mostHeld = 2;

async function paramsOf(ref: ModelRef, host: DiffHost): Promise<Params> {
  if (!readRef(refText(ref))) throw new InputError('There is no such model. Choose one from the list.');
  if (ref.from === 'kept') await checkpointOf(host.blobs, ref.id); // it may have been removed meanwhile
  const key = refText(ref);
  const params = held.get(key) ?? (ref.from === 'kept' ? await tensorsOf(host.blobs, ref.id) : readCheckpoint(await shippedFile(ref.id, host)).params);
  held.delete(key);
  held.set(key, params);
  while (held.size > mostHeld) held.delete(held.keys().next().value!);
  return params;
}
async function shippedFile(id: string, { asset, ships }: DiffHost): Promise<Uint8Array> {
  if (!ships(id)) throw new InputError(`There is no shipped model "${id.slice(0, 60)}". Choose one from the list.`);
  return asset(`models/${id}.onnx`);
}
/** The ONNX file of a model, where there is one. */
async function fileOf(ref: ModelRef, host: DiffHost): Promise<Uint8Array | undefined> {
  if (ref.from === 'shipped') return shippedFile(ref.id, host);
  return (await checkpointOf(host.blobs, ref.id)).inOnnx ? onnxOf(host.blobs, ref.id) : undefined;
}
const own = (params: Params, name: string): Params[string] | undefined => (Object.hasOwn(params, name) ? params[name] : undefined);
const heads = (params: Params) => Object.entries(params).map(([name, { shape }]) => ({ name, shape }));

export async function diffModels({ a: refA, b: refB }: { readonly a: ModelRef; readonly b: ModelRef }, host: DiffHost): Promise<ModelDiff> {
  const [a, b] = [await paramsOf(refA, host), await paramsOf(refB, host)];
  const shared = heads(a).filter(({ name }) => own(b, name));
  const matching = shared.filter(({ name, shape }) => sameShape(shape, b[name]!.shape));
  const sums: Sums[] = [];
  for (const { name } of matching) {
    await host.breathe();
    sums.push(sumsOf(floats(a[name]!), floats(b[name]!)));
  }
  const [fileA, fileB] = [await fileOf(refA, host), await fileOf(refB, host)];
  return {
    matched: matching.map((head, i) => ({ ...head, ...figuresOf(sums[i]!) })),
    onlyA: heads(a).filter(({ name }) => !own(b, name)),
    onlyB: heads(b).filter(({ name }) => !own(a, name)),
    reshaped: shared.filter(({ name, shape }) => !sameShape(shape, b[name]!.shape)).map(({ name, shape }) => ({ name, a: shape, b: b[name]!.shape })),
    total: figuresOf(joined(sums)),
    ...(fileA && fileB && { graph: diffGraphs(decodeModel(fileA), decodeModel(fileB)) }),
  };
}

export async function diffTensor({ a: refA, b: refB, tensor }: { readonly a: ModelRef; readonly b: ModelRef; readonly tensor: string }, host: DiffHost): Promise<TensorDetail> {
  const [inA, inB] = [own(await paramsOf(refA, host), tensor), own(await paramsOf(refB, host), tensor)];
  if (!inA || !inB || !sameShape(inA.shape, inB.shape)) throw new InputError(`"${tensor.slice(0, 80)}" is not in both models with the same shape. Choose one from the table.`);
  const [a, b] = [floats(inA), floats(inB)];
  const view = matrixView(inA.shape);
  const change = changeOf(a, b);
  const { rows, columns, block, values } = inBlocks(change, view, diffLimits.heat);
  const edges = edgesOver([a, b], binsFor(a.length));
  const moved = change.filter((d) => d !== 0);
  const steps = edgesOver([moved], binsFor(moved.length));
  return {
    view, block, heat: { kind: 'heatmap', rows, columns, values, scale: 'diverging' },
    values: { edges, a: countsIn(a, edges), b: countsIn(b, edges) },
    ...(moved.length > 0 && { changes: { kind: 'histogram', edges: steps, counts: countsIn(moved, steps), xLabel: 'B − A' } }),
    ...spectraOf(inA.shape.length, view, a, b, change),
  };
}
/** Rice's rule, within bounds. */
const binsFor = (numbers: number): number => Math.max(8, Math.min(diffLimits.bins, Math.ceil(2 * pow(numbers, 1 / 3))));
function spectraOf(rank: number, view: readonly [number, number], ...[a, b, change]: readonly [Float32Array, Float32Array, Float32Array]): Pick<TensorDetail, 'spectra' | 'noSpectra'> {
  if (rank < 2 || view[0] === 0 || view[1] === 0) return { noSpectra: 'vector' };
  if (!isSmall(...view)) return { noSpectra: 'large' };
  if (![a, b].every((values) => values.every(Number.isFinite))) return { noSpectra: 'not finite' };
  return { spectra: { a: spectrumOf(a, view), b: spectrumOf(b, view), change: spectrumOf(change, view) } };
}

export async function overlapOf({ models, rule, base: baseRef }: OverlapAsks, host: DiffHost): Promise<Overlap> {
  if (models.length < 2 || models.length > diffLimits.overlapModels) throw new InputError(`Choose from two to ${diffLimits.overlapModels} models; ${models.length} came.`);
  if (rule.keep === 'top' && !(rule.share > 0 && rule.share <= 1)) throw new InputError(`A share from above 0 to 1 was expected, but ${rule.share} came.`);
  const base = baseRef && (await paramsOf(baseRef, host));
  // One model at a time, twice: what all have in common, then their masks. Eight large ones would not fit together.
  let tensors = heads(base ?? (await paramsOf(models[0]!, host))).filter(({ shape }) => shape.length >= 2);
  for (const ref of models) {
    await host.breathe();
    const params = await paramsOf(ref, host);
    tensors = tensors.filter(({ name, shape }) => own(params, name) && sameShape(shape, params[name]!.shape));
  }
  if (tensors.length === 0) throw new InputError('These models have no tensor of two axes or more in common, by name and shape, so there are no masks to compare. Choose models of one architecture.');
  const masks: Mask[][] = [];
  for (const ref of models) {
    await host.breathe();
    const params = await paramsOf(ref, host);
    masks.push(masksOf(tensors.map(({ name }) => (base ? changeOf(floats(base[name]!), floats(params[name]!)) : floats(params[name]!))), rule));
  }
  const numbers = masks[0]!.reduce((sum, { length }) => sum + length, 0);
  const pairs = models.flatMap((_, a) => models.slice(a + 1).map((__, i): OverlapPair => {
    const b = a + 1 + i;
    const shared = tensors.map((___, t) => sharedBy(masks[a]![t]!, masks[b]![t]!));
    return { a, b, iou: iouOf(shared), chance: chanceOf(shared), ious: Float64Array.from(shared, (one) => iouOf([one])), chances: Float64Array.from(shared, (one) => chanceOf([one])) };
  }));
  return { tensors, numbers, density: masks.map((model) => model.reduce((sum, mask) => sum + mask.reduce((s, m) => s + m, 0), 0) / numbers), pairs };
}
