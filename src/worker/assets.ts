/** Files that ship with the project, as the page serves them. */
import { InputError, RuntimeProblem } from '../base/errors';

const models = import.meta.glob<string>('../../models/*.onnx', { query: '?url', import: 'default' });
/** Folder that the page is served from: in a build this script lies in `assets/`, in development at `/src/worker/`. */
const root = import.meta.env.DEV ? new URL('/', self.location.origin) : new URL('../', self.location.href);
const cache = new Map<string, Promise<Uint8Array>>();

/** Bytes of a shipped file ('models/cnn.onnx', 'data/typefaces.bin'); fetched once. @throws InputError if it is not there, RuntimeProblem without a connection */
export function fetchAsset(path: string): Promise<Uint8Array> {
  let bytes = cache.get(path);
  if (!bytes) {
    bytes = load(path);
    bytes.catch(() => cache.delete(path));
    cache.set(path, bytes);
  }
  return bytes;
}
async function load(path: string): Promise<Uint8Array> {
  const model = models[`../../${path}`];
  const url = model ? new URL(await model(), self.location.href) : new URL(path, root);
  const response = await fetch(url).catch(() => {
    throw new RuntimeProblem(`The file ${path} was expected from this page's host, but it could not be fetched. Check the connection, then press Run, or Go on where it is offered.`);
  });
  if (!response.ok) throw new InputError(`The file ${path} could not be loaded (status ${response.status}). Is the page complete? Reload it, or build it again.`);
  return new Uint8Array(await response.arrayBuffer());
}
