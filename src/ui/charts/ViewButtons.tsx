/** Closer; and for a chart that shows a part: to either side, farther, with the newest point, and back to all. All that a hand does with a drag or a wheel. */
import { texts as t } from './texts';

export interface ViewButtonsProps {
  readonly title: string;
  readonly part: boolean;
  readonly following: boolean;
  readonly move: (by: number) => void;
  readonly zoom: (factor: number, about: number) => void;
  readonly follow: () => void;
  readonly showAll: () => void;
}
export function ViewButtons({ title, part, following, move, zoom, follow, showAll }: ViewButtonsProps) {
  const button = (label: string, sign: string, act: () => void, pressed?: boolean) => <button type="button" className="quiet" aria-label={`${label}: ${title}`} title={label} {...(pressed !== undefined && { 'aria-pressed': pressed })} onClick={act}>{sign}</button>;
  return (
    // Neither a stretch nor a press of the chart begins on a button.
    <div className="view-buttons" onPointerDown={(e) => e.stopPropagation()} onDoubleClick={(e) => e.stopPropagation()}>
      {part && <>{button(t.all, t.all, showAll)}{button(t.follow, t.follow, follow, following)}{button(t.earlier, '◂', () => move(-0.5))}{button(t.later, '▸', () => move(0.5))}{button(t.farther, '−', () => zoom(2, 0.5))}</>}{button(t.closer, '+', () => zoom(0.5, 0.5))}
    </div>
  );
}
