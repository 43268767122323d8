/** Whether a file that we read means to onnxruntime what it means to us: how a silently wrong model is caught. */
import { Random } from '../../../base/random';
import { sizeOf, type Shape } from '../../../base/tensor';
import { evaluator, toReference } from '../../evaluate';
import type { OrtModule } from '../../../runtime/ort';
import type { Reference } from '../../value';
import { toTensor } from '../border';
import { decodeModel, type OnnxDType, type OnnxTensor } from '../model';
import type { ReadModel } from '../reader';
import { numbersIn } from './judge';
import { byOnnxRuntime, errorOf } from './oracle';

/** Larger models are not run: onnxruntime would take their memory, and the reference its time. */
const RUN_LIMIT = 20_000;
/** Far above rounding, which mutants' weights of 1e38 make large, and far below what a wrong meaning does. */
const TOLERANCE = 0.02;

function draw(rng: Random, dtype: OnnxDType, dims: Shape): OnnxTensor {
  const size = sizeOf(dims);
  switch (dtype) {
    case 'float32': return { dtype, dims, data: rng.fillUniform(new Float32Array(size), -2, 2) };
    case 'float64': return { dtype, dims, data: Float64Array.from(rng.fillUniform(new Float32Array(size), -2, 2)) };
    case 'int64': return { dtype, dims, data: BigInt64Array.from({ length: size }, () => BigInt(rng.int(2))) };
    case 'uint64': return { dtype, dims, data: BigUint64Array.from({ length: size }, () => BigInt(rng.int(2))) };
    case 'int32': return { dtype, dims, data: Int32Array.from({ length: size }, () => rng.int(2)) };
    case 'uint32': return { dtype, dims, data: Uint32Array.from({ length: size }, () => rng.int(2)) };
    case 'int16': return { dtype, dims, data: Int16Array.from({ length: size }, () => rng.int(2)) };
    case 'uint16': return { dtype, dims, data: Uint16Array.from({ length: size }, () => rng.int(2)) };
    case 'int8': return { dtype, dims, data: Int8Array.from({ length: size }, () => rng.int(2)) };
    case 'uint8':
    case 'bool': return { dtype, dims, data: Uint8Array.from({ length: size }, () => rng.int(2)) };
  }
}
export type Comparison = { readonly kind: 'agrees' } | { readonly kind: 'not run' } | { readonly kind: 'differs'; readonly message: string };

/** The largest, in whatever order: two programs may give them in two. */
const hasOpenOrder = (bytes: Uint8Array): boolean => decodeModel(bytes).graph.nodes.some(({ opType, attributes: { sorted } }) => opType === 'TopK' && sorted?.type === 'int' && sorted.value === 0);
/** Runs the file in onnxruntime and what was read of it in float64, on the same random inputs. 'not run': too large, or onnxruntime refuses the file. */
export async function compareWithOrt(bytes: Uint8Array, read: ReadModel, ort: OrtModule): Promise<Comparison> {
  const { program, params, inputs } = read;
  const halves = [...inputs, ...read.outputs].some(({ half }) => half !== undefined); // onnxruntime hands them over as bits
  if (numbersIn(read) > RUN_LIMIT || halves || hasOpenOrder(bytes)) return { kind: 'not run' };
  const rng = Random.seed(1);
  const values = { ...program.feeds, ...program.constants, ...Object.fromEntries(Object.entries(program.state).map(([name, state]) => [name, state.input])) };
  const fed = Object.fromEntries(inputs.map(({ name, dtype }) => [name, draw(rng.fork(name), dtype, values[name]?.shape ?? [0])]));
  let wanted: Readonly<Record<string, Reference>>;
  try {
    wanted = await byOnnxRuntime(ort, bytes, fed);
  } catch {
    return { kind: 'not run' };
  }
  const numbers = new Map<string, Reference>([...Object.entries(fed).map(([name, t]) => [name, toReference(toTensor(t, name))] as const), ...Object.entries(params).map(([name, t]) => [name, toReference(t)] as const)]);
  const outputs = { ...program.outputs, ...Object.fromEntries(Object.entries(program.state).map(([name, state]) => [`${name}.next`, state.output])) };
  const made = evaluator(Object.values(outputs))(numbers);
  const wrong = Object.keys(outputs).flatMap((name, i) => {
    const [found, expected] = [made[i]!, wanted[name]!];
    const beyond = expected.data.some((v) => !Number.isFinite(v) || Math.abs(v) > 1e6); // float32 and float64 part there
    const error = beyond ? 0 : errorOf(found, expected);
    return error > TOLERANCE ? [`${name}: onnxruntime gives [${expected.shape.join(',')}] ${[...expected.data].slice(0, 6).join(' ')}, we give [${found.shape.join(',')}] ${[...found.data].slice(0, 6).join(' ')}`] : [];
  });
  return wrong.length === 0 ? { kind: 'agrees' } : { kind: 'differs', message: wrong[0]! };
}
