/** The screen: methods at the left, the experiment in the middle, its knobs at the right. */
import { Suspense, useEffect, useState, type ReactElement } from 'react';
import type { Card } from '../spec/card';
import { startOf, type LibraryPlace, type Shelf } from '../spec/place';
import { selectCard } from '../store/app';
import { readEmbedding, wholePage } from '../store/embed';
import { placedFiles } from '../store/folders';
import { shareHash } from '../store/shell';
import { bytesText, whenText } from '../store/format';
import { isActive } from '../store/run';
import { About } from './About';
import { useApp, useAppStore } from './app-context';
import { Charts } from './charts/Charts';
import { ClaimCheck, Lights, Results } from './Findings';
import { askPanels, MainPicture, otherPictures } from './Pictures';
import { texts as offlineTexts } from './offline/texts';
import { usePaletteKeys } from './palette/keys';
import { texts as paletteTexts } from './palette/texts';
import { useCommands } from './palette/use-commands';
import { Later } from './Later';
import { useMedia } from './redraw';
import { RunBar, RunStatus } from './RunBar';
import { ArmPanel, FilePanel, KnobPanel, ProofNote, RunSettings, SharePanel, WantedFiles } from './Side';
import { fetched } from './fetched';
import { texts } from './texts';
import { nextTheme, readTheme, showTheme, themes } from './theme';

/** A card's own screen is fetched when its card is first opened. */
const ModelScreen = fetched(() => import('./own-model/ModelScreen'));
const Library = fetched(() => import('./library/Library'));
const Workbench = fetched(() => import('./workbench/Workbench'));
const TakeAway = fetched(() => import('./take-away/TakeAway'));
const OfflinePanel = fetched(() => import('./offline/OfflinePanel'));
const Palette = fetched(() => import('./palette/Palette'));
const StorageScreen = fetched(() => import('./storage/StorageScreen'));
const Diff = fetched(() => import('./diff/Diff'));
const Kitchen = fetched(() => import('./kitchen/Kitchen'));
const Sweeps = fetched(() => import('./sweeps/Sweeps'));
const LessonList = fetched(() => import('./lessons/LessonList'));
const LessonBar = fetched(() => import('./lessons/LessonBar'));
/** What is at each place beside the experiment. */
const screens: Readonly<Record<Shelf, ReactElement>> = { sets: <Library />, models: <Library />, files: <Library />, runs: <Workbench />, storage: <StorageScreen />, sweeps: <Sweeps />, lessons: <LessonList />, kitchen: <Kitchen />, diff: <Diff /> };
/** The tabs beside the methods, in order: the first shelf of each is where it opens. */
const tabs: readonly { readonly shelves: readonly [Shelf, ...Shelf[]]; readonly label: string }[] = [
  { shelves: ['sets', 'models', 'files'], label: texts.places.library },
  { shelves: ['runs', 'storage'], label: texts.places.runs },
  { shelves: ['sweeps'], label: texts.places.sweeps },
  { shelves: ['lessons'], label: texts.places.lessons },
  { shelves: ['kitchen'], label: texts.places.soups },
  { shelves: ['diff'], label: texts.places.diff },
];

export function App() {
  const card = useApp(selectCard);
  const shelf = useApp((app) => app.place?.shelf);
  const following = useApp((app) => app.following !== undefined);
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
      <UpdateNotice />
      <UnfinishedRuns />
      {shelf ? <Suspense fallback={<p className="blank tall">{texts.screen}</p>}>{screens[shelf]}</Suspense> : !card ? <p className="empty">{texts.empty}</p> : (
        <div className={following ? 'columns following' : 'columns'}>
          <Gallery />
          <main id="experiment" tabIndex={-1}>
            <Head />
            {card.screen === 'model' && <Suspense fallback={<p className="blank">{texts.screen}</p>}><ModelScreen /></Suspense>}
            <Charts between={narrow && <Disclosed />} more={[...otherPictures(card), ...askPanels(card, true)]}>
              {narrow ? <Later><Shown card={card} /></Later> : <Shown card={card} />}
            </Charts>
            <Later><div className="panels"><Results /><Lights /></div></Later>
            <Later><ClaimCheck /></Later>
            <Later><About /></Later>
            <WithLesson />
          </main>
          {!narrow && <aside aria-label={texts.knobs.settings}><Controls /></aside>}
        </div>
      )}
      <PaletteWhenAsked />
      {dropping && <div className="drop-veil" aria-hidden="true"><p>{texts.files.release}</p></div>}
    </>
  );
}

/** How this page is shown: fixed by its address. */
const { embedded, locked, show } = readEmbedding(window.location.search);
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
        {show ? <aside className="shown-knobs" aria-label={texts.knobs.settings}><KnobPanel only={show} /></aside> : !locked && <Disclosed />}
        <Charts more={[...otherPictures(card), ...askPanels(card, true)]}><Shown card={card} /></Charts>
        <div className="panels"><Results /><Lights /></div>
        <p className="soft"><a href={`${wholePage(window.location.href).split('#')[0]}${hash}`} target="_blank" rel="noopener noreferrer">{texts.share.whole}</a></p>
        <WithLesson />
      </main>
    </div>
  );
}

/** The main picture, and what can be asked of the method before a run. On a narrow screen it lies below the first charts. */
const Shown = ({ card }: { readonly card: Card }) => <><MainPicture />{askPanels(card, false)}</>;
const Controls = () => <><ArmPanel /><KnobPanel /><FilePanel /><RunSettings /><SharePanel />{!embedded && <Suspense><TakeAway /><OfflinePanel /></Suspense>}</>;
/** On a narrow screen the controls come before the long part of the page, folded. */
const Disclosed = () => <details className="disclosed"><summary>{texts.knobs.disclosed}</summary><Later><Controls /></Later></details>;

/** The step of a lesson that is being followed. */
function WithLesson() {
  const on = useApp((app) => app.following !== undefined);
  return on && <Suspense><LessonBar /></Suspense>;
}

/** The list of commands is fetched when it is first asked for. */
function PaletteWhenAsked() {
  const asked = useApp((app) => app.palette !== undefined);
  usePaletteKeys();
  return asked && <Suspense><Palette /></Suspense>;
}

function TopBar() {
  const store = useAppStore();
  const [theme, setTheme] = useState(readTheme);
  useEffect(() => showTheme(theme), [theme]);
  useCommands('theme', () => themes.map((one) => ({ id: `theme/${one}`, group: 'page', label: paletteTexts.theme(texts.theme[one]), also: 'colours appearance', act: () => setTheme(one) })));
  return (
    <header className="top-bar">
      <span className="brand">
        <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">{dots.map(([x, y, r], i) => <circle key={i} cx={x} cy={y} r={r} />)}</svg>
        <b>{texts.name}</b> <span className="soft">{texts.tagline}</span>
      </span>
      <Places />
      <button type="button" className="quiet" aria-haspopup="dialog" aria-keyshortcuts="Control+K Meta+K" onClick={() => store.getState().paletteShown('commands')}>{paletteTexts.open} <kbd>{paletteTexts.key(/Mac|iP(hone|ad)/.test(navigator.platform))}</kbd></button>
      <button type="button" className="quiet" aria-label={texts.theme.next(texts.theme[theme])} onClick={() => setTheme(nextTheme(theme))}>{texts.theme.label}: {texts.theme[theme]}</button>
    </header>
  );
}
/** The methods, and the places beside them. */
function Places() {
  const store = useAppStore();
  const shelf = useApp((app) => app.place?.shelf);
  const kept = useApp((app) => app.kept.length);
  const running = useApp((app) => isActive(app.run));
  const go = (place: LibraryPlace | undefined) => (): void => {
    store.getState().placeChosen(place);
    window.scrollTo({ top: 0 });
  };
  useCommands('places', () => [{ label: texts.places.methods, place: undefined }, ...tabs.map(({ shelves, label }) => ({ label, place: startOf(shelves[0]) }))].map(({ label, place }) => ({ id: `place/${place?.shelf ?? 'methods'}`, group: 'places', label: paletteTexts.place(label), also: 'open screen tab', act: go(place) })));
  return (
    <nav className="places" aria-label={texts.places.label}>
      <button type="button" className="quiet" aria-current={shelf ? undefined : 'page'} onClick={go(undefined)}>{texts.places.methods}{shelf && running && <span className="dot running" title={texts.places.running} />}</button>
      {tabs.map(({ shelves, label }) => (
        <button key={label} type="button" className="quiet" aria-current={shelf && shelves.includes(shelf) ? 'page' : undefined} onClick={go(startOf(shelves[0]))}>{label}{shelves[0] === 'runs' && kept > 0 && <small className="count"> {kept}</small>}</button>
      ))}
    </nav>
  );
}
/** A stippled disc: dots that grow towards one corner. */
const dots: readonly (readonly [number, number, number])[] = [[4, 4, 0.7], [9.5, 4, 1], [15, 4, 1.3], [20.5, 4, 1.5], [4, 9.5, 1], [9.5, 9.5, 1.4], [15, 9.5, 1.8], [20.5, 9.5, 2], [4, 15, 1.3], [9.5, 15, 1.8], [15, 15, 2.2], [20.5, 15, 2.4], [4, 20.5, 1.5], [9.5, 20.5, 2], [15, 20.5, 2.4], [20.5, 20.5, 2.7]];

/** Beside the experiment where there is room, else folded above it, so that the experiment comes first. */
function Gallery() {
  const beside = useMedia('(min-width: 1181px)');
  const count = useApp((app) => Object.keys(app.cards).length);
  const [open, setOpen] = useState(false);
  return (
    <nav className="gallery" aria-label={texts.gallery}>
      {beside ? <Families /> : (
        <details className="folded" open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
          <summary>{texts.galleryFolded(count)}</summary>
          {open && <Families onChosen={() => {
            setOpen(false);
            document.getElementById('experiment')?.focus(); // what was pressed is gone
          }} />}
        </details>
      )}
    </nav>
  );
}
function Families({ onChosen }: { readonly onChosen?: () => void }) {
  const cards = useApp((app) => app.cards);
  const method = useApp((app) => app.experiment?.method);
  const store = useAppStore();
  const families = ['own', 'masks', 'noise', 'averages'] as const;
  const choose = (id: string): void => {
    store.getState().methodChosen(id);
    onChosen?.();
  };
  return (
    <div className="families">
      {families.map((family) => {
        const own = Object.values(cards).filter((card) => card.family === family);
        return own.length === 0 ? null : (
          <section key={family}>
            <h2>{texts.families[family]}</h2>
            <ul>
              {own.map((card) => (
                <li key={card.id}>
                  <button type="button" className="card" aria-current={card.id === method ? 'true' : undefined} onClick={() => choose(card.id)}>
                    <b>{card.title}</b><span>{card.claim}</span>{card.source && <small>{card.source.authors}, {card.source.year}</small>}
                  </button>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}

function Head() {
  const card = useApp(selectCard);
  if (!card) return null;
  return (
    <div className="head">
      <h1>{card.title}</h1>
      <p className="claim">{card.claim}</p>
      <div className="run-zone" data-part="run"><RunBar /><RunStatus /></div>
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

/** A newer version of the page waits: said, and left to the user. */
function UpdateNotice() {
  const waits = useApp((app) => app.offline.updateWaits);
  const running = useApp((app) => isActive(app.run));
  const store = useAppStore();
  return (
    <div aria-live="polite" className={waits ? 'notice' : undefined}>
      {waits && <p>{running ? offlineTexts.updateRunning : offlineTexts.update}</p>}
      {waits && <span className="actions"><button type="button" onClick={() => store.getState().updatePressed()}>{offlineTexts.reload}</button></span>}
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
      const { place, placedShown, placedDropped, benchImported, checkpointFileAdded, lessonBrought } = store.getState();
      const placed = placedFiles(event.dataTransfer!); // at once: it is emptied when this handler ends
      if (place?.shelf === 'kitchen' || place?.shelf === 'diff') void placed.then((files) => Promise.all(files.map(({ file }) => checkpointFileAdded(file))));
      else if (place?.shelf === 'lessons') void placed.then((files) => Promise.all(files.map(({ file }) => lessonBrought(file))));
      else if (place?.shelf === 'runs') void placed.then((files) => Promise.all(files.map(({ file }) => benchImported(file))));
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
