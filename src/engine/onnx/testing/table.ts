/** The conformance figures as a page of documentation. */
import type { Errors, Figures } from './conformance';

export interface Measured {
  readonly cases: number;
  readonly gpuCases: number;
  readonly seed: number;
  readonly adapter: string;
  /** Subjects that are blocks of networks: they have a table of their own. */
  readonly blocks: readonly string[];
}
const COLUMNS = ['reference', 'wasm', 'webgpu'] as const;
const shown = (errors: Errors | undefined, facet: keyof Errors): string => {
  if (!errors) return '–';
  const error = errors[facet];
  if (error === undefined) return '';
  return error === 0 ? '0' : Number.isFinite(error) ? error.toExponential(0) : 'fails';
};
const row = ({ subject, errors }: Figures): string => `| ${subject} | ${(['forward', 'gradient', 'second'] as const).flatMap((facet) => COLUMNS.map((column) => shown(errors[column], facet))).join(' | ')} |`;
const HEAD = `| | forward: reference | WASM | WebGPU | gradient: reference | WASM | WebGPU | second: reference | WASM | WebGPU |\n|---|---|---|---|---|---|---|---|---|---|`;

export function table(figures: readonly Figures[], { cases, gpuCases, seed, adapter, blocks }: Measured): string {
  const of = (wanted: (subject: string) => boolean): string => [HEAD, ...figures.filter(({ subject }) => wanted(subject)).map(row)].join('\n');
  const notes = figures.flatMap(({ subject, notes: all }) => all.map((note) => `- ${subject}: ${note.split('\n')[0]!.slice(0, 240)}`));
  return `# Conformance

Made by \`npm run conformance\` (seed ${seed}); not written by hand. The largest error over random shapes, attributes, broadcasting and
numbers: ${cases} models of one node each on the reference and WASM, ${gpuCases} of them on WebGPU (${adapter}, CPU fallback forbidden).

- **Forward** is compared with onnxruntime's CPU kernels on the very same file of one node, its optimiser off.
- **Gradient**: of all float outputs, weighted at random, in every float input. The float64 reference is compared with central differences,
  WASM and WebGPU with the reference.
- **Second**: the gradient of the gradient, compared in the same way.
- An error is the largest difference, relative to the largest magnitude of the tensor (or to 0.01, if that is smaller). Booleans and
  integers are compared as numbers. Inputs keep away from kinks and poles, where there is no gradient to compare.
- Empty: there is nothing to differentiate, or the derivative is a constant. –: it could not be measured, and why stands below.

## Operators (${figures.filter(({ subject }) => !blocks.includes(subject)).length})

${of((subject) => !blocks.includes(subject))}

## Blocks of networks

Read from ONNX; every param is differentiated. One model each.

${of((subject) => blocks.includes(subject))}
${notes.length > 0 ? `\n## What could not be measured\n\n${notes.join('\n')}\n` : ''}`;
}
