/** Random models of one node, and programs that compute many of them with their gradients. */
import { Random } from '../../../base/random';
import { sizeOf, tensor, type Tensor } from '../../../base/tensor';
import { gradients } from '../../autodiff';
import * as ops from '../../ops';
import type { Program } from '../../program';
import { constantOp, input, topological, type Value } from '../../value';
import { dtypeHere, toTensor } from '../border';
import { encodeModel, type OnnxDType, type OnnxModel, type OnnxTensor } from '../model';
import { readOnnx } from '../reader';
import { NODES, type NodeCase } from './operators';

/** Case `number` of an operator: its model, and numbers for its inputs. Names begin with the case's own: "Add.0.x1". */
export interface OneNode {
  /** "Add.0" */
  readonly name: string;
  readonly operator: string;
  readonly bytes: Uint8Array;
  readonly fed: Readonly<Record<string, OnnxTensor>>;
  /** Read by our own reader. */
  readonly program: Program;
}
export function oneNode(operator: string, seed: number, number: number): OneNode {
  const name = `${operator}.${number}`;
  const node = NODES.get(operator)!(Random.seed(seed).fork('node', operator, number));
  const draft = modelOf(operator, name, node, () => 'float32');
  // The reader finds the outputs' types; those of integers it cannot tell, and onnxruntime checks them.
  const { program } = readOnnx(encodeModel(draft));
  const integer = node.made ?? node.inputs.find((i) => i && dtypeHere(i.tensor.dtype) === 'int32')?.tensor.dtype ?? 'int64';
  const model = modelOf(operator, name, node, (output) => (program.outputs[output]!.dtype === 'int32' ? integer : program.outputs[output]!.dtype));
  const fed = Object.fromEntries(node.inputs.flatMap((from, i) => (from?.fed ? [[`${name}.x${i}`, from.tensor] as const] : [])));
  return { name, operator, bytes: encodeModel(model), fed, program };
}
function modelOf(operator: string, name: string, node: NodeCase, typeOf: (output: string) => OnnxDType): OnnxModel {
  const dot = operator.lastIndexOf('.');
  const outputs = Array.from({ length: node.outputs ?? 1 }, (_, i) => `${name}.y${i}`);
  const named = node.inputs.map((from, i) => ({ from, name: from ? `${name}.x${i}` : '' }));
  return {
    opset: node.opset ?? 21,
    irVersion: 10,
    graph: {
      name,
      nodes: [{ name, opType: operator.slice(dot + 1), domain: operator.slice(0, Math.max(dot, 0)), inputs: named.map((n) => n.name), outputs, attributes: node.attributes ?? {} }],
      initializers: Object.fromEntries(named.flatMap(({ from, name: n }) => (from && !from.fed ? [[n, from.tensor] as const] : []))),
      inputs: named.flatMap(({ from, name: n }) => (from?.fed ? [{ name: n, dtype: from.tensor.dtype, dims: from.tensor.dims }] : [])),
      outputs: outputs.map((output) => ({ name: output, dtype: typeOf(output), dims: undefined })),
    },
    metadata: {},
  };
}

/** What is computed of a case. Outputs: `Add.0.y0`, its gradients `Add.0.dx1`, gradients of those `Add.0.ddx1`. */
export interface Computed {
  readonly feeds: Readonly<Record<string, Value>>;
  readonly given: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Value>>;
  /** Of what the gradients `d...` and `dd...` are derivatives: sums weighted at random. Undefined where nothing can be differentiated. */
  readonly losses: Readonly<Record<'d' | 'dd', Value | undefined>>;
}
/** A case's outputs, their gradients in every float input that is fed, and the gradients of those. */
export function differentiated({ name, program, fed }: OneNode): Computed {
  const rng = Random.seed(0).fork('weights', name);
  const feeds: Record<string, Value> = { ...program.feeds, ...program.constants };
  const given: Record<string, Tensor> = Object.fromEntries(Object.entries(fed).map(([key, t]) => [key, toTensor(t, key)]));
  const wrt = Object.entries(program.feeds).filter(([, value]) => value.dtype === 'float32');
  /** The sum of the float values, weighted at random. Weights are fed: of constants, onnxruntime would compute linear gradients when it loads the program. */
  const weighted = (values: Named): Value | undefined => {
    const parts = values.filter(([, value]) => value.dtype === 'float32' && flows(value, wrt)).map(([key, value]) => {
      const weights = `${key}.w`;
      given[weights] = tensor(rng.fork(key).fillNormal(new Float32Array(sizeOf(value.shape))), value.shape);
      feeds[weights] = input(weights, value.shape);
      return ops.sum(ops.mul(value, feeds[weights]));
    });
    return parts.length === 0 ? undefined : parts.reduce((a, b) => ops.add(a, b));
  };
  const derived = (of: Value | undefined, order: 'd' | 'dd'): Named => {
    if (!of) return [];
    const pieces = gradients(of, wrt.map(([, value]) => value));
    return pieces.flatMap((piece, i) => (piece.op === constantOp ? [] : [[wrt[i]![0].replace(/x(\d+)$/, `${order}x$1`), piece] as const]));
  };
  const loss = weighted(Object.entries(program.outputs));
  const first = derived(loss, 'd');
  const steepness = weighted(first);
  return { feeds, given, outputs: { ...program.outputs, ...Object.fromEntries(first), ...Object.fromEntries(derived(steepness, 'dd')) }, losses: { d: loss, dd: steepness } };
}
type Named = readonly (readonly [string, Value])[];
/** Whether gradients reach one of `wrt` from here: every op between them has one. */
function flows(from: Value, wrt: Named): boolean {
  const moving = new Set(wrt.map(([, value]) => value));
  for (const value of topological([from])) {
    if (!Object.values(value.inputs).some((v) => moving.has(v))) continue;
    if (value.op.gradient === 'none' && value.dtype === 'float32') return false;
    moving.add(value);
  }
  return moving.has(from);
}
