import fc from 'fast-check';
import * as ort from 'onnxruntime-web/wasm';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { sizeOf, tensor, type Shape } from '../../base/tensor';
import { gradients } from '../autodiff';
import { toOnnx, writeModel, writeOnnx } from './writer';
import { ONNX_TYPES, type OnnxDType } from './tensor-proto';
import { decodeModel, encodeModel, type OnnxAttribute, type OnnxModel, type OnnxTensor } from './model';
import { readOnnx } from './reader';
import { BUILDERS } from './operators';
import * as ops from '../ops';
import { defineProgram, type Program } from '../program';
import { constantOp, topological, type Reference, type Value } from '../value';
import { programInputs, programOutputs } from '../verify';

// -- two ways to run a model: onnxruntime, and the reference facets of what was read -------------------------------------------

type Numbers = Readonly<Record<string, readonly number[]>>;
async function runOrt(bytes: Uint8Array, inputs: Numbers): Promise<Record<string, number[]>> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const { graph } = decodeModel(bytes);
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name, dtype, dims }) => {
      const [numbers, shape] = [inputs[name]!, dims!.map(Number)];
      if (dtype === 'bool') return [name, new ort.Tensor('bool', Uint8Array.from(numbers), shape)];
      if (dtype === 'int64') return [name, new ort.Tensor('int64', BigInt64Array.from(numbers, BigInt), shape)];
      return [name, dtype === 'int32' ? new ort.Tensor('int32', Int32Array.from(numbers), shape) : new ort.Tensor('float32', Float32Array.from(numbers), shape)];
    }),
  );
  const results = await session.run(feeds);
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, t]) => [name, Array.from(t.data as ArrayLike<number | bigint>, Number)])); // no strings here
}
function runReference(program: Program, inputs: Numbers): Record<string, number[]> {
  const done = new Map<Value, Reference>(programInputs(program).map(([name, v]) => [v, { shape: v.shape, data: Float64Array.from(inputs[name]!) }]));
  const outputs = programOutputs(program);
  for (const v of topological(outputs.map(([, value]) => value))) {
    if (done.has(v)) continue;
    const data = v.op === constantOp ? Float64Array.from(v.data!.data) : v.op.reference(Object.fromEntries(Object.entries(v.inputs).map(([n, x]) => [n, done.get(x)!])), v.attrs, v.shape);
    done.set(v, { shape: v.shape, data });
  }
  return Object.fromEntries(outputs.map(([name, v]) => [name, [...done.get(v)!.data]]));
}
function expectClose(got: Record<string, number[]>, wanted: Record<string, number[]>): void {
  expect(Object.keys(got).sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, values] of Object.entries(wanted)) {
    expect(got[name]).toHaveLength(values.length);
    values.forEach((v, i) => expect(Math.abs(got[name]![i]! - v), `${name}[${i}]: ${got[name]![i]} for ${v}`).toBeLessThan(2e-5 * (1 + Math.abs(v))));
  }
}
const draw = (name: string, shape: Shape): number[] => [...Random.seed(7).fork(name).fillUniform(new Float32Array(sizeOf(shape)), 0.2, 2)].map((v, i) => (i % 3 === 1 ? -v : v));

// -- what our writer writes -----------------------------------------------------------------------------------------------------

const ids = { shape: [2, 3], dtype: 'int32' } as const;
const programs: Readonly<Record<string, () => Program>> = {
  'a classifier step: linear, relu, logSoftmax, gradients, state': () =>
    defineProgram(
      { name: 'step', state: { w: { shape: [5, 4] }, b: { shape: [4] } }, constants: { rate: { shape: [] } }, feeds: { x: { shape: [3, 5] }, y: { shape: [3, 4] } } },
      ({ state: { w, b }, constants: { rate }, feeds: { x, y } }) => {
        const loss = ops.neg(ops.mean(ops.mul(ops.logSoftmax(ops.relu(ops.linear(x, w, b))), y)));
        const [dw, db] = gradients(loss, [w, b]) as [Value, Value];
        return { state: { w: ops.sub(w, ops.mul(dw, rate)), b: ops.sub(b, ops.mul(db, rate)) }, outputs: { loss } };
      },
    ),
  'convolution and both its adjoints, strided': () =>
    defineProgram({ name: 'conv', feeds: { x: { shape: [2, 2, 6, 5] }, w: { shape: [4, 2, 3, 3] } } }, ({ feeds: { x, w } }) => {
      const y = ops.conv2d(x, w, { strides: [2, 1], pads: [1, 1, 1, 1] });
      const [dx, dw] = gradients(ops.sum(ops.mul(y, y)), [x, w]) as [Value, Value];
      return { outputs: { y, dx, dw } };
    }),
  'embedding, attention and its gradient': () =>
    defineProgram({ name: 'attention', constants: { table: { shape: [5, 4] } }, feeds: { ids } }, ({ constants: { table }, feeds }) => {
      const x = ops.gather(table, feeds.ids);
      const scores = ops.softmax(ops.mul(ops.matmul(x, x, { transB: true }), 0.5));
      const y = ops.matmul(scores, ops.tanh(x));
      const [dTable] = gradients(ops.sum(ops.mul(y, y)), [table]) as [Value];
      return { outputs: { y, dTable } };
    }),
  'shapes: slice, pad, concat, transpose, expand, comparisons': () =>
    defineProgram({ name: 'shapes', feeds: { x: { shape: [2, 3, 4] } } }, ({ feeds: { x } }) => {
      const part = ops.pad(ops.slice(x, [0, 1, 0], [2, 3, 3]), [0, 1, 0], [0, 0, 1]);
      const joined = ops.concat([part, ops.transpose(ops.transpose(x, [1, 0, 2]), [1, 0, 2])], 1);
      const mask = ops.cast(ops.greaterOrEqual(joined, ops.expand(ops.mean(joined, { axes: [2], keepDims: true }), joined.shape)), 'float32');
      return { outputs: { mask, y: ops.where(ops.less(joined, 0), ops.gelu(joined), ops.max(joined, { axes: [0] })), sign: ops.sign(x), same: x } };
    }),
};
describe('write, read, write', () => {
  for (const [title, make] of Object.entries(programs))
    test(title, async () => {
      const program = make();
      const bytes = writeOnnx(program);
      const read = readOnnx(bytes).program;
      const inputs = Object.fromEntries(programInputs(program).map(([name, v]) => [name, v.dtype === 'int32' ? [0, 4, 1, 1, 3, 0] : draw(name, v.shape)]));
      const wanted = runReference(program, inputs);
      expectClose(runReference(read, inputs), wanted);
      expect([read.state, read.constants, read.feeds].map((r) => Object.keys(r))).toEqual([program.state, program.constants, program.feeds].map((r) => Object.keys(r)));
      const second = writeOnnx(read);
      expectClose(await runOrt(bytes, inputs), wanted);
      expectClose(await runOrt(second, inputs), wanted);
      expect(decodeModel(writeOnnx(readOnnx(second).program))).toEqual(decodeModel(second));
    });

  test('a step comes back node for node', () => {
    const program = programs['a classifier step: linear, relu, logSoftmax, gradients, state']!();
    const types = (p: Program): string[] => toOnnx(p).graph.nodes.map((n) => n.opType);
    expect(types(readOnnx(writeOnnx(program)).program)).toEqual(types(program));
  });
});

// -- what others write: one node each, against onnxruntime -----------------------------------------------------------------------

type Plain = number | string | readonly number[];
interface Case {
  /** `domain.Operator` outside ONNX's own. */
  readonly op: string;
  /** Default 21. */
  readonly opset?: number;
  /** Shapes of fed inputs, or fixed tensors. */
  readonly inputs: readonly (Shape | OnnxTensor)[];
  readonly attrs?: Readonly<Record<string, Plain>>;
  readonly floats?: readonly string[];
  readonly outputs?: number;
  readonly positive?: boolean;
  /** Numbers within (-1, 1); above 1. */
  readonly small?: boolean;
  readonly above?: boolean;
  readonly dtype?: 'bool' | 'int32';
  /** Element type of the output, where it is neither ours nor int64 by the operator's nature. */
  readonly made?: OnnxDType;
}
const i64 = (...values: number[]): OnnxTensor => ({ dtype: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
const f32s = (...values: number[]): OnnxTensor => ({ dtype: 'float32', dims: [values.length], data: Float32Array.from(values) });
const f32 = (value: number): OnnxTensor => ({ dtype: 'float32', dims: [], data: Float32Array.of(value) });
const image = [2, 3, 7, 6];
const labels: OnnxTensor = { dtype: 'int64', dims: [2, 2], data: BigInt64Array.of(0n, 2n, 1n, 1n) };
const cases: readonly Case[] = [
  ...['Abs', 'Ceil', 'Cos', 'Elu', 'Erf', 'Exp', 'Floor', 'Gelu', 'HardSigmoid', 'HardSwish', 'Identity', 'LeakyRelu', 'Neg', 'Reciprocal', 'Relu', 'Sigmoid', 'Sign', 'Sin', 'Softplus', 'Softsign', 'Tanh', 'Dropout', 'Flatten', 'LogSoftmax', 'Softmax', 'Transpose', 'ReduceSum', 'Shape', 'Size'].map((op) => ({ op, inputs: [[2, 3, 4]] })),
  ...['Mish', 'Selu', 'Celu', 'Tan', 'Atan', 'Sinh', 'Cosh', 'Asinh', 'Round', 'ThresholdedRelu', 'Shrink', 'Hardmax', 'IsNaN', 'IsInf', 'ReduceProd', 'ReduceLogSumExp', 'LpNormalization'].map((op) => ({ op, inputs: [[2, 3, 4]] })),
  ...['Log', 'Sqrt', 'ReduceLogSum'].map((op) => ({ op, inputs: [[2, 3]], positive: true })),
  ...['Asin', 'Acos', 'Atanh'].map((op): Case => ({ op, inputs: [[2, 3]], small: true })),
  { op: 'Acosh', inputs: [[2, 3]], above: true },
  ...['Div', 'Mod', 'Pow', 'Sub'].map((op): Case => ({ op, inputs: [[2, 3], { dtype: 'int32', dims: [3], data: Int32Array.of(2, 3, 1) }], dtype: 'int32' })),
  { op: 'Mod', inputs: [[2, 3], { dtype: 'int32', dims: [3], data: Int32Array.of(2, -3, 1) }], attrs: { fmod: 1 }, dtype: 'int32' },
  { op: 'Mod', inputs: [[2, 3], [3]], attrs: { fmod: 1 } },
  { op: 'Sign', inputs: [[2, 3]], dtype: 'int32' },
  { op: 'Pow', inputs: [[2, 3], [3]], positive: true },
  { op: 'CastLike', inputs: [[2, 3], i64(0)], made: 'int64' },
  { op: 'EyeLike', inputs: [[3, 4]], attrs: { k: 1 } },
  { op: 'BitShift', inputs: [{ dtype: 'uint8', dims: [3], data: Uint8Array.of(16, 200, 1) }, { dtype: 'uint8', dims: [3], data: Uint8Array.of(1, 2, 3) }], attrs: { direction: 'LEFT' }, made: 'uint8' },
  { op: 'Xor', inputs: [[2, 3], [3]], dtype: 'bool' },
  { op: 'Selu', inputs: [[2, 3]], attrs: { alpha: 2, gamma: 3 }, floats: ['alpha', 'gamma'] },
  { op: 'Celu', inputs: [[2, 3]], attrs: { alpha: 2 }, floats: ['alpha'] },
  { op: 'Shrink', inputs: [[2, 3]], attrs: { lambd: 0.3, bias: 0.2 }, floats: ['lambd', 'bias'] },
  { op: 'IsInf', inputs: [{ dtype: 'float32', dims: [3], data: Float32Array.of(-Infinity, 1, Infinity) }], attrs: { detect_negative: 0 } },
  { op: 'Softmax', inputs: [[2, 3, 4]], attrs: { axis: 1 }, opset: 11 },
  { op: 'ReduceLogSumExp', inputs: [[2, 3, 4]], attrs: { axes: [0, 2] }, opset: 13 },
  { op: 'Clip', inputs: [[2, 3]], attrs: { min: -0.5, max: 0.5 }, floats: ['min', 'max'], opset: 7 },
  { op: 'Dropout', inputs: [[2, 3]], outputs: 2 },
  { op: 'LRN', inputs: [[2, 5, 3, 2]], attrs: { size: 3, alpha: 0.5, beta: 0.6, bias: 2 }, floats: ['alpha', 'beta', 'bias'] },
  { op: 'LpNormalization', inputs: [[2, 3]], attrs: { axis: 0, p: 1 } },
  { op: 'MeanVarianceNormalization', inputs: [image] },
  { op: 'GroupNormalization', inputs: [[2, 6, 3], [6], [6]], attrs: { num_groups: 3 } },
  { op: 'GroupNormalization', inputs: [[2, 6, 3], [3], [3]], attrs: { num_groups: 3 }, opset: 18 },
  { op: 'LayerNormalization', inputs: [[2, 3, 4], [3, 4], [3, 4]], attrs: { axis: 1 }, outputs: 3 },
  { op: 'BatchNormalization', inputs: [image, [3], [3], [3], [3]], attrs: { training_mode: 1, momentum: 0.8 }, floats: ['momentum'], outputs: 3, positive: true },
  ...['none', 'sum', 'mean'].map((reduction): Case => ({ op: 'SoftmaxCrossEntropyLoss', inputs: [[2, 3, 2], labels, [3]], attrs: { reduction, ignore_index: 2 }, outputs: 2 })),
  { op: 'NegativeLogLikelihoodLoss', inputs: [[2, 3, 2], labels] },
  ...['BiasGelu', 'FastGelu'].map((op): Case => ({ op: `com.microsoft.${op}`, inputs: [[2, 3], [3]] })),
  ...['Gelu', 'QuickGelu'].map((op): Case => ({ op: `com.microsoft.${op}`, inputs: [[2, 3]] })),
  { op: 'com.microsoft.FusedMatMul', inputs: [[2, 4, 3], [2, 5, 4]], attrs: { transA: 1, transB: 1, alpha: 0.5 }, floats: ['alpha'] },
  { op: 'com.microsoft.FusedMatMul', inputs: [[3, 2, 4], [2, 4, 5]], attrs: { transBatchA: 1 } },
  { op: 'com.microsoft.FusedMatMul', inputs: [[3, 2, 4], [5, 2, 3]], attrs: { transBatchA: 1, transA: 1, transBatchB: 1, transB: 1 } },
  { op: 'com.microsoft.FusedGemm', inputs: [[3, 4], [4, 5], [5]], attrs: { activation: 'Relu' } },
  { op: 'com.microsoft.FusedConv', inputs: [image, [4, 3, 3, 3], [4]], attrs: { activation: 'Relu', pads: [1, 1, 1, 1] } },
  { op: 'com.microsoft.Attention', inputs: [[2, 3, 4], [4, 12], [12], { dtype: 'int32', dims: [2, 3], data: Int32Array.of(1, 1, 0, 1, 1, 1) }], attrs: { num_heads: 2 } },
  { op: 'com.microsoft.Attention', inputs: [[2, 3, 4], [4, 12], [12]], attrs: { num_heads: 2, unidirectional: 1 } },
  { op: 'com.microsoft.MultiHeadAttention', inputs: [[2, 3, 4], [2, 5, 4], [2, 5, 4], [12]], attrs: { num_heads: 2 } },
  { op: 'com.microsoft.SkipLayerNormalization', inputs: [[2, 3, 4], [2, 3, 4], [4], [4], [4]] },
  { op: 'com.microsoft.SkipSimplifiedLayerNormalization', inputs: [[2, 3, 4], [2, 3, 4], [4]] },
  { op: 'NonZero', inputs: [{ dtype: 'int32', dims: [2, 3], data: Int32Array.of(0, 1, 2, 0, 0, 5) }], made: 'int64' },
  { op: 'RMSNormalization', inputs: [[2, 3, 4], [4]], opset: 23 },
  { op: 'SimplifiedLayerNormalization', inputs: [[2, 3, 4], [4]] },
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Sum', 'Mean', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal', 'PRelu'].map((op) => ({ op, inputs: [[2, 3], [3]] })),
  ...['And', 'Or'].map((op): Case => ({ op, inputs: [[2, 3], [3]], dtype: 'bool' })),
  { op: 'Not', inputs: [[2, 3]], dtype: 'bool' },
  ...['ReduceL1', 'ReduceL2', 'ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceSum', 'ReduceSumSquare'].map((op) => ({ op, inputs: [[2, 3, 4], i64(-1, 0)], attrs: { keepdims: 0 } })),
  { op: 'ReduceSum', inputs: [[2, 3], i64()], attrs: { noop_with_empty_axes: 1 } },
  { op: 'Gelu', inputs: [[5]], attrs: { approximate: 'tanh' } },
  { op: 'Softmax', inputs: [[2, 3, 4]], attrs: { axis: 1 } },
  { op: 'Cast', inputs: [[2, 3]], attrs: { to: ONNX_TYPES.int32 } },
  { op: 'Clip', inputs: [[2, 3], f32(-0.5), f32(1)] },
  ...[2, 3, 0.5, -1, 1.5].map((e) => ({ op: 'Pow', inputs: [[2, 3], f32(e)], positive: true })),
  { op: 'MatMul', inputs: [[2, 3, 4], [4, 5]] },
  { op: 'MatMul', inputs: [[3, 4], [2, 4, 5]] },
  { op: 'MatMul', inputs: [[4], [4, 5]] },
  { op: 'Gemm', inputs: [[3, 4], [5, 4], [5]], attrs: { transB: 1, alpha: 0.5, beta: 2 }, floats: ['alpha', 'beta'] },
  { op: 'Gemm', inputs: [[3, 4], [4, 5], [5]] },
  { op: 'Reshape', inputs: [[2, 3, 4], i64(0, -1)] },
  { op: 'Reshape', inputs: [[1, 1], i64()] },
  { op: 'Squeeze', inputs: [[1, 3, 1], i64(-1)] },
  { op: 'Unsqueeze', inputs: [[2, 3], i64(0, -1)] },
  { op: 'Expand', inputs: [[3, 1], i64(2, 1, 4)] },
  { op: 'Slice', inputs: [[5, 6], i64(-4, 1), i64(Number.MAX_SAFE_INTEGER, -1), i64(0, 1), i64(2, 3)] },
  { op: 'Pad', inputs: [[2, 3], i64(1, 0, 0, 2), f32(1.5)] },
  { op: 'Pad', inputs: [[2, 3], i64(1, -1, 0, 2)] },
  { op: 'Concat', inputs: [[2, 3], [2, 1]], attrs: { axis: -1 } },
  { op: 'Split', inputs: [[5, 2], i64(2, 3)], outputs: 2 },
  { op: 'Split', inputs: [[5, 2]], attrs: { num_outputs: 2 }, outputs: 2 },
  { op: 'Gather', inputs: [[3, 4], { dtype: 'int64', dims: [], data: BigInt64Array.of(-1n) }], attrs: { axis: 1 } },
  { op: 'Gather', inputs: [[3, 4, 2], { dtype: 'int64', dims: [2, 2], data: BigInt64Array.of(0n, -1n, 2n, 1n) }], attrs: { axis: 1 } },
  { op: 'Tile', inputs: [[2, 3], i64(2, 1)] },
  { op: 'Trilu', inputs: [[4, 5]], attrs: { upper: 0 } },
  { op: 'Trilu', inputs: [{ dtype: 'bool', dims: [3, 3], data: Uint8Array.of(1, 1, 1, 0, 1, 1, 1, 0, 1) }], attrs: { upper: 0 } },
  { op: 'ConstantOfShape', inputs: [i64(2, 3)] },
  { op: 'Range', inputs: [f32(1), f32(4), f32(0.5)] },
  { op: 'Constant', inputs: [], attrs: { value_ints: [3, 4] } },
  { op: 'Where', inputs: [{ dtype: 'bool', dims: [3], data: Uint8Array.of(1, 0, 1) }, [2, 3], [3]] },
  { op: 'ArgMax', inputs: [[3, 4]], attrs: { axis: 1 } },
  { op: 'ArgMin', inputs: [[3, 4]], attrs: { axis: 0, keepdims: 0 } },
  { op: 'Compress', inputs: [[3, 4], { dtype: 'bool', dims: [4], data: Uint8Array.of(0, 1, 1, 0) }], attrs: { axis: 1 } },
  { op: 'CumSum', inputs: [[3, 4], i64(1)], attrs: { reverse: 1, exclusive: 1 } },
  { op: 'GatherElements', inputs: [[3, 4], { dtype: 'int64', dims: [2, 4], data: BigInt64Array.of(0n, -1n, 2n, 1n, 1n, 1n, -2n, 0n) }] },
  { op: 'GatherND', inputs: [[2, 3, 4], { dtype: 'int64', dims: [2, 2, 1], data: BigInt64Array.of(0n, -1n, 2n, 1n) }], attrs: { batch_dims: 1 } },
  { op: 'OneHot', inputs: [{ dtype: 'int64', dims: [3], data: BigInt64Array.of(0n, -1n, 7n) }, i64(4), { dtype: 'float32', dims: [2], data: Float32Array.of(0.5, 2) }], attrs: { axis: 0 } },
  { op: 'ReverseSequence', inputs: [[4, 3], i64(2, 4, 1)] },
  { op: 'Slice', inputs: [[5, 6], i64(4, -2), i64(-100, 0), i64(0, 1), i64(-2, -3)] },
  { op: 'Pad', inputs: [[3, 4], i64(2, 1, 0, 3)], attrs: { mode: 'reflect' } },
  { op: 'Pad', inputs: [[3, 4], i64(2, 1, 0, -2)], attrs: { mode: 'edge' } },
  { op: 'Pad', inputs: [[3, 4], i64(2, 1, 0, 3)], attrs: { mode: 'wrap' } },
  { op: 'Scatter', inputs: [[4, 3], { dtype: 'int64', dims: [2, 3], data: BigInt64Array.of(1n, 3n, 0n, 2n, 2n, 2n) }, [2, 3]], opset: 10 },
  { op: 'ScatterND', inputs: [[3, 4, 2], { dtype: 'int64', dims: [2, 2], data: BigInt64Array.of(0n, -1n, 2n, 1n) }, [2, 2]] },
  { op: 'ScatterElements', inputs: [[4, 3], { dtype: 'int64', dims: [2, 3], data: BigInt64Array.of(1n, 3n, -4n, 2n, 2n, 2n) }, [2, 3]], attrs: { reduction: 'max' } },
  { op: 'ScatterElements', inputs: [[4, 3], { dtype: 'int64', dims: [2, 3], data: BigInt64Array.of(1n, 0n, 2n, 2n, 1n, 0n) }, [2, 3]], attrs: { axis: 1 } },
  { op: 'TopK', inputs: [[3, 5], i64(2)], outputs: 2 },
  { op: 'ScatterElements', inputs: [[4, 1], { dtype: 'int64', dims: [3, 1], data: BigInt64Array.of(1n, 3n, 1n) }, [3, 1]], attrs: { reduction: 'add' } },
  { op: 'Conv', inputs: [image, [4, 3, 3, 2], [4]], attrs: { pads: [1, 0, 2, 1], strides: [2, 1], dilations: [1, 2] } },
  { op: 'Conv', inputs: [image, [3, 1, 3, 3]], attrs: { group: 3, auto_pad: 'SAME_UPPER', strides: [2, 2] } },
  { op: 'Conv', inputs: [[2, 3, 8], [4, 3, 3]], attrs: { pads: [1, 1], strides: [2] } },
  { op: 'ConvTranspose', inputs: [image, [3, 2, 3, 3], [2]], attrs: { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 0] } },
  { op: 'MaxPool', inputs: [image], attrs: { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 0] } },
  { op: 'AveragePool', inputs: [image], attrs: { kernel_shape: [3, 3], strides: [2, 1], pads: [1, 1, 0, 1] } },
  { op: 'AveragePool', inputs: [image], attrs: { kernel_shape: [2, 2], pads: [1, 1, 0, 1], count_include_pad: 1 } },
  { op: 'Conv', inputs: [[2, 4, 5, 4, 6], [6, 2, 2, 3, 2], [6]], attrs: { group: 2, strides: [2, 1, 1], pads: [1, 0, 1, 0, 1, 1], dilations: [2, 1, 1] } },
  { op: 'Conv', inputs: [image, [4, 3, 3, 3]], attrs: { auto_pad: 'SAME_LOWER', strides: [2, 1] } },
  { op: 'ConvTranspose', inputs: [[1, 3, 3, 4], [3, 2, 3, 3]], attrs: { output_shape: [8, 9], strides: [3, 2] } },
  { op: 'ConvTranspose', inputs: [[1, 4, 3, 4], [4, 2, 3, 3]], attrs: { group: 2, dilations: [2, 1], pads: [1, 2, 0, 1] } },
  { op: 'ConvTranspose', inputs: [[1, 2, 3, 4, 3], [2, 3, 2, 3, 2], [3]], attrs: { strides: [2, 1, 2] } },
  { op: 'ConvTranspose', inputs: [[2, 3, 5], [3, 2, 3]], attrs: { auto_pad: 'SAME_UPPER', strides: [2] } },
  { op: 'MaxPool', inputs: [[2, 3, 5, 6, 4]], attrs: { kernel_shape: [2, 3, 2], strides: [2, 1, 2], pads: [1, 0, 0, 0, 1, 1] } },
  { op: 'MaxPool', inputs: [[2, 3, 9]], attrs: { kernel_shape: [3], ceil_mode: 1, strides: [2] }, outputs: 2 },
  { op: 'MaxPool', inputs: [image], attrs: { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1], dilations: [2, 1], storage_order: 1 }, outputs: 2 },
  { op: 'MaxPool', inputs: [image], attrs: { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_LOWER' } },
  { op: 'MaxUnpool', inputs: [[1, 1, 2, 2], { dtype: 'int64', dims: [1, 1, 2, 2], data: BigInt64Array.of(5n, 7n, 13n, 15n) }], attrs: { kernel_shape: [2, 2], strides: [2, 2] } },
  { op: 'AveragePool', inputs: [[2, 3, 5, 6, 4]], attrs: { kernel_shape: [2, 3, 2], strides: [2, 1, 2], pads: [1, 0, 0, 0, 1, 1] } },
  { op: 'AveragePool', inputs: [image], attrs: { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1, dilations: [1, 2] } },
  { op: 'AveragePool', inputs: [[2, 3, 8]], attrs: { kernel_shape: [3], strides: [3], pads: [1, 0], ceil_mode: 1 } },
  { op: 'LpPool', inputs: [image], attrs: { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1], p: 3 } },
  { op: 'GlobalLpPool', inputs: [image], attrs: { p: 1 } },
  ...['zeros', 'border', 'reflection'].map((padding_mode): Case => ({ op: 'GridSample', inputs: [[2, 3, 4, 5], [2, 3, 2, 2]], attrs: { mode: 'cubic', padding_mode }, opset: 20 })),
  { op: 'Unique', inputs: [{ dtype: 'float32', dims: [3, 2], data: Float32Array.of(2, 1, 0, 1, 2, 1) }], attrs: { axis: 0 }, outputs: 4 },
  { op: 'GlobalAveragePool', inputs: [image] },
  { op: 'GlobalMaxPool', inputs: [image] },
  { op: 'BatchNormalization', inputs: [image, [3], [3], [3], [3]], positive: true },
  { op: 'LayerNormalization', inputs: [[2, 3, 4], [4], [4]], attrs: { epsilon: 1e-3 }, floats: ['epsilon'] },
  { op: 'InstanceNormalization', inputs: [image, [3], [3]] },
  { op: 'Resize', inputs: [image, f32s(), f32s(1, 1, 2, 1.5)], attrs: { mode: 'linear' } },
  { op: 'Resize', inputs: [image, f32s(), f32s(), i64(2, 3, 9, 4)], attrs: { mode: 'cubic', coordinate_transformation_mode: 'align_corners' } },
  { op: 'Resize', inputs: [image, f32s(), f32s(), i64(2, 3, 9, 5)], attrs: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' } },
  { op: 'Resize', inputs: [[1, 1, 20, 3], f32s(), f32s(), i64(1, 1, 33, 3)], attrs: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' } },
  { op: 'Upsample', inputs: [image, f32s(1, 1, 2, 3)], attrs: { mode: 'linear' }, opset: 9 },
  { op: 'DepthToSpace', inputs: [[2, 8, 2, 3]], attrs: { blocksize: 2, mode: 'CRD' } },
  { op: 'SpaceToDepth', inputs: [[2, 3, 4, 6]], attrs: { blocksize: 2 } },
  ...([['bhid,bhjd->bhij', [2, 3, 4, 2], [2, 3, 5, 2]], ['...ij,...jk', [2, 3, 4], [2, 4, 2]], ['ij,jk,k->i', [2, 3], [3, 4], [4]], ['iij->j', [3, 3, 2]]] as const).map(([equation, ...inputs]): Case => ({ op: 'Einsum', inputs, attrs: { equation } })),
  { op: 'LSTM', inputs: [[5, 2, 3], [1, 16, 3], [1, 16, 4], [1, 32], { dtype: 'int32', dims: [2], data: Int32Array.of(3, 5) }, [1, 2, 4], [1, 2, 4], [1, 12]], attrs: { hidden_size: 4 }, outputs: 3 },
  { op: 'LSTM', inputs: [[3, 2, 3], [2, 16, 3], [2, 16, 4]], attrs: { hidden_size: 4, direction: 'bidirectional' }, outputs: 3 },
  { op: 'GRU', inputs: [[4, 2, 3], [1, 12, 3], [1, 12, 4], [1, 24]], attrs: { hidden_size: 4, direction: 'reverse' }, outputs: 2 },
  { op: 'GRU', inputs: [[4, 2, 3], [2, 12, 3], [2, 12, 4], [2, 24], { dtype: 'int32', dims: [2], data: Int32Array.of(4, 2) }], attrs: { hidden_size: 4, direction: 'bidirectional', linear_before_reset: 1 }, outputs: 2 },
  { op: 'RNN', inputs: [[4, 2, 3], [1, 4, 3], [1, 4, 4], [1, 8]], attrs: { hidden_size: 4 }, outputs: 2 },
];

function attributeOf(name: string, value: Plain, floats: readonly string[]): OnnxAttribute {
  if (typeof value === 'string') return { type: 'string', value };
  if (typeof value === 'number') return floats.includes(name) ? { type: 'float', value } : { type: 'int', value };
  return { type: 'ints', value };
}
const isShape = (x: Shape | OnnxTensor): x is Shape => Array.isArray(x);
function oneNode({ op, inputs, attrs = {}, floats = [], outputs = 1, dtype, opset = 21 }: Case): OnnxModel {
  const dot = op.lastIndexOf('.');
  const names = inputs.map((_, i) => `x${i}`);
  const made = Array.from({ length: outputs }, (_, i) => `y${i}`);
  return {
    opset,
    irVersion: 8,
    graph: {
      name: op,
      nodes: [{ name: 'the_node', opType: op.slice(dot + 1), domain: op.slice(0, Math.max(dot, 0)), inputs: names, outputs: made, attributes: Object.fromEntries(Object.entries(attrs).map(([n, v]) => [n, attributeOf(n, v, floats)])) }],
      initializers: Object.fromEntries(inputs.flatMap((x, i) => (isShape(x) ? [] : [[names[i]!, x]]))),
      inputs: inputs.flatMap((x, i) => (isShape(x) ? [{ name: names[i]!, dtype: dtype ?? 'float32', dims: x }] : [])),
      outputs: [],
    },
    metadata: {},
  };
}
/** The outputs' dtype is what the reader finds; onnxruntime checks it. */
function withOutputs(model: OnnxModel, made?: OnnxDType): OnnxModel {
  const wide = new Set(['Shape', 'Size', 'Constant', 'ArgMax', 'ArgMin', 'TopK', 'MaxPool', 'Unique']); // int64 in ONNX, int32 here
  const names = model.graph.nodes[0]!.outputs;
  const draft = { ...model, graph: { ...model.graph, outputs: names.map((name) => ({ name, dtype: 'float32' as const, dims: undefined })) } };
  const { program } = readOnnx(encodeModel(draft));
  return { ...model, graph: { ...model.graph, outputs: names.map((name) => ({ name, dtype: made ?? (wide.has(model.graph.name) && program.outputs[name]!.dtype === 'int32' ? 'int64' : program.outputs[name]!.dtype), dims: program.outputs[name]!.shape })) } };
}
describe('an operator means what onnxruntime takes it to mean', () => {
  for (const [n, c] of cases.entries())
    test(`${c.op} (case ${n})`, async () => {
      const model = withOutputs(oneNode(c), c.made);
      const bytes = encodeModel(model);
      const numbers = (name: string, shape: Shape): number[] => draw(name, shape).map((v) => (c.dtype === 'bool' ? Number(v > 0) : c.dtype === 'int32' ? Math.round(4 * v) : c.positive ? Math.abs(v) : c.small ? v / 2.1 : c.above ? 1 + Math.abs(v) : v));
      const inputs = Object.fromEntries(model.graph.inputs.map(({ name, dims }) => [name, numbers(name, dims!.map(Number))]));
      const wanted = await runOrt(bytes, inputs);
      const { program, params } = readOnnx(bytes);
      const given = { ...inputs, ...Object.fromEntries(Object.entries(params).map(([name, p]) => [name, [...p.data]])) };
      expectClose(runReference(program, given), wanted);
      expectClose(await runOrt(writeOnnx(program), given), wanted);
    });
  test('every operator of the table has a case', () => expect([...BUILDERS.keys()].filter((op) => !cases.some((c) => c.op === op))).toEqual([]));
});

describe('files of others', () => {
  const affine: OnnxModel = {
    opset: 17,
    irVersion: 8,
    graph: {
      name: 'main_graph',
      nodes: [
        { name: 'shape', opType: 'Shape', domain: '', inputs: ['x'], outputs: ['s'], attributes: {} },
        { name: 'batch', opType: 'Gather', domain: '', inputs: ['s', 'zero'], outputs: ['n'], attributes: {} },
        { name: 'lift', opType: 'Unsqueeze', domain: '', inputs: ['n', 'zeros'], outputs: ['n1'], attributes: {} },
        { name: 'to', opType: 'Concat', domain: '', inputs: ['n1', 'rest'], outputs: ['to_shape'], attributes: { axis: { type: 'int', value: 0 } } },
        { name: 'flat', opType: 'Reshape', domain: '', inputs: ['x', 'to_shape'], outputs: ['f'], attributes: {} },
        { name: 'fc', opType: 'Gemm', domain: '', inputs: ['f', 'fc.weight', 'fc.bias'], outputs: ['y'], attributes: { transB: { type: 'int', value: 1 } } },
      ],
      initializers: {
        zero: { dtype: 'int64', dims: [], data: BigInt64Array.of(0n) },
        zeros: i64(0),
        rest: i64(-1),
        'fc.weight': { dtype: 'float32', dims: [2, 4], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
        'fc.bias': { dtype: 'float32', dims: [2], data: Float32Array.of(0.5, -0.5) },
      },
      inputs: [{ name: 'x', dtype: 'float32', dims: ['batch', 2, 2] }],
      outputs: [{ name: 'y', dtype: 'float32', dims: ['batch', 2] }],
    },
    metadata: { author: 'somebody' },
  };
  test('weights become params, open sizes are closed, sizes worked out in the graph are worked out while reading', () => {
    const { program, params, metadata } = readOnnx(encodeModel(affine), { sizes: { batch: 3 } });
    expect(program.feeds['x']!.shape).toEqual([3, 2, 2]);
    expect(program.outputs['y']!.shape).toEqual([3, 2]);
    expect(params).toEqual({ 'fc.weight': tensor([1, 2, 3, 4, 5, 6, 7, 8], [2, 4]), 'fc.bias': tensor([0.5, -0.5]) });
    expect(Object.keys(program.constants)).toEqual(Object.keys(params));
    expect(metadata).toEqual({ author: 'somebody' });
    const x = [1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0];
    expect(runReference(program, { x, ...Object.fromEntries(Object.entries(params).map(([n, p]) => [n, [...p.data]])) })).toEqual({ y: [10.5, 25.5, 0.5, -0.5, 1.5, 4.5] });
    expect(toOnnx(program).graph.nodes.map((n) => n.opType)).toEqual(['Reshape', 'Gemm', 'Add']);
  });
  test('a model of ours that stores params is read back with them, and writes the same file', () => {
    const { program, params } = readOnnx(encodeModel(affine));
    const ours = writeModel(program, params, { card: 'x' });
    const again = readOnnx(ours);
    expect(again.params).toEqual(params);
    expect(again.metadata).toEqual({ card: 'x' });
    expect(decodeModel(writeModel(again.program, again.params, again.metadata))).toEqual(decodeModel(ours));
  });
  test('an operator that is not supported is named with its node', () => {
    const [first, ...rest] = affine.graph.nodes;
    const nodes = [{ ...first!, opType: 'NonMaxSuppression', name: 'nms_0' }, ...rest];
    expect(() => readOnnx(encodeModel({ ...affine, graph: { ...affine.graph, nodes } }))).toThrow(/node nms_0 \(NonMaxSuppression\): this operator is not supported/);
    const missing = [{ ...first!, inputs: ['nothing'] }, ...rest];
    expect(() => readOnnx(encodeModel({ ...affine, graph: { ...affine.graph, nodes: missing } }))).toThrow(/node shape \(Shape\) uses "nothing"/);
    const odd = affine.graph.nodes.map((n) => (n.name === 'fc' ? { ...n, attributes: {} } : n));
    expect(() => readOnnx(encodeModel({ ...affine, graph: { ...affine.graph, nodes: odd } }))).toThrow(/at node fc \(Gemm\): matmul: inner sizes differ|at node fc \(Gemm\): linear/);
  });
  test('a damaged file throws InputError or reads, and never hangs', () => {
    const files = [encodeModel(affine), writeOnnx(programs['embedding, attention and its gradient']!()), encodeModel(withOutputs(oneNode(cases.find((c) => c.op === 'MaxPool')!)))];
    for (const whole of files)
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), (edits) => {
          const damaged = whole.slice();
          for (const [at, byte] of edits) damaged[at] = byte;
          try {
            readOnnx(damaged);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        }),
        { seed: 7, numRuns: 300 },
      );
  });
});
