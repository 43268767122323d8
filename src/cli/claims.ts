/** `stipple claim`: the claim checks of cards over seeds, and the documents that state them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../base/errors';
import { cards } from '../methods/cards';
import type { Card } from '../spec/card';
import { claimExperiments, judge, overall, settingKey, settingOf, type Finding, type Verdict } from '../spec/claim';
import { wasBroken } from '../spec/lights';
import { root, writeSection } from './files';
import { lightText } from './lights';
import { runAll } from './pool';

export interface ClaimReport {
  readonly id: string;
  readonly verdict: Verdict;
  readonly seeds: number;
  readonly findings: readonly Finding[];
  /** Of all its runs, added up. */
  readonly elapsedMs: number;
  /** Invariants that did not hold, at its end or earlier, in one of the runs, a sentence each. */
  readonly broken: readonly string[];
}
/** Runs the claim checks of these methods, `jobs` seeds at a time. */
export async function claims(ids: readonly string[], { seeds, firstSeed, jobs, quiet }: { readonly seeds: number; readonly firstSeed: number; readonly jobs: number; readonly quiet: boolean }): Promise<ClaimReport[]> {
  const experiments = ids.flatMap((id) => claimExperiments(cardNamed(id), seeds, { backend: 'wasm', threads: 1 }).map((experiment) => ({ ...experiment, seed: firstSeed })));
  const results = await runAll(experiments, { jobs, quiet });
  return ids.map((id) => {
    const card = cardNamed(id);
    const own = experiments.flatMap((experiment, i) => (experiment.method === id ? [{ key: settingKey(id, experiment.knobs), ...results[i]! }] : []));
    const findings = card.claimCheck.map((o) => judge(o, own.find(({ key }) => key === settingKey(id, settingOf(card, o)))!.outcomes)); // there is a run for every observable
    const broken = own.flatMap(({ lights }) => lights.filter(wasBroken).map((l) => lightText(card, l)));
    return { id, verdict: overall(findings), seeds, findings, elapsedMs: own.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0), broken };
  });
}
function cardNamed(id: string): Card {
  const card = Object.hasOwn(cards, id) ? cards[id] : undefined;
  if (!card) throw new InputError(`There is no method "${id}". There are: ${Object.keys(cards).join(', ')}.`);
  return card;
}

const significant = (x: number, digits: number): string => String(Number(x.toPrecision(digits)));
const figureText = (x: number, digits: number): string => (Number.isFinite(x) ? significant(x, digits) : '–');
const agreeing = ({ perSeed, voided }: Finding): string => `${perSeed.filter((s) => s.agrees).length} of ${perSeed.length}${voided.length > 0 ? `, ${voided.length} void` : ''}`;
const seedsOf = ({ perSeed, voided }: Finding): readonly number[] => [...perSeed, ...voided].map((s) => s.seed).sort((a, b) => a - b);
/** For the terminal. */
export function showClaim(report: ClaimReport): string {
  const lines = report.findings.map((f) => {
    const seeds = [...f.perSeed.map((s) => significant(s.difference, 4)), ...f.voided.map((s) => `${significant(s.difference, 4)} (seed ${s.seed} void: ${figureText(s.gap, 3)} apart)`)].join(', ');
    return `  ${f.verdict}: ${f.says}\n    ${figureText(f.value, 4)} ${f.unit}, expected ${f.comparison} ${significant(f.bound, 4)}; per seed ${seeds}; seeds that agree: ${agreeing(f)}`;
  });
  return [`${report.id}: ${report.verdict} (${report.seeds} seeds, ${Math.round(report.elapsedMs / 1000)} s)`, ...lines, ...report.broken.map((says) => `  BROKEN ${says}`)].join('\n');
}
/** One row a method, for the README. */
export const claimSummary = (reports: readonly ClaimReport[]): string =>
  ['| method | claim, in short | verdict | observables that hold |', '|---|---|---|---|', ...reports.map(({ id, verdict, findings }) => `| ${cards[id]!.title} | ${cards[id]!.claim} | ${verdict} | ${findings.filter((f) => f.verdict === 'holds').length} of ${findings.length} |`)].join('\n');
/** One method's figures, for docs/claims.md. */
export function claimFigures({ findings, verdict, seeds, elapsedMs, broken }: ClaimReport): string {
  const rows = findings.map((f) => {
    const spread = f.perSeed.map((s) => s.difference);
    return `| ${f.says} | ${f.verdict} | ${figureText(f.value, 3)}${f.unit && ` ${f.unit}`} | ${f.comparison} ${significant(f.bound, 3)} | ${spread.length > 0 ? `${significant(Math.min(...spread), 3)} to ${significant(Math.max(...spread), 3)}` : '–'} | ${agreeing(f)} |`;
  });
  return [
    `**${verdict}**, ${seeds} seeds (${(findings[0] ? seedsOf(findings[0]) : []).join(', ')}), ${Math.round(elapsedMs / 1000)} s in all.`, '',
    '| observable | verdict | figure | expected | over seeds | seeds that agree |', '|---|---|---|---|---|---|', ...rows,
    ...(broken.length > 0 ? ['', ...broken.map((says) => `Broken: ${says}`)] : []),
  ].join('\n');
}
/** Writes docs/claims.md and the README's summary. What stands between the sections is written by people, and stays. */
export async function writeClaims(reports: readonly ClaimReport[]): Promise<void> {
  const text = await readFile(join(root, 'docs/claims.md'), 'utf8');
  const missing = reports.find(({ id }) => !text.includes(`<!-- claim ${id} -->`));
  if (missing) throw new InputError(`docs/claims.md has no place for ${missing.id}. Add a heading with "<!-- claim ${missing.id} -->" and "<!-- /claim ${missing.id} -->" below it.`);
  for (const report of reports) await writeSection('docs/claims.md', `claim ${report.id}`, claimFigures(report));
  if (Object.keys(cards).every((id) => reports.some((r) => r.id === id))) await writeSection('README.md', 'claims', claimSummary(reports));
}
