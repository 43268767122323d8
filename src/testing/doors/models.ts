/** Files with models in them, and what the library's worker is asked to do with them: bytes from outside, in questions of our own. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RuntimeProblem, StippleError } from '../../base/errors';
import { Random } from '../../base/random';
import { sizeOf, tensor, type Params } from '../../base/tensor';
import { damages } from '../../data/files/testing/damage';
import { writeNpz } from '../../data/files/npz';
import type { NamedBytes } from '../../data/files';
import { decodeModel, encodeModel } from '../../engine/onnx/model';
import { externalLocations } from '../../engine/onnx/external';
import { damages as onnxDamages } from '../../engine/onnx/testing/damage';
import { distortions } from '../../engine/onnx/testing/distort';
import { joined, parseFields, writeFields, type Field } from '../../engine/onnx/testing/wire';
import { readSafetensors, writeSafetensors } from '../../engine/safetensors';
import { memoryBlobs } from '../../keep/blobs';
import { checkTensors, fingerprintOf, tensorsOf } from '../../keep/checkpoints';
import { readNpz } from '../../data/files/npz';
import { readCheckpointFile } from '../../lab/checkpoint-file';
import { examplesFor } from '../../lab/own/examples';
import { openModel } from '../../lab/own/open';
import { optimizerOf } from '../../lab/own/optimizer';
import { prepareStep } from '../../lab/own/step';
import { fixture, plainSgd } from '../../lab/own/testing/kit';
import { cookingKinds, type Cooking } from '../../spec/kitchen';
import { resolveUses } from '../../spec/pattern';
import { RunControl } from '../../worker/control';
import { FileShelf } from '../../worker/files';
import { answers, type LibraryHost } from '../../worker/library';
import { distortText } from '../distort';
import { Broken, filesParser, mustBeSame, textParser } from '../parser';

const shipped = (name: string): Uint8Array => new Uint8Array(readFileSync(fileURLToPath(new URL(`../../../models/${name}`, import.meta.url))));
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const params: Params = Object.fromEntries([['b.weight', tensor([1, 2, 3, 4], [2, 2])], ['a.bias', tensor([-0.5])], ['__proto__', tensor([1])], ['constructor', tensor([NaN, Infinity], [1, 2])]]);
const header = (json: string, bytes: number): Uint8Array => {
  const [head, out] = [text(json), new Uint8Array(8 + text(json).length + bytes)];
  new DataView(out.buffer).setBigUint64(0, BigInt(head.length), true);
  out.set(head, 8);
  return out;
};
const types = [['F64', 8], ['F32', 4], ['F16', 2], ['BF16', 2], ['I64', 8], ['I32', 4], ['U8', 1], ['BOOL', 1]] as const;
/** One tensor of every type, one of no numbers, one without axes. */
const everyType = ((): Uint8Array => {
  let at = 0;
  const entries = types.map(([dtype, bytes]) => `"${dtype}":{"dtype":"${dtype}","shape":[2,1],"data_offsets":[${at},${(at += 2 * bytes)}]}`);
  return header(`{"__metadata__":{"made":"by hand"},${entries.join(',')},"none":{"dtype":"F32","shape":[0,7],"data_offsets":[${at},${at}]},"one":{"dtype":"F32","shape":[],"data_offsets":[${at},${at + 4}]}}`, at + 4);
})();
const packs = [writeSafetensors(params, { source: 'x' }), everyType];
const arrays = writeNpz({ w: { dtype: 'float64', shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) }, b: { dtype: 'float32', shape: [1], data: Float32Array.of(-0.5) }, n: { dtype: 'int64', shape: [], data: BigInt64Array.of(7n) } });

/** A safetensors file whose header was distorted as the text that it is, its length told rightly. */
function otherHeader(bytes: Uint8Array, rng: Random): Uint8Array {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const words = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  const head = text(distortText(words, rng, words));
  const out = new Uint8Array(8 + head.length + bytes.length - 8 - length);
  new DataView(out.buffer).setBigUint64(0, BigInt(head.length), true);
  out.set(head, 8);
  out.set(bytes.subarray(8 + length), 8 + head.length);
  return out;
}
const isSafetensors = (bytes: Uint8Array): boolean => bytes[8] === 0x7b && bytes[7] === 0;
/** An ONNX file begins with its version. */
const isModel = (bytes: Uint8Array): boolean => bytes[0] === 8 && !isSafetensors(bytes);
/** In the way of the file's own form, where it has one, or as any bytes are damaged. */
function damaged(bytes: Uint8Array, rng: Random, number: number, other: Uint8Array): { name: string; bytes: Uint8Array } {
  const own: readonly (readonly [string, () => Uint8Array])[] = isSafetensors(bytes) ? [['another header', () => otherHeader(bytes, rng)]] : isModel(bytes) ? [
    ...Object.entries(onnxDamages).map(([name, damage]) => [name, () => damage(bytes, rng, isModel(other) ? other : bytes)] as const),
    ...Object.entries(distortions).map(([name, distortion]) => [name, () => encodeModel(distortion(decodeModel(bytes), rng))] as const),
  ] : [];
  const plain = Object.entries(damages).map(([name, damage]) => [name, () => damage(bytes, rng, other)] as const);
  const ways = own.length > 0 && rng.bernoulli(0.7) ? own : plain;
  const [name, apply] = ways[number % ways.length]!;
  try {
    return { name, bytes: apply() };
  } catch {
    return { name: 'cut short', bytes: bytes.slice(0, rng.int(bytes.length)) }; // this way needs a node, an archive or the like, and the file has none
  }
}

export const ofSafetensors = () => filesParser(packs.map((bytes) => [{ name: 'm.safetensors', bytes }]), damaged, ([file]) => {
  const { params: read, metadata } = readSafetensors(file!.bytes, file!.name);
  for (const [name, { shape, data }] of Object.entries(read)) if (sizeOf(shape) !== data.length) throw new Broken(`${name} of shape [${shape.join()}] holds ${data.length} numbers`);
  const written = writeSafetensors(read, metadata);
  const again = readSafetensors(written, 'again');
  if (!Buffer.from(writeSafetensors(again.params, again.metadata)).equals(written)) throw new Broken('written and read again, it is other bytes');
});
const checkpointFiles: readonly (readonly NamedBytes[])[] = [...packs.map((bytes) => [{ name: 'm.safetensors', bytes }]), [{ name: 'm.npz', bytes: arrays }], [{ name: 'letters.onnx', bytes: shipped('letters.onnx') }]];
export const ofCheckpointFiles = () => filesParser(checkpointFiles, damaged, ([file]) => {
  const { params: read } = readCheckpointFile(file!);
  checkTensors(read, 'What was read');
});

const hostOf = (blobs = memoryBlobs()): LibraryHost => ({ asset: async (path) => shipped(path.replace('models/', '')), executor: () => Promise.reject(new RuntimeProblem('Nothing is run here.')), blobs, control: new RunControl() });
/** A user's files as the library's worker gets them: kept as checkpoints, compared tensor by tensor and node by node, merged, written again. */
export const ofDiffs = () => filesParser(checkpointFiles.map(([file]) => [file!, file!]), damaged, async ([a, b]) => {
  const host = hostOf();
  const kept = [await answers.keepFile({ file: a! }, host), await answers.keepFile({ file: b! }, host)].map(({ checkpoint }) => checkpoint);
  const [from, to] = kept.map(({ id }) => ({ from: 'kept', id }) as const);
  const { matched, total } = await answers.diff({ a: from!, b: to! }, host);
  const same = await answers.diff({ a: from!, b: from! }, host);
  if (!same.total.identical || same.onlyA.length + same.onlyB.length > 0) throw new Broken('a model differs from itself');
  const numbers = matched.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (numbers > kept[0]!.numbers) throw new Broken(`${numbers} numbers of ${kept[0]!.numbers} are compared`);
  for (const { name, shape } of matched.slice(0, 2)) {
    const detail = await answers.diffTensor({ a: from!, b: to!, tensor: name }, host);
    if (detail.view[0] * detail.view[1] !== sizeOf(shape)) throw new Broken(`${name} is seen as ${detail.view.join()}`);
  }
  const ways = [{ keep: 'nonzero', share: 1, of: 'tensor' }, { keep: 'top', share: 0.5, of: 'model' }] as const;
  for (const rule of ways) await inWords(() => answers.overlap({ models: [from!, to!], rule }, host));
  for (const cooking of cookings(kept[0]!.id)) await inWords(() => answers.cook({ ids: kept.map(({ id }) => id), cooking }, host));
  if (Number.isNaN(total.maxChange)) return;
  for (const { id, inOnnx } of kept) {
    const { file } = await answers.checkpointFile({ id, form: inOnnx ? 'onnx' : 'safetensors' }, host);
    mustBeSame(fingerprintOf(await tensorsOf(host.blobs, id)), fingerprintOf(readCheckpointFile({ ...file, name: `x.${inOnnx ? 'onnx' : 'safetensors'}` }).params), 'written and read again');
  }
});
async function inWords(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StippleError)) throw error;
  }
}
const cookings = (base: string): readonly Cooking[] => [{ kind: 'uniform' }, { kind: 'slerp', t: 0.3 }, { kind: 'ema', decay: 0.5 }, { kind: 'ties', base, scale: 1, keep: 0.5 }, { kind: 'dare', base, scale: 1, drop: 0.5, seed: 1 }];

const here = { a: '', b: '' };
const messages: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['diff', { a: { from: 'kept', id: '$a' }, b: { from: 'shipped', id: 'letters' } }], ['diffTensor', { a: { from: 'kept', id: '$a' }, b: { from: 'kept', id: '$b' }, tensor: 'w' }],
  ['overlap', { models: [{ from: 'kept', id: '$a' }, { from: 'kept', id: '$b' }], rule: { keep: 'top', share: 0.5, of: 'tensor' } }], ['kitchen', { ids: ['$a', '$b'], files: [] }],
  ...cookingKinds.map((kind) => ['cook', { ids: ['$a', '$b'], cooking: { kind, weights: [1, 2], t: 0.5, decay: 0.9, base: '$a', scale: 1, keep: 0.2, drop: 0.5, seed: 1, steps: 3, by: 'model' } }] as const),
  ['cook', { ids: ['$a', '$b'], measuredBy: { by: 'recipe', model: 'letters' }, cooking: { kind: 'uniform' } }], ['keepSoup', { ids: ['$a', '$b'], cooking: { kind: 'uniform' }, name: 'soup', how: 'mean' }], ['checkpointFile', { id: '$a', form: 'safetensors' }],
  ['model', { model: 'letters' }], ['set', { set: 'toy-2d', seed: 1, knobs: {} }], ['save', { set: 'toy-2d', seed: 1, knobs: {}, split: 'train', count: 2, form: 'jsonl' }], ['keepShipped', { model: 'letters' }], ['catalogue', {}], ['segment', { ids: ['$a', '$b'], ends: ['$a', '$b'] }], ['plane', { ids: ['$a', '$b'], corners: ['$a', '$b', '$a'], size: 3, soups: [] }], ['kitchen', { ids: ['$a', '$b'], measuredBy: { by: 'run', link: '#fine-tune?v=1', seed: 1, arm: 'tuned' }, files: [] }], ['kitchen', { ids: ['$a', '$b'], measuredBy: { by: 'run', link: '#winner?v=1&file=a%3A1%3A' + 'ab'.repeat(32), seed: 1, arm: 'siren' }, files: [] }], ['files', { files: [] }],
];
/** Texts and numbers in a question that a person, a link or a file can have chosen. What the page itself fixes (the question, its fields) stays. */
export async function ofLibraryQuestions() {
  const kept = memoryBlobs();
  const first = await answers.keepFile({ file: { name: 'a.safetensors', bytes: writeSafetensors({ w: tensor([1, 2, 3, 4], [2, 2]), b: tensor([1]) }) } }, hostOf(kept));
  const second = await answers.keepFile({ file: { name: 'b.safetensors', bytes: writeSafetensors({ w: tensor([1, 2, 0, 5], [2, 2]), b: tensor([-1]) }) } }, hostOf(kept));
  Object.assign(here, { a: first.checkpoint.id, b: second.checkpoint.id });
  const samples = messages.map(([question, asks]) => JSON.stringify([question, asks]).replaceAll('"$a"', JSON.stringify(here.a)).replaceAll('"$b"', JSON.stringify(here.b)));
  const parser = textParser(samples, async (words) => {
    const [question, asks] = JSON.parse(words) as [keyof typeof answers, never]; // `mutant` wrote it
    await (answers[question] as (asks: never, host: LibraryHost) => Promise<unknown>)(asks, { ...hostOf(kept), control: new RunControl() });
  });
  for (const sample of samples) await parser.judge(sample); // modules are loaded when first asked for: that time is no question's
  return {
    ...parser,
    mutant: (seed: number, number: number) => {
      const rng = Random.seed(seed).fork('mutant', number);
      const sample = rng.pick(samples);
      const [question, asks] = JSON.parse(sample) as [string, unknown];
      return { name: question, input: JSON.stringify([question, otherLeaf(asks, rng)]) };
    },
  };
}
const troubles = ['', '__proto__', 'constructor', '../x', '0', 'x'.repeat(5000), '<img src=x onerror=alert(1)>', '\0'];
const edges = [0, -1, 1, 0.5, 2, 1e-9, 1e300, -1e300, 2 ** 31, 0.1];
/** One leaf of plain data changed for another of its type. */
function otherLeaf(value: unknown, rng: Random): unknown {
  const places: { readonly holder: Record<string, unknown>; readonly key: string }[] = [];
  const copy = structuredClone({ value });
  const walk = (holder: Record<string, unknown>): void => {
    for (const [key, entry] of Object.entries(holder)) {
      if (typeof entry === 'object' && entry !== null) walk(entry as Record<string, unknown>);
      else if (!['kind', 'by', 'from', 'form', 'keep', 'of'].includes(key)) places.push({ holder, key });
    }
  };
  walk(copy);
  if (places.length === 0) return value;
  for (let n = 1 + rng.int(2); n > 0; n--) {
    const { holder, key } = rng.pick(places);
    const was = holder[key];
    holder[key] = typeof was === 'number' ? rng.pick(key === 'steps' || key === 'count' ? [0, 1, 2, 3] : edges) : rng.pick(['a', 'b', ...troubles, here.a, here.b]);
  }
  return copy.value;
}

/** A model and its data, as far as the step that would train it. */
export const ofOwnModels = () => filesParser(['mlp-13-folded', 'resnet-13-folded', 'gru-17-folded', 'lstm-11'].map(fixture).map(({ file, data }): readonly NamedBytes[] => [{ name: 'model.onnx', bytes: file.bytes }, { name: 'data.npz', bytes: writeNpz(data) }]), damaged, ([file, data]) => {
  const model = openModel(file!);
  for (const { name, shape, count } of model.description.tensors) if (sizeOf(shape) !== count) throw new Broken(`${name} is said to hold ${count} numbers of shape [${shape.join()}]`);
  const examples = examplesFor(model.stored, readNpz(data!.bytes, data!.name), data!.name);
  if (Object.values(examples.inputs).some(({ shape, data: numbers }) => sizeOf(shape) !== numbers.length)) throw new Broken('an input has another size than it says');
  const { uses } = resolveUses(model.description, {});
  const task = examples.target?.dtype === 'float32' ? 'regression' : 'classification';
  prepareStep(model, { examples, uses, task, optimizer: optimizerOf(plainSgd), batch: Math.min(4, examples.count) });
});
/** The model's numbers moved into a file beside it. */
function withWeightsBeside(bytes: Uint8Array): readonly NamedBytes[] {
  const tree = parseFields(bytes);
  const parts: Uint8Array[] = [];
  const entry = (key: string, value: string): Field => ({ field: 13, wire: 2, value: [{ field: 1, wire: 2, value: text(key) }, { field: 2, wire: 2, value: text(value) }] });
  let at = 0;
  for (const graph of tree.filter(({ field }) => field === 7)) for (const stored of (graph.value as Field[]).filter(({ field }) => field === 5)) { // messages, both
    const fields = stored.value as Field[];
    const raw = fields.findIndex(({ field }) => field === 9);
    if (raw < 0) continue;
    const data = fields.splice(raw, 1)[0]!.value as Uint8Array; // bytes, by the format
    fields.push(entry('location', 'weights.bin'), entry('offset', String(at)), entry('length', String(data.length)), { field: 14, wire: 0, value: 1n });
    parts.push(data);
    at += data.length;
  }
  return [{ name: 'model.onnx', bytes: writeFields(tree) }, { name: 'weights.bin', bytes: joined(parts) }];
}
/** The locations that a model names are asked for as the page asks: only files that were dropped are there. */
export const ofWeightFiles = () => filesParser([withWeightsBeside(shipped('letters.onnx')), withWeightsBeside(fixture('mlp-13-folded').file.bytes)], damaged, ([model, weights]) => {
  const locations = externalLocations(model!.bytes);
  if (locations.some((location) => location.startsWith('/') || location.split('/').includes('..'))) throw new Broken(`a location leads out: ${locations.join()}`);
  const { stored } = openModel({ ...model!, files: new Map([['weights.bin', weights!.bytes]]) });
  for (const [name, { dims, data }] of Object.entries(stored.graph.initializers)) if (sizeOf(dims) !== data.length) throw new Broken(`${name} of shape [${dims.join()}] holds ${data.length} numbers`);
});
const digests = ['ab'.repeat(32), 'cd'.repeat(32)];
/** Which files came with a command, and which the worker should still have. */
export const ofSentFiles = () => textParser(['0+ 1+ | 0 1', '0+ | 0 0', '1 | 1', '| 0'], (words) => {
  const shelf = new FileShelf();
  for (const command of words.slice(0, 400).replaceAll(/\p{Cs}/gu, '?').split('|')) {
    const sent = command.trim().split(/\s+/).filter((word) => word !== '');
    const refs = sent.map((word) => ({ name: word, sizeBytes: 1, sha256: digests[(word.codePointAt(0) ?? 0) % 2]! }));
    const give = shelf.take(refs, sent.map((word, i) => (word.endsWith('+') ? { name: word, bytes: text(refs[i]!.sha256) } : { sha256: refs[i]!.sha256 })));
    let given: readonly NamedBytes[];
    try {
      given = give();
    } catch (error) {
      if (error instanceof StippleError) continue;
      throw error;
    }
    if (given.some(({ bytes }, i) => new TextDecoder().decode(bytes) !== refs[i]!.sha256)) throw new Broken('another file was given than was asked for');
  }
});
