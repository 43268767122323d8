/** What every executor checks at its border, so that a wrong tensor fails here by name and not inside the library by number. */
import { MismatchError, RuntimeProblem } from '../base/errors';
import { sameShape, showShape, sizeOf, type DType, type Shape, type Tensor } from '../base/tensor';
import { isNoise, made, type Noise } from '../base/noise';
import type { Feed, Feeds } from '../engine/executor';
import type { Program } from '../engine/program';

interface Expected {
  readonly dtype: DType;
  readonly shape: Shape;
}
type Given = Readonly<Record<string, Tensor>>;

/** Name and type of everything that stays loaded between runs: state, then constants. */
export const heldValues = (program: Program): Readonly<Record<string, Expected>> => ({
  ...Object.fromEntries(Object.entries(program.state).map(([name, { input }]) => [name, input])),
  ...program.constants,
});

/** @throws MismatchError naming the tensor, the type expected and the type that came */
export function checkTensor(program: Program, name: string, expected: Expected | undefined, came: Tensor | undefined): Tensor {
  const show = ({ dtype, shape }: Expected): string => `${dtype}${showShape(shape)}`;
  if (!expected) throw new MismatchError(`Program ${program.name} has no input "${name}". It has ${allNames(program).join(', ') || 'none'}.`);
  if (!came) throw new MismatchError(`Program ${program.name}: "${name}" should be ${show(expected)}, but nothing came. Give it a tensor.`);
  if (came.dtype !== expected.dtype || !sameShape(came.shape, expected.shape))
    throw new MismatchError(`Program ${program.name}: "${name}" should be ${show(expected)}, but ${show(came)} came.`);
  if (came.data.length !== sizeOf(came.shape))
    throw new MismatchError(`Program ${program.name}: "${name}" of shape ${showShape(came.shape)} should hold ${sizeOf(came.shape)} numbers, but ${came.data.length} came.`);
  return came;
}

/** Every value of `expected`, present and of the right type; a name too many is refused as well. */
export function checkAll(program: Program, expected: Readonly<Record<string, Expected>>, given: Given): [string, Tensor][] {
  for (const name of Object.keys(given)) if (!expected[name]) checkTensor(program, name, undefined, given[name]);
  return Object.entries(expected).map(([name, type]) => [name, checkTensor(program, name, type, given[name])]);
}

/** As `checkAll` for a program's feeds, of which some may be requests for noise: those need a feed of float32. */
export function checkFeeds(program: Program, feeds: Feeds): [string, Feed][] {
  const entries = Object.entries(feeds);
  const noises = entries.filter((entry): entry is [string, Noise] => isNoise(entry[1]));
  for (const [name] of noises) {
    const expected = program.feeds[name];
    if (!expected) checkTensor(program, name, undefined, undefined);
    else if (expected.dtype !== 'float32') throw new MismatchError(`Program ${program.name}: "${name}" should be ${expected.dtype}, but noise came, which is float32.`);
  }
  const requested = new Set(noises.map(([name]) => name));
  const others = Object.fromEntries(Object.entries(program.feeds).filter(([name]) => !requested.has(name)));
  return [...checkAll(program, others, Object.fromEntries(entries.filter((entry): entry is [string, Tensor] => !isNoise(entry[1])))), ...noises];
}
/** The same as tensors, noise filled on this side. */
export const feedTensors = (program: Program, feeds: Feeds): [string, Tensor][] =>
  checkFeeds(program, feeds).map(([name, feed]) => [name, made(feed, program.feeds[name]!.shape)]);

export const checkLive = (program: Program, released: boolean): void => {
  if (released) throw new RuntimeProblem(`Program ${program.name} was used after its release. Load it again.`);
};

const allNames = (p: Program): string[] => [...Object.keys(p.state), ...Object.keys(p.constants), ...Object.keys(p.feeds)];
