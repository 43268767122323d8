/**
 * Rows for a model of pictures and words: a picture (or none), a prompt and its answer, drawn from a mix of captions, questions, choices
 * by letter and facts, at rates that are planted and known. Row i depends on (seed, split, i) and the options alone.
 */
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { tensor, type Tensor } from '../../base/tensor';
import { degrade, type Degradation } from '../degrade';
import { type Fact, makeFactWorld } from '../sets/facts';
import { cellMask, stackRows, toRow } from '../tokens';
import { captionTemplates, drawCaption } from './captions';
import { checkWorld } from './check-world';
import { kinds, plainKinds } from './kinds';
import { colours, textures } from './parts';
import { asChoice, askAbout, misleadingPrefix, presenceQuestion, type Question, type QuestionName, questionNames } from './questions';
import { renderScene } from './render';
import { type SceneSetOptions, styleAt, toTensor } from './set';
import { drawScene, type Scene, tones, type WorldOptions } from './world';
import { tokensOf } from './words';

/** presence: "is there a circle ?"; choice: another question with four options; fact: a choice that no picture answers; statement: a fact told. */
export const rowNames = ['caption', 'presence', 'choice', 'fact', 'statement', ...questionNames] as const;
export type RowName = (typeof rowNames)[number];
/** Which kinds are asked for: any; the most frequent third; or those with a partner, which is there when they are not. After POPE (Li et al. 2023, arXiv:2305.10355). */
export const negativeNames = ['random', 'popular', 'adversarial'] as const;
export type Negatives = (typeof negativeNames)[number];
/** What picture goes with a fact: none, all black, all white, noise, any scene, or a scene in a colour that is offered as a wrong answer. */
export const factPictures = ['none', 'black', 'white', 'noise', 'scene', 'interfering'] as const;
export type FactPicture = (typeof factPictures)[number];

export interface RowsOptions extends Omit<SceneSetOptions, 'masks'> {
  /** How often each sort of row comes, in any unit; absent: `usualMix`. */
  readonly mix?: Partial<Record<RowName, number>>;
  /** P(yes | kind asked for), by index into `kinds`; absent: 0.5 for all. See `skewedRates`. */
  readonly yesRates?: readonly number[];
  /** Absent: 'random'. */
  readonly negatives?: Negatives;
  /** Share of rows whose picture is taken away; absent: 0. */
  readonly withoutPicture?: number;
  /** What becomes of every scene's picture; absent: nothing. */
  readonly degradation?: Degradation;
  /** Questions that choices are made of; absent: shape, colour, texture, at, background. */
  readonly choices?: readonly QuestionName[];
  /** Share of choices before which a sentence speaks for a wrong option, and in which template; absent: none. */
  readonly misleading?: { readonly share: number; readonly template: 0 | 1 };
  /** Absent: none, scene and interfering. */
  readonly factPictures?: readonly FactPicture[];
  /** Seed of the table of facts; absent: 1. */
  readonly factSeed?: number;
  /** T, tokens a row; absent: 40. */
  readonly length?: number;
  /** Number of the first row in its split; absent: 0. */
  readonly first?: number;
}
export const usualMix: Partial<Record<RowName, number>> = { caption: 4, presence: 3, attribute: 1, count: 1, colour: 1, shape: 1, at: 1, position: 1, background: 1 };
const usualChoices: readonly QuestionName[] = ['shape', 'colour', 'texture', 'at', 'background'];

export interface Row {
  readonly name: RowName;
  readonly prompt: string;
  readonly answer: string;
  /** What the picture shows; absent where it shows no scene. */
  readonly scene?: Scene;
  readonly picture: 'scene' | FactPicture;
  /** presence: the kind asked for, an index into `kinds`. */
  readonly asked?: number;
  /** Choices and facts: the options in the order of their letters, which one is right, and which one a prefix or picture speaks for. */
  readonly options?: readonly string[];
  readonly right?: number;
  readonly lure?: number;
  readonly fact?: Fact;
}
export interface RowSet {
  readonly rows: readonly Row[];
  /** [n, 3, side, side] float32 in [-1, 1]; zero where there is no picture. */
  readonly x: Tensor;
  /** [n] float32: 1 with a picture, else 0. */
  readonly hasPicture: Tensor;
  /** [n, T] int32: bos, prompt, answer, eos, padding. */
  readonly tokens: Tensor;
  /** [n, T] float32: 1 on tokens, 0 on padding; and 1 on the answer's tokens and its eos alone. */
  readonly mask: Tensor;
  readonly answers: Tensor;
  /** [n] each: place of the answer's first token in its row. */
  readonly answerAt: Int32Array;
}
/** P(yes | kind), spread evenly over [least, most] over the kinds, in an order that the seed draws: by index into `kinds`, 0.5 for the others. */
export function skewedRates(seed: number, of: readonly number[] = plainKinds, [least, most]: readonly [number, number] = [0.15, 0.85]): number[] {
  const order = Random.seed(seed).fork('answer skew').permutation(of.length);
  const rates = new Array<number>(kinds.length).fill(0.5);
  of.forEach((kind, k) => { rates[kind] = of.length === 1 ? 0.5 : least + ((most - least) * order[k]!) / (of.length - 1); });
  return rates;
}

/** @throws InputError for options that cannot be, or a row that is longer than `length` */
export function makeRows(options: RowsOptions): RowSet {
  const { side, count, length = 40, first = 0 } = options;
  checkRows(options);
  const rowAt = rowSource(options);
  const root = Random.seed(options.seed).fork('row pictures', options.split);
  const x = new Float32Array(count * 3 * side * side);
  const rows = Array.from({ length: count }, (_, i) => {
    const row = rowAt(first + i);
    if (row.picture !== 'none') toTensor(pictureOf(row, root.fork(first + i), options), x, i);
    return row;
  });
  const prompts = rows.map(({ prompt }) => tokensOf(prompt));
  const ids = rows.map(({ prompt, answer }) => toRow(tokensOf(`${prompt} ${answer}`, length), length));
  const answerAt = Int32Array.from(prompts, (prompt) => prompt.length + 1);
  const { tokens, mask } = stackRows(ids, length);
  const answers = cellMask(count, length, (row, t) => t >= answerAt[row]! && mask.data[row * length + t] === 1);
  return { rows, x: tensor(x, [count, 3, side, side]), hasPicture: tensor(rows.map(({ picture }) => (picture === 'none' ? 0 : 1))), tokens, mask, answers, answerAt };
}
/** Row number `index` of a split, for any index, without its picture and tokens. */
export function rowSource(options: Omit<RowsOptions, 'count'>): (index: number) => Row {
  const facts = makeFactWorld({ seed: options.factSeed ?? 1, domains: ['animals'] }).facts.filter(({ relation }) => relation === 'colour');
  const root = Random.seed(options.seed).fork('rows', options.split);
  return (index) => drawRow(root.fork(index), options, facts);
}
type Open = Omit<RowsOptions, 'count' | 'seed' | 'split'>;

function drawRow(rng: Random, options: Open, facts: readonly Fact[]): Row {
  const row = makeRow(drawName(rng.fork('sort'), options.mix ?? usualMix), rng, options, facts);
  return row.picture === 'scene' && rng.fork('without').bernoulli(options.withoutPicture ?? 0) ? { ...row, picture: 'none' } : row;
}
function drawName(rng: Random, mix: Partial<Record<RowName, number>>): RowName {
  const names = rowNames.filter((name) => (mix[name] ?? 0) > 0);
  let left = rng.uniform() * names.reduce((sum, name) => sum + mix[name]!, 0);
  return names.find((name) => (left -= mix[name]!) < 0) ?? names.at(-1)!;
}
function makeRow(name: RowName, rng: Random, options: Open, facts: readonly Fact[]): Row {
  switch (name) {
    case 'caption': {
      const scene = drawScene(rng.fork('scene'), options);
      return { name, prompt: '', answer: drawCaption(scene, rng.fork('caption'), options.captions ?? captionTemplates), scene, picture: 'scene' };
    }
    case 'presence': return presenceRow(rng, options);
    case 'choice': return choiceRow(rng, options);
    case 'fact': return factRow(rng, options, facts);
    case 'statement': {
      const fact = rng.fork('fact').pick(facts);
      return { name, prompt: '', answer: `the colour of ${fact.entity} is ${fact.value} .`, picture: 'none', fact };
    }
    default: return { name, ...asked(name, rng, options) };
  }
}
/** Draws scenes until one has an answer to such a question. */
function asked(name: QuestionName, rng: Random, options: Open): Question & { readonly scene: Scene; readonly picture: 'scene' } {
  for (let attempt = 0; attempt < 200; attempt++) {
    const scene = drawScene(rng.fork('scene', attempt), options);
    const question = askAbout(name, scene, rng.fork('question', attempt));
    if (question) return { ...question, scene, picture: 'scene' };
  }
  throw new InputError(`No scene of 200 had a single right answer to a question about ${name}. Take it out of the mix, or allow other numbers of objects.`);
}

const worldKinds = (options: WorldOptions): readonly number[] => options.couples?.pairs.flat() ?? options.kinds ?? plainKinds;
/** The answer is drawn first, at the kind's rate, then a scene in which it is true: so the rates hold exactly, and no answer shows in how scenes are chosen. */
function presenceRow(rng: Random, options: Open): Row {
  const own = rng.fork('presence');
  const of = worldKinds(options);
  const negatives = options.negatives ?? 'random';
  const kind = own.pick(negatives === 'popular' ? mostFrequent(of, options.weights) : of);
  const there = own.bernoulli(options.yesRates?.[kind] ?? 0.5);
  const partner = options.couples?.pairs.find((pair) => pair.includes(kind))?.find((other) => other !== kind);
  const { contains = [], lacks = [] } = options;
  const company = negatives === 'adversarial' && partner !== undefined ? [partner] : [];
  const scene = drawScene(rng.fork('scene'), { ...options, contains: [...contains, ...(there ? [kind] : company)], lacks: there ? lacks : [...lacks, kind] });
  const { prompt, answer } = presenceQuestion(kind, scene);
  return { name: 'presence', prompt, answer, scene, picture: 'scene', asked: kind };
}
function mostFrequent(of: readonly number[], weights: readonly number[] = of.map(() => 1)): readonly number[] {
  return of.map((kind, k) => ({ kind, weight: weights[k]! })).sort((a, b) => b.weight - a.weight).slice(0, Math.max(1, Math.ceil(of.length / 3))).map(({ kind }) => kind);
}
/** Wrong options are values that the world can show, so that none can be ruled out unseen. */
function optionWords(name: QuestionName, { among }: Question, options: Open): readonly string[] {
  const named = (names: readonly string[], list: readonly number[] | undefined): readonly string[] => (list ? list.map((k) => names[k]!) : names);
  switch (name) {
    case 'shape': return worldKinds(options).map((kind) => kinds[kind]!);
    case 'colour': case 'at': return named(colours, options.colours);
    case 'texture': return named(textures, options.textures);
    case 'background': return named(tones, options.tones);
    default: return among;
  }
}
function choiceRow(rng: Random, options: Open): Row {
  const name = rng.fork('about').pick(options.choices ?? usualChoices);
  const { scene, picture, ...question } = asked(name, rng, options);
  const choice = asChoice(question, rng.fork('options'), optionWords(name, question, options));
  const lure = rng.fork('lure');
  const mislead = options.misleading && choice.options.length > 1 && lure.bernoulli(options.misleading.share);
  if (!mislead) return { name: 'choice', prompt: choice.prompt, answer: choice.answer, options: choice.options, right: choice.right, scene, picture };
  const wrong = (choice.right + 1 + lure.int(choice.options.length - 1)) % choice.options.length;
  return { name: 'choice', prompt: `${misleadingPrefix(choice.options[wrong]!, options.misleading!.template)} ${choice.prompt}`, answer: choice.answer, options: choice.options, right: choice.right, lure: wrong, scene, picture };
}
function factRow(rng: Random, options: Open, facts: readonly Fact[]): Row {
  const fact = rng.fork('fact').pick(facts);
  const among = [...new Set(facts.map(({ value }) => value))];
  const { prompt, answer, options: offered, right } = asChoice({ prompt: `what is the colour of ${fact.entity} ?`, answer: fact.value, among }, rng.fork('options'));
  const own = rng.fork('fact picture');
  const picture: FactPicture = own.pick<FactPicture>(options.factPictures ?? ['none', 'scene', 'interfering']);
  const row = { name: 'fact' as const, prompt, answer, options: offered, right, picture, fact } satisfies Row;
  if (picture !== 'scene' && picture !== 'interfering') return row;
  if (picture === 'scene') return { ...row, scene: drawScene(rng.fork('scene'), options) };
  const lure = (right + 1 + own.int(offered.length - 1)) % offered.length;
  const [colour, tone] = [colours.indexOf(offered[lure]!), tones.findIndex((name) => name === offered[lure])];
  return { ...row, lure, scene: drawScene(rng.fork('scene'), { ...options, ...(colour >= 0 ? { colours: [colour] } : { tones: [tone] }) }) };
}

/** [3, side, side] in [0, 1]. */
function pictureOf({ scene, picture }: Row, rng: Random, { side, style = 'flat', degradation }: Open): Float32Array {
  if (!scene) {
    const flat = new Float32Array(3 * side * side);
    return picture === 'noise' ? rng.fillUniform(flat) : flat.fill(picture === 'white' ? 1 : 0);
  }
  const { image } = renderScene(scene, styleAt(rng.fork('style'), style));
  return degradation ? degrade(image, side, degradation, rng.fork('degrade')) : image;
}
function checkRows(options: RowsOptions): void {
  checkWorld(options);
  const { count, mix = usualMix, yesRates = [], negatives = 'random', withoutPicture = 0, misleading } = options;
  if (!Number.isInteger(count) || count < 1 || count > 100_000) throw new InputError(`1 to 100000 rows were expected, but ${count} came.`);
  if (!rowNames.some((name) => (mix[name] ?? 0) > 0) || rowNames.some((name) => !((mix[name] ?? 0) >= 0))) throw new InputError('A mix with weights of at least 0, one of them above 0, was expected.');
  const shares = [['a share without pictures', withoutPicture], ['a share of misleading sentences', misleading?.share ?? 0], ...yesRates.map((rate) => ['P(yes)', rate] as const)] as const;
  for (const [what, rate] of shares) if (!(rate >= 0 && rate <= 1)) throw new InputError(`From 0 to 1 was expected for ${what}, but ${rate} came.`);
  if (negatives === 'adversarial' && !options.couples) throw new InputError('Adversarial questions ask for the partner of what is there: plant couples, or ask at random.');
}
