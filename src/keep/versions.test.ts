/** What earlier versions have written must be read for ever: `testing/version-N.json` holds their bytes. `KEEP_WRITE=N npx vitest run src/keep/versions.test.ts` writes today's, once, when a format gets a new version. */
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { tensor } from '../base/tensor';
import { memoryBlobs } from './blobs';
import { curvesOf, exportBench, importBench, keepRun, keptRuns, type KeptCurve, type KeptRun } from './kept-runs';
import { fileOfRun, openJournal, unfinishedRuns, type TrialShown } from './run-journal';

const folder = new URL('./testing/', import.meta.url);
const link = '#winner?v=1&seed=3&seeds=2&backend=wasm';
const state = (x: number) => ({ theta: tensor([x, -x, 1 / 3]), slots: { dtype: 'int32' as const, shape: [2], data: Int32Array.of(x, -1) }, mask: { dtype: 'bool' as const, shape: [2], data: Uint8Array.of(1, 0) } });
const shown: TrialShown = {
  outcomes: [{ arm: 'siren', seed: 3, metric: 'psnr', value: NaN }, { arm: 'siren2', seed: 3, metric: 'psnr', value: -0 }],
  lights: [{ id: 'noise', arm: 'siren2', seed: 3, holds: true, detail: 'as it should' }],
  marks: { 'siren/theta': '00ff' },
  series: [{ arm: 'siren', metric: 'loss', steps: Float64Array.of(0, 1), values: Float64Array.of(0.1, Infinity), timesMs: Float32Array.of(4, 9), examples: Float32Array.of(32, 64) }],
  pictures: { table: { kind: 'table', columns: ['é', 'b'], rows: [[1, 'x']] } },
};
const run: KeptRun = { id: 'run-1', link, name: 'Ein Lauf', note: 'mit Umlaut: ä', pinned: true, finishedAtMs: 1.7e12, elapsedMs: 1234.5, proof: { provider: 'wasm', fingerprint: '0123456789abcdef', marks: [1.5, -2] }, outcomes: shown.outcomes, lights: shown.lights, colours: { siren: 3 } };
const curves: readonly KeptCurve[] = [{ arm: 'siren', seed: 3, metric: 'loss', steps: Float64Array.of(0, 1), values: Float64Array.of(3, 2), timesMs: Float32Array.of(4, 9), examples: Float32Array.of(32, 64) }];
/** What a version did not know yet: no colours, times and counts of examples before the second. */
const unknown = { timesMs: Float32Array.of(NaN, NaN), examples: Float32Array.of(NaN, NaN) };
const as = (version: number) => (version === 1 ? { shown: { ...shown, series: shown.series.map((s) => ({ ...s, ...unknown })) }, run: { ...run, colours: {} }, curves: curves.map((c) => ({ ...c, ...unknown })) } : { shown, run, curves });

async function pieces(): Promise<Map<string, Uint8Array>> {
  const kept = new Map<string, Uint8Array>();
  const blobs = memoryBlobs(kept);
  const journal = await openJournal(blobs, 'one', link, { now: 1.7e12, onProblem: () => undefined });
  journal.provided('wasm');
  journal.keepFile('a'.repeat(64), 'sound.wav', Uint8Array.of(1, 2, 3));
  journal.finish(0, shown);
  const training = await journal.trial(1).training('k');
  training.save({ steps: 2, metrics: [{ loss: 0.5, accuracy: 1 }, { loss: 0.25, accuracy: 2 }], looks: [{ step: 1, params: { w: tensor([7]) } }], state: state(2) });
  training.save({ steps: 3, metrics: [{ loss: 0.125, accuracy: 3 }], looks: [], state: state(3) });
  await journal.settled();
  await keepRun(blobs, run, curves);
  await blobs.put('file.stipple', await exportBench(blobs));
  return kept;
}

const versions = process.env.KEEP_WRITE ? [] : (await readdir(folder)).filter((name) => /^version-\d+\.json$/.test(name));
test.runIf(process.env.KEEP_WRITE)('writes what this version writes', async () => {
  const at = new URL(`version-${process.env.KEEP_WRITE}.json`, folder);
  expect(existsSync(at)).toBe(false); // what was written once is never written anew
  await writeFile(at, `${JSON.stringify(Object.fromEntries([...(await pieces())].map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')])), undefined, 1)}\n`);
});
describe.each(versions)('what %s wrote', (name) => {
  const then = as(Number(/\d+/.exec(name)![0]));
  const stored = async () => memoryBlobs(new Map(Object.entries(JSON.parse(await readFile(new URL(name, folder), 'utf8')) as Record<string, string>).map(([piece, text]) => [piece, new Uint8Array(Buffer.from(text, 'base64'))])));
  test('is a run that goes on', async () => {
    const blobs = await stored();
    expect(await unfinishedRuns(blobs)).toMatchObject([{ runId: 'one', link, provider: 'wasm', startedAtMs: 1.7e12 }]);
    const journal = await openJournal(blobs, 'one', link, { now: 0, onProblem: () => undefined });
    expect(await journal.done(0)).toStrictEqual(then.shown);
    const { found } = await journal.trial(1).training('k');
    expect([found!.steps, found!.state, found!.metrics(0), found!.metrics(2), [...found!.looks]]).toEqual([3, state(3), { loss: 0.5, accuracy: 1 }, { loss: 0.125, accuracy: 3 }, [[1, { w: tensor([7]) }]]]);
    expect(await fileOfRun(blobs, 'one', 'a'.repeat(64))).toEqual({ name: 'sound.wav', bytes: Uint8Array.of(1, 2, 3) });
  });
  test('is a kept run with its curves, and a workbench as a file', async () => {
    const blobs = await stored();
    expect((await keptRuns(blobs)).runs).toStrictEqual([then.run]);
    expect(await curvesOf(blobs, run.id)).toEqual(then.curves);
    const elsewhere = memoryBlobs();
    expect(await importBench(elsewhere, (await blobs.get('file.stipple'))!)).toEqual({ added: 1, known: 0 });
    expect((await keptRuns(elsewhere)).runs).toStrictEqual([then.run]);
  });
});
test('there is a file of the first version', () => expect(process.env.KEEP_WRITE ? ['version-1.json'] : versions).toContain('version-1.json'));
