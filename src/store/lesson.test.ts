import { expect, test } from 'vitest';
import { lessons } from '../lessons';
import { cards } from '../methods/cards';
import { isStepDone, lessonAddress, readLessonQuery } from './lesson-slice';
import { storeWithWorker } from './testing/test-worker';

const shelf = () => {
  const kept = new Map<string, string>();
  return { kept, settings: { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v), removeItem: (k: string) => void kept.delete(k) } };
};
const file = (value: unknown, name = 'mine.json') => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { name, size: text.length, text: async () => text, arrayBuffer: async () => new TextEncoder().encode(text).buffer as ArrayBuffer };
};

test('a lesson opens its experiment, goes from step to step, and remembers how far it came', () => {
  const { settings, kept } = shelf();
  const { app } = storeWithWorker(cards, { settings });
  expect(app().lessonOpened('silent-networks')).toBe(true);
  expect(app().experiment).toMatchObject({ method: 'winner', knobs: { steps: 200 } });
  app().lessonStepped(1);
  app().knobTurned('hidden', 32);
  app().lessonStepped(2); // no link: what the student has turned stays
  expect(app().experiment!.knobs.hidden).toBe(32);
  app().lessonStepped(99);
  expect(app().following!.at).toBe(2);
  app().lessonClosed();
  expect([app().following, JSON.parse([...kept.values()][0]!)]).toEqual([undefined, { 'silent-networks': 2 }]);
  expect(storeWithWorker(cards, { settings }).app().reached).toEqual({ 'silent-networks': 2 });
  app().lessonsForgotten();
  expect(kept.size).toBe(0);
});
test('opened in the middle, it brings the experiment of the step before', () => {
  const { app } = storeWithWorker(cards);
  app().lessonOpened('soup', 3);
  expect(app().experiment!.method).toBe('model-soups');
  app().lessonOpened('silent-networks', 1); // also where the page stood at the same method
  expect(app().experiment).toMatchObject({ method: 'winner', arms: ['siren', 'siren2'], knobs: { steps: 200 } });
  expect(app().lessonOpened('nothing')).toBe(false);
});
test('steps are done by what happens, not by a click', () => {
  const { app, worker } = storeWithWorker(cards);
  app().lessonOpened('silent-networks', 1);
  expect(isStepDone(app())).toBe(false);
  app().runPressed();
  const { runId } = worker().heard.findLast((c) => c.type === 'run')!;
  worker().say({ type: 'finished', runId, result: { outcomes: [], lights: [], proof: { provider: 'wasm', fingerprint: '00', marks: [] }, elapsedMs: 1 } });
  expect(isStepDone(app())).toBe(true);
  app().lessonStepped(5);
  expect(isStepDone(app())).toBe(false);
  app().seedsChanged(3);
  expect(isStepDone(app())).toBe(true);
  app().lessonOpened('same-bits', 2);
  app().lessonAnswered(1);
  expect(isStepDone(app())).toBe(false);
  app().lessonAnswered(0);
  expect(isStepDone(app())).toBe(true);
});
test('a teacher\'s lesson is taken in; one with the id of ours stands beside it; a bad one is refused in words and changes nothing', async () => {
  const { app } = storeWithWorker(cards);
  expect(await app().lessonBrought(file({ ...lessons[0]!, title: 'Mine' }))).toBe(true);
  expect(app().ownLessons.map(({ id, title }) => [id, title])).toEqual([['own-silent-networks', 'Mine']]);
  expect(app().lessonOpened('own-silent-networks')).toBe(true);
  for (const bad of ['{', 'null', '[]', { ...lessons[0]!, steps: [] }, 'x'.repeat(300_000), '{"__proto__":{"version":1}}']) expect(await app().lessonBrought(file(bad))).toBe(false);
  expect(app().ownLessons.length).toBe(1);
  expect(app().notices.at(-1)!.text).toMatch(/^"mine.json" is no lesson/);
});
test('a step has an address, beside what else the page was asked for', () => {
  const address = lessonAddress('https://a.example/lab/?embed&x=1&lesson=old#winner?v=1', { lesson: lessons[0]!, at: 2 });
  expect(address).toBe('https://a.example/lab/?embed&lesson=silent-networks&step=3');
  expect(readLessonQuery(new URL(address).search)).toEqual({ id: 'silent-networks', at: 2 });
  expect([readLessonQuery('?lesson=../x'), readLessonQuery('?step=2'), readLessonQuery('?lesson=a&step=-4')]).toEqual([{ id: '../x', at: 0 }, undefined, { id: 'a', at: 0 }]);
});
