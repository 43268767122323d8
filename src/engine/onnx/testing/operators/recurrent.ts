/** Random nodes of recurrent layers. onnxruntime knows the layout with steps first alone; the other is among ONNX's own tests. */
import type { OnnxAttribute } from '../../model';
import { between, fed, int, normal, stored, text, type Attributes, type MakeNode, type NodeInput } from './draw';

const layer = (gates: number, states: number, activations: readonly string[], flag?: string): MakeNode => (rng) => {
  const [steps, n, width, size] = [between(rng, 1, 4), between(rng, 1, 3), between(rng, 1, 3), between(rng, 1, 3)];
  const direction = rng.pick(['forward', 'reverse', 'bidirectional']);
  const both = direction === 'bidirectional' ? 2 : 1;
  const some = (...shape: readonly number[]): NodeInput | undefined => (rng.bernoulli(0.6) ? fed(normal(rng, shape)) : undefined);
  // onnxruntime's lengths are at most the number of steps, and one row has all of them.
  const lengths = rng.bernoulli(0.4) ? stored({ dtype: 'int32', dims: [n], data: Int32Array.from({ length: n }, (_, i) => (i === 0 ? steps : between(rng, 1, steps))) }) : undefined;
  const names: OnnxAttribute = { type: 'strings', value: Array.from({ length: both }, () => activations.map((name, i) => (i === 0 ? name : rng.pick(['Tanh', 'Sigmoid'])))).flat() };
  const attributes: Attributes = { hidden_size: int(size), direction: text(direction), ...(flag !== undefined && { [flag]: int(rng.int(2)) }), ...(rng.bernoulli(0.3) ? { activations: names } : {}) };
  const given = [fed(normal(rng, [steps, n, width])), fed(normal(rng, [both, gates * size, width])), fed(normal(rng, [both, gates * size, size])), some(both, 2 * gates * size), lengths];
  const starts = Array.from({ length: states }, () => some(both, n, size));
  return { inputs: [...given, ...starts, ...(states === 2 ? [some(both, 3 * size)] : [])], attributes, outputs: 1 + states };
};

export const recurrences: Readonly<Record<string, MakeNode>> = {
  GRU: layer(3, 1, ['Sigmoid', 'Tanh'], 'linear_before_reset'),
  LSTM: layer(4, 2, ['Sigmoid', 'Tanh', 'Tanh'], 'input_forget'),
  RNN: layer(1, 1, ['Tanh']),
};
