import { expect, test } from 'vitest';
import { defaultExperiment } from '../spec/experiment';
import { cards } from '../methods/cards';
import { runAll } from './pool';
import { sweepTable, type SweepRow } from './sweep';
import { runCli } from './testing';

const quick = '#winner?v=1&seed=101&arms=siren&k.steps=20&k.hidden=16';

test('a sweep runs each point as it would run alone, on every seed', { timeout: 120_000 }, async () => {
  const { status, out } = await runCli(['sweep', quick, '--vary', 'hidden=16,32', '--seeds', '2', '--json']);
  expect(status).toBe(0);
  const rows = JSON.parse(out) as SweepRow[]; // what the command just wrote
  expect(rows.map((r) => r.knobs)).toEqual([{ hidden: 16 }, { hidden: 32 }]);
  const alone = await runCli(['run', quick, '--seeds', '2', '--json']);
  expect(rows[0]!.outcomes).toEqual((JSON.parse(alone.out) as { result: { outcomes: unknown } }).result.outcomes);
});
test('several processes give the bits of one', { timeout: 120_000 }, async () => {
  const card = cards.winner!;
  const experiment = { ...defaultExperiment(card), backend: 'wasm' as const, arms: ['siren'], knobs: { ...defaultExperiment(card).knobs, steps: 20, hidden: 16 }, seeds: 2 };
  const [one, several] = [await runAll([experiment], { jobs: 1, quiet: true }), await runAll([experiment], { jobs: 2, quiet: true })];
  expect(several[0]!.outcomes).toEqual(one[0]!.outcomes);
});
test('the table shows the median over seeds and its range, and names an outcome that is not there', () => {
  const rows: SweepRow[] = [{ knobs: { rate: 0.1 }, outcomes: [1, 5, 2].map((value, seed) => ({ arm: 'a', metric: 'm', seed, value })) }];
  expect(sweepTable(rows)).toBe('| rate | a/m |\n|---|---|\n| 0.1 | 2 [1, 5] |');
  expect(() => sweepTable(rows, ['a/n'])).toThrow('There are: a/m.');
});
test('what a sweep does not understand is refused before anything runs', async () => {
  expect(await runCli(['sweep', quick])).toMatchObject({ status: 1, problem: expect.stringContaining('--vary') });
  expect(await runCli(['sweep', quick, '--vary', 'hidden=16,x'])).toMatchObject({ status: 1, problem: expect.stringContaining('hidden must be a whole number') });
});
