/** Tables as comma-separated text (RFC 4180). */
import type { Card } from '../spec/card';
import type { Points } from './chart-rows';

/** A cell; quoted where it has to be. */
export const csvCell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Every point of every seed of one metric, a row each. `along`: the name of what stands along the first axis. */
export function csvOf(card: { readonly arms: Readonly<Record<string, Pick<Card['arms'][string], 'label'>>> }, along: string, metric: string, series: readonly Points[]): string {
  const rows = series.flatMap((s) => Array.from({ length: s.length }, (_, i) => `${csvCell(card.arms[s.arm]?.label ?? s.arm)},${s.seed},${s.steps[i]!},${s.values[i]!}`));
  return `arm,seed,${csvCell(along)},${csvCell(metric)}\n${rows.join('\n')}\n`;
}
