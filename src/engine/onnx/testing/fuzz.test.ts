import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ownCorpus } from './corpus';
import { mutantOf } from './fuzz';
import { judge, LIMIT_MS } from './judge';

test('2,400 mutants of sound files each end in a clear message or a sound program, within two seconds', () => {
  const corpus = ownCorpus();
  const counts = { refused: 0, read: 0 };
  for (let number = 0; number < 2400; number++) {
    const mutant = mutantOf(corpus, 1, number);
    const verdict = judge(mutant.bytes);
    if (verdict.kind === 'failed') expect.fail(`mutant ${number} (${mutant.name}): ${verdict.what} ${verdict.message}`);
    counts[verdict.kind]++;
  }
  expect(Math.min(counts.refused, counts.read), 'mutants of both ends').toBeGreaterThan(200);
}, 300_000); // 25 s of processor time
test('a sound file is no mutant: the whole corpus reads', () => {
  for (const { name, bytes } of ownCorpus()) expect(judge(bytes), name).toMatchObject({ kind: 'read' });
});

describe('what once went wrong ends well', () => {
  const folder = new URL('./regressions/', import.meta.url);
  test.each(readdirSync(folder).filter((file) => file.endsWith('.onnx')))('%s', (file) => {
    const verdict = judge(new Uint8Array(readFileSync(new URL(file, folder))));
    expect(verdict).toMatchObject({ kind: 'refused' });
    expect(verdict.ms).toBeLessThan(LIMIT_MS);
  });
});
