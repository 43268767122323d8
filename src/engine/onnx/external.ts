/** Weights that a model keeps in files beside it (ONNX external data). */
import { InputError } from '../../base/errors';

/** Contents of those files, by the location that the model names: a path relative to the model's own folder. */
export type ExternalFiles = ReadonlyMap<string, Uint8Array>;

/**
 * A location that stays in the model's folder or below, written with slashes.
 * @throws InputError for an absolute path, a drive, a backslash or a step upwards
 */
export function checkLocation(location: string, who: string): string {
  const parts = location.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || location.startsWith('/') || /[\\:\0]/.test(location) || parts.includes('..'))
    throw new InputError(`The numbers of ${who} are kept in "${location}", which is not a file in the model's own folder or below it. Such paths are refused; save the model again.`);
  return parts.join('/');
}
