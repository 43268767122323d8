/** Figures of a checkpoint, each beside what would be had for nothing. */
import type { Measure } from '../../spec/model-card';
import { numberText, percentText } from '../../store/format';
import { texts } from './texts';

const isShare = ({ name, value, baseline }: Measure): boolean => /accuracy|share|rate/i.test(name) && value <= 1 && baseline.value <= 1;
const text = (measure: Measure, value: number): string => (isShare(measure) ? percentText(value) : numberText(value));

export const Measures = ({ measures }: { readonly measures: readonly Measure[] }) => (
  <ul className="measures">{measures.map((measure) => <OneMeasure key={measure.name} measure={measure} />)}</ul>
);
function OneMeasure({ measure }: { readonly measure: Measure }) {
  const { name, value, better, baseline } = measure;
  const full = isShare(measure) ? 1 : Math.max(Math.abs(value), Math.abs(baseline.value)) || 1;
  const width = (v: number): string => `${Math.min(100, (100 * Math.abs(v)) / full)}%`;
  return (
    <li>
      <p>{name} <small>{texts.better[better]}</small></p>
      <div className="measure"><span className="measure-bar" style={{ width: width(value) }} /><b className="figure">{text(measure, value)}</b></div>
      <div className="measure nothing"><span className="measure-bar" style={{ width: width(baseline.value) }} /><span className="figure">{text(measure, baseline.value)}</span> <small>{baseline.name}</small></div>
    </li>
  );
}
