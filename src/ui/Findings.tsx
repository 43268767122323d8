/** What came out: the lights, the results, the verdict on the claim. */
import { useEffect, useMemo, useRef } from 'react';
import { formatOf, metricLabel, type Card } from '../spec/card';
import { startOf } from '../spec/place';
import { median, outlookOf, overall, type Finding, type Verdict } from '../spec/claim';
import type { Light, Outcome } from '../spec/result';
import { selectCard } from '../store/app';
import { wasBroken } from '../spec/lights';
import { addEvidence, claimCsv, claimRunsLeft, judgeAll, type JudgedObservable } from '../store/evidence';
import { bytesText, numberText, valueText } from '../store/format';
import { isActive } from '../store/run';
import { useApp, useAppStore } from './app-context';
import { ClaimSeeds } from './ClaimSeeds';
import { LightChecks, LightFigures, lightName } from './LightChecks';
import { saveFile } from './pictures/save-file';
import { useNear } from './redraw';
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
      <output className="unseen">{Object.values(lights ?? {}).filter((l) => wasBroken(l)).map((l) => texts.lights.off(card.invariants[l.id] ?? l.id, lightName(card, l))).join('. ')}</output>
      <ul className="lights">
        {Object.entries(card.invariants).map(([id, says]) => <LightRow key={id} id={id} card={card} says={says} lights={byId.get(id) ?? []} />)}
      </ul>
    </section>
  );
}

function LightRow({ id, card, says, lights }: { id: string; card: Card; says: string; lights: readonly Light[] }) {
  const broken = lights.filter(wasBroken);
  const off = broken.some((l) => !l.holds);
  const kind = lights.length === 0 ? 'open' : broken.length > 0 ? 'no' : 'yes';
  const t = texts.lights;
  const details = (broken.length > 0 ? broken : lights.slice(0, 1)).slice(0, 3);
  return (
    <li data-part={`light ${id}`}>
      <Mark kind={kind} />
      <div>
        {says} <span className={`verdict ${kind}`}>{kind === 'open' ? t.waiting : kind === 'yes' ? t.holds : off ? t.broken : t.again}</span>
        {details.map((l, i) => <small key={i}>{broken.length > 0 && `${l.arm ? `${card.arms[l.arm]?.label ?? l.arm}, ` : ''}${texts.picture.seed.toLowerCase()} ${l.seed}: `}<LightFigures {...(l.firstBroken ?? l)} /></small>)}
        <LightChecks card={card} lights={lights} />
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
    <section className="panel" data-part="results" aria-label={t.title}>
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
          <KeepModels />
        </>
      )}
    </section>
  );
}

/** What the run still has in memory, to be kept. */
function KeepModels() {
  const store = useAppStore();
  const run = useApp((app) => app.run);
  const asked = useApp((app) => app.modelsOf);
  const storage = useApp((app) => app.keepsCheckpoints);
  const { models = [], experiment, id, status } = run ?? {};
  if (!storage || status !== 'finished' || models.length === 0 || !experiment) return null;
  const t = texts.models;
  const mine = asked?.runId === id ? asked : undefined;
  const missing = experiment.seeds - new Set(models.map(({ seed }) => seed)).size;
  const count = mine?.count;
  return (
    <section className="keep-models" aria-label={t.title}>
      <p className="soft">{t.says(models.length, bytesText(models.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)))} {t.why}</p>
      {missing > 0 && <p className="note">{t.missing(missing)}</p>}
      <p className="actions">
        {count === undefined || count < models.length ? <button type="button" disabled={mine !== undefined && count === undefined} onClick={store.getState().keepModelsPressed}>{mine && count === undefined ? t.keeping : t.keep(models.length)}</button> : <output>{t.kept(count)}</output>}
        {count !== undefined && count > 0 && <button type="button" className="quiet" onClick={() => {
          store.getState().placeChosen(startOf('kitchen'));
          window.scrollTo({ top: 0 });
        }}>{t.open}</button>}
      </p>
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

export const claimSeeds = 5;
const markOf: Record<Verdict, 'yes' | 'no' | 'open'> = { holds: 'yes', 'does not hold here': 'no', undecided: 'open' };

export function ClaimCheck() {
  const card = useApp(selectCard);
  const evidence = useApp((app) => app.evidence);
  const experiment = useApp((app) => app.experiment);
  const active = useApp((app) => isActive(app.run));
  const running = useApp((app) => (app.run && app.run.outcomes.length > 0 ? app.run : undefined)?.experiment);
  const soFar = useApp((app) => app.run?.outcomes);
  const queue = useApp((app) => app.queue);
  const store = useAppStore();
  const panel = useRef<HTMLElement>(null);
  const near = useNear(panel);
  // What runs of before found counts too: it is read when somebody comes near.
  useEffect(() => {
    if (near) void store.getState().benchLooked();
  }, [near, store]);
  const judged = useMemo(() => (card ? judgeAll(card, running && soFar ? addEvidence(evidence, running, soFar) : evidence) : []), [card, evidence, running, soFar]);
  if (!card || !experiment || card.claimCheck.length === 0) return null;
  const t = texts.claim;
  const findings = judged.flatMap((j) => (j.finding ? [j.finding] : []));
  const verdict = findings.length === judged.length ? overall(findings) : findings.some((f) => f.verdict === 'does not hold here') ? 'does not hold here' : undefined;
  const { runs, of } = claimRunsLeft(card, claimSeeds, experiment, evidence);
  const headline = verdict ? t.verdict[verdict] : findings.length > 0 ? t.part(findings.length, judged.length) : t.untested;
  return (
    <section className="panel" data-part="claim" ref={panel} aria-label={t.title}>
      <header className="panel-head">
        <h2>{t.title}</h2>
        <span className={`verdict big ${verdict ? markOf[verdict] : 'open'}`}>{headline}{verdict && active && ` ${t.soFar}`}</span>
      </header>
      <p className="soft">{t.intro}{findings.length > 0 && ` ${t.dotKey}`}</p>
      <ul className="claims">{judged.map((j, i) => <ClaimRow key={i} card={card} judged={j} />)}</ul>
      <p className="row"><button type="button" disabled={active} onClick={() => store.getState().claimCheckPressed(claimSeeds)}>{active && queue.of > 0 ? t.running(queue.of - queue.waiting.length, queue.of) : runs.length < of ? t.goOn(runs.length, of) : t.run(claimSeeds)}</button>{findings.length > 0 && <button type="button" className="quiet" onClick={() => saveFile(`${card.id} claim.csv`, new Blob([claimCsv(judged)], { type: 'text/csv' }))}>{t.csv}</button>}<span className="soft">{t.runs(of)}</span></p>
    </section>
  );
}

const withUnit = (value: number, unit: string): string => `${numberText(value)}${unit === '' ? '' : ` ${unit}`}`;
function ClaimRow({ card, judged: { observable, finding } }: { card: Card; judged: JudgedObservable }) {
  const t = texts.claim;
  const kind = finding ? markOf[finding.verdict] : 'open';
  const counted = finding && finding.perSeed.length > 0;
  const setting = Object.entries(observable.setting ?? {}).map(([name, value]) => `${card.knobs[name]?.label ?? name} = ${String(value)}`);
  return (
    <li>
      <Mark kind={kind} />
      <div>
        {observable.says}{' '}
        <span className={`verdict ${kind}`}>{!finding ? t.untested : counted && outlookOf(finding).toCount > 0 ? t.early : t.verdict[finding.verdict]}</span>
        {setting.length > 0 && <small>{t.setting} {setting.join(', ')}</small>}
        {observable.given && <small>{t.given} {observable.given.says}</small>}
        {finding && !counted && <small>{t.allVoid}</small>}
        {counted && <small>{withUnit(finding.value, finding.unit)} {t.comparison[finding.comparison]} {withUnit(finding.bound, finding.unit)}, {t.seeds(finding.perSeed.length)}</small>}
        {finding && <ClaimSeeds finding={finding} />}
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
        <tbody>{[...finding.perSeed, ...finding.voided].sort((a, b) => a.seed - b.seed).map((s) => <tr key={s.seed}><td className="figure">{s.seed}</td><td className="figure">{numberText(s.left)}</td><td className="figure">{numberText(s.right)}</td><td className="figure">{numberText(s.difference)}</td><td>{'gap' in s ? t.isVoid : s.agrees ? t.yes : t.no}</td></tr>)}</tbody>
      </table>
    </details>
  );
}
