/** The user's choice of optimiser as one of ours, with PyTorch's defaults. */
import { adam, sgd, type Hyper, type Optimizer } from '../../nn/optimizers';
import type { OptimizerChoice } from '../../spec/own-model';

export function optimizerOf({ name, momentum = 0, weightDecay = 0 }: OptimizerChoice): Optimizer {
  const l2 = weightDecay !== 0;
  switch (name) {
    case 'sgd': return sgd({ momentum, l2 });
    case 'adam': return adam({ l2 });
    case 'adamw': return adam();
  }
}
/** What each step is fed with; the learning rate stays the same throughout. */
export function hyperOf({ name, learningRate, weightDecay }: OptimizerChoice): Hyper {
  return name === 'adamw' ? { learningRate, weightDecay: weightDecay ?? 0.01 } : { learningRate, l2: weightDecay ?? 0 };
}
