import { expect, test } from 'vitest';
import { ownCorpus } from './corpus';
import { mutantOf } from './fuzz';
import { judge } from './judge';

test('2,400 mutants of sound files each end in a clear message or a sound program, within two seconds', () => {
  const corpus = ownCorpus();
  const counts = { refused: 0, read: 0, failed: 0 };
  const failures: string[] = [];
  const began = performance.now();
  for (let number = 0; number < 2400; number++) {
    const mutant = mutantOf(corpus, 1, number);
    const verdict = judge(mutant.bytes);
    counts[verdict.kind]++;
    if (verdict.kind === 'failed') failures.push(`mutant ${number} (${mutant.name}): ${verdict.what} ${verdict.message}`);
  }
  console.log(counts, Math.round(performance.now() - began), failures.length);
  expect(failures.map((f) => f.slice(0, 600))).toEqual([]);
}, 600_000);
