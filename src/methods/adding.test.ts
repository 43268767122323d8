/** The method that docs/adding-a-method.md builds works as it stands there, and is as short as it says. */
import { describe, expect, test } from 'vitest';
import { folder, workedExample, writeWorkedExample } from '../../tools/worked-example.mjs';
import type { AnyMethod } from '../lab/method';
import type { About } from '../spec/card';
import { methodIds } from '.';
import { keepsItsContract } from './testing/contract';

await writeWorkedExample();
const files = await workedExample();
const { about } = (await import(/* @vite-ignore */ `${folder.pathname}about.ts`)) as { about: About };
const { method } = (await import(/* @vite-ignore */ `${folder.pathname}method.ts`)) as { method: AnyMethod };

test('it is a card, what is said of it, a body and a test, in at most 150 lines together, and no method of the laboratory', () => {
  expect(files.map(({ name }) => name)).toEqual(['card.ts', 'about.ts', 'method.ts', 'method.test.ts']);
  expect(files.reduce((lines, { text }) => lines + text.trimEnd().split('\n').length, 0)).toBeLessThanOrEqual(150);
  expect(methodIds()).not.toContain(method.card.id);
});
describe('its own tests', async () => {
  await import(/* @vite-ignore */ `${folder.pathname}method.test.ts`);
});
describe('the contract', () => keepsItsContract(method.card.id, method, about));
