/**
 * IDX files, in which MNIST and its kin (Fashion-MNIST, KMNIST, EMNIST) come; plain or gzipped. Layout (LeCun's MNIST page): two zero
 * bytes, the type of number, the rank, each size as 32 bits with the high byte first, then the numbers. Only unsigned bytes are read.
 * A gzipped file is inflated piece by piece into just as much room as its header asks for, within `limits`.
 */
import { Gunzip } from 'fflate';
import { crc32 } from '../../base/crc32';
import { InputError } from '../../base/errors';
import { sizeOf, type Shape } from '../../base/tensor';
import { bilinear } from '../augment';
import type { Labelled } from '../labelled';

/** What is refused: more bytes than this, inflated; images larger than this. */
export const limits = { inflatedBytes: 256 * 2 ** 20, imageSide: 1024 };
const imageSide = 28;
/** Gzipped bytes inflated at a time. A byte of deflate gives at most about 1030, so a piece gives at most 17 MB. */
const pieceBytes = 16 * 1024;

export interface Idx {
  /** Sizes, outermost first: [n] labels, [n, height, width] images. */
  readonly shape: Shape;
  readonly data: Uint8Array;
}

/**
 * Reads a whole file.
 * @param name of the file, for messages
 * @throws InputError for what is no IDX file of unsigned bytes, is too short, too long or beyond `limits`, or does not unzip
 */
export function readIdx(bytes: Uint8Array, name = 'the file', inflatedBytes = limits.inflatedBytes): Idx {
  const filler = new Filler(name, inflatedBytes);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) inflate(bytes, name, filler);
  else filler.add(bytes);
  return filler.finish();
}

function inflate(bytes: Uint8Array, name: string, filler: Filler): void {
  let [sum, length] = [0, 0];
  const gunzip = new Gunzip((piece) => {
    [sum, length] = [crc32(piece, sum), length + piece.length];
    filler.add(piece);
  });
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes) gunzip.push(bytes.subarray(at, at + pieceBytes), at + pieceBytes >= bytes.length);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`IDX: expected a whole gzip file, but ${name} (${bytes.length} bytes) does not unzip: ${error instanceof Error ? error.message : String(error)}. Download it again.`);
  }
  const end = new DataView(bytes.buffer, bytes.byteOffset + Math.max(0, bytes.length - 8));
  if (end.byteLength === 8 && end.getUint32(4, true) === length && end.getUint32(0, true) !== sum) throw new InputError(`IDX: ${name} unzips, but its checksum is another than it tells. It is damaged; download it again.`);
}

/** Takes a file's bytes piece by piece: the header first, then into an array of the size that it tells. */
class Filler {
  private head = new Uint8Array(0);
  private shape: Shape | undefined;
  private data = new Uint8Array(0);
  private came = 0; // bytes of data; those beyond its room are counted alone

  constructor(
    private readonly name: string,
    private readonly limit: number,
  ) {}

  add(piece: Uint8Array): void {
    if (this.shape) return this.addData(piece);
    const head = new Uint8Array(this.head.length + piece.length);
    head.set(this.head);
    head.set(piece, this.head.length);
    this.head = head;
    const shape = readHeader(head, this.name);
    if (!shape) return;
    const size = sizeOf(shape);
    if (size > this.limit) throw new InputError(`IDX: expected at most ${this.limit} bytes, but the header of ${this.name} tells of [${shape.join(', ')}], which is ${size}. Use a smaller file.`);
    this.shape = shape;
    this.data = new Uint8Array(size);
    this.addData(head.subarray(4 + 4 * shape.length));
  }
  private addData(piece: Uint8Array): void {
    const room = this.data.length - this.came;
    if (piece.length > room) throw new InputError(`IDX: expected ${this.data.length} bytes of data after the header of ${this.name}, [${this.shape!.join(', ')}], but more came. The file is damaged; download it again.`);
    this.data.set(piece, this.came);
    this.came += piece.length;
  }
  finish(): Idx {
    if (!this.shape) {
      const rank = this.head[3] ?? 1;
      throw new InputError(`IDX: expected a header of ${4 + 4 * rank} bytes, but ${this.name} has ${this.head.length}. It is cut short; download it again.`);
    }
    if (this.came < this.data.length) {
      throw new InputError(`IDX: expected ${this.data.length} bytes of data after the header of ${this.name}, [${this.shape.join(', ')}], but ${this.came} came. It is cut short; download it again.`);
    }
    return { shape: this.shape, data: this.data };
  }
}

/** The sizes in a header, or undefined while it is not whole. */
function readHeader(head: Uint8Array, name: string): Shape | undefined {
  if (head.length < 4) return undefined;
  const [zero0, zero1, type, rank] = head as unknown as [number, number, number, number]; // four bytes are there
  if (zero0 !== 0 || zero1 !== 0 || rank === 0 || rank > 4) {
    throw new InputError(`IDX: expected two zero bytes, a type and a rank from 1 to 4 at the start of ${name}, but ${hex(head)} came. Choose files such as train-images-idx3-ubyte.gz.`);
  }
  if (type !== 8) throw new InputError(`IDX: expected numbers of type 08 (unsigned bytes) in ${name}, but ${hex(head.subarray(2, 3))} came. Save images and labels as unsigned bytes.`);
  if (head.length < 4 + 4 * rank) return undefined;
  const view = new DataView(head.buffer, head.byteOffset);
  return Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
}
const hex = (bytes: Uint8Array): string => Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, '0')).join(' ');

export interface LabelledIdxOptions {
  /** Names of the classes, label 0 first; absent: '0', '1', ... up to the largest label. For a test file, give the training file's. */
  readonly classes?: readonly string[];
  /** Take this many examples, from the first on; absent: all. */
  readonly most?: number;
}
export interface LabelledIdx extends Labelled {
  /** What was done to the images beyond scaling, for the user to know. */
  readonly note?: string;
}

/**
 * Images and labels as examples: x [n, 1, 28, 28] float32, a byte v as v / 255; images of another size are resized (bilinear); y [n] int32.
 * @param images [n, height, width] or [n, 1, height, width] @param labels [n]
 * @throws InputError for other ranks, no images, images over 1024 px, unequal counts, or a label that no class has
 */
export function labelledFromIdx(images: Idx, labels: Idx, { classes, most = Infinity }: LabelledIdxOptions = {}): LabelledIdx {
  const [height, width] = checkPair(images, labels);
  const n = Math.min(images.shape[0]!, most);
  const y = Int32Array.from(labels.data.subarray(0, n));
  const named = classes ?? Array.from({ length: 1 + labels.data.reduce((high, label) => Math.max(high, label), 0) }, (_, i) => String(i));
  const stray = y.findIndex((label) => label >= named.length);
  if (stray >= 0) throw new InputError(`IDX: expected labels from 0 to ${named.length - 1}, but ${y[stray]} came, at example ${stray}. Use images and labels of the same ${named.length} classes.`);
  const pixels = imageSide * imageSide;
  const x = new Float32Array(n * pixels);
  const fits = height === imageSide && width === imageSide;
  if (fits) for (let i = 0; i < x.length; i++) x[i] = images.data[i]! / 255;
  else for (let i = 0; i < n; i++) resizeInto(x.subarray(i * pixels, (i + 1) * pixels), images.data.subarray(i * height * width, (i + 1) * height * width), height, width);
  const split = { x: { dtype: 'float32', shape: [n, 1, imageSide, imageSide], data: x }, y: { dtype: 'int32', shape: [n], data: y }, classes: named } as const;
  return fits ? split : { ...split, note: `Images of ${width} x ${height} were resized to ${imageSide} x ${imageSide}.` };
}

/** [height, width] of the images. */
function checkPair(images: Idx, labels: Idx): readonly [number, number] {
  const { shape } = images;
  if (!isImages(images)) throw new InputError(`IDX: expected grey images [n, height, width], but [${shape.join(', ')}] came. Give the images file first, then the labels.`);
  if (labels.shape.length !== 1) throw new InputError(`IDX: expected labels [n], but [${labels.shape.join(', ')}] came. Give the images file first, then the labels.`);
  if (shape[0] !== labels.shape[0]) throw new InputError(`IDX: expected as many labels as images, but ${shape[0]} images and ${labels.shape[0]} labels came. Use two files of the same split.`);
  const [height, width] = [shape.at(-2)!, shape.at(-1)!];
  if (shape[0] === 0 || Math.min(height, width) < 1 || Math.max(height, width) > limits.imageSide) {
    throw new InputError(`IDX: expected at least one image, of 1 to ${limits.imageSide} px a side, but ${shape[0]} of ${width} x ${height} came. Use another file.`);
  }
  return [height, width];
}

/** One image of bytes to 28 x 28 in [0, 1], the corners of the two frames in the same places: pixel centre p lies at (p + 1/2) ratio - 1/2. */
function resizeInto(out: Float32Array, image: Uint8Array, height: number, width: number): void {
  for (let row = 0; row < imageSide; row++) {
    for (let column = 0; column < imageSide; column++) {
      const x = ((column + 0.5) * width) / imageSide - 0.5;
      const y = ((row + 0.5) * height) / imageSide - 0.5;
      out[row * imageSide + column] = bilinear(image, width, height, x, y) / 255;
    }
  }
}

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}
export interface IdxPair {
  readonly images: Idx;
  readonly labels: Idx;
}
interface Read extends NamedBytes {
  readonly idx: Idx;
}
const isImages = ({ shape }: Idx): boolean => shape.length === 3 || (shape.length === 4 && shape[1] === 1);
/** The split that a file's name speaks of. */
const roleOf = (name: string): 'train' | 'test' | undefined => (/train/i.test(name) ? 'train' : /test|t10k|val/i.test(name) ? 'test' : undefined);

/**
 * Which file is what, in whatever order they come: images by rank 3, labels by rank 1; an images file and a labels file belong together
 * if they count alike and their names do not speak of different splits. Of two pairs the one named train, else the larger, is `train`.
 * A pair alone is `train`, whatever its name.
 * @param files one or two pairs @throws InputError naming the files that have no partner, or as `readIdx`
 */
export function pairIdx(files: readonly NamedBytes[]): { readonly train: IdxPair; readonly test?: IdxPair } {
  if (files.length !== 2 && files.length !== 4) {
    throw new InputError(`IDX: expected two files (images, labels) or four (the same for train and test), but ${files.length} came${files.length > 0 ? `: ${listOf(files)}` : ''}. Choose them together.`);
  }
  const read = files.map((file): Read => ({ ...file, idx: readIdx(file.bytes, file.name) }));
  const [images, labels] = [read.filter(({ idx }) => isImages(idx)), read.filter(({ idx }) => idx.shape.length === 1)];
  if (images.length !== files.length / 2 || labels.length !== images.length) {
    throw new InputError(`IDX: expected as many files of images [n, height, width] as of labels [n], but came ${read.map(({ name, idx }) => `${name} [${idx.shape.join(', ')}]`).join(', ')}. Choose each images file with its labels.`);
  }
  const pairs = matched(images, labels);
  if (!pairs) throw new InputError(`IDX: expected each images file to have a labels file of the same count and split, but came ${read.map(({ name, idx }) => `${name} with ${idx.shape[0]}`).join(', ')}. Choose files that belong together.`);
  const places = { train: 0, unnamed: 1, test: 2 } as const;
  const place = ([image, label]: readonly [Read, Read]): number => places[roleOf(image.name) ?? roleOf(label.name) ?? 'unnamed'];
  const [train, test] = [...pairs]
    .sort((p, q) => place(p) - place(q) || q[0].idx.shape[0]! - p[0].idx.shape[0]!)
    .map(([image, label]): IdxPair => ({ images: image.idx, labels: label.idx }));
  return test ? { train: train!, test } : { train: train! };
}

/** Images with their labels: of the one or two ways to pair them up, the first in which every pair fits. */
function matched(images: readonly Read[], labels: readonly Read[]): (readonly [Read, Read])[] | undefined {
  const ways = labels.length === 1 ? [labels] : [labels, [...labels].reverse()];
  const pairings = ways.map((way) => images.map((image, i) => [image, way[i]!] as const));
  const clash = ([image, label]: readonly [Read, Read]): boolean => {
    const [a, b] = [roleOf(image.name), roleOf(label.name)];
    return image.idx.shape[0] !== label.idx.shape[0] || (a !== undefined && b !== undefined && a !== b);
  };
  return pairings.find((pairing) => !pairing.some(clash));
}
const listOf = (files: readonly NamedBytes[]): string => files.map(({ name }) => name).join(', ');
