/** What of the page is kept in this browser, in one place, and what can be done about it. */
import { useEffect } from 'react';
import { bytesText } from '../../store/format';
import { selectGpuForm } from '../../store/offline-slice';
import { useApp, useAppStore } from '../app-context';
import { useCommands } from '../palette/use-commands';
import { useInstallOffer } from './install-offer';
import { texts as t } from './texts';

export default function OfflinePanel() {
  const { state, status, keeping, why } = useApp((app) => app.offline);
  const gpu = useApp(selectGpuForm);
  const app = useAppStore().getState();
  const [offer, install] = useInstallOffer();
  useEffect(() => void app.offlineLooked(), [app]);
  const all = status?.all[gpu];
  const missing = all ? all.bytes - all.keptBytes : 0;
  useCommands('offline', () => (state === 'ready' && missing > 0 ? [{ id: 'offline/all', group: 'page', label: t.everything(bytesText(missing)), also: 'offline network cache install', act: () => void app.everythingKept() }] : []));
  if (state === 'none') return null;
  return (
    <section className="side-panel" aria-label={t.title}>
      <h2>{t.title}</h2>
      <output className="soft">
        {state === 'preparing' && t.preparing}
        {state === 'off' && t.off}
        {state === 'refused' && t.refused(why ?? '')}
        {state === 'ready' && status && <>{t.ready(bytesText(status.keptBytes))} {keeping ? t.keeping : missing > 0 ? t.partly : t.all}</>}
        {state === 'ready' && why && ` ${t.failed(why)}`}
      </output>
      <div className="row">
        {state === 'ready' && missing > 0 && <button type="button" disabled={keeping} onClick={() => void app.everythingKept()}>{t.everything(bytesText(missing))}</button>}
        {offer && <button type="button" onClick={install}>{t.install}</button>}
        {state === 'ready' && <button type="button" className="quiet" disabled={keeping} onClick={() => void app.offlineForgotten()}>{t.forget}</button>}
        {(state === 'off' || state === 'refused') && <button type="button" onClick={app.offlineWanted}>{t.keep}</button>}
      </div>
    </section>
  );
}
