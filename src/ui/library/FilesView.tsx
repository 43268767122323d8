/** The user's own files, looked at: what was read, and what to think of before training on it. */
import { useEffect, useRef, useState } from 'react';
import { limits } from '../../spec/experiment';
import type { Library, ReaderCard } from '../../spec/library';
import type { FileBytes } from '../../spec/messages';
import { bytesText } from '../../store/format';
import type { LookedFile } from '../../store/place-slice';
import { useApp, useAppStore } from '../app-context';
import { FromWeb } from '../FromWeb';
import { library as client } from '../../store/library-client';
import { Previews } from './Previews';
import { PublicSets } from './PublicSets';
import { texts } from './texts';

const t = texts.files;
type Shown = Library['files']['answer'];
/** Read whole, with the path where they came in a folder; what cannot be read is said. Sizes are looked at first: what is too large is never read into memory. */
async function readAll(looked: readonly LookedFile[]): Promise<{ files: FileBytes[]; problems: string[] }> {
  const files: FileBytes[] = [];
  const problems: string[] = [];
  const together = looked.reduce((sum, { size }) => sum + (size > limits.fileBytes ? 0 : size), 0);
  if (together > limits.lookedBytes) return { files, problems: [t.tooMuch(looked.length, bytesText(together), bytesText(limits.lookedBytes))] };
  for (const file of looked) {
    const name = file.webkitRelativePath || file.name;
    if (file.size > limits.fileBytes) problems.push(t.tooLarge(name, bytesText(file.size), bytesText(limits.fileBytes)));
    else
      try {
        files.push({ name, bytes: new Uint8Array(await file.arrayBuffer()) });
      } catch {
        problems.push(t.unreadable(name));
      }
  }
  return { files, problems };
}
/** What the worker found in the files, once it has. */
function useShown(looked: readonly LookedFile[]): { shown?: Shown; problem?: string } {
  const [state, setState] = useState<{ readonly of: readonly LookedFile[]; readonly shown?: Shown; readonly problem?: string }>();
  useEffect(() => {
    if (looked.length === 0) return;
    const controller = new AbortController();
    const look = async (): Promise<void> => {
      const { files, problems } = await readAll(looked);
      const found = files.length > 0 ? await client.ask('files', { files }, controller.signal) : { sets: [], problems: [] };
      if (!controller.signal.aborted) setState({ of: looked, shown: { ...found, problems: [...problems, ...found.problems] } });
    };
    look().catch((error: unknown) => controller.signal.aborted || setState({ of: looked, problem: error instanceof Error ? error.message : String(error) }));
    return () => controller.abort();
  }, [looked]);
  return state?.of === looked ? { ...(state.shown && { shown: state.shown }), ...(state.problem && { problem: state.problem }) } : {};
}

export function FilesView({ readers }: { readonly readers: readonly ReaderCard[] }) {
  const store = useAppStore();
  const looked = useApp((app) => app.looked);
  const { shown, problem } = useShown(looked);
  return (
    <>
      <div className="head"><h1>{t.title}</h1><p className="claim">{t.claim}</p></div>
      <Chooser />
      <details className="panel"><summary>{texts.fromWeb}</summary><FromWeb take={(file) => store.getState().filesShown([file])} /></details>
      <div aria-live="polite">
        {looked.length > 0 && !shown && !problem && <p className="blank tall">{t.reading(looked.length)}</p>}
        {[...(problem ? [problem] : []), ...(shown?.problems ?? [])].map((text) => <p key={text} className="note problem" role="alert">{text}</p>)}
      </div>
      {shown?.sets.map((set) => <OneSet key={set.from} set={set} looked={looked} />)}
      <PublicSets />
      <section className="panel" aria-label={t.kinds}><h2>{t.kinds}</h2><Readers readers={readers} /></section>
    </>
  );
}
function Chooser() {
  const store = useAppStore();
  const [input, folder] = [useRef<HTMLInputElement>(null), useRef<HTMLInputElement>(null)];
  const take = (element: HTMLInputElement): void => {
    store.getState().filesShown([...(element.files ?? [])]);
    element.value = '';
  };
  return (
    <div className="drop-zone">
      <button type="button" onClick={() => input.current?.click()}>{t.choose}</button>
      <button type="button" onClick={() => folder.current?.click()}>{t.folder}</button>
      <span className="soft">{t.drop}</span>
      <input ref={input} type="file" multiple hidden aria-label={t.choose} onChange={(e) => take(e.currentTarget)} />
      <input ref={folder} type="file" multiple hidden aria-label={t.folder} {...{ webkitdirectory: '' }} onChange={(e) => take(e.currentTarget)} />
    </div>
  );
}
function OneSet({ set, looked }: { readonly set: Shown['sets'][number]; readonly looked: readonly LookedFile[] }) {
  const store = useAppStore();
  const own = useApp((app) => Object.values(app.cards).find((card) => card.screen === 'model'));
  const use = (): void => {
    if (!own) return;
    const { placeChosen, methodChosen, placedDropped } = store.getState();
    placeChosen(undefined);
    methodChosen(own.id);
    const placed = looked.map((file) => ({ path: file.webkitRelativePath || file.name, file }));
    void placedDropped(Promise.resolve(placed.filter(({ path }) => set.files.includes(path))));
    window.scrollTo({ top: 0 });
  };
  return (
    <section className="library-shelf" aria-label={set.from}>
      <header className="panel-head"><h2>{set.from} <small>{texts.kinds[set.kind]}</small></h2>{own && <button type="button" onClick={use}>{t.use}</button>}</header>
      <div className="panel">
        <h3>{t.warnings}</h3>
        {set.warnings.length > 0 ? <ul className="caveats">{set.warnings.map((text) => <li key={text}>{text}</li>)}</ul> : <p className="soft">{t.fine}</p>}
        {set.notes.length > 0 && <><h3>{t.notes}</h3><ul className="caveats">{set.notes.map((text) => <li key={text}>{text}</li>)}</ul></>}
      </div>
      <Previews previews={set.previews} />
    </section>
  );
}
export const Readers = ({ readers }: { readonly readers: readonly ReaderCard[] }) => (
  <ul className="readers">{readers.map(({ id, title, says, extensions }) => <li key={id}><b>{title}</b> <small>{extensions.join(' ')}</small><p className="soft">{says}</p></li>)}</ul>
);
