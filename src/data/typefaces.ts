/**
 * The typefaces that glyphs are drawn from: outlines of A-Z a-z 0-9, in public/data/typefaces.bin, made by tools/make-typefaces.mjs.
 * Layout: 'STPF', a version byte; units per em; the characters; the number of typefaces; then each: its name, a flag byte (1: unseen),
 * and for every character its contours. A contour: the number of segments; their degrees, two bits each; points as differences.
 * Numbers are base 128, low digits first, top bit set on all but the last byte; differences zigzag (0, -1, 1, -2, ...).
 */
import { InputError } from '../base/errors';

/** A closed curve; where its end is not its start, a line closes it. Whole units of 1/1024 em, y up, the baseline at y = 0. */
export interface Contour {
  /** One a segment: 1 a line, 2 a quadratic, 3 a cubic Bezier. A segment adds as many points as its degree. */
  readonly degrees: Uint8Array;
  /** x, y of the start, then of each segment's points, its end last: [2 (1 + sum of degrees)]. */
  readonly points: Int16Array;
}
/** What is inside by the non-zero winding rule. */
export type Outline = readonly Contour[];
export interface Typeface {
  /** Its style and number, such as 'serif 3'; typefaces.json tells what it was made from. */
  readonly name: string;
  /** Kept out of 'seen', for the shift to unseen typefaces. */
  readonly unseen: boolean;
  readonly outlines: Readonly<Record<string, Outline>>;
}
export const unitsPerEm = 1024;
const magic = 'STPF';
const formatVersion = 1;
/** Far beyond any real glyph; a bound for a damaged file. */
const most = { typefaces: 1000, contours: 1000, segments: 10_000, coordinate: 8 * unitsPerEm };

/** The file's typefaces, in its order. @throws InputError if it is not such a file, is cut short or goes on after its end. */
export function readTypefaces(bytes: Uint8Array): Typeface[] {
  const reader = new Reader(bytes);
  const head = String.fromCharCode(...bytes.subarray(0, magic.length));
  if (head !== magic) throw new InputError(`Typefaces: expected a file that begins with '${magic}', but ${JSON.stringify(head)} came. Take public/data/typefaces.bin.`);
  reader.skip(magic.length);
  const version = reader.byte();
  if (version !== formatVersion) throw new InputError(`Typefaces: expected format ${formatVersion}, but ${version} came. Make the file again with this version's tools/make-typefaces.mjs.`);
  const em = reader.unsigned('units per em', unitsPerEm);
  if (em !== unitsPerEm) throw new InputError(`Typefaces: expected ${unitsPerEm} units per em, but ${em} came. Make the file again.`);
  const characters = [...reader.text()];
  const typefaces = Array.from({ length: reader.unsigned('typefaces', most.typefaces) }, () => readTypeface(reader, characters));
  reader.expectEnd();
  return typefaces;
}

const opened = new WeakMap<Uint8Array, Typeface[]>();
/** The typefaces among a data set's assets, read once for each file that came. @throws InputError as `readTypefaces` does */
export function typefacesOf(assets: Readonly<Record<string, Uint8Array>>): readonly Typeface[] {
  const bytes = assets['data/typefaces.bin'] ?? new Uint8Array();
  const read = opened.get(bytes) ?? readTypefaces(bytes);
  opened.set(bytes, read);
  return read;
}

function readTypeface(reader: Reader, characters: readonly string[]): Typeface {
  const name = reader.text();
  const unseen = reader.byte() === 1;
  return { name, unseen, outlines: Object.fromEntries(characters.map((character) => [character, readOutline(reader)])) };
}

function readOutline(reader: Reader): Outline {
  let x = 0; // the pen goes on from contour to contour
  let y = 0;
  return Array.from({ length: reader.unsigned('contours', most.contours) }, () => {
    const degrees = reader.degrees(reader.unsigned('segments', most.segments));
    const points = new Int16Array(2 * degrees.reduce((n, degree) => n + degree, 1));
    for (let i = 0; i < points.length; i += 2) {
      points[i] = x = reader.coordinate(x);
      points[i + 1] = y = reader.coordinate(y);
    }
    return { degrees, points };
  });
}

class Reader {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  byte(): number {
    const value = this.bytes[this.at];
    if (value === undefined) throw new InputError(`Typefaces: expected more than ${this.bytes.length} bytes, but the file ends there. Load it again, whole.`);
    this.at++;
    return value;
  }
  skip(count: number): void {
    this.at += count;
  }
  unsigned(what: string, limit: number): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (value > limit) throw damaged(`at most ${limit} ${what}`, `${value} or more`, this.at);
      if (byte < 128) return value;
      if (scale > 2 ** 28) throw damaged('a number of at most 5 bytes', 'a longer one', this.at);
    }
  }
  /** The coordinate that differs from `before` by the next number. */
  coordinate(before: number): number {
    const zigzag = this.unsigned('units of difference', 4 * most.coordinate);
    const value = before + (zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2);
    if (Math.abs(value) > most.coordinate) throw damaged(`a coordinate within ±${most.coordinate}`, String(value), this.at);
    return value;
  }
  degrees(count: number): Uint8Array {
    const degrees = new Uint8Array(count);
    let packed = 0;
    for (let i = 0; i < count; i++) {
      if (i % 4 === 0) packed = this.byte();
      const degree = (packed >> (2 * (i % 4))) & 3;
      if (degree === 0) throw damaged('a segment of degree 1, 2 or 3', '0', this.at);
      degrees[i] = degree;
    }
    return degrees;
  }
  text(): string {
    const length = this.unsigned('bytes of text', 1000);
    return new TextDecoder().decode(Uint8Array.from({ length }, () => this.byte()));
  }
  expectEnd(): void {
    if (this.at !== this.bytes.length) throw new InputError(`Typefaces: expected ${this.at} bytes, but ${this.bytes.length} came. The file is damaged; load it again.`);
  }
}

const damaged = (expected: string, came: string, at: number): InputError =>
  new InputError(`Typefaces: expected ${expected}, but ${came} came, near byte ${at}. The file is damaged; load it again.`);
