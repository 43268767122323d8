import fc from 'fast-check';
import * as ort from 'onnxruntime-web/wasm';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../base/errors';
import { broadcastShapes, int32, tensor, type Shape } from '../../base/tensor';
import { printProgram, readCheckpoint, toOnnx, verifyProgram, writeModel, writeOnnx } from './writer';
import { decodeModel, encodeModel, type OnnxModel } from './model';
import { defineProgram, type Program } from '../program';
import { ProtoWriter } from './protobuf';
import { constant, defineOp, filled, makeValue, scalar, type Value } from '../value';

// Ops of the tests' own: the writer is tested apart from the ops that it will write.
const binary = (name: string, opType: string) => {
  const apply = defineOp<'a' | 'b'>({
    name,
    shape: ({ a, b }) => broadcastShapes(name, a, b),
    gradient: 'none',
    onnx: ({ a, b }, _, emit) => emit(opType, [a, b]),
    reference: () => new Float64Array(),
  });
  return (a: Value, b: Value): Value => apply({ a, b }, {});
};
const add = binary('testAdd', 'Add');
const mul = binary('testMul', 'Mul');
const sumAll = defineOp<'x', { axes: readonly number[] }>({
  name: 'testSum',
  shape: ({ x }, { axes }) => x.filter((_, i) => !axes.includes(i)),
  gradient: 'none',
  onnx: ({ x }, { axes }, emit) => {
    emit('Neg', [x]); // dead: nothing reads it
    return emit('ReduceSum', [x, emit.int64s(axes)], { keepdims: false });
  },
  reference: () => new Float64Array(),
});
const pick = defineOp<'condition' | 'a' | 'b'>({
  name: 'testWhere',
  shape: ({ condition, a, b }) => broadcastShapes('testWhere', condition, broadcastShapes('testWhere', a, b)),
  dtype: ({ a }) => a,
  gradient: 'none',
  onnx: ({ condition, a, b }, _, emit) => emit('Where', [condition, a, b]),
  reference: () => new Float64Array(),
});
const gemm = defineOp<'a' | 'b', { alpha: number; transB: boolean }>({
  name: 'testGemm',
  shape: ({ a, b }, { transB }) => [a[0]!, transB ? b[0]! : b[1]!],
  gradient: 'none',
  onnx: ({ a, b }, { alpha, transB }, emit) => emit('Gemm', [a, b], { alpha, transB }),
  reference: () => new Float64Array(),
});

/** Runs a model on the WASM provider. */
async function run(bytes: Uint8Array, feeds: Readonly<Record<string, readonly number[]>>, shapes: Readonly<Record<string, Shape>>): Promise<Record<string, number[]>> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(bytes);
  const tensors = Object.fromEntries(Object.entries(feeds).map(([name, data]) => [name, new ort.Tensor('float32', Float32Array.from(data), shapes[name]!)]));
  const results = await session.run(tensors);
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, t]) => [name, Array.from(t.data as ArrayLike<number>, Number)])); // no string outputs here
}

const training = (): Program =>
  defineProgram({ name: 'training', state: { w: { shape: [2] } }, constants: { scale: { shape: [] } }, feeds: { x: { shape: [3, 2] } } }, ({ state, constants, feeds }) => {
    const loss = sumAll({ x: mul(mul(feeds.x, state.w), constants.scale) }, { axes: [0, 1] });
    return { state: { w: add(state.w, filled([2], 0.5)) }, outputs: { loss, again: loss, w0: state.w, three: scalar(3) } };
  });
const forward = (): Program =>
  defineProgram({ name: 'forward', constants: { 'head.weight': { shape: [2] }, mask: { shape: [2], dtype: 'bool' } }, feeds: { x: { shape: [3, 2] } } }, ({ constants, feeds }) => ({
    outputs: { y: pick({ condition: constants.mask, a: mul(feeds.x, constants['head.weight']), b: scalar(-1) }, {}) },
  }));

describe('the model file', () => {
  test('every kind of attribute, dtype and dimension survives encoding and decoding', () => {
    const model: OnnxModel = {
      opset: 21,
      irVersion: 10,
      graph: {
        name: 'g',
        nodes: [
          {
            name: 'n',
            opType: 'Thing',
            domain: 'com.example',
            inputs: ['x', '', 'w'],
            outputs: ['y'],
            attributes: {
              i: { type: 'int', value: -3 },
              is: { type: 'ints', value: [0, -1, 2 ** 40] },
              f: { type: 'float', value: 0.5 },
              fs: { type: 'floats', value: [1.5, -2] },
              s: { type: 'string', value: 'größe' },
              ss: { type: 'strings', value: ['a', ''] },
              t: { type: 'tensor', value: { dtype: 'int64', dims: [2], data: BigInt64Array.of(-1n, 2n ** 62n) } },
              __proto: { type: 'ints', value: [] },
            },
          },
        ],
        initializers: {
          f: { dtype: 'float32', dims: [2, 300], data: Float32Array.from({ length: 600 }, (_, i) => i / 7) },
          d: { dtype: 'float64', dims: [], data: Float64Array.of(Math.PI) },
          i: { dtype: 'int32', dims: [2], data: Int32Array.of(-1, 7) },
          b: { dtype: 'bool', dims: [2], data: Uint8Array.of(0, 1) },
          u: { dtype: 'uint8', dims: [0], data: new Uint8Array() },
          s: { dtype: 'int8', dims: [1], data: Int8Array.of(-5) },
        },
        inputs: [{ name: 'x', dtype: 'float32', dims: ['batch', 3, ''] }, { name: 'open', dtype: 'int64', dims: undefined }],
        outputs: [{ name: 'y', dtype: 'bool', dims: [] }],
      },
      metadata: { card: '{"id":"x"}' },
    };
    expect(decodeModel(encodeModel(model))).toEqual({ ...model, functions: [], producer: 'stipple' });
  });

  test("weights are read from Node's buffers, whose slices share memory, as from any bytes", () => {
    const bytes = writeModel(defineProgram({ name: 'm', constants: { w: { shape: [3] } } }, ({ constants }) => ({ outputs: { y: constants.w } })), { w: tensor([1, 2, 3]) });
    const pooled = Buffer.concat([Buffer.from([7]), bytes]).subarray(1);
    expect([...decodeModel(pooled).graph.initializers.w!.data]).toEqual([1, 2, 3]);
  });
  test('typed fields are read as raw data are, and half precision is widened', () => {
    const bytes = (write: (t: ProtoWriter) => void): Uint8Array => {
      const out = new ProtoWriter();
      out.int(1, 10).message(7, (g) => g.message(5, write)).message(8, (o) => o.int(2, 21));
      return out.finish();
    };
    const read = (write: (t: ProtoWriter) => void) => Object.values(decodeModel(bytes(write)).graph.initializers)[0]!;
    expect(read((t) => t.packedInts(1, [2]).int(2, 1).packedFloats(4, [1, -2.5])).data).toEqual(Float32Array.of(1, -2.5));
    expect(read((t) => t.packedInts(1, [2]).int(2, 7).int(7, -4).int(7, 5)).data).toEqual(BigInt64Array.of(-4n, 5n));
    expect(read((t) => t.packedInts(1, [2]).int(2, 6).packedInts(5, [-4, 5])).data).toEqual(Int32Array.of(-4, 5));
    expect(read((t) => t.packedInts(1, [2]).int(2, 10).packedInts(5, [0x3c00, 0xc100])).data).toEqual(Float32Array.of(1, -2.5));
    expect(read((t) => t.packedInts(1, [1]).int(2, 16).bytes(9, Uint8Array.of(0x80, 0x3f))).data).toEqual(Float32Array.of(1));
    expect(() => read((t) => t.packedInts(1, [3]).int(2, 1).packedFloats(4, [1, 2]))).toThrow(/should hold 3 numbers, but holds 2/);
    expect(() => read((t) => t.packedInts(1, [3]).int(2, 1).message(13, (e) => e.text(1, 'location').text(2, 'w.bin')).int(14, 1).text(8, 'w'))).toThrow(/initializer w .*"w.bin" beside the model/s);
  });

  test('a file cut at any length is refused or still whole, never an endless loop or another kind of error', () => {
    const whole = writeModel(forward(), { 'head.weight': tensor([1, 2]), mask: { dtype: 'bool', shape: [2], data: Uint8Array.of(0, 1) } }, { card: 'x' });
    let refused = 0;
    for (let size = 0; size < whole.length; size++) {
      try {
        decodeModel(whole.subarray(0, size));
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(whole.length * 0.9); // a cut between the last fields leaves a shorter, whole model
  });

  test('random bytes and damaged files throw InputError or nothing', () => {
    const safe = (bytes: Uint8Array) => {
      try {
        decodeModel(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), safe), { seed: 7 });
    const whole = writeOnnx(training());
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 5 }), (edits) => {
        const damaged = whole.slice();
        for (const [at, byte] of edits) damaged[at] = byte;
        safe(damaged);
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe('the writer', () => {
  test('equal subtrees and equal constants are written once, dead nodes not at all', () => {
    const program = defineProgram({ name: 'twice', feeds: { x: { shape: [2, 2] } } }, ({ feeds }) => {
      const half = () => mul(add(feeds.x, scalar(1)), scalar(0.5));
      return { outputs: { y: add(sumAll({ x: half() }, { axes: [0] }), sumAll({ x: half() }, { axes: [0] })) } };
    });
    const { graph } = toOnnx(program);
    expect(graph.nodes.map((n) => n.opType)).toEqual(['Add', 'Mul', 'ReduceSum', 'Add']);
    expect(graph.nodes.map((n) => n.name)).toEqual(['testAdd_1', 'testMul_1', 'testSum_2', 'testAdd_2']);
    expect(graph.nodes.at(-1)!.outputs).toEqual(['y']);
    expect(Object.keys(graph.initializers)).toHaveLength(3);
    expect(graph.initializers[graph.nodes[0]!.inputs[1]!]!.dims).toEqual([]);
  });

  test('0 and -0 are two constants, and a name that the user took is not taken again', () => {
    const program = defineProgram({ name: 'zeros', feeds: { const_1: { shape: [] }, testAdd_1: { shape: [] } } }, ({ feeds }) => ({
      outputs: { y: add(add(feeds.const_1, scalar(0)), add(feeds.testAdd_1, scalar(-0))) },
    }));
    const { graph } = toOnnx(program);
    expect(Object.keys(graph.initializers)).toEqual(['const_2', 'const_3']);
    expect(new Set(graph.nodes.flatMap((n) => n.outputs)).size).toBe(3);
  });

  test('a whole number is an int attribute, unless ONNX has a float there', () => {
    const program = defineProgram({ name: 'gemm', feeds: { a: { shape: [2, 3] }, b: { shape: [4, 3] } } }, ({ feeds }) => ({ outputs: { y: gemm(feeds, { alpha: 1, transB: true }) } }));
    expect(toOnnx(program).graph.nodes[0]!.attributes).toEqual({ alpha: { type: 'float', value: 1 }, transB: { type: 'int', value: 1 } });
  });

  test('onnxruntime runs a training program: states, repeated outputs, outputs that are inputs or constants', async () => {
    const out = await run(writeOnnx(training()), { w: [1, 2], scale: [10], x: [1, 1, 1, 1, 1, 1] }, { w: [2], scale: [], x: [3, 2] });
    expect(out).toEqual({ 'w.next': [1.5, 2.5], loss: [90], again: [90], w0: [1, 2], three: [3] });
  });

  test('onnxruntime runs int32 and bool constants', async () => {
    const program = defineProgram({ name: 'dtypes' }, () => {
      const condition = constant({ dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) });
      return { outputs: { y: pick({ condition, a: constant(int32([1, 2, 3])), b: constant(int32([-1], [])) }, {}) } };
    });
    expect(await run(writeOnnx(program), {}, {})).toEqual({ y: [1, -1, 3] });
  });

  test('a model file keeps its params and its card, and runs with the rest of its inputs', async () => {
    const params = { 'head.weight': tensor([2, 3]), mask: { dtype: 'bool' as const, shape: [2], data: Uint8Array.of(1, 0) }, unused: tensor([4]) };
    const bytes = writeModel(forward(), params, { card: '{"id":"demo"}' });
    expect(readCheckpoint(bytes)).toEqual({ params, metadata: { card: '{"id":"demo"}' } });
    expect(Object.keys(readCheckpoint(bytes).params)).toEqual(Object.keys(params));
    expect(await run(bytes, { x: [1, 1, 2, 2, 3, 3] }, { x: [3, 2] })).toEqual({ y: [2, -1, 4, -1, 6, -1] });
    expect(() => writeModel(forward(), { 'head.weight': tensor([1, 2, 3]) })).toThrow(/head\.weight is float32\[3\], but program forward expects float32\[2\]/);
    expect(() => writeModel(training(), { w: tensor([1, 2]) })).toThrow(/changes state w/);
  });
});

test('a program prints one line a value, the same for equal programs', () => {
  expect(printProgram(training())).toBe(
    [
      'program training',
      'state w: f32[2]',
      'constant scale: f32[]',
      'feed x: f32[3,2]',
      'v1: f32[3,2] = testMul(x, w)',
      'v2: f32[3,2] = testMul(v1, scale)',
      'loss: f32[] = testSum(v2, axes=[0,1])',
      'v3: f32[2] = [0.5, 0.5]',
      'w.next: f32[2] = testAdd(w, v3)',
      'again: f32[] = loss',
      'w0: f32[2] = w',
      'three: f32[] = 3',
    ].join('\n'),
  );
  expect(printProgram(training())).toBe(printProgram(training()));
});

describe('verifyProgram', () => {
  const feeds = { x: { shape: [2] } };
  test('accepts what defineProgram builds', () => expect(() => verifyProgram(training())).not.toThrow());
  test('names a value whose shape is not what its rule gives', () => {
    const program = defineProgram({ name: 'p', feeds }, ({ feeds: { x } }) => {
      const right = add(x!, x!);
      return { outputs: { y: makeValue(right.op, right.inputs, right.attrs, [5], 'float32') } };
    });
    expect(() => verifyProgram(program)).toThrow(/\(testAdd\) says float32\[5\], its rule float32\[2\]/);
  });
  test('refuses an input without a role and a name used twice', () => {
    const stranger = Object.values(training().feeds)[0]!;
    expect(() => verifyProgram(defineProgram({ name: 'p' }, () => ({ outputs: { y: stranger } })))).toThrow(/input "x", float32\[3,2\], is used but is neither/);
    expect(() => verifyProgram(defineProgram({ name: 'p', feeds }, ({ feeds: { x } }) => ({ outputs: { x: x! } })))).toThrow(/"x" is used for two/);
  });
});
