/**
 * How much a file may ask for while it is read: a few bytes can announce a tensor of 2^60 numbers, a rank of a thousand or a graph that
 * doubles with every node. Every node passes this one door, so reading ends soon and within memory whatever the file says.
 */
import { InputError } from '../../base/errors';
import { sizeOf, type Shape } from '../../base/tensor';
import { constantOp, newestId, type Value } from '../value';

/** Axes of a tensor. */
export const RANK_LIMIT = 32;
/** Numbers in one tensor: 4 GiB of floats, more than the 32-bit memory of a browser's runtime holds. */
const TENSOR_LIMIT = 2 ** 30;
/** Inputs and outputs of one node. */
const PORT_LIMIT = 4096;
/** Numbers in a list of shapes, axes or pads. */
export const LIST_LIMIT = 4096;
/** Values of ours that all nodes of a file make together, and numbers in the constants made of attributes and shapes while reading. */
const VALUE_LIMIT = 400_000;
const CONSTANT_LIMIT = 2 ** 24;
const NAME_LIMIT = 80;
const REASON_LIMIT = 500;

const cut = (text: string, limit: number): string => (text.length <= limit ? text : `${text.slice(0, limit / 2)} … ${text.slice(-limit / 4)}`);
/** A name of the file as it may stand in a message. */
export const shownName = (name: string): string => cut(name, NAME_LIMIT);
/** A reason as it may stand in a message: lists in it may be as long as the file likes. */
export const shownReason = (reason: string): string => cut(reason, REASON_LIMIT);

/** @throws InputError for a rank or a size that is beyond what can be read */
export function checkShape(shape: Shape, who: string): void {
  if (shape.length > RANK_LIMIT) throw new InputError(`${who} would have ${shape.length} axes; at most ${RANK_LIMIT} can be read.`);
  const size = sizeOf(shape);
  if (!(size <= TENSOR_LIMIT)) throw new InputError(`${who} would hold ${size.toExponential(1)} numbers, [${shape.join(',')}]; at most ${TENSOR_LIMIT} can be. Make its batch or its sizes smaller.`);
}

/** What the nodes of one file have made so far. */
export class Bounds {
  private values = 0;
  private constants = 0;

  /** A node's outputs by `build`; counts all values behind them. @throws InputError where they are too many or too large */
  watched(ports: number, build: () => Value | readonly (Value | undefined)[]): readonly (Value | undefined)[] {
    if (ports > PORT_LIMIT) throw new InputError(`it has ${ports} inputs and outputs; at most ${PORT_LIMIT} can be read.`);
    const before = newestId();
    const built = build();
    const outputs = Array.isArray(built) ? (built as readonly (Value | undefined)[]) : [built as Value]; // isArray does not narrow a readonly array
    this.values += newestId() - before;
    if (this.values > VALUE_LIMIT) throw new InputError(`the model comes to more than ${VALUE_LIMIT} operations. Cut it into smaller ones.`);
    const seen = new Set<Value>();
    const stack = outputs.filter((value) => value !== undefined);
    while (stack.length > 0) {
      const value = stack.pop()!;
      if (value.id <= before || seen.has(value)) continue;
      seen.add(value);
      checkShape(value.shape, 'its result');
      if (value.op === constantOp) this.constants += sizeOf(value.shape);
      for (const input of Object.values(value.inputs)) stack.push(input);
    }
    if (this.constants > CONSTANT_LIMIT) throw new InputError(`more than ${CONSTANT_LIMIT} numbers would be made while reading.`);
    return outputs;
  }
}
