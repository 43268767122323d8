import { expect, test } from 'vitest';
import { InputError } from '../../base/errors';
import { loadOne } from '.';
import { examplesOf } from './examples';

const read = async (text: string) => {
  const { splits, classes, notes } = examplesOf(await loadOne([{ name: 't.csv', bytes: new TextEncoder().encode(text) }]));
  return { x: splits.train.x!, y: splits.train.y!, classes, notes };
};
test('the last column is the label: words and small whole numbers are classes, other numbers are targets', async () => {
  const words = await read('a,b,kind\n1,2,cat\n3,4.5,dog\r\n-1e2,0,cat\n');
  expect([words.x.shape, [...words.x.data], [...words.y.data], words.classes, words.notes.length]).toEqual([[3, 2], [1, 2, 3, 4.5, -100, 0], [0, 1, 0], ['cat', 'dog'], 2]);
  expect((await read('1,0\n2,3')).y).toEqual({ dtype: 'int32', shape: [2], data: Int32Array.of(0, 3) });
  expect((await read('1,0.5\n2,3')).y).toEqual({ dtype: 'float32', shape: [2], data: Float32Array.of(0.5, 3) });
  expect((await read('1;-2\n2;3')).y.dtype).toBe('float32');
  expect([...(await read('"1","x"\n"2","y"')).x.data]).toEqual([1, 2]);
});
test.each([
  ['', /no row/],
  ['a,b\n"x', /quote that is opened in row 2 never ends/],
  ['"a"b,c\n', /after a quoted field in row 1/],
  ['1,2,0\n1,2', /row 2 has 2 columns where the first has 3/],
  ['1,2,0\n1,two,0', /a number in row 2, column 2, as in most rows, but "two" came/],
])('a table that does not fit is refused by its row: %j', async (text, reason) => {
  await expect(read(text)).rejects.toThrow(InputError);
  await expect(read(text)).rejects.toThrow(reason);
});
test('words that are no label become columns of 0 and 1, in the order of the words; too many are refused', async () => {
  const { x, notes } = await read('size,colour,label\n1,red,0\n2,blue,1\n3,red,0\n');
  expect([x.shape, [...x.data], notes.join()]).toEqual([[3, 3], [1, 0, 1, 2, 1, 0, 3, 0, 1], expect.stringMatching(/"colour" became 2 columns/)]);
  await expect(read(`id,n,label\n${Array.from({ length: 70 }, (_, i) => `k${i},1,0`).join('\n')}`)).rejects.toThrow(/"id" holds 70 different words/);
});
test('a missing number is none, and is counted', async () => {
  const { x, notes } = await read('a,b,y\n1,,0\nNA,2,1\n');
  expect([[...x.data], notes.join()]).toEqual([[1, NaN, NaN, 2], expect.stringMatching(/2 fields are missing/)]);
});
