import { expect, test } from 'vitest';
import type { LayerDescription, TensorDescription } from '../../spec/own-model';
import { lastLayer } from '../../spec/own-screen';
import { commonUse, openIn, rowsOf, windowOf } from './rows';

const tensor = (name: string, more: Partial<TensorDescription> = {}): TensorDescription => ({ name, dtype: 'float32', shape: [2], count: 2, role: 'weight', defaultUse: 'trained', ...more });
const layer = (name: string, operator: string, reads: readonly string[] = []): LayerDescription => ({ name, operator, reads, parameters: 0, multiplyAdds: 0 });
const model = {
  layers: [layer('/embed', 'Gather', ['table']), layer('/fc', 'Gemm', ['fc.weight', 'fc.bias']), layer('/act', 'Relu'), layer('/head', 'MatMul', ['table']), layer('/scale', 'Mul', ['two'])],
  tensors: [tensor('table'), tensor('fc.weight'), tensor('fc.bias'), tensor('two', { role: 'constant' }), tensor('orphan')],
};
const show = (rows: ReturnType<typeof rowsOf>) => rows.map((row) => (row.kind === 'layer' ? row.layer.name : `- ${row.tensor.name}${row.readers > 1 ? ` x${row.readers}` : ''}`));

test('tensors stand under the first operator that reads them, once; what no operator reads comes last', () => {
  expect(show(rowsOf(model, { filter: '', withTensors: false }))).toEqual(['/embed', '- table x2', '/fc', '- fc.weight', '- fc.bias', '/act', '/head', '/scale', '- two', '- orphan']);
});
test('a filter finds tensors by name, and operators by name or kind with all that is theirs', () => {
  expect(show(rowsOf(model, { filter: 'BIAS', withTensors: false }))).toEqual(['/fc', '- fc.bias']);
  expect(show(rowsOf(model, { filter: 'gemm', withTensors: false }))).toEqual(['/fc', '- fc.weight', '- fc.bias']);
  expect(show(rowsOf(model, { filter: 'relu', withTensors: false }))).toEqual(['/act']);
  expect(rowsOf(model, { filter: 'nothing', withTensors: false })).toEqual([]);
  expect(show(rowsOf(model, { filter: '', withTensors: true }))).toEqual(['/embed', '- table x2', '/fc', '- fc.weight', '- fc.bias', '/scale', '- two', '- orphan']);
});
test('only what can be trained can be chosen, and the last layer is the last with such a tensor', () => {
  expect(openIn(rowsOf(model, { filter: '', withTensors: false }))).toEqual(['table', 'fc.weight', 'fc.bias', 'orphan']);
  expect(lastLayer(model)).toEqual(['table']);
  expect(lastLayer({ ...model, layers: [] })).toEqual([]);
});
test('a layer shows a use if all of its tensors share it', () => {
  expect(commonUse(['a', 'b'], { a: 'masked', b: 'masked' })).toBe('masked');
  expect(commonUse(['a', 'b'], { a: 'masked', b: 'frozen' })).toBeUndefined();
  expect(commonUse([], {})).toBeUndefined();
});
test('of a thousand rows, those in view and a few around are drawn', () => {
  expect(windowOf(1000, 40, 4000, 400)).toEqual({ from: 92, to: 118 });
  expect(windowOf(1000, 40, 0, 400)).toEqual({ from: 0, to: 18 });
  expect(windowOf(5, 40, 9000, 400)).toEqual({ from: 5, to: 5 });
});
