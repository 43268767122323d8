import { expect, test } from 'vitest';
import { externalLocations } from './external';
import { decodeModel } from './model';
import { ProtoWriter } from './protobuf';

/** A model with one float initializer w [2] that lies in a file beside it. */
function external(entries: Readonly<Record<string, string>>): Uint8Array {
  const out = new ProtoWriter();
  out.int(1, 8).message(8, (o) => o.int(2, 17)).message(7, (g) =>
    g.message(5, (t) => {
      t.packedInts(1, [2]).int(2, 1).text(8, 'w').int(14, 1);
      for (const [key, value] of Object.entries(entries)) t.message(13, (e) => e.text(1, key).text(2, value));
    }),
  );
  return out.finish();
}
const file = new Uint8Array(Float32Array.of(9, 1.5, -2).buffer);
const read = (entries: Readonly<Record<string, string>>, files = new Map([['data/w.bin', file]])) => decodeModel(external(entries), files).graph.initializers['w']!.data;

test('weights are read from the file beside the model, at their offset', () => {
  expect(externalLocations(external({ location: './data/w.bin' }))).toEqual(['data/w.bin']);
  expect(read({ location: 'data/w.bin', offset: '4', length: '8' })).toEqual(Float32Array.of(1.5, -2));
  expect(read({ location: './data//w.bin' })).toEqual(Float32Array.of(9, 1.5));
});
test('a file that did not come, and bytes beyond its end, are named', () => {
  expect(() => read({ location: 'data/w.bin' }, new Map())).toThrow(/"data\/w.bin" beside the model, which did not come along/);
  expect(() => read({ location: 'data/w.bin', offset: '8', length: '8' })).toThrow(/at bytes 8 to 16 of "data\/w.bin", which has 12/);
  expect(() => read({ location: 'data/w.bin', length: '4' })).toThrow(/should hold 2 numbers, but holds 1/);
  expect(() => read({ location: 'data/w.bin', offset: '-4' })).toThrow(/offset "-4"/);
});
test.each(['../w.bin', '/etc/passwd', 'data/../../w.bin', 'C:\\w.bin', 'a\\..\\b', '', '.', 'nul\0byte'])('the location %j is refused', (location) => {
  expect(() => externalLocations(external({ location }))).toThrow(/not a file in the model's own folder/);
  expect(() => read({ location })).toThrow(/not a file in the model's own folder/);
});
