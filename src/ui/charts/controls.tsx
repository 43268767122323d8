/** What is set once for several charts: which arms are drawn, smoothing, and the first axis. No chart library behind it. */
import { startTransition, useCallback, useState } from 'react';
import { armStyle, type Coloured } from '../colours';
import { texts } from './texts';

export function useHiddenArms(): readonly [hidden: ReadonlySet<string>, toggle: (arm: string) => void] {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback((arm: string) => startTransition(() => setHidden((now) => {
    const next = new Set(now);
    if (!next.delete(arm)) next.add(arm);
    return next;
  })), []);
  return [hidden, toggle];
}
export interface LegendProps {
  readonly card: Coloured;
  readonly arms: readonly string[];
  readonly hidden: ReadonlySet<string>;
  readonly onToggle: (arm: string) => void;
}
export function Legend({ card, arms, hidden, onToggle }: LegendProps) {
  return (
    <ul className="legend" aria-label={texts.legend}>
      {arms.filter((arm) => card.arms[arm]).map((arm) => {
        const { colour, dash } = armStyle(card, arm);
        return (
          <li key={arm}>
            <button type="button" aria-pressed={!hidden.has(arm)} title={card.arms[arm]!.says} onClick={() => onToggle(arm)}>
              <svg width="26" height="8" aria-hidden="true"><line x1="1" x2="25" y1="4" y2="4" stroke={colour} strokeWidth="2.5" strokeDasharray={dash} /></svg>
              {card.arms[arm]!.label}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
const windows = [1, 5, 20, 100];
export const Smoothing = ({ points, onChange }: { readonly points: number; readonly onChange: (points: number) => void }) => (
  <label className="mini" title={texts.smoothNote}>
    {texts.smoothing}{' '}
    <select name="smoothing" value={points} onChange={(e) => onChange(Number(e.target.value))}>{windows.map((w) => <option key={w} value={w}>{w === 1 ? texts.smoothOff : w}</option>)}</select>
  </label>
);
export const LogX = ({ on, onChange }: { readonly on: boolean; readonly onChange: (on: boolean) => void }) => <label className="mini" title={texts.logXSays}><input type="checkbox" name="log-x" checked={on} onChange={(e) => onChange(e.target.checked)} /> {texts.logX}</label>;
