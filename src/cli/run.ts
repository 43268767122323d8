/** `stipple run`: the page's worker without the page. */
import { readFile } from 'node:fs/promises';
import { InputError } from '../base/errors';
import { openJournal } from '../keep/run-journal';
import { cards } from '../methods/cards';
import { loadMethod } from '../methods';
import { formatOf, metricLabel, type Card } from '../spec/card';
import { median } from '../spec/claim';
import { defaultExperiment, type Experiment } from '../spec/experiment';
import { linkOfPlain, readLink, writeLink } from '../spec/link';
import type { FileBytes, RunEvent } from '../spec/messages';
import type { Outcome, Proof, RunResult } from '../spec/result';
import { createExecutors } from '../worker/backends';
import { RunControl } from '../worker/control';
import { runExperiment } from '../worker/run';
import { readAsset } from './files';
import { folderBlobs } from './folder-blobs';

const noGpu = { webgpu: { available: false, software: false, adapter: 'none: the command line has no WebGPU' } };

/** A link ('#winner?seed=3', or a whole address) or a file holding an experiment as JSON. */
export async function readExperiment(text: string): Promise<{ experiment: Experiment; proof?: Proof; notes: readonly string[] }> {
  if (text.includes('#')) return readLink(text.slice(text.indexOf('#')), cards);
  if (Object.hasOwn(cards, text)) return { experiment: defaultExperiment(cards[text]!), notes: [] };
  const content = await readFile(text, 'utf8').catch(() => {
    throw new InputError(`"${text}" is neither a link (with a #), nor a method (${Object.keys(cards).join(', ')}), nor a file that can be read.`);
  });
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    throw new InputError(`${text} is not JSON: ${error instanceof Error ? error.message : String(error)}. Expected an experiment as the page saves it.`);
  }
  return readLink(linkOfJson(json, text), cards);
}
/** A saved experiment passes the same door as a link: it is written as one and read back. */
function linkOfJson(json: unknown, name: string): string {
  const at: Readonly<Record<string, unknown>> = typeof json === 'object' && json !== null ? { ...json } : {};
  if (typeof at.link === 'string') return at.link; // as the page saves it
  if (typeof at.method !== 'string' || !Object.hasOwn(cards, at.method)) throw new InputError(`${name} is not an experiment: it names no method of this version.`);
  return linkOfPlain(at);
}

export interface RunArguments {
  readonly experiment: Experiment;
  readonly files: readonly FileBytes[];
  readonly quiet: boolean;
  /** A folder in which the run is kept as it goes, and taken up from where it lies there. */
  readonly journal?: string;
}
export async function run({ experiment, files, quiet, journal: folder }: RunArguments): Promise<RunResult> {
  const executors = createExecutors(async () => noGpu);
  let shown = '';
  const emit = (event: RunEvent): void => {
    if (quiet || !process.stderr.isTTY || event.type !== 'progress') return; // a line that rewrites itself is for a terminal alone
    const line = `${Math.floor(event.share * 100)} % ${event.label}${event.leftMs === undefined ? '' : `, ${Math.ceil(event.leftMs / 1000)} s left`}`;
    if (line !== shown) process.stderr.write(`\r\x1b[K${(shown = line)}`);
  };
  try {
    const journal = folder === undefined ? undefined : await openJournal(folderBlobs(folder), 'run', writeLink(cards[experiment.method]!, experiment), { now: Date.now(), onProblem: (why) => process.stderr.write(`The run is not kept any more: ${why}\n`) });
    const { result, problem } = await runExperiment({ runId: 'cli', experiment, method: await loadMethod(experiment.method), files, executors, control: new RunControl(), asset: readAsset, emit, ...(journal && { journal }) });
    await (problem ? journal?.settled() : journal?.drop());
    if (!quiet && process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    if (problem) throw new InputError(problem.message);
    return result!;
  } finally {
    await executors.close();
  }
}

/** Outcomes as a table: arms down, metrics across, median over seeds. */
export function table(card: Card, outcomes: readonly Outcome[]): string {
  const arms = [...new Set(outcomes.map((o) => o.arm))];
  const metrics = [...new Set(outcomes.map((o) => o.metric))];
  const rows = [['arm', ...metrics.map((metric) => metricLabel(card, metric))], ...arms.map((arm) => [card.arms[arm]?.label ?? arm, ...metrics.map((metric) => {
    const values = outcomes.filter((o) => o.arm === arm && o.metric === metric).map((o) => o.value);
    return values.length === 0 ? '' : formatOf(card, metric) === 'percent' ? `${(100 * median(values)).toFixed(1)} %` : String(Number(median(values).toPrecision(4)));
  })])];
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ').trimEnd()).join('\n');
}
