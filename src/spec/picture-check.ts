/** What a picture must be, so that the page can draw it: sizes that agree and numbers that are numbers. */
import { assertNever } from '../base/errors';
import type { HeatMap, Picture } from './picture';

type Checked = string | undefined;

/** What is wrong with a picture, in one sentence; undefined if nothing is. */
export function pictureProblem(picture: Picture): Checked {
  switch (picture.kind) {
    case 'heatmap': return heatMapProblem(picture);
    case 'tiles': return first(picture.tiles, (tile) => (tile.label === '' ? 'a tile has no label' : heatMapProblem(tile)));
    case 'histogram': return size('edges', picture.edges.length, picture.counts.length + 1) ?? finite('edges', picture.edges) ?? finite('counts', picture.counts) ?? ascending('edges', picture.edges);
    case 'lines': return empty('series', picture.series) ?? first(picture.series, ({ label, x, y }) => size(`x of ${label}`, x.length, y.length) ?? (x.length === 0 ? `${label} has no points` : undefined) ?? finite(`x of ${label}`, x) ?? finite(`y of ${label}`, y));
    case 'scatter': return empty('points', picture.points) ?? first(picture.points, ({ label, group = 0 }) => (picture.groups && !(Number.isInteger(group) && group >= 0 && group < picture.groups.length) ? `${label} is of group ${group}, and there are ${picture.groups.length}` : undefined)) ?? finite('points', picture.points.flatMap(({ x, y }) => [x, y]));
    case 'plane': return size('values', picture.values.length, picture.x.length * picture.y.length) ?? finite('values', picture.values) ?? ascending('x', picture.x) ?? ascending('y', picture.y);
    case 'images': return first(picture.images, ({ label, width, height, channels, data }) => (width >= 1 && height >= 1 ? size(`data of ${label}`, data.length, width * height * channels) : `${label} is ${width} x ${height}`));
    case 'audio': return (picture.sampleRateHz > 0 ? undefined : `the sample rate is ${picture.sampleRateHz}`) ?? first(picture.clips, ({ label, samples }) => finite(label, samples) ?? (samples.some((v) => Math.abs(v) > 1.0001) ? `${label} leaves [-1, 1]` : undefined));
    case 'table': return empty('columns', picture.columns) ?? first(picture.rows, (row) => size('a row', row.length, picture.columns.length));
    default: return assertNever(picture);
  }
}
function heatMapProblem({ rows, columns, values, scale, range, rowLabels, columnLabels }: HeatMap): Checked {
  return (
    size('values', values.length, rows * columns) ??
    (rows >= 1 && columns >= 1 ? undefined : `it is ${rows} x ${columns}`) ??
    finite('values', values) ??
    (rowLabels && size('row labels', rowLabels.length, rows)) ??
    (columnLabels && size('column labels', columnLabels.length, columns)) ??
    (range && !(range[0] < range[1]) ? `the range is ${range.join(' to ')}` : undefined) ??
    (scale === 'binary' && values.some((v) => v !== 0 && v !== 1) ? 'a binary map holds a value that is neither 0 nor 1' : undefined)
  );
}
function first<T>(items: readonly T[], problem: (item: T) => Checked): Checked {
  for (const item of items) {
    const found = problem(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
const size = (what: string, came: number, expected: number): Checked => (came === expected ? undefined : `${what}: ${expected} were expected, but ${came} came`);
const empty = (what: string, items: readonly unknown[]): Checked => (items.length > 0 ? undefined : `there are no ${what}`);
const finite = (what: string, values: ArrayLike<number>): Checked => (Array.from(values).every(Number.isFinite) ? undefined : `${what} hold a number that is not finite`);
const ascending = (what: string, values: ArrayLike<number>): Checked => (Array.from(values).every((v, i) => i === 0 || v > values[i - 1]!) ? undefined : `${what} do not rise`);

/** How many numbers a picture holds: what it costs to make and to send. */
export function pictureSize(picture: Picture): number {
  switch (picture.kind) {
    case 'heatmap': return picture.values.length;
    case 'tiles': return picture.tiles.reduce((n, { values }) => n + values.length, 0);
    case 'histogram': return picture.counts.length;
    case 'lines': return picture.series.reduce((n, { x }) => n + 2 * x.length, 0);
    case 'scatter': return 2 * picture.points.length;
    case 'plane': return picture.values.length;
    case 'images': return picture.images.reduce((n, { data }) => n + data.length, 0);
    case 'audio': return picture.clips.reduce((n, { samples }) => n + samples.length, 0);
    case 'table': return picture.rows.length * picture.columns.length;
    default: return assertNever(picture);
  }
}
