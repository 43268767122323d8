import { afterAll, expect, test } from 'vitest';
import { sha256 } from '../base/hash';
import { tensor } from '../base/tensor';
import { mul, sub } from '../engine/ops';
import { mean } from '../engine/ops/reduce';
import { memoryBlobs } from '../keep/blobs';
import { openJournal, type RunJournal } from '../keep/run-journal';
import type { AnyMethod } from '../lab/method';
import { sgd } from '../nn/optimizers';
import { createWasmExecutor } from '../runtime/wasm';
import { defineCard } from '../spec/card';
import { defaultExperiment } from '../spec/experiment';
import { logFloat } from '../spec/knobs';
import type { RunEvent } from '../spec/messages';
import { createExecutors } from './backends';
import { RunControl } from './control';
import { checkFiles, runExperiment } from './run';

const executors = createExecutors(async () => ({ webgpu: { available: false, software: false, adapter: 'none' } }));
afterAll(async () => {
  await executors.close();
  await (await createWasmExecutor()).close();
});

/** Fits theta to 3 by gradient descent on (theta - 3)^2: a rate above 1 diverges. */
const card = defineCard({
  id: 'descent', title: '', family: 'noise', source: { title: '', authors: '', year: 2026 }, claim: '',
  knobs: { rate: logFloat({ label: 'Rate', min: 1e-3, max: 1e9, default: 0.1 }) },
  arms: { descent: { label: 'Descent', says: '', role: 'method' } },
  charts: [], pictures: {}, invariants: {}, claimCheck: [],
});
const method: AnyMethod = {
  card,
  run: async (lab, { rate }) => {
    lab.expect(30);
    const params = await lab.train({
      trainer: lab.trainer({ name: 'descent', params: { theta: [4] }, batch: {}, loss: ({ params: p }) => ({ loss: mean(mul(sub(p.theta!, 3), sub(p.theta!, 3))) }), optimizer: sgd() }),
      arm: 'descent', from: { theta: tensor([0, 1, 2, 4]) }, steps: 30, hyper: () => ({ learningRate: Number(rate) }), next: () => ({}),
    });
    lab.mark('theta', params);
    lab.outcome('descent', { last: params.theta!.data[0]! });
  },
};
async function run(knobs = {}, seeds = 1, control = new RunControl()): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  await runExperiment({ runId: 'r', experiment: { ...defaultExperiment(card), backend: 'wasm', knobs, seeds }, method, files: [], executors, control, asset: async () => new Uint8Array(), emit: (e) => events.push(e) });
  return events;
}
const last = (events: readonly RunEvent[]): RunEvent => events.at(-1)!;
const unexpected = (why: string): never => {
  throw new Error(why);
};

test('a run says its provider and why, sends every point in order, and finishes with outcomes and a proof', async () => {
  const events = await run({}, 2);
  expect(events[0]).toMatchObject({ type: 'provider', provider: 'wasm', why: expect.stringContaining('Chosen by you') });
  const batches = events.flatMap((e) => (e.type === 'metrics' ? e.batch : []));
  for (const seed of [1, 2]) expect(batches.filter((b) => b.seed === seed).flatMap((b) => [...b.steps])).toEqual(Array.from({ length: 30 }, (_, i) => i));
  const end = last(events);
  expect(end.type === 'finished' && [end.result.outcomes.length, end.result.proof.provider]).toEqual([2, 'wasm']);
  expect(end.type === 'finished' && end.models).toEqual([1, 2].map((seed) => ({ arm: 'theta', seed, sizeBytes: 16 })));
});
test('the same experiment has the same fingerprint, another has another', async () => {
  const of = async (rate: number): Promise<string> => {
    const end = last(await run({ rate }));
    return end.type === 'finished' ? end.result.proof.fingerprint : '';
  };
  expect(await of(0.1)).toBe(await of(0.1));
  expect(await of(0.1)).not.toBe(await of(0.11));
});
test('a diverging run stops, says step, value and learning rate, keeps its points, and hands out its last good params', async () => {
  const events = await run({ rate: 1e8 });
  const end = last(events);
  expect(end.type).toBe('failed');
  if (end.type !== 'failed') return;
  expect(end.problem).toMatchObject({ kind: 'numerics', message: expect.stringMatching(/loss (grew to|became) \S+ at step \d+ .*Lower the learning rate, now 100000000/) });
  expect(events.some((e) => e.type === 'metrics')).toBe(true);
  expect(end.lastGood?.name).toBe('descent-descent-last-good.safetensors');
  const bytes = end.lastGood!.bytes;
  const floats = new Float32Array(bytes.slice(bytes.length - 16).buffer);
  expect([...floats].every(Number.isFinite)).toBe(true);
});
test('a knob outside its range is refused before anything runs', async () => {
  expect(last(await run({ rate: -1 }))).toMatchObject({ type: 'failed', problem: { kind: 'input', message: expect.stringContaining('rate must be a number from 0.001') } });
});
test('stop ends a run between two steps, with what there was', async () => {
  const control = new RunControl();
  control.stop();
  expect(last(await run({}, 1, control))).toMatchObject({ type: 'failed', problem: { kind: 'stopped' }, partial: { outcomes: [] } });
});
test('paused, a run takes one step for each permit; resumed, it ends with the bits of an undisturbed one', async () => {
  const undisturbed = last(await run());
  const control = new RunControl();
  control.step(); // paused from the start, with one permit
  const running = run({}, 1, control);
  await new Promise((resolve) => setTimeout(resolve, 300));
  control.step();
  await new Promise((resolve) => setTimeout(resolve, 100));
  control.resume();
  const end = last(await running);
  expect(end.type === 'finished' && end.result.proof).toEqual(undisturbed.type === 'finished' && undisturbed.result.proof);
});
test('a file that is missing, changed or another is refused by name', async () => {
  const bytes = new TextEncoder().encode('digits');
  const ref = { name: 'digits.gz', sizeBytes: bytes.length, sha256: await sha256(bytes) };
  const experiment = { ...defaultExperiment(card), files: [ref] };
  await expect(checkFiles(experiment, [])).rejects.toThrow(/digits\.gz \(6 bytes\), which is not here/);
  await expect(checkFiles(experiment, [{ name: 'other.gz', bytes: new TextEncoder().encode('DIGITS') }])).rejects.toThrow(/other\.gz is not the file/);
  await expect(checkFiles(experiment, [{ name: 'renamed.gz', bytes }])).resolves.toBeUndefined();
});

test('cut off in its second trial and taken up again, a run shows everything and has the proof of one that was not', async () => {
  const whole = await run({}, 3);
  const kept = new Map<string, Uint8Array>();
  const attempt = async (journal: RunJournal, control: RunControl): Promise<RunEvent[]> => {
    const events: RunEvent[] = [];
    await runExperiment({ runId: 'r', experiment: { ...defaultExperiment(card), backend: 'wasm', knobs: {}, seeds: 3 }, method, files: [], executors, control, asset: async () => new Uint8Array(), emit: (e) => events.push(e), journal });
    await journal.settled();
    return events;
  };
  const open = () => openJournal(memoryBlobs(kept), 'r', '#descent?v=1&seeds=3', { now: 0, onProblem: unexpected, everyMs: 0 });
  const control = new RunControl();
  let steps = 0;
  const before = control.beforeStep.bind(control);
  control.beforeStep = async (show) => {
    if (++steps === 45) control.stop();
    await before(show);
  };
  const cut = await attempt(await open(), control);
  expect(last(cut)).toMatchObject({ type: 'failed', problem: { kind: 'stopped' } });
  expect([...kept.keys()].filter((name) => name.endsWith('/done'))).toEqual(['run/r/trial/0/done']);
  const again = await attempt(await open(), new RunControl());
  const proofOf = (events: readonly RunEvent[]) => events.flatMap((e) => (e.type === 'finished' ? [e.result.proof, e.result.outcomes] : []));
  expect(proofOf(again)).toEqual(proofOf(whole));
  const points = (events: readonly RunEvent[]) => events.flatMap((e) => (e.type === 'metrics' ? e.batch.flatMap((b) => [...b.steps].map((step, i) => `${b.seed} ${step} ${b.values[i]}`)) : []));
  expect(points(again)).toEqual(points(whole));
});
test('a journal remembers where a run went on, and it goes on there', async () => {
  const kept = new Map<string, Uint8Array>();
  const journal = await openJournal(memoryBlobs(kept), 'r', '#descent', { now: 0, onProblem: unexpected });
  const events: RunEvent[] = [];
  const options = { runId: 'r', experiment: { ...defaultExperiment(card), backend: 'auto' as const }, method, files: [], executors, control: new RunControl(), asset: async () => new Uint8Array(), emit: (e: RunEvent) => void events.push(e) };
  await runExperiment({ ...options, journal });
  await journal.settled();
  const again = await openJournal(memoryBlobs(kept), 'r', '#descent', { now: 0, onProblem: unexpected });
  expect(again.provider).toBe('wasm');
});
