/** Where model and data come from: files chosen or dropped, or one web address that the user names. */
import { useId, useRef, useState } from 'react';
import { Interrupted, type Unfinished } from '../../data/download';
import { limits } from '../../spec/experiment';
import { selectCard } from '../../store/app';
import { fetchFile } from '../../store/fetch-file';
import { fileEndings } from '../../store/files';
import { bytesText } from '../../store/format';
import { useApp, useAppStore } from '../app-context';
import { texts } from './texts';

export function Sources() {
  const card = useApp(selectCard);
  const store = useAppStore();
  const input = useRef<HTMLInputElement>(null);
  const [web, setWeb] = useState(false);
  const t = texts.drop;
  return (
    <div className="own-sources">
      <div className="own-sources-row">
        <button type="button" onClick={() => input.current?.click()}>{t.choose}</button>
        <span className="soft">{t.or}</span>
        <button type="button" className="quiet" aria-expanded={web} onClick={() => setWeb(!web)}>{t.fromWeb}</button>
        <span className="soft own-limit">{t.limit(bytesText(limits.fileBytes))}</span>
        <input ref={input} type="file" multiple hidden aria-label={t.choose} accept={card?.accepts?.map((kind) => fileEndings[kind]).join(',')} onChange={(e) => {
          void store.getState().filesDropped([...(e.target.files ?? [])]);
          e.target.value = '';
        }} />
      </div>
      {web && <FromWeb />}
      <p className="soft">{t.says}</p>
    </div>
  );
}

type Fetching = { readonly stage: 'idle' | 'done'; readonly says: string } | { readonly stage: 'loading'; readonly loaded: number; readonly total: number | undefined } | { readonly stage: 'failed'; readonly says: string };

function FromWeb() {
  const store = useAppStore();
  const id = useId();
  const [address, setAddress] = useState('');
  const [state, setState] = useState<Fetching>({ stage: 'idle', says: '' });
  const going = useRef<AbortController>(null);
  const broken = useRef<Unfinished>(undefined); // goes on from there when the same address is asked again
  const t = texts.drop;
  const start = async (): Promise<void> => {
    const controller = new AbortController();
    going.current = controller;
    setState({ stage: 'loading', loaded: 0, total: undefined });
    try {
      const file = await fetchFile(address, { limit: limits.fileBytes, signal: controller.signal, partial: broken.current, progress: (loaded, total) => setState({ stage: 'loading', loaded, total }) });
      broken.current = undefined;
      setState({ stage: 'done', says: t.done(file.name, bytesText(file.size)) });
      await store.getState().filesDropped([file]);
    } catch (error) {
      if (error instanceof Interrupted) broken.current = error.partial;
      setState({ stage: 'failed', says: error instanceof Error ? error.message : String(error) });
    }
  };
  const loading = state.stage === 'loading';
  return (
    <form className="own-web" onSubmit={(e) => {
      e.preventDefault();
      void start();
    }}>
      <label htmlFor={id} className="knob-label">{t.address}</label>
      <div className="own-web-row">
        <input id={id} className="text" type="url" inputMode="url" required placeholder="https://" value={address} disabled={loading} onChange={(e) => setAddress(e.target.value)} />
        {loading ? <button type="button" onClick={() => going.current?.abort()}>{t.cancel}</button> : <button type="submit">{t.fetch}</button>}
      </div>
      {loading && <progress max={1} value={state.total ? state.loaded / state.total : undefined} aria-label={t.fetch} />}
      <output className={state.stage === 'failed' ? 'note problem' : 'soft'}>{loading ? t.loading(bytesText(state.loaded), state.total ? bytesText(state.total) : undefined) : state.says || t.only}</output>
    </form>
  );
}
