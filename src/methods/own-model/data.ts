/** Where x and y come from: the user's files, or the letters that the page draws. */
import { InputError } from '../../base/errors';
import { floats, sizeOf, type Shape } from '../../base/tensor';
import { glyphSize, makeGlyphs, upstreamClasses } from '../../data/sets/glyphs';
import { loadOne, type Loaded, type LoadedImages, type LoadedRecords } from '../../data/files';
import { examplesOf, recordTargets, textsOf } from '../../data/files/examples';
import { entriesOf } from '../../data/files/loaded';
import { fittedImages, type Wanted } from '../../data/fitted-images';
import type { Labelled } from '../../data/labelled';
import type { NpyArray } from '../../data/files/npy';
import { readTypefaces } from '../../data/typefaces';
import type { Lab } from '../../lab/lab';
import type { Arrays } from '../../lab/own/examples';
import type { PortDescription } from '../../spec/own-model';
import type { SortedFiles } from './files';
import { byteAlphabet, tokenRows } from './text';

export interface OwnData {
  readonly arrays: Arrays;
  readonly from: string;
  readonly shipped: boolean;
  /** What class 0, 1, ... are called; absent where nobody said. */
  readonly classes?: readonly string[];
  /** Token id -> what it stands for. */
  readonly alphabet?: readonly string[];
  readonly notes: readonly string[];
}
/** What the data must suit: the input that x feeds, and the output that is trained on. */
export interface Ports {
  readonly input: PortDescription;
  readonly output: PortDescription;
  /** Tokens that the model reads in one row; asked for a text alone. */
  readonly rowLength: () => number;
}
/** Examples of each letter that the page draws: enough to learn from within seconds. */
const perClass = 50;

/** So many numbers of x are held at most: what a page has memory for beside a training. */
const mostNumbers = 2 ** 26;

/** @throws InputError for files that are damaged or hold something else */
export async function readData(lab: Lab, { model, data }: SortedFiles, ports: Ports): Promise<OwnData> {
  if (data.length === 0) {
    // The page's own letters are for its own model, and for what was made of that.
    if (model && sizeOf(ports.input.dims.slice(1).map((size) => fixed(size) ?? 0)) !== glyphSize * glyphSize) throw new InputError(`There are no data for ${model.name} yet. Drop an NPZ with x and y, pictures in folders (ZIP), an IDX pair, CIFAR, a table, JSON lines, or a text.`);
    return suited(await negativeLetters(lab), ports);
  }
  const loaded = await loadOne(data);
  const about = { from: loaded.from, shipped: false };
  const aside = 'splits' in loaded ? entriesOf<unknown>(loaded.splits).slice(1).map(([name]) => name) : []; // arrays have their splits by name
  const notes = aside.length > 0 ? [`The ${aside.join(' and ')} split is left aside: what validates here is set aside from train.`] : [];
  switch (loaded.kind) {
    case 'text': {
      const { x, alphabet, notes: more } = tokenRows(new TextEncoder().encode(loaded.splits.train), loaded.from, { length: ports.rowLength(), vocabulary: fixed(ports.output.dims.at(-1)) });
      return { ...about, arrays: { x }, alphabet, notes: [...loaded.notes, ...notes, ...more] };
    }
    case 'records': {
      const texts = textsOf(loaded);
      return texts ? { ...about, ...fromTexts(texts.train, loaded, ports, notes) } : arrays(loaded);
    }
    case 'images': return suited({ ...about, ...fromImages(loaded, ports, notes) }, ports);
    default: return arrays(loaded);
  }
  function arrays(of: Loaded): OwnData {
    const { splits, classes, notes: more } = examplesOf(of);
    const raw = of.kind === 'arrays' ? of.arrays : of.kind === 'tensors' ? of.tensors : undefined;
    const own = raw && Object.hasOwn(raw, ports.input.name) ? raw : splits.train; // an input may be called x_train
    const left = own !== raw && entriesOf(splits).length > 1 && notes.length === 0 ? [`Arrays of ${entriesOf(splits).slice(1).map(([name]) => name).join(' and ')} are left aside: what validates here is set aside from train.`] : [];
    return suited({ ...about, arrays: own, ...(classes && { classes }), notes: [...more, ...notes, ...left] }, ports);
  }
}
/** Texts of records: with labels a row each, filled up with token 0; without, joined and cut as a text is. */
function fromTexts(texts: readonly string[], loaded: LoadedRecords, ports: Ports, aside: readonly string[]): Pick<OwnData, 'arrays' | 'classes' | 'alphabet' | 'notes'> {
  const length = ports.rowLength();
  const targets = recordTargets(loaded);
  if (!targets) {
    const { x, alphabet, notes } = tokenRows(new TextEncoder().encode(texts.join('\n')), loaded.from, { length, vocabulary: fixed(ports.output.dims.at(-1)) });
    return { arrays: { x }, alphabet, notes: [`${texts.length} texts, joined by line ends.`, ...aside, ...notes] };
  }
  const data = new Int32Array(texts.length * length);
  const encoded = texts.map((text) => new TextEncoder().encode(text));
  encoded.forEach((bytes, i) => data.set(bytes.subarray(0, length), i * length));
  const long = encoded.filter((bytes) => bytes.length > length).length;
  return {
    arrays: { x: { dtype: 'int32', shape: [texts.length, length], data }, y: targets.splits.train }, alphabet: byteAlphabet, ...(targets.classes && { classes: targets.classes }),
    notes: [`Bytes of each text, in rows of ${length}, filled up with 0${long > 0 ? `; ${long} longer texts are cut` : ''}.`, ...aside],
  };
}
/** Images as the model's input wants them, where its sizes are fixed: [n, c, h, w], [n, h, w, c], or in one row, [n, c * side * side]. */
function fromImages(set: LoadedImages, { input }: Ports, notes: readonly string[]): Pick<OwnData, 'arrays' | 'classes' | 'notes'> {
  const wanted = wantedImages(input.dims.slice(1).map(fixed), set.channels);
  const fitted = fittedImages({ ...set, splits: { train: set.splits.train } }, wanted);
  const { splits, classes, notes: more } = examplesOf(fitted, { most: Math.floor(mostNumbers / (fitted.width * fitted.height * fitted.channels)), channelsLast: wanted.channelsLast });
  return { arrays: splits.train, ...(classes && { classes }), notes: [...more, ...notes] };
}
function wantedImages(sizes: readonly (number | undefined)[], own: 1 | 3): Wanted & { readonly channelsLast: boolean } {
  const colours = (n: number | undefined): n is 1 | 3 => n === 1 || n === 3;
  const [a, b, c] = sizes;
  if (sizes.length === 3) {
    const channelsLast = colours(c) && !colours(a);
    const [channels, height, width] = channelsLast ? [c, a, b] : [a, b, c];
    return { channelsLast, ...(colours(channels) && { channels }), ...(height !== undefined && height === width && { side: height }) };
  }
  if (sizes.length === 2 && a !== undefined && a === b) return { channelsLast: false, channels: 1, side: a };
  const row = sizes.length === 1 ? a : undefined;
  for (const channels of row === undefined ? [] : own === 1 ? ([1, 3] as const) : ([3, 1] as const)) {
    const side = Math.round(Math.sqrt(row! / channels));
    if (side > 1 && side * side * channels === row) return { channelsLast: false, channels, side };
  }
  return { channelsLast: false };
}
const fixed = (size: number | string | undefined): number | undefined => (typeof size === 'number' && size > 0 ? size : undefined);
const fromLabelled = ({ x, y, classes }: Labelled): Pick<OwnData, 'arrays' | 'classes'> => ({
  arrays: { x: { dtype: 'float32', shape: x.shape, data: floats(x) }, y: { dtype: 'int32', shape: y.shape, data: Int32Array.from(y.data) } },
  classes,
});
async function negativeLetters(lab: Lab): Promise<OwnData> {
  const drawn = makeGlyphs(readTypefaces(await lab.asset('data/typefaces.bin')), { seed: lab.seed, split: 'negative', classes: upstreamClasses, perClass, shift: 'inverted' });
  return { ...fromLabelled(drawn), from: 'Capital letters as a negative', shipped: true, notes: [] };
}

/** x in the shape that its input reads, where it only lacks or has too many axes: [n, 784] for [n, 1, 28, 28]. */
function suited(data: OwnData, { input }: Ports): OwnData {
  const x = Object.hasOwn(data.arrays, 'x') ? data.arrays.x : undefined;
  const wanted = input.dims.slice(1).map(fixed);
  if (!x || x.shape.length < 1 || wanted.some((size) => size === undefined)) return data;
  const each = wanted as readonly number[]; // none is undefined
  const has = x.shape.slice(1);
  if (each.join() === has.join() || sizeOf(each) !== sizeOf(has)) return data;
  const shape: Shape = [x.shape[0]!, ...each];
  return { ...data, arrays: { ...data.arrays, x: { ...x, shape } }, notes: [...data.notes, `x [${x.shape.join(', ')}] is read as [${shape.join(', ')}].`] };
}
/** `x` under the name of the input that it feeds. */
export function named(arrays: Arrays, input: string): Arrays {
  if (!Object.hasOwn(arrays, 'x') || Object.hasOwn(arrays, input)) return arrays;
  const { x, ...others } = arrays;
  return { [input]: x as NpyArray, ...others };
}
/** @throws InputError naming what there is */
export function portOf(ports: readonly PortDescription[], name: string, what: 'input' | 'output'): PortDescription {
  const found = name === '' ? ports[0] : ports.find((port) => port.name === name);
  if (!found) throw new InputError(`The model has no ${what} "${name}". It has: ${ports.map((p) => p.name).join(', ')}.`);
  return found;
}
