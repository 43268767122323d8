import { noisyCnn } from './noisy-cnn';

export const recipe = noisyCnn(0);
