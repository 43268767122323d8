import { expect, test } from 'vitest';
import { MismatchError } from '../../base/errors';
import { tensor } from '../../base/tensor';
import { decodeModel } from './model';
import { patchInitializers } from './patch';
import { ProtoReader, ProtoWriter } from './protobuf';

/** A file with much that is not understood here: unknown fields, a function, a training graph, quantisation notes, a doc string. */
function foreign(): Uint8Array {
  const out = new ProtoWriter();
  out.int(1, 8).text(2, 'someone').text(6, 'a doc string').message(8, (o) => o.text(1, '').int(2, 17)).message(8, (o) => o.text(1, 'com.example').int(2, 3));
  out.message(7, (g) => {
    g.message(1, (n) => n.text(1, 'x').text(1, 'w').text(2, 'y').text(4, 'Add').text(6, 'why').message(5, (a) => a.text(1, 'odd').int(20, 13).message(14, (t) => t.text(6, 'a type'))));
    g.text(2, 'main').text(10, 'of the graph');
    g.message(5, (t) => t.packedInts(1, [2]).int(2, 1).text(8, 'w').text(12, 'of the tensor').packedFloats(4, [1, 2]));
    g.message(5, (t) => t.int(1, 2).int(2, 10).packedInts(5, [0x3c00, 0x4000]).text(8, 'h'));
    g.message(5, (t) => t.packedInts(1, [1]).int(2, 7).int(7, 4).text(8, 'i'));
    g.message(13, (v) => v.text(1, 'y').text(3, 'a value')).message(14, (q) => q.text(1, 'scale'));
  });
  out.message(20, (training) => training.text(1, 'x')).message(25, (fn) => fn.text(1, 'F').text(10, 'com.example')).message(14, (m) => m.text(1, 'k').text(2, 'v'));
  return out.finish();
}
/** Fields of a message in order, with their bytes. */
function fieldsOf(bytes: Uint8Array): [number, string][] {
  const reader = new ProtoReader(bytes);
  const found: [number, string][] = [];
  while (reader.next()) found.push([reader.field, Buffer.from(reader.raw()).toString('hex')]);
  return found;
}

test('with nothing to change, the file is the same bytes', () => expect(patchInitializers(foreign(), {})).toEqual(foreign()));
test('new numbers come in, everything else stays: halves are halves, names and doc strings are theirs', () => {
  const patched = patchInitializers(foreign(), { w: tensor([-3, 0.25]), h: tensor([1 / 3, -0]) });
  const { initializers } = decodeModel(patched).graph;
  expect(initializers['w']!.data).toEqual(Float32Array.of(-3, 0.25));
  expect(initializers['h']).toEqual({ dtype: 'float32', half: 'float16', dims: [2], data: Float32Array.of(0.333251953125, -0) }); // the half nearest to 1/3
  expect(initializers['i']!.data).toEqual(BigInt64Array.of(4n));
  const [before, after] = [fieldsOf(foreign()), fieldsOf(patched)];
  expect(after.map(([field]) => field)).toEqual(before.map(([field]) => field));
  expect(after.filter(([field]) => field !== 7)).toEqual(before.filter(([field]) => field !== 7));
  expect(Buffer.from(patched).toString('latin1')).toContain('of the tensor');
  expect(patchInitializers(patched, { w: tensor([1, 2]) })).toEqual(patchInitializers(foreign(), { w: tensor([1, 2]), h: tensor([1 / 3, -0]) }));
});
test('a Constant node goes by its output: only the numbers of its tensor change', () => {
  const file = (...numbers: number[]): Uint8Array => {
    const out = new ProtoWriter();
    out.int(1, 8).message(8, (o) => o.text(1, '').int(2, 17));
    out.message(7, (g) => {
      g.message(1, (n) => n.text(2, 'w').text(3, 'keeps w').text(4, 'Constant').text(6, 'why').message(5, (a) => a.text(1, 'value').message(5, (t) => t.packedInts(1, [2]).int(2, 1).text(8, 'inner name').bytes(9, new Uint8Array(Float32Array.from(numbers).buffer))).int(20, 4)));
      g.message(1, (n) => n.text(1, 'x').text(1, 'w').text(2, 'y').text(4, 'Add'));
    });
    return out.finish();
  };
  expect(patchInitializers(file(1, 2), { w: tensor([-3, 0.25]) })).toEqual(file(-3, 0.25));
  expect(() => patchInitializers(file(1, 2), { 'inner name': tensor([1, 2]) })).toThrow(/no dense initializer "inner name"/);
  expect(() => patchInitializers(file(1, 2), { w: tensor([1]) })).toThrow(/w is float32\[2\] in the file/);
});
test('a tensor that is not in the file, or of another shape or kind, is refused by name', () => {
  expect(() => patchInitializers(foreign(), { nope: tensor([1]) })).toThrow(MismatchError);
  expect(() => patchInitializers(foreign(), { nope: tensor([1]) })).toThrow(/no dense initializer "nope"/);
  expect(() => patchInitializers(foreign(), { w: tensor([1, 2, 3]) })).toThrow(/Initializer w is float32\[2\] in the file, but float32\[3\] came/);
  expect(() => patchInitializers(foreign(), { i: tensor([1]) })).toThrow(/Initializer i is int64\[1\]/);
});
