/**
 * Patterns over the names of tensors: a comma-separated list of globs, each over the whole name (`*` any run of characters, `?` any one).
 * With `regularExpressions`, one that matches nothing as a glob is tried as an unanchored regular expression.
 */
import { InputError } from '../base/errors';
import type { ModelDescription, TensorChoice, TensorDescription, TensorUse } from './own-model';

export interface PatternOptions {
  readonly regularExpressions?: boolean;
}

/** Whether a glob matches a name, in time of at most their lengths' product: patterns come with links, and an expression could take for ever. */
function isMatch(glob: string, name: string): boolean {
  let [g, n, star, from] = [0, 0, -1, 0]; // the last * that was passed, and where what it swallows ends
  while (n < name.length) {
    if (glob[g] === '*') {
      star = g++;
      from = n;
    } else if (glob[g] === '?' || glob[g] === name[n]) {
      g++;
      n++;
    } else if (star < 0) return false;
    else {
      g = star + 1;
      n = ++from;
    }
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
}
function expressionOf(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern);
  } catch {
    return undefined; // not one: then it matches nothing, which is said
  }
}
export const partsOf = (patterns: string): string[] => patterns.split(',').map((p) => p.trim()).filter((p) => p !== '');

/** The names that one pattern matches, in their order. */
export function matching(pattern: string, names: readonly string[], { regularExpressions = false }: PatternOptions = {}): string[] {
  if (names.includes(pattern)) return [pattern]; // a name is itself, whatever characters it holds
  const found = names.filter((name) => isMatch(pattern, name));
  const expression = found.length === 0 && regularExpressions ? expressionOf(pattern) : undefined;
  return expression ? names.filter((name) => expression.test(name)) : found;
}

export interface ResolvedUses {
  readonly uses: Readonly<Record<string, TensorUse>>;
  /** Sentences: what a pattern matched and yet left out. */
  readonly notes: readonly string[];
}
/**
 * What becomes of each tensor. Without `trained`, the default uses; with it, what it names is trained and the rest frozen; then `masked`
 * and `frozen` go over that. A wildcard leaves out what cannot be trained, and statistics and constants, which are trained only by their whole name.
 * @throws InputError for a pattern that matches no tensor, or none that can be trained, listing the names
 */
export function resolveUses({ tensors }: Pick<ModelDescription, 'tensors'>, choice: TensorChoice, options: PatternOptions = {}): ResolvedUses {
  const notes: string[] = [];
  const uses = new Map<string, TensorUse>(tensors.map((t) => [t.name, choice.trained === undefined ? t.defaultUse : 'frozen']));
  const assign = (patterns: string | undefined, use: TensorUse): void => {
    for (const pattern of partsOf(patterns ?? '')) for (const name of select(pattern, use, tensors, options, notes)) uses.set(name, use);
  };
  assign(choice.trained, 'trained');
  assign(choice.masked, 'masked');
  assign(choice.frozen, 'frozen');
  return { uses: Object.fromEntries(uses), notes };
}
function select(pattern: string, use: TensorUse, tensors: readonly TensorDescription[], options: PatternOptions, notes: string[]): readonly string[] {
  const names = matching(pattern, tensors.map((t) => t.name), options);
  if (names.length === 0) throw new InputError(`The pattern "${pattern}" matches no tensor. The names are: ${listed(tensors.map((t) => t.name))}.`);
  if (use === 'frozen') return names;
  const found = tensors.filter((t) => names.includes(t.name));
  const able = found.filter((t) => !t.blocked && (t.name === pattern || (t.role !== 'statistic' && t.role !== 'constant')));
  if (able.length === 0) {
    const why = found[0]!.blocked ?? `${found[0]!.name} is a ${found[0]!.role}: name it in full if it is to be trained`;
    throw new InputError(`The pattern "${pattern}" matches ${listed(names)}, but nothing that can be ${use}: ${why}. What can be: ${listed(tensors.filter((t) => !t.blocked && t.role !== 'statistic' && t.role !== 'constant').map((t) => t.name))}.`);
  }
  if (able.length < found.length) notes.push(`"${pattern}" also matches ${listed(found.filter((t) => !able.includes(t)).map((t) => t.name))}, which ${found.length - able.length === 1 ? 'stays' : 'stay'} frozen.`);
  return able.map((t) => t.name);
}
const listed = (names: readonly string[], most = 40): string => (names.length === 0 ? 'none' : names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')}, and ${names.length - most} more`);
