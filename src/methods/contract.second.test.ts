/** What every method promises, tested on each without naming any: a new folder is covered the moment it exists. Every other method is here, the rest beside, so that two cores share them. */
import { describe, expect, test } from 'vitest';
import { loadMethod } from '.';
import { cards } from './cards';
import { keepsItsContract } from './testing/contract';

for (const id of Object.keys(cards).filter((_, i) => i % 2 === 1)) {
  const method = await loadMethod(id);
  describe(id, () => {
    test('its body is of the card that the gallery shows', () => {
      expect(method.card).toBe(cards[id]);
    });
    keepsItsContract(id, method);
  });
}
