import { afterAll, expect, test } from 'vitest';
import { Random } from '../base/random';
import { floats, type Params } from '../base/tensor';
import { makeRows } from '../data/scene/rows';
import { special } from '../data/tokens';
import { initVlm } from '../nn/vlm';
import { createWasmExecutor } from '../runtime/wasm';
import { testLab } from './testing';
import { answersOf, vlmNext, vlmScorer, vlmWriter, withoutPictures, type VlmOn } from './vlm';
import { priorVlm } from './vlm-models';

const wasm = await createWasmExecutor();
const kit = testLab(wasm);
afterAll(async () => {
  await kit.close();
  await wasm.close();
});
const { shape, rows } = priorVlm();
const params: Params = initVlm(Random.seed(1), shape);
const on: VlmOn = { name: 'vlm', params: Object.fromEntries(Object.entries(params).map(([name, p]) => [name, p.shape])), shape, chunk: 4 };
const set = makeRows({ ...rows, split: 'test', count: 6 });
const given = answersOf(set);

test('rows predict the tokens of their answers alone, and fit the model', () => {
  expect(given.tokens.shape).toEqual([6, shape.context]);
  set.rows.forEach(({ answer }, i) => {
    const counted = [...floats(given.weights).subarray(i * shape.context, (i + 1) * shape.context)].reduce((a, b) => a + b);
    expect(counted).toBe(answer.split(' ').length + 1); // and the end
  });
});
test('a score is the same in chunks of any size; a fresh model is no better than chance', async () => {
  const { loss } = await vlmScorer(kit.lab, on)(params, given);
  expect((await vlmScorer(kit.lab, { ...on, name: 'vlm, one', chunk: 1 })(params, given)).loss).toBeCloseTo(loss, 4);
  expect(loss).toBeCloseTo(Math.log(shape.vocabulary), 0);
});
test('taking the pictures away is the same whatever they showed; <unk> is something else', async () => {
  const score = vlmScorer(kit.lab, { ...on, name: 'vlm, without' });
  const away = withoutPictures(given);
  const other = { ...away, x: { ...away.x, data: floats(away.x).map((v) => -v) } };
  expect((await score(params, other)).loss).toBe((await score(params, away)).loss);
  expect((await score(params, withoutPictures(given, 'unknown'))).loss).not.toBe((await score(params, away)).loss);
});
test('greedy answers are the largest logits, one after the other, each behind its own picture', async () => {
  const prompts = set.rows.map((_, i) => Array.from(set.tokens.data.subarray(i * 20, i * 20 + set.answerAt[i]!)));
  const written = await vlmWriter(kit.lab, on)(params, given, prompts, { temperature: 0, most: 3, end: special.eos });
  const next = vlmNext(kit.lab, { ...on, name: 'vlm, next' });
  const texts = prompts.map((p) => [...p]);
  for (let step = 0; step < 3; step++) {
    const z = await next(params, given, texts);
    texts.forEach((text, i) => {
      const row = z.subarray(i * shape.vocabulary, (i + 1) * shape.vocabulary);
      if (text.length - prompts[i]!.length === step && (step === 0 || text.at(-1) !== special.eos)) text.push(row.indexOf(Math.max(...row)));
    });
  }
  expect(written).toEqual(texts.map((text, i) => text.slice(prompts[i]!.length)));
});
