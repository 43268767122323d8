/** One file from a web address that the user names: fetched on a press, with progress, called off or taken up again. */
import { useId, useRef, useState } from 'react';
import { Interrupted, type Unfinished } from '../data/download';
import { limits } from '../spec/experiment';
import { fetchFile, type FetchedFile } from '../store/fetch-file';
import { bytesText } from '../store/format';
import { texts } from './texts';

type Fetching = { readonly stage: 'idle' | 'done'; readonly says: string } | { readonly stage: 'loading'; readonly loaded: number; readonly total: number | undefined } | { readonly stage: 'failed'; readonly says: string };

export function FromWeb({ take }: { readonly take: (file: FetchedFile) => void | Promise<void> }) {
  const id = useId();
  const [address, setAddress] = useState('');
  const [state, setState] = useState<Fetching>({ stage: 'idle', says: '' });
  const going = useRef<AbortController>(null);
  const broken = useRef<Unfinished>(undefined); // goes on from there when the same address is asked again
  const t = texts.web;
  const start = async (): Promise<void> => {
    const controller = new AbortController();
    going.current = controller;
    setState({ stage: 'loading', loaded: 0, total: undefined });
    try {
      const file = await fetchFile(address, { limit: limits.fileBytes, signal: controller.signal, partial: broken.current, progress: (loaded, total) => setState({ stage: 'loading', loaded, total }) });
      broken.current = undefined;
      setState({ stage: 'done', says: t.done(file.name, bytesText(file.size)) });
      await take(file);
    } catch (error) {
      if (error instanceof Interrupted) broken.current = error.partial;
      setState({ stage: 'failed', says: error instanceof Error ? error.message : String(error) });
    }
  };
  const loading = state.stage === 'loading';
  return (
    <form className="from-web" onSubmit={(e) => {
      e.preventDefault();
      void start();
    }}>
      <label htmlFor={id} className="knob-label">{t.address}</label>
      <div className="web-row">
        <input id={id} className="text" type="url" inputMode="url" required placeholder="https://" value={address} disabled={loading} onChange={(e) => setAddress(e.target.value)} />
        {loading ? <button type="button" onClick={() => going.current?.abort()}>{t.cancel}</button> : <button type="submit">{t.fetch}</button>}
      </div>
      {loading && <progress max={1} value={state.total ? state.loaded / state.total : undefined} aria-label={t.fetch} />}
      <output className={state.stage === 'failed' ? 'note problem' : 'soft'}>{loading ? t.loading(bytesText(state.loaded), state.total ? bytesText(state.total) : undefined) : state.says || t.only}</output>
    </form>
  );
}
