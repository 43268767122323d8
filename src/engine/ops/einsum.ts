/** Products of tensors by named axes, summed over those that the result does not name: what attention is made of. */
import { ShapeError } from '../../base/errors';
import { showShape, sizeOf, stridesOf, tensor, type Shape } from '../../base/tensor';
import { defineOp, type Apply, type Emit, type Value } from '../value';
import { spread } from './lifting';
import { expand, reshape } from './shape';

interface Equation extends Record<string, string | number> {
  /** 'nik,njk->nij': one letter an axis. */
  readonly equation: string;
  /** What the sums are multiplied by. */
  readonly factor: number;
}
interface Parsed {
  readonly operands: readonly string[];
  readonly result: string;
}
const parse = (equation: string): Parsed => {
  const [left, result] = equation.split('->') as [string, string];
  return { operands: left.split(','), result };
};
/** Operands keep their order under keys p0, p1, ... */
const keyed = <T>(parts: readonly T[]): Record<string, T> => Object.fromEntries(parts.map((part, i) => [`p${i}`, part]));

/** Size of every letter. @throws ShapeError where an operand does not fit its letters, or two sizes of a letter differ */
function sizesOf({ operands, result }: Parsed, equation: string, shapes: readonly Shape[]): Map<string, number> {
  const fail = (what: string): never => {
    throw new ShapeError(`einsum ${equation}: ${what}`);
  };
  if (operands.length !== shapes.length) fail(`expected ${operands.length} operands, but ${shapes.length} came.`);
  const sizes = new Map<string, number>();
  for (const [i, letters] of operands.entries()) {
    const shape = shapes[i]!;
    if (new Set(letters).size !== letters.length || letters.length !== shape.length) fail(`operand ${i + 1}, ${showShape(shape)}, should have one axis for each letter of "${letters}", each letter once.`);
    for (const [axis, letter] of [...letters].entries()) {
      const known = sizes.get(letter);
      if (known !== undefined && known !== shape[axis]) fail(`axis ${letter} is ${known} long in one operand and ${shape[axis]} in another.`);
      sizes.set(letter, shape[axis]!);
    }
  }
  if (new Set(result).size !== result.length || [...result].some((letter) => !sizes.has(letter))) fail(`the result "${result}" should name axes of the operands, each once.`);
  return sizes;
}

const einsumOp: Apply<string, Equation> = defineOp<string, Equation>({
  name: 'einsum',
  shape: (shapes, { equation }) => {
    const parsed = parse(equation);
    const sizes = sizesOf(parsed, equation, Object.values(shapes));
    return [...parsed.result].map((letter) => sizes.get(letter)!);
  },
  // An operand's gradient is the product of the others with dy.
  gradient: (values, { equation, factor }) => {
    const { dy, y: _, ...parts } = values;
    const { operands, result } = parse(equation);
    const given = Object.values(parts);
    return keyed(given.map((operand, i) => {
      const others = operands.map((letters, j): [string, Value] => [letters, given[j]!]).filter((_, j) => j !== i);
      return contractTo(operands[i]!, operand.shape, [[result, dy!], ...others], factor);
    }));
  },
  onnx: (inputs, { equation, factor }, emit, values) => {
    const { y: _, ...operands } = values;
    const names = Object.values(inputs);
    const matrices = emit.target === 'cpu' ? matrixForm(parse(equation), names, Object.values(operands).map((v) => v.shape), factor, emit) : undefined;
    if (matrices !== undefined) return matrices;
    if (factor === 1) return emit('Einsum', names, { equation });
    const letter = [...'abcdefghijklmnopqrstuvwxyz'].find((l) => !equation.includes(l))!;
    return emit('Einsum', [...names, emit.constant(tensor([factor]))], { equation: equation.replace('->', `,${letter}->`) });
  },
  reference: (inputs, { equation, factor }, shape) => {
    const parsed = parse(equation);
    const operands = Object.values(inputs);
    const sizes = sizesOf(parsed, equation, operands.map((o) => o.shape));
    const letters = [...sizes.keys()];
    const extent = stridesOf([...sizes.values()]);
    const stepsOf = (own: string, of: Shape): number[] => letters.map((l) => (own.includes(l) ? stridesOf(of)[own.indexOf(l)]! : 0));
    const steps = [...parsed.operands.map((own, i) => stepsOf(own, operands[i]!.shape)), stepsOf(parsed.result, shape)];
    const out = new Float64Array(sizeOf(shape));
    for (let i = 0; i < sizeOf([...sizes.values()]); i++) {
      const at = steps.map((step) => letters.reduce((flat, letter, l) => flat + step[l]! * (Math.floor(i / extent[l]!) % sizes.get(letter)!), 0));
      out[at.at(-1)!]! += operands.reduce((product, { data }, o) => product * data[at[o]!]!, factor);
    }
    return out;
  },
  sums: true,
  // One letter more, in front: the models.
  lift: (inputs, { equation, factor }, k) => {
    const { operands, result } = parse(equation);
    const letter = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].find((l) => !equation.includes(l))!;
    const parts = Object.values(inputs);
    const some = parts.some((part) => part.many);
    const lifted = operands.map((own, i) => (parts[i]!.many || !some ? letter : '') + own);
    return einsum(`${lifted.join(',')}->${letter}${result}`, parts.map((part) => (some ? part.value : spread(part, k))), factor);
  },
});
/**
 * Products of the operands by named axes, summed over the letters that the result leaves out, times `factor`: `einsum('nik,njk->nij', [a, b])`.
 * @throws ShapeError if an operand does not fit its letters
 */
export const einsum = (equation: string, operands: readonly Value[], factor = 1): Value => einsumOp(keyed(operands), { equation, factor });

/** A contraction to `letters`; an axis that no operand has is repeated to its size in `shape`. */
function contractTo(letters: string, shape: Shape, operands: readonly (readonly [string, Value])[], factor: number): Value {
  const present = [...letters].filter((letter) => operands.some(([own]) => own.includes(letter)));
  const made = einsum(`${operands.map(([own]) => own).join(',')}->${present.join('')}`, operands.map(([, value]) => value), factor);
  return expand(reshape(made, [...letters].map((letter, i) => (present.includes(letter) ? shape[i]! : 1))), shape);
}

/**
 * Two operands as one batched MatMul, with the transposes that it needs: faster on the CPU than its Einsum. Operands with the same
 * letters are multiplied first. Undefined if it is no such product.
 */
function matrixForm(parsed: Parsed, names: readonly string[], shapes: readonly Shape[], factor: number, emit: Emit): string | undefined {
  const sizes = sizesOf(parsed, '', shapes);
  const byLetters = new Map<string, string>();
  for (const [i, letters] of parsed.operands.entries()) {
    const known = byLetters.get(letters);
    byLetters.set(letters, known === undefined ? names[i]! : emit('Mul', [known, names[i]!]));
  }
  if (byLetters.size !== 2) return undefined;
  const { result } = parsed;
  const [first, second] = [...byLetters.keys()] as [string, string];
  const only = (letters: string, a: boolean, b: boolean, r: boolean): string => [...letters].filter((l) => first.includes(l) === a && second.includes(l) === b && result.includes(l) === r).join('');
  const [batch, rows, columns, inner] = [only(result, true, true, true), only(result, true, false, true), only(result, false, true, true), only(first, true, true, false)];
  if (batch.length + rows.length + inner.length !== first.length || batch.length + columns.length + inner.length !== second.length) return undefined;

  const count = (letters: string): number => sizeOf([...letters].map((l) => sizes.get(l)!));
  const arranged = (name: string, from: string, to: string): string => (from === to ? name : emit('Transpose', [name], { perm: [...to].map((l) => from.indexOf(l)) }));
  const shaped = (name: string, ...parts: readonly string[]): string =>
    parts.every((p) => p.length === 1) ? name : emit('Reshape', [name, emit.int64s([...[...batch].map(count), ...parts.map(count)])]);
  // The factor goes where there are fewest numbers.
  const scaled = (name: string, letters: string): string => (factor !== 1 && letters === least ? emit('Mul', [name, emit.float(factor)]) : name);
  const least = [first, second, result].reduce((a, b) => (count(b) < count(a) ? b : a));
  const left = shaped(arranged(scaled(byLetters.get(first)!, first), first, batch + rows + inner), rows, inner);
  const right = shaped(arranged(scaled(byLetters.get(second)!, second), second, batch + inner + columns), inner, columns);
  const product = emit('MatMul', [left, right]);
  const named = rows.length === 1 && columns.length === 1 ? product : emit('Reshape', [product, emit.int64s([...(batch + rows + columns)].map(count))]);
  const placed = arranged(named, batch + rows + columns, result);
  return least === first || least === second ? placed : scaled(placed, result);
}
