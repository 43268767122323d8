/**
 * Pictures in folders, or a ZIP file of them, as examples: the folder is the class, folders called train, validation and test are splits.
 * Heads are read first, so that sizes are known before anything is decoded. Hostile input.
 */
import { InputError, Stopped } from '../../base/errors';
import { resizeImage } from '../raster';
import { listOf, mapSplits, splitNames, splitOf, type ImageSplit, type LoadedImages, type NamedBytes, type Reader, type ReadOptions, type SplitName, type Splits } from './loaded';
import { pictureEndings, pictureFormat, pictureInfo, readPicture, type Picture8, type PictureInfo } from './picture';
import { isZip, readZip } from './zip';

export const imageSetLimits = { images: 200_000, unpackedBytes: 2 ** 30, sourcePixels: 2 ** 30, pixelBytes: 512 * 2 ** 20, classes: 10_000, side: 1024 } as const;

/** A picture that is to be decoded. */
interface Source {
  readonly name: string;
  readonly read: () => Uint8Array;
  readonly split: SplitName | undefined;
  /** Its folder; '' where it lies in none. */
  readonly folder: string;
}
interface Opened extends Source {
  readonly info: PictureInfo;
}
const isPicture = (name: string): boolean => pictureEndings.some((ending) => name.toLowerCase().endsWith(ending));
/** What systems leave behind: hidden files, a Mac's shadows, Windows' thumbnails. */
const isLitter = (name: string): boolean => name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX') || /(^|\/)(thumbs\.db|desktop\.ini)$/i.test(name);

function sourcesOf(files: readonly NamedBytes[]): { sources: Source[]; leftOut: number } {
  const all = files.flatMap((file) =>
    isZip(file.bytes) ? readZip(file.bytes, file.name, { entries: imageSetLimits.images, unpackedBytes: imageSetLimits.unpackedBytes }).map(({ name, read }) => ({ name, read })) : [{ name: file.name, read: () => file.bytes }],
  ).filter(({ name }) => !isLitter(name));
  const pictures = all.filter(({ name }) => isPicture(name));
  if (pictures.length === 0) throw new InputError(`Pictures (${pictureEndings.join(', ')}) were expected in ${listOf(files)}, but ${all.length === 0 ? 'nothing is there' : `there are ${all.length} other files such as ${all[0]!.name.slice(0, 80)}`}. Bring a folder for each class, or a ZIP file of such folders.`);
  if (pictures.length > imageSetLimits.images) throw new InputError(`${listOf(files)} holds ${pictures.length} pictures; at most ${imageSetLimits.images} are read. Bring fewer.`);
  // The order of names, so that the order in which a system lists its files changes nothing.
  const sources = pictures.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)).map(({ name, read }) => ({ name, read, ...placeOf(name) }));
  return { sources, leftOut: all.length - pictures.length };
}
/** A split is a folder of that very name; the class is the innermost folder, if that is no split. */
function placeOf(path: string): Pick<Source, 'split' | 'folder'> {
  const folders = path.split('/').slice(0, -1);
  const isSplit = (part: string): boolean => /^(train|training|test|testing|val|valid|validation)$/i.test(part);
  const split = folders.find(isSplit);
  const inner = folders.at(-1) ?? '';
  return { split: split === undefined ? undefined : splitOf(split), folder: isSplit(inner) ? '' : inner };
}

/** Things that may go wrong with single files of a set: they are left out, counted, the first named. */
class LeftOut {
  private count = 0;
  private first = '';

  add(name: string, error: unknown): void {
    if (!(error instanceof InputError)) throw error;
    if (this.count++ === 0) this.first = `${name.slice(0, 120)}: ${error.message}`;
  }
  /** @param all how many there were @throws InputError where none is left */
  notes(all: number): string[] {
    if (this.count === all) throw new InputError(`None of ${all} pictures could be read. ${this.first}`);
    return this.count === 0 ? [] : [`${this.count} of ${all} pictures could not be read and were left out. ${this.first}`];
  }
}

interface Target {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly notes: readonly string[];
}
const commonSide = 64;
function targetOf(opened: readonly Opened[], asked: number | undefined): Target {
  if (asked !== undefined && !(Number.isInteger(asked) && asked >= 1 && asked <= imageSetLimits.side)) throw new InputError(`A side of 1 to ${imageSetLimits.side} pixels was expected, but ${asked} came.`);
  const channels = opened.some(({ info }) => info.channels === 3) ? 3 : 1;
  const [{ info: first }] = opened as [Opened]; // at least one
  const alike = opened.every(({ info }) => info.width === first.width && info.height === first.height);
  const mixed = channels === 3 && opened.some(({ info }) => info.channels === 1) ? ['Grey pictures among coloured ones have their grey three times.'] : [];
  if (alike && (asked === undefined || (asked === first.width && asked === first.height))) return { width: first.width, height: first.height, channels, notes: mixed };
  const short = opened.map(({ info }) => Math.min(info.width, info.height)).sort((a, b) => a - b);
  const side = asked ?? Math.min(commonSide, short[short.length >> 1]!);
  const sizes = new Set(opened.map(({ info }) => `${info.width} x ${info.height}`));
  const [least, most] = [opened.reduce((a, b) => (b.info.width * b.info.height < a.info.width * a.info.height ? b : a)), opened.reduce((a, b) => (b.info.width * b.info.height > a.info.width * a.info.height ? b : a))];
  const came = sizes.size === 1 ? `Pictures of ${[...sizes][0]}` : `Pictures of ${sizes.size} sizes, from ${least.info.width} x ${least.info.height} to ${most.info.width} x ${most.info.height},`;
  return { width: side, height: side, channels, notes: [...mixed, `${came} were cropped to their centred square and resized to ${side} x ${side}.`] };
}
/** In the set's size and number of channels. */
function fitted({ width, height, channels, data }: Picture8, target: Target): Uint8Array {
  let pixels: Uint8Array = data;
  if (width !== target.width || height !== target.height) pixels = Uint8Array.from(resizeImage({ width, height, channels, data: Float32Array.from(data) }, target.width).data, Math.round);
  if (channels === target.channels) return pixels;
  return Uint8Array.from({ length: pixels.length * 3 }, (_, i) => pixels[Math.floor(i / 3)]!);
}

async function readImages(files: readonly NamedBytes[], { side, signal }: ReadOptions = {}): Promise<LoadedImages> {
  const { sources, leftOut } = sourcesOf(files);
  const bad = new LeftOut();
  const opened = sources.flatMap((source): Opened[] => {
    if (signal?.aborted) throw new Stopped();
    try {
      return [{ ...source, info: pictureInfo(source.read()) }];
    } catch (error) {
      bad.add(source.name, error);
      return [];
    }
  });
  if (opened.length === 0) bad.notes(sources.length);
  const total = opened.reduce((n, { info }) => n + info.width * info.height, 0);
  if (total > imageSetLimits.sourcePixels) throw new InputError(`${listOf(files)} holds ${Math.round(total / 2 ** 20)} megapixels in all; at most ${imageSetLimits.sourcePixels / 2 ** 20} are read. Make the pictures smaller.`);
  const target = targetOf(opened, side);
  const size = target.width * target.height * target.channels;
  if (opened.length * size > imageSetLimits.pixelBytes) throw new InputError(`${opened.length} pictures of ${target.width} x ${target.height} take ${Math.round((opened.length * size) / 2 ** 20)} MiB; at most ${imageSetLimits.pixelBytes / 2 ** 20} are held. Make them smaller, or bring fewer.`);
  const read: (Opened & { readonly pixels: Uint8Array })[] = [];
  for (const source of opened) {
    if (signal?.aborted) throw new Stopped();
    try {
      read.push({ ...source, pixels: fitted(await readPicture(source.read()), target) });
    } catch (error) {
      bad.add(source.name, error);
    }
  }
  const notes = [...bad.notes(sources.length), ...target.notes, ...remarks(read)];
  if (leftOut > 0) notes.push(`${leftOut} ${leftOut === 1 ? 'file that is no picture was' : 'files that are no pictures were'} left out.`);
  const classes = [...new Set(read.map(({ folder }) => folder))].sort();
  if (classes.length > imageSetLimits.classes) throw new InputError(`${listOf(files)} holds ${classes.length} folders; at most ${imageSetLimits.classes} classes are read. Put the pictures of a class into one folder.`);
  const labelled = classes.length > 1 && !classes.includes('');
  if (!labelled) notes.push(classes.length === 1 ? 'All pictures lie in one folder, so they have no labels.' : 'Some pictures lie in no folder of a class, so none has a label. Put each class into a folder of its own.');
  const places = new Map(classes.map((name, i) => [name, i]));
  return {
    kind: 'images', from: listOf(files), notes, width: target.width, height: target.height, channels: target.channels,
    ...(labelled && { classes }),
    splits: mapSplits(splitsOf(read), (part) => joined(part, size, labelled ? places : undefined)),
  };
}
/** What is lost or not done, of the whole set. */
function remarks(read: readonly Opened[]): string[] {
  const counts = new Map<string, number>();
  for (const { info } of read) if (info.note !== undefined) counts.set(info.note, (counts.get(info.note) ?? 0) + 1);
  return [...counts].map(([note, count]) => `${count} ${count === 1 ? 'picture is' : 'pictures are'} ${note}.`);
}
function splitsOf<T extends Source>(read: readonly T[]): Splits<readonly T[]> {
  const of = (wanted: SplitName | undefined): T[] => read.filter(({ split }) => split === wanted);
  const train = [...of('train'), ...of(undefined)];
  const named = splitNames.slice(1).map((name) => [name, of(name)] as const).filter(([, part]) => part.length > 0);
  if (train.length > 0) return { train, ...Object.fromEntries(named) };
  const [[, first], ...rest] = named as [readonly [SplitName, T[]], ...(readonly [SplitName, T[]])[]]; // some picture was read
  return { train: first, ...Object.fromEntries(rest) };
}
function joined(part: readonly (Source & { readonly pixels: Uint8Array })[], size: number, places: ReadonlyMap<string, number> | undefined): ImageSplit {
  const pixels = new Uint8Array(part.length * size);
  part.forEach((image, i) => pixels.set(image.pixels, i * size));
  return { count: part.length, pixels, names: part.map(({ name }) => name), ...(places && { labels: Int32Array.from(part, ({ folder }) => places.get(folder)!) }) };
}

export const imagesReader: Reader = {
  id: 'images', title: 'Pictures in folders', extensions: ['.zip', ...pictureEndings],
  says: 'A folder of pictures (PNG, JPEG, WebP), or a ZIP file of one: each folder in it is a class; folders called train, validation or test are splits.',
  recognises: (name, head) => pictureFormat(head) !== undefined || (/\.zip$/i.test(name) && isZip(head)),
  read: readImages,
};
