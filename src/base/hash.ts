import { InputError } from './errors';

/**
 * A 64-bit fingerprint of bytes, as 16 hex digits (two murmur3-style lanes). Not cryptographic: it tells whether two runs gave the
 * same bits, it does not keep an enemy out. For files use `sha256`.
 */
export class Fingerprint {
  private a = 0x9747b28c;
  private b = 0x3c6ef372;
  private length = 0;

  addWords(words: Uint32Array): this {
    for (let i = 0; i < words.length; i++) this.mix(words[i]!);
    this.length += words.length * 4;
    return this;
  }
  /** Bits of the floats, so that 0 and -0 differ. */
  addFloats(values: Float32Array): this {
    return this.addWords(new Uint32Array(values.buffer, values.byteOffset, values.length));
  }
  addText(text: string): this {
    for (let i = 0; i < text.length; i++) this.mix(text.charCodeAt(i));
    this.length += text.length;
    return this;
  }
  private mix(word: number): void {
    let k = Math.imul(word, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    this.a ^= Math.imul(k, 0x1b873593);
    this.a = (this.a << 13) | (this.a >>> 19);
    this.a = (Math.imul(this.a, 5) + 0xe6546b64) | 0;
    this.b = Math.imul(this.b ^ word ^ (this.a >>> 3), 0x01000193);
    this.b = (this.b << 11) | (this.b >>> 21);
  }
  hex(): string {
    const finish = (h: number): string => {
      h ^= this.length;
      h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
      h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
      return ((h ^ (h >>> 16)) >>> 0).toString(16).padStart(8, '0');
    };
    return finish(this.a) + finish(this.b ^ this.a);
  }
}

/** SHA-256 of bytes, as hex. @throws InputError on a page without Web Crypto, which browsers give to secure pages alone. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  // The type says that it is always there; a page served over plain HTTP has none.
  if (!(globalThis.crypto as Crypto | undefined)?.subtle) throw new InputError('Files are named by their SHA-256, which browsers compute only on pages served over HTTPS or from localhost; this page is neither. Open it over HTTPS or as http://localhost, and drop the file again.');
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, '0')).join('');
}
