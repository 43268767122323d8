/** The screen: methods at the left, the experiment in the middle, its knobs at the right. */
import { lazy, Suspense, useEffect, useState } from 'react';
import { libraryStart, workbenchPlace, type LibraryPlace } from '../spec/place';
import { selectCard } from '../store/app';
import { readEmbedding, wholePage } from '../store/embed';
import { placedFiles } from '../store/folders';
import { shareHash } from '../store/shell';
import { bytesText, whenText } from '../store/format';
import { isActive } from '../store/run';
import { About } from './About';
import { useApp, useAppStore } from './app-context';
import { Charts } from './Charts';
import { ClaimCheck, Lights, Results } from './Findings';
import { askPanels, MainPicture, otherPictures } from './Pictures';
import { useMedia } from './redraw';
import { RunBar, RunStatus } from './RunBar';
import { ArmPanel, FilePanel, KnobPanel, ProofNote, RunSettings, SharePanel, WantedFiles } from './Side';
import { texts } from './texts';
import { nextTheme, readTheme, showTheme } from './theme';

/** A card's own screen is fetched when its card is first opened. */
const ModelScreen = lazy(() => import('./own-model/ModelScreen'));
const Library = lazy(() => import('./library/Library'));
const Workbench = lazy(() => import('./workbench/Workbench'));

export function App() {
  const card = useApp(selectCard);
  const shelf = useApp((app) => app.place?.shelf);
  const narrow = useMedia('(max-width: 760px)');
  const dropping = useFileDrop();
  if (embedded) return <Embedded />;
  return (
    <>
      <a className="skip" href="#experiment" onClick={(e) => {
        e.preventDefault(); // the hash belongs to the experiment's link
        document.getElementById('experiment')?.focus();
      }}>{texts.skip}</a>
      <TopBar />
      <Notices />
      <UnfinishedRuns />
      {shelf ? <Suspense fallback={<p className="blank tall">{texts.screen}</p>}>{shelf === 'runs' ? <Workbench /> : <Library />}</Suspense> : !card ? <p className="empty">{texts.empty}</p> : (
        <div className="columns">
          <Gallery />
          <main id="experiment" tabIndex={-1}>
            <Head />
            {card.screen === 'model' && <Suspense fallback={<p className="blank">{texts.screen}</p>}><ModelScreen /></Suspense>}
            <Charts between={narrow && <Disclosed />} more={[...otherPictures(card), ...askPanels(card, true)]}>
              <MainPicture />
              {askPanels(card, false)}
            </Charts>
            <div className="panels"><Results /><Lights /></div>
            <ClaimCheck />
            <About />
          </main>
          {!narrow && <aside aria-label={texts.knobs.settings}><Controls /></aside>}
        </div>
      )}
      {dropping && <div className="drop-veil" aria-hidden="true"><p>{texts.files.release}</p></div>}
    </>
  );
}

/** How this page is shown: fixed by its address. */
const { embedded, locked } = readEmbedding(window.location.search);
/** One experiment inside another page, or on a projector. */
function Embedded() {
  const card = useApp(selectCard);
  const hash = useApp((app) => shareHash(app));
  if (!card) return <p className="empty">{texts.empty}</p>;
  return (
    <div className="embedded">
      <Notices />
      <main id="experiment" tabIndex={-1}>
        <Head />
        {!locked && <Disclosed />}
        <Charts more={[...otherPictures(card), ...askPanels(card, true)]}><MainPicture />{askPanels(card, false)}</Charts>
        <div className="panels"><Results /><Lights /></div>
        <p className="soft"><a href={`${wholePage(window.location.href).split('#')[0]}${hash}`} target="_blank" rel="noopener noreferrer">{texts.share.whole}</a></p>
      </main>
    </div>
  );
}

const Controls = () => <><ArmPanel /><KnobPanel /><FilePanel /><RunSettings /><SharePanel /></>;
/** On a narrow screen the controls come before the long part of the page, folded. */
const Disclosed = () => <details className="disclosed"><summary>{texts.knobs.disclosed}</summary><Controls /></details>;

function TopBar() {
  const [theme, setTheme] = useState(readTheme);
  useEffect(() => showTheme(theme), [theme]);
  return (
    <header className="top-bar">
      <span className="brand">
        <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">{dots.map(([x, y, r], i) => <circle key={i} cx={x} cy={y} r={r} />)}</svg>
        <b>{texts.name}</b> <span className="soft">{texts.tagline}</span>
      </span>
      <Places />
      <button type="button" className="quiet" aria-label={texts.theme.next(texts.theme[theme])} onClick={() => setTheme(nextTheme(theme))}>{texts.theme.label}: {texts.theme[theme]}</button>
    </header>
  );
}
/** The two halves of the page: methods, and what they learn from. */
function Places() {
  const store = useAppStore();
  const shelf = useApp((app) => app.place?.shelf);
  const inLibrary = shelf !== undefined && shelf !== 'runs';
  const kept = useApp((app) => app.kept.length);
  const running = useApp((app) => isActive(app.run));
  const go = (place: LibraryPlace | undefined) => (): void => {
    store.getState().placeChosen(place);
    window.scrollTo({ top: 0 });
  };
  return (
    <nav className="places" aria-label={texts.places.label}>
      <button type="button" className="quiet" aria-current={shelf ? undefined : 'page'} onClick={go(undefined)}>{texts.places.methods}{shelf && running && <span className="dot running" title={texts.places.running} />}</button>
      <button type="button" className="quiet" aria-current={inLibrary ? 'page' : undefined} onClick={go(libraryStart)}>{texts.places.library}</button>
      <button type="button" className="quiet" aria-current={shelf === 'runs' ? 'page' : undefined} onClick={go(workbenchPlace)}>{texts.places.runs}{kept > 0 && <small className="count"> {kept}</small>}</button>
    </nav>
  );
}
/** A stippled disc: dots that grow towards one corner. */
const dots: readonly (readonly [number, number, number])[] = [[4, 4, 0.7], [9.5, 4, 1], [15, 4, 1.3], [20.5, 4, 1.5], [4, 9.5, 1], [9.5, 9.5, 1.4], [15, 9.5, 1.8], [20.5, 9.5, 2], [4, 15, 1.3], [9.5, 15, 1.8], [15, 15, 2.2], [20.5, 15, 2.4], [4, 20.5, 1.5], [9.5, 20.5, 2], [15, 20.5, 2.4], [20.5, 20.5, 2.7]];

function Gallery() {
  const cards = useApp((app) => app.cards);
  const method = useApp((app) => app.experiment?.method);
  const store = useAppStore();
  const families = ['own', 'masks', 'noise', 'averages'] as const;
  return (
    <nav className="gallery" aria-label={texts.gallery}>
      {families.map((family) => {
        const own = Object.values(cards).filter((card) => card.family === family);
        return own.length === 0 ? null : (
          <section key={family}>
            <h2>{texts.families[family]}</h2>
            <ul>
              {own.map((card) => (
                <li key={card.id}>
                  <button type="button" className="card" aria-current={card.id === method ? 'true' : undefined} onClick={() => store.getState().methodChosen(card.id)}>
                    <b>{card.title}</b><span>{card.claim}</span>{card.source && <small>{card.source.authors}, {card.source.year}</small>}
                  </button>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </nav>
  );
}

function Head() {
  const card = useApp(selectCard);
  if (!card) return null;
  return (
    <div className="head">
      <h1>{card.title}</h1>
      <p className="claim">{card.claim}</p>
      <div className="run-zone"><RunBar /><RunStatus /></div>
      <WantedFiles />
      <ProofNote />
    </div>
  );
}

function Notices() {
  const notices = useApp((app) => app.notices);
  const store = useAppStore();
  return (
    <div className="notices" role="log" aria-live="assertive" aria-label={texts.notices.label}>
      {notices.map((n) => (
        <div key={n.id} className={`notice ${n.tone}`}><p>{n.text}</p><button type="button" className="quiet" aria-label={texts.notices.dismiss} onClick={() => store.getState().noticeDismissed(n.id)}>×</button></div>
      ))}
    </div>
  );
}

/** Runs that were cut off and can go on. */
function UnfinishedRuns() {
  const unfinished = useApp((app) => app.unfinished);
  const cards = useApp((app) => app.cards);
  const active = useApp((app) => isActive(app.run));
  const store = useAppStore();
  if (unfinished.length === 0 || active) return null;
  return (
    <section className="unfinished" aria-label={texts.unfinished.label}>
      {unfinished.map(({ runId, experiment, startedAtMs, sizeBytes }) => (
        <div key={runId} className="notice">
          <p>{texts.unfinished.says(cards[experiment.method]!.title, whenText(startedAtMs), bytesText(sizeBytes))}</p>
          <span className="actions">
            <button type="button" onClick={() => void store.getState().goOnPressed(runId)}>{texts.unfinished.goOn}</button>
            <button type="button" className="quiet" onClick={() => void store.getState().discardPressed(runId)}>{texts.unfinished.discard}</button>
          </span>
        </div>
      ))}
    </section>
  );
}

/** Files may be dropped anywhere on the page. True while some hang over it. */
function useFileDrop(): boolean {
  const store = useAppStore();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const onOver = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      const { place, placedShown, placedDropped, benchImported } = store.getState();
      const placed = placedFiles(event.dataTransfer!); // at once: it is emptied when this handler ends
      if (place?.shelf === 'runs') void placed.then((files) => Promise.all(files.map(({ file }) => benchImported(file))));
      else void (place ? placedShown(placed) : placedDropped(placed));
    };
    window.addEventListener('dragover', onOver);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('drop', onDrop);
    };
  }, [store]);
  return over;
}
