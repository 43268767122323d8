/** Ways to damage the bytes of an ONNX file: what a broken download, a broken exporter or an enemy of protobuf readers makes. */
import type { Random } from '../../../base/random';
import { everyField, joined, parseFields, writeFields, type Field } from './wire';

/** What happens to a whole file; `other` is another file, to take parts from. */
export type Damage = (bytes: Uint8Array, rng: Random, other: Uint8Array) => Uint8Array;

/** Numbers at which readers break. */
export const EDGES: readonly bigint[] = [0n, 1n, -1n, 2n, 3n, 7n, 127n, 128n, 255n, 1024n, 65_535n, 1_000_000n, 1_000_000_000n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n, -(2n ** 31n), 2n ** 53n, 2n ** 53n + 1n, 2n ** 62n, 2n ** 63n - 1n, -(2n ** 63n)];
/** Names that languages, file systems and graphs trip over. */
const TEXTS: readonly string[] = ['', '__proto__', 'constructor', 'toString', '0', '-1', '../../../etc/passwd', 'x'.repeat(100_000), '\0', '\uFFFD', 'x', 'y', 'ai.onnx.ml', 'com.microsoft', 'Loop', 'If', 'Scan'];
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const entry = (key: string, value: string): Field => ({ field: 13, wire: 2, value: [{ field: 1, wire: 2, value: text(key) }, { field: 2, wire: 2, value: text(value) }] });

/** A damage of one field somewhere in the tree. */
const ofField = (change: (list: Field[], at: number, rng: Random, other: Uint8Array) => void): Damage => (bytes, rng, other) => {
  const tree = parseFields(bytes);
  const places = everyField(tree);
  const { list, at } = rng.pick(places);
  change(list, at, rng, other);
  return writeFields(tree);
};
/** A damage of one field of those that `fits`; the file is left as it is where there is none. */
const ofOne = (fits: (field: Field) => boolean, change: (field: Field, rng: Random) => void): Damage => (bytes, rng) => {
  const tree = parseFields(bytes);
  const found = everyField(tree).map(({ list, at }) => list[at]!).filter(fits);
  if (found.length > 0) change(rng.pick(found), rng);
  return writeFields(tree);
};
const isText = ({ wire, value }: Field): boolean => wire === 2 && value instanceof Uint8Array && value.length < 200;
const isTensor = ({ field, value }: Field): boolean => field === 5 && Array.isArray(value) && value.some((f) => f.field === 2 && f.wire === 0);

export const damages: Readonly<Record<string, Damage>> = {
  'bits flipped': (bytes, rng) => {
    const out = bytes.slice();
    for (let n = 1 + rng.int(8); n > 0; n--) out[rng.int(out.length)]! ^= 1 << rng.int(8);
    return out;
  },
  'bytes replaced': (bytes, rng) => {
    const out = bytes.slice();
    const start = rng.int(out.length);
    for (let i = start; i < Math.min(out.length, start + 1 + rng.int(16)); i++) out[i] = rng.pick([0, 1, 127, 128, 255, rng.int(256)]);
    return out;
  },
  'cut short': (bytes, rng) => bytes.slice(0, rng.int(bytes.length)),
  'a piece left out': (bytes, rng) => {
    const start = rng.int(bytes.length);
    return joined([bytes.subarray(0, start), bytes.subarray(start + 1 + rng.int(64))]);
  },
  'two files joined': (bytes, rng, other) => joined([bytes.subarray(0, rng.int(bytes.length)), other.subarray(rng.int(other.length))]),
  'one file after another': (bytes, _, other) => joined([bytes, other]),
  'a field twice': ofField((list, at) => list.splice(at, 0, structuredClone(list[at]!))),
  'a field left out': ofField((list, at) => list.splice(at, 1)),
  'a field a thousand times': ofField((list, at) => {
    if (writeFields([list[at]!]).length < 4096) list.splice(at, 0, ...Array.from({ length: 1000 }, () => list[at]!));
  }),
  'fields in another order': ofField((list, at, rng) => list.push(...list.splice(rng.int(at + 1), 1 + rng.int(3)))),
  'a field of another file': ofField((list, at, rng, other) => {
    const places = everyField(parseFields(other));
    const from = rng.pick(places);
    list.splice(at, rng.int(2), from.list[from.at]!);
  }),
  'a number at an edge': ofOne(({ wire }) => wire === 0, (field, rng) => (field.value = rng.pick(EDGES))),
  'a name that trips': ofOne(isText, (field, rng) => (field.value = text(rng.pick(TEXTS)))),
  'a length that lies': ofOne(({ wire }) => wire === 2, (field, rng) => (field.lie = rng.pick(EDGES))),
  'a wrong wire type': ofField((list, at, rng) => (list[at]!.wire = rng.int(8))),
  'a wrong field number': ofField((list, at, rng) => (list[at]!.field = rng.pick([0, 1, 2, 5, 7, 8, 13, 14, 15, 20, 25, 2 ** 28]))),
  'a message within itself': ofOne(({ value }) => Array.isArray(value), (field, rng) => {
    const { field: number, value } = field;
    let inner = value;
    for (let depth = rng.pick([3, 100, 3000]); depth > 0; depth--) inner = [{ field: number, wire: 2, value: inner }];
    field.value = inner;
  }),
  'weights in a file elsewhere': ofOne(isTensor, ({ value }, rng) => {
    const list = value as Field[]; // a tensor is a message
    list.push(entry('location', rng.pick(['../../../etc/passwd', '/dev/zero', 'weights.bin', '', 'C:\\x', 'a/../../b', 'file:///x'])), entry('offset', rng.pick(['0', '-1', '99999999999', 'x'])), entry('length', rng.pick(['4', '-4', '1e12'])), { field: 14, wire: 0, value: 1n });
  }),
};
