import { afterAll, expect, test } from 'vitest';
import { floats } from '../../base/tensor';
import type { NpyArray } from '../../data/files/npy';
import { encodeModel, type OnnxModel, type OnnxNode, type OnnxTensor, type OnnxValueInfo } from '../../engine/onnx/model';
import { createWasmExecutor } from '../../runtime/wasm';
import { openModel, type ModelFile } from './open';
import { fixture, gradientsOf, prepared, trained, type Choices } from './testing/kit';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());

const floatArray = (shape: readonly number[], value: (i: number) => number = (i) => Math.fround(Math.sin(i + 1))): NpyArray => ({ dtype: 'float32', shape, data: Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => value(i)) });
const labels = (...values: readonly number[]): NpyArray => ({ dtype: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) });
const stored = (...dims: readonly number[]): OnnxTensor => ({ dtype: 'float32', dims, data: floatArray(dims).data as Float32Array });
const node = (opType: string, inputs: readonly string[], output: string, attributes: OnnxNode['attributes'] = {}): OnnxNode => ({ name: `/${output}`, opType, domain: '', inputs, outputs: [output], attributes });
const port = (name: string, dims: readonly (number | string)[], dtype: OnnxValueInfo['dtype'] = 'float32'): OnnxValueInfo => ({ name, dtype, dims });
function fileOf(nodes: readonly OnnxNode[], initializers: Readonly<Record<string, OnnxTensor>>, inputs: readonly OnnxValueInfo[], more: Partial<OnnxModel> = {}): ModelFile {
  return { name: 'model.onnx', bytes: encodeModel({ opset: 17, irVersion: 8, graph: { name: 'g', nodes, initializers, inputs, outputs: [port(nodes.at(-1)!.outputs[0]!, ['n', 3])] }, metadata: {}, ...more }) };
}
/** x [n, 4] -> logits [n, 3]. */
const linear = (batch: number | string = 'n', last: readonly OnnxNode[] = []): ModelFile => fileOf([node('Gemm', ['x', 'w', 'b'], 'z'), ...last], { w: stored(4, 3), b: stored(3) }, [port('x', [batch, 4])]);
/** Half of the way runs through a node without gradient: a before it, b after, c beside. */
const blocked = (): ModelFile =>
  fileOf(
    [node('Mul', ['x', 'a'], 'p'), node('ScatterElements', ['p', 'rows', 'k'], 'q', { reduction: { type: 'string', value: 'max' } }), node('Mul', ['q', 'b'], 'r'), node('Mul', ['x', 'c'], 's'), node('Add', ['r', 's'], 't'), node('MatMul', ['t', 'w'], 'z')],
    { a: stored(4), k: stored(1, 4), b: stored(4), c: stored(4), w: stored(4, 3), rows: { dtype: 'int64', dims: [1, 4], data: new BigInt64Array(4) } },
    [port('x', ['n', 4])],
    { opset: 18 },
  );
const two = (): ModelFile => fileOf([node('Add', ['u', 'v'], 's'), node('MatMul', ['s', 'w'], 'z')], { w: stored(4, 3) }, [port('u', ['n', 4]), port('v', ['n', 4])]);
const tokens = (): ModelFile => fileOf([node('Gather', ['e', 'ids'], 'h'), node('MatMul', ['h', 'w'], 'z')], { e: stored(5, 4), w: stored(4, 5) }, [port('ids', ['n', 't'], 'int64')]);
const ids = (shape: readonly number[], value: (i: number) => number = (i) => i % 5): NpyArray => ({ dtype: 'int64', shape, data: BigInt64Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => BigInt(value(i))) });

const x = floatArray([6, 4]);
const y = labels(0, 1, 2, 0, 1, 2);
const refusals: [string, ModelFile, Record<string, NpyArray>, Choices, RegExp][] = [
  ['no x', linear(), { y }, {}, /should hold "x" \(or "x"\) and "y", but holds nothing else than y/],
  ['a number that is not finite', linear(), { x: floatArray([6, 4], (i) => (i === 9 ? NaN : 1)), y }, {}, /x should hold finite numbers, but NaN came in row 2/],
  ['one of two inputs', two(), { u: x, y }, {}, /should hold "u", "v" and "y", but holds "u"/],
  ['x for two inputs', two(), { x, y }, {}, /should hold "u", "v" and "y"/],
  ['a rank too small', linear(), { x: floatArray([24]), y }, {}, /"x" takes float32 \[n, 4\], 2 axes, but float32\[24\] came\. Reshape the array \(one axis is missing/],
  ['another size', linear(), { x: floatArray([6, 5]), y }, {}, /axis 1 should be 4, not 5/],
  ['no examples', linear(), { x: floatArray([0, 4]), y: labels() }, {}, /an empty array \[0,4\]/],
  ['floats for token ids', tokens(), { x: floatArray([2, 3]), y: labels(0, 1) }, {}, /whole numbers such as token ids, but float32 came\. Save it as int64/],
  ['fewer labels than examples', linear(), { x, y: labels(0, 1) }, {}, /one target for each of the 6 examples, but is \[2\]/],
  ['inputs that count differently', two(), { u: x, v: floatArray([5, 4]), y }, {}, /"u" holds 6 and "v" 5/],
  ['no y', linear(), { x }, {}, /For classification the data must hold "y"/],
  ['a label beyond the classes', linear(), { x, y: labels(0, 1, 2, 0, 1, 3) }, {}, /from 0 to 2 \(the logits hold 3 classes\), but 3 came/],
  ['a negative label', linear(), { x, y: labels(0, 1, 2, 0, 1, -1) }, {}, /but -1 came/],
  ['float labels', linear(), { x, y: floatArray([6]) }, {}, /labels are whole numbers \(\.astype\('int64'\)\), and probabilities have the shape of the logits, \[6,3\]/],
  ['probabilities that do not sum to 1', linear(), { x, y: floatArray([6, 3], () => 0.5) }, {}, /should sum to 1 over the classes, but a row sums to 1\.5/],
  ['labels of another shape', linear(), { x, y: ids([6, 2]) }, {}, /y is \[6,2\], and the logits \[6,3\]/],
  ['a target of another size', linear(), { x, y: floatArray([6, 2]) }, { task: 'regression' }, /y is \[6,2\], but the model's output is \[6,3\]/],
  ['a batch larger than the data', linear(), { x, y }, { batch: 7 }, /A batch of 7 was asked for, but there are 6 examples/],
  ['a fixed batch larger than the data', linear(8), { x, y }, {}, /fixed at 8, but only 6 examples came/],
  ['another batch than the fixed one', linear(3), { x, y }, { batch: 2 }, /fixed at 3\. Leave --batch out/],
  ['one number a row for classes', fileOf([node('ReduceSum', ['x'], 'z', { keepdims: { type: 'int', value: 0 } }), node('Mul', ['z', 'w'], 'o')], { w: stored(1) }, [port('x', ['n', 4])]), { x, y }, {}, /first axis should be the batch|needs logits, one for each class/],
  ['tokens beyond the vocabulary', tokens(), { x: ids([2, 3], (i) => i) }, { task: 'language-modelling' }, /from 0 to 4 .* but 5 came/],
  ['language modelling of floats', linear(), { x }, { task: 'language-modelling' }, /takes token ids \[n, t\] in and gives logits \[n, t, vocabulary\] out/],
  ['a pattern that matches nothing', linear(), { x, y }, { choice: { trained: 'q*' } }, /matches no tensor\. The names are: w, b/],
  ['everything frozen', linear(), { x, y }, { choice: { frozen: '*' } }, /every tensor is frozen/],
  ['a tensor before a node without gradient', blocked(), { x, y }, { choice: { trained: 'a' } }, /node \/q \(ScatterElements\) has no gradient, and a lies before it/],
  ['a tensor before a node that gives places', fileOf([node('Mul', ['x', 'a'], 'p'), node('ArgMax', ['p'], 'q', { axis: { type: 'int', value: 1 }, keepdims: { type: 'int', value: 0 } }), node('Gather', ['e', 'q'], 'h'), node('MatMul', ['h', 'w'], 'z')], { a: stored(4), e: stored(4, 4), w: stored(4, 3) }, [port('x', ['n', 4])]), { x, y }, { choice: { trained: 'a' } }, /no gradient of the output reaches a: it ends at node \/q \(ArgMax\)\. What can be: e, w/],
  ['an integer beyond int32', tokens(), { x: ids([2, 3], () => 2 ** 33), y: labels(0, 1) }, {}, /does not fit int32/],
];
test.each(refusals)('%s: refused before anything is compiled', (_, file, data, choices, says) => expect(() => prepared({ file, data }, choices)).toThrow(says));
test('a model without inputs, and bytes that are no model, are refused', () => {
  expect(() => openModel(fileOf([node('Identity', ['w'], 'z')], { w: stored(4, 3) }, []))).toThrow(/has no inputs/);
  expect(() => openModel({ name: 'x', bytes: new Uint8Array([1, 2, 3]) })).toThrow();
});

test('what lies before a node without gradient is frozen by default and named with that node; the rest trains', async () => {
  const { tensors, layers } = openModel(blocked()).description;
  expect(tensors.map((t) => [t.name, t.defaultUse])).toEqual([['a', 'frozen'], ['k', 'frozen'], ['b', 'trained'], ['c', 'trained'], ['w', 'trained'], ['rows', 'frozen']]);
  expect(tensors[0]!.blocked).toBe('node /q (ScatterElements) has no gradient, and a lies before it');
  expect(layers.filter((l) => l.blocked).map((l) => l.name)).toEqual(['/q']);
  const step = prepared({ file: blocked(), data: { x, y } });
  const { losses } = await trained(wasm, step, 20);
  expect(losses.at(-1)!).toBeLessThan(losses[0]!);
});
test('only what is trained changes; training twice gives the same bits', async () => {
  const step = prepared(fixture('vit-17-folded'), { choice: { trained: '*bias' } });
  const [one, two] = [await trained(wasm, step, 3), await trained(wasm, step, 3)];
  expect(two).toEqual(one);
  expect(Object.keys(one.weights)).toEqual(step.trained);
  expect(step.trained.every((name) => name.endsWith('bias'))).toBe(true);
});
test('a mask score has the gradient of the masked weight times the weight; masks come out as 0 and 1 alone', async () => {
  const made = fixture('mlp-13-folded');
  const plain = await gradientsOf(wasm, prepared(made, { task: 'regression' }));
  const masked = prepared(made, { task: 'regression', choice: { trained: '*.bias', masked: '*.weight' }, optimizer: { name: 'sgd', learningRate: 1 } });
  const { gradients } = await gradientsOf(wasm, masked); // every entry is kept at first: the same forward
  for (const name of masked.masked) {
    const weight = floats(masked.model.read.params[name]!);
    floats(gradients[`${name}.score`]!).forEach((g, i) => expect(g).toBeCloseTo(floats(plain.gradients[name]!)[i]! * weight[i]!, 6));
  }
  const { masks } = await trained(wasm, masked, 10, { name: 'sgd', learningRate: 1 });
  expect(new Set(Object.values(masks).flatMap((m) => [...m.data]))).toEqual(new Set([0, 1]));
});

const mean = (values: readonly number[]): number => values.reduce((n, v) => n + v, 0) / values.length;
const logSoftmaxAt = (row: readonly number[], at: number): number => row[at]! - Math.log(row.reduce((n, v) => n + Math.exp(v), 0));
/** The logits of `linear` by hand. */
const logitsOf = (): number[][] => {
  const [w, b] = [floatArray([4, 3]).data as Float32Array, floatArray([3]).data as Float32Array];
  return Array.from({ length: 6 }, (_, i) => [0, 1, 2].map((c) => b[c]! + [0, 1, 2, 3].reduce((n, k) => n + Number(x.data[4 * i + k]) * w[3 * k + c]!, 0)));
};
const target = [0, 1, 2, 0, 1, 2];
test.each<[string, ModelFile, Record<string, NpyArray>, Choices, () => number]>([
  ['labels', linear(), { x, y }, {}, () => -mean(logitsOf().map((row, i) => logSoftmaxAt(row, target[i]!)))],
  ['labels [n, 1] of uint8', linear(), { x, y: { dtype: 'uint8', shape: [6, 1], data: Uint8Array.from(target) } }, {}, () => -mean(logitsOf().map((row, i) => logSoftmaxAt(row, target[i]!)))],
  ['one-hot rows of whole numbers', linear(), { x, y: ids([6, 3], (i) => (i % 3 === Math.floor(i / 3) % 3 ? 1 : 0)) }, {}, () => -mean(logitsOf().map((row, i) => logSoftmaxAt(row, target[i]!)))],
  ['probabilities', linear(), { x, y: floatArray([6, 3], () => 1 / 3) }, {}, () => -mean(logitsOf().map((row) => mean([0, 1, 2].map((c) => logSoftmaxAt(row, c)))))],
  ['a model that ends in Softmax: not a softmax of a softmax', linear('n', [node('Softmax', ['z'], 'p', { axis: { type: 'int', value: 1 } })]), { x, y }, {}, () => -mean(logitsOf().map((row, i) => logSoftmaxAt(row, target[i]!)))],
  ['a model that ends in LogSoftmax', linear('n', [node('LogSoftmax', ['z'], 'p', { axis: { type: 'int', value: 1 } })]), { x, y }, {}, () => -mean(logitsOf().map((row, i) => logSoftmaxAt(row, target[i]!)))],
  ['labels of -100, which do not count', linear(), { x, y: labels(0, -100, 2, -100, 1, 2) }, {}, () => -mean([0, 2, 4, 5].map((i) => logSoftmaxAt(logitsOf()[i]!, target[i]!)))],
  ['a squared error', linear(), { x, y: floatArray([6, 3], () => 1) }, { task: 'regression' }, () => mean(logitsOf().flat().map((v) => (v - 1) ** 2))],
  ['the next token', tokens(), { x: ids([2, 3]) }, { task: 'language-modelling' }, () => {
    const [e, w] = [floatArray([5, 4]).data as Float32Array, floatArray([4, 5]).data as Float32Array];
    const row = (token: number): number[] => [0, 1, 2, 3, 4].map((v) => [0, 1, 2, 3].reduce((n, k) => n + e[4 * token + k]! * w[5 * k + v]!, 0));
    return -mean([[0, 1], [1, 2], [3, 4], [4, 0]].map(([from, to]) => logSoftmaxAt(row(from!), to!)));
  }],
  ['labels for each token, of rows as long as the vocabulary', tokens(), { x: ids([2, 5]), y: ids([2, 5], (i) => (i + 1) % 5) }, {}, () => {
    const [e, w] = [floatArray([5, 4]).data as Float32Array, floatArray([4, 5]).data as Float32Array];
    const row = (token: number): number[] => [0, 1, 2, 3, 4].map((v) => [0, 1, 2, 3].reduce((n, k) => n + e[4 * token + k]! * w[5 * k + v]!, 0));
    return -mean([0, 1, 2, 3, 4].map((token) => logSoftmaxAt(row(token), (token + 1) % 5)));
  }],
  ['vectors of equal labels', linear(), { x, y }, { task: 'embedding' }, () => {
    const u = logitsOf().map((row) => row.map((v) => v / Math.hypot(...row)));
    const score = (i: number, j: number): number => u[i]!.reduce((n, v, k) => n + v * u[j]![k]!, 0) / 0.1;
    const others = (i: number): number[] => [0, 1, 2, 3, 4, 5].filter((j) => j !== i);
    return -mean(target.map((label, i) => mean(others(i).filter((j) => target[j] === label).map((j) => score(i, j) - Math.log(others(i).reduce((n, a) => n + Math.exp(score(i, a)), 0))))));
  }],
])('the loss of %s is what its formula says', async (_, file, data, choices, expected) => expect((await gradientsOf(wasm, prepared({ file, data }, choices))).loss).toBeCloseTo(expected(), 5));

test('running statistics follow the batches of a file exported for training, as ONNX defines it, and start from the file', async () => {
  const scale: OnnxTensor = { dtype: 'float32', dims: [4], data: Float32Array.of(1, 1, 1, 1) };
  const norm: OnnxNode = { ...node('BatchNormalization', ['x', 'g', 'w0', 'm', 'v'], 'h', { training_mode: { type: 'int', value: 1 }, momentum: { type: 'float', value: 0.8 } }), outputs: ['h', 'm.next', 'v.next'] };
  const file = fileOf([norm, node('MatMul', ['h', 'w'], 'z')], { g: scale, w0: stored(4), m: stored(4), v: scale, w: stored(4, 3) }, [port('x', ['n', 4])]);
  const step = prepared({ file, data: { x, y } }, { batch: 3 });
  expect(step.statistics).toEqual(['m', 'v']);
  const { weights } = await trained(wasm, step, 3);
  for (const channel of [0, 1, 2, 3]) {
    let [running, variance] = [(stored(4).data as Float32Array)[channel]!, 1];
    for (const start of [0, 3, 0]) {
      const batch = [0, 1, 2].map((i) => Number(x.data[4 * (start + i) + channel]));
      const centre = mean(batch);
      running = 0.8 * running + 0.2 * centre;
      variance = 0.8 * variance + 0.2 * mean(batch.map((v) => (v - centre) ** 2)); // over the batch, not n - 1
    }
    expect(floats(weights.m!)[channel]).toBeCloseTo(running, 6);
    expect(floats(weights.v!)[channel]).toBeCloseTo(variance, 6);
  }
});
test('a fixed batch takes consecutive examples and wraps round; an open one takes all', () => {
  const step = prepared({ file: linear(4), data: { x, y } });
  expect(step.batch).toBe(4);
  expect([0, 1, 2].map((at) => [...step.next(at)['train.y']!.data])).toEqual([[0, 1, 2, 0], [1, 2, 0, 1], [2, 0, 1, 2]]);
  expect(prepared({ file: linear(), data: { x, y } }).batch).toBe(6);
});
test('an array that is no input is left out, and a note says so', () =>
  expect(prepared({ file: linear(), data: { x, y, z: x } }).notes).toEqual(['data.npz also holds z, which is not used.']));
test('an input without an axis of examples is given whole to every batch', () => {
  const file = fileOf([node('Add', ['p', 'q'], 's'), node('MatMul', ['s', 'w'], 'z')], { w: stored(4, 3) }, [port('p', ['n', 4]), port('q', [1, 4])]);
  const step = prepared({ file, data: { p: x, q: floatArray([1, 4]), y } }, { batch: 2 });
  expect(step.next(1).q!.shape).toEqual([1, 4]);
  expect(step.next(1).p!.shape).toEqual([2, 4]);
});
test('where every first size is fixed, the number of targets says which inputs hold examples', () => {
  const file = fileOf([node('MatMul', ['x', 'w'], 's'), node('Slice', ['h', 'zero', 'one'], 'r'), node('Add', ['s', 'r'], 'z')], { w: stored(4, 3), zero: { dtype: 'int64', dims: [1], data: BigInt64Array.of(0n) }, one: { dtype: 'int64', dims: [1], data: BigInt64Array.of(1n) } }, [port('h', [2, 3]), port('x', [6, 4])]);
  const step = prepared({ file, data: { h: floatArray([2, 3]), x, y } });
  expect([step.batch, step.next(0).h!.shape]).toEqual([6, [2, 3]]);
});
test('inputs may have the names of the step\'s own state', async () => {
  const file = fileOf([node('Add', ['m', 'theta'], 's'), node('MatMul', ['s', 'w'], 'z')], { w: stored(4, 3) }, [port('m', ['n', 4]), port('theta', ['n', 4])]);
  const adam = { name: 'adam', learningRate: 0.01 } as const;
  const [named, plain] = [prepared({ file, data: { m: x, theta: floatArray([6, 4], (i) => i), y } }, { optimizer: adam }), prepared({ file: two(), data: { u: x, v: floatArray([6, 4], (i) => i), y } }, { optimizer: adam })];
  expect(Object.keys(named.spec.batch)).toEqual(['input.m', 'input.theta', 'train.y']);
  expect((await trained(wasm, named, 3, adam)).losses).toEqual((await trained(wasm, plain, 3, adam)).losses);
});
test('the gradient of a length at zero is zero', async () => {
  const file = fileOf([node('Mul', ['x', 'w'], 'p'), node('ReduceL2', ['p'], 'l', { axes: { type: 'ints', value: [1] } }), node('Mul', ['l', 'k'], 'z')], { w: stored(4), k: stored(1, 3) }, [port('x', ['n', 4])]);
  const { gradients } = await gradientsOf(wasm, prepared({ file, data: { x: floatArray([6, 4], () => 0), y } }));
  expect([...floats(gradients.w!)]).toEqual([0, 0, 0, 0]);
});
test('an additive mask may hold minus infinity as an input, and is not trained as an initializer, Swin\'s -100 neither', () => {
  const fed = prepared({ file: two(), data: { u: x, v: floatArray([6, 4], (i) => (i % 2 === 0 ? 0 : -Infinity)), y } });
  expect(fed.trained).toEqual(['w']);
  const mask: OnnxTensor = { dtype: 'float32', dims: [1, 3], data: Float32Array.of(0, -100, 0) };
  const file = fileOf([node('MatMul', ['x', 'w'], 's'), node('Add', ['s', 'm'], 'z')], { w: stored(4, 3), m: mask }, [port('x', ['n', 4])]);
  expect(prepared({ file, data: { x, y } }).trained).toEqual(['w']);
});
test('the loss may be taken of another output than the first; a name that is none is refused with those that are', async () => {
  const both: ModelFile = { name: 'model.onnx', bytes: encodeModel({ opset: 17, irVersion: 8, graph: { name: 'g', nodes: [node('Gemm', ['x', 'w', 'b'], 'z'), node('Mul', ['x', 'k'], 'o')], initializers: { w: stored(4, 3), b: stored(3), k: stored(4) }, inputs: [port('x', ['n', 4])], outputs: [port('o', ['n', 4]), port('z', ['n', 3])] }, metadata: {} }) };
  const { description, output } = openModel(both, undefined, 'z');
  expect(output).toBe('z');
  expect(description.tensors.map((t) => t.defaultUse)).toEqual(['trained', 'trained', 'frozen']);
  expect(description.notes).toEqual(['The loss is taken of the output "z"; "o" is left out.']);
  expect(() => openModel(both, undefined, 'logits')).toThrow(/has no output "logits"; the loss must be taken of one\. It has: o, z/);
  expect(openModel(both).output).toBe('o');
});
test('a description tells roles, shapes, sizes and work', () => {
  const { tensors, layers, parameters, multiplyAdds, operators, opset, producer } = openModel(fixture('resnet-17-folded-training').file).description;
  expect([opset, producer]).toEqual([17, 'pytorch 1.13.0']);
  const role = (name: string): string => tensors.find((t) => t.name === name)!.role;
  expect(['stem.weight', 'bn.weight', 'bn.bias', 'bn.running_mean', 'fc.bias'].map(role)).toEqual(['weight', 'scale', 'bias', 'statistic', 'bias']);
  expect(parameters).toBe(3 * 4 * 9 + 8 + 4 * 6 * 9 + 12 + 6 * 6 * 9 + 12 + 24 + 12 + 35);
  // By hand: stem on 12 x 12, the block on 3 x 3 after a pool to 6 x 6 and a stride of 2, the classifier.
  expect(multiplyAdds).toBe(144 * 4 * 27 + 9 * 6 * 36 + 9 * 6 * 54 + 9 * 6 * 4 + 30);
  expect(layers.find((l) => l.name === '/fc/Gemm')).toMatchObject({ operator: 'Gemm', output: [1, 5], reads: ['fc.weight', 'fc.bias'], parameters: 35, multiplyAdds: 30 });
  expect(operators.find(([name]) => name === 'Conv')).toEqual(['Conv', 4]);
});
