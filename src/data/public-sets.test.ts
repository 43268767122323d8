import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { limits } from '../spec/experiment';
import { addressOf } from './download';
import { publicSet, publicSets, sizeOfSet } from './public-sets';
import { readers } from './files';

test('each set says where it lies, how large it is and under which licence, and is read by a reader that there is', () => {
  expect(new Set(publicSets.map(({ id }) => id)).size).toBe(publicSets.length);
  for (const set of publicSets) {
    expect(readers.map(({ id }) => id)).toContain(set.reader);
    for (const text of [set.title, set.says, set.licence, set.homePage, set.citation]) expect(text.length, set.id).toBeGreaterThan(2);
    for (const { address, sizeBytes, sha256 } of set.files) {
      expect(addressOf(address).href, set.id).toBe(address);
      expect([sizeBytes > 0, /^[0-9a-f]{64}$/.test(sha256)], address).toEqual([true, true]);
    }
    const fits = set.files.every(({ sizeBytes }) => sizeBytes <= limits.fileBytes);
    expect(fits || set.notes.some((note) => /larger than the page reads/.test(note)), set.id).toBe(true);
    if (set.files.some(({ address }) => address.startsWith('http:'))) expect([set.crossOrigin, set.notes.join()], set.id).toEqual(['unknown', expect.stringMatching(/plain HTTP/)]);
  }
  expect(sizeOfSet(publicSet('mnist')!)).toBe(11_594_722);
});
const shared = new URL('../../../shared/data/tinyshakespeare.txt.gz', import.meta.url);
test.skipIf(!existsSync(shared))(`Tiny Shakespeare's own text has the size and hash that stand here${existsSync(shared) ? '' : ' (skipped: ../shared/data has no text)'}`, () => {
  const text = gunzipSync(readFileSync(shared));
  const [file] = publicSet('tiny-shakespeare')!.files;
  expect([text.length, createHash('sha256').update(text).digest('hex')]).toEqual([file!.sizeBytes, file!.sha256]);
});
