/** What came out: the lights, the results, the verdict on the claim. */
import { useMemo } from 'react';
import { formatOf, metricLabel, type Card } from '../spec/card';
import { median, overall, type Finding, type Verdict } from '../spec/claim';
import type { Light, Outcome } from '../spec/result';
import { selectCard } from '../store/app';
import { claimExperiments } from '../spec/claim';
import { judgeAll, type JudgedObservable } from '../store/evidence';
import { numberText, valueText } from '../store/format';
import { isActive } from '../store/run';
import { useApp, useAppStore } from './app-context';
import { texts } from './texts';

export const Mark = ({ kind }: { kind: 'yes' | 'no' | 'open' }) => (
  <svg className={`mark ${kind}`} width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
    <circle cx="9" cy="9" r="8" />
    {kind === 'yes' && <path d="M5 9.3l2.8 2.8L13 6.5" />}
    {kind === 'no' && <path d="M5.8 5.8l6.4 6.4M12.2 5.8l-6.4 6.4" />}
    {kind === 'open' && <path d="M5.5 9h7" />}
  </svg>
);

export function Lights() {
  const card = useApp(selectCard);
  const lights = useApp((app) => (app.run?.experiment.method === app.experiment?.method ? app.run?.lights : undefined));
  const byId = useMemo(() => {
    const grouped = new Map<string, Light[]>();
    for (const light of Object.values(lights ?? {})) grouped.set(light.id, [...(grouped.get(light.id) ?? []), light]);
    return grouped;
  }, [lights]);
  if (!card || Object.keys(card.invariants).length === 0) return null;
  return (
    <section className="panel" aria-label={texts.lights.title}>
      <h2>{texts.lights.title}</h2>
      <ul className="lights">
        {Object.entries(card.invariants).map(([id, says]) => <LightRow key={id} card={card} says={says} lights={byId.get(id) ?? []} />)}
      </ul>
    </section>
  );
}

function LightRow({ card, says, lights }: { card: Card; says: string; lights: readonly Light[] }) {
  const broken = lights.filter((l) => !l.holds);
  const kind = lights.length === 0 ? 'open' : broken.length > 0 ? 'no' : 'yes';
  const t = texts.lights;
  const details = (broken.length > 0 ? broken : lights.slice(0, 1)).slice(0, 3);
  return (
    <li>
      <Mark kind={kind} />
      <div>
        {says} <span className={`verdict ${kind}`}>{kind === 'open' ? t.waiting : kind === 'yes' ? t.holds : t.broken}</span>
        {details.map((l, i) => <small key={i}>{broken.length > 0 && `${l.arm ? `${card.arms[l.arm]?.label ?? l.arm}, ` : ''}${texts.chart.seed.toLowerCase()} ${l.seed}: `}{l.detail}</small>)}
      </div>
    </li>
  );
}

export function Results() {
  const card = useApp(selectCard);
  const run = useApp((app) => app.run);
  const outcomes = run?.result?.outcomes;
  const table = useMemo(() => tabulate(outcomes ?? []), [outcomes]);
  if (!card) return null;
  const t = texts.results;
  const shown = run && run.experiment.method === card.id && outcomes && outcomes.length > 0;
  return (
    <section className="panel" aria-label={t.title}>
      <h2>{t.title}</h2>
      {!shown ? <p className="blank">{t.none}</p> : (
        <>
          {run.status !== 'finished' && <p className="note">{t.partial}</p>}
          <section className="table-scroll" aria-label={t.table}>
            <table>
              <caption>{t.caption(run.experiment.seeds)}</caption>
              <thead><tr><th scope="col">{t.arm}</th>{table.metrics.map((m) => <th key={m} scope="col" className="figure">{metricLabel(card, m)}</th>)}</tr></thead>
              <tbody>
                {table.arms.map((arm) => (
                  <tr key={arm}>
                    <th scope="row">{card.arms[arm]?.label ?? arm}</th>
                    {table.metrics.map((m) => <td key={m} className="figure"><Cell values={table.cell(arm, m)} format={formatOf(card, m)} /></td>)}
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </>
      )}
    </section>
  );
}

/** Outcomes as arms by metrics, in the order in which each first came. Pure. */
export function tabulate(outcomes: readonly Outcome[]) {
  const cells = new Map<string, number[]>();
  for (const { arm, metric, value } of outcomes) cells.set(`${arm}\n${metric}`, [...(cells.get(`${arm}\n${metric}`) ?? []), value]);
  return {
    arms: [...new Set(outcomes.map((o) => o.arm))],
    metrics: [...new Set(outcomes.map((o) => o.metric))],
    cell: (arm: string, metric: string): readonly number[] => cells.get(`${arm}\n${metric}`) ?? [],
  };
}

function Cell({ values, format }: { values: readonly number[]; format: 'number' | 'percent' }) {
  if (values.length === 0) return <>–</>;
  return <>{valueText(median(values), format)}{values.length > 1 && <small> [{valueText(Math.min(...values), format)} – {valueText(Math.max(...values), format)}]</small>}</>;
}

const claimSeeds = 5;
const markOf: Record<Verdict, 'yes' | 'no' | 'open'> = { holds: 'yes', 'does not hold here': 'no', undecided: 'open' };

export function ClaimCheck() {
  const card = useApp(selectCard);
  const evidence = useApp((app) => app.evidence);
  const experiment = useApp((app) => app.experiment);
  const active = useApp((app) => isActive(app.run));
  const store = useAppStore();
  const judged = useMemo(() => (card ? judgeAll(card, evidence) : []), [card, evidence]);
  if (!card || !experiment || card.claimCheck.length === 0) return null;
  const t = texts.claim;
  const findings = judged.flatMap((j) => (j.finding ? [j.finding] : []));
  const verdict = findings.length === judged.length ? overall(findings) : findings.some((f) => f.verdict === 'does not hold here') ? 'does not hold here' : undefined;
  const runs = claimExperiments(card, claimSeeds, experiment).length;
  return (
    <section className="panel" aria-label={t.title}>
      <header className="panel-head">
        <h2>{t.title}</h2>
        <span className={`verdict big ${verdict ? markOf[verdict] : 'open'}`}>{verdict ? t.verdict[verdict] : t.untested}</span>
      </header>
      <p className="soft">{t.intro}</p>
      <ul className="claims">{judged.map((j, i) => <ClaimRow key={i} card={card} judged={j} />)}</ul>
      <p className="row"><button type="button" disabled={active} onClick={() => store.getState().claimCheckPressed(claimSeeds)}>{t.run(claimSeeds)}</button><span className="soft">{t.runs(runs)}</span></p>
    </section>
  );
}

function ClaimRow({ card, judged: { observable, finding } }: { card: Card; judged: JudgedObservable }) {
  const t = texts.claim;
  const kind = finding ? markOf[finding.verdict] : 'open';
  const few = finding !== undefined && finding.perSeed.length < 3;
  const setting = Object.entries(observable.setting ?? {}).map(([name, value]) => `${card.knobs[name]?.label ?? name} = ${String(value)}`);
  return (
    <li>
      <Mark kind={kind} />
      <div>
        {observable.says}{' '}
        <span className={`verdict ${kind}`}>{finding ? t.verdict[finding.verdict] : t.untested}</span>
        {setting.length > 0 && <small>{t.setting} {setting.join(', ')}</small>}
        {finding && <small>{numberText(finding.value)} {finding.unit} {finding.comparison} {numberText(finding.bound)} {finding.unit}, {t.seeds(finding.perSeed.length)}{few && `: ${t.few}`}</small>}
        {finding && <SeedFigures finding={finding} />}
      </div>
    </li>
  );
}

function SeedFigures({ finding }: { finding: Finding }) {
  const t = texts.claim;
  return (
    <details>
      <summary>{t.figures}</summary>
      <table>
        <thead><tr>{[t.seed, t.left, t.right, t.difference, t.agrees].map((h, i) => <th key={h} scope="col" className={i < 4 ? 'figure' : undefined}>{h}</th>)}</tr></thead>
        <tbody>{finding.perSeed.map((s) => <tr key={s.seed}><td className="figure">{s.seed}</td><td className="figure">{numberText(s.left)}</td><td className="figure">{numberText(s.right)}</td><td className="figure">{numberText(s.difference)}</td><td>{s.agrees ? t.yes : t.no}</td></tr>)}</tbody>
      </table>
    </details>
  );
}
