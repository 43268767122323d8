import { expect, test } from 'vitest';
import { tensor } from '../base/tensor';
import { memoryBlobs } from '../keep/blobs';
import { keptCheckpoints, tensorsOf } from '../keep/checkpoints';
import { defineCard } from '../spec/card';
import type { Checkpoint } from '../spec/checkpoint';
import { defaultExperiment } from '../spec/experiment';
import { MarkedModels } from './marked-models';

const card = defineCard({
  id: 'demo', title: 'Demo', family: 'noise', claim: '', knobs: {},
  arms: { one: { label: 'The first', says: '', role: 'method' } }, charts: [], pictures: {}, invariants: {}, claimCheck: [],
});

test('what a run has marked is kept under its arm and seed, with the link that repeats it', async () => {
  const [models, blobs] = [new MarkedModels(), memoryBlobs()];
  models.marked('one', 1, { params: { w: tensor([1]) } });
  models.marked('one', 1, { params: { w: tensor([2]) } }); // the last word of a name counts
  models.marked('other', 2, { params: { w: tensor([3]) }, onnx: Uint8Array.of(1) });
  models.marked('figures', 2, undefined);
  expect(models.heads).toEqual([{ arm: 'one', seed: 1, sizeBytes: 4 }, { arm: 'other', seed: 2, sizeBytes: 4 }]);
  const kept: Checkpoint[] = [];
  await models.keep(card, { ...defaultExperiment(card), seed: 1, seeds: 2 }, (one) => void kept.push(one), blobs);
  expect(kept.map(({ name, source, inOnnx }) => [name, source, inOnnx])).toEqual([
    ['The first, seed 1', { from: 'run', link: '#demo?v=1&seeds=2', title: 'Demo', arm: 'one', seed: 1 }, false],
    ['other, seed 2', { from: 'run', link: '#demo?v=1&seeds=2', title: 'Demo', arm: 'other', seed: 2 }, true],
  ]);
  expect(await tensorsOf(blobs, kept[0]!.id)).toEqual({ w: tensor([2]) });
  expect((await keptCheckpoints(blobs)).checkpoints.length).toBe(2);
});
test('beyond the bound nothing more is held', () => {
  const models = new MarkedModels();
  const large = { w: tensor(new Float32Array(2 ** 25)) }; // 128 MiB
  for (let seed = 1; seed <= 4; seed++) models.marked('one', seed, { params: large });
  expect(models.heads.map(({ seed }) => seed)).toEqual([1, 2]);
});
