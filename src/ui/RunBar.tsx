/** Run, pause, step, stop, reset; how far it is; which provider runs and why. */
import { useLayoutEffect } from 'react';
import { durationText, leftText } from '../store/format';
import { isActive, type Run } from '../store/run';
import { selectBlocked } from '../store/asks-slice';
import { missingFiles } from '../store/experiment-slice';
import { sameRun } from '../store/run-slice';
import type { FileBytes } from '../spec/messages';
import { useApp, useAppStore } from './app-context';
import { singleKeys } from './palette/keys';
import { saveFile } from './pictures/save-file';
import { texts } from './texts';

const icons = {
  run: <path d="M3 1.5v11l9-5.5z" />,
  pause: <path d="M3 2h3v10H3zM8 2h3v10H8z" />,
  step: <path d="M2 2v10l7-5zM10 2h2v10h-2z" />,
  stop: <path d="M2.5 2.5h9v9h-9z" />,
  reset: <path d="M7 2.2a4.8 4.8 0 1 1-4.6 3.5M2 1.5v4.4h4.4" fill="none" stroke="currentColor" strokeWidth="1.7" />,
} as const;
const Icon = ({ name }: { name: keyof typeof icons }) => <svg width="14" height="14" viewBox="0 0 14 14" fill="currentColor" aria-hidden="true">{icons[name]}</svg>;

export function RunBar() {
  const app = useAppStore().getState();
  const status = useApp((s) => s.run?.status);
  const missing = useApp((s) => (s.experiment ? missingFiles(s.experiment, s.files).length > 0 : true));
  const blocked = useApp(selectBlocked);
  const any = status !== undefined;
  const active = useApp((s) => isActive(s.run));
  useSpaceKey();
  const c = texts.controls;
  return (
    <div className="run-bar" role="toolbar" aria-label={c.label}>
      {!active && <button type="button" className="primary" disabled={missing || blocked !== undefined} aria-describedby={blocked === undefined ? undefined : 'run-blocked'} onClick={app.runPressed} aria-keyshortcuts="Space"><Icon name="run" />{any ? c.again : c.run}</button>}
      {active && status === 'paused' && <button type="button" className="primary" onClick={app.resumePressed} aria-keyshortcuts="Space"><Icon name="run" />{c.resume}</button>}
      {active && status !== 'paused' && <button type="button" className="primary" disabled={status === 'stopping' || status === 'pausing'} onClick={app.pausePressed} aria-keyshortcuts="Space"><Icon name="pause" />{c.pause}</button>}
      <button type="button" disabled={status !== 'paused'} title={texts.hints.step} onClick={app.stepPressed}><Icon name="step" />{c.step}</button>
      <button type="button" disabled={!active || status === 'stopping'} title={texts.hints.stop} onClick={app.stopPressed}><Icon name="stop" />{c.stop}</button>
      <button type="button" disabled={!any} title={texts.hints.reset} onClick={app.resetPressed}><Icon name="reset" />{c.reset}</button>
    </div>
  );
}

/** Space runs, pauses and resumes, unless the focus is on something that has its own use for it. */
function useSpaceKey(): void {
  const store = useAppStore();
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target instanceof Element ? event.target : null;
      if (event.key !== ' ' || !singleKeys() || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
      if (target?.closest('button, input, select, textarea, a, summary, .table-scroll, [contenteditable], dialog')) return;
      event.preventDefault();
      const app = store.getState();
      if (app.run?.status === 'paused') app.resumePressed();
      else if (isActive(app.run)) app.pausePressed();
      else app.runPressed();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [store]);
}

/** The params of before a divergence, to be saved. */
function LastGood({ file }: { file: FileBytes }) {
  return <button type="button" onClick={() => saveFile(file.name, new Blob([file.bytes as Uint8Array<ArrayBuffer>]))}>{texts.saveLastGood}</button>;
}

/** Progress with the time left, for whatever lasts longer than two seconds. */
export function RunStatus() {
  const run = useApp((s) => s.run);
  const queue = useApp((s) => s.queue);
  const stale = useApp((s) => Boolean(s.run && s.experiment && s.queue.of === 0 && !sameRun(s.run.experiment, s.experiment)));
  const active = isActive(run);
  const drawn = (run?.seriesVersion ?? 0) > 0 && run?.problem?.kind === 'numerics';
  const missing = useApp((s) => s.experiment !== undefined && missingFiles(s.experiment, s.files).length > 0);
  const blocked = useApp(selectBlocked);
  const words = blocked !== undefined && !run ? texts.blocked : missing && !run ? texts.files.waiting : texts.status[run?.status ?? 'idle'];
  const progress = run?.progress;
  const long = active && progress && (progress.elapsedMs > 2000 || progress.elapsedMs + (progress.leftMs ?? 0) > 2000);
  return (
    <div className="run-status">
      <div className="status-line">
        <span className={`dot ${run?.status ?? 'idle'}`} aria-hidden="true" />
        <output><b>{words}</b>{run?.status === 'finished' && run.result && ` ${texts.took(durationText(run.result.elapsedMs))}`}</output>
        {active && queue.of > 0 && <span className="soft">{texts.queue(queue.of - queue.waiting.length, queue.of)}</span>}
        {active && progress && <span className="soft">{progress.label}</span>}
        {long && <span className="soft figure">{Math.round(progress.share * 100)} %{progress.leftMs !== undefined && `, ${texts.left(leftText(progress.leftMs))}`}</span>}
        <ProviderBadge run={run} />
      </div>
      {active && <progress max={1} value={progress ? progress.share : undefined} aria-label={progress?.label ?? words} />}
      {run?.problem && run.status !== 'failed' && <p className="note">{run.problem.message}</p>}
      {run?.problem && run.status === 'failed' && <div className="failure" role="alert"><b>{texts.failed}</b><p>{run.problem.message}</p>{drawn && <p className="soft">{texts.failedKept}</p>}{run.lastGood && <LastGood file={run.lastGood} />}</div>}
      {blocked !== undefined && !active && <p className="note problem" id="run-blocked">{blocked}</p>}
      {stale && !active && <p className="note">{texts.stale}</p>}
    </div>
  );
}

function ProviderBadge({ run }: { run: Run | undefined }) {
  const facts = useApp((s) => s.facts);
  if (!run?.provider && !facts) return null;
  const f = texts.facts;
  return (
    <details className="provider">
      <summary>{run?.provider ? <>{texts.providerOf} <b>{texts.provider[run.provider]}</b></> : texts.knobs.backend}</summary>
      <div className="provider-body">
        <p>{run?.why ?? texts.providerNone}</p>
        {facts && <p>{facts.webgpu.available ? f.webgpu(facts.webgpu.adapter, facts.webgpu.software, facts.webgpu.build) : f.noWebgpu} {f.wasm(facts.wasm.threads, facts.wasm.crossOriginIsolated)}</p>}
      </div>
    </details>
  );
}
