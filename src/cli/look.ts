/** `stipple files`: what data are like before anything is trained on them; public sets; what is kept of what was fetched. */
import { InputError } from '../base/errors';
import { loadFiles, type NamedBytes } from '../data/files';
import { publicSets, sizeOfSet } from '../data/public-sets';
import { reportOn, type Report } from '../data/report';
import type { Picture } from '../spec/picture';
import { folderCache, cacheFolder } from './file-cache';
import { filesOf } from './sources';

export const filesHelp = `  stipple files report SOURCE ...       what data are like: shapes, ranges, classes, doubles across splits
                                        SOURCE: a file, a folder, a web address, or set:NAME
  stipple files sets                    public sets by name, with size and licence
  stipple files cache [--clear]         what is kept of what was fetched, in STIPPLE_CACHE or ~/.cache/stipple
`;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 3 : 1)} MB`;

/** Returns what is to be printed. @throws InputError for what cannot be read at all */
export async function look(argv: readonly string[]): Promise<string> {
  const [what, ...rest] = argv;
  switch (what) {
    case 'report': return report(rest);
    case 'sets': return publicSets.map((set) => `${set.id.padEnd(22)} ${megabytes(sizeOfSet(set)).padStart(10)}  ${set.title}: ${set.says} ${set.licence}.`).join('\n');
    case 'cache': return cache(rest);
    default: throw new InputError(`stipple files needs "report", "sets" or "cache".\n\n${filesHelp}`);
  }
}
async function report(sources: readonly string[]): Promise<string> {
  if (sources.length === 0) throw new InputError(`stipple files report needs files.\n\n${filesHelp}`);
  const files: NamedBytes[] = [];
  for (const source of sources) files.push(...(await filesOf(source, { pack: false })));
  const { loaded, problems } = await loadFiles(files);
  if (loaded.length === 0) throw new InputError(problems.join('\n'));
  return [...loaded.map((set) => `${set.from}: ${set.kind}\n${showReport(reportOn(set))}`), ...problems].join('\n\n');
}
export function showReport({ previews, warnings, notes }: Report): string {
  const tables = previews.flatMap(({ title, says, picture }) => (picture.kind === 'table' ? [`${title}${says ? `. ${says}` : ''}\n${showTable(picture)}`] : []));
  return [...warnings.map((text) => `! ${text}`), ...notes.map((text) => `- ${text}`), ...tables].join('\n');
}
const [mostWidth, mostRows] = [40, 20];
function showTable({ columns, rows }: Extract<Picture, { kind: 'table' }>): string {
  const all = [columns, ...rows.slice(0, mostRows)].map((row) => row.map((cell) => String(cell).replace(/\s+/g, ' ').slice(0, mostWidth)));
  const widths = columns.map((_, c) => Math.max(...all.map((row) => row[c]?.length ?? 0)));
  const lines = all.map((row) => `  ${row.map((cell, c) => cell.padEnd(widths[c]!)).join('  ').trimEnd()}`);
  return [...lines, ...(rows.length > mostRows ? [`  ... ${rows.length - mostRows} more`] : [])].join('\n');
}
async function cache(rest: readonly string[]): Promise<string> {
  const kept = folderCache();
  const entries = await kept.list();
  if (rest.includes('--clear')) {
    for (const { address } of entries) await kept.remove(address);
    return `${entries.length} files let go.`;
  }
  if (entries.length === 0) return `Nothing is kept in ${cacheFolder()}.`;
  const total = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return [...entries.map(({ name, sizeBytes, at, address }) => `${megabytes(sizeBytes).padStart(10)}  ${at.slice(0, 10)}  ${name}  ${address}`), `${megabytes(total).padStart(10)}  in ${entries.length} files, ${cacheFolder()}; --clear lets them go`].join('\n');
}
