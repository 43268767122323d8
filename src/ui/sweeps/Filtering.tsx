/** The filters of the parallel axes as fields, for the keyboard and for exact values. */
import { valuesOf, type Filters } from '../../store/sweep-results';
import { knobText } from './knob-text';
import type { SweepView } from './Sweeps';
import { texts } from './texts';

export function Filtering({ shown: { card, points }, rows, label, filters, setFilters }: SweepView) {
  const change = (name: string, filter: Filters[string]): void => setFilters({ ...filters, [name]: filter });
  const number = (name: string, title: string) => (['from', 'to'] as const).map((end) => (
    <label key={`${name} ${end}`}>{end === 'from' ? texts.least(title) : texts.most(title)} <input
      type="number" step="any" value={filters[name]?.[end] ?? ''}
      onChange={(e) => {
        const { [end]: _, ...rest } = filters[name] ?? {};
        change(name, e.target.value === '' ? rest : { ...rest, [end]: Number(e.target.value) });
      }} /></label>
  ));
  return (
    <details className="panel sweep-filters">
      <summary>{texts.filters}</summary>
      <div className="sweep-settings">
        {Object.keys(points[0]!.knobs).map((name) => {
          const values = valuesOf(rows, name);
          const title = card.knobs[name]?.label ?? name;
          if (typeof values[0] === 'number') return number(name, title);
          const only = filters[name]?.only ?? values;
          return <fieldset key={name} className="plain row"><legend>{title}</legend>{values.map((v) => <label key={String(v)}><input type="checkbox" checked={only.includes(v)} onChange={(e) => change(name, { only: values.filter((o) => (o === v ? e.target.checked : only.includes(o))) })} /> {knobText(card, name, v)}</label>)}</fieldset>;
        })}
        {number('figure', label)}
        <button type="button" onClick={() => setFilters({})}>{texts.clear}</button>
      </div>
    </details>
  );
}
