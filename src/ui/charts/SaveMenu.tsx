/** A chart as a table of numbers or a picture. */
import { useRef, type RefObject } from 'react';
import type { Points } from '../../store/chart-rows';
import { csvOf } from '../../store/csv';
import type { Coloured } from '../colours';
import { saveFile } from '../pictures/save-file';
import { svgFile } from '../pictures/svg-file';
import { texts as t } from './texts';

export interface SaveMenuProps {
  readonly card: Coloured;
  readonly title: string;
  readonly name: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Points[];
  readonly frame: RefObject<HTMLElement | null>;
}
export function SaveMenu({ card, title, name, xLabel, yLabel, series, frame }: SaveMenuProps) {
  const menu = useRef<HTMLDetailsElement>(null);
  const save = async (kind: 'csv' | 'svg' | 'png'): Promise<void> => {
    menu.current?.removeAttribute('open');
    if (kind === 'csv') return saveFile(`${name}.csv`, new Blob([csvOf(card, xLabel.toLowerCase(), yLabel, series)], { type: 'text/csv' }));
    const svg = frame.current?.querySelector('svg.recharts-surface');
    if (svg instanceof SVGSVGElement) saveFile(`${name}.${kind}`, await svgFile(svg, kind, title));
  };
  return (
    <details className="save-menu" ref={menu}>
      <summary aria-label={`${t.save}: ${title}`} title={t.save}>{t.save}</summary>
      <div>{(['csv', 'svg', 'png'] as const).map((kind) => <button key={kind} type="button" className="quiet" aria-label={`${t.saveAs[kind]}: ${title}`} onClick={() => void save(kind)}>{t.saveAs[kind]}</button>)}</div>
    </details>
  );
}
