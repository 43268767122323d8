/** JPEG, WebP and PNG give the same bytes in the page as in Node and in Pillow: no decoder of the browser's own has a hand in it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'playwright/test';
import type { RunScenario } from './harness/page';
import { harness } from './lab';

const folder = new URL('../src/data/files/testing/fixtures/', import.meta.url);
const expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Record<string, unknown>; // written by tools/make-data-fixtures.py
const base64 = (name: string): string => readFileSync(new URL(name, folder)).toString('base64');
const pictures = Object.keys(expected).filter((name) => /\.(jpg|webp|png)$/.test(name));

test(`${pictures.length} pictures are decoded in Chromium to the bytes that Pillow reads in them`, async ({ page }) => {
  await page.goto(harness);
  await page.waitForFunction(() => 'runScenario' in window);
  const run = (name: 'decodedPicture' | 'loadedSet', args: Record<string, unknown>): Promise<unknown> => page.evaluate(([scenario, given]) => (window as unknown as { runScenario: RunScenario }).runScenario(scenario, given), [name, args] as const);
  expect(pictures.length).toBeGreaterThan(15);
  for (const name of pictures) expect(await run('decodedPicture', { base64: base64(name) }), name).toEqual(expected[name]);
  for (const name of ['colour.jpg', 'lossy.webp']) expect(await run('decodedPicture', { base64: base64(name).slice(0, 100) }), `${name}, cut`).toEqual({ problem: expect.stringMatching(/^input: .*cut off/) });
  expect(await run('loadedSet', { files: [{ name: 'folders.zip', base64: base64('folders.zip') }] })).toMatchObject({ kind: 'images', classes: ['cat', 'dog'], count: 3 });
});
