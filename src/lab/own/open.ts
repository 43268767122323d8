/** A user's ONNX file, opened: its graph as our ops at given sizes, and its description. */
import { InputError, StippleError } from '../../base/errors';
import type { Shape } from '../../base/tensor';
import { constantWeights, withConstantsStored } from '../../engine/onnx/constant-weights';
import type { ExternalFiles } from '../../engine/onnx/external';
import { decodeModel, type OnnxModel, type OnnxValueInfo } from '../../engine/onnx/model';
import { readOnnx, type ReadModel } from '../../engine/onnx/reader';
import type { ModelDescription } from '../../spec/own-model';
import { describe } from './describe';

/** What the user gave. */
export interface ModelFile {
  /** The file's name, for messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Files beside it that hold its weights, by the paths that it names them with. */
  readonly files?: ExternalFiles;
}
export type InputShapes = Readonly<Record<string, Shape>>;

export interface OwnModel {
  readonly file: ModelFile;
  /** The file as it stands; weights in Constant nodes count as initializers. */
  readonly stored: OnnxModel;
  /** Its graph with every float initializer as a param, at `shapes`. */
  readonly read: ReadModel;
  readonly shapes: InputShapes;
  /** The output that the loss is taken of. */
  readonly output: string;
  readonly description: ModelDescription;
}

/** A file's graph. Where its weights are kept in Constant nodes, they are initializers here. */
export function storedModel({ bytes, files }: Pick<ModelFile, 'bytes' | 'files'>): OnnxModel {
  const model = decodeModel(bytes, files);
  return withConstantsStored(model, constantWeights(model.graph));
}

/** Sizes that are tried, in turn, for axes that the file leaves open: small ones make some images vanish, large ones cost time. */
const guesses = [8, 32, 64, 128, 224, 1] as const;

/**
 * Opens a model at these shapes of its inputs. Without them an open first axis (the batch) is 1, and for other open axes the first size is
 * taken at which the model can be read.
 * @param output name of the output that the loss is taken of; default: the first
 * @throws InputError naming the node that cannot be read, and why
 */
export function openModel(file: ModelFile, shapes?: InputShapes, output?: string): OwnModel {
  const stored = storedModel(file);
  if (stored.graph.inputs.length === 0) throw new InputError(`${file.name} has no inputs: there is nothing to train it on.`);
  const loss = output ?? stored.graph.outputs[0]?.name;
  if (loss === undefined || !stored.graph.outputs.some(({ name }) => name === loss)) throw new InputError(`${file.name} has no output ${loss === undefined ? 'at all' : `"${loss}"`}; the loss must be taken of one. It has: ${stored.graph.outputs.map((o) => o.name).join(', ') || 'none'}.`);
  if (shapes) return openAt(file, stored, shapes, loss);
  const isOpen = stored.graph.inputs.some(({ dims }) => dims?.some((d, i) => i > 0 && openAxis(d)));
  let problem: unknown;
  for (const size of isOpen ? guesses : [1])
    try {
      return openAt(file, stored, Object.fromEntries(stored.graph.inputs.map((info) => [info.name, guessed(info, size)])), loss);
    } catch (error) {
      if (!(error instanceof StippleError)) throw error;
      problem ??= error;
    }
  throw problem;
}
/** 0 and -1 are how some exporters say "open". */
export const openAxis = (size: number | string): boolean => typeof size === 'string' || size < 1;
function guessed({ name, dims }: OnnxValueInfo, size: number): Shape {
  if (!dims) throw new InputError(`The file does not say how many axes its input "${name}" has. Export the model with the shape of "${name}".`);
  return dims.map((d, i) => (openAxis(d) ? (i === 0 ? 1 : size) : Number(d)));
}
function openAt(file: ModelFile, stored: OnnxModel, shapes: InputShapes, output: string): OwnModel {
  const read = readOnnx(file.bytes, { shapes, params: floatNames(stored), files: file.files });
  return { file, stored, read, shapes, output, description: describe(file.name, stored, read, output) };
}
const floatNames = ({ graph }: OnnxModel): ReadonlySet<string> =>
  new Set(Object.entries(graph.initializers).flatMap(([name, t]) => ((t.dtype === 'float32' || t.dtype === 'float64') && !t.dims.includes(0) ? [name] : [])));
