import { createServer } from 'node:http';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InputError } from '../base/errors';
import { readZip } from '../data/files/zip';
import { fixture } from '../data/files/testing/fixtures';
import { readUserFiles } from './files';
import { look } from './look';
import { filesOf } from './sources';

const folder = mkdtempSync(join(tmpdir(), 'stipple-look-'));
const at = (...parts: string[]): string => join(folder, ...parts);
beforeAll(() => {
  process.env.STIPPLE_CACHE = at('cache');
  for (const [path, name] of [['set/a/1.png', 'rgb.png'], ['set/b/2.png', 'palette-16.png'], ['set/.hidden/3.png', 'rgb.png']] as const) {
    mkdirSync(at(path, '..'), { recursive: true });
    writeFileSync(at(path), fixture(name).bytes);
  }
  writeFileSync(at('t.csv'), 'a,label\n1,x\n2,y\n1,x\n');
});
afterAll(() => {
  delete process.env.STIPPLE_CACHE;
  rmSync(folder, { recursive: true });
});

test('a report says what is in files and folders, and what to think of', async () => {
  const said = await look(['report', at('set'), at('t.csv')]);
  expect(said).toMatch(/set\/a\/1\.png, set\/b\/2\.png: images/);
  expect(said).toMatch(/t\.csv: table[^]*! 1 example is there several times within a split/);
  await expect(look(['report', at('nothing')])).rejects.toThrow(/cannot be read/);
  await expect(look(['report'])).rejects.toThrow(InputError);
});
test('a folder is one ZIP file of an experiment, the same each time; hidden files stay out', async () => {
  const [first, again] = [await readUserFiles([at('set')]), await readUserFiles([`${at('set')}/`])];
  expect([first.refs[0]?.name, first.refs]).toEqual(['set.zip', again.refs]);
  expect(readZip(first.files[0]!.bytes, 'z').map(({ name }) => name)).toEqual(['set/a/1.png', 'set/b/2.png']);
});
test('an address is fetched once and then taken from the cache, which can be listed and cleared', async () => {
  let asked = 0;
  const server = createServer((_, response) => (asked++, response.end('1,2\n3,4\n'))).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/x.csv`;
  try {
    const silent = { pack: true, show: () => undefined };
    expect((await filesOf(url, silent))[0]?.name).toBe('x.csv');
    await filesOf(url, silent);
    expect(asked).toBe(1);
    expect(await look(['cache'])).toMatch(/x\.csv .*127\.0\.0\.1[^]*in 1 files/);
    expect(await look(['cache', '--clear'])).toMatch(/1 files let go/);
    expect(await look(['cache'])).toMatch(/Nothing is kept/);
  } finally {
    server.close();
  }
});
test('public sets are listed by name; a name that is none is refused with those that are', async () => {
  expect(await look(['sets'])).toMatch(/mnist .*11\.6 MB/);
  await expect(filesOf('set:nothing', { pack: true })).rejects.toThrow(/no public set "nothing".*mnist/);
});
