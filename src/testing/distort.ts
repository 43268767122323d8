/** Ways to distort what comes in from outside: texts by their grammar, sealed data by their description, with a right checksum again. */
import { crc32 } from '../base/crc32';
import type { Random } from '../base/random';

const troubles: readonly string[] = [
  '__proto__', 'constructor', 'toString', 'hasOwnProperty', '1e999', '-1e999', '-0', 'NaN', '9'.repeat(400), '1e-400', '9007199254740993', '\ud800', 'a\udc00b', '\ud83d\ude00'.repeat(150), '\0', '\n', '\u202e', '\ufeff', '%', '%zz', '%ff', '%00', '%ED%A0%80', '%25',
  '<img src=x onerror=alert(1)>', '<script>alert(1)</script>', 'javascript:alert(1)', '"', "'", '\\', '&', '=', '?', '#', ',', ':', '../../x', 'x'.repeat(5000), '[['.repeat(3000), '{"a":'.repeat(3000), 'null', 'true', '{}', '[]', '{"toString":1,"valueOf":1}', '{"__proto__":{"polluted":1}}', '""', '',
];
const values: readonly unknown[] = [null, true, 0, -1, 1.5, 1e308, 2 ** 53, '', 'x', '__proto__', 'constructor', '<img src=x onerror=alert(1)>', '1e999', '\ud800', 'x'.repeat(2000), [], {}, [[]], [null], { toString: 1, valueOf: 1 }];
/** Sound JSON with one to three of its values changed: what lies behind the first look at a form is reached. */
function distortJson(root: unknown, rng: Random): string {
  const whole = { root };
  for (let n = 1 + rng.int(3); n > 0; n--) {
    const places: (readonly [Record<string, unknown>, string])[] = [];
    const walk = (holder: Record<string, unknown>): void => {
      for (const [key, value] of Object.entries(holder)) {
        places.push([holder, key]);
        if (typeof value === 'object' && value !== null) walk(value as Record<string, unknown>); // a list is walked by its places
      }
    };
    walk(whole);
    const [holder, key] = rng.pick(places);
    const set = (name: string, value: unknown): unknown => Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true }); // a "__proto__", too
    const [from, name] = rng.pick(places);
    const how = rng.int(8);
    if (how === 0 && holder !== whole) delete holder[key];
    else if (how === 1) set(rng.pick(['__proto__', 'constructor', 'toString', '0', '', 'x']), rng.pick(values));
    else if (how === 2) set(key, structuredClone(from[name]));
    else if (how === 3 && Array.isArray(holder[key])) (holder[key] as unknown[]).push(...structuredClone(holder[key] as unknown[]), rng.pick(values));
    else if (how === 4 && typeof holder[key] === 'number') set(key, rng.pick([-holder[key], holder[key] + 1, holder[key] / 3, 1e9 * holder[key], 2 ** 53]));
    else if (how === 5 && typeof holder[key] === 'string') set(key, distortText(holder[key], rng, typeof from[name] === 'string' ? from[name] : key));
    else set(key, structuredClone(rng.pick(values)));
  }
  return JSON.stringify(whole.root) ?? 'null';
}
const asJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
/** JSON as the values that it is, every other time; else a text, cut where its grammar has joints, with one to three of its pieces changed. */
export function distortText(text: string, rng: Random, other: string): string {
  const json = /^\s*[[{]/.test(text) && rng.bernoulli(0.5) ? asJson(text) : undefined;
  if (json !== undefined) return distortJson(json, rng);
  const pieces = text.split(/([#?&=,:/{}[\]"])/);
  const others = other.split(/([#?&=,:/{}[\]"])/);
  for (let n = 1 + rng.int(3); n > 0 && pieces.length > 0; n--) {
    const at = rng.int(pieces.length);
    const trouble = rng.pick(troubles);
    const how = rng.int(8);
    if (how === 0) pieces.splice(at, 1 + rng.int(4));
    else if (how === 1) pieces.splice(at, 0, ...pieces.slice(at, at + 1 + rng.int(6)));
    else if (how === 2) pieces.splice(at, 1, encodeURIComponent(pieces[at]!.replaceAll(/\p{Cs}/gu, '')));
    else if (how === 3) pieces.splice(at, 1, rng.pick(others));
    else if (how === 4) pieces.splice(at, 0, ...Array.from({ length: 200 }, () => pieces[at]!));
    else if (how === 5) pieces.splice(at, 0, trouble);
    else pieces[at] = trouble;
  }
  return pieces.join('');
}
const headBytes = 16;
const align = (n: number): number => (n + 7) & ~7;
/** Where the description of sealed bytes lies; undefined where they are too short for one. */
function descriptionIn(bytes: Uint8Array): { readonly body: number; readonly words: Uint8Array } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const body = headBytes + view.getUint16(6, true);
  return body + 4 > bytes.length ? undefined : { body, words: bytes.subarray(body + 4, body + 4 + view.getUint32(body, true)) };
}
/** Sealed bytes with another description, lengths and checksum right again. */
export function resealed(bytes: Uint8Array, change: (words: Uint8Array) => Uint8Array): Uint8Array {
  const { body, words } = descriptionIn(bytes)!; // whole ones come
  const changed = change(words);
  const arrays = bytes.subarray(body + align(4 + words.length));
  const whole = new Uint8Array(body + align(4 + changed.length) + arrays.length);
  whole.set(bytes.subarray(0, body));
  whole.set(changed, body + 4);
  whole.set(arrays, body + align(4 + changed.length));
  const view = new DataView(whole.buffer);
  view.setUint32(body, changed.length, true);
  view.setUint32(12, whole.length - headBytes, true);
  view.setUint32(8, crc32(whole.subarray(12)), true);
  return whole;
}
/** Sealed bytes: some flipped or cut off, or their description distorted and all sealed again, so that what lies behind the checksum is reached. */
export function distortSealed(bytes: Uint8Array, rng: Random, other: Uint8Array): Uint8Array {
  const how = rng.int(10);
  if (how === 0) return bytes.slice(0, rng.int(bytes.length));
  if (how === 1) return other;
  const out = bytes.slice();
  if (how === 2) out[rng.int(out.length)]! ^= 1 << rng.int(8);
  if (how === 2 || !descriptionIn(out)) return out;
  if (how === 3) return resealed(out, (words) => words.map((byte) => (rng.bernoulli(0.01) ? rng.int(256) : byte)));
  const [read, write] = [new TextDecoder(), new TextEncoder()];
  return resealed(out, (words) => write.encode(distortText(read.decode(words), rng, read.decode(descriptionIn(other)?.words ?? other))));
}
