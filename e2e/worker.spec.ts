/** The app's worker by its messages alone: pause, step, stop, what it refuses, and how it chooses a provider. */
import { chromium, expect, test } from 'playwright/test';
import type { RunEvent } from '../src/spec/messages';
import { onSoftware } from '../tools/gpu.mjs';
import { openLab, quickExperiment, type Lab } from './lab';

const id = 'winner';
/** Two arms, long enough to be interrupted. */
const short = async (steps = 300) => ({ ...(await quickExperiment(id, { steps, hidden: 16 })), arms: ['siren', 'siren2'] });
/** Steps of which a loss has come, by arm. */
function stepsOf(events: readonly RunEvent[]): Record<string, number[]> {
  const steps: Record<string, number[]> = {};
  for (const event of events)
    if (event.type === 'metrics') for (const { arm, metric, steps: more } of event.batch) if (metric === 'loss') (steps[arm] ??= []).push(...more);
  return steps;
}
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Sends a command and waits for the pause that follows it; the events until then. */
async function untilPaused(lab: Lab, runId: string, type: 'pause' | 'step'): Promise<readonly RunEvent[]> {
  const from = (await lab.events()).length;
  await lab.send({ type, runId });
  await lab.next(['paused'], from);
  return lab.events();
}

test('a pause stops new steps, a step takes one in every arm, and the end is as if nothing had been', async ({ page }) => {
  const lab = await openLab(page);
  const experiment = await short();
  const undisturbed = await lab.result('whole', experiment);

  const from = (await lab.events()).length;
  await lab.start('halting', experiment);
  await lab.next(['metrics'], from);
  const atPause = (await untilPaused(lab, 'halting', 'pause')).length;
  await pause(700);
  const still = await lab.events();
  expect(still.slice(atPause)).toEqual([]);
  const before = stepsOf(still.slice(from));
  const done = before.siren!.length;
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(300);
  expect(before).toEqual({ siren: Array.from({ length: done }, (_, i) => i), siren2: Array.from({ length: done }, (_, i) => i) });

  for (const step of [done, done + 1, done + 2]) {
    const seen = (await lab.events()).length;
    expect(stepsOf((await untilPaused(lab, 'halting', 'step')).slice(seen))).toEqual({ siren: [step], siren2: [step] });
  }
  await lab.send({ type: 'resume', runId: 'halting' });
  const ended = await lab.next(['finished', 'failed'], from);
  expect(ended).toMatchObject({ type: 'finished', result: { proof: undisturbed.proof, outcomes: undisturbed.outcomes } });
});

test('a stop ends the run, running or paused, with what was known; the next one runs as ever', async ({ page }) => {
  const lab = await openLab(page);
  for (const paused of [false, true]) {
    const runId = `stopped while ${paused ? 'paused' : 'running'}`;
    const from = (await lab.events()).length;
    await lab.start(runId, await short());
    await lab.next(['metrics'], from);
    if (paused) await untilPaused(lab, runId, 'pause');
    await lab.send({ type: 'stop', runId });
    const ended = await lab.next(['finished', 'failed'], from);
    expect(ended).toMatchObject({ type: 'failed', runId, problem: { kind: 'stopped' }, partial: { outcomes: [], proof: { provider: 'wasm' } } });
    expect((ended as Extract<RunEvent, { type: 'failed' }>).partial!.lights.length).toBeGreaterThan(0); // told before the training
    expect(stepsOf((await lab.events()).slice(from)).siren!.length).toBeGreaterThan(0);
  }
  expect(await lab.run('next', await short(20))).toMatchObject({ type: 'finished', runId: 'next' });
});

test('a run that is stopped while it waits for another never starts', async ({ page }) => {
  const lab = await openLab(page);
  await lab.start('first', await short(20));
  await lab.start('second', await short(20));
  await lab.send({ type: 'stop', runId: 'second' });
  expect(await lab.next(['finished'])).toMatchObject({ runId: 'first' });
  expect(await lab.next(['failed'])).toMatchObject({ runId: 'second', problem: { kind: 'stopped' } });
  expect((await lab.events()).some((event) => event.type === 'metrics' && 'runId' in event && event.runId === 'second')).toBe(false);
});

test('what cannot be run is refused in words, and the worker lives on', async ({ page }) => {
  const lab = await openLab(page);
  const experiment = await short(20);
  const problem = async (runId: string, ...rest: [Partial<typeof experiment>, Parameters<Lab['run']>[2]?]): Promise<unknown> => {
    const ended = await lab.run(runId, { ...experiment, ...rest[0] }, rest[1]);
    return ended.type === 'failed' ? ended.problem : ended;
  };
  expect(await problem('unknown method', { method: 'alchemy' })).toEqual({ kind: 'input', message: expect.stringMatching(/^There is no method "alchemy"\. There are: .*winner/) });
  expect(await problem('bad knob', { knobs: { steps: 1e9 } })).toEqual({ kind: 'input', message: expect.stringContaining('steps must be a whole number from 20 to') });
  const file = { name: 'sound.wav', sizeBytes: 4, sha256: 'a'.repeat(64) };
  expect(await problem('no file', { files: [file] })).toEqual({ kind: 'input', message: expect.stringMatching(/reads the file sound\.wav \(4 bytes\), which is not here/) });
  expect(await problem('other bytes', { files: [file] }, [{ name: 'sound.wav', bytes: Uint8Array.of(1, 2, 3, 4) }])).toEqual({ kind: 'input', message: expect.stringMatching(/^sound\.wav is not the file that this experiment was made with/) });
  const sha256 = '9f64a747e1b97f131fabb6b447296c9b6f0201e79fb3c5356e6c77e89b6a806a';
  expect(await problem('no sound', { files: [{ ...file, sha256 }] }, [{ name: 'sound.wav', bytes: Uint8Array.of(1, 2, 3, 4) }])).toMatchObject({ kind: 'input' });
  expect(await lab.run('good', experiment)).toMatchObject({ type: 'finished' });
});

test('where there is a GPU, a race decides, and names it if it is software; asked for, it runs', async ({ page }) => {
  const lab = await openLab(page);
  expect(await lab.run('raced', { ...(await short(20)), backend: 'auto' })).toMatchObject({ type: 'finished' });
  const { why } = await lab.next(['provider']);
  const named = onSoftware() ? / \(software adapter, .*swiftshader.*\)/i.source : '';
  expect(why).toMatch(new RegExp(`^Won a race on this step: WASM [\\d.]+ ms a step, WebGPU (out: .+|[\\d.]+ ms a step)${named}\\.$`, 'i'));

  const from = (await lab.events()).length;
  const experiment = { ...(await short(20)), arms: ['siren'], backend: 'webgpu' as const };
  expect(await lab.run('on the GPU', experiment)).toMatchObject({ type: 'finished', result: { proof: { provider: 'webgpu' } } });
  expect(await lab.next(['provider'], from)).toMatchObject({ provider: 'webgpu', why: expect.stringMatching(new RegExp(`^Chosen by you${named}\\.$`, 'i')) });
});

test('where there is no GPU, WASM runs and says why; WebGPU asked for is refused', async () => {
  const { launchOptions } = test.info().project.use;
  const browser = await chromium.launch({ executablePath: launchOptions?.executablePath, args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-features=WebGPU'] });
  try {
    const lab = await openLab(await browser.newPage());
    await lab.send({ type: 'warmUp' });
    expect((await lab.next(['ready'])).facts.webgpu).toEqual({ available: false, adapter: 'none', software: false, build: 'none' });
    const experiment = await short(20);
    expect(await lab.run('free', { ...experiment, backend: 'auto' })).toMatchObject({ type: 'finished', result: { proof: { provider: 'wasm' } } });
    expect(await lab.next(['provider'])).toMatchObject({ provider: 'wasm', why: 'No race: this browser offers no WebGPU adapter.' });
    const message = 'WebGPU was asked for, but this browser offers no WebGPU adapter. Choose WASM, or let the page choose.';
    expect(await lab.run('asked for', { ...experiment, backend: 'webgpu' })).toMatchObject({ type: 'failed', problem: { kind: 'runtime', message } });
  } finally {
    await browser.close();
  }
});
