import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { InputError } from '../base/errors';
import { readTypefaces } from './typefaces';

const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`../../public/data/${name}`, import.meta.url)));
const bytes = read('typefaces.bin');
/** What the tool tells of each typeface. */
const told = JSON.parse(new TextDecoder().decode(read('typefaces.json'))) as { characters: string; typefaces: { name: string; unseen: boolean; madeFrom: string; copyright: string; licence: string }[] };

test('the shipped file has at least 36 typefaces to be seen and 12 not to be, all with every character', () => {
  const typefaces = readTypefaces(bytes);
  expect(typefaces.filter((face) => !face.unseen).length).toBeGreaterThanOrEqual(36);
  expect(typefaces.filter((face) => face.unseen).length).toBeGreaterThanOrEqual(12);
  expect(told.characters).toHaveLength(62);
  for (const { outlines } of typefaces) expect(Object.entries(outlines).filter(([, outline]) => outline.length > 0).map(([c]) => c).sort()).toEqual([...told.characters].sort());
});
test('every typeface has its source, copyright and licence told', () => {
  expect(readTypefaces(bytes).map(({ name, unseen }) => ({ name, unseen }))).toEqual(told.typefaces.map(({ name, unseen }) => ({ name, unseen })));
  const notices = new TextDecoder().decode(read('LICENCES-typefaces.txt'));
  for (const { name, madeFrom, copyright, licence } of told.typefaces) {
    expect(licence).toBe('OFL-1.1');
    expect(notices).toContain(`${name}\n  made from ${madeFrom}`);
    expect(notices).toContain(copyright);
  }
  expect(notices).toContain('SIL OPEN FONT LICENSE Version 1.1');
});
test('no typeface bears a name that its source reserves', () => {
  for (const { name, madeFrom } of told.typefaces) expect(madeFrom.toLowerCase()).not.toContain(name.toLowerCase());
});
test('an outline reads as it was written: a line and a quadratic, by hand', () => {
  const text = (s: string): number[] => [s.length, ...new TextEncoder().encode(s)];
  // 1024 = 0 + 8 * 128; zigzag: 5 -> 10, -3 -> 5, 100 -> 200 = 72 + 1 * 128.
  const file = Uint8Array.of(...new TextEncoder().encode('STPF'), 1, 128, 8, ...text('A'), 1, ...text('tri'), 1, 1, 2, 0b1001, 10, 5, 200, 1, 0, 0, 5, 5, 5);
  const [face] = readTypefaces(file);
  expect([face!.name, face!.unseen]).toEqual(['tri', true]);
  expect(face!.outlines['A']).toEqual([{ degrees: Uint8Array.of(1, 2), points: Int16Array.of(5, -3, 105, -3, 105, -6, 102, -9) }]);
});
test('a file that is cut short, goes on, or is none is refused', () => {
  expect(() => readTypefaces(bytes.subarray(0, 5000))).toThrow(/more than 5000 bytes/);
  expect(() => readTypefaces(new Uint8Array([...bytes, 0]))).toThrow(`expected ${bytes.length} bytes, but ${bytes.length + 1} came`);
  expect(() => readTypefaces(new TextEncoder().encode('<!doctype html>'))).toThrow(/begins with 'STPF', but "<!do" came/);
  expect(() => readTypefaces(new Uint8Array(0))).toThrow(InputError);
  const other = bytes.slice(0, 100);
  other[4] = 2;
  expect(() => readTypefaces(other)).toThrow(/format 1, but 2 came/);
});
test('a damaged byte is either refused or still gives typefaces: no other error, no endless loop', () => {
  const refused = Array.from({ length: 60 }, (_, k) => {
    const damaged = bytes.slice();
    damaged[5 + ((k * 7919) % (bytes.length - 5))]! ^= 1 + ((k * 31) % 255);
    try {
      return readTypefaces(damaged).length === 0;
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      return true;
    }
  });
  expect(refused).toContain(true);
});
