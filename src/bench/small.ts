/** A training step so small that its arithmetic is nothing beside what each node costs; no measure of speed against others. */
import { Random } from '../base/random';
import { int32, tensor } from '../base/tensor';
import { crossEntropy } from '../nn/losses';
import { initMlp, mlp } from '../nn/mlp';
import { adam } from '../nn/optimizers';
import type { Workload } from './workloads';

const sizes = [16, 16, 10] as const;
const batchSize = 8;
const root = Random.seed(1).fork('small');

export function smallWorkload(): Workload {
  const initial = initMlp(root.fork('params'), sizes);
  return {
    id: 'small',
    title: 'MLP 16-16-10, batch 8',
    description: 'h = relu(x layer0.weight + layer0.bias), logits from layer1. Loss: mean cross-entropy with labels y.',
    shape: { sizes, batch: batchSize },
    trainer: {
      name: 'small',
      params: Object.fromEntries(Object.entries(initial).map(([name, { shape }]) => [name, shape])),
      batch: { x: { shape: [batchSize, sizes[0]] }, y: { shape: [batchSize], dtype: 'int32' } },
      loss: ({ params, batch }) => ({ loss: crossEntropy(mlp(params, batch.x!, 2), batch.y!) }),
      optimizer: adam(),
    },
    initial: () => initial,
    batch: (step) => {
      const rng = root.fork('batch', step);
      return { x: tensor(rng.fork('x').fillNormal(new Float32Array(batchSize * sizes[0])), [batchSize, sizes[0]]), y: int32(Int32Array.from({ length: batchSize }, () => rng.int(10))) };
    },
    hyper: { learningRate: 1e-3 },
  };
}
