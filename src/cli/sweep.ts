/** `stipple sweep`: one experiment over a grid of knobs, or at random points, as a table. */
import { parseArgs } from 'node:util';
import { InputError } from '../base/errors';
import { cards } from '../methods/cards';
import { median } from '../spec/claim';
import { limits, type Experiment } from '../spec/experiment';
import { parseAxis, planSweep, sweepLimits, type SweepPoint } from '../spec/sweep';
import { wasBroken } from '../spec/lights';
import type { Outcome } from '../spec/result';
import { runAll } from './pool';
import { readExperiment } from './run';

export const sweepHelp = `  stipple sweep LINK|FILE|METHOD        the experiment at many points of its knobs: the median of each outcome over the seeds, and its range
      --vary KNOB=A,B,C                 values of one knob (repeat for a grid); KNOB=log:FROM:TO:COUNT, KNOB=lin:FROM:TO:COUNT
      --random N --draw S               N points at random in place of the grid, from the stream of S (1)
      --metric ARM/METRIC               the outcomes to show (repeat; else all)
      --seeds N --seed S --jobs N       seeds S, S+1, ...; N runs at a time (1)
      --json
`;
export interface SweepRow {
  readonly knobs: SweepPoint['knobs'];
  readonly outcomes: readonly Outcome[];
}

function whole(name: string, text: string | undefined, fallback: number, max: number): number {
  if (text === undefined) return fallback;
  if (!/^\d+$/.test(text) || Number(text) > max) throw new InputError(`--${name} must be a whole number up to ${max}, but "${text}" came.`);
  return Number(text);
}
function parse(rest: readonly string[]) {
  try {
    return parseArgs({ args: [...rest], allowPositionals: true, options: { vary: { type: 'string', multiple: true }, random: { type: 'string' }, draw: { type: 'string' }, metric: { type: 'string', multiple: true }, seeds: { type: 'string' }, seed: { type: 'string' }, jobs: { type: 'string' }, json: { type: 'boolean' } } });
  } catch (error) {
    throw new InputError(`${error instanceof Error ? error.message : String(error)}\n\n${sweepHelp}`);
  }
}
export async function sweepCommand(rest: readonly string[]): Promise<number> {
  const { values, positionals } = parse(rest);
  const [what] = positionals;
  if (!what || !values.vary) throw new InputError(`stipple sweep needs an experiment and --vary.\n\n${sweepHelp}`);
  const read = await readExperiment(what);
  for (const note of read.notes) process.stderr.write(`${note}\n`);
  const card = cards[read.experiment.method]!;
  const base: Experiment = { ...read.experiment, backend: 'wasm', seed: whole('seed', values.seed, read.experiment.seed, limits.seed), seeds: Math.max(1, whole('seeds', values.seeds, read.experiment.seeds, limits.seeds)) };
  const axes = values.vary.map((text) => parseAxis(card, text));
  const points = planSweep(card, { base, axes, ...(values.random !== undefined && { random: { points: whole('random', values.random, 0, sweepLimits.points), seed: whole('draw', values.draw, 1, limits.seed) } }) });
  const results = await runAll(points.map((p) => p.experiment), { jobs: Math.max(1, whole('jobs', values.jobs, 1, 64)), quiet: values.json ?? false });
  const rows = points.map(({ knobs }, i): SweepRow => ({ knobs, outcomes: results[i]!.outcomes }));
  const broken = results.flatMap((r) => r.lights.filter(wasBroken)).length;
  process.stdout.write(values.json ? `${JSON.stringify(rows, null, 2)}\n` : `${sweepTable(rows, values.metric)}\n${broken > 0 ? `${broken} invariants did not hold, or not all the time.\n` : ''}`);
  return broken > 0 ? 1 : 0;
}
/** A row a point, a column a knob and an outcome: median over seeds, and in brackets the smallest and largest. @throws InputError naming an outcome that no run had */
export function sweepTable(rows: readonly SweepRow[], asked?: readonly string[]): string {
  const names = [...new Set(rows.flatMap(({ outcomes }) => outcomes.map((o) => `${o.arm}/${o.metric}`)))];
  const unknown = asked?.find((name) => !names.includes(name));
  if (unknown) throw new InputError(`No run had the outcome "${unknown}". There are: ${names.join(', ')}.`);
  const columns = asked ?? names;
  const short = (x: number): string => String(Number(x.toPrecision(4)));
  const cell = (outcomes: readonly Outcome[], name: string): string => {
    const values = outcomes.filter((o) => `${o.arm}/${o.metric}` === name).map((o) => o.value);
    return values.length === 0 ? '' : values.length === 1 ? short(values[0]!) : `${short(median(values))} [${short(Math.min(...values))}, ${short(Math.max(...values))}]`;
  };
  const knobs = Object.keys(rows[0]!.knobs);
  return [`| ${[...knobs, ...columns].join(' | ')} |`, `|${'---|'.repeat(knobs.length + columns.length)}`, ...rows.map((row) => `| ${[...knobs.map((k) => String(row.knobs[k])), ...columns.map((name) => cell(row.outcomes, name))].join(' | ')} |`)].join('\n');
}
