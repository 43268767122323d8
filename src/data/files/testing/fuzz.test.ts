import { expect, test } from 'vitest';
import { corpus } from './corpus';
import { mutantOf, readerIds } from './fuzz';
import { judge } from './judge';

test.each(readerIds)('what is sound is read: %s', async (id) => {
  for (const files of corpus[id]) {
    const verdict = await judge(id, files);
    const { name } = files[0]!;
    if (/print|animation/.test(name)) expect(verdict.kind, name).toBe('refused'); // kinds that are not read
    else expect(verdict, name).toMatchObject({ kind: 'read' });
  }
});
test.each(readerIds)('60 mutants each end in a clear message or a result: %s', async (id) => {
  const counts = { refused: 0, read: 0 };
  for (let number = 0; number < 60; number++) {
    const mutant = mutantOf(id, 1, number);
    const verdict = await judge(id, mutant.files);
    if (verdict.kind === 'failed') expect.fail(`mutant ${number} (${mutant.name}): ${verdict.what} ${verdict.message}`);
    counts[verdict.kind]++;
  }
  expect(Math.min(counts.refused, counts.read), 'mutants of both ends').toBeGreaterThan(2);
}, 120_000);
