/** Half-precision floats as their 16 bits. Widening is exact; narrowing rounds to the nearest, ties to even. */

const wide = new Float32Array(1);
const bits32 = new Uint32Array(wide.buffer);

/** IEEE 754 half precision: sign, 5 bits of exponent (bias 15), 10 of fraction. */
export function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
/** The upper half of a float32: sign, 8 bits of exponent, 7 of fraction. */
export function bfloat16(bits: number): number {
  bits32[0] = bits << 16;
  return wide[0]!;
}
export function narrowFloat16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00; // halfway beyond the largest, 65504
  if (size < 2 ** -14) return sign | roundEven(size * 2 ** 24); // subnormal; a carry makes the smallest normal one
  const exponent = Math.floor(Math.log2(size));
  const scaled = roundEven(size * 2 ** (10 - exponent)); // 1024 to 2048: the carry goes into the exponent
  return sign | (((exponent + 14) << 10) + scaled);
}
export function narrowBfloat16(value: number): number {
  wide[0] = value;
  const bits = bits32[0]!;
  if (Number.isNaN(value)) return 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}
function roundEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}
