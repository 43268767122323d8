import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createWasmExecutor } from '../runtime/wasm';
import { countHoldings, endure } from './endurance';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes in use: of JavaScript, of arrays outside its heap, and of the runtime's own heap. */
async function trace(steps: number, every: number): Promise<{ step: number; heap: number; arrays: number; wasm: number }[]> {
  const holdings = countHoldings();
  const executor = await createWasmExecutor();
  const seen: { step: number; heap: number; arrays: number; wasm: number }[] = [];
  await endure(executor, steps, every, async (step) => {
    for (let i = 0; i < 3; i++) {
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve)); // finalizers run between tasks
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    seen.push({ step, heap: heapUsed, arrays: arrayBuffers, wasm: holdings.wasmBytes() });
  });
  await executor.close();
  return seen;
}

test('memory at step 10,000 of a training is that at step 1,000, within 2 %', async () => {
  const seen = await trace(10_000, 1000);
  const [first, last] = [seen[0]!, seen.at(-1)!];
  expect([first.step, last.step]).toEqual([1000, 10_000]);
  expect(first.wasm).toBeGreaterThan(1e6); // else the heap was not seen at all
  if (process.env['SHOW_MEMORY']) console.table(seen);
  expect(last.wasm).toBe(first.wasm);
  expect(last.heap + last.arrays).toBeLessThan(1.02 * (first.heap + first.arrays));
}, 120_000);
