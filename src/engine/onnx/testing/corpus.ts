/** Sound files to make mutants of: the models that ship, programs of our own writer, every operator by itself, and ONNX's own test models where the system has them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { conformancePrograms } from '../../testing/conformance';
import { oneNode } from './one-node';
import { NODES } from './operators';
import { writeOnnx } from '../writer';

export interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array;
}
const fromFile = (name: string, path: string): Sample => ({ name, bytes: new Uint8Array(readFileSync(path)) });

/** What every clone of the project has: the corpus of the tests, always in the same order. */
export function ownCorpus(): Sample[] {
  const models = fileURLToPath(new URL('../../../../models', import.meta.url));
  const shipped = readdirSync(models).filter((file) => file.endsWith('.onnx')).sort().map((file) => fromFile(`models/${file}`, join(models, file)));
  const written = conformancePrograms(1, 1).map(({ program }) => ({ name: program.name, bytes: writeOnnx(program) }));
  const single = [...NODES.keys()].map((operator) => ({ name: `one ${operator}`, bytes: oneNode(operator, 1, 0).bytes }));
  return [...shipped, ...written, ...single];
}

/** ONNX's backend test models, as Debian's package libonnx-testdata installs them; [] where it is not installed. Those below 256 KiB. */
export function installedCorpus(): Sample[] {
  const root = '/usr/share/libonnx-testdata/data';
  if (!existsSync(root)) return [];
  return readdirSync(root).flatMap((kind) =>
    readdirSync(join(root, kind)).sort().flatMap((name) => {
      const path = join(root, kind, name, 'model.onnx');
      if (!existsSync(path)) return [];
      const sample = fromFile(`${kind}/${name}`, path);
      return sample.bytes.length < 2 ** 18 ? [sample] : [];
    }),
  );
}
