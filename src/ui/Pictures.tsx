/** The card's pictures, from the run or from a preview, whichever came later; and its questions with their answers. */
import { memo, useDeferredValue, useRef, useState, type ReactNode } from 'react';
import { defaultsOf } from '../spec/knobs';
import { selectCard, type AppState } from '../store/app';
import type { Shown } from '../store/run';
import type { Card } from '../spec/card';
import { useApp, useAppStore } from './app-context';
import { KnobList } from './Knobs';
import { Picture } from './pictures/Picture';
import { SavePicture } from './pictures/SavePicture';
import { texts } from './texts';

/** The newest answer of any ask that fills this slot. */
function previewOf(app: AppState, id: string): Shown | undefined {
  let newest: Shown | undefined;
  for (const ask of Object.values(app.asks)) {
    const shown = ask.pictures[id];
    if (shown && (!newest || shown.arrival > newest.arrival)) newest = shown;
  }
  return newest;
}

const Slot = memo(function Slot({ card, id }: { card: Card; id: string }) {
  const slot = card.pictures[id]!;
  const bySeed = useApp((app) => (app.run?.experiment.method === card.id ? app.run.pictures[id] : undefined));
  const preview = useApp((app) => previewOf(app, id));
  const finished = useApp((app) => app.run?.status === 'finished' && app.run.experiment.method === card.id);
  const [chosen, setChosen] = useState<number>();
  const section = useRef<HTMLElement>(null);
  const seeds = Object.keys(bySeed ?? {}).map(Number);
  const seed = chosen !== undefined && seeds.includes(chosen) ? chosen : seeds[0];
  const ofRun = seed === undefined ? undefined : bySeed?.[seed];
  const isPreview = preview !== undefined && (!ofRun || preview.arrival > Math.max(...seeds.map((s) => bySeed![s]!.arrival)));
  /** A picture may be large: it is drawn in small turns, and what a person does meanwhile comes first. */
  const shown = useDeferredValue(isPreview ? preview : ofRun);
  // A run may have no use for a slot: the picture of a PNG, where none was dropped.
  if (finished && !shown && !slot.main) return null;
  return (
    <section ref={section} className={slot.main ? 'picture main-picture' : 'picture'} data-part={`picture ${id}`} aria-label={slot.title}>
      <header>
        <h3>{slot.title}{isPreview && <span className="tag">{texts.picture.preview}</span>}</h3>
        <span className="picture-tools">
          {seeds.length > 1 && !isPreview && (
            <label className="mini">{texts.picture.seed} <select value={seed} onChange={(e) => setChosen(Number(e.target.value))}>{seeds.map((s) => <option key={s}>{s}</option>)}</select></label>
          )}
          {shown && <SavePicture card={section} title={slot.title} name={`${card.id} ${id}${seeds.length > 1 && !isPreview ? ` seed ${seed}` : ''}`} />}
        </span>
      </header>
      <p className="soft">{slot.says}</p>
      {shown ? <Picture picture={shown.picture} card={card} title={slot.title} large={slot.main ?? false} /> : <p className={slot.main ? 'blank tall' : 'blank'}>{texts.picture.waiting}</p>}
    </section>
  );
});

export function MainPicture() {
  const card = useApp(selectCard);
  const main = card && (Object.keys(card.pictures).find((id) => card.pictures[id]!.main) ?? Object.keys(card.pictures)[0]);
  return main ? <Slot key={`${card.id} ${main}`} card={card} id={main} /> : null;
}

/** The other pictures, one node each. */
export function otherPictures(card: Card): readonly ReactNode[] {
  const main = Object.keys(card.pictures).find((id) => card.pictures[id]!.main) ?? Object.keys(card.pictures)[0];
  return Object.keys(card.pictures).filter((id) => id !== main).map((id) => <Slot key={`${card.id} ${id}`} card={card} id={id} />);
}
/** The card's questions before a run, or of what a run left, one node each. */
export const askPanels = (card: Card, needsRun: boolean): readonly ReactNode[] =>
  Object.entries(card.asks ?? {}).filter(([, ask]) => ask.needsRun === needsRun && !ask.onScreen).map(([name]) => <AskPanel key={`${card.id} ${name}`} card={card} name={name} />);

function AskPanel({ card, name }: { card: Card; name: string }) {
  const ask = card.asks![name]!;
  const store = useAppStore();
  const state = useApp((app) => app.asks[name]);
  const ready = useApp((app) => !ask.needsRun || app.run?.status === 'finished');
  const own = Object.entries(state?.pictures ?? {}).filter(([id]) => !Object.hasOwn(card.pictures, id));
  const values = state?.values ?? defaultsOf(ask.knobs);
  const section = useRef<HTMLElement>(null);
  return (
    <section ref={section} className="ask" data-part={`ask ${name}`} aria-label={ask.title} aria-busy={state?.waiting ?? false}>
      <header><h3>{ask.title}</h3>{state?.waiting && <span className="tag">{texts.asks.waiting}</span>}{own.length > 0 && <SavePicture card={section} title={ask.title} name={`${card.id} ${name}`} />}</header>
      <p className="soft">{ready ? ask.says : texts.asks.needsRun}</p>
      <fieldset className="plain" disabled={!ready}>
        <div className="ask-knobs"><KnobList knobs={ask.knobs} values={values} onTurn={(knob, value) => store.getState().askTurned(name, knob, value)} /></div>
        {ask.needsRun && <button type="button" onClick={() => store.getState().askPressed(name)}>{texts.asks.ask}</button>}
      </fieldset>
      {state?.problem && <p className="note problem" role="alert">{state.problem.message}</p>}
      {own.map(([id, shown]) => <Picture key={id} picture={shown.picture} card={card} title={ask.title} />)}
    </section>
  );
}
