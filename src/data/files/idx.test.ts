import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { InputError } from '../../base/errors';
import { floats } from '../../base/tensor';
import { labelledFromIdx, pairIdx, readIdx, type NamedBytes } from './idx';

/** An IDX file of unsigned bytes, as the format's page tells it. */
function idxFile(shape: readonly number[], data: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((size, i) => new DataView(bytes.buffer).setUint32(4 + 4 * i, size));
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}
/** n images of 28 x 28, image i of grey i, and labels i mod 10. */
const images = (n: number): Uint8Array => idxFile([n, 28, 28], Uint8Array.from({ length: n * 784 }, (_, at) => Math.floor(at / 784)));
const labels = (n: number): Uint8Array => idxFile([n], Uint8Array.from({ length: n }, (_, i) => i % 10));
const gzip = (bytes: Uint8Array): Uint8Array => new Uint8Array(gzipSync(bytes));

/** The message of the InputError that is thrown. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message; // checked on the line above
  }
  throw new Error('nothing was refused');
}

test('an IDX file reads as its sizes and bytes, plain or gzipped', () => {
  const data = Uint8Array.from({ length: 3 * 40 * 50 }, (_, i) => (i * 37) % 251);
  const file = idxFile([3, 40, 50], data);
  for (const bytes of [file, gzip(file)]) expect(readIdx(bytes)).toEqual({ shape: [3, 40, 50], data });
});
test('a gzip file larger than one piece is inflated whole', () => {
  const data = Uint8Array.from({ length: 400_000 }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 255); // hardly compressible
  expect(Buffer.from(readIdx(gzip(idxFile([400_000], data))).data).equals(data)).toBe(true);
});
test('what is no IDX file is refused, with the bytes that came', () => {
  expect(refusal(() => readIdx(new TextEncoder().encode('hello, world'), 'notes.txt'))).toMatch(/two zero bytes.*notes\.txt.*68 65 6c 6c/);
  expect(refusal(() => readIdx(Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 1, 0, 0, 0, 0)))).toMatch(/type 08.*0d came/);
  expect(refusal(() => readIdx(Uint8Array.of(0, 0, 8, 5)))).toMatch(/rank from 1 to 4/);
});
test('a file cut short is refused with the bytes expected and come', () => {
  expect(refusal(() => readIdx(images(2).subarray(0, 1000)))).toMatch(/expected 1568 bytes of data.*\[2, 28, 28\], but 984 came/);
  expect(refusal(() => readIdx(images(2).subarray(0, 10)))).toMatch(/header of 16 bytes.*has 10/);
  expect(refusal(() => readIdx(new Uint8Array(0)))).toMatch(/has 0/);
  expect(refusal(() => readIdx(gzip(images(200)).subarray(0, 60), 'half.gz'))).toMatch(/half\.gz \(60 bytes\) does not unzip|bytes of data.*came/);
});
test('a file that goes on after its data is refused', () => {
  const long = new Uint8Array([...images(1), 7]);
  for (const bytes of [long, gzip(long)]) expect(refusal(() => readIdx(bytes))).toMatch(/expected 784 bytes.*more came/);
});
test('a file beyond the limit is refused by its header, before room is made for it', () => {
  expect(refusal(() => readIdx(idxFile([60_000, 28, 28], []), 'big', 1e6))).toMatch(/at most 1000000 bytes.*big.*47040000/);
  expect(refusal(() => readIdx(idxFile([2 ** 31, 2 ** 31, 2 ** 31, 2 ** 31], [])))).toMatch(/at most 268435456 bytes/);
});
test('a decompression bomb is refused after its first piece', () => {
  const bomb = new Uint8Array(50 * 2 ** 20);
  bomb.set(idxFile([10], [])); // says ten labels, holds fifty megabytes
  const began = performance.now();
  expect(refusal(() => readIdx(gzip(bomb)))).toMatch(/expected 10 bytes/);
  expect(performance.now() - began).toBeLessThan(5000);
});
test('bytes become numbers from 0 to 1 with labels beside them', () => {
  const split = labelledFromIdx(readIdx(images(12)), readIdx(labels(12)));
  expect(split.x.shape).toEqual([12, 1, 28, 28]);
  expect(split.x.data[5 * 784]).toBe(Math.fround(5 / 255));
  expect([...split.y.data]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
  expect(split.classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  expect(split.note).toBeUndefined();
  expect(labelledFromIdx(readIdx(images(12)), readIdx(labels(12)), { most: 4 }).y.data).toHaveLength(4);
});
test('images of another size are resized, and a note says so', () => {
  const ramp = idxFile([1, 14, 56], Uint8Array.from({ length: 14 * 56 }, (_, at) => 4 * (at % 56)));
  const { x, note } = labelledFromIdx(readIdx(ramp), readIdx(labels(1)));
  // Halved in width, pixel c lies between columns 2c and 2c + 1: 4 (2c + 1/2) / 255.
  for (const c of [0, 9, 27]) expect(x.data[13 * 28 + c]).toBeCloseTo((8 * c + 2) / 255, 6);
  expect(note).toBe('Images of 56 x 14 were resized to 28 x 28.');
});
test('images and labels that do not belong together are refused', () => {
  expect(refusal(() => labelledFromIdx(readIdx(images(3)), readIdx(labels(4))))).toMatch(/3 images and 4 labels/);
  expect(refusal(() => labelledFromIdx(readIdx(labels(3)), readIdx(images(3))))).toMatch(/grey images \[n, height, width\], but \[3\] came/);
  expect(refusal(() => labelledFromIdx(readIdx(images(3)), readIdx(images(3))))).toMatch(/labels \[n\], but \[3, 28, 28\] came/);
  expect(refusal(() => labelledFromIdx(readIdx(images(12)), readIdx(labels(12)), { classes: ['no', 'yes'] }))).toMatch(/labels from 0 to 1, but 2 came, at example 2/);
  expect(refusal(() => labelledFromIdx({ shape: [0, 28, 28], data: new Uint8Array(0) }, { shape: [0], data: new Uint8Array(0) }))).toMatch(/at least one image/);
});

const four: readonly NamedBytes[] = [
  { name: 'train-images-idx3-ubyte.gz', bytes: gzip(images(20)) },
  { name: 'train-labels-idx1-ubyte.gz', bytes: gzip(labels(20)) },
  { name: 't10k-images-idx3-ubyte', bytes: images(8) },
  { name: 't10k-labels-idx1-ubyte', bytes: labels(8) },
];
const renamed = (names: readonly string[]): NamedBytes[] => four.map(({ bytes }, i) => ({ name: names[i]!, bytes }));
test('four files find their places in any order, by name or, without, by count', () => {
  for (const files of [four, [...four].reverse(), [four[2]!, four[1]!, four[3]!, four[0]!], renamed(['a', 'b', 'c', 'd']).reverse()]) {
    const { train, test: held } = pairIdx(files);
    expect([train.images.shape[0], train.labels.shape, held?.images.shape[0], held?.labels.shape]).toEqual([20, [20], 8, [8]]);
  }
});
test('names decide where counts do not', () => {
  expect(pairIdx(renamed(['test-images', 'test-labels', 'train-images', 'train-labels'])).train.images.shape[0]).toBe(8);
  const equal = [
    { name: 'test-images', bytes: images(4) },
    { name: 'train-images', bytes: images(4) },
    { name: 'train-labels', bytes: idxFile([4], [1, 1, 1, 1]) },
    { name: 'test-labels', bytes: idxFile([4], [2, 2, 2, 2]) },
  ];
  const { train, test: held } = pairIdx(equal);
  expect([train.labels.data[0], held?.labels.data[0]]).toEqual([1, 2]);
});
test('one pair alone is the training pair', () => {
  expect(pairIdx([four[3]!, four[2]!]).train.images.shape[0]).toBe(8);
  expect(pairIdx([four[0]!, four[1]!]).test).toBeUndefined();
});
test('files without a partner are refused by name', () => {
  expect(refusal(() => pairIdx([four[0]!]))).toMatch(/two files.*1 came: train-images/);
  expect(refusal(() => pairIdx([four[0]!, four[2]!]))).toMatch(/as many files of images.*t10k-images-idx3-ubyte \[8, 28, 28\]/);
  expect(refusal(() => pairIdx([four[0]!, four[3]!]))).toMatch(/same count and split.*with 20.*with 8/);
  expect(refusal(() => pairIdx([]))).toMatch(/0 came\. /);
});

const shared = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const real = ['mnist-test-2k-labels-idx1-ubyte.gz', 'mnist-train-8k-images-idx3-ubyte.gz', 'mnist-test-2k-images-idx3-ubyte.gz', 'mnist-train-8k-labels-idx1-ubyte.gz'];
const there = real.every((name) => existsSync(shared + name));
test.skipIf(!there)(`MNIST's own files read as node's zlib reads them${there ? '' : ' (skipped: ../shared/data has no MNIST files)'}`, () => {
  const files = real.map((name) => ({ name, bytes: new Uint8Array(readFileSync(shared + name)) }));
  const { train, test: held } = pairIdx(files);
  expect([train.images.shape, held?.images.shape]).toEqual([[8000, 28, 28], [2000, 28, 28]]);
  expect(Buffer.from(train.images.data).equals(gunzipSync(files[1]!.bytes).subarray(16))).toBe(true);
  const split = labelledFromIdx(train.images, train.labels);
  expect(split.classes).toHaveLength(10);
  // MNIST's mean grey is 0.1307.
  expect(floats(split.x).reduce((sum, v) => sum + v, 0) / split.x.data.length).toBeCloseTo(0.1307, 2);
});
