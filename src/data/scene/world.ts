/**
 * What is in a scene: kinds, colours, textures, sizes, places, depth order and background, drawn at random under the rates that are
 * planted (who appears with whom, which background goes with which kind). A scene is plain data; `render.ts` draws it.
 */
import { InputError } from '../../base/errors';
import type { Random } from '../../base/random';
import { kinds, plainKinds } from './kinds';
import { colours, textures } from './parts';
import { place } from './places';
import type { Subject } from './subject';

export const sides = [16, 32, 64] as const;
export type Side = (typeof sides)[number];
export const sizeNames = ['small', 'large'] as const;
/** Quadrants by the object's middle: index = 2 (y >= side / 2) + (x >= side / 2). */
export const positionNames = ['top left', 'top right', 'bottom left', 'bottom right'] as const;

/** Tints of a background, never an object's colour, and what it is covered with. */
export const tones = ['black', 'grey', 'white', 'brown', 'navy', 'olive', 'teal', 'maroon'] as const;
export const patterns = ['plain', 'gradient', 'striped', 'dotted', 'checked', 'cloudy'] as const;

export interface SceneObject {
  /** Indices into `kinds`, `colours`, `textures` and `sizeNames`. */
  readonly kind: number;
  readonly colour: number;
  readonly texture: number;
  readonly size: number;
  /** Middle and radius in pixels; y downwards. */
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Radians: of the shape, and of its texture. */
  readonly turn: number;
  readonly grain: number;
  readonly phaseX: number;
  readonly phaseY: number;
  /** How bright its inks are, 0.85..1. */
  readonly shade: number;
  /** A look of its own, which overrides colour and texture. */
  readonly subject?: Subject;
}
export interface Background {
  /** Indices into `tones` and `patterns`. */
  readonly tone: number;
  readonly pattern: number;
  readonly angle: number;
  readonly phaseX: number;
  readonly phaseY: number;
  /** Names the stream of its clouds. */
  readonly noise: number;
}
export interface Scene {
  readonly side: Side;
  /** From back to front. */
  readonly objects: readonly SceneObject[];
  readonly background: Background;
  /** Names the stream of what styles add: strokes, camera noise. */
  readonly noise: number;
  /** For each tie of the options: whether the scene has the value that goes with its main object's kind. */
  readonly aligned: readonly boolean[];
  /** Which object was drawn first, before its partners: the one that background ties look at. */
  readonly main: number;
}

/** An attribute that goes with an object's kind: P(value = partner of the kind) is exactly `strength`; else any other value, equally likely. */
export interface Tie {
  /** tone and pattern follow the main object; the others each object by itself. */
  readonly to: 'tone' | 'pattern' | 'colour' | 'texture' | 'size';
  /** 0..1 for 'tied'. */
  readonly strength: number;
  /** tied: as told; conflicting: never the partner; free: every value equally likely. Absent: tied. */
  readonly mode?: 'tied' | 'conflicting' | 'free';
}
/** Kinds that keep company. */
export interface Couples {
  /** Pairs of indices into `kinds`, no kind twice. */
  readonly pairs: readonly (readonly [number, number])[];
  /** P(partner in the scene | kind in the scene), exactly, either way round. */
  readonly probability: number;
  /** How many couples a scene draws from, least and most. Absent: [1, 2]. A couple gives one object or two. */
  readonly count?: readonly [number, number];
}
export interface WorldOptions {
  readonly side: Side;
  /** Least and most objects, 1..4, all counts equally likely. Absent: [1, 4]; [1, 2] at 16 pixels. Not used with `couples`. */
  readonly objects?: readonly [number, number];
  /** Indices into `kinds`; absent: the eight shapes. Not used with `couples`. */
  readonly kinds?: readonly number[];
  /** How often each of those is drawn, in any unit; absent: equally. */
  readonly weights?: readonly number[];
  /** Whether a kind may come twice in a scene; absent: true. */
  readonly repeats?: boolean;
  readonly couples?: Couples;
  /** Kinds that must be in the scene, or must not: the scene is drawn as ever, given that. */
  readonly contains?: readonly number[];
  readonly lacks?: readonly number[];
  /** Indices to draw from; absent: all. */
  readonly colours?: readonly number[];
  readonly textures?: readonly number[];
  readonly tones?: readonly number[];
  readonly patterns?: readonly number[];
  readonly ties?: readonly Tie[];
  /** Each object's least visible share, 0..1; absent: 0.6. At 1 nothing overlaps. */
  readonly minVisible?: number;
}

/** A random scene under these options: it depends on `rng`'s stream alone. @throws InputError for options that no scene can meet */
export function drawScene(rng: Random, options: WorldOptions): Scene {
  const { side, ties = [] } = options;
  const chosen = drawKinds(rng.fork('kinds'), options);
  const order = rng.fork('depth').permutation(chosen.length);
  const looks = chosen.map((kind, k) => drawLook(rng.fork('look', k), kind, options));
  const placed = place(rng.fork('place'), Array.from(order, (k) => looks[k]!), side, options.minVisible ?? 0.6);
  const background = drawBackground(rng.fork('background'), chosen[0]!, options);
  const main = order.indexOf(0);
  const valueOf = { tone: background.tone, pattern: background.pattern, colour: looks[0]!.colour, texture: looks[0]!.texture, size: looks[0]!.size };
  const aligned = ties.map(({ to }) => valueOf[to] === partnerOf(chosen[0]!, to, options));
  return { side, objects: placed, background, noise: rng.fork('noise').word(), aligned, main };
}

// Kinds

const kindsOf = (options: WorldOptions): readonly number[] => options.couples?.pairs.flat() ?? options.kinds ?? plainKinds;

/** The first is the main object's. Conditions are met by drawing again, so that all else stays as likely as it was. */
function drawKinds(rng: Random, options: WorldOptions): readonly number[] {
  const { contains = [], lacks = [] } = options;
  for (let attempt = 0; attempt < 2000; attempt++) {
    const own = rng.fork(attempt);
    const drawn = options.couples ? drawCouples(own, options.couples) : drawFreely(own, options);
    if (contains.every((kind) => drawn.includes(kind)) && !lacks.some((kind) => drawn.includes(kind))) return drawn;
  }
  const names = (list: readonly number[]): string => list.map((kind) => kinds[kind]).join(', ') || 'nothing';
  throw new InputError(`A scene with ${names(contains)} and without ${names(lacks)} did not come up in 2000 draws. Ask for what these options can give.`);
}
function drawFreely(rng: Random, options: WorldOptions): number[] {
  const [least, most] = options.objects ?? [1, options.side === 16 ? 2 : 4];
  const from = kindsOf(options);
  const weights = options.weights ?? from.map(() => 1);
  const count = least + rng.int(most - least + 1);
  const drawn: number[] = [];
  const open = weights.slice();
  while (drawn.length < count) {
    const at = weightedIndex(rng, open);
    drawn.push(from[at]!);
    if (options.repeats === false) open[at] = 0;
  }
  return drawn;
}
/**
 * Both of a couple come with probability q, else one of the two. P(partner | kind) = q / (q + (1 - q) / 2), which is p for q = p / (2 - p).
 */
function drawCouples(rng: Random, { pairs, probability, count = [1, 2] }: Couples): number[] {
  const order = rng.fork('couples').permutation(pairs.length);
  const couples = count[0] + rng.int(count[1] - count[0] + 1);
  return Array.from(order.subarray(0, couples)).flatMap((pair) => {
    const [first, second] = rng.bernoulli(0.5) ? pairs[pair]! : [pairs[pair]![1], pairs[pair]![0]];
    return rng.bernoulli(probability / (2 - probability)) ? [first, second] : [first];
  });
}
function weightedIndex(rng: Random, weights: readonly number[]): number {
  let left = rng.uniform() * weights.reduce((sum, w) => sum + w, 0);
  const at = weights.findIndex((w) => (left -= w) < 0);
  return at < 0 ? weights.findLastIndex((w) => w > 0) : at;
}

// Looks and ties

type TiedTo = Tie['to'];
const valuesFor = (to: TiedTo, options: WorldOptions): readonly number[] => {
  const all = (names: readonly string[]): number[] => names.map((_, i) => i);
  switch (to) {
    case 'tone': return options.tones ?? all(tones);
    case 'pattern': return options.patterns ?? all(patterns);
    case 'colour': return options.colours ?? all(colours);
    case 'texture': return options.textures ?? all(textures);
    case 'size': return all(sizeNames);
  }
};
/** The value that goes with a kind: kinds and values in the order of the options, values taken round and round. */
export function partnerOf(kind: number, to: TiedTo, options: WorldOptions): number {
  const values = valuesFor(to, options);
  return values[Math.max(0, kindsOf(options).indexOf(kind)) % values.length]!;
}
function drawValue(rng: Random, to: TiedTo, kind: number, options: WorldOptions): number {
  const values = valuesFor(to, options);
  const tie = options.ties?.find((t) => t.to === to);
  const free = rng.pick(values);
  if (!tie || tie.mode === 'free' || values.length === 1) return free;
  const partner = partnerOf(kind, to, options);
  const own = rng.fork('tie');
  if (tie.mode !== 'conflicting' && own.bernoulli(tie.strength)) return partner;
  return own.pick(values.filter((value) => value !== partner));
}

/** An object before it has a place. */
export interface Look extends Pick<SceneObject, 'kind' | 'colour' | 'texture' | 'size' | 'turn' | 'grain' | 'phaseX' | 'phaseY' | 'shade'> {
  /** Where in its size class it lies, 0..1. */
  readonly growth: number;
}
function drawLook(rng: Random, kind: number, options: WorldOptions): Look {
  const value = (to: TiedTo): number => drawValue(rng.fork(to), to, kind, options);
  return {
    kind, colour: value('colour'), texture: value('texture'), size: value('size'),
    turn: rng.uniform(-0.2, 0.2), grain: rng.uniform(-0.25, 0.25), phaseX: rng.uniform(), phaseY: rng.uniform(), shade: rng.uniform(0.85, 1), growth: rng.uniform(),
  };
}
function drawBackground(rng: Random, mainKind: number, options: WorldOptions): Background {
  const value = (to: TiedTo): number => drawValue(rng.fork(to), to, mainKind, options);
  return { tone: value('tone'), pattern: value('pattern'), angle: rng.uniform(-0.4, 0.4), phaseX: rng.uniform(), phaseY: rng.uniform(), noise: rng.word() };
}

/** Quadrant of an object's middle, an index into `positionNames`. */
export const positionOf = ({ x, y }: Pick<SceneObject, 'x' | 'y'>, side: number): number => 2 * Number(y >= side / 2) + Number(x >= side / 2);
