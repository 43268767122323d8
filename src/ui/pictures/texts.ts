/** The words of the pictures; most of a picture's are its method's. */
export const texts = {
  unpainted: 'The picture could not be painted. Make the window smaller, or save a chart as SVG.',
  removed: '0 removed', kept: '1 kept', count: 'count',
  maskOf: (rows: number, columns: number, zeros: string) => `${rows} × ${columns}, ${zeros} zeros`,
  mapOf: (rows: number, columns: number, from: string, to: string) => `${rows} × ${columns}, from ${from} to ${to}`,
  lines: (title: string, series: readonly string[], y: string, x: string) => `${title}: ${series.join(', ')}; ${y} by ${x}`,
  histogram: (title: string, total: string, bins: number, x: string) => `${title}: ${total} values in ${bins} bins; ${x}`,
  plane: (title: string, value: string, from: string, to: string, points: readonly string[]) => `${title}: ${value} from ${from} to ${to}; ${points.join(', ')}`,
} as const;
