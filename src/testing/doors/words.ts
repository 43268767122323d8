/** Words from outside: links, addresses, saved experiments, lines that are typed. */
import { InputError, StippleError } from '../../base/errors';
import { addressOf, download, nameOf } from '../../data/download';
import { lessons } from '../../lessons';
import { cards } from '../../methods/cards';
import { fileFor, type BuiltFile } from '../../offline/rules';
import { readRef, refText } from '../../spec/diff';
import { defaultExperiment, type Experiment } from '../../spec/experiment';
import { checkKnob, readKnobs } from '../../spec/knobs';
import { readLesson, type Lesson } from '../../spec/lesson';
import { linkLimit, readLink, writeLink } from '../../spec/link';
import type { TensorDescription } from '../../spec/own-model';
import { partsOf, resolveUses } from '../../spec/pattern';
import { readPlace, writePlace } from '../../spec/place';
import { readSweep, writeSweep } from '../../spec/sweep';
import { embedCode, readEmbedding } from '../../store/embed';
import { isStepDone, lessonAddress, readLessonQuery } from '../../store/lesson-slice';
import { readSaved, writeSaved } from '../../store/saved';
import { wishesOf } from '../../ui/palette/knob-values';
import { ranked, readRecent } from '../../ui/palette/ranking';
import { storeWithWorker } from '../../store/testing/test-worker';
import { Broken, mustBeSame, textParser } from '../parser';

const all = Object.values(cards);
export const winner = cards.winner!;
const file = { name: 'a:b, c.csv', sizeBytes: 12, sha256: 'ab'.repeat(32) };
const experiments = all.map((card): Experiment => ({ ...defaultExperiment(card), seed: 3, seeds: 5, backend: 'wasm', threads: 2, files: [file] }));
export const links = experiments.map((experiment) => writeLink(cards[experiment.method]!, experiment, { provider: 'wasm', fingerprint: '0123456789abcdef', marks: [1.5, -2] }));
/** Every knob written out, so that each can be distorted. */
const fullLinks = all.map(({ id, knobs }) => `#${id}?v=1&${Object.entries(knobs).map(([name, knob]) => `k.${name}=${encodeURIComponent(String(knob.default))}`).join('&')}`);
export function soundExperiment(experiment: Experiment): void {
  const card = cards[experiment.method]!;
  for (const [name, value] of Object.entries(experiment.knobs)) if ('problem' in checkKnob(name, card.knobs[name]!, value)) throw new Broken(`the knob ${name} is ${String(value)}`);
  const link = writeLink(card, experiment);
  if (link.length <= linkLimit) mustBeSame(experiment, readLink(link, cards).experiment, 'written and read again');
}
const numeric = Object.entries(winner.knobs).filter(([, knob]) => knob.type === 'float' || knob.type === 'logFloat' || knob.type === 'int');
export const sweepLinks = numeric.flatMap(([name, knob]) => ('min' in knob ? [
  writeSweep(winner, { base: defaultExperiment(winner), axes: [{ knob: name, values: [knob.default] }] }),
  writeSweep(winner, { base: defaultExperiment(winner), axes: [{ knob: name, from: knob.min, to: knob.max, log: false, count: 3 }], random: { points: 5, seed: 2 } }),
] : []));
const asJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError('This is no JSON.');
  }
};
/** No text of what was let in is anything but text, and nothing hangs on a prototype of its own. */
function plain(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype) throw new Broken('an object with a prototype of its own came through');
  for (const entry of Object.values(value)) plain(entry);
}

export const ofLinks = () => textParser([...links, ...fullLinks], (text) => soundExperiment(readLink(text, cards).experiment));
export const ofSaved = () => textParser(experiments.flatMap((experiment) => [writeSaved(cards[experiment.method]!, experiment), JSON.stringify(experiment)]), (text) => soundExperiment(readSaved('x.json', text, cards).experiment));
export const ofKnobs = () => textParser(experiments.map(({ knobs }) => JSON.stringify(knobs)), (text) => {
  const values = asJson(text);
  if (typeof values !== 'object' || values === null) return;
  for (const { knobs } of all.slice(0, 3)) for (const [name, value] of Object.entries(readKnobs(knobs, values as Readonly<Record<string, unknown>>))) if ('problem' in checkKnob(name, knobs[name]!, value)) throw new Broken(`the knob ${name} is ${String(value)}`); // an object, by the line above
});
export const ofPlaces = () => textParser(['#library/sets/objects?seed=3&k.shift=blur&k.noise=0.5', '#library/models/cnn', '#library/runs', '#library/runs?a=x&b=y', '#library/kitchen', '#library/diff?a=shipped:cnn&b=kept:0123', '#library/sweeps', '#library/storage'], (text) => {
  const place = readPlace(text.replaceAll(/\p{Cs}/gu, '\uFFFD')); // as an address bar gives it
  if (place && writePlace(place).length <= linkLimit) mustBeSame(place, readPlace(writePlace(place)), 'written and read again');
  const ref = readRef(text);
  if (ref) mustBeSame(ref, readRef(refText(ref)), 'a model written and read again');
});
export const ofSweepLinks = () => textParser(sweepLinks, (text) => {
  const { sweep } = readSweep(text, cards);
  const link = writeSweep(cards[sweep.base.method]!, sweep);
  if (link.length <= linkLimit) mustBeSame(sweep, readSweep(link, cards).sweep, 'written and read again');
});
export const ofEmbedding = () => textParser(['?embed&lock', '?embed=1', '?embed&show=steps,width', '?x=y&embed'], (text) => {
  const { embedded, locked, show } = readEmbedding(text);
  if (locked && !embedded) throw new Broken('locked, but not embedded');
  const code = embedCode('https://a.example/', `#${text}`, text, locked ? 'none' : (show ?? 'all'));
  if (!/^<iframe src="[^"<>]*" title="[^"<>]*" width="960" height="720" allow="cross-origin-isolated" style="border: 0"><\/iframe>$/.test(code)) throw new Broken(`markup came through: ${code.slice(0, 300)}`);
});
/** Every part that a step can have, each way of waiting and of looking. */
const fullLesson: Lesson = {
  ...lessons[0]!, id: 'full', steps: [
    { title: 'a', text: ['b'], link: links[0]!.replace(/&file=[^&]*|&proof=[^&]*/g, ''), look: { kind: 'knob', name: Object.keys(all[0]!.knobs)[0]! }, until: { kind: 'knob', name: Object.keys(all[0]!.knobs)[0]!, from: 1, to: 2, is: 'x' } },
    { title: 'a', text: ['b'], look: { kind: 'chart', name: all[0]!.charts[0]!.metric }, until: { kind: 'seeds', least: 2 }, foretold: { says: 'c', left: { arm: Object.keys(all[0]!.arms)[0]!, metric: 'm' }, right: { arm: Object.keys(all[0]!.arms)[0]!, metric: 'n' }, comparison: '<' } },
    ...Object.keys(all[0]!.pictures).slice(0, 1).map((name) => ({ title: 'a', text: ['b'], look: { kind: 'picture' as const, name } })),
    ...Object.keys(all[0]!.invariants).slice(0, 1).map((name) => ({ title: 'a', text: ['b'], look: { kind: 'light' as const, name } })),
    ...Object.keys(all[0]!.asks ?? {}).slice(0, 1).map((name) => ({ title: 'a', text: ['b'], look: { kind: 'ask' as const, name } })),
    { title: 'a', text: ['b'], look: { kind: 'about' }, until: { kind: 'answered' }, question: { asks: 'd', options: [{ text: 'e', why: 'f' }, { text: 'g', why: 'h' }], right: 1 } },
  ],
};
/** A teacher's own file. */
export const ofLessons = () => textParser([...lessons, fullLesson].map((lesson) => JSON.stringify(lesson)), async (text) => {
  const lesson = readLesson(asJson(text), cards);
  plain(lesson);
  mustBeSame(lesson, readLesson(JSON.parse(JSON.stringify(lesson)), cards), 'written and read again');
  for (const step of lesson.steps) if (step.link !== undefined) soundExperiment(readLink(step.link, cards).experiment);
  const { app } = storeWithWorker(cards);
  if (!(await app().lessonBrought({ name: 'x.json', size: text.length, text: async () => text, arrayBuffer: async () => new ArrayBuffer(0) }))) throw new Broken('the page does not take it');
  app().lessonOpened(app().ownLessons[0]!.id);
  for (const [at, { until }] of lesson.steps.entries()) {
    app().lessonStepped(at);
    app().lessonAnswered(0);
    if (until?.kind === 'knob' && until.is !== undefined) app().knobTurned(until.name, until.is);
    isStepDone(app());
  }
  app().lessonClosed();
  app().lessonsForgotten();
});
export const ofLessonLinks = () => textParser(['?lesson=soup&step=3', '?lesson=silent-networks', '?embed&lesson=soup&step=1&lock', '?step=2'], (text) => {
  const asked = readLessonQuery(text);
  if (!asked) return;
  const address = lessonAddress(`https://a.example/x?embed&${encodeURIComponent(text.replaceAll(/\p{Cs}/gu, ''))}#y`, { lesson: { ...lessons[0]!, id: asked.id }, at: asked.at });
  mustBeSame(asked, readLessonQuery(new URL(address).search), 'written and read again');
});
/** Lines of the palette: a knob and its value, a command, what was chosen before. */
export const ofTyped = () => textParser(['hidden 64', 'learning rate = 0.003', 'noise on', 'Run', 'greedy soup', '["run/run", "knob/hidden"]', 'steps: 40%'], (text) => {
  for (const { name, knob, value } of wishesOf(text, winner.knobs)) if ('problem' in checkKnob(name, knob, value)) throw new Broken(`the knob ${name} is ${String(value)}`);
  ranked(text, all.map(({ id, title, claim }) => ({ id, group: 'methods' as const, label: title, also: claim, act: () => undefined })));
  if (readRecent(text).some((id) => typeof id !== 'string')) throw new Broken('a recent command is no text');
});
const tensor = (name: string, more: Partial<TensorDescription> = {}): TensorDescription => ({ name, dtype: 'float32', shape: [4], count: 4, role: 'weight', defaultUse: 'trained', ...more });
const tensors = [tensor('features.0.weight', { shape: [2, 2] }), tensor('features.0.running_mean', { role: 'statistic', defaultUse: 'frozen' }), tensor('__proto__'), tensor('head.bias', { role: 'bias' }), tensor('a'.repeat(400)), tensor('positions', { role: 'constant', blocked: 'No gradient passes.' })];
/** Which tensors of a model: a knob, and so part of a link. */
export const ofPatterns = () => textParser(['features.*, head.bias', '*.weight', '?eatures.0.*, !x', 'a', '^head\\..*$', `${'*a'.repeat(40)}b`], (text) => {
  const pattern = text.slice(0, 600); // the knob's limit
  for (const use of ['trained', 'masked', 'frozen'] as const) {
    try {
      const { uses } = resolveUses({ tensors }, { [use]: pattern });
      if (Object.keys(uses).length !== tensors.length) throw new Broken('a tensor was lost');
    } catch (error) {
      if (error instanceof StippleError && use !== 'frozen') continue;
      throw error;
    }
  }
  partsOf(pattern);
});
/** What a server says, and where. The first line is the address, the second the status, then headers, an empty line, and the body. */
export const ofDownloads = () => textParser([
  'https://a.example/resolve/main/model.onnx?download=true\n200\ncontent-length: 5\netag: "x"\n\nhello', 'https://a.example/%E0%A4%A\n206\ncontent-range: bytes 2-4/5\netag: "x"\ncontent-length: 3\n\nllo', 'http://[::1]:80/a/b/\n200\ncontent-encoding: gzip\ncontent-length: 99\nlast-modified: Tue\n\n', 'https://a.example/x\n503\n\n', 'https://a.example/x\n416\n\n', 'https://a.example/x\n200\ncontent-length: 20000\n\nx', 'https://a.example/x\n206\ncontent-range: bytes 2-4/5\netag: "y"\n\nllo',
], async (text) => {
  const [head = '', ...rest] = text.split('\n\n');
  const [address = '', status = '', ...lines] = head.split('\n');
  const body = new TextEncoder().encode(rest.join('\n\n'));
  const answer = async (): Promise<Response> => {
    const code = Number(status);
    try {
      return new Response([204, 304].includes(code) ? null : body, { status: code >= 200 && code <= 599 ? code : 200, headers: lines.map((line): [string, string] => [line.split(':')[0]!.trim(), line.split(':').slice(1).join(':').trim()]) });
    } catch (error) {
      throw new TypeError(`no answer of a server: ${String(error).slice(0, 40)}`); // what the network layer would not let pass
    }
  };
  const url = addressOf(address);
  const options = { limit: 10_000, fetch: answer as typeof fetch, retries: 1, wait: async () => undefined };
  if (status === '416') await download(address, { ...options, known: { sizeBytes: 5, sha256: 'ab'.repeat(32) } });
  const { name, bytes } = await download(address, { ...options, partial: { url: url.href, bytes: new TextEncoder().encode('he'), validator: 'etag "x"', total: 5 } });
  if (bytes.length > options.limit) throw new Broken('more came than the limit');
  if (name.includes('/') || name.length > 200 || name !== nameOf(url)) throw new Broken(`a name of a file is ${JSON.stringify(name)}`);
});
const built = new Map(['index.html', 'assets/index-DRI6kwNC.js'].map((path): [string, BuiltFile] => [path, { path, sha256: '', sizeBytes: 1 }]));
/** Addresses that a page asks its service worker for. */
export const ofPageRequests = () => textParser(['', 'index.html?lesson=soup', 'assets/index-DRI6kwNC.js', 'assets/%41.js', '../x', '%E0%A4%A'], (text) => {
  for (const mode of ['navigate', 'cors'] as const) {
    const found = fileFor({ method: 'GET', mode, url: `https://a.example/lab/${text}` }, 'https://a.example/lab/', built);
    if (found && !built.has(found.path)) throw new Broken(`a file that was not built: ${found.path}`);
  }
});
