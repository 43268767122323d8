/** An ONNX file as a tree of protobuf fields, which can be taken apart and put together wrongly: for tests that damage files. */

export interface Field {
  field: number;
  wire: number;
  /** A varint, the bytes of a fixed32, fixed64 or length-delimited field, or the fields of a message. */
  value: bigint | Uint8Array | Field[];
  /** The length to announce instead of the true one. */
  lie?: bigint;
}

/** Message -> field number -> the message in it. What is not listed is a number or a run of bytes. */
const SCHEMA: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  Model: { 7: 'Graph', 8: 'Opset', 14: 'Entry' },
  Graph: { 1: 'Node', 5: 'Tensor', 11: 'ValueInfo', 12: 'ValueInfo', 13: 'ValueInfo' },
  Node: { 5: 'Attribute' },
  Attribute: { 5: 'Tensor', 6: 'Graph' },
  Tensor: { 13: 'Entry' },
  ValueInfo: { 2: 'Type' },
  Type: { 1: 'TensorType' },
  TensorType: { 2: 'Shape' },
  Shape: { 1: 'Dim' },
};

/** The fields of a whole, undamaged file. @throws Error if it is not one */
export function parseFields(bytes: Uint8Array, message = 'Model'): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('The file ends within a field.');
      value |= BigInt(byte & 127) << shift;
      shift += 7n;
      if (byte < 128) return value;
    }
  };
  const take = (size: number): Uint8Array => {
    if (at + size > bytes.length) throw new Error('The file ends within a field.');
    return bytes.subarray(at, (at += size));
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    if (wire === 0) fields.push({ field, wire, value: varint() });
    else if (wire === 1 || wire === 5) fields.push({ field, wire, value: take(wire === 1 ? 8 : 4) });
    else {
      const content = take(Number(varint()));
      const inner = SCHEMA[message]?.[field];
      fields.push({ field, wire, value: inner ? parseFields(content, inner) : content });
    }
  }
  return fields;
}

function varintBytes(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}
export function joined(parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
/** The bytes of some fields, lies included. */
export function writeFields(fields: readonly Field[]): Uint8Array {
  return joined(
    fields.flatMap(({ field, wire, value, lie }) => {
      const tag = varintBytes(BigInt(field * 8 + wire));
      if (typeof value === 'bigint') return [tag, varintBytes(value)];
      const content = Array.isArray(value) ? writeFields(value) : value;
      return wire === 2 ? [tag, varintBytes(lie ?? BigInt(content.length)), content] : [tag, content];
    }),
  );
}
/** Every list of fields in a tree, with the place of each field in it. */
export function everyField(fields: Field[]): { readonly list: Field[]; readonly at: number }[] {
  return fields.flatMap((field, at) => [{ list: fields, at }, ...(Array.isArray(field.value) ? everyField(field.value) : [])]);
}
