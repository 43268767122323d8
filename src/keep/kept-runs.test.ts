import { expect, test } from 'vitest';
import { memoryBlobs } from './blobs';
import { changeRun, curvesOf, exportBench, forgetRun, importBench, keepRun, keptRuns, mostRuns, type KeptRun } from './kept-runs';
import { seal } from './sealed';

const run = (id: string, more: Partial<KeptRun> = {}): KeptRun => ({
  id, link: '#winner?v=1', name: 'one', note: '', pinned: false, finishedAtMs: 5, elapsedMs: 9, proof: { provider: 'wasm', fingerprint: 'ab', marks: [1] },
  outcomes: [{ arm: 'a', seed: 1, metric: 'm', value: 0.5 }], lights: [], colours: {}, ...more,
});
const curve = { arm: 'a', seed: 1, metric: 'loss', steps: Float64Array.of(0, 1), values: Float64Array.of(3, 2), timesMs: Float32Array.of(0, 7), examples: Float32Array.of(0, 32) };

test('a run comes back with every point, can be renamed, and can be forgotten', async () => {
  const blobs = memoryBlobs();
  await keepRun(blobs, run('x'), [curve]);
  expect((await keptRuns(blobs)).runs).toEqual([run('x')]);
  expect(await curvesOf(blobs, 'x')).toEqual([curve]);
  await changeRun(blobs, 'x', { name: 'other', pinned: true });
  expect((await keptRuns(blobs)).runs[0]).toMatchObject({ name: 'other', pinned: true });
  expect((await keptRuns(blobs)).sizeBytes).toBeGreaterThan(100);
  await forgetRun(blobs, 'x');
  expect(await keptRuns(blobs)).toEqual({ runs: [], sizeBytes: 0 });
});
test('where there are too many, the oldest that is not pinned goes', async () => {
  const blobs = memoryBlobs();
  for (let i = 0; i < mostRuns; i++) await keepRun(blobs, run(`r${i}`, { finishedAtMs: i, pinned: i === 0 }), []);
  await keepRun(blobs, run('new', { finishedAtMs: 1000 }), []);
  const ids = (await keptRuns(blobs)).runs.map(({ id }) => id);
  expect(ids.length).toBe(mostRuns);
  expect([ids.includes('r0'), ids.includes('r1'), ids.includes('new')]).toEqual([true, false, true]);
});
test('the whole workbench goes into one file and comes back elsewhere; what is there stays', async () => {
  const [here, there] = [memoryBlobs(), memoryBlobs()];
  await keepRun(here, run('x'), [curve]);
  await keepRun(here, run('y', { finishedAtMs: 6 }), [curve]);
  await keepRun(there, run('y', { finishedAtMs: 6, name: 'mine' }), []);
  expect(await importBench(there, await exportBench(here))).toEqual({ added: 1, known: 1 });
  expect((await keptRuns(there)).runs.map(({ id, name }) => [id, name])).toEqual([['x', 'one'], ['y', 'mine']]);
  expect(await curvesOf(there, 'x')).toEqual([curve]);
});
test('a damaged or foreign file changes nothing, and a damaged run is not shown', async () => {
  const blobs = memoryBlobs();
  await keepRun(blobs, run('x'), [curve]);
  const file = await exportBench(blobs);
  const elsewhere = memoryBlobs();
  for (let at = 0; at < file.length; at += 7) {
    const bad = file.slice();
    bad[at]! ^= 0x55;
    await expect(importBench(elsewhere, bad)).rejects.toThrow();
  }
  await expect(importBench(elsewhere, file.subarray(0, 40))).rejects.toThrow('damaged or cut off');
  expect((await keptRuns(elsewhere)).runs).toEqual([]);
  await blobs.put('kept/x/run', file.slice(0, 30));
  expect((await keptRuns(blobs)).runs).toEqual([]);
});
test('an id that would leave its folder is refused', async () => {
  const blobs = memoryBlobs();
  await keepRun(blobs, run('../head'), []);
  expect((await keptRuns(blobs)).runs).toEqual([]);
});
test('what version 1 kept is read still: without colours, its times and examples unknown', async () => {
  const blobs = memoryBlobs();
  const { colours: _, ...before } = run('old');
  const { timesMs: __, examples: ___, ...columns } = curve;
  const unknown = { ...curve, timesMs: Float32Array.of(NaN, NaN), examples: Float32Array.of(NaN, NaN) };
  await blobs.put('kept/old/run', seal({ kind: 'kept run', version: 1, readers: {} }, before));
  await blobs.put('kept/old/curves', seal({ kind: 'kept curves', version: 1, readers: {} }, [columns]));
  expect((await keptRuns(blobs)).runs).toEqual([run('old')]);
  expect(await curvesOf(blobs, 'old')).toEqual([unknown]);
  const elsewhere = memoryBlobs();
  await importBench(elsewhere, seal({ kind: 'stipple workbench', version: 1, readers: {} }, [{ run: before, curves: [columns] }]));
  expect([(await keptRuns(elsewhere)).runs, await curvesOf(elsewhere, 'old')]).toEqual([[run('old')], [unknown]]);
});
test('a colour outside the palette, and columns that are too short, are refused', async () => {
  const blobs = memoryBlobs();
  await keepRun(blobs, run('x', { colours: { a: 8 } }), [{ ...curve, examples: Float32Array.of(1) }]);
  expect([(await keptRuns(blobs)).runs, await curvesOf(blobs, 'x')]).toEqual([[], []]);
});
test('two tabs that change one run at the same time lose nothing; kept again, a run keeps its name; a forgotten one does not come back', async () => {
  const blobs = memoryBlobs();
  await keepRun(blobs, run('x'), [curve]);
  await Promise.all([changeRun(blobs, 'x', { name: 'named here' }), changeRun(blobs, 'x', { note: 'noted there' }), changeRun(blobs, 'x', { pinned: true })]);
  await keepRun(blobs, run('x', { elapsedMs: 12 }), [curve]);
  expect((await keptRuns(blobs)).runs).toMatchObject([{ name: 'named here', note: 'noted there', pinned: true, elapsedMs: 12 }]);
  await forgetRun(blobs, 'x');
  await changeRun(blobs, 'x', { note: 'too late' });
  expect((await keptRuns(blobs)).runs).toEqual([]);
});
