import { expect, test } from 'vitest';
import { InputError } from '../../base/errors';
import { groupFiles, loadFiles, loadOne, readerNamed, type LoadedArrays, type LoadedImages, type LoadedRecords, type LoadedSound, type LoadedTable, type LoadedTensors, type LoadedText } from '.';
import { examplesOf } from './examples';
import { expected, fixture, fixtureNames, type KnownArray, type KnownPicture } from './testing/fixtures';

const load = async <T>(...names: string[]): Promise<T> => (await loadOne(names.map(fixture))) as T; // the test says which kind it expects
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test('every file is known by its reader, whatever comes with it', () => {
  const readerOf = Object.fromEntries(groupFiles(fixtureNames.map(fixture)).groups.flatMap(({ reader, files }) => files.map(({ name }) => [name, reader.id])));
  expect(readerOf).toMatchObject({
    'all.safetensors': 'safetensors', 'arrays.npz': 'numpy', 'x.npy': 'numpy', 'cifar-10-binary.tar.gz': 'cifar', 'long.tar': 'cifar', 'folders.zip': 'images', 'grey.png': 'images', 'colour.jpg': 'images', 'lossy.webp': 'images',
    'images-idx3-ubyte.gz': 'idx', 'labels-idx1-ubyte.gz': 'idx', 'stereo.wav': 'wav', 'table.csv': 'table', 'table.tsv': 'table', 'mark.txt': 'text', 'wide.txt': 'text', 'packed.txt.gz': 'text', 'records.jsonl': 'records',
  });
  expect(Object.keys(readerOf)).toHaveLength(fixtureNames.length);
});
test("NumPy's arrays of every type, byte order and memory order are read", async () => {
  const { arrays, notes } = await load<LoadedArrays>('arrays.npz');
  const known = expected['arrays.npz'] as Record<string, KnownArray>;
  expect(Object.keys(arrays)).toEqual(Object.keys(known));
  for (const [name, { shape, data }] of Object.entries(known)) expect([arrays[name]!.shape, Array.from(arrays[name]!.data as ArrayLike<number>, Number)], name).toEqual([shape, data]);
  expect(notes.join()).toMatch(/complex/);
  expect(arrays.i8!.dtype).toBe('int64');
});
test('.npy files are arrays under their names, with an archive beside them', async () => {
  const { arrays } = await load<LoadedArrays>('x.npy', 'y.npy');
  expect([Object.keys(arrays), arrays.x!.shape, Number(arrays.y!.data[1])]).toEqual([['x', 'y'], [4, 3], 1]);
  await expect(load('x.npy', 'y.npy', 'packed.npz')).rejects.toThrow(/array "x", and so does another/);
});
test('safetensors of every type are read', async () => {
  const { tensors, metadata, notes } = await load<LoadedTensors>('all.safetensors');
  const known = expected['all.safetensors'] as Record<string, KnownArray>;
  for (const [name, { shape, data }] of Object.entries(known)) expect([tensors[name]!.shape, Array.from(tensors[name]!.data as ArrayLike<number>, Number)], name).toEqual([shape, data]);
  expect([Object.keys(tensors).length, metadata, notes]).toEqual([Object.keys(known).length, { made: 'by hand' }, ['2 tensors of 16-bit floats were widened to 32 bits.']]);
  expect([tensors.f64!.dtype, tensors.i64!.dtype, tensors.u8!.dtype, tensors.bool!.dtype]).toEqual(['float64', 'int64', 'uint8', 'bool']);
});
test('CIFAR batches out of their archive, the test batch apart', async () => {
  const set = await load<LoadedImages>('cifar-10-binary.tar.gz');
  const { train, test: held } = set.splits;
  expect([set.width, set.height, set.channels, set.classes?.[3], train.count, held?.count]).toEqual([32, 32, 3, 'kind3', 7, 2]);
  expect([...train.labels!, ...held!.labels!]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  // Image 5 (the second of the batch that begins with 4): red 4 + 1, green 2 * 1 + 4, blue its own place.
  expect([...train.pixels.subarray(5 * 3072 + 3 * 40, 5 * 3072 + 3 * 40 + 3)]).toEqual([5, 6, 40]);
  expect((await load<LoadedImages>('long.tar')).splits.train.labels).toEqual(Int32Array.of(3));
});
test('CIFAR-100 has superclasses beside its classes, and batches of two data sets do not mix', async () => {
  const record = Uint8Array.from({ length: 3074 }, (_, i) => (i === 0 ? 19 : i === 1 ? 99 : 7));
  const set = (await loadOne([{ name: 'train.bin', bytes: record }])) as LoadedImages;
  expect([set.classes?.length, set.classes?.[99], set.splits.train.otherLabels?.coarse?.classes[19], set.splits.train.labels?.[0]]).toEqual([100, 'worm', 'vehicles_2', 99]);
  await expect(loadOne([{ name: 'train.bin', bytes: record }, { name: 'data_batch_1.bin', bytes: record.slice(1) }])).rejects.toThrow(/labels beyond|one data set/);
  await expect(loadOne([{ name: 'train.bin', bytes: record.slice(2) }])).rejects.toThrow(/no whole number/);
  await expect(loadOne([{ name: 'train.bin', bytes: record.map((b, i) => (i === 0 ? 20 : b)) }])).rejects.toThrow(/labels beyond those of CIFAR-100/);
});
test('a ZIP file of folders is a set of images: classes, splits, one size', async () => {
  const set = await load<LoadedImages>('folders.zip');
  expect([set.width, set.height, set.channels, set.classes, set.splits.train.count, set.splits.test?.count]).toEqual([23, 19, 3, ['cat', 'dog'], 3, 1]);
  expect([set.splits.train.names, [...set.splits.train.labels!], [...set.splits.test!.labels!]]).toEqual([['set/train/cat/1.png', 'set/train/cat/2.jpg', 'set/train/dog/1.webp'], [0, 0, 1], [1]]);
  expect([...set.splits.train.pixels.subarray(0, 19 * 23 * 3)]).toEqual((expected['rgb.png'] as KnownPicture).data);
  expect(set.notes.join()).toMatch(/1 file that is no picture/);
});
test('a folder is read as its ZIP file is; pictures of several sizes are cropped and resized, grey among colours three times', async () => {
  const [tall, wide] = [fixture('progressive.jpg').bytes, fixture('grey.png').bytes];
  const set = (await loadOne([{ name: 'b/2.jpg', bytes: tall }, { name: 'a/1.png', bytes: wide }])) as LoadedImages;
  expect([set.width, set.height, set.channels, set.classes, [...set.splits.train.labels!]]).toEqual([33, 33, 3, ['a', 'b'], [0, 1]]);
  expect(set.notes.join(' ')).toMatch(/2 sizes, from 23 x 19 to 33 x 40, were cropped.*33 x 33/);
  const [r, g, b] = set.splits.train.pixels;
  expect([r, r]).toEqual([g, b]);
  expect(((await readerNamed('images').read([{ name: 'b/2.jpg', bytes: tall }], { side: 8 })) as LoadedImages).width).toBe(8);
});
test('one damaged picture among sound ones is left out and named; damaged ones alone are refused', async () => {
  const { bytes } = fixture('rgb.png');
  const set = (await loadOne([{ name: 'a/1.png', bytes }, { name: 'a/2.png', bytes: bytes.slice(0, 60) }])) as LoadedImages;
  expect([set.splits.train.count, set.notes.join()]).toEqual([1, expect.stringMatching(/1 of 2 pictures could not be read.*a\/2\.png/)]);
  await expect(loadOne([{ name: 'a/2.png', bytes: bytes.slice(0, 60) }])).rejects.toThrow(/None of 1 pictures/);
});
test('an IDX pair, whatever its order', async () => {
  const set = await load<LoadedImages>('labels-idx1-ubyte.gz', 'images-idx3-ubyte.gz');
  expect([set.width, set.height, set.channels, set.classes, [...set.splits.train.labels!], [...set.splits.train.pixels]]).toEqual([5, 4, 1, ['0', '1', '2'], [2, 0, 1], Array.from({ length: 60 }, (_, i) => i)]);
});
test('a table with quotes, line ends within fields, missing numbers and a label by name', async () => {
  const table = await load<LoadedTable>('table.csv');
  const { columns } = table.splits.train;
  expect([columns.map(({ name, type }) => [name, type]), table.label, table.classes]).toEqual([[['species', 'words'], ['size', 'numbers'], ['island', 'words'], ['mass, g', 'numbers']], 0, ['A, big', 'B']]);
  expect([columns[2]!.values[2], columns[1]!.values[2], columns[3]!.values[1]]).toEqual(['Say "hi"\nthere', 0.1, NaN]);
  expect(table.notes.join(' ')).toMatch(/header.*1 field is missing.*column "species", by its name/);
  const { splits, classes } = examplesOf({ ...table, splits: { train: { rows: 1, columns: columns.map((column) => ({ ...column, values: column.values.slice(0, 1) })) as typeof columns } } });
  expect([[...splits.train.x!.data], [...splits.train.y!.data], classes]).toEqual([[1.5, 1, 10].map(Math.fround), [0], ['A, big', 'B']]);
});
test('the label is the column that is asked for, else by name, else the only words, else the last', async () => {
  const label = async (text: string, asked?: string): Promise<number | undefined> => ((await readerNamed('table').read([{ name: 'a.csv', bytes: bytesOf(text) }], { ...(asked !== undefined && { label: asked }) })) as LoadedTable).label;
  expect([await label('a,b,c\n1,2,3\n', 'b'), await label('a,Label,c\n1,2,3\n'), await label('a,b,c\n1,x,3\n'), await label('a,b,c\n1,2,3\n'), await label('1,2\n3,4\n'), await label('a;b\n1;2\n')]).toEqual([1, 1, 1, 2, 1, 1]);
  await expect(label('a,b\n1,2\n', 'z')).rejects.toThrow(/no column "z".*a, b/);
});
test('tables of several splits share columns and classes', async () => {
  const files = [['train.csv', 'x,y\n1,cat\n'], ['test.csv', 'x,y\n2,dog\n']].map(([name, text]) => ({ name: name!, bytes: bytesOf(text!) }));
  const table = (await loadOne(files)) as LoadedTable;
  const { splits } = examplesOf(table);
  expect([table.classes, [...splits.train.y!.data], [...splits.test!.y!.data]]).toEqual([['cat', 'dog'], [0], [1]]);
  await expect(loadOne([files[0]!, { name: 'test.csv', bytes: bytesOf('x,z\n2,dog\n') }])).rejects.toThrow(/different names/);
});
test('texts with marks, of 16 bits, gzipped; what is none is refused with its place', async () => {
  expect([(await load<LoadedText>('mark.txt')).splits.train, (await load<LoadedText>('wide.txt')).splits.train]).toEqual(['Ärger und Öl\n日本語\n', 'hello Ä']);
  expect((await load<LoadedText>('packed.txt.gz')).splits.train).toBe('to be or not to be\n'.repeat(50));
  await expect(loadOne([{ name: 'a.txt', bytes: Uint8Array.of(104, 105, 0xc3, 0x28) }])).rejects.toThrow(/UTF-8: the bytes from 3 on/);
  const two = (await loadOne([{ name: 'train.txt', bytes: bytesOf('a') }, { name: 'test.txt', bytes: bytesOf('b') }])) as LoadedText;
  expect(two.splits).toEqual({ train: 'a', test: 'b' });
});
test('sounds are mixed to one channel; folders are their classes', async () => {
  const { splits } = await load<LoadedSound>('stereo.wav');
  expect([[...splits.train[0]!.samples], splits.train[0]!.sampleRateHz]).toEqual([(expected['stereo.wav'] as { samples: number[] }).samples, 8000]);
  const { bytes } = fixture('stereo.wav');
  const set = (await loadOne([{ name: 'yes/1.wav', bytes }, { name: 'no/1.wav', bytes }])) as LoadedSound;
  expect([set.classes, set.splits.train.map(({ label }) => label), [...examplesOf(set).splits.train.y!.data]]).toEqual([['no', 'yes'], [0, 1], [0, 1]]);
});
test('records of numbers and of texts', async () => {
  const { splits } = examplesOf(await load<LoadedRecords>('records.jsonl'));
  expect([splits.train.x!.shape, [...splits.train.x!.data].slice(2, 4), [...splits.train.y!.data]]).toEqual([[6, 2], [1, 0.5], [0, 1, 0, 1, 0, 1]]);
  expect((await load<LoadedRecords>('texts.jsonl')).splits.train[1]).toEqual({ text: 'bad "night"', label: 'no' });
  const refuse = (text: string): Promise<unknown> => loadOne([{ name: 'a.jsonl', bytes: bytesOf(text) }]);
  await expect(refuse('{"x": 1}\n{"x": \n')).rejects.toThrow(/a\.jsonl: line 2.*not JSON/);
  await expect(refuse('[1]\n')).rejects.toThrow(/JSON object/);
  await expect(refuse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}\n`)).rejects.toThrow(/nested more than 32/);
  expect(() => examplesOf({ kind: 'records', from: 'a', notes: [], splits: { train: [{ x: [1, 2] }, { x: [1] }] } })).toThrow(/record 2 holds \[1\] where the first holds \[2\]/);
});
test('a heap of files is sorted into sets; what cannot be read takes nothing from the rest', async () => {
  const { loaded, problems } = await loadFiles([fixture('x.npy'), fixture('y.npy'), fixture('mark.txt'), { name: 'bad.wav', bytes: fixture('stereo.wav').bytes.slice(0, 20) }, { name: 'a.exe', bytes: Uint8Array.of(77, 90) }]);
  expect([loaded.map(({ kind }) => kind), problems.length]).toEqual([['arrays', 'text'], 2]);
  expect(problems.join(' ')).toMatch(/a\.exe: none of the kinds.*bad\.wav/);
  await expect(load('x.npy', 'mark.txt')).rejects.toThrow(/Data of one kind/);
  await expect(loadOne([])).rejects.toThrow(InputError);
});
test('arrays whose names speak of splits are sorted by them', () => {
  const array = (n: number) => ({ dtype: 'float32' as const, shape: [n], data: new Float32Array(n) });
  const named = (...names: string[]) => { const { splits } = examplesOf({ kind: 'arrays', from: 'a', notes: [], arrays: Object.fromEntries(names.map((name, i) => [name, array(i + 1)])) }); return Object.fromEntries(Object.entries(splits).map(([split, arrays]) => [split, Object.keys(arrays as object)])); };
  expect(named('x_train', 'y_train', 'x_test', 'y_test')).toEqual({ train: ['x', 'y'], test: ['x', 'y'] });
  expect(named('train_images', 'train_labels', 'val_images')).toEqual({ train: ['images', 'labels'], validation: ['images'] });
  expect(named('x', 'y', 'attention_mask')).toEqual({ train: ['x', 'y', 'attention_mask'] });
  expect(named('x', 'test_x')).toEqual({ train: ['x'], test: ['x'] });
});
