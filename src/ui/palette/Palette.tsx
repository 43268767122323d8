/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/click-events-have-key-events -- options of a combobox: no native one shows groups and shortcuts, and its keys are those of the field */
/** Everything that the page can do, in one field: typed, chosen and done by keyboard. A combobox with a listbox, as the ARIA Authoring Practices have it. */
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import type { Command, CommandGroup } from '../../store/commands-slice';
import { useApp, useAppStore } from '../app-context';
import { Modal } from '../Modal';
import { commandsOf } from './commands';
import { allowSingleKeys, singleKeys } from './keys';
import { longestLine, ranked, readRecent, withRecent } from './ranking';
import './style.css';
import { texts as t } from './texts';

const stored = 'stipple.recent-commands';
const recentCommands = (): readonly string[] => {
  try {
    return readRecent(localStorage.getItem(stored));
  } catch {
    return [];
  }
};
const rememberCommand = (id: string): void => {
  try {
    localStorage.setItem(stored, JSON.stringify(withRecent(recentCommands(), id)));
  } catch {
    // A browser that keeps nothing: the order stays as it is.
  }
};

export default function Palette() {
  const which = useApp((app) => app.palette);
  if (which === undefined) return null;
  return which === 'commands' ? <Commands /> : <Shortcuts />;
}

interface Part {
  readonly title: string;
  readonly commands: readonly Command[];
}
/** With nothing typed by groups, those used last on top; else as they fit, each with its group beside it. */
function partsOf(typed: string, commands: readonly Command[], recent: readonly string[]): readonly Part[] {
  const order = Object.keys(t.groups) as CommandGroup[];
  const fitting = ranked(typed, commands, recent);
  if (typed.trim() !== '') return [{ title: '', commands: fitting.slice(0, 60) }];
  const used = recent.flatMap((id) => commands.filter((command) => command.id === id)).slice(0, 4);
  return [{ title: t.recent, commands: used }, ...order.map((group) => ({ title: t.groups[group], commands: fitting.filter((command) => command.group === group && !used.includes(command)) }))].filter((part) => part.commands.length > 0);
}

function Commands() {
  const store = useAppStore();
  // A run moves the state ten times a second: followed is what changes the commands.
  useApp((app) => app.experiment);
  useApp((app) => app.run?.status);
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const [recent] = useState(recentCommands);
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const parts = partsOf(typed, commandsOf(store.getState(), typed), recent);
  const flat = parts.flatMap(({ commands }) => commands);
  const chosen = Math.min(at, flat.length - 1);
  useEffect(() => void document.getElementById(`${id}-${chosen}`)?.scrollIntoView({ block: 'nearest' }), [id, chosen, typed]); // some browsers give a promise
  const doIt = (command: Command | undefined): void => {
    if (!command) return;
    if (command.completes !== undefined) {
      setTyped(command.completes);
      setAt(0);
      return field.current?.focus();
    }
    if (!command.id.endsWith('/set')) rememberCommand(command.id);
    dialog.current?.close(); // first: the focus goes back to where it was, and what is done may move it on
    store.getState().paletteShown(undefined);
    command.act();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const to: Readonly<Record<string, number>> = { ArrowDown: (chosen + 1) % flat.length, ArrowUp: (chosen - 1 + flat.length) % flat.length, PageDown: Math.min(flat.length - 1, chosen + 8), PageUp: Math.max(0, chosen - 8) };
    if (event.key === 'Enter') doIt(flat[chosen]);
    else if (event.key in to && flat.length > 0) setAt(to[event.key]!);
    else return;
    event.preventDefault();
  };
  let index = -1;
  const option = (command: Command, flatList: boolean) => {
    const here = ++index;
    return (
      <div key={command.id} id={`${id}-${here}`} role="option" tabIndex={-1} aria-selected={here === chosen} onClick={() => doIt(command)} onMouseMove={() => here !== chosen && setAt(here)}>
        <span>{command.label}{command.detail !== undefined && <small>{command.detail}</small>}</span>
        {command.shortcut && <kbd>{command.shortcut}</kbd>}
        {flatList && <small className="palette-group">{t.groups[command.group]}</small>}
      </div>
    );
  };
  return (
    <Modal dialog={dialog} className="palette" label={t.title} onClose={() => store.getState().palette === 'commands' && store.getState().paletteShown(undefined)}>
      <input
        ref={field} className="text" type="text" name="command" role="combobox" aria-label={t.title} aria-expanded={flat.length > 0} aria-controls={`${id}-list`} aria-autocomplete="list" aria-describedby={`${id}-help`}
        aria-activedescendant={flat.length > 0 ? `${id}-${chosen}` : undefined} autoComplete="off" autoCapitalize="off" spellCheck={false} maxLength={longestLine} placeholder={t.placeholder} value={typed}
        onKeyDown={onKeyDown} onChange={(e) => {
          setTyped(e.target.value);
          setAt(0);
        }} />
      <div className="palette-list" id={`${id}-list`} role="listbox" aria-label={t.title}>
        {parts.map(({ title, commands }) => (
          <div key={title} role="group" aria-label={title || t.title}>
            {title !== '' && <p className="palette-title" aria-hidden="true">{title}</p>}
            {commands.map((command) => option(command, title === ''))}
          </div>
        ))}
      </div>
      {flat.length === 0 && <p className="blank">{t.none(typed.slice(0, 60))}</p>}
      <p className="soft" id={`${id}-help`}>{t.help}</p>
      <output className="unseen">{typed.trim() === '' ? '' : t.found(flat.length)}</output>
    </Modal>
  );
}

function Shortcuts() {
  const store = useAppStore();
  const dialog = useRef<HTMLDialogElement>(null);
  const [single, setSingle] = useState(singleKeys);
  const id = useId();
  const s = t.shortcutList;
  return (
    <Modal dialog={dialog} className="palette shortcuts" labelledBy={id} onClose={() => store.getState().palette === 'shortcuts' && store.getState().paletteShown(undefined)}>
      <header className="panel-head"><h2 id={id}>{s.title}</h2><button type="button" className="quiet" onClick={() => dialog.current?.close()}>{s.close}</button></header>
      <dl>{s.rows.map(([keys, what]) => <div key={keys}><dt><kbd>{keys}</kbd></dt><dd>{what}</dd></div>)}</dl>
      <p className="soft">{s.intro}</p>
      <label className="row"><input type="checkbox" role="switch" name="single-keys" className="switch" checked={single} aria-checked={single} onChange={(e) => {
        allowSingleKeys(e.target.checked);
        setSingle(e.target.checked);
      }} />{s.single}</label>
      <p className="soft">{s.singleHelp}</p>
    </Modal>
  );
}
