/** Spectra, drawn. */
import type { HeatMap, Lines, Scatter, Table, Tiles } from '../../spec/picture';
import { card } from './card';
import { cosines, intrudersOf, overlapOf, type Spectrum } from './spectrum';
import type { Knobs } from './task';

export const labelOf = (arm: string): string => card.arms[arm]!.label;
/** By arm. */
export type Spectra = ReadonlyMap<string, readonly Spectrum[]>;
const shown = 24;
const at = (spectra: readonly Spectrum[], name: string): Spectrum => spectra.find(({ target }) => target.name === name) ?? spectra[0]!; // the first where the chosen one was not taken apart

export const overlapPicture = (now: Spectra, before: readonly Spectrum[], { matrix, side, k, epsilon }: Knobs): Tiles => ({
  kind: 'tiles',
  tiles: [...now].map(([arm, spectra]) => {
    const intruders = intrudersOf(cosines(at(spectra, matrix), at(before, matrix), { k, side }), epsilon);
    return { kind: 'heatmap', label: labelOf(arm), caption: intruders.length === 0 ? 'no intruder' : `intruders: ${intruders.map((j) => j + 1).join(', ')}`, rows: shown, columns: shown, scale: 'sequential', range: [0, 1], values: overlapOf(at(spectra, matrix), at(before, matrix), side, shown) };
  }),
});
export const cosinesPicture = (now: Spectra, before: readonly Spectrum[], knobs: Knobs): Tiles => ({
  kind: 'tiles',
  tiles: [...now].map(([arm, spectra]): HeatMap & { label: string } => ({
    kind: 'heatmap', label: labelOf(arm), rows: spectra.length, columns: knobs.k, scale: 'sequential', range: [0, 1],
    values: Float32Array.from(spectra.flatMap((s, m) => cosines(s, before[m]!, knobs))), rowLabels: spectra.map(({ target }) => target.name),
  })),
});
export function spectrumPicture(now: Spectra, before: readonly Spectrum[], knobs: Knobs): Lines {
  const line = (values: Float64Array): { x: Float32Array; y: Float32Array } => ({ x: Float32Array.from({ length: 40 }, (_, j) => j + 1), y: Float32Array.from(values.subarray(0, 40)) });
  const marks = [...now].flatMap(([arm, spectra]) => intrudersOf(cosines(at(spectra, knobs.matrix), at(before, knobs.matrix), knobs), knobs.epsilon).map((j) => ({ label: labelOf(arm), x: j + 1 })));
  return { kind: 'lines', xLabel: 'direction, strongest first', yLabel: 'singular value', series: [{ label: 'before', dashed: true, ...line(at(before, knobs.matrix).parts.values) }, ...[...now].map(([arm, spectra]) => ({ label: labelOf(arm), arm, ...line(at(spectra, knobs.matrix).parts.values) }))], ...(marks.length > 0 && { markers: marks }) };
}
/** Loss against lambda, for intruders and for the control. */
export const scalingPicture = (curves: readonly { readonly arm: string; readonly lambdas: readonly number[]; readonly intruders: readonly number[]; readonly control: readonly number[] }[]): Lines => ({
  kind: 'lines', xLabel: 'λ', yLabel: 'loss on what it had learned, nats',
  series: curves.flatMap(({ arm, lambdas, intruders, control }) => [{ label: labelOf(arm), arm, x: Float32Array.from(lambdas), y: Float32Array.from(intruders) }, { label: `${labelOf(arm)}, ordinary`, arm, dashed: true, x: Float32Array.from(lambdas), y: Float32Array.from(control) }]),
});
export const forgettingPicture = (looks: readonly { readonly arm: string; readonly step: number; readonly intruders: number; readonly loss: number }[]): Scatter =>
  ({ kind: 'scatter', xLabel: 'intruders', yLabel: 'loss on what it had learned, nats', points: looks.map(({ arm, step, intruders, loss }) => ({ label: `${labelOf(arm)}, step ${step}`, arm, shape: 'dot', x: intruders, y: loss })) });
export const sideBySide = (rows: readonly { readonly arm: string; readonly accuracy: number; readonly gap: number | undefined; readonly intruders: number; readonly least: number; readonly change: number; readonly effective: number }[], chance: number): Table => ({
  kind: 'table', columns: ['Arm', 'Test accuracy', 'Compares', 'Intruders', 'Least cosine', 'Size of the change', 'Effective rank', 'Chance'],
  rows: rows.map((r) => [labelOf(r.arm), `${(100 * r.accuracy).toFixed(1)} %`, r.gap === undefined ? '' : Math.abs(r.gap) <= 0.02 ? 'yes' : 'void: accuracies differ', r.intruders, r.least.toFixed(2), r.change.toFixed(2), r.effective.toFixed(1), chance.toFixed(2)]),
});
export const tasksPicture = (names: readonly string[], rows: readonly { readonly arm: string; readonly accuracies: readonly (readonly number[])[] }[]): Tiles => ({
  kind: 'tiles',
  tiles: rows.map(({ arm, accuracies }): HeatMap & { label: string } => ({ kind: 'heatmap', label: labelOf(arm), rows: accuracies.length, columns: names.length, scale: 'sequential', range: [0, 1], values: Float32Array.from(accuracies.flatMap((row) => names.map((_, t) => row[t] ?? 0))), rowLabels: accuracies.map((_, s) => `after ${s + 1}`), columnLabels: names.map((_, t) => `${t + 1}`), xLabel: names.map((name, t) => `${t + 1}: ${name}`).join(', ') })),
});
