import fc from 'fast-check';
import { expect, test } from 'vitest';
import { libraryStart, readPlace, shelves, strayIn, writePlace } from './place';

test('a place in the library survives its link', () =>
  fc.assert(
    fc.property(
      fc.record({ shelf: fc.constantFrom(...shelves), item: fc.stringMatching(/^[a-z0-9-]{1,60}$/), seed: fc.integer({ min: 0, max: 1e6 }), knobs: fc.dictionary(fc.stringMatching(/^[a-zA-Z]{1,20}$/), fc.oneof(fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map((x) => x || 0), fc.constantFrom('blur', 'a b', 'ü&=?#')), { maxKeys: 6 }) }),
      (place) => {
        expect(readPlace(writePlace(place))).toEqual(place);
      },
    ),
  ));
test('whatever stands behind #library opens the library or nothing, and never throws', () => {
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => void readPlace(`#library${text}`)));
  expect(readPlace('#library')).toEqual(libraryStart);
  expect(readPlace('#library/nowhere/at-all')).toEqual(libraryStart);
  expect(readPlace('#winner?v=1')).toBeUndefined();
  expect(readPlace('#library-of-mine?v=1')).toBeUndefined();
  expect(readPlace('#library/sets/glyphs?seed=-3&k.x=%zz&seed=1e9')).toEqual({ shelf: 'sets', item: 'glyphs', seed: 1, knobs: {} });
  expect(readPlace('#library/sets/glyphs?k.__proto__=1&k.constructor=2')!.knobs.constructor, 'a name like any other').toBe(2);
});
test('what a link into the library names and is not there is known by name; what is there is not', () => {
  expect(['#library/nowhere', '#library/nowhere/at-all?seed=2', '#library/runs/first', '#library/sweeps/x'].map(strayIn)).toEqual(['nowhere', 'nowhere/at-all', 'runs/first', 'sweeps/x']);
  expect(['#library', '#library/runs', '#library/sets/glyphs?seed=3', '#library/sets/no-such-set', '#winner?v=1', '#library-of-mine', ''].map(strayIn)).toEqual(Array(7).fill(undefined)); // of a set or model that is not there the library itself speaks
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => void strayIn(`#library${text}`)));
});
