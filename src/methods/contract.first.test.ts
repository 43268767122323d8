/** What every method promises, tested on each. A quarter of them is here, the rest beside, so that cores share them. */
import { expect, test } from 'vitest';
import { methodIds } from '.';
import { cards } from './cards';
import { methodsKeepTheirContract } from './testing/contract';

test('cards and methods are the same folders', () => {
  expect(Object.keys(cards).sort()).toEqual(methodIds().sort());
});
await methodsKeepTheirContract(1, 4);
