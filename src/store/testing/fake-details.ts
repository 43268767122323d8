/** An own model for work on the screen alone: invented, and as long as one likes. Never part of the product. */
import type { LayerDescription, TensorDescription } from '../../spec/own-model';
import type { OwnModelDetails } from '../../spec/own-screen';

const layer = (name: string, operator: string, output: readonly number[], reads: readonly string[] = [], more: Partial<LayerDescription> = {}): LayerDescription => ({ name, operator, output, reads, parameters: reads.length * 1200, multiplyAdds: reads.length * 48_000, ...more });
const tensor = (name: string, shape: readonly number[], more: Partial<TensorDescription> = {}): TensorDescription => ({ name, dtype: 'float32', shape, count: shape.reduce((a, b) => a * b, 1), role: 'weight', defaultUse: 'trained', ...more });

export function fakeDetails(blocks: number, problems: readonly string[] = []): OwnModelDetails {
  const layers: LayerDescription[] = [];
  const tensors: TensorDescription[] = [];
  for (let i = 0; i < blocks; i++) {
    const at = `features.${i}`;
    tensors.push(tensor(`${at}.conv.weight`, [24, 16, 3, 3]), tensor(`${at}.conv.bias`, [24], { role: 'bias' }), tensor(`${at}.bn.running_mean`, [24], { role: 'statistic', defaultUse: 'frozen' }));
    layers.push(layer(`/${at}/conv/Conv`, 'Conv', [32, 24, 14, 14], [`${at}.conv.weight`, `${at}.conv.bias`]), layer(`/${at}/bn/BatchNormalization`, 'BatchNormalization', [32, 24, 14, 14], [`${at}.bn.running_mean`]), layer(`/${at}/act/Relu`, 'Relu', [32, 24, 14, 14]));
  }
  tensors.push(tensor('head.weight', [26, 784]), tensor('head.bias', [26], { role: 'bias' }), tensor('positions', [1, 50], { role: 'constant', defaultUse: 'frozen', blocked: 'No gradient passes through /head/NonZero (NonZero).' }));
  layers.push(layer('/head/Gemm', 'Gemm', [32, 26], ['head.weight', 'head.bias']), layer('/head/NonZero', 'NonZero', [2, 40], ['positions'], { blocked: 'NonZero gives places, not numbers.' }));
  const image = (k: number): Uint8Array => Uint8Array.from({ length: 784 }, (_, i) => (Math.abs((i % 28) - 14) < 3 + k && i > 100 && i < 684 ? 240 : 12));
  const estimate = (provider: 'wasm' | 'webgpu', fits: boolean) => ({ provider, params: 3.2e6, frozen: 4e5, gradients: 3.2e6, optimizer: 6.4e6, activations: 2.1e7, inputs: 1e5, total: 3.43e7, limit: fits ? 2 ** 31 : 2 ** 24, fits });
  return {
    from: blocks > 10 ? 'resnet-of-a-rather-long-file-name-that-wants-to-overflow.onnx' : 'letters.onnx', shipped: blocks <= 10, sizeBytes: 2_345_678,
    model: { name: 'main', producer: 'pytorch 2.3.0', opset: 17, inputs: [{ name: 'input', dtype: 'float32', dims: ['N', 1, 28, 28] }], outputs: [{ name: 'logits', dtype: 'float32', dims: ['N', 26] }, { name: 'features', dtype: 'float32', dims: ['N', 784] }], tensors, layers, operators: [['Conv', blocks]], parameters: 23_456, multiplyAdds: 1_234_567, notes: ['Weights are float16 in the file and are widened to float32.'] },
    notes: [], task: 'classification', problems,
    data: {
      from: 'Capital letters as a negative', shipped: true, split: { train: 1040, validation: 260 }, notes: [],
      arrays: [{ name: 'x', dtype: 'float32', shape: [1300, 1, 28, 28], least: 0, greatest: 1, mean: 0.832 }, { name: 'y', dtype: 'int32', shape: [1300], least: 0, greatest: 25, mean: 12.5 }],
      classes: [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((label, i) => ({ label, count: 50 - (problems.length > 0 ? i : 0) })),
      samples: { kind: 'images', images: [...'ABCDEFGH'].map((label, k) => ({ label, width: 28, height: 28, channels: 1 as const, data: image(k) })) },
    },
    memory: [estimate('wasm', true), estimate('webgpu', problems.length === 0)],
    ...(problems.length > 0 && { hint: 'A batch of 16 would fit.' }),
  };
}
