/** Every model's step on WASM against float64: the loss, the gradient in all params at once, and what else comes out. */
import { afterAll, expect, test } from 'vitest';
import { relativeDistance, stepProgram, steps } from '../nn/testing/steps';
import { createReferenceExecutor } from './reference';
import { createWasmExecutor } from './wasm';

const wasm = createWasmExecutor();
const reference = createReferenceExecutor();
afterAll(async () => (await wasm).close());

test.each(Object.keys(steps))('%s', async (name) => {
  const { program, initial, feeds } = stepProgram(name);
  const [expected, found] = [await (await reference.load(program, initial)).run(feeds), await (await (await wasm).load(program, initial)).run(feeds)];
  expect(Object.keys(found)).toContain('gradient');
  for (const [output, value] of Object.entries(expected)) {
    expect(value.data.every(Number.isFinite), `${output} is finite`).toBe(true);
    expect(relativeDistance(value, found[output]!), output).toBeLessThan(1e-4);
  }
  expect(relativeDistance({ ...expected.gradient!, data: new Float32Array(expected.gradient!.data.length) }, expected.gradient!), 'the gradient is not zero').toBeGreaterThan(0);
});
