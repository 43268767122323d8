/**
 * The training steps by which speed is measured: forward, backward and Adam, made by the same `trainingProgram` as every experiment's.
 * Each is described in plain data too, so that another library can be given the very same numbers and its losses compared.
 */
import { Random } from '../base/random';
import { int32, sizeOf, tensor, type Params, type Shape, type Tensor } from '../base/tensor';
import type { Program } from '../engine/program';
import type { TrainerSpec } from '../lab/lab';
import { initialOf, stepFeeds, trainingProgram } from '../lab/training';
import { initLm, lmLogits, tokenCrossEntropy, type LmShape } from '../nn/lm';
import { initLenet, lenet } from '../nn/lenet';
import { crossEntropy, meanSquaredError } from '../nn/losses';
import { initMlp, mlp } from '../nn/mlp';
import { adam, type Hyper } from '../nn/optimizers';
import { initSiren, siren, type SirenShape } from '../nn/siren';
import { initVit, vitLogits, type VitShape } from '../nn/vit';

type Batch = Readonly<Record<string, Tensor>>;
export interface Workload {
  readonly id: string;
  readonly title: string;
  /** The architecture in words exact enough to build it elsewhere. Matrices are [in, out], kernels [out, in, h, w]. */
  readonly description: string;
  /** Its hyper-parameters in numbers, as the description names them. */
  readonly shape: Readonly<Record<string, number | readonly number[]>>;
  readonly trainer: TrainerSpec;
  /** Params at the start, by name: the same numbers in every process. */
  readonly initial: () => Params;
  /** The batch of a step, a function of the step alone. */
  readonly batch: (step: number) => Batch;
  readonly hyper: Hyper;
}
/** A workload as a session runs it. */
export interface Step {
  readonly program: Program;
  readonly initial: Readonly<Record<string, Tensor>>;
  /** Everything that step i is fed with: batch and optimiser scalars. */
  readonly feeds: (step: number) => Readonly<Record<string, Tensor>>;
}
/** The whole step: state theta, m, v; feeds, the batch and Adam's scalars; output `loss`, the mean loss before the update. */
export function stepOf({ trainer, initial, batch, hyper }: Workload): Step {
  const compiled = trainingProgram(trainer);
  return { program: compiled.program, initial: initialOf(compiled, initial()), feeds: (step) => stepFeeds(trainer, step, hyper, batch(step)) };
}

export const adamSettings = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
const root = Random.seed(1).fork('bench');
const normal = (path: readonly (string | number)[], shape: Shape, std = 1): Tensor => tensor(root.fork(...path).fillNormal(new Float32Array(sizeOf(shape)), std), shape);
/** Labels that can be learned: the class whose entry is largest among the first of each example. */
function labelsOf(x: Tensor, classes: number): Tensor {
  const n = x.shape[0]!;
  const row = x.data.length / n;
  return int32(Int32Array.from({ length: n }, (_, i) => {
    const first = Array.from(x.data.subarray(i * row, i * row + classes));
    return first.indexOf(Math.max(...first));
  }));
}
interface Made extends Pick<Workload, 'id' | 'title' | 'description' | 'shape' | 'batch'> {
  readonly params: () => Params;
  readonly loss: TrainerSpec['loss'];
}
function workload({ id, title, description, shape, batch, params, loss }: Made): Workload {
  const { learningRate, ...moments } = adamSettings;
  const shapesOf = (tensors: Readonly<Record<string, Tensor>>) => Object.entries(tensors);
  const trainer: TrainerSpec = {
    name: id,
    params: Object.fromEntries(shapesOf(params()).map(([name, t]) => [name, t.shape])),
    batch: Object.fromEntries(shapesOf(batch(0)).map(([name, t]) => [name, { shape: t.shape, dtype: t.dtype }])),
    loss,
    optimizer: adam(moments),
  };
  return { id, title, description, shape, trainer, initial: params, batch, hyper: { learningRate } };
}

const mlpSizes = [784, 256, 128, 10] as const;
const classification = (id: string, shape: Shape, classes: number) => (step: number): Batch => {
  const x = normal([id, 'x', step], shape);
  return { x, y: labelsOf(x, classes) };
};
const mlpWorkload = (): Workload =>
  workload({
    id: 'mlp',
    title: 'MLP 784-256-128-10, batch 128',
    description: 'h = relu(x layer0.weight + layer0.bias), again with layer1, logits from layer2 without relu. Loss: mean cross-entropy with labels y.',
    shape: { sizes: mlpSizes, batch: 128 },
    params: () => initMlp(root.fork('mlp'), mlpSizes),
    batch: classification('mlp', [128, 784], 10),
    loss: ({ params, batch }) => ({ loss: crossEntropy(mlp(params, batch.x!, 3), batch.y!) }),
  });

/** Greys in (0, 1). */
function greyImages(step: number): Batch {
  const n = 64;
  const x = tensor(root.fork('cnn', 'x', step).fillUniform(new Float32Array(n * 28 * 28), 0, 1), [n, 1, 28, 28]);
  return { x, y: labelsOf(x, 10) };
}
const cnnWorkload = (): Workload =>
  workload({
    id: 'cnn',
    title: 'CNN 24x5x5, 32x3x3, 800-128-10 on 28x28, batch 64',
    description:
      'x [n,1,28,28]. Valid convolution conv0.weight [24,1,5,5] + conv0.bias, max pool 2x2 stride 2, relu; conv1.weight [32,24,3,3] + conv1.bias, max pool 2x2 stride 2, relu; ' +
      'flatten [n,32,5,5] to 800 row-major; relu(h hidden.weight + hidden.bias) [800,128]; logits h head.weight + head.bias [128,10]. Loss: mean cross-entropy with labels y.',
    shape: { channels: [24, 32], kernels: [5, 3], hidden: 128, classes: 10, batch: 64 },
    params: () => initLenet(root.fork('cnn'), 10),
    batch: greyImages,
    loss: ({ params, batch }) => ({ loss: crossEntropy(lenet(params, batch.x!), batch.y!) }),
  });

const sirenShape: SirenShape = { inputs: 2, outputs: 1, layers: 4, hidden: 64, omega1: 30, omega0: 30 };
/** Points of the square [-1, 1]^2 and the height of a plane with ripples over them. */
function sirenBatch(step: number): Batch {
  const points = 2048;
  const x = tensor(root.fork('siren', 'x', step).fillUniform(new Float32Array(2 * points), -1, 1), [points, 2]);
  const y = Float32Array.from({ length: points }, (_, i) => {
    const [u, v] = [x.data[2 * i]!, x.data[2 * i + 1]!];
    return 0.5 * u + (v - u * u) * (4 * v * v - 1);
  });
  return { x, y: tensor(y, [points, 1]) };
}
const sirenWorkload = (): Workload =>
  workload({
    id: 'siren',
    title: 'SIREN 4x64, 2 to 1, 2048 points',
    description: 'h = sin(30 (h layerI.weight + layerI.bias)) for I = 0..3, 2 -> 64 -> 64 -> 64 -> 64; output h layer4.weight + layer4.bias, 64 -> 1. Loss: mean squared error with y.',
    shape: { ...sirenNumbers(sirenShape), batch: 2048 },
    params: () => initSiren(root.fork('siren'), sirenShape),
    batch: sirenBatch,
    loss: ({ params, batch }) => ({ loss: meanSquaredError(siren(params, batch.x!, sirenShape).output, batch.y!) }),
  });
function sirenNumbers({ inputs, outputs, layers, hidden, omega1, omega0 }: SirenShape): Record<string, number> {
  return { inputs, outputs, layers, hidden, omega1, omega0 };
}

const blockText =
  'Pre-norm blocks: x = x + attention(norm1 x); x = x + gelu(norm2 x up.weight + up.bias) down.weight + down.bias, gelu exact (erf), up d -> 4d. LayerNorm over d, epsilon 1e-5, with weight and bias. ' +
  'Attention: qkv = x qkv.weight [d,3d] + qkv.bias, split in that order into q, k, v, each of `heads` heads of d/heads consecutive features; softmax(q k^T / sqrt(d/heads)) v, heads joined, times out.weight + out.bias. ';

const vitShape = { side: 32, channels: 3, patch: 4, classes: 10, width: 96, blocks: 4, heads: 4 } satisfies VitShape;
const vitBatchSize = 32;
const vitWorkload = (): Workload =>
  workload({
    id: 'vit',
    title: 'ViT, 4 blocks, d 96, 4 heads, 32x32x3 in patches of 4, batch 32',
    description:
      `x [n,3,32,32] cut into 64 patches (row by row), each flattened [channel, row, column] to 48, times patch.weight [48,96] + patch.bias, plus position.weight [64,96]. ${blockText}` +
      'Final LayerNorm `norm`, mean over tokens, logits from head.weight + head.bias. Loss: mean cross-entropy with labels y.',
    shape: { ...vitShape, batch: vitBatchSize },
    params: () => initVit(root.fork('vit'), vitShape),
    batch: classification('vit', [vitBatchSize, 3, 32, 32], 10),
    loss: ({ params, batch }) => ({ loss: crossEntropy(vitLogits(params, batch.x!, vitShape), batch.y!) }),
  });

type GptShape = Pick<LmShape, 'vocabulary' | 'context' | 'width' | 'blocks' | 'heads'>;
/** Sequences in which the next token is 3 t + 7, or 3 t + 8 on the toss of a coin, modulo the vocabulary. */
const gptBatch = (id: string, n: number, { vocabulary, context }: GptShape) => (step: number): Batch => {
  const rng = root.fork(id, 'tokens', step);
  const [tokens, next] = [new Int32Array(n * context), new Int32Array(n * context)];
  for (let i = 0; i < n; i++) {
    let token = rng.int(vocabulary);
    for (let t = 0; t < context; t++) {
      tokens[i * context + t] = token;
      token = (3 * token + 7 + rng.int(2)) % vocabulary;
      next[i * context + t] = token;
    }
  }
  return { tokens: int32(tokens, [n, context]), next: int32(next, [n, context]) };
};
const gptWorkload = (id: string, title: string, batchSize: number, shape: GptShape): Workload =>
  workload({
    id,
    title,
    description:
      `x = token.weight[tokens] + position.weight. ${blockText}Causal: no token attends to later ones. Final LayerNorm \`norm\`; logits x token.weight^T (tied, no bias). ` +
      'Loss: mean over all positions of the cross-entropy with `next`.',
    shape: { ...shape, batch: batchSize },
    params: () => initLm(root.fork(id), shape),
    batch: gptBatch(id, batchSize, shape),
    loss: ({ params, batch }) => ({ loss: tokenCrossEntropy(lmLogits(params, batch.tokens!, shape), batch.next!) }),
  });

/** Every workload by its id; making one draws its initial params. */
export const workloads: Readonly<Record<string, () => Workload>> = {
  mlp: mlpWorkload,
  cnn: cnnWorkload,
  siren: sirenWorkload,
  vit: vitWorkload,
  'gpt-170k': () => gptWorkload('gpt-170k', 'GPT of 170 560 parameters: bytes, context 64, d 64, 3 blocks, 4 heads, batch 16', 16, { vocabulary: 256, context: 64, width: 64, blocks: 3, heads: 4 }),
  'gpt-800k': () => gptWorkload('gpt-800k', 'GPT of 809 856 parameters: 65 characters, context 64, d 128, 4 blocks, 4 heads, batch 12', 12, { vocabulary: 65, context: 64, width: 128, blocks: 4, heads: 4 }),
};
