/** Whether model, choice and data fit, and what the training would take: both before anything is run. */
import type { MemoryEstimate } from '../../spec/own-model';
import type { OwnModelDetails } from '../../spec/own-screen';
import { bytesText } from '../../store/format';
import { Mark } from '../Findings';
import { texts } from './texts';

type Estimate = OwnModelDetails['memory'][number];
type Part = Exclude<keyof MemoryEstimate, 'provider' | 'total'>;
const parts = Object.keys(texts.memory.part) as Part[];

export function FitPanel({ details, busy }: { details: OwnModelDetails; busy: boolean }) {
  const { problems, memory, task } = details;
  const t = texts.fit;
  return (
    <section className="panel own-fit" aria-label={t.label}>
      <div aria-live="polite">
        <p className="own-verdict"><Mark kind={problems.length === 0 ? 'yes' : 'no'} /> <b>{problems.length === 0 ? t.fits : t.not(problems.length)}</b> <span className="own-badge">{t.task[task]}</span>{busy && <small> {texts.working}</small>}</p>
        {problems.length > 0 && <ul className="own-problems">{problems.map((problem) => <li key={problem}>{problem}</li>)}</ul>}
      </div>
      {memory.length > 0 && <Memory memory={memory} hint={details.hint} />}
    </section>
  );
}
function Memory({ memory, hint }: { memory: readonly Estimate[]; hint: string | undefined }) {
  const t = texts.memory;
  return (
    <div className="own-memory">
      <h3>{t.label}</h3>
      <ul>{memory.map((estimate) => <MemoryBar key={estimate.provider} estimate={estimate} />)}</ul>
      {hint && <p className="note">{hint}</p>}
      <details>
        <summary>{t.parts}</summary>
        <div className="table-scroll">
          <table>
            <caption>{t.estimate}</caption>
            <thead><tr><th scope="col">{t.column}</th>{memory.map((m) => <th key={m.provider} scope="col" className="figure">{t.provider[m.provider]}</th>)}</tr></thead>
            <tbody>
              {parts.map((part) => <tr key={part}><th scope="row"><i className={`swatch part-${part}`} aria-hidden="true" /> {t.part[part]}</th>{memory.map((m) => <td key={m.provider} className="figure">{bytesText(m[part])}</td>)}</tr>)}
              <tr><th scope="row">{t.total}</th>{memory.map((m) => <td key={m.provider} className="figure">{bytesText(m.total)}</td>)}</tr>
            </tbody>
          </table>
        </div>
      </details>
    </div>
  );
}
function MemoryBar({ estimate }: { estimate: Estimate }) {
  const t = texts.memory;
  const { total, limit, fits, provider } = estimate;
  return (
    <li>
      <span>{t.provider[provider]}</span>
      <span className="own-bar" aria-hidden="true">{parts.map((part) => <i key={part} className={`part-${part}`} style={{ width: `${(100 * estimate[part]) / Math.max(1, total)}%` }} />)}</span>
      <span className="figure">{t.of(bytesText(total), bytesText(limit))}{!fits && <b className="own-too-much"> {t.tooMuch}</b>}</span>
    </li>
  );
}
