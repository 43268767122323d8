import { expect, test } from 'vitest';
import { InputError } from '../../base/errors';
import { readCsv } from './csv';

const read = (text: string) => readCsv(new TextEncoder().encode(text), 't.csv');

test('the last column is the label: words and small whole numbers are classes, other numbers are targets', () => {
  const words = read('a,b,kind\n1,2,cat\n3,4.5,dog\r\n-1e2,0,cat\n');
  expect([words.x.shape, [...words.x.data], [...words.y.data], words.classes, words.notes.length]).toEqual([[3, 2], [1, 2, 3, 4.5, -100, 0], [0, 1, 0], ['cat', 'dog'], 1]);
  expect(read('1,0\n2,3').y).toEqual({ dtype: 'int32', shape: [2], data: Int32Array.of(0, 3) });
  expect(read('1,0.5\n2,3').y).toEqual({ dtype: 'float32', shape: [2], data: Float32Array.of(0.5, 3) });
  expect(read('1;-2\n2;3').y.dtype).toBe('float32');
  expect([...read('"1","x"\n"2","y"').x.data]).toEqual([1, 2]);
});
test.each([
  ['', /no row/],
  ['1\n2', /one column/],
  ['1,2,0\n1,2', /row 2 has 2 columns where the first has 3/],
  ['1,2,0\n1,two,0', /a number in row 2, column 2, but "two" came/],
])('a table that does not fit is refused by its row: %j', (text, reason) => {
  expect(() => read(text)).toThrow(InputError);
  expect(() => read(text)).toThrow(reason);
});
