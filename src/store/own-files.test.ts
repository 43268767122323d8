/** A card with a screen of its own and a model of the user's: files that take one another's place, questions that stand before Run. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defineCard } from '../spec/card';
import { defaultExperiment } from '../spec/experiment';
import { text } from '../spec/knobs';
import { turnKnob, withFile } from './experiment-slice';
import { kindOf, takeFile } from './files';
import { storeWithWorker } from './testing/test-worker';

const card = defineCard({
  id: 'demo', title: 'Demo', family: 'own', claim: '',
  knobs: { names: text({ label: 'Names', maxLength: 20, default: '' }) }, modelKnobs: ['names'],
  arms: { one: { label: 'One', says: '', role: 'method' } },
  charts: [], pictures: {}, invariants: {}, claimCheck: [], accepts: ['onnx', 'weights', 'npz', 'idx', 'csv', 'text'], screen: 'model',
  asks: {
    inspect: { title: '', says: '', needsRun: false, onScreen: true, knobs: {} },
    save: { title: '', says: '', needsRun: true, live: true, onScreen: true, knobs: {} },
  },
});
const zip = [0x50, 0x4b, 3, 4];
const file = (name: string, bytes: readonly number[]) => ({ name, size: bytes.length, arrayBuffer: () => Promise.resolve(Uint8Array.from(bytes).buffer), text: () => Promise.resolve('') });
const setUp = () => storeWithWorker({ demo: card });
const asksOf = ({ worker }: ReturnType<typeof setUp>) => worker().heard.filter((c) => c.type === 'ask');
const names = ({ app }: ReturnType<typeof setUp>) => app().experiment!.files.map((f) => f.name);
const settle = () => vi.advanceTimersByTimeAsync(200);
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a file is known by its first bytes, or by its ending where its kind has none', () => {
  const kind = (name: string, bytes: readonly number[]) => kindOf({ name, bytes: Uint8Array.from(bytes) }, card.accepts!);
  expect([kind('a.onnx', [8]), kind('a.onnx.data', [0]), kind('a.bin', zip), kind('a.csv', [49, 44]), kind('a.txt', [65]), kind('a.txt', [0, 1]), kind('a.gz', [0x1f, 0x8b]), kind('a.exe', [77])])
    .toEqual(['onnx', 'weights', 'weights', 'csv', 'text', undefined, 'idx', undefined]);
});
test('a new model takes the place of the old one and of its weights, new data that of old data, and the model\'s knobs fall back', async () => {
  const it = setUp();
  await it.app().filesDropped([file('w.data', [1]), file('x.npz', zip), file('m.onnx', [8, 1])]);
  expect(names(it)).toEqual(['m.onnx', 'w.data', 'x.npz']);
  it.app().knobTurned('names', 'head.*');
  await it.app().filesDropped([file('y.csv', [49])]);
  expect([names(it), it.app().experiment!.knobs.names]).toEqual([['m.onnx', 'w.data', 'y.csv'], 'head.*']);
  await it.app().filesDropped([file('n.onnx', [8, 2])]);
  expect([names(it), it.app().experiment!.knobs.names]).toEqual([['y.csv', 'n.onnx'], '']);
});
test('IDX files gather, and end the rule of other data', async () => {
  const loaded = await Promise.all(['a.gz', 'b.gz'].map((name, i) => takeFile(file(name, [0x1f, 0x8b, i]), card)));
  const npz = await takeFile(file('x.npz', zip), card);
  const files = Object.fromEntries([...loaded, npz].map(({ ref, bytes }) => [ref.sha256, { name: ref.name, bytes }]));
  const after = [npz, ...loaded].reduce((experiment, next) => withFile(card, experiment, files, next), defaultExperiment(card));
  expect(after.files.map((f) => f.name)).toEqual(['a.gz', 'b.gz']);
});
test('a file that the worker can make nothing of is taken back, with its reason; what was there stays', async () => {
  const it = setUp();
  await it.app().filesDropped([file('good.onnx', [8, 1])]);
  it.app().previewsMoved();
  await settle();
  it.worker().say({ type: 'answer', askId: asksOf(it)[0]!.askId, ask: 'inspect', answer: { pictures: {} } });
  await it.app().filesDropped([file('bad.onnx', [8, 2])]);
  it.app().previewsMoved();
  await settle();
  it.worker().say({ type: 'askFailed', askId: asksOf(it)[1]!.askId, ask: 'inspect', problem: { kind: 'input', message: 'bad.onnx ends early.' } });
  expect(names(it)).toEqual(['good.onnx']);
  expect(it.app().notices.at(-1)?.text).toMatch(/^bad\.onnx ends early\. .*kept/);
});
test('a problem that no drop has caused takes nothing back', async () => {
  const it = setUp();
  await it.app().filesDropped([file('good.onnx', [8, 1])]);
  it.app().knobTurned('names', 'nothing');
  it.app().previewsMoved();
  await settle();
  it.worker().say({ type: 'askFailed', askId: asksOf(it)[0]!.askId, ask: 'inspect', problem: { kind: 'input', message: 'No such name.' } });
  expect([names(it), it.app().experiment!.knobs.names]).toEqual([['good.onnx'], 'nothing']);
});
test('what does not fit keeps Run from starting, with the reason, until it fits', async () => {
  const it = setUp();
  const inspected = async (blocked?: string): Promise<void> => {
    it.app().previewsMoved();
    await settle();
    it.worker().say({ type: 'answer', askId: asksOf(it).at(-1)!.askId, ask: 'inspect', answer: blocked === undefined ? {} : { blocked } });
  };
  await inspected('x has 3 columns, and the model reads 4.');
  it.app().runPressed();
  expect(it.app().run).toBeUndefined();
  expect(it.app().notices.at(-1)?.text).toContain('3 columns');
  await inspected();
  it.app().runPressed();
  expect(it.app().run?.status).toBe('starting');
});
test('a live question is answered to its asker while the run goes on; one more worker, and it is told that no answer comes', async () => {
  const it = setUp();
  await expect(it.app().askedOnce('save', {})).rejects.toThrow(/Press Run/);
  it.app().runPressed();
  it.worker().say({ type: 'progress', runId: it.app().run!.id, share: 0.5, label: '', elapsedMs: 1 });
  const first = it.app().askedOnce('save', { what: 'onnx' });
  const [asked] = asksOf(it);
  expect([asked?.runId, asked?.values]).toEqual([it.app().run!.id, { what: 'onnx' }]);
  it.worker().say({ type: 'answer', askId: asked!.askId, ask: 'save', answer: { files: [{ name: 'm.onnx', bytes: Uint8Array.of(8) }] } });
  await expect(first).resolves.toMatchObject({ files: [{ name: 'm.onnx' }] });
  const second = it.app().askedOnce('save', {});
  it.worker().onerror?.(Object.assign(new Event('error'), { message: 'gone' }) as ErrorEvent);
  await expect(second).rejects.toThrow(/ask again/);
});
test('a file crosses to the worker once; a fresh worker is sent it again', async () => {
  const it = setUp();
  await it.app().filesDropped([file('m.onnx', [8, 1])]);
  const sent = async () => {
    it.app().previewsMoved();
    await settle();
    const last = asksOf(it).at(-1)!;
    it.worker().say({ type: 'answer', askId: last.askId, ask: 'inspect', answer: {} });
    return last.files;
  };
  const { sha256 } = it.app().experiment!.files[0]!;
  expect(await sent()).toEqual([{ name: 'm.onnx', bytes: Uint8Array.of(8, 1) }]);
  expect(await sent()).toEqual([{ sha256 }]);
  it.worker().onerror?.(Object.assign(new Event('error'), { message: 'gone' }) as ErrorEvent);
  expect(await sent()).toEqual([{ name: 'm.onnx', bytes: Uint8Array.of(8, 1) }]);
});
test('a knob of text takes one bounded line', () => {
  const experiment = defaultExperiment(card);
  expect(turnKnob(card, experiment, 'names', 'a,b').knobs.names).toBe('a,b');
  expect(turnKnob(card, experiment, 'names', 'x'.repeat(21))).toBe(experiment);
});
