/**
 * A pool of documents to select from: clusters (language and topic) of Zipf sizes, quality that depends on cluster and document, exact and
 * near duplicates. Low quality is a share of corrupted tokens, whose places are known. What joint selection by quality and diversity is tried
 * on (DataMask, Fan et al. 2025, arXiv:2512.24265), and any method that is to keep the better part of a corpus.
 */
import { InputError } from '../../base/errors';
import { erf, pow } from '../../base/math';
import { Random } from '../../base/random';
import { int32, tensor, type Tensor } from '../../base/tensor';
import { defineDataset, type Example, type Preview } from '../../spec/dataset';
import { float, int } from '../../spec/knobs';
import { choices, choose, sampleSentence, type Choices } from '../grammar';
import { meanings } from '../lexicon';
import { countsOf, histogramOf, rounded, tableOf } from '../preview';
import { drawFor } from '../split-by-words';
import { decode, stackRows, toRow, type TokenRows } from '../tokens';
import { makeLanguages, topicGrammar, type LanguageWorld } from './languages';

export interface DocumentWorldSpec {
  /** Clusters: languages times topics. Absent: 4 and 5, which is 20. */
  readonly languages?: number;
  readonly topics?: number;
  /** Exponent s of cluster sizes: rank k has weight k^-s. Absent: 1. */
  readonly zipf?: number;
  /** quality = clusterEffect c + noise e, with c and e standard normal, one c a cluster. Absent: 0.8 and 0.6. */
  readonly clusterEffect?: number;
  readonly noise?: number;
  /** Share of corrupted tokens in the worst document; a document of quality q has this times P(normal > q). Absent: 0.6. */
  readonly corruption?: number;
  /** P(a document is an exact copy of an earlier one), and P(it is a near one, with `edits` of its tokens exchanged). Absent: 0. */
  readonly exact?: number;
  readonly near?: number;
  /** Share of tokens that a near duplicate exchanges. Absent: 0.15. */
  readonly edits?: number;
  /** Draws cluster sizes and effects. Absent: 1. */
  readonly seed?: number;
}
export interface DocumentWorld {
  readonly languages: LanguageWorld;
  /** By cluster: name ("B2"), size (sums to 1), effect on quality. Cluster = language * topics + topic. */
  readonly names: readonly string[];
  readonly sizes: Choices;
  readonly effects: Float64Array;
  readonly spec: Required<DocumentWorldSpec>;
}
export interface Document {
  /** Token ids, corrupted ones among them. */
  readonly words: readonly number[];
  /** Whether each token is corrupted. */
  readonly corrupted: readonly boolean[];
  readonly cluster: number;
  /** About normal; standard deviation sqrt(clusterEffect^2 + noise^2), 1 by default. */
  readonly quality: number;
  /** Index of the document that it copies, through all copies in between; -1 for an original. */
  readonly source: number;
  readonly copy: 'original' | 'exact' | 'near';
}
const normalTail = (q: number): number => 0.5 * (1 - erf(q / Math.SQRT2));

/** Opens a world of documents. @throws InputError for a share out of range */
export function makeDocumentWorld(given: DocumentWorldSpec = {}): DocumentWorld {
  const spec = { languages: 4, topics: 5, zipf: 1, clusterEffect: 0.8, noise: 0.6, corruption: 0.6, exact: 0, near: 0, edits: 0.15, seed: 1, ...given };
  for (const name of ['corruption', 'exact', 'near', 'edits'] as const) if (!(spec[name] >= 0 && spec[name] <= 1)) throw new InputError(`Documents: expected ${name} as a share from 0 to 1, but ${spec[name]} came.`);
  if (spec.exact + spec.near > 0.95) throw new InputError(`Documents: expected duplicates of at most 0.95 in all, but ${spec.exact + spec.near} came.`);
  const languages = makeLanguages({ languages: spec.languages, topics: spec.topics });
  const rng = Random.seed(spec.seed).fork('documents', 'world');
  const count = spec.languages * spec.topics;
  const ranks = rng.fork('ranks').permutation(count);
  return {
    languages, spec,
    names: Array.from({ length: count }, (_, k) => `${languages.names[Math.floor(k / spec.topics)]!}${k % spec.topics}`),
    sizes: choices(Array.from(ranks, (rank, k) => [k, pow(rank + 1, -spec.zipf)])),
    effects: Float64Array.from({ length: count }, (_, k) => rng.fork('effect', k).normal()),
  };
}

export interface DocumentsSpec {
  readonly seed: number;
  readonly split: string;
  readonly count: number;
  /** T. Absent: 32. */
  readonly length?: number;
  /** Without corruption and duplicates, clusters in turn: the set to be tested on. Absent: false. */
  readonly clean?: boolean;
}
export interface Documents extends TokenRows {
  /** [n] int32: cluster; index of the document copied, -1 for originals; 0 original, 1 exact copy, 2 near copy. */
  readonly cluster: Tensor;
  readonly source: Tensor;
  readonly copy: Tensor;
  /** [n] float32. */
  readonly quality: Tensor;
  /** [n, T] float32: 1 on corrupted tokens. */
  readonly corrupted: Tensor;
}
const copies = ['original', 'exact', 'near'] as const;

/** Prepares drawing: document `index` of a split, at most `longest` words of sentences of one cluster. A copy's source is an earlier document of the same split. */
export function documentDrawer(world: DocumentWorld, { seed, split, longest, clean = false }: { seed: number; split: string; longest: number; clean?: boolean }): (index: number) => Document {
  const known = new Map<number, Document>();
  const { spec, languages, effects, sizes } = world;
  const draw = (index: number): Document => {
    const rng = Random.seed(seed).fork('documents', split, clean ? 'clean' : 'pool', index);
    const lot = rng.fork('copy').uniform();
    if (!clean && index > 0 && lot < spec.exact + spec.near) return copyOf(at(rng.fork('source').int(index)), lot < spec.exact ? 'exact' : 'near', rng);
    const cluster = clean ? index % effects.length : choose(sizes, rng.fork('cluster'));
    const quality = spec.clusterEffect * effects[cluster]! + spec.noise * rng.fork('quality').normal();
    const grammar = topicGrammar(languages, Math.floor(cluster / spec.topics), cluster % spec.topics);
    const text = drawFor<readonly number[]>(split, (words) => words, (attempt) => {
      const words: number[] = [];
      for (let s = 0; words.length < longest; s++) words.push(...sampleSentence(grammar, rng.fork('sentence', attempt, s), longest).words);
      return words.slice(0, longest);
    });
    const share = clean ? 0 : spec.corruption * normalTail(quality);
    const corrupted = text.map((_, t) => rng.fork('corrupted', t).bernoulli(share));
    const words = text.map((id, t) => (corrupted[t] ? anyOtherWord(id, languages.vocabulary.size, rng.fork('word', t)) : id));
    return { words, corrupted, cluster, quality, source: -1, copy: 'original' };
  };
  const copyOf = (from: { index: number; document: Document }, copy: 'exact' | 'near', rng: Random): Document => {
    const { document } = from;
    const source = document.source >= 0 ? document.source : from.index;
    if (copy === 'exact') return { ...document, source, copy: document.copy === 'near' ? 'near' : 'exact' };
    // A near copy exchanges tokens for others of its own kind: the quality stays.
    const words = document.words.map((id, t) => (rng.fork('edit', t).bernoulli(spec.edits) ? ofOneKind(languages, id, rng.fork('edited', t)) : id));
    return { ...document, words, source, copy };
  };
  const at = (index: number): { index: number; document: Document } => {
    const document = known.get(index) ?? draw(index);
    known.set(index, document);
    return { index, document };
  };
  return (index) => at(index).document;
}
/** Any word but this one; no special token. */
const anyOtherWord = (id: number, size: number, rng: Random): number => {
  const drawn = 6 + rng.int(size - 7);
  return drawn >= id ? drawn + 1 : drawn;
};
/** Another word of the same language, class and kind, which agrees with all that this one agrees with; itself where there is none. Punctuation stays. */
function ofOneKind({ lexicon }: LanguageWorld, id: number, rng: Random): number {
  const ids = lexicon.find((words) => words.includes(id))!;
  const meaning = meanings[ids.indexOf(id)]!;
  const others = ids.filter((word, m) => word !== id && meanings[m]!.class === meaning.class && meanings[m]!.kind === meaning.kind);
  return meaning.class === 'punctuation' || others.length === 0 ? id : rng.pick(others);
}

export function makeDocuments(world: DocumentWorld, { seed, split, count, length = 32, clean = false }: DocumentsSpec): Documents {
  const at = documentDrawer(world, { seed, split, longest: length - 2, clean });
  const drawn = Array.from({ length: count }, (_, index) => at(index));
  const corrupted = new Float32Array(count * length);
  drawn.forEach((document, i) => document.corrupted.forEach((is, t) => is && (corrupted[i * length + t + 1] = 1)));
  return {
    ...stackRows(drawn.map(({ words }) => toRow(words, length)), length),
    cluster: int32(drawn.map(({ cluster }) => cluster)),
    source: int32(drawn.map(({ source }) => source)),
    copy: int32(drawn.map(({ copy }) => copies.indexOf(copy))),
    quality: tensor(drawn.map(({ quality }) => quality)),
    corrupted: tensor(corrupted, [count, length]),
  };
}

/**
 * Embeddings of rows without a model: counts of tokens (order 1) or of neighbouring pairs (order 2), projected on `width` random directions
 * (Johnson and Lindenstrauss 1984), the mean over all rows taken away, each scaled to length 1: [n, width] float32; a row that equals the
 * mean stays 0. Pairs are so many that clusters show only on average: see the tests.
 */
export function countEmbeddings(rows: TokenRows, { width = 32, order = 2, seed = 1 }: { width?: number; order?: 1 | 2; seed?: number } = {}): Tensor {
  const [n, length] = rows.tokens.shape as [number, number];
  const directions = new Map<number, Float32Array>();
  const directionOf = (a: number, b: number): Float32Array => {
    const known = directions.get(a * 65536 + b) ?? Random.seed(seed).fork('counts', a, b).fillNormal(new Float32Array(width));
    directions.set(a * 65536 + b, known);
    return known;
  };
  const out = new Float64Array(n * width);
  for (let i = 0; i < n; i++) {
    for (let t = 1; t < length && rows.mask.data[i * length + t] === 1; t++) {
      const direction = directionOf(order === 2 ? rows.tokens.data[i * length + t - 1]! : 0, rows.tokens.data[i * length + t]!);
      for (let d = 0; d < width; d++) out[i * width + d]! += direction[d]!;
    }
  }
  for (let d = 0; d < width; d++) {
    let mean = 0;
    for (let i = 0; i < n; i++) mean += out[i * width + d]! / n;
    for (let i = 0; i < n; i++) out[i * width + d]! -= mean;
  }
  for (let i = 0; i < n; i++) {
    const row = out.subarray(i * width, (i + 1) * width);
    const norm = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0));
    if (norm > 0) for (let d = 0; d < width; d++) row[d]! /= norm;
  }
  return tensor(Float32Array.from(out), [n, width]);
}

export const dataset = defineDataset({
  id: 'documents',
  title: 'Documents',
  family: 'language',
  says: 'A corpus to choose from: clusters of very unequal size, documents of known quality, exact and near copies of others. Bad documents have corrupted tokens at known places. What a selection should keep, and what it should drop, is known for every document.',
  knobs: {
    zipf: float({ label: 'Inequality of clusters', help: 'A cluster of rank k has size k to the minus this.', min: 0, max: 2, default: 1 }),
    clusterEffect: float({ label: 'Quality by cluster', min: 0, max: 2, default: 0.8 }),
    noise: float({ label: 'Quality by document', min: 0, max: 2, default: 0.6 }),
    corruption: float({ label: 'Most corrupted tokens', help: 'Share of corrupted tokens in the worst documents.', min: 0, max: 1, default: 0.6 }),
    exact: float({ label: 'Exact copies', min: 0, max: 0.45, default: 0.1 }),
    near: float({ label: 'Near copies', min: 0, max: 0.45, default: 0.1 }),
    world: int({ label: 'World', help: 'Draws other sizes and qualities of clusters.', min: 1, max: 1000, default: 1 }),
  },
  open: ({ knobs: { world: worldSeed, ...knobs } }) => {
    const world = makeDocumentWorld({ ...knobs, seed: worldSeed });
    const drawers = new Map<string, (index: number) => Document>();
    return {
      example: ({ seed, split, index }): Example => {
        const key = `${seed}/${split}`;
        const draw = drawers.get(key) ?? documentDrawer(world, { seed, split, longest: 30 });
        drawers.set(key, draw);
        const { words, corrupted, cluster, quality, source, copy } = draw(index);
        return { text: decode(world.languages.vocabulary, words), corrupted, cluster: world.names[cluster]!, quality, source, copy };
      },
      preview: ({ seed }) => previewOf(world, documentDrawer(world, { seed, split: 'train', longest: 30 })),
    };
  },
});
function previewOf(world: DocumentWorld, at: (index: number) => Document): readonly Preview[] {
  const drawn = Array.from({ length: 400 }, (_, index) => at(index));
  const shown = ({ words, corrupted }: Document): string => words.map((id, t) => (corrupted[t] ? `[${world.languages.vocabulary.words[id]!}]` : world.languages.vocabulary.words[id]!)).join(' ');
  const sizes = world.names.map((_, cluster) => drawn.filter((d) => d.cluster === cluster).length);
  const order = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]!);
  return [
    {
      title: 'Documents', says: 'Corrupted tokens stand in brackets.',
      picture: tableOf(
        ['no.', 'text', 'cluster', 'quality', 'copy of'],
        drawn.slice(0, 12).map((d, i) => [i, shown(d), world.names[d.cluster]!, rounded(d.quality), d.source >= 0 ? `${d.source} (${d.copy})` : '']),
      ),
    },
    { title: 'Clusters, the largest first', picture: tableOf(['cluster', 'of 400', 'effect on quality', 'corrupted tokens'], order.map((k) => {
      const tokens = drawn.filter((d) => d.cluster === k).flatMap((d) => d.corrupted);
      return [world.names[k]!, sizes[k]!, rounded(world.effects[k]!), tokens.length ? rounded(tokens.filter(Boolean).length / tokens.length) : ''];
    })) },
    { title: 'Quality', picture: histogramOf(drawn.map(({ quality }) => quality), 'quality') },
    { title: 'Corrupted tokens a document', picture: countsOf(drawn.map(({ corrupted }) => corrupted.filter(Boolean).length), 'tokens') },
  ];
}
