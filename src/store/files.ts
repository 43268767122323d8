/** Dropped files, at the door: size and first bytes are looked at here, the whole content by the worker that reads it. */
import { sha256 } from '../base/hash';
import { InputError } from '../base/errors';
import type { Card, FileKind } from '../spec/card';
import { limits, type FileRef } from '../spec/experiment';
import { storeTexts } from './texts';

export interface LoadedFile {
  readonly ref: FileRef;
  readonly bytes: Uint8Array;
}
/** What a file gives of itself: the browser's `File` does. */
export interface DroppedFile {
  readonly name: string;
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export const kindNames: Readonly<Record<FileKind, string>> = { idx: 'IDX (also gzip)', wav: 'WAV', png: 'PNG' };
export const fileEndings: Readonly<Record<FileKind, string>> = { idx: '.idx,.gz,.idx1-ubyte,.idx3-ubyte', wav: '.wav', png: '.png' };

const startsWith = (bytes: Uint8Array, at: number, magic: readonly number[]): boolean => magic.every((byte, i) => bytes[at + i] === byte);
/** Magic numbers. A gzip stream may hold an IDX file: the worker unpacks it and looks again. */
const looksLike: Readonly<Record<FileKind, (bytes: Uint8Array) => boolean>> = {
  idx: (b) => startsWith(b, 0, [0x1f, 0x8b]) || (startsWith(b, 0, [0, 0]) && [0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e].includes(b[2] ?? -1) && (b[3] ?? 0) >= 1),
  wav: (b) => startsWith(b, 0, [0x52, 0x49, 0x46, 0x46]) && startsWith(b, 8, [0x57, 0x41, 0x56, 0x45]),
  png: (b) => startsWith(b, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
};
const showBytes = (bytes: Uint8Array): string => [...bytes.subarray(0, 4)].map((b) => b.toString(16).padStart(2, '0')).join(' ');

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
  if (!kinds.some((kind) => looksLike[kind](bytes))) {
    throw new InputError(storeTexts.fileKind(file.name, kinds.map((kind) => kindNames[kind]).join(' or '), showBytes(bytes)));
  }
  return { ref: { name: file.name.slice(0, 200), sizeBytes: bytes.length, sha256: await sha256(bytes) }, bytes };
}
