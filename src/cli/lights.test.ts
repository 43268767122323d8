import { expect, test } from 'vitest';
import { near } from '../spec/lights';
import { lightState, lightText } from './lights';

const card = { invariants: { whole: 'Nothing is lost' } };
const light = { id: 'whole', seed: 3, holds: true, detail: 'gap 0' };
test('a light that was off and holds again is told apart on the terminal, with when and how it went off', () => {
  const again = { ...light, arm: 'a', firstBroken: { step: 7, detail: 'gap 2' } };
  expect([light, again, { ...again, holds: false }].map(lightState)).toEqual(['holds  ', 'WAS OFF', 'BROKEN ']);
  expect(lightText(card, light)).toBe('seed 3: Nothing is lost (gap 0)');
  expect(lightText(card, again)).toBe('seed 3, a: Nothing is lost (first off at step 7: gap 2; holds again: gap 0)');
  expect(lightText(card, { ...light, measured: near(0.5012345, 0.5, 0.01) })).toBe('seed 3: Nothing is lost (0.5012, must be near 0.5 ± 0.01: gap 0)');
  expect(lightText(card, { ...light, holds: false, detail: 'gap 2', firstBroken: { detail: 'gap 2' } })).toBe('seed 3: Nothing is lost (gap 2)');
});
