import { expect, test } from 'vitest';
import { withFirstOutput } from './first-output';
import { decodeModel, encodeModel, type OnnxModel } from './model';

const info = (name: string) => ({ name, dtype: 'float32' as const, dims: [2] });
const model: OnnxModel = {
  opset: 17, irVersion: 8, metadata: { a: 'b' },
  graph: {
    name: 'g', inputs: [info('x')], outputs: [info('p'), info('q'), info('r')], initializers: { w: { dtype: 'float32', dims: [2], data: Float32Array.of(1, 2) } },
    nodes: ['p', 'q', 'r'].map((output) => ({ name: `n${output}`, opType: 'Add', domain: '', inputs: ['x', 'w'], outputs: [output], attributes: {} })),
  },
};
test('an output comes first, and nothing else changes', () => {
  const before = decodeModel(encodeModel(model));
  const after = decodeModel(withFirstOutput(encodeModel(model), 'q'));
  expect(after).toEqual({ ...before, graph: { ...before.graph, outputs: [info('q'), info('p'), info('r')] } });
});
test('an output that the model does not have is refused with those that it has', () => {
  expect(() => withFirstOutput(encodeModel(model), 's')).toThrow(/no output "s"\. It has: p, q, r\./);
});
