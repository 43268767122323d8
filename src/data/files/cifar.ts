/**
 * CIFAR-10 and CIFAR-100 in their binary form (https://www.cs.toronto.edu/~kriz/cifar.html): records of one label (CIFAR-10) or two
 * (CIFAR-100: superclass, class) and 3 x 32 x 32 bytes, the red plane first. Batches as they are, or in the .tar.gz they come in. Hostile input.
 */
import { InputError } from '../../base/errors';
import { cifar100Classes, cifar100Superclasses, cifar10Classes } from './cifar-classes';
import { gunzip, isGzip, withoutGz } from './gzip';
import { gather, listOf, mapSplits, type ImageSplit, type LoadedImages, type NamedBytes, type Reader } from './loaded';
import { isSoundArchive } from './sound';
import { isTar, readTar } from './tar';

export const cifarLimits = { unpackedBytes: 384 * 2 ** 20 } as const;
const side = 32;
const pixels = side * side;
const imageBytes = 3 * pixels;

interface Variant {
  readonly title: string;
  /** Bytes of labels before an image. */
  readonly labels: 1 | 2;
  readonly classes: readonly string[];
  readonly superclasses?: readonly string[];
}
const variants: readonly Variant[] = [
  { title: 'CIFAR-10', labels: 1, classes: cifar10Classes },
  { title: 'CIFAR-100', labels: 2, classes: cifar100Classes, superclasses: cifar100Superclasses },
];
const baseName = (path: string): string => path.split('/').at(-1)!;
const batchName = /^(data_batch_\d+|test_batch|train|test)\.bin$/i;
const textName = /^(batches\.meta|fine_label_names|coarse_label_names)\.txt$/i;

/** The variant whose records fill the file and whose labels are all in range. */
function fits({ labels, classes, superclasses }: Variant, bytes: Uint8Array): boolean {
  const record = labels + imageBytes;
  if (bytes.length === 0 || bytes.length % record !== 0) return false;
  for (let at = 0; at < bytes.length; at += record) {
    if (bytes[at + labels - 1]! >= classes.length || (superclasses && bytes[at]! >= superclasses.length)) return false;
  }
  return true;
}
function variantOf(files: readonly NamedBytes[]): Variant {
  const found = variants.find((variant) => files.every(({ bytes }) => fits(variant, bytes)));
  if (found) return found;
  const odd = files.find(({ bytes }) => !variants.some((variant) => fits(variant, bytes)));
  if (!odd) throw new InputError(`CIFAR: expected batches of one data set, but ${listOf(files)} are some of CIFAR-10, some of CIFAR-100. Bring them one data set at a time.`);
  const whole = variants.filter(({ labels }) => odd.bytes.length > 0 && odd.bytes.length % (labels + imageBytes) === 0);
  throw new InputError(whole.length > 0
    ? `CIFAR: ${odd.name} has labels beyond those of ${whole.map(({ title }) => title).join(' and ')}. It is damaged, or something else; download it again.`
    : `CIFAR: expected records of ${1 + imageBytes} bytes (CIFAR-10) or ${2 + imageBytes} (CIFAR-100), but ${odd.name} holds ${odd.bytes.length} bytes, which are no whole number of them. It is damaged or cut short; download it again.`);
}

/** Planes of red, green, blue to interleaved pixels. */
function readBatches(files: readonly Uint8Array[], { labels: labelBytes, superclasses }: Variant): ImageSplit {
  const record = labelBytes + imageBytes;
  const count = files.reduce((n, bytes) => n + bytes.length / record, 0);
  const out = new Uint8Array(count * imageBytes);
  const [labels, coarse] = [new Int32Array(count), new Int32Array(count)];
  let i = 0;
  for (const bytes of files) {
    for (let at = 0; at < bytes.length; at += record, i++) {
      coarse[i] = bytes[at]!;
      labels[i] = bytes[at + labelBytes - 1]!;
      const [from, to] = [at + labelBytes, i * imageBytes];
      for (let p = 0; p < pixels; p++) {
        out[to + 3 * p] = bytes[from + p]!;
        out[to + 3 * p + 1] = bytes[from + pixels + p]!;
        out[to + 3 * p + 2] = bytes[from + 2 * pixels + p]!;
      }
    }
  }
  return { count, pixels: out, labels, ...(superclasses && { otherLabels: { coarse: { labels: coarse, classes: superclasses } } }) };
}
/** Names that come with the batches, where they are as many as expected. */
function namesIn(files: readonly NamedBytes[], name: RegExp, expected: readonly string[]): readonly string[] {
  const text = files.find((file) => name.test(baseName(file.name)));
  const names = text ? new TextDecoder().decode(text.bytes.subarray(0, 65_536)).split(/\r?\n/).map((line) => line.trim().slice(0, 80)).filter((line) => line !== '') : [];
  return names.length === expected.length ? names : expected;
}

function opened(files: readonly NamedBytes[]): NamedBytes[] {
  return files.flatMap((file) => {
    const bytes = gunzip(file.bytes, file.name, cifarLimits.unpackedBytes);
    return isTar(bytes.subarray(0, 512)) ? readTar(bytes, file.name) : [{ name: isGzip(file.bytes) ? withoutGz(file.name) : file.name, bytes }];
  });
}
function readCifar(given: readonly NamedBytes[]): LoadedImages {
  const files = opened(given);
  if (files.some(({ name }) => /(data_batch_\d+|test_batch|\/train|\/test)$/.test(name)) && !files.some(({ name }) => /\.bin$/i.test(name)))
    throw new InputError(`CIFAR: ${listOf(given)} holds Python pickles, which are programs and are not run. Bring the binary version (cifar-10-binary.tar.gz or cifar-100-binary.tar.gz).`);
  const alone = given.length === files.length;
  const batches = files.filter(({ name }) => batchName.test(baseName(name)) || (alone && /\.bin$/i.test(name))).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (batches.length === 0) throw new InputError(`CIFAR: expected files such as data_batch_1.bin or train.bin, but ${listOf(files)} came. Bring cifar-10-binary.tar.gz, or batches of it.`);
  const variant = variantOf(batches);
  const { classes, superclasses } = { classes: namesIn(files, /^(batches\.meta|fine_label_names)\.txt$/i, variant.classes), superclasses: variant.superclasses && namesIn(files, /^coarse_label_names\.txt$/i, variant.superclasses) };
  const splits = gather(batches.map(({ name, bytes }) => ({ name: baseName(name).replace(/^data_batch/i, 'train'), thing: bytes })));
  return {
    kind: 'images', from: listOf(given), notes: [`${variant.title}, binary version.`], width: side, height: side, channels: 3, classes,
    splits: mapSplits(splits, (part) => readBatches(part, { ...variant, ...(superclasses && { superclasses }) })),
  };
}
export const cifarReader: Reader = {
  id: 'cifar', title: 'CIFAR-10, CIFAR-100', extensions: ['.bin', '.tar.gz', '.tgz', '.tar'],
  says: 'CIFAR-10 or CIFAR-100, binary version: its batches (.bin), or the .tar.gz that they come in. The test batch becomes the test split.',
  recognises: (name, head) => (isTar(head) && !isSoundArchive(name)) || batchName.test(baseName(withoutGz(name))) || textName.test(baseName(name)),
  read: async (files) => readCifar(files),
};
