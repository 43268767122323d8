/** What the service worker holds and answers, as pure rules. */

/** A file of the built page. Paths are relative to the page's folder. */
export interface BuiltFile {
  readonly path: string;
  /** SHA-256 in base64. */
  readonly sha256: string;
  readonly sizeBytes: number;
}
/** A build as the service worker knows it; another build has another version. */
export interface Build {
  readonly version: string;
  readonly files: readonly BuiltFile[];
}
/** Which form of the WebGPU runtime a browser runs, if any. */
export type GpuForm = 'jspi' | 'asyncify' | 'none';

export const cachePrefix = 'stipple-page-';
export const cacheOf = ({ version }: Pick<Build, 'version'>): string => cachePrefix + version;

const gpuFile = /^assets\/ort[.-].*\.?(jspi|asyncify)\b.*\.(wasm|mjs)$/;
/**
 * Kept with the first visit: the page, its workers and methods, the CPU runtime. Kept when first used, or when all is asked for: checkpoints, and the
 * WebGPU runtimes, each larger than everything else together.
 */
export const isCore = ({ path }: Pick<BuiltFile, 'path'>): boolean => !path.endsWith('.onnx') && !gpuFile.test(path);
/** What "everything" is in a browser that runs this form of WebGPU. */
export const isWanted = (file: Pick<BuiltFile, 'path'>, gpu: GpuForm): boolean => isCore(file) || (gpuFile.exec(file.path)?.[1] ?? gpu) === gpu;
/** Names that change with their content: whatever build they come from, they are the same. */
export const isHashed = (path: string): boolean => /^assets\/.*-[A-Za-z0-9_-]{8}\.[a-z]+$/.test(path);

export const sizeOf = (files: readonly BuiltFile[]): number => files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

/** A % that escapes nothing is part of the name. */
function unescaped(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
/** The file of the build that a request is for; undefined for what is not the page's own. The page is one file, whatever its query. */
export function fileFor(request: { readonly method: string; readonly mode: string; readonly url: string }, scope: string, files: ReadonlyMap<string, BuiltFile>): BuiltFile | undefined {
  if (request.method !== 'GET' || !request.url.startsWith(scope)) return undefined;
  const path = unescaped(request.url.slice(scope.length).split(/[?#]/)[0]!);
  if (request.mode === 'navigate' && (path === '' || path === 'index.html')) return files.get('index.html');
  return files.get(path);
}
/** Messages from the page; each is answered on the port that comes with it. */
export type Ask = { readonly type: 'status' } | { readonly type: 'keepAll'; readonly gpu: GpuForm } | { readonly type: 'activate' };
export interface Status {
  readonly version: string;
  /** Everything of the page that is kept, of this version. */
  readonly keptBytes: number;
  readonly coreBytes: number;
  /** Of each form of WebGPU: what "everything" weighs, and how much of it is kept. */
  readonly all: Readonly<Record<GpuForm, { readonly bytes: number; readonly keptBytes: number }>>;
}
export type Reply = { readonly type: 'status'; readonly status: Status } | { readonly type: 'failed'; readonly why: string };
