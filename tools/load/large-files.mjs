// Files that are large on purpose, written into a folder: a model of about 100 MB with its data, and sparse data sets that claim a gigabyte and take no room on the disk.
import { ftruncateSync, openSync, closeSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { random } from '../faults/random.mjs';

const mlp = { inputs: 784, hidden: [4096, 4352], classes: 1000, examples: 64 };

/** Seeded weights, uniform and as large as a layer of this width begins with. */
function weights(rows, columns, seed) {
  const rng = random(seed, rows, columns);
  const bound = Math.sqrt(6 / (rows + columns));
  return Float32Array.from({ length: rows * columns }, () => rng.between(-bound, bound));
}
/**
 * An MLP of 25.4 million numbers (101.6 MB) and 64 examples for it, as this project's own writers put them into files.
 * `load` gives a module of the project. @returns paths, and how many bytes the model has
 */
export async function writeLargeModel(folder, load, { inputs, hidden, classes, examples } = mlp) {
  const [{ encodeModel }, { writeNpz }] = await Promise.all([load('/src/engine/onnx/model.ts'), load('/src/data/files/npz.ts')]);
  const widths = [inputs, ...hidden, classes];
  const layers = widths.slice(1).map((width, i) => ({ from: widths[i], width, weight: `dense${i}.weight`, bias: `dense${i}.bias` }));
  const float = (name, dims) => ({ name, dtype: 'float32', dims });
  const node = (opType, given, output) => ({ name: output, opType, domain: '', inputs: given, outputs: [output], attributes: {} });
  let flowing = 'x';
  const nodes = layers.flatMap(({ weight, bias }, i) => {
    const last = i === layers.length - 1;
    const made = [node('Gemm', [flowing, weight, bias], last ? 'logits' : `dense${i}`), ...(last ? [] : [node('Relu', [`dense${i}`], `relu${i}`)])];
    flowing = `relu${i}`;
    return made;
  });
  const initializers = Object.fromEntries(layers.flatMap(({ from, width, weight, bias }, i) => [
    [weight, { dtype: 'float32', dims: [from, width], data: weights(from, width, i + 1) }],
    [bias, { dtype: 'float32', dims: [width], data: new Float32Array(width) }],
  ]));
  const bytes = encodeModel({ opset: 17, irVersion: 8, metadata: {}, graph: { name: 'large', nodes, initializers, inputs: [float('x', ['batch', inputs])], outputs: [float('logits', ['batch', classes])] } });
  const rng = random(1, 'examples');
  const x = { dtype: 'float32', shape: [examples, inputs], data: Float32Array.from({ length: examples * inputs }, () => rng.share()) };
  const y = { dtype: 'int32', shape: [examples], data: Int32Array.from({ length: examples }, () => rng.int(classes)) };
  const paths = [join(folder, 'large.onnx'), join(folder, 'examples.npz')];
  writeFileSync(paths[0], bytes);
  writeFileSync(paths[1], writeNpz({ x, y }));
  return { paths, bytes: bytes.length };
}

/** Beginnings of files whose rest is zeros: what they say of themselves is true. */
const heads = {
  /** So many grey pictures of 28 x 28. */
  idx: (bytes) => {
    const head = Buffer.alloc(16);
    [0x00000803, Math.floor((bytes - 16) / 784), 28, 28].forEach((word, i) => head.writeUInt32BE(word, 4 * i));
    return head;
  },
  /** float32, rows of 784. */
  npy: (bytes) => {
    const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${Math.floor((bytes - 128) / 3136)}, 784), }`;
    const head = Buffer.alloc(128, 0x20);
    head.write('\x93NUMPY\x01\x00', 'latin1');
    head.writeUInt16LE(118, 8);
    head.write(text, 10, 'latin1');
    head.write('\n', 127, 'latin1');
    return head;
  },
  csv: () => Buffer.from('label,a,b,c\n0,1,2,3\n'),
  zip: () => Buffer.from('PK\x03\x04', 'latin1'),
};
/** A sparse file of that many bytes. @returns its path */
export function writeSparse(folder, kind, bytes = 2 ** 30, name = 'large') {
  const path = join(folder, `${name}.${kind}`);
  const file = openSync(path, 'w');
  writeSync(file, heads[kind](bytes));
  ftruncateSync(file, bytes);
  closeSync(file);
  return path;
}
