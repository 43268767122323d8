/** ONNX files as a parser. Done thoroughly, onnxruntime reads what we have read, too, and must get the same numbers. */
import { compareWithOrt } from '../engine/onnx/testing/compare';
import { installedCorpus, ownCorpus } from '../engine/onnx/testing/corpus';
import { mutantOf } from '../engine/onnx/testing/fuzz';
import { judge } from '../engine/onnx/testing/judge';
import { smallest } from '../engine/onnx/testing/shrink';
import { wasmLane } from '../runtime/ort';
import type { Parser } from './parser';

export async function onnxParser(thorough: boolean): Promise<Parser> {
  const corpus = [...ownCorpus(), ...(thorough ? installedCorpus() : [])];
  const ort = thorough ? (await wasmLane()).ort : undefined;
  return {
    samples: corpus.map(({ bytes }) => bytes),
    mutant: (seed, number) => (({ name, bytes }) => ({ name, input: bytes }))(mutantOf(corpus, seed, number)),
    judge: async (input) => {
      const bytes = input as Uint8Array; // the samples' kind
      const verdict = judge(bytes);
      if (verdict.kind !== 'read') return verdict;
      if (!ort) return { kind: 'read', ms: verdict.ms };
      const compared = await compareWithOrt(bytes, verdict.read, ort);
      if (compared.kind === 'differs') return { kind: 'failed', what: 'It is read as something else than onnxruntime reads.', message: compared.message, ms: verdict.ms };
      return { kind: 'read', ms: verdict.ms, compared: compared.kind === 'agrees' };
    },
    smaller: (input, what) => smallest(input as Uint8Array, what),
  };
}
