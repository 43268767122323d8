import { describe, expect, test } from 'vitest';
import { cards } from '../../methods/cards';
import { choice, float, int, logFloat, text, toggle } from '../../spec/knobs';
import type { Command } from '../../store/commands-slice';
import { createAppStore } from '../../store/app';
import { TestWorker } from '../../store/testing/test-worker';
import { createWorkerClient } from '../../store/worker-client';
import { commandsOf } from './commands';
import { valueOf, wishesOf } from './knob-values';
import { fitOf, ranked, readRecent, withRecent } from './ranking';

const command = (label: string, also = ''): Command => ({ id: label, group: 'run', label, also, act: () => undefined });
const names = (typed: string, commands: readonly Command[], recent: readonly string[] = []): string[] => ranked(typed, commands, recent).map(({ label }) => label);

describe('what a few letters mean', () => {
  const list = ['Run', 'Run again', 'Go to Runs', 'Reset', 'Copy the link', 'Copy the embed code', 'Theme: Dark', 'Learning rate…', 'Model soups'].map((label) => command(label));
  test('nothing typed leaves all, in their order, those used last first', () => {
    expect(names('', list)).toEqual(list.map(({ label }) => label));
    expect(names('', list, ['Theme: Dark', 'Reset']).slice(0, 3)).toEqual(['Theme: Dark', 'Reset', 'Run']);
  });
  test('a whole word comes before a beginning, a beginning before a part', () => {
    expect(names('run', list)).toEqual(['Run', 'Run again', 'Go to Runs']);
    expect(names('rate', [command('Generate'), command('Ratebook'), command('Learning rate')])).toEqual(['Learning rate', 'Ratebook', 'Generate']);
  });
  test('every word counts, in any order', () => {
    expect(names('embed copy', list)).toEqual(['Copy the embed code']);
    expect(names('copy soup', list)).toEqual([]);
  });
  test('initials, one slip of the finger and letters left out are understood', () => {
    expect(names('lr', list)[0]).toBe('Learning rate…');
    for (const typed of ['lerning', 'laerning', 'learnimg', 'learnning']) expect(names(typed, list), typed).toEqual(['Learning rate…']);
    expect(names('thm', list)).toEqual(['Theme: Dark']);
    expect(names('zzz', list)).toEqual([]);
  });
  test('accents and capitals make no difference, and other words count less than the label', () => {
    expect(fitOf('ECOLE', { label: 'École' })).toBeGreaterThan(1);
    expect(fitOf('dark', { label: 'Dark' })).toBeGreaterThan(fitOf('dark', { label: 'Theme', also: 'dark' }));
  });
  test('among equals the one used last comes first', () => {
    expect(names('copy', list)[0]).toBe('Copy the link');
    expect(names('copy', list, ['Copy the embed code'])[0]).toBe('Copy the embed code');
  });
  test('what was used last is kept newest first, once, and bounded; a damaged store is empty', () => {
    expect(withRecent(['a', 'b', 'c'], 'b')).toEqual(['b', 'a', 'c']);
    expect(withRecent(Array.from({ length: 30 }, (_, i) => String(i)), 'x')).toHaveLength(12);
    for (const bad of ['{', '{"a":1}', 'null', '17']) expect(readRecent(bad)).toEqual([]);
    expect(readRecent('["a", 3, null, "b"]')).toEqual(['a', 'b']);
  });
});

describe('a knob and its value in one line', () => {
  const knobs = {
    hidden: int({ label: 'Hidden units', min: 8, max: 256, default: 32 }), learningRate: logFloat({ label: 'Learning rate', min: 1e-5, max: 1, default: 0.01 }), noise: float({ label: 'Noise', min: 0, max: 1, default: 0 }),
    kind: choice({ label: 'Kind of task', options: { audio: 'Sound', image: 'Picture' }, default: 'audio' }), shuffle: toggle({ label: 'Shuffle', default: true }), prompt: text({ label: 'Prompt', maxLength: 20, default: '' }),
  };
  const first = (line: string) => {
    const [wish] = wishesOf(line, knobs);
    return wish && [wish.name, wish.value];
  };
  test.each([
    ['hidden 64', ['hidden', 64]], ['hidden units = 64', ['hidden', 64]], ['Hidden:128', ['hidden', 128]], ['learning rate 3e-3', ['learningRate', 0.003]], ['lr .5', ['learningRate', 0.5]], ['noise 25%', ['noise', 0.25]],
    ['kind picture', ['kind', 'image']], ['kind of task = audio', ['kind', 'audio']], ['shuffle off', ['shuffle', false]], ['prompt = a red circle', ['prompt', 'a red circle']],
  ] as const)('%s', (line, wished) => expect(first(line)).toEqual(wished));
  test.each(['hidden', 'hidden 4', 'hidden 64.5', 'hidden many', 'noise 1e999', 'nothing 3', 'shuffle maybe', 'pro a red circle', '= 3'])('%s is refused', (line) => expect(first(line)).toBeUndefined());
  test('a value is brought to what the knob takes or not taken at all', () => {
    expect(valueOf('noise', knobs.noise, 'NaN')).toBeUndefined();
    expect(valueOf('noise', knobs.noise, '0x1')).toBeUndefined();
  });
});

describe('the commands of a page', () => {
  const store = createAppStore({ cards, worker: createWorkerClient(() => new TestWorker()) });
  const now = (typed = '') => commandsOf(store.getState(), typed);
  test('names are unique', () => {
    const ids = now('hidden 64').map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
  test('every method and every knob of the card at hand is found by its own name', () => {
    for (const { title } of Object.values(cards)) expect(ranked(title, now(title))[0]?.label, title).toBe(title);
    for (const { label } of Object.values(cards[store.getState().experiment!.method]!.knobs)) expect(ranked(label, now(label)).slice(0, 3).some((c) => c.label.includes(label)), label).toBe(true);
  });
  test('what a screen offers is found while it is there', () => {
    store.getState().commandsOffered('a screen', () => [{ id: 'x', group: 'page', label: 'Polish the lens', act: () => undefined }]);
    expect(ranked('polish', now('polish')).map(({ id }) => id)).toEqual(['x']);
    store.getState().commandsWithdrawn('a screen');
    expect(ranked('polish', now('polish'))).toEqual([]);
  });
  test('it turns the knob that was typed, and the seed', () => {
    store.getState().methodChosen('winner');
    ranked('hidden 48', now('hidden 48'))[0]!.act();
    expect(store.getState().experiment!.knobs.hidden).toBe(48);
    const { seed } = store.getState().experiment!;
    ranked('next seed', now('next seed'))[0]!.act();
    expect(store.getState().experiment!.seed).toBe(seed + 1);
  });
});
test('a page of pasted text means no command, and is told so at once', () => {
  const began = performance.now();
  for (const line of ['a '.repeat(20_000), 'x'.repeat(40_000), 'zz '.repeat(300), `hidden ${'6 '.repeat(400)}`]) {
    expect(wishesOf(line, cards.winner!.knobs)).toEqual([]);
    expect(ranked(line, commandsOf(createAppStore({ cards, worker: createWorkerClient(() => new TestWorker()) }).getState(), ''))).toEqual([]);
  }
  expect(performance.now() - began).toBeLessThan(2000);
});
