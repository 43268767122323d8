/** `stipple data`: lists the generators, tells what one makes, and writes its examples to a file. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InputError } from '../base/errors';
import { hashesOf, isTensor } from '../data/example-hash';
import { datasetOf, datasets } from '../data/sets';
import { writeExamples } from '../data/write-examples';
import { openDataset, type Dataset, type Example, type Field } from '../spec/dataset';
import { limits } from '../spec/experiment';
import type { Knob, KnobValue } from '../spec/knobs';
import { checkFolders, readAsset, root, writeSection } from './files';

export const dataHelp = `  stipple data [ID]                     the generators of data; what one makes, and its knobs
      --output F.npz|F.jsonl            write examples: arrays that "stipple train" reads, or one example a line
      --knob NAME=VALUE                 repeat for more; others are at their defaults
      --split S (train) --count N (100) --first I (0) --seed N (1)
      --hashes                          write the tables that the tests compare with (of all, or of ID)
`;
const most = 1_000_000;

export async function dataCommand(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv);
  if (positionals.length > 1) throw new InputError(`stipple data takes one data set, but ${positionals.join(', ')} came.`);
  const set = positionals[0] === undefined ? undefined : datasetOf(positionals[0]);
  if (values.hashes) return writeHashes(set ? [set] : datasets);
  if (!set) {
    if (values.output !== undefined) throw new InputError('Whose examples are to be written? stipple data ID --output F.npz');
    process.stdout.write(datasets.map((d) => `${d.id.padEnd(18)} ${d.family.padEnd(13)} ${d.title}\n`).join(''));
    return 0;
  }
  const knobs = knobsOf(set, values.knob ?? []);
  const seed = whole('seed', values.seed ?? '1', limits.seed);
  const opened = openDataset(set, { seed, knobs, assets: await assetsOf(set) });
  const split = values.split ?? 'train';
  if (values.output === undefined) {
    process.stdout.write(describe(set, opened.example({ seed, split, index: 0 })));
    return 0;
  }
  const form = /\.([a-z]+)$/.exec(values.output)?.[1];
  if (form !== 'npz' && form !== 'jsonl') throw new InputError(`Examples are written as .npz or .jsonl, but ${values.output} was asked for.`);
  await checkFolders([values.output]);
  const [count, from] = [whole('count', values.count ?? '100', most), whole('first', values.first ?? '0', 2 ** 31)];
  if (count === 0) throw new InputError('--count must be at least 1.');
  const before = process.cpuUsage();
  const examples = Array.from({ length: count }, (_, i) => opened.example({ seed, split, index: from + i }));
  const rate = Math.round((1e6 * count) / Math.max(1, process.cpuUsage(before).user));
  const { bytes, notes } = writeExamples(examples, form);
  await writeFile(values.output, bytes);
  for (const note of notes) process.stderr.write(`${note}\n`);
  process.stdout.write(`${values.output}: ${count} examples of ${set.id}, ${split}, seed ${seed} (${rate} a second of processor time)\n`);
  return 0;
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: { output: text, knob: { type: 'string', multiple: true }, split: text, count: text, first: text, seed: text, hashes: { type: 'boolean' } } });
  } catch (error) {
    throw new InputError(`${error instanceof Error ? error.message : String(error)}\n\n${dataHelp}`);
  }
}
function whole(name: string, given: string, max: number): number {
  if (!/^\d+$/.test(given) || Number(given) > max) throw new InputError(`--${name} must be a whole number up to ${max}, but "${given}" came.`);
  return Number(given);
}
const assetsOf = async (set: Dataset): Promise<Record<string, Uint8Array>> => Object.fromEntries(await Promise.all((set.assets ?? []).map(async (path) => [path, await readAsset(path)] as const)));

/** name=value, by the knob's type. @throws InputError for a name that the set does not have; values are checked where it is opened */
function knobsOf({ id, knobs }: Dataset, given: readonly string[]): Record<string, KnobValue> {
  return Object.fromEntries(
    given.map((pair) => {
      const [, name = pair, value = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
      const knob = Object.hasOwn(knobs, name) ? knobs[name] : undefined;
      if (!knob || !pair.includes('=')) throw new InputError(`--knob takes name=value, with a knob of ${id}: ${Object.keys(knobs).join(', ') || 'it has none'}; but "${pair}" came.`);
      return [name, valueOf(knob, value)];
    }),
  );
}
function valueOf(knob: Knob, value: string): KnobValue {
  if (knob.type === 'toggle') return value === 'true' ? true : value === 'false' ? false : value;
  if (knob.type === 'choice' || knob.type === 'text') return value;
  return value.trim() === '' ? value : Number(value);
}

function describe(set: Dataset, example: Example): string {
  const range = (knob: Knob): string =>
    knob.type === 'choice' ? Object.keys(knob.options).join(' | ') : knob.type === 'toggle' ? 'true | false' : knob.type === 'text' ? `a line of up to ${knob.maxLength} characters` : `${knob.min} to ${knob.max}`;
  const kind = (field: Field): string => (isTensor(field) ? `${field.dtype} [${field.shape.join(', ')}]` : Array.isArray(field) ? `list of ${field.length}` : typeof field === 'object' ? `{ ${Object.keys(field).join(', ')} }` : `${typeof field}, here ${JSON.stringify(field)}`);
  const lines = [
    `${set.title} (${set.id}). ${set.says}`, '', 'Knobs:',
    ...Object.entries(set.knobs).map(([name, knob]) => `  ${name.padEnd(18)} ${knob.label}: ${range(knob)} (${JSON.stringify(knob.default)})${knob.help === undefined ? '' : `\n${' '.repeat(21)}${knob.help}`}`),
    '', 'Each example:',
    ...Object.entries(example).map(([name, field]) => `  ${name.padEnd(18)} ${kind(field)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** What stands in the docs. */
export const setsTable = (): string => ['| generator | family | what it is |', '|---|---|---|', ...datasets.map(({ id, family, title, says }) => `| **${id}**: ${title} | ${family} | ${says.replaceAll('|', '\\|')} |`)].join('\n');

async function writeHashes(sets: readonly Dataset[]): Promise<number> {
  for (const set of sets) {
    const table = hashesOf(set, await assetsOf(set));
    await writeFile(join(root, `src/data/sets/hashes/${set.id}.json`), `${JSON.stringify(table, null, 2)}\n`);
    process.stdout.write(`${set.id}: ${Object.keys(table).length} fingerprints\n`);
  }
  await writeSection('docs/data-and-models.md', 'sets', setsTable());
  return 0;
}
