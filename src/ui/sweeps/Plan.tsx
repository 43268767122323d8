/** What varies, and how: the fields of a sweep before it runs. */
import { useId, useMemo } from 'react';
import { toProblem } from '../../base/errors';
import { planSweep } from '../../spec/sweep';
import { selectCard } from '../../store/app';
import { axisFor, draftFor, mostJobs, optionsOf, readDraft, variable, type AxisDraft } from '../../store/sweep-draft';
import { useApp, useAppStore } from '../app-context';
import { knobText } from './knob-text';
import { CopyLink } from './Sweeps';
import { texts } from './texts';

export function Plan() {
  const store = useAppStore();
  const card = useApp(selectCard);
  const experiment = useApp((app) => app.experiment);
  const whole = useApp((app) => app.draft);
  const made = useMemo(() => {
    if (!card || !experiment) return undefined;
    try {
      const sweep = readDraft(card, experiment, whole);
      return { points: planSweep(card, sweep).length, sweep };
    } catch (error) {
      return { problem: toProblem(error).message };
    }
  }, [card, experiment, whole]);
  if (!card || !experiment) return <p className="blank">{texts.noExperiment}</p>;
  const draft = draftFor(card, whole);
  const act = store.getState();
  const axesChanged = (axes: readonly AxisDraft[]): void => act.draftChanged({ method: card.id, axes });
  const left = variable(card).filter((name) => !draft.axes.some((a) => a.knob === name));
  const field = (label: string, value: string, change: (text: string) => void, help?: string) => <Field label={label} value={value} change={change} help={help} />;
  return (
    <section className="panel sweep-plan" aria-label={texts.plan}>
      <h2>{texts.plan}</h2>
      <p className="soft">{texts.of(card.title)} <button type="button" className="quiet link-like" onClick={() => act.placeChosen(undefined)}>{texts.change}</button></p>
      {draft.axes.map((axis, i) => (
        <AxisFields key={axis.knob} axis={axis} card={card} change={(more) => axesChanged(draft.axes.map((a, at) => (at === i ? { ...a, ...more } : a)))} remove={() => axesChanged(draft.axes.filter((_, at) => at !== i))} />
      ))}
      {left.length > 0 && draft.axes.length < 8 && (
        <p className="row"><label>{texts.add} <select value="" onChange={(e) => e.target.value !== '' && axesChanged([...draft.axes, axisFor(card, experiment, e.target.value)])}>
          <option value="">{texts.choose}</option>{left.map((name) => <option key={name} value={name}>{card.knobs[name]!.label}</option>)}
        </select></label></p>
      )}
      <div className="sweep-settings">
        <label>{texts.mode} <select value={draft.random ? 'random' : 'grid'} onChange={(e) => act.draftChanged({ random: e.target.value === 'random' })}><option value="grid">{texts.grid}</option><option value="random">{texts.random}</option></select></label>
        {draft.random && field(texts.points, draft.points, (points) => act.draftChanged({ points }))}
        {draft.random && field(texts.draw, draft.draw, (draw) => act.draftChanged({ draw }), texts.drawHelp)}
        {field(texts.seeds, draft.seeds, (seeds) => act.draftChanged({ seeds }), texts.seedsHelp)}
        <label title={texts.jobsHelp}>{texts.jobs} <select value={draft.jobs} onChange={(e) => act.draftChanged({ jobs: Number(e.target.value) })}>{Array.from({ length: Math.max(2, mostJobs()) }, (_, i) => i + 1).map((n) => <option key={n} value={n}>{n}</option>)}</select></label>
      </div>
      <output className={made?.problem && draft.axes.length > 0 ? 'note block' : 'soft block'}>{draft.axes.length === 0 ? texts.nothing : made?.problem ?? texts.will(made!.points!, made!.sweep!.base.seeds, experiment.arms.length)}</output>
      <p className="row actions"><button type="button" className="primary" disabled={!made || made.problem !== undefined} onClick={act.sweepStarted}>{texts.start}</button><CopyLink /></p>
      <p className="soft">{texts.shared}</p>
    </section>
  );
}

function Field({ label, value, change, help }: { label: string; value: string; change: (text: string) => void; help: string | undefined }) {
  const id = useId();
  return <span className="field"><label htmlFor={id} title={help}>{label}</label><input id={id} type="text" inputMode="decimal" autoComplete="off" spellCheck={false} value={value} onChange={(e) => change(e.target.value)} /></span>;
}
function AxisFields({ axis, card, change, remove }: { axis: AxisDraft; card: NonNullable<ReturnType<typeof selectCard>>; change: (more: Partial<AxisDraft>) => void; remove: () => void }) {
  const knob = card.knobs[axis.knob]!;
  const numeric = knob.type !== 'choice' && knob.type !== 'toggle';
  const chosen = axis.list.split(',').filter((v) => v !== '');
  return (
    <fieldset className="sweep-axis">
      <legend>{knob.label}</legend>
      {numeric ? (
        <>
          <label>{texts.form} <select value={axis.form} onChange={(e) => change({ form: e.target.value as AxisDraft['form'] })}>{(['log', 'lin', 'list'] as const).map((f) => <option key={f} value={f}>{texts.forms[f]}</option>)}</select></label>
          {axis.form === 'list' ? <Field label={texts.list} value={axis.list} change={(list) => change({ list })} help={undefined} /> : (
            <>
              <Field label={texts.from} value={axis.from} change={(from) => change({ from })} help={undefined} />
              <Field label={texts.to} value={axis.to} change={(to) => change({ to })} help={undefined} />
              <Field label={texts.count} value={axis.count} change={(count) => change({ count })} help={undefined} />
            </>
          )}
        </>
      ) : (
        <fieldset className="plain row" aria-label={texts.options(knob.label)}>
          {optionsOf(knob).map((value) => (
            <label key={String(value)}><input type="checkbox" checked={chosen.includes(String(value))} onChange={(e) => change({ list: optionsOf(knob).filter((v) => (v === value ? e.target.checked : chosen.includes(String(v)))).join(',') })} /> {knobText(card, axis.knob, value)}</label>
          ))}
        </fieldset>
      )}
      <button type="button" className="quiet" aria-label={texts.remove(knob.label)} onClick={remove}>×</button>
    </fieldset>
  );
}
