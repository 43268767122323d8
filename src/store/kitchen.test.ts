import { expect, test } from 'vitest';
import { tensor, type Params } from '../base/tensor';
import { InputError } from '../base/errors';
import { memoryBlobs } from '../keep/blobs';
import { keepCheckpoint } from '../keep/checkpoints';
import { defineCard } from '../spec/card';
import type { CheckpointSource } from '../spec/checkpoint';
import type { Cooked, KitchenOpened } from '../spec/kitchen';
import { cookingOf, howText } from '../spec/kitchen-recipes';
import type { Library, PartOf, Question } from '../spec/library';
import { baseOf, ingredientsOf, notNow } from './kitchen-slice';
import type { LibraryClient } from './library-client';
import { storeWithWorker } from './testing/test-worker';

const card = defineCard({
  id: 'demo', title: 'Demo', family: 'noise', claim: '', knobs: {},
  arms: { one: { label: 'One', says: '', role: 'method' } }, charts: [], pictures: {}, invariants: {}, claimCheck: [],
});
const says = { title: '', choosing: '', reporting: '', unit: '', accuracy: true, gradient: false, notes: [] };
const opened: KitchenOpened = { measure: says, scores: [], norms: [1, 1], distances: [0, 1, 1, 0] };
const cooked: Cooked = { fingerprint: 'f', norm: 1, distances: [1, 1], lights: [] };
const settled = () => new Promise((resolve) => setTimeout(resolve, 3));

/** A store with checkpoints, and a library that notes what it is asked and answers as told. */
async function setUp(answer: Partial<Record<Question, unknown>> = { kitchen: opened, cook: cooked }) {
  const blobs = memoryBlobs();
  const asked: { question: Question; asks: unknown; signal: AbortSignal | undefined; part: ((part: never) => void) | undefined }[] = [];
  const library: LibraryClient = {
    ask: async <Q extends Question>(question: Q, asks: Library[Q]['asks'], signal?: AbortSignal, part?: (part: PartOf<Q>) => void) => {
      asked.push({ question, asks, signal, part });
      const found = answer[question];
      if (found instanceof Error) throw found;
      return found as Library[Q]['answer']; // as the test says
    },
  };
  const source = (seed: number): CheckpointSource => ({ from: 'run', link: '#demo?v=1', title: 'Demo', arm: 'one', seed });
  const params: Params = { w: tensor([1, 2]) };
  const ids: string[] = [];
  for (let seed = 1; seed <= 9; seed++) ids.push((await keepCheckpoint(blobs, { name: `c${seed}`, source: source(seed), params }, seed)).id);
  const other = (await keepCheckpoint(blobs, { name: 'other', source: { from: 'file', file: 'o', form: 'npz' }, params: { v: tensor([1]) } }, 10)).id;
  const { app } = storeWithWorker({ demo: card }, { blobs, library });
  await app().checkpointsLooked();
  return { app, asked, ids, other };
}

test('chosen checkpoints are opened in their order with what measures them; each change calls off what went before', async () => {
  const { app, asked, ids } = await setUp();
  app().ingredientToggled(ids[0]!, true);
  app().ingredientToggled(ids[1]!, true);
  expect(asked[0]!.signal?.aborted).toBe(true);
  expect(asked[1]!.asks).toEqual({ ids: ids.slice(0, 2), measuredBy: { by: 'run', link: '#demo?v=1', seed: 1, arm: 'one' }, files: [] });
  expect(notNow('uniform', app())).toContain('being read');
  await settled();
  expect([notNow('uniform', app()), notNow('learned', app())]).toEqual([undefined, expect.stringContaining('no gradient')]);
  app().ingredientMoved(ids[1]!, -1);
  expect(ingredientsOf(app()).map(({ id }) => id)).toEqual([ids[1], ids[0]]);
  expect(baseOf(app())?.id).toBe(ids[1]);
  app().measureChosen(ids[0]!);
  expect(asked.at(-1)!.asks).toMatchObject({ ids: [ids[1], ids[0]], measuredBy: { seed: 1 } });
});
test('more than eight, and another architecture, are refused in words', async () => {
  const { app, asked, ids, other } = await setUp();
  for (const id of ids) app().ingredientToggled(id, true);
  expect([app().kitchen.chosen.length, app().notices.at(-1)?.text]).toEqual([8, expect.stringContaining('At most 8')]);
  app().ingredientToggled(ids[0]!, false);
  const before = asked.length;
  app().ingredientToggled(other, true);
  expect([asked.length, app().kitchen.problem]).toEqual([before, expect.stringContaining('"other" and "c2" are of different architectures')]);
  expect(notNow('uniform', app())).toBe(app().kitchen.problem);
});
test('a merge is asked for with what its knobs stand at, tells of itself on the way, and is kept under its words', async () => {
  const { app, asked, ids } = await setUp();
  app().ingredientToggled(ids[0]!, true);
  app().ingredientToggled(ids[1]!, true);
  await settled();
  app().kitchenTurned('ties', 'keep', 0.3);
  app().cookPressed(['ties', 'uniform']);
  expect(asked.at(-2)!.asks).toMatchObject({ ids: ids.slice(0, 2), cooking: { kind: 'ties', base: ids[0], keep: 0.3, scale: 1 } });
  expect(app().kitchen.pots.ties?.status).toBe('waiting');
  await settled();
  expect(app().kitchen.pots.ties).toMatchObject({ status: 'done', cooked });
  expect(howText(app().kitchen.pots.ties!.cooking, () => 'c1')).toBe('TIES upon c1, 30 % kept, scale 1');
  app().ingredientToggled(ids[2]!, true);
  expect(app().kitchen.pots, 'what was made of the last choice goes').toEqual({});
});
test('a merge that fails says why; one that was called off leaves nothing', async () => {
  const { app, ids } = await setUp({ kitchen: opened, cook: new InputError('no base') });
  app().ingredientToggled(ids[0]!, true);
  app().ingredientToggled(ids[1]!, true);
  await settled();
  app().cookPressed(['sum']);
  await settled();
  expect(app().kitchen.pots.sum).toMatchObject({ status: 'failed', problem: 'no base' });
  app().cookPressed(['uniform']);
  app().kitchenStopped();
  await settled();
  expect(Object.keys(app().kitchen.pots)).toEqual(['sum']);
});
test('where nothing measures, what chooses by a score waits, and the rest does not', async () => {
  const { app, ids } = await setUp({ kitchen: { why: 'A file alone.', scores: [], norms: [], distances: [] } });
  app().ingredientToggled(ids[0]!, true);
  app().ingredientToggled(ids[1]!, true);
  await settled();
  expect([notNow('greedy', app()), notNow('ties', app())]).toEqual([expect.stringContaining('A file alone.'), undefined]);
  for (const id of ids.slice(0, 2)) app().ingredientWeighed(id, 0);
  expect(notNow('weighted', app())).toContain('All weights are 0');
});
test('weights go with their checkpoints', () => {
  expect(cookingOf('weighted', {}, { ids: ['a', 'b', 'c'], weights: { c: 3, a: 0 }, base: 'a' })).toEqual({ kind: 'weighted', weights: [0, 1, 3] });
});
