/** Where x and y come from: the user's files, or the letters that the page draws. */
import { InputError } from '../../base/errors';
import { floats, sizeOf, type Shape } from '../../base/tensor';
import { readCsv } from '../../data/files/csv';
import { glyphSize, makeGlyphs, upstreamClasses } from '../../data/sets/glyphs';
import { labelledFromIdx, pairIdx } from '../../data/files/idx';
import type { Labelled } from '../../data/labelled';
import type { NpyArray } from '../../data/files/npy';
import { readNpz } from '../../data/files/npz';
import { readTypefaces } from '../../data/typefaces';
import type { Lab } from '../../lab/lab';
import type { Arrays } from '../../lab/own/examples';
import type { PortDescription } from '../../spec/own-model';
import type { SortedFiles } from './files';
import { tokenRows } from './text';

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

/** @throws InputError for files that are damaged or hold something else */
export async function readData(lab: Lab, { model, data, dataKind }: SortedFiles, ports: Ports): Promise<OwnData> {
  const name = data.map((file) => file.name).join(', ');
  const about = { from: name, shipped: false, notes: [] };
  switch (dataKind) {
    case undefined:
      // The page's own letters are for its own model, and for what was made of that.
      if (model && sizeOf(ports.input.dims.slice(1).map((size) => fixed(size) ?? 0)) !== glyphSize * glyphSize) throw new InputError(`There are no data for ${model.name} yet. Drop an NPZ with x and y, an IDX pair, a CSV file with the label last, or a text.`);
      return suited(await negativeLetters(lab), ports);
    case 'npz': return suited({ ...about, arrays: readNpz(data[0]!.bytes, name) }, ports);
    case 'idx': {
      const { train } = pairIdx(data);
      const { note, ...set } = labelledFromIdx(train.images, train.labels);
      return suited({ ...about, ...fromLabelled(set), notes: note ? [note] : [] }, ports);
    }
    case 'csv': {
      const { x, y, classes, notes } = readCsv(data[0]!.bytes, name);
      return suited({ ...about, arrays: { x, y }, ...(classes && { classes }), notes }, ports);
    }
    case 'text': {
      const { x, alphabet, notes } = tokenRows(data[0]!.bytes, name, { length: ports.rowLength(), vocabulary: fixed(ports.output.dims.at(-1)) });
      return { ...about, arrays: { x }, alphabet, notes };
    }
  }
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
