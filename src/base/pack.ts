/**
 * Plain data as bytes, and back: JSON, in which typed arrays, numbers that JSON does not know and `undefined` stand as `{"$": [...]}`, followed by the arrays' own bytes.
 *   u32 length of the JSON, the JSON in UTF-8, then each array at a multiple of 8 bytes (little-endian).
 * What is read back is plain data again, whatever the bytes were: no prototypes, bounded depth, every array within the bytes that came.
 */
import { InputError } from './errors';

const arrays = { f4: Float32Array, f8: Float64Array, i4: Int32Array, u1: Uint8Array, u2: Uint16Array, u4: Uint32Array } as const;
type ArrayType = keyof typeof arrays;
type TypedArray = InstanceType<(typeof arrays)[ArrayType]>;
const typeOf = (value: object): ArrayType | undefined => (Object.keys(arrays) as ArrayType[]).find((type) => value instanceof arrays[type]);

const maxDepth = 64;
const align = (n: number): number => (n + 7) & ~7;
const oddNumbers: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity, '-0': -0 };

/** @throws InputError for what is no plain data: a function, a class, something nested more than 64 deep */
export function pack(value: unknown): Uint8Array {
  const parts: TypedArray[] = [];
  let size = 0;
  const plain = (v: unknown, depth: number): unknown => {
    if (depth > maxDepth) throw new InputError(`pack: data nested more than ${maxDepth} deep came.`);
    if (v === undefined) return { $: ['undefined'] };
    if (typeof v === 'number') return Number.isFinite(v) && !Object.is(v, -0) ? v : { $: ['number', Object.is(v, -0) ? '-0' : String(v)] };
    if (v === null || typeof v === 'string' || typeof v === 'boolean') return v;
    if (Array.isArray(v)) return v.map((entry) => plain(entry, depth + 1));
    if (typeof v !== 'object') throw new InputError(`pack: expected plain data, but a ${typeof v} came.`);
    const type = typeOf(v);
    if (type) {
      const array = v as TypedArray; // `typeOf` has looked
      const at = size;
      parts.push(array);
      size += align(array.byteLength);
      return { $: [type, at, array.length] };
    }
    const prototype: unknown = Object.getPrototypeOf(v);
    if (prototype !== Object.prototype && prototype !== null) throw new InputError('pack: expected plain data, but an object of a class came.');
    return Object.fromEntries(Object.entries(v).map(([key, entry]) => {
      if (key === '$' || key === '__proto__') throw new InputError(`pack: a field cannot be called ${key}.`);
      return [key, plain(entry, depth + 1)];
    }));
  };
  const json = new TextEncoder().encode(JSON.stringify(plain(value, 0)));
  const begin = align(4 + json.length);
  const out = new Uint8Array(begin + size);
  new DataView(out.buffer).setUint32(0, json.length, true);
  out.set(json, 4);
  let at = begin;
  for (const array of parts) {
    out.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += align(array.byteLength);
  }
  return out;
}

/** What `pack` was given. @throws InputError for bytes that it did not write */
export function unpack(bytes: Uint8Array): unknown {
  const damaged = (what: string): InputError => new InputError(`These bytes are damaged: ${what}.`);
  if (bytes.length < 4) throw damaged('they end within the first four');
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  if (4 + length > bytes.length) throw damaged(`they announce a description of ${length} bytes and hold ${bytes.length}`);
  const begin = align(4 + length);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4, 4 + length)));
  } catch {
    throw damaged('their description is no JSON');
  }
  const special = (mark: unknown): unknown => {
    if (!Array.isArray(mark)) throw damaged('a mark is no list');
    const [type, at, count] = mark as unknown[];
    if (type === 'undefined') return undefined;
    if (type === 'number' && typeof at === 'string' && Object.hasOwn(oddNumbers, at)) return oddNumbers[at];
    if (typeof type !== 'string' || !Object.hasOwn(arrays, type)) throw damaged('a mark is of no known type');
    const Type = arrays[type as ArrayType];
    if (typeof at !== 'number' || typeof count !== 'number' || !Number.isInteger(at) || !Number.isInteger(count) || at < 0 || count < 0 || begin + at + count * Type.BYTES_PER_ELEMENT > bytes.length) throw damaged('an array does not lie within them');
    return new Type(bytes.slice(begin + at, begin + at + count * Type.BYTES_PER_ELEMENT).buffer);
  };
  const restore = (v: unknown, depth: number): unknown => {
    if (depth > maxDepth) throw damaged(`data nested more than ${maxDepth} deep came`);
    if (v === null || typeof v !== 'object') return v;
    if (Array.isArray(v)) return v.map((entry) => restore(entry, depth + 1));
    if (Object.hasOwn(v, '$')) return special((v as { $: unknown }).$);
    if (Object.hasOwn(v, '__proto__')) throw damaged('a field is called __proto__');
    return Object.fromEntries(Object.entries(v).map(([key, entry]) => [key, restore(entry, depth + 1)]));
  };
  return restore(json, 0);
}
