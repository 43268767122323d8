import { afterAll, expect, test } from 'vitest';
import { Random } from '../base/random';
import { floats, tensor } from '../base/tensor';
import { gradients } from '../engine/autodiff';
import { defineProgram } from '../engine/program';
import { mul, sum } from '../engine/ops';
import { createWasmExecutor } from '../runtime/wasm';
import { drawnMask } from './straight-through';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());
const n = 40_000;
async function drawn(logit: number, noise: 'one' | 'two' | 'none', tau = 1): Promise<{ mask: Float32Array; gradient: Float32Array; uniform: Float32Array }> {
  const uniform = Random.seed(3).fork(noise, logit).fillUniform(new Float32Array(n));
  const weights = Float32Array.from({ length: n }, (_, i) => 1 + (i % 5));
  const program = defineProgram({ name: 'drawn', feeds: { logits: { shape: [n] }, uniform: { shape: [n] }, weights: { shape: [n] } } }, ({ feeds }) => {
    const mask = drawnMask(feeds.logits!, feeds.uniform, { noise, tau });
    return { outputs: { mask, gradient: gradients(sum(mul(mask, feeds.weights!)), [feeds.logits!])[0]! } };
  });
  const session = await wasm.load(program, {});
  const out = await session.run({ logits: tensor(new Float32Array(n).fill(logit)), uniform: tensor(uniform), weights: tensor(weights) });
  await session.release();
  return { mask: floats(out.mask!), gradient: floats(out.gradient!), uniform };
}
test.each([['one', 1, 1 - Math.exp(-Math.E)], ['one', 0, 1 - Math.exp(-1)], ['one', -1, 1 - Math.exp(-Math.exp(-1))], ['two', 1, 1 / (1 + Math.exp(-1))]] as const)('with noise of %s kind at a logit of %d, ones are as frequent as they should be, and nothing else is drawn', async (noise, logit, p) => {
  const { mask } = await drawn(logit, noise);
  expect(mask.every((m) => m === 0 || m === 1)).toBe(true);
  expect(Math.abs(mask.reduce((a, b) => a + b, 0) / n - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
});
test('the gradient is the slope of the sigmoid at the noisy logit over tau, times what comes from above', async () => {
  const { gradient, uniform } = await drawn(0.5, 'one', 0.7);
  for (let i = 0; i < 200; i++) {
    const s = 1 / (1 + Math.exp(-(0.5 - Math.log(-Math.log(uniform[i]!))) / 0.7));
    expect(gradient[i]).toBeCloseTo(((1 + (i % 5)) * s * (1 - s)) / 0.7, 4);
  }
});
test('without noise the sign decides, and with a large logit every entry stays', async () => {
  expect((await drawn(0.01, 'none')).mask.every((m) => m === 1)).toBe(true);
  expect((await drawn(-0.01, 'none')).mask.every((m) => m === 0)).toBe(true);
  expect((await drawn(20, 'one')).mask.every((m) => m === 1)).toBe(true);
});
