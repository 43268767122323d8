/**
 * Checkpoints that are kept: heads apart from numbers, so that a list reads no tensor. Each is sealed with a version and a checksum. Sealing and unsealing go through
 * every byte, so workers do it where models may be large.
 */
import { InputError } from '../base/errors';
import { Fingerprint } from '../base/hash';
import { floats, sizeOf, tensor, type Params } from '../base/tensor';
import { checkpointLimits as limits, type Checkpoint, type CheckpointSource, type MeasuredBy, type TensorHead } from '../spec/checkpoint';
import type { Blobs } from './blobs';
import { seal, unseal, getSealed, type Format } from './sealed';

const isRecord = (v: unknown): v is Readonly<Record<string, unknown>> => typeof v === 'object' && v !== null && !Array.isArray(v) && !ArrayBuffer.isView(v);
const isText = (v: unknown, most: number): v is string => typeof v === 'string' && v.length <= most;
const isCount = (v: unknown): v is number => Number.isSafeInteger(v) && (v as number) >= 0; // isSafeInteger says that it is a number
const isSeed = (v: unknown): boolean => isCount(v);
const isMeasure = (v: unknown): v is MeasuredBy => isRecord(v) && (v.by === 'run' ? isText(v.link, 16_000) && isSeed(v.seed) && isText(v.arm, 200) : v.by === 'recipe' && isText(v.model, 60));
function isSource(v: unknown): v is CheckpointSource {
  if (!isRecord(v)) return false;
  switch (v.from) {
    case 'run': return isText(v.link, 16_000) && isText(v.title, 200) && isText(v.arm, 200) && isSeed(v.seed);
    case 'file': return isText(v.file, 400) && isText(v.form, 20) && ['safetensors', 'onnx', 'npz'].includes(v.form);
    case 'shipped': return isText(v.model, 60);
    case 'merge': return isText(v.how, 1000) && Array.isArray(v.of) && v.of.length <= 64 && v.of.every((name) => isText(name, limits.longestName)) && (v.measuredBy === undefined || isMeasure(v.measuredBy));
    default: return false;
  }
}
const isTensorHead = (v: unknown): v is TensorHead => isRecord(v) && isText(v.name, limits.nameLength) && Array.isArray(v.shape) && v.shape.length <= limits.rank && v.shape.every(isCount);
const areHeads = (v: unknown): v is readonly TensorHead[] => Array.isArray(v) && v.length <= limits.tensors && v.every(isTensorHead) && new Set(v.map(({ name }) => name)).size === v.length;
const isCheckpoint = (v: unknown): v is Checkpoint =>
  isRecord(v) && isText(v.id, 80) && /^[\w-]+$/.test(v.id) && isText(v.name, limits.longestName) && isSource(v.source) && areHeads(v.tensors) && isCount(v.numbers) && isCount(v.sizeBytes)
  && isText(v.fingerprint, 16) && typeof v.inOnnx === 'boolean' && Number.isFinite(v.keptAtMs);
/** Tensors as they are packed: a list, since an object cannot have every name. */
type Packed = readonly { readonly name: string; readonly shape: readonly number[]; readonly data: Float32Array }[];
const isPacked = (v: unknown): v is Packed => areHeads(v) && v.every((t) => 'data' in t && t.data instanceof Float32Array && t.data.length === sizeOf(t.shape));

const checked = <T>(is: (v: unknown) => v is T, what: string) => (v: unknown): T => {
  if (!is(v)) throw new InputError(`${what} is not as this version writes it.`);
  return v;
};
const headFormat: Format<Checkpoint> = { kind: 'checkpoint', version: 1, readers: { 1: checked(isCheckpoint, 'This checkpoint') } };
const tensorsFormat: Format<Packed> = { kind: 'checkpoint tensors', version: 1, readers: { 1: checked(isPacked, 'What lies in this checkpoint') } };
const onnxFormat: Format<Uint8Array> = { kind: 'checkpoint file', version: 1, readers: { 1: checked((v): v is Uint8Array => v instanceof Uint8Array, 'The file of this checkpoint') } };

/** Names, shapes and bits of a model: equal models have equal ones. */
export function fingerprintOf(params: Params): string {
  const hash = new Fingerprint();
  for (const [name, param] of Object.entries(params)) hash.addText(`${name}[${param.shape.join(',')}]`).addFloats(floats(param));
  return hash.hex();
}
/** Whether tensors can be a checkpoint at all. @throws InputError saying which cannot, and why */
export function checkTensors(params: Params, who: string): void {
  const all = Object.entries(params);
  if (all.length === 0) throw new InputError(`${who} holds no tensor of floats, so there is nothing to compare or merge. Bring a file with the weights of a model.`);
  if (all.length > limits.tensors) throw new InputError(`${who} holds ${all.length} tensors; at most ${limits.tensors} are read.`);
  for (const [name, { dtype, shape, data }] of all) {
    const what = `${who}: tensor "${name.slice(0, 80)}"`;
    if (name.length > limits.nameLength) throw new InputError(`${what} has a name of ${name.length} characters; at most ${limits.nameLength} are read.`);
    if (dtype !== 'float32') throw new InputError(`${what} is ${dtype}; a checkpoint holds float32.`);
    if (shape.length > limits.rank || sizeOf(shape) !== data.length) throw new InputError(`${what} has an impossible shape [${shape.slice(0, 20).join(',')}].`);
  }
  const bytes = 4 * all.reduce((sum, [, { data }]) => sum + data.length, 0);
  if (bytes > limits.oneBytes) throw new InputError(`${who} holds ${Math.round(bytes / 2 ** 20)} MiB of numbers; at most ${limits.oneBytes / 2 ** 20} MiB are kept. Bring a smaller model.`);
}

export interface NewCheckpoint {
  readonly name: string;
  readonly source: CheckpointSource;
  readonly params: Params;
  /** The ONNX file that they came from, where new numbers can be put back into it. */
  readonly onnx?: Uint8Array;
}
const at = (id: string): string => `checkpoint/${id}/`;
/**
 * Keeps a checkpoint. The same numbers from the same source are the same checkpoint: kept again, it stays one, with the name that it has.
 * @throws InputError for what is no checkpoint, or one too many; StorageProblem where the browser has no room
 */
export async function keepCheckpoint(blobs: Blobs, { name, source, params, onnx }: NewCheckpoint, keptAtMs: number): Promise<Checkpoint> {
  checkTensors(params, name);
  const fingerprint = fingerprintOf(params);
  const id = new Fingerprint().addText(JSON.stringify(source)).addText(fingerprint).hex();
  const { checkpoints, sizeBytes: allBytes } = await keptCheckpoints(blobs);
  const before = checkpoints.find((one) => one.id === id);
  if (before) return before;
  const entries = Object.entries(params);
  const packed = seal(tensorsFormat, entries.map(([tensorName, { shape, data }]) => ({ name: tensorName, shape, data: data as Float32Array }))); // `checkTensors` has looked
  const file = onnx && seal(onnxFormat, onnx);
  const sizeBytes = packed.length + (file?.length ?? 0);
  if (checkpoints.length >= limits.count) throw new InputError(`At most ${limits.count} checkpoints are kept, and ${checkpoints.length} are. Remove some first.`);
  if (allBytes + sizeBytes > limits.allBytes) throw new InputError(`At most ${limits.allBytes / 2 ** 30} GiB of checkpoints are kept, and with this one it would be more. Remove some first.`);
  const head: Checkpoint = {
    id, name: name.slice(0, limits.longestName), source, tensors: entries.map(([tensorName, { shape }]) => ({ name: tensorName, shape })),
    numbers: entries.reduce((sum, [, { data }]) => sum + data.length, 0), sizeBytes, fingerprint, inOnnx: file !== undefined, keptAtMs,
  };
  try {
    await blobs.put(`${at(id)}tensors`, packed);
    if (file) await blobs.put(`${at(id)}onnx`, file);
    await blobs.put(`${at(id)}head`, seal(headFormat, head)); // last: without it there is no checkpoint
  } catch (error) {
    await blobs.remove(at(id)).catch(() => undefined); // no half of one takes room
    throw error;
  }
  return head;
}
/** All that are kept and sound, oldest first, and the bytes that they take. Reads no tensor. */
export async function keptCheckpoints(blobs: Blobs): Promise<{ readonly checkpoints: readonly Checkpoint[]; readonly sizeBytes: number }> {
  const all = await blobs.list('checkpoint/');
  const heads = await Promise.all(all.map(({ name }) => name).filter((name) => name.endsWith('/head')).map((name) => getSealed(blobs, name, headFormat)));
  const checkpoints = heads.filter((head) => head !== undefined).toSorted((a, b) => a.keptAtMs - b.keptAtMs || (a.id < b.id ? -1 : 1));
  return { checkpoints, sizeBytes: all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}
async function get<T>(blobs: Blobs, id: string, part: 'head' | 'tensors' | 'onnx', format: Format<T>): Promise<T> {
  const bytes = /^[\w-]+$/.test(id) ? await blobs.get(`${at(id)}${part}`) : undefined;
  if (!bytes) throw new InputError('This checkpoint is not here any more: it was removed, in another tab perhaps. Choose another.');
  return unseal(format, bytes);
}
/** @throws InputError where there is none, or it is damaged */
export const checkpointOf = (blobs: Blobs, id: string): Promise<Checkpoint> => get(blobs, id, 'head', headFormat);
/** The tensors, in their order. @throws InputError where they are gone, damaged, or not those that the head tells of */
export async function tensorsOf(blobs: Blobs, id: string): Promise<Params> {
  const head = await checkpointOf(blobs, id);
  const params: Params = Object.fromEntries((await get(blobs, id, 'tensors', tensorsFormat)).map(({ name, shape, data }) => [name, tensor(data, shape)]));
  if (fingerprintOf(params) !== head.fingerprint) throw new InputError(`The numbers of "${head.name}" are not those that were kept. Remove it, and keep it again.`);
  return params;
}
/** The ONNX file that a checkpoint came from. @throws InputError where none is kept */
export const onnxOf = (blobs: Blobs, id: string): Promise<Uint8Array> => get(blobs, id, 'onnx', onnxFormat);
/** Another name for it. */
export async function renameCheckpoint(blobs: Blobs, id: string, name: string): Promise<Checkpoint> {
  let head: Checkpoint = { ...(await checkpointOf(blobs, id)), name: name.slice(0, limits.longestName) };
  await blobs.update(`${at(id)}head`, (there) => { // one that another tab removed meanwhile stays so
    if (!there) return undefined;
    head = { ...unseal(headFormat, there), name: head.name };
    return seal(headFormat, head);
  });
  return head;
}
export const forgetCheckpoint = (blobs: Blobs, id: string): Promise<void> => blobs.remove(at(id));
