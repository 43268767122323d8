/** The readers of data as parsers: every one by itself, and a heap of files of all kinds, sorted by what they are. */
import { Random } from '../base/random';
import { InputError } from '../base/errors';
import { loadFiles, type NamedBytes, type ReaderId } from '../data/files';
import { corpus } from '../data/files/testing/corpus';
import { mutantOf, readerIds } from '../data/files/testing/fuzz';
import { judge } from '../data/files/testing/judge';
import { reportOn } from '../data/report';
import { verdictOf, type Parser } from './parser';

export const readerParser = (id: ReaderId): Parser => ({
  samples: corpus[id],
  mutant: (seed, number) => (({ name, files }) => ({ name, input: files }))(mutantOf(id, seed, number)),
  judge: (input) => judge(id, input as readonly NamedBytes[]), // the samples' kind
});
/** Two sets of files of two readers, dropped together. */
export const heapParser = (): Parser => ({
  samples: readerIds.map((id, i) => [...corpus[id][0]!, ...corpus[readerIds[(i + 1) % readerIds.length]!][0]!]),
  mutant: (seed, number) => {
    const rng = Random.seed(seed).fork('heap', number);
    const [a, b] = [mutantOf(rng.pick(readerIds), seed + 1, number), mutantOf(rng.pick(readerIds), seed + 2, number)];
    return { name: `${a.name}; ${b.name}`, input: [...a.files, ...b.files].map((file) => (rng.bernoulli(0.05) ? { ...file, name: rng.pick(a.files).name } : file)) };
  },
  judge: (input) => verdictOf(async () => {
    const { loaded, problems } = await loadFiles(input as readonly NamedBytes[]);
    for (const set of loaded) reportOn(set);
    if (problems.length > 0) throw new InputError(problems.join(' ').slice(0, 1900));
  }),
});
