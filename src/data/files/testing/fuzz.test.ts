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
/** Of a safetensors file each field of the head must agree with the others: few mutants are still sound, and it takes more of them to see both ends. */
const triesOf = (id: (typeof readerIds)[number]): number => (id === 'safetensors' ? 200 : 60);
test.each(readerIds)('mutants each end in a clear message or a result: %s', async (id) => {
  const counts = { refused: 0, read: 0 };
  for (let number = 0; number < triesOf(id); number++) {
    const mutant = mutantOf(id, 1, number);
    const verdict = await judge(id, mutant.files);
    if (verdict.kind === 'failed') expect.fail(`mutant ${number} (${mutant.name}): ${verdict.what} ${verdict.message}`);
    counts[verdict.kind]++;
  }
  expect(Math.min(counts.refused, counts.read), 'mutants of both ends').toBeGreaterThan(2);
}, 120_000);
