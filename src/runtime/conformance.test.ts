import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Executor } from '../engine/executor';
import { conformancePrograms, differences, worstByOp } from '../engine/testing/conformance';
import { createReferenceExecutor } from './reference';
import { createWasmExecutor } from './wasm';

describe('WASM agrees with the reference, in results, gradients and gradients of gradients', () => {
  let [wasm, reference]: [Executor | undefined, Executor] = [undefined, createReferenceExecutor()];
  beforeAll(async () => void (wasm = await createWasmExecutor({ threads: 1 })));
  afterAll(() => wasm?.close());
  test.each(conformancePrograms(3, 6))('$program.name', async ({ program, feeds }) => {
    const expected = await (await reference.load(program, {})).run(feeds);
    const found = await (await wasm!.load(program, {})).run(feeds);
    const worst = worstByOp(differences(found, expected));
    if (process.env['SHOW_WORST']) console.log(program.name, Object.keys(expected).length, worst);
    for (const [op, difference] of Object.entries(worst)) expect(difference, op).toBeLessThan(2e-5);
  });
});
