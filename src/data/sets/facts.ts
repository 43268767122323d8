/**
 * A world of facts: entities, relations, one value each, in three domains (people, towns, animals), told in several ways and asked in
 * others. The table is the ground truth for what a model says. Questions come in templates for training and in templates held out, whose
 * every word is also in the others; as open questions, multiple choice by letter, or yes and no. Answers can be corrupted, marked as such.
 */
import { InputError } from '../../base/errors';
import { pow } from '../../base/math';
import { Random } from '../../base/random';
import { int32, type Tensor } from '../../base/tensor';
import { defineDataset, type At, type Preview } from '../../spec/dataset';
import { choice, float, int } from '../../spec/knobs';
import { choices, choose } from '../grammar';
import { linesOf, rounded, tableOf } from '../preview';
import { cellMask, makeVocabulary, stackRows, toRow, type TokenRows, type Vocabulary } from '../tokens';

interface Domain {
  readonly entities: readonly string[];
  readonly relations: Readonly<Record<string, readonly string[]>>;
}
const list = (words: string): readonly string[] => words.split(' ');
export const factDomains: Readonly<Record<'people' | 'towns' | 'animals', Domain>> = {
  people: {
    entities: list('anna ben carla david emma felix greta hugo ines jonas karla leo mona nils olga paul rosa sven tara viktor'),
    relations: { job: list('baker pilot nurse judge tailor miner singer farmer'), food: list('soup bread rice fish cheese beans cake plums'), tool: list('hammer needle brush shovel knife lamp rope drum') },
  },
  towns: {
    entities: list('arlen boras celle delft elva faro gent hamar ivrea jena kotka lund mora narva olten prato'),
    relations: { land: list('north south east west island valley coast plain'), stone: list('granite marble slate chalk basalt flint amber jade'), metal: list('iron copper silver gold tin lead zinc nickel') },
  },
  animals: {
    entities: list('fox owl bear frog crow seal wolf goat moth hare duck lynx crab deer ant bee'),
    relations: { colour: list('red blue green white black grey brown yellow'), place: list('forest lake desert cave meadow swamp garden cliff'), sound: list('hum whistle roar croak click howl squeak hiss') },
  },
};
export type FactDomain = keyof typeof factDomains;
export const factDomainNames = Object.keys(factDomains) as readonly FactDomain[];

/** {r} relation, {e} entity, {v} value. The first six teach, the last two are held out. */
const statements = {
  train: ['the {r} of {e} is {v} .', '{e} has the {r} {v} .', '{v} is the {r} of {e} .', 'for {e} , the {r} is {v} .', 'do you know that {e} has {v} for {r} ?', 'please tell me of {e} : {r} {v} .'],
  heldOut: ['{v} is what {e} has for {r} .', 'know that for {e} the {r} is {v} .'],
} as const;
/** Before the answer; the answer is one token. */
const questions = {
  train: ['what is the {r} of {e} ?', 'which {r} has {e} ?', 'tell me the {r} of {e} .', 'for {e} , what is the {r} ?'],
  heldOut: ['please tell me which {r} {e} has .', 'do you know the {r} of {e} ?', '{e} has which {r} ?', 'what {r} has {e} ?', 'the {r} of {e} is what ?', 'of {e} , tell me the {r} .', '{r} of {e} :', 'for {e} the {r} is :'],
} as const;
const yesNoQuestions = {
  train: ['is the {r} of {e} {v} ?', 'has {e} {v} for {r} ?', 'do you know that the {r} of {e} is {v} ?', 'tell me : is {v} the {r} of {e} ?'],
  heldOut: ['please tell me : has {e} the {r} {v} ?', 'is {v} what {e} has for {r} ?', '{e} has {v} for {r} ?', 'for {e} , is the {r} {v} ?', 'the {r} of {e} is {v} ?',
    'of {e} : is the {r} {v} ?', 'know you that {v} is the {r} of {e} ?', '{r} of {e} : {v} ?'],
} as const;
export const letters = ['A', 'B', 'C', 'D'] as const;
/** As a statement, an open question, four options with letters, or yes and no. */
export const factForms = ['statement', 'question', 'choice', 'yesNo'] as const;
export type FactForm = (typeof factForms)[number];
/** Held-out templates are eight paraphrases (two for statements). */
export type TemplateSet = 'train' | 'heldOut';
const templatesOf = (form: FactForm): Readonly<Record<TemplateSet, readonly string[]>> => (form === 'statement' ? statements : form === 'yesNo' ? yesNoQuestions : questions);
export const templateCount = (form: FactForm, templates: TemplateSet): number => templatesOf(form)[templates].length;

export interface FactWorldSpec {
  /** Draws the table. Absent: 1. */
  readonly seed?: number;
  /** Absent: all three. */
  readonly domains?: readonly FactDomain[];
  /** Exponent s of how common a value is: value of rank k is drawn with weight k^-s. 0: all alike. Absent: 0. */
  readonly valueSkew?: number;
  /** Exponent s of how often an entity is spoken of. Absent: 0. */
  readonly entitySkew?: number;
}
export interface Fact {
  readonly domain: FactDomain;
  readonly entity: string;
  readonly relation: string;
  readonly value: string;
  /** Which half of the facts it belongs to, at random: to tune on one and ask for the other. */
  readonly half: 'first' | 'second';
}
export interface FactWorld {
  /** The table, every entity with every relation of its domain: the ground truth. */
  readonly facts: readonly Fact[];
  /** Weight with which each fact is spoken of; sums to 1. */
  readonly weights: Float64Array;
  readonly vocabulary: Vocabulary;
  /** Relation -> its possible values. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  readonly seed: number;
}
/** Draws a table of facts. Deterministic in the spec. @throws InputError for a skew out of range or no domain */
export function makeFactWorld({ seed = 1, domains = factDomainNames, valueSkew = 0, entitySkew = 0 }: FactWorldSpec = {}): FactWorld {
  for (const skew of [valueSkew, entitySkew]) if (!(skew >= 0 && skew <= 3)) throw new InputError(`Facts: expected a skew from 0 to 3, but ${skew} came.`);
  if (domains.length === 0) throw new InputError(`Facts: expected at least one domain of ${factDomainNames.join(', ')}, but none came.`);
  const rng = Random.seed(seed).fork('facts', 'world');
  const facts: Fact[] = [];
  const weights: number[] = [];
  for (const domain of domains) {
    const { entities, relations } = factDomains[domain];
    const ranks = rng.fork('ranks', domain).permutation(entities.length);
    for (const [e, entity] of entities.entries()) {
      for (const [relation, values] of Object.entries(relations)) {
        const draw = rng.fork(domain, entity, relation);
        const order = rng.fork('values', relation).permutation(values.length);
        const byRank = choices(Array.from(order, (v, k) => [v, pow(k + 1, -valueSkew)]));
        facts.push({ domain, entity, relation, value: values[choose(byRank, draw)]!, half: draw.bernoulli(0.5) ? 'first' : 'second' });
        weights.push(pow(ranks[e]! + 1, -entitySkew));
      }
    }
  }
  const sum = weights.reduce((a, b) => a + b, 0);
  const values = Object.fromEntries(domains.flatMap((domain) => Object.entries(factDomains[domain].relations)));
  return { facts, weights: Float64Array.from(weights, (w) => w / sum), vocabulary: factVocabulary, values, seed };
}
/** All words of all domains and templates: one vocabulary whatever the knobs. */
export const factVocabulary: Vocabulary = makeVocabulary([
  ...new Set([
    ...[statements, questions, yesNoQuestions].flatMap(({ train, heldOut }) => [...train, ...heldOut]).flatMap((template) => template.split(' ')).filter((word) => !/^\{.\}$/.test(word)),
    ...letters, 'yes', 'no', 'answer',
    ...Object.values(factDomains).flatMap(({ entities, relations }) => [...Object.keys(relations), ...entities, ...Object.values(relations).flat()]),
  ]),
]);

export interface FactRowsSpec {
  readonly seed: number;
  readonly split: string;
  readonly count: number;
  readonly form: FactForm;
  /** Absent: 'train'. */
  readonly templates?: TemplateSet;
  /** Absent: all facts. */
  readonly which?: 'first' | 'second' | 'all';
  /** Only facts of these domains. */
  readonly domains?: readonly FactDomain[];
  /** Share of rows whose answer is another one than the true one. Absent: 0. */
  readonly corruption?: number;
  /** T. Absent: 24. */
  readonly length?: number;
  /** Absent: `factVocabulary`. */
  readonly vocabulary?: Vocabulary;
}
/** One row in words, with its ground truth. */
export interface FactItem {
  /** Without bos and eos; the answer is among them. */
  readonly words: readonly string[];
  /** Place of the answer (the value in a statement) in `words`. */
  readonly answerAt: number;
  /** What a true answer would be there: a value, a letter, yes or no. */
  readonly truth: string;
  readonly corrupted: boolean;
  /** Index in the world's `facts`. */
  readonly fact: number;
  /** Index among the form's templates of that set. */
  readonly template: number;
}
export interface FactRows extends TokenRows {
  /** [n, T] float32: 1 on the answer token and on the eos behind it; for statements on the value alone. */
  readonly answers: Tensor;
  /** [n] int32 each. Place of the answer in the row, its true token id, 1 where another stands there, index of the fact, of the template. */
  readonly answerAt: Tensor;
  readonly truth: Tensor;
  readonly corrupted: Tensor;
  readonly fact: Tensor;
  readonly template: Tensor;
  readonly items: readonly FactItem[];
}

/** A fact in one template. `rng` draws the options, their order, and what a corrupted answer is. */
export function factItem(world: FactWorld, at: { fact: number; form: FactForm; templates: TemplateSet; template: number; corrupted: boolean }, rng: Random): FactItem {
  const { entity, relation, value } = world.facts[at.fact]!;
  const others = world.values[relation]!.filter((other) => other !== value);
  const wrong = rng.fork('wrong').pick(others);
  const fill = (said: string): string[] => templatesOf(at.form)[at.templates][at.template]!.split(' ').map((word) => (word === '{e}' ? entity : word === '{r}' ? relation : word === '{v}' ? said : word));
  const item = (words: readonly string[], answerAt: number, truth: string): FactItem => ({ words, answerAt, truth, corrupted: at.corrupted, fact: at.fact, template: at.template });
  switch (at.form) {
    case 'statement': {
      const said = at.corrupted ? wrong : value;
      const words = fill(said);
      return item(words, words.indexOf(said), value);
    }
    case 'question': {
      const words = fill('');
      return item([...words, at.corrupted ? wrong : value], words.length, value);
    }
    case 'choice': {
      const distractors = Array.from(rng.fork('options').permutation(others.length).subarray(0, 3), (k) => others[k]!);
      const options = Array.from(rng.fork('order').permutation(4), (k) => [value, ...distractors][k]!);
      const right = options.indexOf(value);
      const words = [...fill(''), ...options.flatMap((option, k) => [letters[k]!, option]), 'answer', ':'];
      return item([...words, letters[at.corrupted ? (right + 1 + rng.fork('letter').int(3)) % 4 : right]!], words.length, letters[right]!);
    }
    case 'yesNo': {
      const holds = rng.fork('holds').bernoulli(0.5);
      const words = fill(holds ? value : wrong);
      const truth = holds ? 'yes' : 'no';
      return item([...words, at.corrupted ? (holds ? 'no' : 'yes') : truth], words.length, truth);
    }
  }
}

/**
 * Which (fact, template) pairs a split has: each fact's templates in an order of their own, half to 'train', the last quarter to 'test',
 * the quarter before to any other name. So every fact is taught in some templates, and a held-out pair is new though both its parts are not.
 */
export function pairBelongs(world: FactWorld, split: string, form: FactForm, templates: TemplateSet, fact: number, template: number): boolean {
  const count = templateCount(form, templates);
  const rank = Random.seed(world.seed).fork('facts', 'pairs', form, templates, fact).permutation(count).indexOf(template);
  const [train, test] = [Math.floor(count / 2), count - Math.max(1, Math.floor(count / 4))];
  return split === 'train' ? rank < train : split === 'test' ? rank >= test : rank >= train && rank < test;
}

type Drawn = Pick<FactRowsSpec, 'form' | 'templates' | 'which' | 'domains' | 'corruption'>;
const factsOf = (world: FactWorld, { which = 'all', domains }: Pick<FactRowsSpec, 'which' | 'domains'>): number[] =>
  [...world.facts.keys()].filter((f) => (which === 'all' || world.facts[f]!.half === which) && (!domains || domains.includes(world.facts[f]!.domain)));

/** Prepares drawing: row `index` of any split. @throws InputError for a corruption out of range, facts that no row may speak of, or a split that has no template */
export function factDrawer(world: FactWorld, { form, templates = 'train', which, domains, corruption = 0 }: Drawn): (at: At) => FactItem {
  if (!(corruption >= 0 && corruption <= 1)) throw new InputError(`Facts: expected a share of corrupted answers from 0 to 1, but ${corruption} came.`);
  const allowed = factsOf(world, { which, domains });
  if (allowed.length === 0) throw new InputError('Facts: no fact is of these domains and this half. Choose others.');
  const byWeight = choices(allowed.map((f) => [f, world.weights[f]!]));
  const pairs = new Map<string, readonly number[]>();
  const pairsOf = (split: string, fact: number): readonly number[] => {
    const key = `${split}/${fact}`;
    const known = pairs.get(key) ?? Array.from({ length: templateCount(form, templates) }, (_, t) => t).filter((t) => pairBelongs(world, split, form, templates, fact, t));
    pairs.set(key, known);
    if (known.length === 0) throw new InputError(`Facts: there are only ${templateCount(form, templates)} templates of this kind, too few for the split '${split}'. Use 'train' or 'test'.`);
    return known;
  };
  return ({ seed, split, index }) => {
    const rng = Random.seed(seed).fork('facts', split, form, templates, index);
    const fact = choose(byWeight, rng.fork('fact'));
    return factItem(world, { fact, form, templates, template: rng.fork('template').pick(pairsOf(split, fact)), corrupted: rng.fork('corrupted').bernoulli(corruption) }, rng);
  };
}
/** Random rows of a split. @throws InputError as `factDrawer`, and for rows longer than `length` */
export function makeFacts(world: FactWorld, spec: FactRowsSpec): FactRows {
  const draw = factDrawer(world, spec);
  return factRows(Array.from({ length: spec.count }, (_, index) => draw({ seed: spec.seed, split: spec.split, index })), spec.form, spec);
}
/** Every fact once in one template, true: to measure what a model knows. */
export function everyFact(world: FactWorld, { form, templates, template, which = 'all', domains, ...layout }: Pick<FactRowsSpec, 'form' | 'which' | 'domains' | 'length' | 'vocabulary'> & { templates: TemplateSet; template: number }): FactRows {
  if (!(Number.isInteger(template) && template >= 0 && template < templateCount(form, templates))) throw new InputError(`Facts: expected a template from 0 to ${templateCount(form, templates) - 1}, but ${template} came.`);
  const items = factsOf(world, { which, domains }).map((fact) => factItem(world, { fact, form, templates, template, corrupted: false }, Random.seed(world.seed).fork('facts', 'every', form, templates, template, fact)));
  return factRows(items, form, layout);
}
function factRows(items: readonly FactItem[], form: FactForm, { length = 24, vocabulary = factVocabulary }: Pick<FactRowsSpec, 'length' | 'vocabulary'>): FactRows {
  const long = items.find(({ words }) => words.length + 2 > length);
  if (long) throw new InputError(`Facts: a row of ${long.words.length} words needs a length of ${long.words.length + 2}, but ${length} came. Raise the length.`);
  const column = (value: (item: FactItem) => number): Tensor => int32(items.map(value));
  return {
    ...stackRows(items.map(({ words }) => toRow(words.map(vocabulary.need), length)), length),
    answers: cellMask(items.length, length, (i, t) => t === items[i]!.answerAt + 1 || (form !== 'statement' && t === items[i]!.answerAt + 2)),
    answerAt: column(({ answerAt }) => answerAt + 1),
    truth: column(({ truth }) => vocabulary.need(truth)),
    corrupted: column(({ corrupted }) => (corrupted ? 1 : 0)),
    fact: column(({ fact }) => fact),
    template: column(({ template }) => template),
    items,
  };
}
/** What always giving a relation's commonest value would score on these rows' true answers: the baseline beside any accuracy on open questions. */
export function commonestAnswerAccuracy(rows: Pick<FactRows, 'items'>, world: FactWorld): number {
  const counts = new Map<string, Map<string, number>>();
  for (const { fact, truth } of rows.items) {
    const { relation } = world.facts[fact]!;
    const of = counts.get(relation) ?? new Map<string, number>();
    counts.set(relation, of.set(truth, (of.get(truth) ?? 0) + 1));
  }
  return [...counts.values()].reduce((sum, of) => sum + Math.max(...of.values()), 0) / rows.items.length;
}

export const dataset = defineDataset({
  id: 'facts',
  title: 'Facts',
  family: 'language',
  says: 'Statements and questions about a table of 156 facts: people, towns and animals with three properties each. The table is the truth against which answers are checked. A share of the answers can be corrupted, values and entities can be made unequally common, and questions come in templates that training never shows.',
  knobs: {
    form: choice({ label: 'Form', options: { statement: 'statement', question: 'question', choice: 'multiple choice', yesNo: 'yes or no' }, default: 'question' }),
    templates: choice({ label: 'Templates', options: { train: 'of training', heldOut: 'held out' }, default: 'train' }),
    corruption: float({ label: 'Corrupted answers', help: 'Share of rows that give another answer than the true one.', min: 0, max: 1, default: 0 }),
    valueSkew: float({ label: 'Skew of values', help: 'A value of rank k is drawn with weight k to the minus this.', min: 0, max: 3, default: 0 }),
    entitySkew: float({ label: 'Skew of entities', help: 'An entity of rank k is spoken of with weight k to the minus this.', min: 0, max: 3, default: 0 }),
    which: choice({ label: 'Facts', options: { all: 'all', first: 'first half', second: 'second half' }, default: 'all' }),
    world: int({ label: 'World', help: 'Draws another table.', min: 1, max: 1000, default: 1 }),
  },
  open: ({ knobs: { form, templates, corruption, which, world: worldSeed, ...skews } }) => {
    const world = makeFactWorld({ seed: worldSeed, ...skews });
    const rowOf = factDrawer(world, { form, templates, corruption, which });
    return {
      example: ({ seed, split, index }) => {
        const { words, answerAt, truth, corrupted, fact } = rowOf({ seed, split, index });
        return { text: words.join(' '), answerAt, truth, corrupted, entity: world.facts[fact]!.entity, relation: world.facts[fact]!.relation, value: world.facts[fact]!.value };
      },
      preview: ({ seed }) => {
        const items = Array.from({ length: 400 }, (_, index) => rowOf({ seed, split: 'train', index }));
        const counts = [...new Set(world.facts.map(({ relation }) => relation))].map((relation) => {
          const of = items.filter(({ fact }) => world.facts[fact]!.relation === relation);
          return [relation, of.length, rounded(commonestAnswerAccuracy({ items: of }, world))];
        });
        const entities = new Map<string, number>();
        for (const { fact } of items) entities.set(world.facts[fact]!.entity, (entities.get(world.facts[fact]!.entity) ?? 0) + 1);
        return [
          {
            title: 'Rows', says: `Corrupted: ${items.filter(({ corrupted }) => corrupted).length} of ${items.length}.`,
            picture: tableOf(
              ['text', 'answer given', 'true answer', 'corrupted'],
              items.slice(0, 16).map(({ words, answerAt, truth, corrupted }) => [words.join(' '), words[answerAt]!, truth, corrupted ? 'yes' : '']),
            ),
          },
          ...factDomainNames.map((domain) => tableOfDomain(world, domain)),
          { title: 'Relations', says: 'How often each was drawn, and what always giving its commonest answer would score.', picture: tableOf(['relation', 'rows', 'commonest answer'], counts) },
          { title: 'Entities, the commonest first', picture: linesOf('rank', 'rows of 400', { entities: [...entities.values()].sort((a, b) => b - a) }) },
        ];
      },
    };
  },
});
function tableOfDomain(world: FactWorld, domain: FactDomain): Preview {
  const relations = Object.keys(factDomains[domain].relations);
  const value = (entity: string, relation: string): string => world.facts.find((fact) => fact.entity === entity && fact.relation === relation)!.value;
  return { title: `The truth about ${domain}`, picture: tableOf(['entity', ...relations], factDomains[domain].entities.map((entity) => [entity, ...relations.map((relation) => value(entity, relation))])) };
}
