import { describe, expect, test } from 'vitest';
import { cards } from '../methods/cards';
import { readLink, writeLink } from '../spec/link';
import { readSaved } from '../store/saved';
import { judged } from './parser';
import { parserRow, parsers } from './parsers';
import { regressionsOf } from './regressions';

/** ONNX files and the readers of data have tests of their own, with more mutants (engine/onnx/testing, data/files/testing). */
const elsewhere = ['onnx', 'idx', 'cifar', 'images', 'numpy', 'safetensors', 'table', 'records', 'wav', 'text'];
const here = parsers.map(({ id }) => id).filter((id) => !elsewhere.includes(id));
/** Samples that are refused, since they hold what is known and not read: a set of knobs for other cards, a pattern that matches nothing, a server that is not there. */
const refusedSamples = ['heap', 'knobs', 'downloads', 'patterns', 'page-calls', 'library-questions', 'sent-files'];
/** Parsers that take a while for each input. */
const slow = ['heap', 'own-models', 'diffs', 'library-questions', 'weight-files'];

test('each parser has one row', () => expect(new Set(parsers.map(({ id }) => id)).size).toBe(parsers.length));
test.each(here)('what is sound is let in: %s', async (id) => {
  const parser = await parserRow(id).open(false);
  for (const sample of parser.samples) {
    const verdict = await judged(parser, sample);
    if (verdict.kind === 'failed' || (verdict.kind === 'refused' && !refusedSamples.includes(id))) expect.fail(verdict.message);
  }
});
test.each(here)('distorted ones are each refused in words, or let in and sound: %s', async (id) => {
  const parser = await parserRow(id).open(false);
  for (let number = 0; number < (slow.includes(id) ? 40 : 150); number++) {
    const { name, input } = parser.mutant(1, number);
    const verdict = await judged(parser, input);
    if (verdict.kind === 'failed') expect.fail(`mutant ${number} (${name}): ${verdict.what} ${verdict.message}\n${typeof input === 'string' ? JSON.stringify(input) : ''}`);
  }
}, 120_000);
describe.each(parsers.map(({ id }) => id).filter((id) => id !== 'onnx' && regressionsOf(id).length > 0))('what once went wrong ends well: %s', (id) => {
  test.each(regressionsOf(id))('$file', async ({ read }) => expect(await judged(await parserRow(id).open(false), read())).toMatchObject({ kind: expect.stringMatching(/^(read|refused)$/) }));
});
test('a name cut in two, a method without texts, a seed that is none', () => {
  const half = readLink(`#winner?file=${'a'.repeat(199)}%F0%9F%98%80:1:${'ab'.repeat(32)}`, cards); // a pair of surrogates, cut in two by the limit of a name
  expect(() => writeLink(cards.winner!, half.experiment)).not.toThrow();
  expect(readSaved('x', '{"method": "winner", "knobs": {"\\ud800": "\\ud800"}}', cards).notes).toHaveLength(1);
  expect(() => readSaved('x', '{"method": "winner", "seed": {"toString": 1, "valueOf": 1}}', cards)).toThrow(/seed must be a whole number/);
});
