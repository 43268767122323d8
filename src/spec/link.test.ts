import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LinkError } from '../base/errors';
import { defineCard } from './card';
import { defaultExperiment } from './experiment';
import { choice, float, int, logFloat, text, toggle } from './knobs';
import { linkLimit, readLink, writeLink } from './link';

const card = defineCard({
  id: 'demo', title: 'Demo', family: 'noise', source: { title: 't', authors: 'a', year: 2025 }, claim: '',
  knobs: {
    rate: logFloat({ label: 'Rate', min: 1e-5, max: 1, default: 1e-3 }),
    width: int({ label: 'Width', min: 1, max: 64, default: 8 }),
    mix: float({ label: 'Mix', min: -1, max: 1, default: 0 }),
    kind: choice({ label: 'Kind', options: { a: 'A', '2048': 'many' }, default: 'a' }),
    on: toggle({ label: 'On', default: false }),
    names: text({ label: 'Names', maxLength: 40, default: '*' }),
  },
  arms: { one: { label: 'One', says: '', role: 'method' }, two: { label: 'Two', says: '', role: 'baseline' }, three: { label: 'Three', says: '', role: 'control', off: true } },
  charts: [], pictures: {}, invariants: {}, claimCheck: [],
});
const cards = { demo: card };
const base = defaultExperiment(card);

test('the default experiment is a short link, and reads back', () => {
  expect(writeLink(card, base)).toBe('#demo?v=1');
  expect(readLink('#demo', cards).experiment).toEqual(base);
});
test('every experiment survives its link, and so does its proof', () => {
  const experiments = fc.record({
    rate: fc.double({ min: 1e-5, max: 1, noNaN: true }), width: fc.integer({ min: 1, max: 64 }), mix: fc.double({ min: -1, max: 1, noNaN: true }).map((x) => x + 0),
    kind: fc.constantFrom('a', '2048'), on: fc.boolean(),
    names: fc.oneof(fc.constantFrom('', 'true', '12', 'a&k.on=true', '%41,#?', '/blocks/0/*.weight, !*bias'), fc.string({ unit: 'grapheme', maxLength: 12 }).filter((s) => s.length <= 40 && !/\p{Cc}/u.test(s))),
  });
  fc.assert(
    fc.property(experiments, fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 32 }), fc.subarray(['one', 'two', 'three'], { minLength: 1 }), fc.constantFrom('auto', 'wasm', 'webgpu' as const), (knobs, seed, seeds, arms, backend) => {
      const experiment = { ...base, knobs, seed, seeds, arms, backend: backend as 'auto', threads: (seed % 16) + 1, files: [{ name: 'a:b & c, %.wav', sizeBytes: 12, sha256: 'ab'.repeat(32) }] };
      const proof = { provider: 'wasm' as const, fingerprint: '0123456789abcdef', marks: [0.125, -3e-9] };
      const read = readLink(writeLink(card, experiment, proof), cards);
      expect(read).toEqual({ experiment, proof, notes: [] });
    }),
  );
});
test.each([
  ['#nobody?v=1', /does not have\. It has: demo/],
  ['#demo?v=2', /version "2"/],
  ['#demo?v=1&seed=-4', /seed must be a whole number/],
  ['#demo?v=1&seeds=999', /seeds must be a whole number from 1 to 32/],
  ['#demo?v=1&seed=%E0%A4%A', /damaged/],
  ['#demo?v=1&file=x', /file in a form/],
  [`#demo?${'x'.repeat(linkLimit)}`, /characters long/],
  ['#__proto__?v=1', /does not have/],
  ['#constructor', /does not have/],
  ['', /does not have/],
])('link %# of the bad ones is refused with a reason', (link, reason) => {
  expect(() => readLink(link, cards)).toThrow(LinkError);
  expect(() => readLink(link, cards)).toThrow(reason);
});
test('fields that this version does not know are dropped one by one, each with a note', () => {
  const { experiment, notes } = readLink('#demo?v=1&k.width=9&k.gone=3&k.rate=7&arms=one,ghost&colour=red&k.__proto__=1&proof=zz', cards);
  expect(experiment).toEqual({ ...base, knobs: { ...base.knobs, width: 9 }, arms: ['one'] });
  expect(notes).toHaveLength(6);
});
test('a text that is too long, or of more than one line, is replaced by the default with a note', () => {
  for (const bad of ['x'.repeat(41), 'a%0Ab', 'a%00']) {
    const { experiment, notes } = readLink(`#demo?v=1&k.names=${bad}`, cards);
    expect([experiment.knobs.names, notes]).toEqual(['*', [expect.stringContaining('one line of at most 40 characters')]]);
  }
});
test('no text whatever makes the reader do anything but return or throw a LinkError', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string().map((s) => `#demo?${s}`), fc.webQueryParameters().map((q) => `#demo?v=1&${q}`)), (text) => {
      try {
        readLink(text, cards);
      } catch (error) {
        expect(error).toBeInstanceOf(LinkError);
      }
    }),
    { numRuns: 2000 },
  );
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
test('what could not be read of a link is said once each, and not hundreds of times', () => {
  expect(readLink(`#demo?x=1${'&x=1'.repeat(500)}`, cards).notes).toEqual(['Unknown field "x" was dropped.']);
  const { notes } = readLink(`#demo?${Array.from({ length: 300 }, (_, i) => `x${i}=1`).join('&')}`, cards);
  expect([notes.length, notes.at(-1)]).toEqual([12, '289 more things in the link could not be read and were dropped.']);
});
