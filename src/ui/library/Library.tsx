/** The library's screen: what there is at the left, what was chosen in the middle, its knobs at the right. Fetched when first opened. */
import type { Catalogue } from '../../spec/library';
import { libraryStart, type LibraryPlace } from '../../spec/place';
import { useApp, useAppStore } from '../app-context';
import { useMedia } from '../redraw';
import { useAnswer } from './answers';
import { FilesView } from './FilesView';
import { ModelView } from './ModelView';
import { Overview } from './Overview';
import { SetControls, SetView } from './SetView';
import './style.css';
import { texts } from './texts';

export default function Library() {
  const place = useApp((app) => app.place) ?? libraryStart;
  const { answer: catalogue, problem } = useAnswer('catalogue', {});
  const narrow = useMedia('(max-width: 760px)');
  const set = place.shelf === 'sets' ? catalogue?.sets.find(({ id }) => id === place.item) : undefined;
  const controls = set && <SetControls set={set} place={place} />;
  return (
    <div className={controls ? 'columns library' : 'columns library plain'}>
      {catalogue && <Contents catalogue={catalogue} place={place} />}
      <main id="experiment" tabIndex={-1} aria-label={texts.title}>
        {problem && <p className="note problem" role="alert">{problem}</p>}
        {!catalogue && !problem && <p className="blank tall">{texts.opening}</p>}
        {narrow && controls && <details className="disclosed"><summary>{texts.knobs}</summary>{controls}</details>}
        {catalogue && <Chosen catalogue={catalogue} place={place} />}
      </main>
      {!narrow && controls && <aside aria-label={texts.knobs}>{controls}</aside>}
    </div>
  );
}

function Chosen({ catalogue, place }: { readonly catalogue: Catalogue; readonly place: LibraryPlace }) {
  const set = place.shelf === 'sets' ? catalogue.sets.find(({ id }) => id === place.item) : undefined;
  const model = place.shelf === 'models' ? catalogue.models.find(({ id }) => id === place.item) : undefined;
  if (set) return <SetView key={set.id} set={set} place={place} />;
  if (model) return <ModelView key={model.id} model={model} />;
  if (place.shelf === 'files') return <FilesView readers={catalogue.readers} />;
  return (
    <>
      <div className="head"><h1>{texts.title}</h1><p className="claim">{texts.claim}</p></div>
      {place.item && <p className="note problem" role="alert">{texts.unknown(place.item)}</p>}
      <Overview catalogue={catalogue} />
    </>
  );
}

type Entry = { readonly id: string; readonly title: string };
/** Headings and what stands under them. */
function sections({ sets, models }: Catalogue): readonly { readonly heading: string; readonly shelf: LibraryPlace['shelf']; readonly entries: readonly Entry[] }[] {
  const families = (Object.keys(texts.families) as (keyof typeof texts.families)[]).map((family) => ({ heading: texts.families[family], shelf: 'sets' as const, entries: sets.filter((set) => set.family === family) }));
  return [...families, { heading: texts.shelves.models, shelf: 'models' as const, entries: models }].filter(({ entries }) => entries.length > 0);
}
function Contents({ catalogue, place }: { readonly catalogue: Catalogue; readonly place: LibraryPlace }) {
  const store = useAppStore();
  const narrow = useMedia('(max-width: 1180px)');
  const choose = (shelf: LibraryPlace['shelf'], item?: string): void => {
    store.getState().placeChosen({ ...libraryStart, shelf, ...(item && { item }) });
    window.scrollTo({ top: 0 });
  };
  if (narrow)
    return (
      <nav className="library-choice" aria-label={texts.contents}>
        <select aria-label={texts.contents} value={place.item ? `${place.shelf}/${place.item}` : place.shelf === 'files' ? 'files' : ''} onChange={(e) => {
          const [shelf, item] = e.target.value.split('/');
          choose(shelf === 'models' || shelf === 'files' ? shelf : 'sets', item);
        }}>
          <option value="">{texts.all}</option>
          <option value="files">{texts.shelves.files}</option>
          {sections(catalogue).map(({ heading, shelf, entries }) => <optgroup key={heading} label={heading}>{entries.map(({ id, title }) => <option key={id} value={`${shelf}/${id}`}>{title}</option>)}</optgroup>)}
        </select>
      </nav>
    );
  return (
    <nav className="gallery library-contents" aria-label={texts.contents}>
      <button type="button" className="entry" aria-current={place.item || place.shelf === 'files' ? undefined : 'true'} onClick={() => choose('sets')}>{texts.all}</button>
      <button type="button" className="entry" aria-current={place.shelf === 'files' ? 'true' : undefined} onClick={() => choose('files')}>{texts.shelves.files}</button>
      {sections(catalogue).map(({ heading, shelf, entries }) => (
        <section key={heading}>
          <h2>{heading}</h2>
          <ul>{entries.map(({ id, title }) => <li key={id}><button type="button" className="entry" aria-current={place.shelf === shelf && place.item === id ? 'true' : undefined} onClick={() => choose(shelf, id)}>{title}</button></li>)}</ul>
        </section>
      ))}
    </nav>
  );
}
