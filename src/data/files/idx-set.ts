/** IDX files (MNIST and its kin) as a set of images: each images file with its labels, test beside train. Hostile input: see `idx`. */
import { InputError } from '../../base/errors';
import { readIdx, pairIdx, type Idx, type IdxPair } from './idx';
import { listOf, mapSplits, type ImageSplit, type LoadedImages, type NamedBytes, type Reader } from './loaded';

const isIdxHead = (head: Uint8Array): boolean => head[0] === 0 && head[1] === 0 && [8, 9, 11, 12, 13, 14].includes(head[2] ?? -1) && (head[3] ?? 0) >= 1 && (head[3] ?? 0) <= 4;

function splitFrom({ images, labels }: { readonly images: Idx; readonly labels?: Idx }): ImageSplit {
  return { count: images.shape[0]!, pixels: images.data, ...(labels && { labels: Int32Array.from(labels.data) }) };
}
function checked(images: Idx, name: string): readonly [number, number] {
  const { shape } = images;
  if (!(shape.length === 3 || (shape.length === 4 && shape[1] === 1))) throw new InputError(`IDX: expected grey images [n, height, width], but ${name} holds [${shape.join(', ')}]. Choose an images file with its labels file.`);
  if (shape.some((size) => size < 1) || Math.max(shape.at(-1)!, shape.at(-2)!) > 1024) throw new InputError(`IDX: expected at least one image, of 1 to 1024 px a side, but ${name} holds [${shape.join(', ')}]. Use another file.`);
  return [shape.at(-2)!, shape.at(-1)!];
}
function readSet(files: readonly NamedBytes[]): LoadedImages {
  if (files.length === 1) {
    const images = readIdx(files[0]!.bytes, files[0]!.name);
    const [height, width] = checked(images, files[0]!.name);
    return { kind: 'images', from: listOf(files), notes: ['No labels came: a labels file of as many examples gives them.'], width, height, channels: 1, splits: { train: splitFrom({ images }) } };
  }
  const pairs: { readonly train: IdxPair; readonly test?: IdxPair } = pairIdx(files);
  const [height, width] = checked(pairs.train.images, listOf(files));
  if (pairs.test && checked(pairs.test.images, listOf(files)).join() !== `${height},${width}`) throw new InputError(`IDX: expected images of one size, but train has ${width} x ${height} and test ${pairs.test.images.shape.slice(-2).reverse().join(' x ')}. Use files of one data set.`);
  const most = [pairs.train, ...(pairs.test ? [pairs.test] : [])].reduce((high, { labels }) => labels.data.reduce((a, b) => Math.max(a, b), high), 0);
  return { kind: 'images', from: listOf(files), notes: [], width, height, channels: 1, classes: Array.from({ length: most + 1 }, (_, i) => String(i)), splits: mapSplits({ ...pairs }, splitFrom) };
}
export const idxReader: Reader = {
  id: 'idx', title: 'IDX (MNIST)', extensions: ['.idx', '.idx1-ubyte', '.idx3-ubyte', '.gz'],
  says: 'IDX files as MNIST has them, gzipped or not: images and labels; a second pair with "test" or "t10k" in its name is the test split.',
  recognises: (_, head) => isIdxHead(head),
  read: async (files) => readSet(files),
};
