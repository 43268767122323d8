/** Every parser of what comes from outside, by its id. Whoever writes another adds a row here; `npm run fuzz` and the tests run them all. */
import type { ReaderId } from '../data/files';
import type { Parser } from './parser';

export interface ParserRow {
  readonly id: string;
  /** What it reads, in a few words. */
  readonly says: string;
  /** Files under src that are its code, or begin so: what of them was reached is counted. */
  readonly code: readonly string[];
  /** @param thorough compare with other programs, and take what samples the system has */
  readonly open: (thorough: boolean) => Parser | Promise<Parser>;
}
const words = () => import('./doors/words');
const kept = () => import('./doors/kept');
const models = () => import('./doors/models');
const row = (id: string, says: string, code: readonly string[], open: ParserRow['open']): ParserRow => ({ id, says, code, open });
const reader = (id: ReaderId, says: string, ...code: string[]): ParserRow => row(id, says, code.map((file) => `data/files/${file}`), async () => (await import('./data-files')).readerParser(id));

export const parsers: readonly ParserRow[] = [
  row('onnx', 'ONNX files', ['engine/onnx/operators/', ...['bounds', 'control-flow', 'graph-reader', 'model', 'node-pass', 'node-reader', 'output-types', 'protobuf', 'reader', 'sequences', 'static-values', 'tensor-proto'].map((name) => `engine/onnx/${name}.ts`)], async (thorough) => (await import('./onnx-files')).onnxParser(thorough)),
  reader('idx', 'IDX sets', 'idx.ts', 'idx-set.ts', 'gzip.ts'),
  reader('cifar', 'CIFAR batches, tar archives', 'cifar.ts', 'tar.ts', 'gzip.ts'),
  reader('images', 'pictures in folders or ZIP files', 'image-set.ts', 'png.ts', 'jpeg.ts', 'webp.ts', 'zip.ts', 'picture.ts', 'codec.ts', 'pixels.ts'),
  reader('numpy', 'NumPy arrays and archives', 'numpy.ts', 'npy.ts', 'npz.ts', 'zip.ts'),
  reader('safetensors', 'tensors as data', 'safetensors.ts'),
  reader('table', 'tables (CSV, TSV)', 'table.ts'),
  reader('records', 'JSON lines', 'records.ts', 'fields.ts'),
  reader('wav', 'sounds', 'wav.ts', 'sound.ts'),
  reader('text', 'plain text', 'text-file.ts'),
  row('heap', 'files of several kinds, dropped together', ['data/files/index.ts', 'data/report'], async () => (await import('./data-files')).heapParser()),
  row('tensors', 'safetensors as a model\'s params', ['base/safetensors.ts', 'engine/safetensors.ts', 'base/half.ts'], async () => (await models()).ofSafetensors()),
  row('checkpoint-files', 'files with the weights of a model', ['lab/checkpoint-file.ts'], async () => (await models()).ofCheckpointFiles()),
  row('own-models', 'a model and its data, as far as the step that trains it', ['lab/own/open.ts', 'lab/own/describe.ts', 'lab/own/examples.ts', 'lab/own/step.ts', 'lab/own/reach.ts'], async () => (await models()).ofOwnModels()),
  row('weight-files', 'files with weights beside a model', ['engine/onnx/external.ts'], async () => (await models()).ofWeightFiles()),
  row('diffs', 'a user\'s checkpoints in the library\'s worker: kept, compared, merged, written', ['worker/diff.ts', 'lab/diff/', 'lab/merge.ts', 'engine/onnx/patch.ts'], async () => (await models()).ofDiffs()),
  row('library-questions', 'what the library\'s worker is asked', ['worker/library.ts', 'worker/kitchen.ts', 'worker/diff.ts'], async () => (await models()).ofLibraryQuestions()),
  row('sent-files', 'files that came with a command, and those that the worker has', ['worker/files.ts'], async () => (await models()).ofSentFiles()),
  row('kept-checkpoints', 'checkpoints in storage', ['keep/checkpoints.ts', 'keep/sealed.ts', 'base/pack.ts'], async () => (await kept()).ofKeptCheckpoints()),
  row('kept-runs', 'finished runs in storage', ['keep/kept-runs.ts'], async () => (await kept()).ofKeptRuns()),
  row('workbench', 'workbench files', ['keep/kept-runs.ts', 'keep/sealed.ts', 'base/pack.ts'], async () => (await kept()).ofWorkbenches()),
  row('journals', 'journals of runs', ['keep/journal.ts', 'keep/run-journal.ts'], async () => (await kept()).ofJournals()),
  row('kept-sweeps', 'sweeps in storage', ['keep/kept-sweeps.ts'], async () => (await kept()).ofKeptSweeps()),
  row('memories', 'how far lessons were followed', ['store/lesson-slice.ts'], async () => (await kept()).ofMemories()),
  row('links', 'links', ['spec/link.ts', 'spec/knobs.ts'], async () => (await words()).ofLinks()),
  row('saved', 'saved experiments', ['store/saved.ts'], async () => (await words()).ofSaved()),
  row('knobs', 'values of knobs', ['spec/knobs.ts'], async () => (await words()).ofKnobs()),
  row('places', 'links to places', ['spec/place.ts'], async () => (await words()).ofPlaces()),
  row('sweeps', 'links of sweeps', ['spec/sweep.ts'], async () => (await words()).ofSweepLinks()),
  row('embedding', 'addresses of embedded pages', ['store/embed.ts'], async () => (await words()).ofEmbedding()),
  row('lessons', 'lessons', ['spec/lesson.ts', 'store/lesson-slice.ts'], async () => (await words()).ofLessons()),
  row('lesson-links', 'links to lessons', ['store/lesson-slice.ts'], async () => (await words()).ofLessonLinks()),
  row('typed', 'lines typed into the palette', ['ui/palette/knob-values.ts', 'ui/palette/ranking.ts'], async () => (await words()).ofTyped()),
  row('patterns', 'patterns over names of tensors', ['spec/pattern.ts'], async () => (await words()).ofPatterns()),
  row('downloads', 'addresses, and what servers answer', ['data/download.ts'], async () => (await words()).ofDownloads()),
  row('page-requests', 'addresses that the service worker is asked for', ['offline/rules.ts'], async () => (await words()).ofPageRequests()),
  row('page-calls', 'calls of window.stipple', ['store/page-api.ts'], async () => (await import('./doors/page')).ofPageCalls()),
  row('experiment-files', 'experiments of the command line', ['cli/run.ts'], async () => (await import('./doors/command-line')).ofExperimentFiles()),
  row('download-cache', 'what the command line has kept of downloads', ['cli/file-cache.ts'], async () => (await import('./doors/command-line')).ofDownloadCache()),
];
export const parserRow = (id: string): ParserRow => {
  const found = parsers.find((one) => one.id === id);
  if (!found) throw new Error(`There is no parser "${id}". There are: ${parsers.map((one) => one.id).join(', ')}.`);
  return found;
};
