import { expect, test } from 'vitest';
import { FileShelf } from './files';

const ref = (sha256: string) => ({ name: `${sha256}.bin`, sizeBytes: 1, sha256 });
const file = (name: string) => ({ name: `${name}.bin`, bytes: Uint8Array.of(1) });

test('a file that the last command brought is given again without being sent, the very same bytes', () => {
  const shelf = new FileShelf();
  const [a, b] = [file('a'), file('b')];
  expect(shelf.take([ref('a'), ref('b')], [a, b])()).toEqual([a, b]);
  const again = shelf.take([ref('b'), ref('a')], [{ sha256: 'b' }, { sha256: 'a' }])();
  expect(again[0]).toBe(b);
  expect(again[1]).toBe(a);
});
test('a file of an earlier command than the last is forgotten, and a command that counts on it is refused', () => {
  const shelf = new FileShelf();
  shelf.take([ref('a')], [file('a')]);
  shelf.take([ref('b')], [file('b')]);
  expect(shelf.take([ref('a')], [{ sha256: 'a' }])).toThrow(/drop it again/);
});
