/** From uses back to patterns: what a choice made tensor by tensor is called in a knob, and so in a link. The inverse of `resolveUses`. */
import type { ModelDescription, TensorChoice, TensorUse } from './own-model';
import { resolveUses } from './pattern';

type Model = Pick<ModelDescription, 'tensors'>;
type Uses = Readonly<Record<string, TensorUse>>;
interface Glob {
  readonly text: string;
  matches(name: string): boolean;
}

/** Globs that match this name, broad ones first: everything, what starts alike, what ends alike; the name itself last. */
function globsOf(name: string): readonly Glob[] {
  const plain = !/[*?,]/.test(name);
  const cuts = plain ? [...name.matchAll(/[./_:-]/g)].map(({ index }) => index) : [];
  return [
    { text: '*', matches: () => true },
    ...cuts.map((at) => ({ text: `${name.slice(0, at + 1)}*`, matches: (other: string) => other.startsWith(name.slice(0, at + 1)) })),
    ...cuts.map((at) => ({ text: `*${name.slice(at)}`, matches: (other: string) => other.endsWith(name.slice(at)) })),
    { text: name.replaceAll(',', '?'), matches: (other: string) => other === name },
  ];
}
/** A short list of patterns that matches all of `wanted` and, besides, only what is `allowed`. */
export function cover(wanted: readonly string[], allowed: (name: string) => boolean, names: readonly string[]): string {
  const left = new Set(wanted);
  const list: string[] = [];
  const forbidden = names.filter((name) => !left.has(name) && !allowed(name));
  for (const name of wanted) {
    if (!left.has(name)) continue;
    let best: { glob: Glob; gain: readonly string[] } | undefined;
    for (const glob of globsOf(name)) {
      const gain = [...left].filter((other) => glob.matches(other));
      if ((!best || gain.length > best.gain.length || (gain.length === best.gain.length && glob.text.length < best.glob.text.length)) && !forbidden.some((other) => glob.matches(other))) best = { glob, gain };
    }
    for (const other of best!.gain) left.delete(other); // the name itself is always there
    list.push(best!.gain.length === 1 ? name.replaceAll(',', '?') : best!.glob.text); // one tensor is called by its name
  }
  return list.join(',');
}

/**
 * The shortest of a few ways to write these uses as patterns; each list at most `limit` characters long.
 * Undefined where none is short enough, or where the names cannot be told apart by patterns.
 */
export function choiceOf(model: Model, uses: Uses, limit = Infinity): TensorChoice | undefined {
  const { tensors } = model;
  const names = tensors.map((t) => t.name);
  const of = (use: TensorUse): string[] => names.filter((name) => uses[name] === use);
  const [trained, masked, frozen] = [of('trained'), of('masked'), of('frozen')];
  const passive = new Set(tensors.filter((t) => t.blocked !== undefined || t.role === 'statistic' || t.role === 'constant').map((t) => t.name));
  const is = (use: TensorUse) => (name: string): boolean => uses[name] === use;
  const passed = (name: string): boolean => passive.has(name) && uses[name] === 'frozen';
  /** What no wildcard takes is named in full. */
  const named = (wanted: readonly string[], allowed: (name: string) => boolean): string =>
    [cover(wanted.filter((name) => !passive.has(name)), (name) => passed(name) || allowed(name), names), ...wanted.filter((name) => passive.has(name))].filter((part) => part !== '').join(',');
  const masks = named(masked, () => false);
  const ways: TensorChoice[] = [
    {},
    // What differs from the defaults.
    { masked: masks, frozen: cover(tensors.filter((t) => t.defaultUse !== 'frozen' && uses[t.name] === 'frozen').map((t) => t.name), is('frozen'), names) },
    // What is trained, and what is masked.
    { trained: named(trained, is('masked')), masked: masks },
    // Everything, but for what is masked or frozen.
    { trained: ['*', ...trained.filter((name) => passive.has(name))].join(','), masked: masks, frozen: cover(frozen.filter((name) => !passive.has(name)), is('frozen'), names) },
    { frozen: '*' },
  ];
  const cleaned = ways.map((way) => Object.fromEntries(Object.entries(way).filter(([, list]) => list !== '')) as TensorChoice);
  const length = (way: TensorChoice): number => Object.values(way).reduce((n: number, list: string) => n + list.length, 0);
  return cleaned.filter((way) => Object.values(way).every((list: string) => list.length <= limit) && means(model, way, uses)).sort((a, b) => length(a) - length(b))[0];
}
function means(model: Model, choice: TensorChoice, uses: Uses): boolean {
  try {
    const found = resolveUses(model, choice).uses;
    return model.tensors.every(({ name }) => found[name] === uses[name]);
  } catch {
    return false; // a pattern that finds nothing it can use
  }
}
