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

export const kindNames: Readonly<Record<FileKind, string>> = {
  idx: 'IDX (also gzip)', wav: 'WAV', picture: 'PNG, JPEG or WebP', onnx: 'ONNX', weights: 'external data of an ONNX file', npz: 'NPZ', npy: 'NPY', csv: 'CSV or TSV', text: 'text',
  cifar: 'CIFAR (binary)', images: 'PNG, JPEG, WebP or a ZIP file of them', safetensors: 'safetensors', jsonl: 'JSON lines',
};
export const fileEndings: Readonly<Record<FileKind, string>> = {
  idx: '.idx,.gz,.idx1-ubyte,.idx3-ubyte', wav: '.wav', picture: '.png,.jpg,.jpeg,.webp', onnx: '.onnx', weights: '.data,.bin,.weights,.onnx_data', npz: '.npz', npy: '.npy', csv: '.csv,.tsv,.tab,.csv.gz', text: '.txt,.txt.gz',
  cifar: '.bin,.tar.gz,.tgz,.tar', images: '.zip,.png,.jpg,.jpeg,.webp', safetensors: '.safetensors', jsonl: '.jsonl,.ndjson',
};

const startsWith = (bytes: Uint8Array, at: number, magic: readonly number[]): boolean => magic.every((byte, i) => bytes[at + i] === byte);
const isPlain = (bytes: Uint8Array): boolean => !bytes.subarray(0, 4096).includes(0);
const gzip = [0x1f, 0x8b] as const;
/** A text by its ending, gzipped or not. */
const isText = (ending: RegExp) => (bytes: Uint8Array, name: string): boolean => ending.test(name.replace(/\.gz$/i, '')) && (isPlain(bytes) || startsWith(bytes, 0, gzip));
const isZip = (bytes: Uint8Array): boolean => startsWith(bytes, 0, [0x50, 0x4b, 3, 4]);
/** PNG, JPEG, WebP. */
const isPicture = (b: Uint8Array): boolean => startsWith(b, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) || startsWith(b, 0, [0xff, 0xd8, 0xff]) || (startsWith(b, 0, [0x52, 0x49, 0x46, 0x46]) && startsWith(b, 8, [0x57, 0x45, 0x42, 0x50]));
/**
 * Magic numbers, and endings where there are none: the little that the page itself must know, since the readers (data/files) are the worker's.
 * A gzip stream may hold an IDX file: the worker unpacks it and looks again.
 */
const looksLike: Readonly<Record<FileKind, (bytes: Uint8Array, name: string) => boolean>> = {
  idx: (b) => startsWith(b, 0, gzip) || (startsWith(b, 0, [0, 0]) && [0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e].includes(b[2] ?? -1) && (b[3] ?? 0) >= 1),
  wav: (b) => startsWith(b, 0, [0x52, 0x49, 0x46, 0x46]) && startsWith(b, 8, [0x57, 0x41, 0x56, 0x45]),
  picture: isPicture,
  onnx: (_, name) => /\.onnx$/i.test(name),
  weights: (_, name) => /\.(data|bin|weights|onnx_data)$/i.test(name),
  npz: isZip,
  npy: (b) => startsWith(b, 0, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]),
  csv: isText(/\.(csv|tsv|tab)$/i),
  text: isText(/\.txt$/i),
  cifar: (_, name) => /\.(tar\.gz|tgz|tar)$/i.test(name) || /(^|\/)(data_batch_\d+|test_batch|train|test)\.bin(\.gz)?$/i.test(name),
  images: (b, name) => isPicture(b) || (isZip(b) && /\.zip$/i.test(name)),
  safetensors: (_, name) => /\.safetensors$/i.test(name),
  jsonl: isText(/\.(jsonl|ndjson)$/i),
};
const showBytes = (bytes: Uint8Array): string => [...bytes.subarray(0, 4)].map((b) => b.toString(16).padStart(2, '0')).join(' ');

/** The first of these kinds that a file looks like. */
export const kindOf = ({ name, bytes }: FileBytes, kinds: readonly FileKind[]): FileKind | undefined => kinds.find((kind) => looksLike[kind](bytes, name));
const dataKinds = ['npz', 'npy', 'csv', 'text', 'idx', 'cifar', 'images', 'safetensors', 'jsonl'] as const satisfies readonly FileKind[];
/** Data whose files gather: a pair, a set of batches, x.npy beside y.npy. */
const gathers: readonly FileKind[] = ['idx', 'cifar', 'npy'];
/** Whether a new file of one kind takes the place of one of another: one model at a time, one source of data. */
export function replaces(kind: FileKind, other: FileKind | undefined): boolean {
  if (other === undefined) return false;
  if (kind === 'onnx') return other === 'onnx' || other === 'weights';
  const isData = (some: FileKind): boolean => (dataKinds as readonly FileKind[]).includes(some);
  return isData(kind) && isData(other) && !(kind === other && gathers.includes(kind));
}

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
