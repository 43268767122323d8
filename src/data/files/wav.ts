/**
 * WAV files in and out. RIFF/WAVE with PCM of 8, 16, 24 or 32 bits or float of 32 or 64 bits, plain or WAVE_FORMAT_EXTENSIBLE, any
 * number of channels, mixed to one. Files are hostile input: every length is checked before it is followed.
 * Source: Multimedia Programming Interface and Data Specifications 1.0 (IBM, Microsoft 1991) and the later extensible header.
 */
import { InputError } from '../../base/errors';
import { limits } from '../../spec/experiment';

export interface Wav {
  readonly sampleRateHz: number;
  /** One value a sampling instant; PCM in [-1, 1), float as stored. */
  readonly samples: Float32Array;
  /** What was done to the file, a sentence each. */
  readonly notes: readonly string[];
}

/** Codecs that are often met and not read, by their number in the header. */
const codecs: Readonly<Record<number, string>> = {
  0x02: 'Microsoft ADPCM', 0x06: 'A-law', 0x07: 'mu-law', 0x11: 'IMA ADPCM', 0x31: 'GSM 6.10', 0x50: 'MPEG audio', 0x55: 'MP3',
  0x92: 'Dolby AC-3', 0xff: 'AAC', 0x161: 'Windows Media Audio', 0x1610: 'AAC', 0x2000: 'Dolby AC-3', 0xf1ac: 'FLAC', 0x674f: 'Ogg Vorbis',
};
const pcm = 0x0001;
const ieeeFloat = 0x0003;
const extensible = 0xfffe;
/** The last 14 bytes of the extensible header's codec name; the first two are the codec's number. */
const guidTail = [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71];
const convert = 'Convert it to 16-bit PCM WAV.';

interface Format {
  readonly codec: number;
  readonly channels: number;
  readonly sampleRateHz: number;
  /** Bytes of one sampling instant over all channels. */
  readonly blockBytes: number;
  readonly bits: number;
}
type Decode = (view: DataView, at: number) => number;
/** One sample as a number, by codec and bits. */
const decoders: Readonly<Record<string, Decode>> = {
  [`${pcm}:8`]: (v, at) => (v.getUint8(at) - 128) / 2 ** 7, // the one width stored without a sign
  [`${pcm}:16`]: (v, at) => v.getInt16(at, true) / 2 ** 15,
  [`${pcm}:24`]: (v, at) => ((v.getInt8(at + 2) << 16) | v.getUint16(at, true)) / 2 ** 23,
  [`${pcm}:32`]: (v, at) => v.getInt32(at, true) / 2 ** 31,
  [`${ieeeFloat}:32`]: (v, at) => v.getFloat32(at, true),
  [`${ieeeFloat}:64`]: (v, at) => v.getFloat64(at, true),
};

/** Samples of a WAV file, channels mixed by their mean. @param name of the file, put before messages @throws InputError saying what is wrong with the file and what to do */
export function readWav(bytes: Uint8Array, name?: string): Wav {
  try {
    return readParts(bytes);
  } catch (error) {
    if (name === undefined || !(error instanceof InputError)) throw error;
    throw new InputError(`${name}: ${error.message}`);
  }
}
function readParts(bytes: Uint8Array): Wav {
  if (bytes.length > limits.fileBytes)
    throw new InputError(`A WAV file of at most ${limits.fileBytes / 2 ** 20} MiB was expected, but ${(bytes.length / 2 ** 20).toFixed(1)} MiB came. Cut it shorter.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [riff, wave] = [textAt(view, 0), textAt(view, 8)];
  if (riff !== 'RIFF' || wave !== 'WAVE')
    throw new InputError(`A WAV file starts with "RIFF....WAVE", but this one starts with ${JSON.stringify(`${riff}....${wave}`)}. Export it as WAV.`);
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = textAt(view, at);
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (start + size > bytes.length)
      throw new InputError(`The WAV file's ${JSON.stringify(id)} part should hold ${size} bytes, but only ${bytes.length - start} are left: the file is cut off. Copy it again.`);
    if (id === 'fmt ') format = readFormat(view, start, size);
    if (id === 'data') {
      if (!format) throw new InputError('A WAV file names its format before its data, but no "fmt " part came first. Export it again.');
      return readSamples(view, start, size, format);
    }
    at = start + size + (size % 2); // parts start at even places
  }
  throw new InputError(`A WAV file holds ${format ? 'a "data" part' : '"fmt " and "data" parts'}, but none came: the file is cut off or empty. Copy or export it again.`);
}

function readFormat(view: DataView, start: number, size: number): Format {
  if (size < 16) throw new InputError(`A WAV format part has at least 16 bytes, but ${size} came. Export the file again.`);
  let codec = view.getUint16(start, true);
  if (codec === extensible) {
    if (size < 40) throw new InputError(`An extensible WAV format part has at least 40 bytes, but ${size} came. Export the file again.`);
    codec = view.getUint16(start + 24, true);
    if (guidTail.some((byte, i) => view.getUint8(start + 26 + i) !== byte))
      throw new InputError(`PCM or float samples were expected, but the WAV file names a codec of its maker's own. ${convert}`);
  }
  const format: Format = {
    codec,
    channels: view.getUint16(start + 2, true),
    sampleRateHz: view.getUint32(start + 4, true),
    blockBytes: view.getUint16(start + 12, true),
    bits: view.getUint16(start + 14, true),
  };
  const { channels, sampleRateHz, blockBytes, bits } = format;
  if (codec !== pcm && codec !== ieeeFloat)
    throw new InputError(`PCM or float samples were expected, but the WAV file holds ${codecs[codec] ?? `codec 0x${codec.toString(16).padStart(4, '0')}`}. ${convert}`);
  if (!Object.hasOwn(decoders, `${codec}:${bits}`))
    throw new InputError(`PCM of 8, 16, 24 or 32 bits or float of 32 or 64 was expected, but ${codec === pcm ? 'PCM' : 'float'} of ${bits} bits came. ${convert}`);
  if (channels === 0 || blockBytes !== (channels * bits) / 8)
    throw new InputError(`Samples of ${bits} bits in ${channels} channels take ${(channels * bits) / 8} bytes (at least one channel), but the WAV file says ${blockBytes}. Export it again.`);
  if (sampleRateHz < 1 || sampleRateHz > 1_000_000)
    throw new InputError(`A sample rate from 1 to 1000000 Hz was expected, but ${sampleRateHz} came. Export the WAV file again.`);
  return format;
}

function readSamples(view: DataView, start: number, size: number, { codec, channels, sampleRateHz, blockBytes, bits }: Format): Wav {
  const count = Math.floor(size / blockBytes);
  if (count === 0) throw new InputError('At least one sample was expected, but the WAV file holds none. Choose another file.');
  const decode = decoders[`${codec}:${bits}`]!;
  const samples = new Float32Array(count);
  for (let n = 0; n < count; n++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += decode(view, start + n * blockBytes + (c * bits) / 8);
    samples[n] = sum / channels;
    if (!Number.isFinite(samples[n])) throw new InputError(`Finite samples were expected, but number ${n} of the WAV file is ${sum / channels}. ${convert}`);
  }
  const notes: string[] = [];
  if (channels > 1) notes.push(`${channels} channels were mixed to one by their mean.`);
  if (size % blockBytes !== 0) notes.push(`${size % blockBytes} bytes at the end are less than one sample and were left out.`);
  return { sampleRateHz, samples, notes };
}

/** Four characters of a chunk's name; '' past the end. */
function textAt(view: DataView, at: number): string {
  if (at + 4 > view.byteLength) return '';
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}

/**
 * A mono WAV file of 16-bit PCM. Samples outside [-1, 1) are clipped; 16-bit values written and read again are unchanged.
 * @throws InputError for a sample that is not finite or a rate that no reader takes
 */
export function writeWav(samples: Float32Array, sampleRateHz: number): Uint8Array<ArrayBuffer> {
  if (!Number.isInteger(sampleRateHz) || sampleRateHz < 1 || sampleRateHz > 1_000_000)
    throw new InputError(`A whole sample rate from 1 to 1000000 Hz was expected, but ${sampleRateHz} came.`);
  const bad = samples.findIndex((y) => !Number.isFinite(y));
  if (bad >= 0) throw new InputError(`Finite samples were expected, but number ${bad} is ${samples[bad]}. A run that diverged has no sound.`);
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const text = (at: number, word: string): void => [...word].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, 'RIFF');
  view.setUint32(4, 36 + 2 * samples.length, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, pcm, true);
  view.setUint16(22, 1, true); // channels
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, 2 * sampleRateHz, true); // bytes a second
  view.setUint16(32, 2, true); // bytes a block
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((y, n) => view.setInt16(44 + 2 * n, Math.max(-32768, Math.min(32767, Math.round(y * 32768))), true));
  return new Uint8Array(view.buffer);
}

export interface Cut {
  /** [N], max |y| = 1. */
  readonly samples: Float32Array;
  /** Where the window starts, in samples. */
  readonly offset: number;
  /** max |y| before scaling. */
  readonly peak: number;
}
/**
 * N samples in a row, divided by their max |y|. Without an offset the loudest window is taken: the one whose sum of squares is
 * largest, and the earliest of equals. @throws InputError if there are fewer than N samples from the offset on, or all of them are 0
 */
export function cutSignal(samples: Float32Array, count: number, offset = loudestWindow(samples, count)): Cut {
  if (!Number.isInteger(count) || count < 1) throw new InputError(`A whole number of samples, at least 1, was expected, but ${count} came.`);
  if (!Number.isInteger(offset) || offset < 0 || offset + count > samples.length)
    throw new InputError(`${count} samples from ${offset} on were expected, but the sound has ${samples.length}. Take fewer samples or a longer sound.`);
  const window = samples.subarray(offset, offset + count);
  const peak = window.reduce((most, y) => Math.max(most, Math.abs(y)), 0);
  if (peak === 0) throw new InputError(`A sound was expected, but its ${count} samples from ${offset} on are all 0 (silence). Choose another part or file.`);
  return { samples: Float32Array.from(window, (y) => y / peak), offset, peak };
}

/** Start of the window of `count` samples with the largest sum of squares; 0 if there are no more than `count`. */
function loudestWindow(samples: Float32Array, count: number): number {
  let energy = 0;
  for (let n = 0; n < Math.min(count, samples.length); n++) energy += samples[n]! * samples[n]!;
  let most = energy;
  let best = 0;
  for (let start = 1; start + count <= samples.length; start++) {
    const [enters, leaves] = [samples[start + count - 1]!, samples[start - 1]!];
    energy += enters * enters - leaves * leaves;
    if (energy > most * (1 + 1e-12)) { // not by rounding alone
      most = energy;
      best = start;
    }
  }
  return best;
}
