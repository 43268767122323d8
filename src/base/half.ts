/** 16-bit floats, both kinds: as bits in, as numbers out, and back with rounding to nearest even. */

/** IEEE 754 half precision (sign, 5 bits of exponent, 10 of fraction). Exact in float32. */
export function fromHalf(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >>> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
/** The half nearest to a number, ties to even; from 65520 on it is infinity. */
export function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | nearestEven(size * 2 ** 24); // below the normal numbers: whole multiples of 2^-24; 1024 of them are 2^-14
  const exponent = exponentOf(size);
  return sign | (((exponent + 15) << 10) + nearestEven((size / 2 ** exponent - 1) * 1024)); // a fraction that rounds up to 1024 carries into the exponent
}
/** The upper half of a float32. */
export const fromBfloat = (bits: number): number => floatOf(bits << 16);
export function toBfloat(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  const bits = bitsOf(value);
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

function nearestEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
const word = new DataView(new ArrayBuffer(8));
/** Of a normal number. */
function exponentOf(size: number): number {
  word.setFloat64(0, size);
  return ((word.getUint16(0) >>> 4) & 2047) - 1023;
}
function bitsOf(value: number): number {
  word.setFloat32(0, value);
  return word.getUint32(0);
}
function floatOf(bits: number): number {
  word.setInt32(0, bits);
  return word.getFloat32(0);
}
