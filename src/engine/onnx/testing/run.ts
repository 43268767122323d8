/** Mutants read one after another, each announced before it is read: whoever watches knows which one never ended. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { wasmLane } from '../../../runtime/ort';
import { compareWithOrt } from './compare';
import { installedCorpus, ownCorpus } from './corpus';
import { mutantOf } from './fuzz';
import { judge } from './judge';
import { smallest } from './shrink';

export type Told = { readonly begun: number; readonly name: string } | { readonly number: number; readonly name: string; readonly kind: 'refused' | 'read' | 'failed'; readonly what?: string; readonly message?: string; readonly ms: number; readonly compared?: boolean };

const kindOf = ({ what, message }: { readonly what: string; readonly message: string }): string => `${what} ${message.replaceAll(/\d+/g, '#').slice(0, 120)}`;
/** @param save keep failures, one of a kind, as small as they get, among the regressions */
export async function fuzz(first: number, end: number, seed: number, save: boolean, tell: (told: Told) => Promise<void>): Promise<void> {
  const corpus = [...ownCorpus(), ...installedCorpus()];
  const { ort } = await wasmLane();
  const saved = new Set<string>();
  for (let number = first; number < end; number++) {
    const { name, bytes } = mutantOf(corpus, seed, number);
    await tell({ begun: number, name });
    const verdict = judge(bytes);
    if (verdict.kind === 'failed' && save && !saved.has(kindOf(verdict))) {
      saved.add(kindOf(verdict));
      const file = fileURLToPath(new URL(`./regressions/${name.replace(/:.*/, '').replaceAll(/\W+/g, '-')}-${seed}-${number}.onnx`, import.meta.url));
      writeFileSync(file, smallest(bytes, verdict.what));
    }
    if (verdict.kind !== 'read') {
      await tell({ number, name, ...verdict });
      continue;
    }
    const compared = await compareWithOrt(bytes, verdict.read, ort);
    if (compared.kind === 'differs') await tell({ number, name, kind: 'failed', what: 'It is read as something else than onnxruntime reads.', message: compared.message, ms: verdict.ms });
    else await tell({ number, name, kind: 'read', ms: verdict.ms, compared: compared.kind === 'agrees' });
  }
}
