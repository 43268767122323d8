/** One generator: its knobs, and pictures of what they do. */
import { useId } from 'react';
import { limits } from '../../spec/experiment';
import type { SetCard } from '../../spec/library';
import type { LibraryPlace } from '../../spec/place';
import { useAppStore } from '../app-context';
import { KnobList } from '../Knobs';
import { useAnswer } from './answers';
import { knobsAt } from './knobs-at';
import { Previews } from './Previews';
import { SaveExamples } from './SaveExamples';
import { texts } from './texts';

export function SetView({ set, place }: { readonly set: SetCard; readonly place: LibraryPlace }) {
  const { answer, waiting, problem } = useAnswer('set', { set: set.id, seed: place.seed, knobs: knobsAt(set.knobs, place.knobs) });
  return (
    <>
      <div className="head"><h1>{set.title}</h1><p className="claim">{set.says}</p></div>
      {problem && <p className="note problem" role="alert">{problem}</p>}
      <div aria-busy={waiting} className={waiting && answer ? 'library-stale' : undefined}>{answer ? <Previews previews={answer.previews} /> : !problem && <p className="blank tall">{texts.waiting}</p>}</div>
      {answer && (
        <section className="panel" aria-label={texts.fields}>
          <h2>{texts.fields}</h2>
          <div className="table-scroll"><table>
            <thead><tr><th scope="col">{texts.field}</th><th scope="col">{texts.is}</th></tr></thead>
            <tbody>{answer.fields.map(({ name, is }) => <tr key={name}><th scope="row">{name}</th><td>{is}</td></tr>)}</tbody>
          </table></div>
        </section>
      )}
    </>
  );
}

export function SetControls({ set, place }: { readonly set: SetCard; readonly place: LibraryPlace }) {
  const store = useAppStore();
  const id = useId();
  const { placeChosen, placeKnobTurned, placeSeedChanged } = store.getState();
  const seed = (value: number): void => placeSeedChanged(Math.min(limits.seed, Math.max(0, Math.round(value))));
  return (
    <>
      <section className="side-panel" aria-label={texts.knobs}>
        <header className="panel-head"><h2>{texts.knobs}</h2><button type="button" className="quiet" onClick={() => placeChosen({ ...place, seed: 1, knobs: {} })}>{texts.restore}</button></header>
        <div className="knob knob-toggle">
          <label htmlFor={id} className="knob-label">{texts.seed}</label>
          <input id={id} className="number" type="number" min={0} max={limits.seed} step={1} value={place.seed} onChange={(e) => e.target.value !== '' && seed(Number(e.target.value))} />
          <p className="help">{texts.seedHelp}</p>
        </div>
        <div className="row"><button type="button" onClick={() => seed(place.seed + 1)}>{texts.again}</button></div>
        {Object.keys(set.knobs).length > 0 ? <KnobList knobs={set.knobs} values={knobsAt(set.knobs, place.knobs)} onTurn={placeKnobTurned} /> : <p className="soft">{texts.noKnobs}</p>}
      </section>
      <SaveExamples set={set} place={place} />
    </>
  );
}
