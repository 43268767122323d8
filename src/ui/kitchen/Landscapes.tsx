/** Loss along the line through two checkpoints, and over the plane through three. */
import { useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { Checkpoint } from '../../spec/checkpoint';
import { ingredientsOf } from '../../store/kitchen-slice';
import { useApp, useAppStore } from '../app-context';
import { LinesPicture, PlanePicture } from '../pictures/shapes';
import { coloured } from './Merges';
import { texts } from './texts';

const sizes = [7, 11, 15] as const;
type Corners = readonly [string, string, string];

export function Landscapes() {
  const measured = useApp((app) => app.kitchen.opened?.measure !== undefined);
  const ingredients = useApp(useShallow(ingredientsOf));
  if (!measured) return null;
  // Another set of ingredients begins anew.
  return <div className="kitchen-landscapes" key={ingredients.map(({ id }) => id).join()}><Segment ingredients={ingredients} /><PlanePanel ingredients={ingredients} /></div>;
}
function Choice({ label, value, ingredients, onChange }: { label: string; value: string; ingredients: readonly Checkpoint[]; onChange: (id: string) => void }) {
  return <label>{label} <select value={value} onChange={(e) => onChange(e.target.value)}>{ingredients.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}</select></label>;
}
function Segment({ ingredients }: { ingredients: readonly Checkpoint[] }) {
  const store = useAppStore();
  const [ends, setEnds] = useState<readonly [string, string]>([ingredients[0]!.id, ingredients[1]!.id]); // shown with two at least
  const segment = useApp((app) => app.kitchen.segment);
  const unit = useApp((app) => app.kitchen.opened?.measure?.unit ?? '');
  const points = segment?.points ?? [];
  const xs = Float32Array.from(points, ({ t }) => t);
  const right = points.some(({ score }) => score.accuracy !== undefined);
  return (
    <section className="panel" aria-label={texts.segment}>
      <h2>{texts.segment}</h2>
      <p className="soft">{texts.segmentHow}</p>
      <div className="kitchen-choices">
        <Choice label={texts.from} value={ends[0]} ingredients={ingredients} onChange={(id) => setEnds([id, ends[1]])} />
        <Choice label={texts.to} value={ends[1]} ingredients={ingredients} onChange={(id) => setEnds([ends[0], id])} />
        <button type="button" disabled={ends[0] === ends[1] || segment?.busy === true} onClick={() => store.getState().segmentAsked(...ends)}>{segment?.busy ? texts.drawing : texts.draw}</button>
      </div>
      {segment && points.length > 1 && (
        <>
          <LinesPicture height={230} card={coloured} title={texts.segment} picture={{ kind: 'lines', xLabel: texts.t, yLabel: `${texts.loss}, ${unit}`, series: [{ label: texts.loss, arm: 'soup', x: xs, y: Float32Array.from(points, ({ score }) => score.loss) }], markers: [{ label: texts.first, x: 0 }, { label: texts.second, x: 1 }] }} />
          {right && <LinesPicture height={190} card={coloured} title={texts.accuracy} picture={{ kind: 'lines', xLabel: texts.t, yLabel: texts.accuracy, series: [{ label: texts.accuracy, arm: 'soup', x: xs, y: Float32Array.from(points, ({ score }) => score.accuracy ?? NaN) }], markers: [{ label: '', x: 0 }, { label: '', x: 1 }] }} />}
        </>
      )}
    </section>
  );
}
function PlanePanel({ ingredients }: { ingredients: readonly Checkpoint[] }) {
  const store = useAppStore();
  const [corners, setCorners] = useState<Corners | undefined>(ingredients.length > 2 ? [ingredients[0]!.id, ingredients[1]!.id, ingredients[2]!.id] : undefined);
  const [size, setSize] = useState<number>(sizes[0]);
  const [by, setBy] = useState<'loss' | 'accuracy'>('loss');
  const plane = useApp((app) => app.kitchen.plane);
  const busy = plane !== undefined && !plane.drawn;
  const picture = by === 'accuracy' ? (plane?.drawn?.accuracy ?? plane?.drawn?.picture) : plane?.drawn?.picture;
  return (
    <section className="panel" aria-label={texts.plane}>
      <h2>{texts.plane}</h2>
      <p className="soft">{texts.planeHow}</p>
      {!corners ? <p className="blank">{texts.three}</p> : (
        <div className="kitchen-choices">
          {texts.corners.map((label, i) => <Choice key={label} label={label} value={corners[i]!} ingredients={ingredients} onChange={(id) => setCorners(corners.map((one, j) => (i === j ? id : one)) as unknown as Corners /* as many as before */)} />)}
          <label>{texts.size} <select value={size} onChange={(e) => setSize(Number(e.target.value))}>{sizes.map((n) => <option key={n} value={n}>{n}</option>)}</select></label>
          {plane?.drawn?.accuracy && <label>{texts.planeOf} <select value={by} onChange={(e) => setBy(e.target.value === 'accuracy' ? 'accuracy' : 'loss')}><option value="loss">{texts.byLoss}</option><option value="accuracy">{texts.byAccuracy}</option></select></label>}
          <button type="button" disabled={busy || new Set(corners).size < 3} onClick={() => store.getState().planeAsked([...corners], size)}>{busy ? texts.drawing : texts.draw}</button>
        </div>
      )}
      {busy && <progress max={1} value={plane.share} aria-label={texts.plane} />}
      {picture && <PlanePicture picture={picture} card={coloured} title={texts.plane} height={320} />}
    </section>
  );
}
