/** The words of the charts. */
export const texts = {
  empty: (title: string) => `${title}: press Run to draw it.`,
  heading: 'Charts and pictures',
  save: 'Save', saveAs: { csv: 'CSV', svg: 'SVG', png: 'PNG' }, closer: 'Closer', farther: 'Farther', earlier: 'Earlier', later: 'Later', all: 'All', follow: 'Follow',
  logY: 'Log y', logX: 'Log x', logXSays: 'The first axis is logarithmic, in all charts here.', asTable: 'Show as table', table: 'Table', step: 'Step', smoothing: 'Smoothing', smoothOff: 'off',
  keys: '← → PgUp PgDn read · + − 0 zoom · ⇧← ⇧→ move · F follow · L X log · T table',
  pinned: 'pinned', at: (at: string) => `at ${at}`, says: (label: string, at: string, arms: readonly string[]) => `${label} ${at}: ${arms.join(', ')}`,
  allOf: 'Whole curves', along: 'Along what is in view',
  smoothNote: 'Order: each seed is smoothed first (trailing mean), then the median over seeds is taken, then points are thinned to the pixels at hand.',
  bands: (seeds: number) => `Line: median of ${seeds} seeds; band: least to greatest.`,
  noPositive: 'No positive values to show on a logarithmic axis.',
  label: (title: string, along: string) => `${title}, by ${along.toLowerCase()}`,
  last: 'Last value', points: 'Points', arm: 'Arm', seed: 'Seed', range: 'Least to greatest',
  legend: 'Arms: press one to hide or show it in every chart',
  bandsOf: 'Line: median over seeds; band: least to greatest.',
} as const;
