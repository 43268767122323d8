/** The screen of a card whose model is the user's: what came, whether it fits, what is trained, what can be taken away. Fetched when first needed. */
import { useState } from 'react';
import type { OwnModelDetails } from '../../spec/own-screen';
import { missingFiles } from '../../store/experiment-slice';
import { useApp } from '../app-context';
import { Mark } from '../Findings';
import { FitPanel } from './Fit';
import { LayersPanel } from './Layers';
import { DataPanel, ModelPanel } from './Panels';
import { Sources } from './Sources';
import './style.css';
import { TakeAway } from './TakeAway';
import { texts } from './texts';

export default function ModelScreen() {
  const inspected = useApp((app) => app.asks.inspect);
  const details = inspected?.details;
  const missing = useApp((app) => app.experiment !== undefined && missingFiles(app.experiment, app.files).length > 0);
  const busy = !missing && (inspected?.waiting ?? true);
  return (
    <section className="own" aria-label={texts.title} aria-busy={busy}>
      <Folded details={details}>
        <Sources />
        {details && <div className="own-pair"><ModelPanel details={details} /><DataPanel details={details} /></div>}
        {details && <FitPanel details={details} busy={busy} />}
        {!details && <p className="blank">{missing ? texts.missing : (inspected?.problem?.message ?? texts.waiting)}</p>}
      </Folded>
      {details && <LayersPanel details={details} />}
      {details && <TakeAway />}
    </section>
  );
}

/** Open until a run begins: then the curves are what one wants to see, and one line says what they are about. */
function Folded({ details, children }: { readonly details: OwnModelDetails | undefined; readonly children: React.ReactNode }) {
  const runId = useApp((app) => app.run?.id);
  // A press holds until the next run.
  const [pressed, setPressed] = useState<{ readonly runId: string | undefined; readonly open: boolean }>();
  const open = pressed?.runId === runId && pressed ? pressed.open : runId === undefined;
  return (
    <details className="own-all" open={open} onToggle={(e) => setPressed({ runId, open: e.currentTarget.open })}>
      <summary>
        <h2>{texts.title}</h2>
        {details && <span className="soft own-about"><Mark kind={details.problems.length === 0 ? 'yes' : 'no'} /> {details.from}{details.data && ` · ${details.data.from}`}</span>}
      </summary>
      <div className="own">{children}</div>
    </details>
  );
}
