/**
 * What data are like, before anything is trained on them: shapes, ranges, numbers that are none, balance of classes, doubles within and
 * across splits, a contact sheet. Pictures and sentences, for the page and the command line alike.
 */
import type { Preview } from '../spec/dataset';
import { contentOf, duplicatesIn, type Keyed, type Place } from './content';
import { entriesOf, type Loaded, type Splits } from './files/loaded';
import { reportImages, sheetOf } from './report/images';
import { reportArrays } from './report/arrays';
import { reportRecords } from './report/records';
import { many } from './report/numbers';
import { reportSound } from './report/sound';
import { reportTable } from './report/table';
import { reportText } from './report/text';

export interface Report {
  readonly previews: readonly Preview[];
  /** What to think of before training on these data: a sentence each. Empty: nothing was found. */
  readonly warnings: readonly string[];
  /** What the reader did, as it stands in the data's own notes. */
  readonly notes: readonly string[];
}
/** Seconds at most for what the readers let in; the worker's work, not the page's. */
export function reportOn(loaded: Loaded): Report {
  const content = contentOf(loaded);
  const own = ownReport(loaded);
  const [doubles, warnings] = content ? duplicatesReport(loaded, content) : [[], []];
  const balance = content ? balanceReport(loaded, content) : { previews: [], warnings: [] };
  return { previews: [...own.previews, ...balance.previews, ...doubles], warnings: [...own.warnings, ...balance.warnings, ...warnings], notes: loaded.notes };
}
export type Found = Pick<Report, 'previews' | 'warnings'>;
function ownReport(loaded: Loaded): Found {
  switch (loaded.kind) {
    case 'images': return reportImages(loaded);
    case 'arrays': return reportArrays(loaded.arrays);
    case 'tensors': return reportArrays(loaded.tensors);
    case 'table': return reportTable(loaded);
    case 'text': return reportText(loaded);
    case 'sound': return reportSound(loaded);
    case 'records': return reportRecords(loaded);
  }
}

const shownClasses = 100;
/** Examples of each class in each split. */
function balanceReport(loaded: Loaded, content: Splits<Keyed>): Found {
  const labelled = entriesOf(content).filter(([, { labels }]) => labels !== undefined);
  if (labelled.length === 0) return { previews: [], warnings: [] };
  const names = 'classes' in loaded ? loaded.classes : undefined;
  const counts = new Map<number, number[]>();
  names?.forEach((_, label) => counts.set(label, labelled.map(() => 0)));
  labelled.forEach(([, { labels }], s) => {
    for (let i = 0; i < labels!.length; i++) {
      const row = counts.get(labels![i]!) ?? labelled.map(() => 0);
      row[s]!++;
      counts.set(labels![i]!, row);
    }
  });
  const rows = [...counts].sort(([a], [b]) => a - b);
  const nameOf = (label: number): string => names?.[label] ?? String(label);
  const warnings = labelled.flatMap(([split], s) => imbalance(split, rows.map(([label, row]) => [nameOf(label), row[s]!] as const)));
  const table = { kind: 'table' as const, columns: ['class', ...labelled.map(([split]) => split)], rows: rows.slice(0, shownClasses).map(([label, row]) => [nameOf(label), ...row]) };
  return { previews: [{ title: 'Examples of each class', ...(rows.length > shownClasses && { says: `The first ${shownClasses} of ${rows.length} classes.` }), picture: table }], warnings };
}
const uneven = 10;
function imbalance(split: string, counts: readonly (readonly [string, number])[]): string[] {
  const none = counts.filter(([, n]) => n === 0).map(([name]) => name);
  const some = counts.filter(([, n]) => n > 0).sort(([, a], [, b]) => a - b);
  const out: string[] = [];
  if (none.length > 0) out.push(`${split} has no example of ${none.length === 1 ? `class ${none[0]}` : `${none.length} classes (${none.slice(0, 4).join(', ')}${none.length > 4 ? ', ...' : ''})`}.`);
  const [least, most] = [some[0], some.at(-1)];
  if (least && most && most[1] >= uneven * least[1]) out.push(`Classes are uneven in ${split}: ${many(most[1], 'example')} of ${most[0]}, ${least[1]} of ${least[0]}. Always answering ${most[0]} is right in ${((100 * most[1]) / counts.reduce((n, [, c]) => n + c, 0)).toFixed(1)} %.`);
  if (some.length === 1 && counts.length === 1) out.push(`${split} holds one class alone: there is nothing to tell apart.`);
  return out;
}

const shownPairs = 8;
const nameOf = ({ split, index }: Place): string => `${split} ${index + 1}`;
function duplicatesReport(loaded: Loaded, content: Splits<Keyed>): [Preview[], string[]] {
  const { groups, across, torn, extra } = duplicatesIn(content);
  if (groups.length === 0) return [[], []];
  const examples = (some: readonly (readonly Place[])[]): string => some.slice(0, 3).map((places) => places.slice(0, 3).map(nameOf).join(' = ')).join('; ');
  const warnings: string[] = [];
  const within = groups.filter((places) => !across.includes(places));
  if (across.length > 0) {
    const held = new Set(across.flat().filter(({ split }) => split !== 'train').map(nameOf)).size;
    warnings.push(`${many(across.length, 'example')} ${across.length === 1 ? 'stands' : 'stand'} in several splits (${held} of validation and test): ${examples(across)}. Figures on those splits are too good by that; dividing anew keeps each on one side.`);
  }
  if (within.length > 0) warnings.push(`${many(within.length, 'example')} ${within.length === 1 ? 'is' : 'are'} there several times within a split${across.length === 0 ? ` (${extra} too many)` : ''}: ${examples(within)}.`);
  if (torn.length > 0) warnings.push(`${many(torn.length, 'example')} ${torn.length === 1 ? 'has' : 'have'} the same content under different labels: ${examples(torn)}.`);
  const pairs = [...across, ...within].slice(0, shownPairs).flatMap((places) => places.slice(0, 2));
  const pictures = loaded.kind === 'images' ? [{ title: 'Examples that are there several times', says: 'Side by side, those of one content; across splits first.', picture: sheetOf(loaded, pairs, nameOf) }] : [];
  return [pictures, warnings];
}
