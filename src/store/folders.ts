/** Folders, and heaps of pictures, as the browser hands them over: each becomes one ZIP file, so that it is a file like any other. */
import { InputError } from '../base/errors';
import { limits } from '../spec/experiment';
import type { FetchedFile } from './fetch-file';
import type { DroppedFile } from './files';
import { storeTexts } from './texts';

type TextFile = DroppedFile & { text(): Promise<string> };
/** A file with its place in the folder that was dropped: 'set/cats/1.png'. */
export interface PlacedFile {
  readonly path: string;
  readonly file: TextFile;
}
const most = 50_000;

/** What a drop holds, folders walked through. Must be called while the event is handled: the browser forgets its items afterwards. */
export function placedFiles(transfer: DataTransfer): Promise<PlacedFile[]> {
  const entries = [...transfer.items].map((item) => (item.kind === 'file' ? (item.webkitGetAsEntry?.() ?? item.getAsFile()) : null)).filter((entry) => entry !== null);
  return walked(entries);
}
async function walked(entries: readonly (FileSystemEntry | File)[]): Promise<PlacedFile[]> {
  const found: PlacedFile[] = [];
  const waiting = [...entries];
  for (let entry = waiting.pop(); entry; entry = waiting.pop()) {
    if (found.length > most) throw new InputError(storeTexts.folders.many(most));
    if (entry instanceof File) found.push({ path: entry.name, file: entry });
    else if (entry.isDirectory) waiting.push(...(await listed(entry as FileSystemDirectoryEntry))); // it says that it is one
    else found.push({ path: entry.fullPath.replace(/^\//, ''), file: await opened(entry as FileSystemFileEntry) }); // what is no folder is a file
  }
  return found;
}
/** A folder is listed in pieces, until an empty one comes. */
async function listed(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const piece = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (piece.length === 0) return all;
    all.push(...piece);
  }
}
const opened = (entry: FileSystemFileEntry): Promise<File> => new Promise((resolve, reject) => entry.file(resolve, reject));

const isPicture = (path: string): boolean => /\.(png|jpe?g|webp)$/i.test(path);
const isLitter = (path: string): boolean => path.split('/').some((part) => part.startsWith('.'));
/**
 * Files as they are; those of a folder as `folder.zip`, several pictures as `pictures.zip` where `gather` says so.
 * @throws InputError for a folder that is larger than a file may be
 */
export async function packed(placed: readonly PlacedFile[], gather: boolean): Promise<TextFile[]> {
  const sound = placed.filter(({ path }) => !isLitter(path));
  const loose = sound.filter(({ path }) => !path.includes('/'));
  const pictures = gather ? loose.filter(({ path }) => isPicture(path)) : [];
  const single = loose.filter((one) => pictures.length < 2 || !pictures.includes(one));
  const folders = new Map<string, PlacedFile[]>();
  for (const one of sound.filter(({ path }) => path.includes('/'))) {
    const name = one.path.split('/')[0]!;
    folders.set(name, folders.get(name) ?? []);
    folders.get(name)!.push(one);
  }
  const zips = [...[...folders].map(([name, files]) => zipped(`${name}.zip`, files)), ...(pictures.length > 1 ? [zipped('pictures.zip', pictures)] : [])];
  return [...single.map(({ file }) => file), ...(await Promise.all(zips))];
}
async function zipped(name: string, files: readonly PlacedFile[]): Promise<FetchedFile> {
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  if (total > limits.fileBytes) throw new InputError(storeTexts.folders.large(name.replace(/\.zip$/, ''), total, limits.fileBytes));
  const { packFolder } = await import('../data/files/pack'); // fetched with the first folder
  const bytes = packFolder(await Promise.all(files.map(async ({ path, file }) => ({ name: path, bytes: new Uint8Array(await file.arrayBuffer()) }))));
  return { name, size: bytes.length, arrayBuffer: () => Promise.resolve(bytes.buffer), text: () => Promise.resolve('') };
}
