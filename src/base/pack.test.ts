import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from './errors';
import { pack, unpack } from './pack';

const arrays = fc.oneof(fc.float32Array(), fc.float64Array(), fc.int32Array(), fc.uint8Array(), fc.uint16Array(), fc.uint32Array());
const plain = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, fc.double(), fc.string(), fc.boolean(), fc.constant(null), fc.constant(undefined), arrays, fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(fc.string().filter((key) => key !== '$' && key !== '__proto__'), tie('value'), { maxKeys: 4 })),
})).value;

test('plain data comes back as it was, to the bit', () =>
  fc.assert(fc.property(plain, (value) => void expect(unpack(pack(value))).toStrictEqual(structuredCloned(value))), { numRuns: 500 }));
/** Dictionaries of fast-check have no prototype; what comes back has the ordinary one. */
const structuredCloned = (value: unknown): unknown => structuredClone(value);

test('a part of a larger buffer is packed alone', () => {
  const whole = Float32Array.of(1, 2, 3, 4);
  expect(unpack(pack({ part: whole.subarray(1, 3) }))).toEqual({ part: Float32Array.of(2, 3) });
});
test.each([[() => 1], [new Date()], [{ $: 1 }], [JSON.parse('{"__proto__": 1}') as unknown], [Symbol('s')]])('%o is no plain data', (value) => expect(() => pack(value)).toThrow(InputError));

test('damaged bytes are refused in words or give plain data, and pollute nothing', () => {
  const sound = pack({ a: Float32Array.of(1, 2, 3), b: [1, { c: 'd', e: undefined }], n: NaN });
  fc.assert(
    fc.property(fc.nat(sound.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(sound.length), (at, byte, length) => {
      const damaged = sound.slice(0, length);
      if (at < length) damaged[at] = byte;
      try {
        unpack(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    }),
    { numRuns: 3000 },
  );
  expect(() => unpack(forged('{"__proto__":{"polluted":1}}'))).toThrow('__proto__');
  expect(() => unpack(forged('{"$":["f4",0,1000000000]}'))).toThrow('within');
  expect(() => unpack(forged('{"$":["constructor",0,1]}'))).toThrow('known type');
  expect(() => unpack(forged('['.repeat(100) + ']'.repeat(100)))).toThrow('deep');
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});
function forged(json: string): Uint8Array {
  const text = new TextEncoder().encode(json);
  const bytes = new Uint8Array(4 + text.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  return bytes;
}
