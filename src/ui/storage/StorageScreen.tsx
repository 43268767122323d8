/** What the page keeps in this browser, and what of it is let go. Fetched when first opened. */
import { useEffect, useState } from 'react';
import { startOf } from '../../spec/place';
import { bytesText } from '../../store/format';
import { sizeOfKind, type StoredKind } from '../../store/stored';
import { storeTexts } from '../../store/texts';
import { useApp, useAppStore } from '../app-context';
import { Modal } from '../Modal';
import { texts } from './texts';
import './style.css';

export default function StorageScreen() {
  const store = useAppStore();
  const stored = useApp((app) => app.stored);
  useEffect(() => void store.getState().storageLooked(), [store]);
  const filled = stored?.filter(({ items }) => items.length > 0) ?? [];
  return (
    <div className="storage">
      <main id="experiment" tabIndex={-1} aria-label={texts.title}>
        <div className="head">
          <h1>{texts.title}</h1><p className="claim">{texts.claim}</p>
          <div className="actions"><button type="button" onClick={() => store.getState().placeChosen(startOf('runs'))}>{texts.back}</button></div>
        </div>
        <Room />
        {!stored ? <p className="blank">{texts.looking}</p> : filled.length === 0 ? <p className="blank tall">{texts.nothing}</p> : (
          <>
            {filled.map((kind) => <Kind key={kind.id} kind={kind} />)}
            <RemoveAll kinds={filled} />
          </>
        )}
      </main>
    </div>
  );
}
function Room() {
  const store = useAppStore();
  const quota = useApp((app) => app.quota);
  const stored = useApp((app) => app.stored);
  if (!stored) return null;
  const sum = stored.reduce((all, kind) => all + sizeOfKind(kind), 0);
  return (
    <section className="panel" aria-label={texts.title}>
      <p>{texts.sum(bytesText(sum))} {quota ? texts.used(bytesText(quota.usedBytes), bytesText(quota.quotaBytes)) : texts.noQuota}</p>
      {quota && <meter min={0} max={1} high={0.8} optimum={0} value={quota.quotaBytes > 0 ? quota.usedBytes / quota.quotaBytes : 0} aria-label={texts.share} />}
      {quota && (quota.persisted ? <p className="soft">{texts.persisted}</p> : <p className="soft">{texts.notPersisted} <button type="button" onClick={() => void store.getState().persistencePressed()}>{texts.persist}</button></p>)}
    </section>
  );
}
function Kind({ kind: { id, items } }: { kind: StoredKind }) {
  const store = useAppStore();
  const { title, says } = storeTexts.stored.kinds[id];
  return (
    <section className="panel" aria-label={title}>
      <h2>{texts.kind(title, items.length, bytesText(sizeOfKind({ items })))}</h2>
      <p className="soft">{says}</p>
      <div className="table-scroll">
        <table>
          <thead><tr><th scope="col">{texts.columns.name}</th><th scope="col">{texts.columns.detail}</th><th scope="col" className="figure">{texts.columns.size}</th><td aria-hidden="true" /></tr></thead>
          <tbody>{items.map((item) => (
            <tr key={item.id}>
              <th scope="row">{item.name}</th>
              <td className="soft">{item.held ? texts.inUse : item.detail}</td>
              <td className="figure">{bytesText(item.sizeBytes)}</td>
              <td className="figure"><button type="button" className="quiet" disabled={item.held} aria-label={texts.remove(item.name)} onClick={() => void store.getState().storedRemoved(id, item.id)}>×</button></td>
            </tr>
          ))}</tbody>
        </table>
      </div>
    </section>
  );
}
function RemoveAll({ kinds }: { kinds: readonly StoredKind[] }) {
  const store = useAppStore();
  const [asking, setAsking] = useState(false);
  const free = kinds.flatMap(({ items }) => items).filter(({ held }) => !held);
  const question = texts.sure(free.length, bytesText(sizeOfKind({ items: free })));
  return (
    <>
      <p className="actions"><button type="button" disabled={free.length === 0} onClick={() => setAsking(true)}>{texts.removeAll}</button></p>
      {asking && (
        <Modal className="storage-question" label={question} onClose={() => setAsking(false)}>
          <p>{question}</p>
          <p className="actions">
            <button type="button" onClick={() => setAsking(false)}>{texts.no}</button>
            <button type="button" onClick={() => {
              setAsking(false);
              void store.getState().allStoredRemoved();
            }}>{texts.yes}</button>
          </p>
        </Modal>
      )}
    </>
  );
}
