import { expect, test } from 'vitest';
import type { OnnxAttribute, OnnxModel, OnnxNode } from '../../engine/onnx/model';
import { diffGraphs } from './graphs';

const node = (name: string, opType: string, inputs: readonly string[], outputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): OnnxNode => ({ name, opType, domain: '', inputs, outputs, attributes });
const model = (nodes: readonly OnnxNode[], more: Partial<OnnxModel> = {}): OnnxModel => ({ opset: 17, irVersion: 8, graph: { name: 'g', nodes, initializers: {}, inputs: [{ name: 'x', dtype: 'float32', dims: ['n', 3] }], outputs: [] }, metadata: {}, ...more });
const ints = (...value: number[]): OnnxAttribute => ({ type: 'ints', value });
const net = [node('conv', 'Conv', ['x', 'w'], ['h'], { pads: ints(1, 1), axis: { type: 'int', value: 1 } }), node('act', 'Relu', ['h'], ['y'])];

test('a graph and itself differ in nothing', () => {
  expect(diffGraphs(model(net), model(net))).toEqual({ nodes: [2, 2], added: [], removed: [], changed: [], facts: [], cut: false });
});
test('added, removed and changed nodes are named, with the attributes that changed', () => {
  const other = [node('conv', 'Conv', ['x', 'w'], ['h'], { pads: ints(0, 0) }), node('norm', 'Softmax', ['h'], ['z']), node('end', 'Add', ['z', 'z'], ['o'])];
  const found = diffGraphs(model(net), model(other, { opset: 21 }));
  expect(found.removed.map(({ name, op }) => [name, op])).toEqual([['act', 'Relu']]);
  expect(found.added.map(({ name }) => name)).toEqual(['norm', 'end']);
  expect(found.changed).toEqual([{ name: 'conv', op: 'Conv', outputs: ['h'], changes: [{ what: 'pads', a: '[1, 1]', b: '[0, 0]' }, { what: 'axis', a: '1', b: '–' }] }]);
  expect(found.facts).toEqual([{ what: 'opset', a: '17', b: '21' }]);
});
test('an exporter that names everything anew changes nothing; a node between is found all the same', () => {
  const renamed = [node('n0', 'Conv', ['x', 'w'], ['t0'], net[0]!.attributes), node('n1', 'Dropout', ['t0'], ['t1']), node('n2', 'Relu', ['t1'], ['t2'])];
  const found = diffGraphs(model(net), model(renamed));
  expect([found.added.map(({ op }) => op), found.removed]).toEqual([['Dropout'], []]);
  expect(found.changed).toEqual([{ name: 'n2', op: 'Relu', outputs: ['t2'], changes: [{ what: 'input 1', a: 'h', b: 't1' }] }]);
});
test('branches in attributes are compared by their nodes', () => {
  const choice = (op: string) => model([node('if', 'If', ['x'], ['y'], { then_branch: { type: 'graph', value: { name: 't', nodes: [node('n', op, [], ['o'])], initializers: {}, inputs: [], outputs: [] } } })]);
  expect(diffGraphs(choice('Relu'), choice('Relu')).changed).toEqual([]);
  expect(diffGraphs(choice('Relu'), choice('Tanh')).changed[0]?.changes).toEqual([{ what: 'then_branch', a: 'graph of 1 nodes', b: 'graph of 1 nodes (otherwise inside)' }]);
});
test('tensors in attributes are compared by their numbers', () => {
  const constant = (value: number) => model([node('c', 'Constant', [], ['c'], { value: { type: 'tensor', value: { dtype: 'float32', dims: [1], data: Float32Array.of(value) } } })]);
  expect(diffGraphs(constant(NaN), constant(NaN)).changed).toEqual([]);
  expect(diffGraphs(constant(0), constant(-0)).changed[0]?.changes).toEqual([{ what: 'value', a: 'tensor float32 [1]', b: 'tensor float32 [1] (otherwise inside)' }]);
});
