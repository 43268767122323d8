import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differenceOf } from '../engine/testing/conformance';
import { liftings, unstacked, type Lifting } from '../engine/testing/lifting';
import type { Executor } from '../engine/executor';
import { createReferenceExecutor } from './reference';
import { createWasmExecutor } from './wasm';

const k = 3;
/** The greatest difference between a model among k and the same model alone, by op. */
async function worstByOp(executor: Executor, { together, apart, feedsTogether, feedsApart }: Lifting): Promise<Record<string, number>> {
  const lifted = await (await executor.load(together, {})).run(feedsTogether);
  const alone = await (await executor.load(apart, {})).run(feedsApart);
  const worst: Record<string, number> = {};
  for (const [name, value] of Object.entries(lifted)) {
    const op = name.split('.')[0]!;
    for (let model = 0; model < k; model++) worst[op] = Math.max(worst[op] ?? 0, differenceOf(unstacked(value, model), alone[`${name}.${model}`]!));
  }
  return worst;
}

describe('k models at once are each what they are alone, whichever operands they share', () => {
  let [wasm, reference]: [Executor | undefined, Executor] = [undefined, createReferenceExecutor()];
  beforeAll(async () => void (wasm = await createWasmExecutor({ threads: 1 })));
  afterAll(() => wasm?.close());
  test.each(liftings(5, k, 4))('$family', async (lifting) => {
    for (const [op, worst] of Object.entries(await worstByOp(reference, lifting))) expect(worst, `${op}, reference`).toBe(0);
    const onWasm = await worstByOp(wasm!, lifting);
    if (process.env['SHOW_WORST']) console.log(lifting.family, onWasm);
    for (const [op, worst] of Object.entries(onWasm)) expect(worst, `${op}, WASM`).toBeLessThan(1e-6);
  });
});
