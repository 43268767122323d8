/** Where model and data come from: files chosen or dropped, or one web address that the user names. */
import { useRef, useState } from 'react';
import { limits } from '../../spec/experiment';
import { selectCard } from '../../store/app';
import { fileEndings } from '../../store/files';
import { bytesText } from '../../store/format';
import { useApp, useAppStore } from '../app-context';
import { FromWeb } from '../FromWeb';
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
      {web && <FromWeb take={(file) => store.getState().filesDropped([file])} />}
      <p className="soft">{t.says}</p>
    </div>
  );
}
