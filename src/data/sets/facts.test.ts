import { expect, test } from 'vitest';
import { Fingerprint } from '../../base/hash';
import { binomial, countIf } from '../testing/rates';
import { decode, special } from '../tokens';
import { commonestAnswerAccuracy, everyFact, factDomainNames, factDomains, factForms, factVocabulary, letters, makeFacts, makeFactWorld, pairBelongs, templateCount, type FactForm, type TemplateSet } from './facts';

const world = makeFactWorld();
const draw = (form: FactForm, more: Partial<Parameters<typeof makeFacts>[1]> = {}): ReturnType<typeof makeFacts> => makeFacts(world, { seed: 1, split: 'train', count: 400, form, ...more });

test('the same spec gives the same table and rows', () => {
  const hash = new Fingerprint();
  for (const { entity, relation, value, half } of world.facts) hash.addText(`${entity} ${relation} ${value} ${half}`);
  for (const form of factForms) hash.addWords(Uint32Array.from(draw(form, { corruption: 0.3 }).tokens.data));
  expect(hash.hex()).toMatchInlineSnapshot(`"e606a350d1f9f4d8"`);
  expect(makeFacts(world, { seed: 1, split: 'train', count: 4, form: 'choice' }).items).toEqual(draw('choice').items.slice(0, 4));
  expect(makeFactWorld({ seed: 2 }).facts.filter(({ value }, f) => value !== world.facts[f]!.value).length).toBeGreaterThan(80);
});
test('the table holds every entity with every relation of its domain, once', () => {
  expect(world.facts).toHaveLength(20 * 3 + 16 * 3 + 16 * 3);
  expect(new Set(world.facts.map(({ entity, relation }) => `${entity} ${relation}`)).size).toBe(156);
  for (const { domain, relation, value } of world.facts) expect(factDomains[domain].relations[relation]).toContain(value);
  expect(binomial(countIf(world.facts, ({ half }) => half === 'first'), 156, 0.5)).toBe(true);
});
test('a word plays one part: entity, relation, value of one relation, or word of a template', () => {
  const parts = [...factDomainNames.flatMap((d) => [factDomains[d].entities, Object.keys(factDomains[d].relations), ...Object.values(factDomains[d].relations)]), letters, ['yes', 'no', 'answer']].flat();
  expect(new Set(parts).size).toBe(parts.length);
});
test.each(factForms)('%s: the row says what the table says, unless it is marked as corrupted', (form) => {
  const rows = draw(form, { corruption: 0.3 });
  expect(binomial(countIf(rows.corrupted.data, (c) => c === 1), 400, 0.3)).toBe(true);
  rows.items.forEach(({ words, answerAt, truth, corrupted, fact }, i) => {
    const { entity, relation, value } = world.facts[fact]!;
    const said = words[answerAt]!;
    expect([words.includes(entity), words.includes(relation)]).toEqual([true, true]);
    expect(said !== truth).toBe(corrupted);
    // The truth, read off the text and the table alone.
    if (form === 'choice') expect(words[words.indexOf(truth) + 1]).toBe(value);
    else if (form === 'yesNo') expect(truth).toBe(words.includes(value) ? 'yes' : 'no');
    else expect(truth).toBe(value);
    const row = Array.from(rows.tokens.data.subarray(i * 24, (i + 1) * 24));
    expect(decode(factVocabulary, row.filter((id) => id > special.eos))).toBe(words.join(' '));
    expect(factVocabulary.words[row[rows.answerAt.data[i]!]!]).toBe(said);
    expect(factVocabulary.words[rows.truth.data[i]!]).toBe(truth);
    expect(countIf(rows.answers.data.subarray(i * 24, (i + 1) * 24), (v) => v === 1)).toBe(form === 'statement' ? 1 : 2);
  });
});
test('letters, yes and no are even, and distractors are other values of the relation', () => {
  const choiceRows = draw('choice', { count: 1000 });
  for (const letter of letters) expect(binomial(countIf(choiceRows.items, ({ truth }) => truth === letter), 1000, 0.25)).toBe(true);
  const wrong: string[] = [];
  for (const { words, fact } of choiceRows.items) {
    const options = letters.map((letter) => words[words.indexOf(letter) + 1]!);
    if (new Set(options).size !== 4 || !options.every((option) => world.values[world.facts[fact]!.relation]!.includes(option))) wrong.push(words.join(' '));
  }
  expect(wrong).toEqual([]);
  expect(binomial(countIf(draw('yesNo', { count: 1000 }).items, ({ truth }) => truth === 'yes'), 1000, 0.5)).toBe(true);
});
test('splits share no (fact, template), each fact is taught in some, and halves share no fact', () => {
  for (const form of factForms) {
    for (const templates of ['train', 'heldOut'] as const) {
      for (const fact of [0, 17, 98, 155]) {
        const owners = Array.from({ length: templateCount(form, templates) }, (_, t) => ['train', 'validation', 'test'].filter((split) => pairBelongs(world, split, form, templates, fact, t)));
        expect(owners.every((splits) => splits.length === 1)).toBe(true);
        expect(owners.flat()).toContain('train');
        expect(owners.flat()).toContain('test');
      }
    }
  }
  const factsOf = (which: 'first' | 'second'): Set<number> => new Set(draw('question', { which }).items.map(({ fact }) => fact));
  expect([...factsOf('first')].filter((f) => factsOf('second').has(f))).toEqual([]);
});
test('held-out templates are other sentences made of words that training shows', () => {
  const small = makeFactWorld({ domains: ['people'] });
  const wordsIn = (form: FactForm, templates: TemplateSet): string[] => Array.from({ length: templateCount(form, templates) }, (_, template) => everyFact(small, { form, templates, template }).items[0]!.words.join(' '));
  const shown = new Set([...factForms.flatMap((form) => wordsIn(form, 'train')), ...wordsIn('statement', 'train')].flatMap((text) => text.split(' ')));
  for (const form of factForms) {
    expect(wordsIn(form, 'heldOut').filter((text) => wordsIn(form, 'train').includes(text))).toEqual([]);
    const { entity, relation } = world.facts[0]!;
    expect(wordsIn(form, 'heldOut').flatMap((text) => text.split(' ')).filter((word) => !(shown.has(word) || world.values[relation]!.includes(word) || word === entity))).toEqual([]);
  }
  expect(templateCount('question', 'heldOut')).toBe(8);
});
test('skews make values and entities as unequal as they say', () => {
  const skewed = makeFactWorld({ valueSkew: 2, entitySkew: 1 });
  expect(skewed.weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  const annas = skewed.facts.flatMap(({ domain }, f) => (domain === 'people' ? [skewed.weights[f]!] : [])).sort((a, b) => b - a);
  expect(annas[0]! / annas[3]!).toBeCloseTo(2, 10); // three facts an entity: rank 1 against rank 2
  const rows = makeFacts(skewed, { seed: 1, split: 'train', count: 1000, form: 'question' });
  // Shares of ranks 1 and 2 with weights k^-2, k = 1..8: 1 / 1.527 of the table.
  expect(commonestAnswerAccuracy(rows, skewed)).toBeGreaterThan(0.5);
  expect(commonestAnswerAccuracy(draw('question', { count: 1000 }), world)).toBeLessThan(0.4);
});
test('every fact is asked once, true, in the template asked for', () => {
  const rows = everyFact(world, { form: 'question', templates: 'heldOut', template: 2, which: 'first' });
  expect(rows.items.map(({ fact }) => fact)).toEqual([...world.facts.keys()].filter((f) => world.facts[f]!.half === 'first'));
  expect(rows.items.every(({ corrupted, template }) => !corrupted && template === 2)).toBe(true);
});
test('what cannot be is refused', () => {
  expect(() => draw('question', { corruption: 2 })).toThrow(/from 0 to 1, but 2/);
  expect(() => makeFactWorld({ domains: [] })).toThrow(/at least one domain/);
  expect(() => draw('choice', { length: 12 })).toThrow(/Raise the length/);
  expect(() => draw('statement', { split: 'validation', templates: 'heldOut' })).toThrow(/too few for the split/);
  expect(() => everyFact(world, { form: 'question', templates: 'train', template: 9 })).toThrow(/template from 0 to 3/);
});
