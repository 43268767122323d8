import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { ngramBaselines } from '../../data/ngram';
import { decodeCharacters } from '../../data/tokens';
import { testLab } from '../../lab/testing';
import { createWasmExecutor } from '../../runtime/wasm';
import { readKnobs, type KnobValues } from '../../spec/knobs';
import type { FileBytes } from '../../spec/messages';
import { card } from './card';
import { openText } from './data';
import { method } from './method';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());
const asset = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(path.startsWith('models/') ? path : `public/${path}`));
const knobs = (more: KnobValues = {}) => readKnobs(card.knobs, { ...card.quick, ...more });
const poem = Array.from({ length: 400 }, (_, i) => `${['the rain', 'a moth', 'one ember'][i % 3]} ${['falls', 'wakes', 'glows'][(i * 7) % 3]} at ${i % 24} o'clock.\n`).join('');
const file = (text: string, name = 'poem.txt'): FileBytes => ({ name, bytes: new TextEncoder().encode(text) });

test('a dropped text is read whole, gzipped or not, and its last tenth is set aside', async () => {
  for (const given of [file(poem), { name: 'poem.txt.gz', bytes: new Uint8Array(gzipSync(poem)) }]) {
    const { vocabulary, train, validation } = await openText(testLab(wasm, { asset, files: [given] }).lab, knobs());
    expect(decodeCharacters(vocabulary, [...train, ...validation])).toBe(poem);
    expect(train.length).toBe(Math.floor(0.9 * poem.length));
  }
});
test('the counts are those of the whole text’s report', async () => {
  const kit = testLab(wasm, { asset, files: [file(poem)], arms: ['five-gram', 'trigram', 'unigram'] });
  await method.run(kit.lab, knobs());
  await kit.close();
  const { nats } = ngramBaselines(poem);
  for (const [arm, order] of [['unigram', 1], ['trigram', 3], ['five-gram', 5]] as const) expect(kit.outcomes.find((o) => o.arm === arm && o.metric === 'validation/loss')!.value).toBeCloseTo(nats[order]!, 1); // six more symbols have a share here
});
test('a transformer learns a rhyme that counting five characters cannot see, and says when it passed', { timeout: 120_000 }, async () => {
  // Each line begins with one of two words and ends with the same, twelve characters later.
  const text = Array.from({ length: 1500 }, (_, i) => (((i * 2654435761) >>> 16) % 2 === 0 ? 'red ------------ red\n' : 'oak ------------ oak\n')).join('');
  const kit = testLab(wasm, { asset, files: [file(text)], arms: ['transformer', 'five-gram'] });
  await method.run(kit.lab, knobs({ steps: 300, batch: 8, context: 32, width: '32', heads: '4', learningRate: 0.01 }));
  await kit.close();
  const of = (arm: string, metric: string): number | undefined => kit.outcomes.find((o) => o.arm === arm && o.metric === metric)?.value;
  expect(of('transformer', 'validation/loss')!).toBeLessThan(of('five-gram', 'validation/loss')!);
  expect(of('transformer', 'validation/passed')).toBeLessThanOrEqual(300);
});
test('what is no text, and a text in too many characters or too short, is refused with what was expected', async () => {
  const open = (given: FileBytes) => openText(testLab(wasm, { asset, files: [given] }).lab, knobs());
  await expect(open({ name: 'rows.csv', bytes: new TextEncoder().encode('a,b\n1,2\n3,4\n') })).rejects.toThrow('A plain text was expected');
  await expect(open(file(String.fromCodePoint(...Array.from({ length: 600 }, (_, i) => 0x4e00 + i))))).rejects.toThrow('different characters');
  await expect(open(file('short'))).rejects.toThrow('Choose a longer text');
});
