/** Blocks of well-known networks as ONNX files, small enough for central differences in every param: what one operator's case cannot show. */
import { Random } from '../../../base/random';
import { sizeOf, type Shape } from '../../../base/tensor';
import { encodeModel, type OnnxAttribute, type OnnxNode, type OnnxTensor } from '../model';
import { readOnnx } from '../reader';
import type { OneNode } from './one-node';
import { float, int, ints, type Attributes } from './operators/draw';

/** A graph that grows node by node. All params are fed, so that gradients reach them. */
class Net {
  private readonly nodes: OnnxNode[] = [];
  private readonly fed: Record<string, OnnxTensor> = {};
  private readonly stored: Record<string, OnnxTensor> = {};
  private readonly rng: Random;
  constructor(private readonly name: string) {
    this.rng = Random.seed(1).fork('block', name);
  }
  /** A fed tensor of normal numbers about `mean`. */
  param(shape: Shape, std = 0.5, mean = 0): string {
    const name = `${this.name}.x${Object.keys(this.fed).length}`;
    this.fed[name] = { dtype: 'float32', dims: shape, data: this.rng.fork(name).fillNormal(new Float32Array(sizeOf(shape)), std).map((v) => v + mean) };
    return name;
  }
  store(tensor: OnnxTensor): string {
    const name = `${this.name}.c${Object.keys(this.stored).length}`;
    this.stored[name] = tensor;
    return name;
  }
  list(...values: readonly number[]): string {
    return this.store({ dtype: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
  }
  number(value: number): string {
    return this.store({ dtype: 'float32', dims: [], data: Float32Array.of(value) });
  }
  add(opType: string, inputs: readonly string[], attributes: Attributes = {}, outputs = 1): string[] {
    const made = Array.from({ length: outputs }, (_, i) => `${this.name}.n${this.nodes.length}.${i}`);
    this.nodes.push({ name: made[0]!, opType, domain: '', inputs, outputs: made, attributes });
    return made;
  }
  op(opType: string, inputs: readonly string[], attributes: Record<string, OnnxAttribute> = {}): string {
    return this.add(opType, inputs, attributes)[0]!;
  }
  done(output: string): OneNode {
    const inputs = Object.entries(this.fed).map(([name, { dtype, dims }]) => ({ name, dtype, dims }));
    const graph = { name: this.name, nodes: this.nodes, initializers: this.stored, inputs, outputs: [{ name: output, dtype: 'float32' as const, dims: undefined }] };
    const bytes = encodeModel({ opset: 21, irVersion: 10, graph, metadata: {} });
    return { name: this.name, operator: this.name, bytes, fed: this.fed, program: readOnnx(bytes).program };
  }
}
const same = { pads: ints([1, 1, 1, 1]) };
/** Batch normalisation by the batch's own statistics, as in training. */
const normalized = (net: Net, x: string, channels: number): string =>
  net.add('BatchNormalization', [x, net.param([channels], 0.2, 1), net.param([channels]), net.store(zeros(channels)), net.store(ones(channels))], { training_mode: int(1), epsilon: float(1e-3) }, 3)[0]!;
const zeros = (n: number): OnnxTensor => ({ dtype: 'float32', dims: [n], data: new Float32Array(n) });
const ones = (n: number): OnnxTensor => ({ dtype: 'float32', dims: [n], data: new Float32Array(n).fill(1) });

/** He et al. 2016, with a strided convolution and a projected skip. */
function resnet(): OneNode {
  const net = new Net('ResNet block');
  const x = net.param([2, 3, 6, 6], 1);
  const first = net.op('Relu', [normalized(net, net.op('Conv', [x, net.param([4, 3, 3, 3])], { ...same, strides: ints([2, 2]) }), 4)]);
  const second = normalized(net, net.op('Conv', [first, net.param([4, 4, 3, 3])], same), 4);
  const skip = normalized(net, net.op('Conv', [x, net.param([4, 3, 1, 1])], { strides: ints([2, 2]) }), 4);
  return net.done(net.op('Relu', [net.op('Add', [second, skip])]));
}
/** Sandler et al. 2018: expanded, depthwise, projected, ReLU6 between. */
function mobilenet(): OneNode {
  const net = new Net('MobileNet block');
  const x = net.param([2, 3, 5, 5], 1);
  const relu6 = (v: string): string => net.op('Clip', [v, net.number(0), net.number(6)]);
  const wide = relu6(normalized(net, net.op('Conv', [x, net.param([6, 3, 1, 1])]), 6));
  const depthwise = relu6(normalized(net, net.op('Conv', [wide, net.param([6, 1, 3, 3])], { ...same, group: int(6) }), 6));
  return net.done(net.op('Add', [x, normalized(net, net.op('Conv', [depthwise, net.param([3, 6, 1, 1])]), 3)]));
}
/** Pre-norm attention and MLP. x [n, t, d]. */
function transformer(net: Net, x: string, [n, t, d, heads]: readonly [number, number, number, number], causal: boolean): string {
  const norm = (v: string): string => net.op('LayerNormalization', [v, net.param([d], 0.2, 1), net.param([d])], { axis: int(-1), epsilon: float(1e-5) });
  const linear = (v: string, from: number, to: number): string => net.op('Add', [net.op('MatMul', [v, net.param([from, to])]), net.param([to])]);
  const parts = net.add('Split', [linear(norm(x), d, 3 * d), net.list(d, d, d)], { axis: int(-1) }, 3);
  const byHead = (v: string, perm: readonly number[]): string => net.op('Transpose', [net.op('Reshape', [v, net.list(n, t, heads, d / heads)])], { perm: ints(perm) });
  const [q, k, v] = [byHead(parts[0]!, [0, 2, 1, 3]), byHead(parts[1]!, [0, 2, 3, 1]), byHead(parts[2]!, [0, 2, 1, 3])];
  const scores = net.op('Mul', [net.op('MatMul', [q, k]), net.number(1 / Math.sqrt(d / heads))]);
  const mask = (): string => net.store({ dtype: 'bool', dims: [t, t], data: Uint8Array.from({ length: t * t }, (_, i) => (i % t <= Math.floor(i / t) ? 1 : 0)) });
  const weights = net.op('Softmax', [causal ? net.op('Where', [mask(), scores, net.number(-1e9)]) : scores], { axis: int(-1) });
  const seen = net.op('Reshape', [net.op('Transpose', [net.op('MatMul', [weights, v])], { perm: ints([0, 2, 1, 3]) }), net.list(n, t, d)]);
  const attended = net.op('Add', [x, linear(seen, d, d)]);
  return net.op('Add', [attended, linear(net.op('Gelu', [linear(norm(attended), d, 2 * d)]), 2 * d, d)]);
}
/** Dosovitskiy et al. 2021: patches by a convolution, then attention. */
function vit(): OneNode {
  const net = new Net('ViT block');
  const patches = net.op('Conv', [net.param([2, 2, 4, 4], 1), net.param([4, 2, 2, 2])], { strides: ints([2, 2]) });
  const tokens = net.op('Transpose', [net.op('Reshape', [patches, net.list(2, 4, 4)])], { perm: ints([0, 2, 1]) });
  return net.done(transformer(net, net.op('Add', [tokens, net.param([1, 4, 4])]), [2, 4, 4, 2], false));
}
/** Radford et al. 2019: embeddings gathered, attention that looks back only, logits by the embedding's transpose. */
function gpt(): OneNode {
  const net = new Net('GPT block');
  const table = net.param([5, 4]);
  const ids = net.store({ dtype: 'int64', dims: [2, 3], data: BigInt64Array.of(0n, 4n, 1n, 1n, 3n, 0n) });
  const x = net.op('Add', [net.op('Gather', [table, ids]), net.param([1, 3, 4])]);
  return net.done(net.op('MatMul', [transformer(net, x, [2, 3, 4, 2], true), net.op('Transpose', [table], { perm: ints([1, 0]) })]));
}
/** Ronneberger et al. 2015: down, up again, joined with what was before. */
function unet(): OneNode {
  const net = new Net('U-Net block');
  const convolved = (v: string, from: number, to: number): string => net.op('Relu', [net.op('Conv', [v, net.param([to, from, 3, 3]), net.param([to])], same)]);
  const fine = convolved(net.param([1, 2, 6, 6], 1), 2, 3);
  const coarse = convolved(net.op('MaxPool', [fine], { kernel_shape: ints([2, 2]), strides: ints([2, 2]) }), 3, 4);
  const up = net.op('ConvTranspose', [coarse, net.param([4, 3, 2, 2]), net.param([3])], { strides: ints([2, 2]) });
  return net.done(convolved(net.op('Concat', [up, fine], { axis: int(1) }), 6, 2));
}
export const BLOCKS: ReadonlyMap<string, () => OneNode> = new Map(Object.entries({ 'ResNet block': resnet, 'MobileNet block': mobilenet, 'ViT block': vit, 'GPT block': gpt, 'U-Net block': unet }));
