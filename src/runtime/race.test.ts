import { expect, test } from 'vitest';
import { RuntimeProblem } from '../base/errors';
import type { Executor, Session } from '../engine/executor';
import { race, type Racer } from './race';
import { createReferenceExecutor } from './reference';
import { counting } from './test-programs';

/** A reference executor that is slow, or never loads, or fails: in the clothes of another provider. */
function handicapped(provider: Executor['provider'], change: (session: Session) => Session | Promise<Session>, note?: string): Racer {
  const inner = createReferenceExecutor();
  return { provider, note, load: async (program, initial) => change(await inner.load(program, initial)), close: () => inner.close() };
}
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const slow = (ms: number) => (session: Session): Session => Object.assign(Object.create(session) as Session, { step: async (feeds: Parameters<Session['step']>[0]) => (await sleep(ms), session.step(feeds)) });
const run = (racers: readonly Racer[], budgetMs = 2000) => {
  const { program, initial, feeds } = counting();
  return race(program, initial, feeds(0), racers, { steps: 3, budgetMs });
};

test('the faster one wins, and both figures are said', async () => {
  const racers = [handicapped('wasm', (s) => s), handicapped('webgpu', slow(30), 'software adapter')];
  const { winner, figures, stepMs } = await run(racers);
  expect(winner).toBe(racers[0]);
  expect(figures).toMatch(/^WASM \d\.\d ms a step, WebGPU \d\d+ ms a step \(software adapter\)$/);
  expect(stepMs[1]).toBeGreaterThanOrEqual(29);
});
test('one that fails loses, and its reason is said', async () => {
  const failing = handicapped('webgpu', () => Promise.reject(new RuntimeProblem('no device')));
  const { winner, figures } = await run([failing, handicapped('wasm', (s) => s)]);
  expect(winner?.provider).toBe('wasm');
  expect(figures).toMatch(/^WebGPU out: no device, WASM /);
});
test('one that never answers loses after its budget', async () => {
  const hanging = handicapped('webgpu', () => new Promise(() => undefined));
  const { winner, figures } = await run([hanging, handicapped('wasm', (s) => s)], 100);
  expect(winner?.provider).toBe('wasm');
  expect(figures).toContain('WebGPU out: no step within 0.1 s');
});
test('where all fail there is no winner, and no error', async () => {
  const failing = handicapped('webgpu', () => Promise.reject(new RuntimeProblem('no device')));
  expect((await run([failing])).winner).toBeUndefined();
});
