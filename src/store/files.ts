/** Dropped files, at the door: size and first bytes are looked at here, the whole content by the worker that reads it. */
import { sha256 } from '../base/hash';
import { InputError } from '../base/errors';
import type { Card, FileKind } from '../spec/card';
import { limits, type FileRef } from '../spec/experiment';
import type { FileBytes } from '../spec/messages';
import { storeTexts } from './texts';

export interface LoadedFile {
  readonly kind: FileKind;
  readonly ref: FileRef;
  readonly bytes: Uint8Array;
}
/** What a file gives of itself: the browser's `File` does. */
export interface DroppedFile {
  readonly name: string;
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export const kindNames: Readonly<Record<FileKind, string>> = { idx: 'IDX (also gzip)', wav: 'WAV', png: 'PNG', onnx: 'ONNX', weights: 'external data of an ONNX file', npz: 'NPZ', csv: 'CSV', text: 'text' };
export const fileEndings: Readonly<Record<FileKind, string>> = {
  idx: '.idx,.gz,.idx1-ubyte,.idx3-ubyte', wav: '.wav', png: '.png', onnx: '.onnx', weights: '.data,.bin,.weights,.onnx_data', npz: '.npz', csv: '.csv', text: '.txt',
};

const startsWith = (bytes: Uint8Array, at: number, magic: readonly number[]): boolean => magic.every((byte, i) => bytes[at + i] === byte);
const isPlain = (bytes: Uint8Array): boolean => !bytes.subarray(0, 4096).includes(0);
/** Magic numbers, and endings where there are none. A gzip stream may hold an IDX file: the worker unpacks it and looks again. */
const looksLike: Readonly<Record<FileKind, (bytes: Uint8Array, name: string) => boolean>> = {
  idx: (b) => startsWith(b, 0, [0x1f, 0x8b]) || (startsWith(b, 0, [0, 0]) && [0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e].includes(b[2] ?? -1) && (b[3] ?? 0) >= 1),
  wav: (b) => startsWith(b, 0, [0x52, 0x49, 0x46, 0x46]) && startsWith(b, 8, [0x57, 0x41, 0x56, 0x45]),
  png: (b) => startsWith(b, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  onnx: (_, name) => /\.onnx$/i.test(name),
  weights: (_, name) => /\.(data|bin|weights|onnx_data)$/i.test(name),
  npz: (b) => startsWith(b, 0, [0x50, 0x4b, 3, 4]),
  csv: (b, name) => /\.csv$/i.test(name) && isPlain(b),
  text: (b, name) => /\.txt$/i.test(name) && isPlain(b),
};
const showBytes = (bytes: Uint8Array): string => [...bytes.subarray(0, 4)].map((b) => b.toString(16).padStart(2, '0')).join(' ');

/** The first of these kinds that a file looks like. */
export const kindOf = ({ name, bytes }: FileBytes, kinds: readonly FileKind[]): FileKind | undefined => kinds.find((kind) => looksLike[kind](bytes, name));
/** Kinds whose files a new one of this kind takes the place of: one model at a time, one source of data. */
const rivals: Partial<Record<FileKind, readonly FileKind[]>> = { onnx: ['onnx', 'weights'], npz: ['npz', 'csv', 'text', 'idx'], csv: ['npz', 'csv', 'text', 'idx'], text: ['npz', 'csv', 'text', 'idx'], idx: ['npz', 'csv', 'text'] };
export const replaces = (kind: FileKind, other: FileKind | undefined): boolean => other !== undefined && (rivals[kind]?.includes(other) ?? false);

/** Reads a dropped file whole. @throws InputError saying what was expected and what came. */
export async function takeFile(file: DroppedFile, card: Card): Promise<LoadedFile> {
  const kinds = card.accepts ?? [];
  if (kinds.length === 0) throw new InputError(storeTexts.fileNotTaken(file.name, card.title));
  if (file.size > limits.fileBytes) throw new InputError(storeTexts.fileTooLarge(file.name, file.size, limits.fileBytes));
  if (file.size === 0) throw new InputError(storeTexts.fileEmpty(file.name));
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new InputError(storeTexts.fileUnreadable(file.name));
  }
  const kind = kindOf({ name: file.name, bytes }, kinds);
  if (!kind) {
    throw new InputError(storeTexts.fileKind(file.name, kinds.map((kind) => kindNames[kind]).join(' or '), showBytes(bytes)));
  }
  return { kind, ref: { name: file.name.slice(0, 200), sizeBytes: bytes.length, sha256: await sha256(bytes) }, bytes };
}
