/** Well-known public data sets, loaded when the user says so, and what this browser keeps of them. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { CacheEntry } from '../../data/download';
import { publicSets, type PublicSet } from '../../data/public-sets';
import { limits } from '../../spec/experiment';
import { fetchSet } from '../../store/fetch-set';
import { pageCache } from '../../store/file-cache';
import { bytesText } from '../../store/format';
import { useAppStore } from '../app-context';
import { texts } from './texts';

const t = texts.publicSets;
const sizeOf = ({ files }: PublicSet): number => files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

export function PublicSets() {
  const [kept, setKept] = useState<readonly CacheEntry[]>([]);
  const look = useCallback(() => void pageCache()?.list().then(setKept, () => setKept([])), []);
  useEffect(look, [look]);
  return (
    <section className="panel" aria-label={t.title}>
      <h2>{t.title}</h2>
      <p className="soft">{t.says}</p>
      <ul className="public-sets">{publicSets.map((set) => <OnePublicSet key={set.id} set={set} loaded={look} />)}</ul>
      <h3>{t.kept}</h3>
      {kept.length === 0 ? <p className="soft">{t.none}</p> : (
        <ul className="files">{kept.map(({ address, name, sizeBytes, at }) => (
          <li key={address}>
            <span className="file-name" title={address}>{name} <small>{t.at(at.slice(0, 10))}</small></span><small>{bytesText(sizeBytes)}</small>
            <button type="button" className="quiet" aria-label={t.remove(name)} onClick={() => void pageCache()?.remove(address).then(look)}>×</button>
          </li>
        ))}</ul>
      )}
    </section>
  );
}

type Loading = { readonly stage: 'idle' } | { readonly stage: 'loading'; readonly name: string; readonly loaded: number } | { readonly stage: 'failed'; readonly says: string };
function OnePublicSet({ set, loaded }: { readonly set: PublicSet; readonly loaded: () => void }) {
  const store = useAppStore();
  const [state, setState] = useState<Loading>({ stage: 'idle' });
  const going = useRef<AbortController>(null);
  const total = sizeOf(set);
  const load = async (): Promise<void> => {
    const controller = new AbortController();
    going.current = controller;
    try {
      const files = await fetchSet(set, { limit: limits.fileBytes, signal: controller.signal, notKept: (name) => store.getState().noticeGiven('info', t.notKept(name)), progress: ({ file, loaded: come }) => setState({ stage: 'loading', name: file, loaded: come }) });
      setState({ stage: 'idle' });
      store.getState().filesShown(files);
      window.scrollTo({ top: 0 });
    } catch (error) {
      setState(controller.signal.aborted ? { stage: 'idle' } : { stage: 'failed', says: error instanceof Error ? error.message : String(error) });
    } finally {
      loaded();
    }
  };
  const loading = state.stage === 'loading';
  const tooLarge = set.files.some(({ sizeBytes }) => sizeBytes > limits.fileBytes);
  return (
    <li>
      <div className="panel-head">
        <p><b>{set.title}</b> <small>{bytesText(total)}</small></p>
        {loading ? <button type="button" onClick={() => going.current?.abort()}>{t.cancel}</button> : <button type="button" disabled={tooLarge} aria-label={`${t.load} ${set.title}`} onClick={() => void load()}>{t.load}</button>}
      </div>
      <p className="soft">{set.says} {set.licence}.{tooLarge && ` ${t.tooLarge(bytesText(limits.fileBytes))}`}</p>
      {loading && <><progress max={total} value={state.loaded} aria-label={set.title} /><output className="soft">{t.loading(state.name, bytesText(state.loaded), bytesText(total))}</output></>}
      {state.stage === 'failed' && <p className="note problem" role="alert">{state.says}</p>}
      <details>
        <summary>{t.citation}</summary>
        <p className="soft">{set.citation} <a href={set.homePage} rel="noreferrer noopener" target="_blank">{t.homePage}</a></p>
        {[...set.notes, t.crossOrigin[set.crossOrigin]].map((note) => <p key={note} className="soft">{note}</p>)}
      </details>
    </li>
  );
}
