/** The rows of the list of layers: each operator, then the tensors that it is the first to read. Pure. */
import type { LayerDescription, ModelDescription, TensorDescription, TensorUse } from '../../spec/own-model';
import { isFixed } from '../../spec/own-screen';

export type Row =
  | { readonly kind: 'layer'; readonly layer: LayerDescription; /** Tensors of its own that can be chosen. */ readonly open: readonly string[] }
  | { readonly kind: 'tensor'; readonly tensor: TensorDescription; /** How many operators read it. */ readonly readers: number };

/**
 * Rows in the model's order. `filter`: only tensors whose name holds it, and operators whose name or kind does, with all their tensors.
 * `withTensors`: only operators that read tensors.
 */
export function rowsOf({ layers, tensors }: Pick<ModelDescription, 'layers' | 'tensors'>, { filter, withTensors }: { filter: string; withTensors: boolean }): readonly Row[] {
  const byName = new Map(tensors.map((t) => [t.name, t]));
  const readers = new Map<string, number>();
  for (const { reads } of layers) for (const name of new Set(reads)) readers.set(name, (readers.get(name) ?? 0) + 1);
  const wanted = filter.trim().toLowerCase();
  const holds = (text: string): boolean => text.toLowerCase().includes(wanted);
  const shown = new Set<string>();
  const rows = layers.flatMap((layer): Row[] => {
    const own = [...new Set(layer.reads)].flatMap((name) => {
      const tensor = byName.get(name);
      if (!tensor || shown.has(name)) return [];
      shown.add(name);
      return [tensor];
    });
    const found = holds(layer.name) || holds(layer.operator) ? own : own.filter((t) => holds(t.name));
    if (withTensors && own.length === 0) return [];
    if (wanted !== '' && found.length === 0 && !holds(layer.name) && !holds(layer.operator)) return [];
    const open = found.filter((t) => !isFixed(t)).map((t) => t.name);
    return [{ kind: 'layer', layer, open }, ...found.map((tensor): Row => ({ kind: 'tensor', tensor, readers: readers.get(tensor.name) ?? 0 }))];
  });
  const rest = tensors.filter((t) => !shown.has(t.name) && holds(t.name));
  return [...rows, ...rest.map((tensor): Row => ({ kind: 'tensor', tensor, readers: 0 }))];
}
/** The tensors among these rows that can be chosen. */
export const openIn = (rows: readonly Row[]): readonly string[] => rows.flatMap((row) => (row.kind === 'tensor' && !isFixed(row.tensor) ? [row.tensor.name] : []));

/** What all of these tensors are, if they are all the same. */
export function commonUse(names: readonly string[], uses: Readonly<Record<string, TensorUse>>): TensorUse | undefined {
  const [first, ...others] = names;
  return first !== undefined && others.every((name) => uses[name] === uses[first]) ? uses[first] : undefined;
}
/** Which rows of equal height are in view, and a few more on either side. */
export function windowOf(rows: number, rowHeight: number, scrollTop: number, height: number): { readonly from: number; readonly to: number } {
  const around = 8;
  const from = Math.max(0, Math.min(rows, Math.floor(scrollTop / rowHeight) - around));
  return { from, to: Math.min(rows, Math.ceil((scrollTop + height) / rowHeight) + around) };
}
/** How many numbers have each use. */
export function countUses(tensors: readonly TensorDescription[], uses: Readonly<Record<string, TensorUse>>): Readonly<Record<TensorUse, { tensors: number; numbers: number }>> {
  const counts = { trained: { tensors: 0, numbers: 0 }, masked: { tensors: 0, numbers: 0 }, frozen: { tensors: 0, numbers: 0 } };
  for (const { name, count } of tensors) {
    const of = counts[uses[name] ?? 'frozen'];
    of.tensors++;
    of.numbers += count;
  }
  return counts;
}
