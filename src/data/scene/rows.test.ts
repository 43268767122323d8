import { describe, expect, test } from 'vitest';
import { InputError } from '../../base/errors';
import { Fingerprint } from '../../base/hash';
import { floats } from '../../base/tensor';
import { factDomains, makeFactWorld } from '../sets/facts';
import { special } from '../tokens';
import { clausesOf, hallucinatedKinds, kindsIn } from './captions';
import { kinds, usualPairs } from './kinds';
import { colours, textures } from './parts';
import { questionNames } from './questions';
import { makeRows, type Row, rowSource, type RowsOptions, skewedRates } from './rows';
import { makeSceneSet } from './set';
import { patterns, type Scene, sizeNames, tones } from './world';
import { sceneVocabulary, textOf } from './words';

const base = { seed: 5, split: 'train', side: 16, count: 1 } as const satisfies RowsOptions;
const rowsOf = (count: number, more: Partial<RowsOptions> = {}): readonly Row[] => Array.from({ length: count }, (_, i) => i).map(rowSource({ ...base, ...more }));
const expectRate = (hits: number, n: number, p: number): void => expect(Math.abs(hits - n * p), `${hits} of ${n}, planted ${p}`).toBeLessThanOrEqual(5 * Math.sqrt(n * p * (1 - p)) + 1e-9);

/** The answer to a prompt, found by reading its words and looking at the scene: a second way to it, by patterns of text. */
function readAndLook(prompt: string, { objects, side, background }: Scene): string {
  const find = (pattern: RegExp): string[] | undefined => pattern.exec(prompt)?.slice(1);
  const named = (kind: string) => objects.filter((o) => kinds[o.kind] === kind);
  const only = <T>(list: readonly T[]): T => (expect(list, `only one for: ${prompt}`).toHaveLength(1), list[0]!);
  const yes = (holds: boolean): string => (holds ? 'yes' : 'no');
  let m: string[] | undefined;
  if ((m = find(/^is there an? (\w+) (\w+) \?$/))) return yes(named(m[1]!).some((o) => colours[o.colour] === m![0]));
  if ((m = find(/^is there a (\w+) \?$/))) return yes(named(m[0]!).length > 0);
  if (prompt === 'how many objects are there ?') return ['zero', 'one', 'two', 'three', 'four'][objects.length]!;
  if ((m = find(/^how many (\w+) objects are there \?$/))) return ['zero', 'one', 'two', 'three', 'four'][named(m[0]!).length]!;
  if ((m = find(/^what colour is the object at the (top|bottom) (left|right) \?$/))) return colours[only(objects.filter((o) => (o.y < side / 2) === (m![0] === 'top') && (o.x < side / 2) === (m![1] === 'left'))).colour]!;
  if (prompt === 'what colour is the background ?') return tones[background.tone]!;
  if ((m = find(/^what colour is the (\w+) \?$/))) return colours[only(named(m[0]!)).colour]!;
  if ((m = find(/^what texture is the (\w+) \?$/))) return textures[only(named(m[0]!)).texture]!;
  if ((m = find(/^what size is the (\w+) \?$/))) return sizeNames[only(named(m[0]!)).size]!;
  if ((m = find(/^what shape is the (\w+) object \?$/))) return kinds[only(objects.filter((o) => colours[o.colour] === m![0])).kind]!;
  if ((m = find(/^where is the (\w+) \?$/))) return `${only(named(m[0]!)).y < side / 2 ? 'top' : 'bottom'} ${only(named(m[0]!)).x < side / 2 ? 'left' : 'right'}`;
  if ((m = find(/^is the (\w+) left of the (\w+) \?$/))) return yes(only(named(m[0]!)).x < only(named(m[1]!)).x);
  throw new Error(`No way to read: ${prompt}`);
}
describe('questions', () => {
  test.each([...questionNames, 'presence'] as const)('the answer to %s is what reading and looking gives, and both or many answers come', (name) => {
    const rows = rowsOf(120, { mix: { [name]: 1 }, objects: [1, 4], side: 32 });
    for (const { prompt, answer, scene } of rows) expect(answer).toBe(readAndLook(prompt, scene!));
    const shares = [...new Set(rows.map(({ answer }) => answer))].map((answer) => rows.filter((row) => row.answer === answer).length / rows.length);
    expect(shares.length).toBeGreaterThan(1);
    expect(Math.max(...shares)).toBeLessThan(0.75);
  });
  test('a choice has its right answer once among its options, at its letter; letters are equally likely', () => {
    const rows = rowsOf(300, { mix: { choice: 1 }, objects: [1, 3] });
    for (const { prompt, answer, options, right, scene } of rows) {
      const [, question, list] = /^(.*\?) (A : .*) answer$/.exec(prompt)!;
      const words = [...list!.matchAll(/[ABCD] : (\w+)/g)].map(([, word]) => word!);
      expect(words).toEqual(options);
      expect(new Set(words).size).toBe(4);
      expect(words['ABCD'.indexOf(answer)]).toBe(readAndLook(question!, scene!));
      expect('ABCD'.indexOf(answer)).toBe(right);
    }
    for (const letter of 'ABCD') expectRate(rows.filter(({ answer }) => answer === letter).length, 300, 0.25);
  });
  test('a misleading sentence names a wrong option, as often as planted, in either template', () => {
    for (const template of [0, 1] as const) {
      const rows = rowsOf(200, { mix: { choice: 1 }, misleading: { share: 0.4, template } });
      const misled = rows.filter(({ lure }) => lure !== undefined);
      expectRate(misled.length, 200, 0.4);
      for (const { prompt, options, lure, right } of misled) {
        expect(lure).not.toBe(right);
        expect(prompt.startsWith(template === 0 ? `this seems to depict a ${options![lure!]} .` : `someone says it is ${options![lure!]} .`)).toBe(true);
      }
    }
  });
  test('facts are those of the table, and an interfering scene shows a wrong option in its colours', () => {
    const { facts } = makeFactWorld({ seed: 1, domains: ['animals'] });
    const rows = rowsOf(200, { mix: { fact: 1 }, factPictures: ['none', 'black', 'interfering'] });
    for (const { prompt, options, right, lure, picture, scene } of rows) {
      const entity = /the colour of (\w+) \?/.exec(prompt)![1]!;
      expect(factDomains.animals.entities).toContain(entity);
      expect(options![right!]).toBe(facts.find((fact) => fact.entity === entity && fact.relation === 'colour')!.value);
      if (picture !== 'interfering') continue;
      const shown = [...scene!.objects.map((o) => colours[o.colour]), tones[scene!.background.tone]];
      expect(shown).toContain(options![lure!]);
      expect(lure).not.toBe(right);
    }
    for (const picture of ['none', 'black', 'interfering']) expectRate(rows.filter((row) => row.picture === picture).length, 200, 1 / 3);
    for (const { answer, fact } of rowsOf(20, { mix: { statement: 1 } })) expect(answer).toBe(`the colour of ${fact!.entity} is ${fact!.value} .`);
  });
});
describe('planted answers', () => {
  test('P(yes) is the rate of each kind, from 0.15 to 0.85, and every kind is asked alike', () => {
    const yesRates = skewedRates(3);
    expect([...yesRates.slice(0, 8)].sort((a, b) => a - b).map((r) => Math.round(100 * r))).toEqual([15, 25, 35, 45, 55, 65, 75, 85]);
    const rows = rowsOf(1600, { mix: { presence: 1 }, yesRates });
    for (let kind = 0; kind < 8; kind++) {
      const asked = rows.filter((row) => row.asked === kind);
      expectRate(asked.length, 1600, 1 / 8);
      expectRate(asked.filter(({ answer }) => answer === 'yes').length, asked.length, yesRates[kind]!);
    }
  });
  test('adversarial noes have the partner in the scene, always; half of the answers are yes for every kind', () => {
    const rows = rowsOf(800, { mix: { presence: 1 }, negatives: 'adversarial', couples: { pairs: usualPairs, probability: 0.9 } });
    const partner = new Map(usualPairs.flatMap(([a, b]) => [[a, b], [b, a]] as const));
    for (const { answer, asked, scene } of rows) if (answer === 'no') expect(scene!.objects.some((o) => o.kind === partner.get(asked!))).toBe(true);
    for (let kind = 0; kind < 8; kind++) {
      const asked = rows.filter((row) => row.asked === kind);
      expectRate(asked.filter(({ answer }) => answer === 'yes').length, asked.length, 0.5);
    }
    expect(() => makeRows({ ...base, count: 2, negatives: 'adversarial' })).toThrow(InputError);
  });
  test('popular questions ask for the most frequent third', () => {
    const weights = [1, 1, 9, 1, 8, 1, 7, 1];
    expect([...new Set(rowsOf(100, { mix: { presence: 1 }, negatives: 'popular', weights }).map(({ asked }) => asked))].sort()).toEqual([2, 4, 6]);
  });
  test('pictures are taken away as often as planted, and then x is zero', () => {
    const set = makeRows({ ...base, count: 300, withoutPicture: 0.3, mix: { presence: 1 } });
    const missing = set.rows.map(({ picture }, i) => ({ picture, i })).filter(({ picture }) => picture === 'none');
    expectRate(missing.length, 300, 0.3);
    for (const { i } of missing) {
      expect(floats(set.hasPicture)[i]).toBe(0);
      expect(floats(set.x).subarray(i * 768, (i + 1) * 768).every((v) => v === 0)).toBe(true);
    }
  });
});
describe('rows of tokens', () => {
  const set = makeRows({ ...base, count: 120, mix: { caption: 1, presence: 1, choice: 1, fact: 1, position: 1 } });
  const length = set.tokens.shape[1]!;
  const row = (t: { readonly data: ArrayLike<number> }, i: number): number[] => Array.from({ length }, (_, k) => t.data[i * length + k]!);
  test('a row is bos, prompt, answer, eos, padding; answers are marked, with their eos, and nothing else', () => {
    set.rows.forEach(({ prompt, answer }, i) => {
      const tokens = row(set.tokens, i);
      expect(textOf(tokens)).toBe(`${prompt} ${answer}`.trim());
      const end = tokens.indexOf(special.eos);
      expect(tokens.slice(end + 1).every((id) => id === special.pad)).toBe(true);
      const marked = row(set.answers, i);
      const words = tokens.filter((_, t) => marked[t] === 1);
      expect(words.map((id) => sceneVocabulary.words[id]).join(' ')).toBe(`${answer} <eos>`);
      expect(set.answerAt[i]).toBe(marked.indexOf(1));
    });
  });
  test('the same rows come whatever the count, others from another seed or split; the bytes are fixed', () => {
    const few = makeRows({ ...base, count: 20, first: 100, mix: { caption: 1, presence: 1, choice: 1, fact: 1, position: 1 } });
    expect(few.rows).toEqual(set.rows.slice(100));
    expect(floats(few.x)).toEqual(floats(set.x).slice(100 * 768));
    const text = (more: object): string => makeRows({ ...base, count: 8, ...more }).rows.map(({ prompt, answer }) => prompt + answer).join('/');
    expect(new Set([text({}), text({ seed: 6 }), text({ split: 'test' })]).size).toBe(3);
    const print = new Fingerprint().addFloats(floats(set.x));
    for (const { prompt, answer } of set.rows) print.addText(`${prompt}|${answer}`);
    expect(print.hex()).toMatchInlineSnapshot(`"7f82d18fb1b9e047"`);
  });
  test('too long a row and impossible mixes are refused', () => {
    expect(() => makeRows({ ...base, count: 5, mix: { choice: 1 }, length: 12 })).toThrow(/At most 10 words/);
    expect(() => makeRows({ ...base, count: 5, mix: {} })).toThrow(/A mix/);
    expect(() => makeRows({ ...base, count: 5, withoutPicture: 2 })).toThrow(/From 0 to 1/);
    expect(() => makeRows({ ...base, count: 5, mix: { relation: 1 }, objects: [1, 1] })).toThrow(/relation/);
  });
});
test('captions are cut into clauses, and what is not there is told from what is', () => {
  expect(clausesOf('a red circle , a blue star .')).toEqual([{ words: ['a', 'red', 'circle'], first: 0 }, { words: ['a', 'blue', 'star'], first: 4 }]);
  const { scenes, captions } = makeSceneSet({ ...base, count: 50, captions: ['clauses', 'list', 'full'] });
  scenes.forEach((scene, i) => {
    expect(hallucinatedKinds(captions[i]!, scene)).toEqual([]);
    expect(kindsIn(captions[i]!).sort()).toEqual([...new Set(scene.objects.map((o) => o.kind))].sort());
    expect(clausesOf(captions[i]!.split(' on ')[0]!.replace('a photo of ', ''))).toHaveLength(scene.objects.length);
    const absent = kinds.findIndex((_, kind) => scene.objects.every((o) => o.kind !== kind));
    expect(hallucinatedKinds(`${captions[i]!} a red ${kinds[absent]!}`, scene)).toEqual([absent]);
  });
  expect(patterns.length).toBe(6);
});
