/** What can always be done on the page, as commands. Pure, but for what they do when they are chosen. */
import type { Backend } from '../../spec/experiment';
import type { Knob, KnobValue } from '../../spec/knobs';
import { selectCard, type AppState } from '../../store/app';
import { selectBlocked } from '../../store/asks-slice';
import type { Command } from '../../store/commands-slice';
import { missingFiles } from '../../store/experiment-slice';
import { isActive } from '../../store/run';
import { claimSeeds } from '../Findings';
import { texts as page } from '../texts';
import { rangeOf, wishesOf } from './knob-values';
import { texts as t } from './texts';

const shown = (knob: Knob, value: KnobValue): string => (knob.type === 'toggle' ? page.toggles[value ? 'on' : 'off'] : knob.type === 'choice' ? (knob.options[String(value)] ?? String(value)) : String(value));

function ofRun(app: AppState): readonly Command[] {
  const { run, experiment } = app;
  const card = selectCard(app);
  if (!experiment || !card) return [];
  const command = (id: string, label: string, act: () => void, more: Partial<Command> = {}): Command => ({ id: `run/${id}`, group: 'run', label, act, ...more });
  const active = isActive(run);
  const ready = !active && missingFiles(experiment, app.files).length === 0 && selectBlocked(app) === undefined;
  return [
    ...(ready ? [command('run', run ? t.again : t.run, app.runPressed, { also: 'start train', shortcut: 'Space' })] : []),
    ...(run?.status === 'paused' ? [command('resume', t.resume, app.resumePressed, { also: 'go on continue', shortcut: 'Space' }), command('step', t.step, app.stepPressed, { also: 'single one optimiser step' })] : []),
    ...(run?.status === 'running' || run?.status === 'starting' ? [command('pause', t.pause, app.pausePressed, { also: 'hold wait', shortcut: 'Space' })] : []),
    ...(active && run?.status !== 'stopping' ? [command('stop', t.stop, app.stopPressed, { also: 'end abort cancel' })] : []),
    ...(run ? [command('reset', t.reset, app.resetPressed, { also: 'clear' })] : []),
    command('next-seed', t.nextSeed(experiment.seed + 1), () => app.seedChanged(experiment.seed + 1), { also: 'random luck', detail: t.now(String(experiment.seed)) }),
    command('five', t.more.five, () => app.seedsChanged(5), { also: 'several bands', detail: t.now(String(experiment.seeds)) }),
    command('one', t.more.one, () => app.seedsChanged(1), { detail: t.now(String(experiment.seeds)) }),
    ...(!active && card.claimCheck.length > 0 ? [command('claim', t.claim, () => app.claimCheckPressed(claimSeeds), { also: 'holds verdict evidence' })] : []),
    ...Object.entries(page.backend).map(([backend, label]) => command(`backend/${backend}`, t.backend(label), () => app.backendChosen(backend as Backend), { also: 'provider gpu cpu', detail: t.now(page.backend[experiment.backend]) })),
  ];
}
function ofKnobs(app: AppState, typed: string): readonly Command[] {
  const card = selectCard(app);
  if (!card || !app.experiment) return [];
  const { knobs: values, arms } = app.experiment;
  const wished = wishesOf(typed, card.knobs).map(({ name, knob, value }): Command => ({
    id: `knob/${name}/set`, group: 'knobs', label: t.set(knob.label, shown(knob, value)), also: typed, detail: t.now(shown(knob, values[name]!)), act: () => app.knobTurned(name, value),
  }));
  const named = Object.entries(card.knobs).map(([name, knob]): Command => {
    const now = shown(knob, values[name]!);
    return knob.type === 'toggle'
      ? { id: `knob/${name}`, group: 'knobs', label: t.set(knob.label, page.toggles[values[name] ? 'off' : 'on']), also: name, detail: t.now(now), act: () => app.knobTurned(name, !values[name]) }
      : { id: `knob/${name}`, group: 'knobs', label: t.knob(knob.label), also: name, detail: t.takes(now, rangeOf(knob)), completes: `${knob.label} = `, act: () => undefined };
  });
  const toggles = Object.entries(card.arms).filter(([arm]) => !arms.includes(arm) || arms.length > 1).map(([arm, { label }]): Command => ({ id: `arm/${arm}`, group: 'knobs', label: t.arm(label, arms.includes(arm)), also: 'arm baseline hide show', act: () => app.armToggled(arm, !arms.includes(arm)) }));
  return [...wished, ...named, { id: 'knob-defaults', group: 'knobs', label: t.defaults, also: 'restore reset', act: app.defaultsRestored }, ...toggles];
}
const ofMethods = (app: AppState): readonly Command[] => Object.values(app.cards).map((card): Command => ({
  id: `method/${card.id}`, group: 'methods', label: t.method(card.title), also: `${card.id} ${page.families[card.family]} ${card.source?.authors ?? ''} ${card.source?.year ?? ''} ${card.claim}`, detail: card.source ? `${card.source.authors}, ${card.source.year}` : page.families[card.family],
  act: () => {
    app.placeChosen(undefined);
    app.methodChosen(card.id);
  },
}));

/** In the order of their groups; `typed` may name a knob and its value. */
export function commandsOf(app: AppState, typed: string): readonly Command[] {
  return [...ofRun(app), ...ofKnobs(app, typed), ...Object.values(app.commands).flatMap((make) => make()), ...ofMethods(app), { id: 'shortcuts', group: 'page', label: t.shortcuts, also: 'keys keyboard help', shortcut: '?', act: () => app.paletteShown('shortcuts') }];
}
