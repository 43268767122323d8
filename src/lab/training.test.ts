import { expect, test } from 'vitest';
import { tensor } from '../base/tensor';
import { smallWorkload } from '../bench/small';
import { Meter } from './meter';
import { Running, trainingProgram, type Stepping } from './training';

/** Steps after which a training of 200 steps, a second each, is saved, if its state is so many floats larger than it is. */
async function savedAfter(moreFloats: number, everyMs = 4_000): Promise<readonly number[]> {
  const { trainer, initial, batch, hyper } = smallWorkload();
  const compiled = trainingProgram(trainer);
  const { state } = compiled.program;
  const enlarged = { ...compiled, program: { ...compiled.program, state: { ...state, more: { ...state.theta!, input: { ...state.theta!.input, shape: [moreFloats] } } } } };
  let clock = 0;
  let waiting = 0;
  const session: Stepping = {
    step: async () => {
      clock += 1_000;
      waiting++;
    },
    drain: async () => Array.from({ length: waiting }, () => (waiting--, { loss: tensor([1], []) })),
    read: async () => tensor([0], [1]),
  };
  const saves: number[] = [];
  const run = { arm: 'a', trainer: { spec: trainer }, from: initial(), steps: 200, hyper: () => hyper, next: batch };
  const running = new Running(run, async () => session, enlarged, { now: () => clock }, () => undefined, new Meter(() => clock), { everyMs, save: ({ steps }) => void saves.push(steps) });
  while (!running.done) await running.advance();
  return saves;
}
test('a state is saved every four seconds once a training has gone on for a while, one of 160 MiB every twenty, and both at the end', async () => {
  const [small, large] = [await savedAfter(1), await savedAfter(40 * 2 ** 20)];
  const gaps = (saves: readonly number[]): readonly number[] => saves.slice(0, -1).map((step, i) => step - (saves[i - 1] ?? 0)).slice(-3);
  expect(gaps(small), 'steps of a second: the first that is later').toEqual([5, 5, 5]);
  expect(gaps(large)).toEqual([21, 21, 21]);
  expect([small.at(-1), large.at(-1)]).toEqual([200, 200]);
});
