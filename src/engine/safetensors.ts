/** Named tensors as a safetensors file (https://github.com/huggingface/safetensors): an 8-byte length, a JSON header, then the numbers. */
import { floats, type Params } from '../base/tensor';

/** float32, little-endian, in the params' order. `metadata` are plain strings. */
export function writeSafetensors(params: Params, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  let at = 0;
  const entries = Object.entries(params).map(([name, p]) => {
    const start = at;
    at += p.data.length * 4;
    return [name, { dtype: 'F32', shape: p.shape, data_offsets: [start, at] }] as const;
  });
  const json = JSON.stringify({ ...(Object.keys(metadata).length > 0 && { __metadata__: metadata }), ...Object.fromEntries(entries) });
  const text = new TextEncoder().encode(json);
  const header = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20); // padded with spaces, so that the numbers are aligned
  header.set(text);
  const bytes = new Uint8Array(8 + header.length + at);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  let offset = 8 + header.length;
  for (const p of Object.values(params))
    for (const value of floats(p)) {
      view.setFloat32(offset, value, true);
      offset += 4;
    }
  return bytes;
}
