import { describe, expect, test } from 'vitest';
import { int32, tensor, type Tensor } from '../../base/tensor';
import { evaluate, toReference } from '../evaluate';
import { gradients } from '../autodiff';
import { sum } from '../ops';
import { NodeError } from './graph-reader';
import { decodeModel, encodeModel, type OnnxAttribute, type OnnxGraph, type OnnxModel, type OnnxNode, type OnnxTensor, type OnnxValueInfo } from './model';
import { ProtoWriter } from './protobuf';
import { readOnnx, type ReadModel } from './reader';
import { ONNX_TYPES, writeTensor } from './tensor-proto';

const node = (opType: string, inputs: readonly string[], outputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}, domain = ''): OnnxNode => ({ name: `the ${opType}`, opType, domain, inputs, outputs, attributes });
const floats = (values: readonly number[], dims: readonly number[] = [values.length]): OnnxTensor => ({ dtype: 'float32', dims, data: Float32Array.from(values) });
const int64s = (...values: number[]): OnnxTensor => ({ dtype: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
const bool = (value: boolean): OnnxTensor => ({ dtype: 'bool', dims: [], data: Uint8Array.of(Number(value)) });
const graph = (nodes: readonly OnnxNode[], more: Partial<OnnxGraph> = {}): OnnxGraph => ({ name: 'g', nodes, initializers: {}, inputs: [{ name: 'x', dtype: 'float32', dims: [2] }], outputs: [{ name: 'y', dtype: 'float32', dims: undefined }], ...more });
const model = (of: OnnxGraph, opset = 17): OnnxModel => ({ opset, irVersion: 8, graph: of, metadata: {} });
const bytesOf = (nodes: readonly OnnxNode[], more: Partial<OnnxGraph> = {}): Uint8Array => encodeModel(model(graph(nodes, more)));
/** The first output, in float64. */
function run({ program, params }: ReadModel, feeds: Readonly<Record<string, Tensor>>): number[] {
  const given = new Map(Object.entries({ ...params, ...feeds }).map(([name, t]) => [name, toReference(t)]));
  return [...evaluate(Object.values(program.outputs), given)[0]!.data];
}
const x = tensor([3, -4]);

describe('branches and functions', () => {
  const branch = (op: string): OnnxAttribute => ({ type: 'graph', value: graph([node(op, ['x'], ['inner'])], { inputs: [], outputs: [{ name: 'inner', dtype: 'float32', dims: undefined }] }) });
  const withIf = (condition: OnnxTensor): Uint8Array => bytesOf([node('If', ['c'], ['y'], { then_branch: branch('Relu'), else_branch: branch('Neg') })], { initializers: { c: condition } });
  test('an If whose condition the file fixes is the nodes of one branch, which sees the names round it', () => {
    expect(run(readOnnx(withIf(bool(true))), { x })).toEqual([3, 0]);
    const other = readOnnx(withIf(bool(false)));
    expect(run(other, { x })).toEqual([-3, 4]);
    expect(other.nodes.map((n) => n.name)).toEqual(['the If/the Neg', 'the If']);
  });
  test('an If whose condition comes with the data is refused, and read where the numbers came along', () => {
    const bytes = bytesOf([node('If', ['c'], ['y'], { then_branch: branch('Relu'), else_branch: branch('Neg') })], { inputs: [{ name: 'x', dtype: 'float32', dims: [2] }, { name: 'c', dtype: 'bool', dims: [] }] });
    expect(() => readOnnx(bytes)).toThrow(/node the If \(If\): its condition depends on the data/);
    const read = readOnnx(bytes, { known: { c: { dtype: 'bool', shape: [], data: Uint8Array.of(1) } } });
    expect(read.builtIn).toEqual(['c']);
    expect(run(read, { x })).toEqual([3, 0]);
  });
  const info = (name: string): OnnxValueInfo => ({ name, dtype: 'float32', dims: undefined });
  const scalar = (value: bigint): OnnxTensor => ({ dtype: 'int64', dims: [], data: BigInt64Array.of(value) });
  test('a Loop that runs a known number of times is its body over and over: x doubles, and each stage is stacked', () => {
    const body = graph([node('Add', ['v', 'v'], ['twice']), node('Identity', ['twice'], ['stage'])], { inputs: ['i', 'go', 'v'].map(info), outputs: ['go', 'twice', 'stage'].map(info) });
    const looped = (output: string, times: OnnxTensor, more: Partial<OnnxGraph> = {}) => readOnnx(bytesOf([node('Loop', ['times', '', 'x'], ['last', 'all'], { body: { type: 'graph', value: body } })], { initializers: { times }, outputs: [info(output)], ...more }));
    expect(run(looped('last', scalar(3n)), { x })).toEqual([24, -32]);
    expect(run(looped('all', scalar(2n)), { x })).toEqual([6, -8, 12, -16]);
    expect(looped('last', scalar(2n)).nodes.map((n) => n.name)).toEqual(['the Loop/0/the Add', 'the Loop/0/the Identity', 'the Loop/1/the Add', 'the Loop/1/the Identity', 'the Loop']);
    expect(() => looped('last', scalar(1_000_000n))).toThrow(/node the Loop \(Loop\): it runs more than 1024 times/);
    expect(() => looped('last', scalar(2n), { initializers: {}, inputs: [{ ...info('x'), dims: [2] }, { name: 'times', dtype: 'int64', dims: [] }] })).toThrow(/how often it runs depends on the data/);
  });
  test('loops within loops end, however empty their bodies are', () => {
    const once: OnnxGraph = graph([], { inputs: ['i', 'go'].map(info), outputs: [info('go')] });
    const within = (inner: OnnxGraph): OnnxGraph => graph([node('Loop', ['times', ''], [], { body: { type: 'graph', value: inner } })], { inputs: ['i', 'go'].map(info), outputs: [info('go')] });
    const outer = node('Loop', ['times', ''], [], { body: { type: 'graph', value: within(within(within(once))) } });
    expect(() => readOnnx(bytesOf([outer], { initializers: { times: scalar(1000n) } }))).toThrow(/more than 50000 nodes/);
  });
  test('a Scan is its body for each slice: running sums, forwards and backwards', () => {
    const body = graph([node('Add', ['sum', 'slice'], ['next']), node('Identity', ['next'], ['stage'])], { inputs: ['sum', 'slice'].map(info), outputs: ['next', 'stage'].map(info) });
    const scanned = (direction: number) =>
      readOnnx(bytesOf([node('Scan', ['zero', 'x'], ['total', 'y'], { body: { type: 'graph', value: body }, num_scan_inputs: { type: 'int', value: 1 }, scan_input_directions: { type: 'ints', value: [direction] } })], { initializers: { zero: floats([0], []) }, inputs: [{ name: 'x', dtype: 'float32', dims: [3] }] }));
    expect(run(scanned(0), { x: tensor([1, 2, 4]) })).toEqual([1, 3, 7]);
    expect(run(scanned(1), { x: tensor([1, 2, 4]) })).toEqual([4, 6, 7]);
  });
  test('a function of the model is its nodes, with the attributes of the call; one that calls itself is refused', () => {
    const leaky = (fn: ProtoWriter, inner: string): void => {
      fn.text(1, 'Leaky').text(4, 'a').text(5, 'b').text(6, 'slope').text(10, 'own').message(9, (o) => o.int(2, 17));
      fn.message(7, (n) => n.text(1, 'a').text(2, 'b').text(4, inner).text(7, inner === 'Leaky' ? 'own' : '').message(5, (a) => a.text(1, 'alpha').int(20, 1).text(21, 'slope')));
    };
    const calling = bytesOf([node('Leaky', ['x'], ['y'], { slope: { type: 'float', value: 0.5 } }, 'own')]);
    const joined = (inner: string): Uint8Array => Uint8Array.from([...calling, ...new ProtoWriter().message(25, (fn) => leaky(fn, inner)).finish()]);
    const read = readOnnx(joined('LeakyRelu'));
    expect(run(read, { x })).toEqual([3, -2]);
    expect(read.nodes.map(({ name, operator }) => [name, operator])).toEqual([['the Leaky/b', 'LeakyRelu']]);
    expect(() => readOnnx(joined('Leaky'))).toThrow(/functions call each other more than 32 deep/);
  });
});

describe('what is known before the run', () => {
  const reshaped = bytesOf([node('Reshape', ['x', 'shape'], ['y'])], { inputs: [{ name: 'x', dtype: 'float32', dims: ['n'] }, { name: 'shape', dtype: 'int64', dims: [2] }] });
  test('a shape that comes with the data is built in where its numbers came along, and said to be', () => {
    expect(() => readOnnx(reshaped, { sizes: { n: 6 } })).toThrow(/input 1 \(\[2\]\) depends on the data/);
    const read = readOnnx(reshaped, { shapes: { x: [6] }, known: { shape: int32([3, -1]) } });
    expect(read.program.outputs['y']!.shape).toEqual([3, 2]);
    expect(read.builtIn).toEqual(['shape']);
  });
  test('known numbers that nothing needs stay feeds', () => {
    const read = readOnnx(bytesOf([node('Add', ['x', 'x'], ['y'])]), { known: { x } });
    expect(read.builtIn).toEqual([]);
    expect(run(read, { x: tensor([1, 2]) })).toEqual([2, 4]);
  });
  test('a shape of another rank than the file has is refused', () => expect(() => readOnnx(reshaped, { shapes: { x: [2, 3] } })).toThrow(/input x: \[2,3\] came, but the file has 1 axes/));
});

test('an exponent and a bound that are params stay params: a gradient reaches them', () => {
  const bytes = bytesOf([node('Clip', ['x', 'low'], ['c']), node('Pow', ['c', 'p'], ['y'])], { initializers: { low: floats([0.5]), p: floats([3]) } });
  const read = readOnnx(bytes);
  const { low, p } = read.program.constants;
  const slopes = evaluate(gradients(sum(read.program.outputs['y']!), [low!, p!]), new Map(Object.entries({ ...read.params, x }).map(([name, t]) => [name, toReference(t)])));
  // y = 3^p + low^p: dy/dlow = p low^(p-1), dy/dp = 3^p log 3 + low^p log low
  expect(slopes[0]!.data[0]).toBeCloseTo(0.75, 9);
  expect(slopes[1]!.data[0]).toBeCloseTo(27 * Math.log(3) + 0.125 * Math.log(0.5), 9);
  const fixed = readOnnx(bytes, { params: new Set() });
  expect(Object.keys(fixed.program.constants)).toEqual([]);
  expect(run(fixed, { x })).toEqual([27, 0.125]);
});

describe('which node made what', () => {
  const read = readOnnx(bytesOf([node('MatMul', ['x', 'w'], ['h']), node('Softplus', ['h'], ['y'])], { initializers: { w: floats([1, 2, 3, 4], [2, 2]) } }));
  test('nodes come in order with their outputs and params', () => {
    expect(read.nodes).toEqual([
      { name: 'the MatMul', operator: 'MatMul', domain: '', inputs: ['x', 'w'], outputs: [{ name: 'h', shape: [2], dtype: 'float32' }], params: ['w'] },
      { name: 'the Softplus', operator: 'Softplus', domain: '', inputs: ['h'], outputs: [{ name: 'y', shape: [2], dtype: 'float32' }], params: [] },
    ]);
    const byNode = [...read.madeBy].map(([value, at]) => [at, value.op.name] as const);
    expect(byNode.filter(([at]) => at === 0).map(([, op]) => op)).toContain('matmul');
    expect(byNode.filter(([at]) => at === 1).map(([, op]) => op)).toContain('exp');
  });
  test('an operator that cannot be read is refused with node, operator, domain and opset', () => {
    expect(() => readOnnx(bytesOf([node('Fancy', ['x'], ['y'], {}, 'com.example')]))).toThrow(/node the Fancy \(com\.example\.Fancy\): this operator is not supported \(opset 17\)/);
    expect(() => readOnnx(bytesOf([node('Fancy', ['x'], ['y'])]))).toThrow(NodeError);
  });
  test('an output that a node does not make here is refused where it is used, with its node', () => {
    const nodes = [node('GlobalMaxPool', ['x'], ['a', 'b']), node('Neg', ['b'], ['y'])];
    expect(() => readOnnx(bytesOf(nodes, { inputs: [{ name: 'x', dtype: 'float32', dims: [1, 1, 2] }] }))).toThrow(/uses "b": output 1 of GlobalMaxPool is not supported \(node the GlobalMaxPool\)/);
  });
});

test('a dropout in training mode is read as the identity, and the user is told', () => {
  const nodes = [node('Dropout', ['x', 'ratio', 'training'], ['y'])];
  const withRatio = (ratio: number) => readOnnx(bytesOf(nodes, { initializers: { ratio: floats([ratio], []), training: bool(true) } }));
  expect(withRatio(0.3).notes).toEqual(['Node the Dropout (Dropout): dropout in training mode is read as the identity: nothing is dropped.']);
  expect(withRatio(0).notes).toEqual([]);
});
test('sequences are resolved while reading: split, one taken out, one put in front, joined again', () => {
  const nodes = [
    node('SplitToSequence', ['x', 'two'], ['pieces']),
    node('SequenceErase', ['pieces', 'first'], ['rest']),
    node('SequenceInsert', ['rest', 'w', 'first'], ['longer']),
    node('ConcatFromSequence', ['longer'], ['all'], { axis: { type: 'int', value: 0 } }),
    node('SequenceLength', ['longer'], ['count']),
    node('Cast', ['count'], ['asFloat'], { to: { type: 'int', value: 1 } }),
    node('Add', ['all', 'asFloat'], ['y']),
  ];
  const scalar = (value: bigint): OnnxTensor => ({ dtype: 'int64', dims: [], data: BigInt64Array.of(value) });
  const read = readOnnx(bytesOf(nodes, { inputs: [{ name: 'x', dtype: 'float32', dims: [5] }], initializers: { two: scalar(2n), first: scalar(0n), w: floats([7]) } }));
  expect(run(read, { x: tensor([1, 2, 3, 4, 5]) })).toEqual([10, 6, 7, 8]); // w, then [3, 4] and [5], three pieces in all
  expect(() => readOnnx(bytesOf([node('SequenceConstruct', ['x'], ['s']), node('Neg', ['s'], ['y'])]))).toThrow(/node the Neg \(Neg\): input 0 is a sequence/);
});
test('small integers wrap as their own type does', () => {
  const bytes = bytesOf([node('Cast', ['x'], ['u'], { to: { type: 'int', value: ONNX_TYPES.uint8 } }), node('Add', ['u', 'k'], ['s']), node('Cast', ['s'], ['y'], { to: { type: 'int', value: 1 } })], { initializers: { k: { dtype: 'uint8', dims: [1], data: Uint8Array.of(250) } } });
  expect(run(readOnnx(bytes), { x: tensor([3, 9]) })).toEqual([253, 3]);
});
test('int64 that does not fit int32 is refused, but "to the end" is understood', () => {
  const sliced = (end: bigint) => readOnnx(bytesOf([node('Slice', ['x', 'from', 'to'], ['y'])], { initializers: { from: int64s(1), to: { dtype: 'int64', dims: [1], data: BigInt64Array.of(end) } } }));
  expect(sliced(2n ** 63n - 1n).program.outputs['y']!.shape).toEqual([1]);
  expect(() => sliced(2n ** 40n)).toThrow(/initializer to: to holds the integer 1099511627776, which does not fit int32/);
});
test('an empty cut of a shape joins as nothing; where numbers are asked for it is refused', () => {
  const cut = node('Slice', ['shape', 'zero', 'zero'], ['nothing']);
  const initializers = { shape: int64s(2, 1), zero: int64s(0), rest: int64s(2, 1) };
  const read = readOnnx(bytesOf([cut, node('Concat', ['nothing', 'rest'], ['to'], { axis: { type: 'int', value: 0 } }), node('Reshape', ['x', 'to'], ['y'])], { initializers }));
  expect(read.program.outputs['y']!.shape).toEqual([2, 1]);
  expect(() => readOnnx(bytesOf([cut, node('Cast', ['nothing'], ['f'], { to: { type: 'int', value: 1 } }), node('Sum', ['x', 'f'], ['y'])], { initializers }))).toThrow(/node the Cast \(Cast\): input 0 has no numbers/);
  expect(() => readOnnx(bytesOf([cut], { initializers, outputs: [{ name: 'nothing', dtype: 'int64', dims: undefined }] }))).toThrow(/output "nothing" of the model has no numbers/);
});
test('a sparse initializer is the dense tensor that it stands for', () => {
  const sparse = new ProtoWriter();
  sparse.int(1, 8).message(8, (o) => o.int(2, 17)).message(7, (g) => {
    g.message(1, (n) => n.text(1, 'x').text(1, 'w').text(2, 'y').text(4, 'Add'));
    g.message(15, (s) => {
      s.message(1, (t) => writeTensor(t, floats([5, 7]), 'w')).message(2, (t) => writeTensor(t, int64s(1, 3), '')).packedInts(3, [2, 2]);
    });
    g.message(11, (i) => i.text(1, 'x').message(2, (t) => t.message(1, (tt) => tt.int(1, 1).message(2, (s) => s.message(1, (d) => d.int(1, 2))))));
    g.message(12, (o) => o.text(1, 'y').message(2, (t) => t.message(1, (tt) => tt.int(1, 1))));
  });
  expect(decodeModel(sparse.finish()).graph.initializers['w']).toEqual(floats([0, 5, 0, 7], [2, 2]));
  expect(run(readOnnx(sparse.finish()), { x: tensor([1, 2]) })).toEqual([1, 7, 1, 9]);
});
