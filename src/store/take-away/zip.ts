/** Files as one ZIP file, made in pieces so that the page stays awake. */
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';

const pieceBytes = 256 * 1024;
/** Numbers hardly shrink; text does. */
const isText = (path: string): boolean => /\.(json|csv|txt|md|py)$/.test(path);
const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

export async function zipped(files: readonly { readonly path: string; readonly bytes: Uint8Array }[], modified: Date): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let failed: Error | undefined;
  const zip = new Zip((error, part) => {
    if (error) failed = error;
    else parts.push(part);
  });
  for (const { path, bytes } of files) {
    const entry = isText(path) ? new ZipDeflate(path, { level: 6 }) : new ZipPassThrough(path);
    entry.mtime = modified;
    zip.add(entry);
    for (let at = 0; at === 0 || at < bytes.length; at += pieceBytes) {
      entry.push(bytes.subarray(at, at + pieceBytes), at + pieceBytes >= bytes.length);
      await breath();
    }
  }
  zip.end();
  if (failed) throw failed;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
