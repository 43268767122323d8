/**
 * The wire format of protocol buffers, as far as ONNX needs it: varints, fixed32, fixed64 and length-delimited fields. A message is
 * (tag, value) pairs, tag = field number * 8 + wire type. The reader takes hostile bytes: every length is checked against what is
 * left, a varint has at most ten bytes, nothing is allocated by a length that the file merely claims, and groups are refused. How
 * deep messages nest is bounded by the caller.
 */
import { InputError } from '../../base/errors';

export type WireType = 0 | 1 | 2 | 5;
/** Bytes from this size on are kept as they are, not copied at each level of nesting. */
const BY_REFERENCE = 512;

/** Writes one message. Fields come out in the order of the calls. */
export class ProtoWriter {
  private readonly chunks: Uint8Array[] = [];
  private chunksSize = 0;
  private tail = new Uint8Array(64);
  private used = 0;

  get size(): number {
    return this.chunksSize + this.used;
  }
  /** An int64, int32, enum or bool field; negative numbers take ten bytes, as the format has it. */
  int(field: number, value: number | bigint): this {
    this.tag(field, 0);
    return this.varint(value);
  }
  float(field: number, value: number): this {
    this.tag(field, 5);
    this.room(4);
    new DataView(this.tail.buffer).setFloat32(this.used, value, true);
    this.used += 4;
    return this;
  }
  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }
  /** Large arrays are kept by reference until `finish`. */
  bytes(field: number, value: Uint8Array): this {
    this.tag(field, 2);
    this.varint(value.length);
    this.append(value);
    return this;
  }
  /** A field as `ProtoReader.raw` gave it. */
  field(field: number, wire: WireType, raw: Uint8Array): this {
    this.tag(field, wire);
    this.append(raw);
    return this;
  }
  message(field: number, write: (inner: ProtoWriter) => void): this {
    const inner = new ProtoWriter();
    write(inner);
    this.tag(field, 2);
    this.varint(inner.size);
    for (const chunk of inner.parts()) this.append(chunk);
    return this;
  }
  packedInts(field: number, values: readonly (number | bigint)[]): this {
    const inner = new ProtoWriter();
    for (const value of values) inner.varint(value);
    return this.bytes(field, inner.finish());
  }
  packedFloats(field: number, values: readonly number[]): this {
    const view = new DataView(new ArrayBuffer(values.length * 4));
    values.forEach((value, i) => view.setFloat32(i * 4, value, true));
    return this.bytes(field, new Uint8Array(view.buffer));
  }
  finish(): Uint8Array {
    const out = new Uint8Array(this.size);
    let at = 0;
    for (const part of this.parts()) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  private parts(): Uint8Array[] {
    return [...this.chunks, this.tail.subarray(0, this.used)];
  }
  private tag(field: number, wire: WireType): void {
    this.varint(field * 8 + wire);
  }
  private varint(value: number | bigint): this {
    this.room(10);
    if (typeof value === 'number' && value >= 0 && value < 2 ** 31) {
      let rest = value;
      for (; rest > 127; rest >>>= 7) this.tail[this.used++] = (rest & 127) | 128;
      this.tail[this.used++] = rest;
      return this;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) this.tail[this.used++] = Number(rest & 127n) | 128;
    this.tail[this.used++] = Number(rest);
    return this;
  }
  private append(part: Uint8Array): void {
    if (part.length < BY_REFERENCE) {
      this.room(part.length);
      this.tail.set(part, this.used);
      this.used += part.length;
      return;
    }
    this.chunks.push(this.tail.slice(0, this.used), part);
    this.chunksSize += this.used + part.length;
    this.used = 0;
  }
  private room(size: number): void {
    if (this.used + size <= this.tail.length) return;
    const larger = new Uint8Array(Math.max(this.tail.length * 2, this.used + size));
    larger.set(this.tail.subarray(0, this.used));
    this.tail = larger;
  }
}

/** Reads one message: `next` moves to a field, then one of the value methods takes it, or `skip` passes over it. */
export class ProtoReader {
  private at = 0;
  private readonly view: DataView;
  /** Of the field that `next` found. */
  field = 0;
  wire: WireType = 0;

  constructor(private readonly source: Uint8Array) {
    this.view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  }
  /** Moves to the next field; false at the end of the message. */
  next(): boolean {
    if (this.at === this.source.length) return false;
    const tag = this.unsigned();
    const wire = tag % 8;
    this.field = Math.floor(tag / 8);
    if (this.field < 1 || this.field > 0x1fffffff) throw broken(`field number ${this.field} is out of range`);
    if (wire !== 0 && wire !== 1 && wire !== 2 && wire !== 5) throw broken(`wire type ${wire} is not one that ONNX uses`);
    this.wire = wire;
    return true;
  }
  skip(): void {
    if (this.wire === 0) this.rawVarint();
    else if (this.wire === 2) this.bytes();
    else this.take(this.wire === 1 ? 8 : 4);
  }
  /** The value's bytes as they stand after its tag, whatever they mean. */
  raw(): Uint8Array {
    const start = this.at;
    this.skip();
    return this.source.subarray(start, this.at);
  }
  /** A signed 64-bit integer. */
  bigint(): bigint {
    this.expect(0);
    return this.signed();
  }
  /** A signed integer as a number; refused beyond 2^53, where a number no longer holds it. */
  int(): number {
    return exact(this.bigint());
  }
  float(): number {
    this.expect(5);
    return this.view.getFloat32(this.take(4), true);
  }
  /** A view into the file, not a copy. */
  bytes(): Uint8Array {
    this.expect(2);
    const size = this.unsigned();
    const start = this.take(size);
    return this.source.subarray(start, start + size);
  }
  /** UTF-8; a malformed sequence becomes the replacement character. */
  text(): string {
    return new TextDecoder().decode(this.bytes());
  }
  message(): ProtoReader {
    return new ProtoReader(this.bytes());
  }
  /** A repeated integer field, packed or one entry at a time, added to `into`. */
  bigintsInto(into: bigint[]): void {
    if (this.wire !== 2) {
      into.push(this.bigint());
      return;
    }
    const inner = this.message();
    while (inner.at < inner.source.length) into.push(inner.signed());
  }
  intsInto(into: number[]): void {
    const values: bigint[] = [];
    this.bigintsInto(values);
    for (const value of values) into.push(exact(value));
  }
  floatsInto(into: number[]): void {
    if (this.wire !== 2) {
      into.push(this.float());
      return;
    }
    const inner = this.message();
    while (inner.at < inner.source.length) into.push(inner.view.getFloat32(inner.take(4), true));
  }
  doublesInto(into: number[]): void {
    if (this.wire === 1) {
      into.push(this.view.getFloat64(this.take(8), true));
      return;
    }
    const inner = this.message();
    while (inner.at < inner.source.length) into.push(inner.view.getFloat64(inner.take(8), true));
  }

  private expect(wire: WireType): void {
    if (this.wire !== wire) throw broken(`field ${this.field} has wire type ${this.wire} where ${wire} was expected`);
  }
  private signed(): bigint {
    const [low, high] = this.rawVarint();
    return high === 0 ? BigInt(low) : BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
  }
  private unsigned(): number {
    const [low, high] = this.rawVarint();
    return high * 2 ** 32 + low; // lengths and tags: beyond 2^53 it is inexact, and refused all the same
  }
  /** Low and high 32 bits. */
  private rawVarint(): [number, number] {
    let [low, high] = [0, 0];
    for (let i = 0; i < 10; i++) {
      const byte = this.source[this.take(1)]!;
      const bits = byte & 127;
      if (i < 4) low |= bits << (7 * i);
      else if (i === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (7 * i - 32);
      if (byte < 128) return [low >>> 0, high >>> 0];
    }
    throw broken('an integer has more than ten bytes');
  }
  /** Moves over `size` bytes and returns where they start. */
  private take(size: number): number {
    if (size > this.source.length - this.at) throw broken(`${size} bytes are announced where ${this.source.length - this.at} are left`);
    const start = this.at;
    this.at += size;
    return start;
  }
}

function exact(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < -BigInt(Number.MAX_SAFE_INTEGER)) throw broken(`the integer ${value} is too large`);
  return Number(value);
}
const broken = (what: string): InputError => new InputError(`The file is damaged or is not an ONNX model: ${what}. Export it again, or check that it was copied whole.`);
