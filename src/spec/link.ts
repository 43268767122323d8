/**
 * An experiment as a link: the readable difference from the card's defaults, in the URL's hash.
 *   #winner?v=1&seed=3&seeds=5&backend=wasm&threads=2&arms=siren,siren2&k.learningRate=0.0005&file=name:size:sha256&proof=wasm:0123456789abcdef:1.5,2
 * Links are hostile input: bounded in length, every field checked; a field that an old or foreign link holds and this version does
 * not know is dropped with a note, never guessed.
 */
import { LinkError } from '../base/errors';
import type { Card } from './card';
import { defaultExperiment, limits, type Backend, type Experiment, type FileRef } from './experiment';
import { checkKnob, type KnobValue } from './knobs';
import type { Proof } from './result';

export const linkLimit = 4096;
const backends: readonly Backend[] = ['auto', 'wasm', 'webgpu'];

export interface ReadLink {
  readonly experiment: Experiment;
  readonly proof?: Proof;
  /** What was dropped or replaced, a sentence each. */
  readonly notes: readonly string[];
}

/** Half a pair of surrogates, which no address can hold, becomes U+FFFD. */
const wellFormed = (text: string): string => text.replaceAll(/\p{Cs}/gu, '\uFFFD');
/** Escaped, but for the two signs that keep a link readable and mean nothing in a hash. */
export const readable = (text: string): string => encodeURIComponent(wellFormed(text)).replaceAll('%3A', ':').replaceAll('%2C', ',');
/** Shortest text that reads back as the same number. */
const showValue = (value: KnobValue): string => String(value);

export function writeLink(card: Card, experiment: Experiment, proof?: Proof): string {
  const base = defaultExperiment(card);
  const fields: [string, string][] = [['v', String(experiment.version)]];
  if (experiment.seed !== base.seed) fields.push(['seed', String(experiment.seed)]);
  if (experiment.seeds !== base.seeds) fields.push(['seeds', String(experiment.seeds)]);
  if (experiment.backend !== base.backend) fields.push(['backend', experiment.backend]);
  if (experiment.threads !== base.threads) fields.push(['threads', String(experiment.threads)]);
  if (experiment.arms.join() !== base.arms.join()) fields.push(['arms', experiment.arms.join(',')]);
  for (const [name, value] of Object.entries(experiment.knobs)) if (value !== base.knobs[name]) fields.push([`k.${name}`, showValue(value)]);
  for (const file of experiment.files) fields.push(['file', `${file.name}:${file.sizeBytes}:${file.sha256}`]);
  if (proof) fields.push(['proof', `${proof.provider}:${proof.fingerprint}:${proof.marks.map((m) => String(Number(m.toPrecision(6)))).join(',')}`]);
  return `#${card.id}?${fields.map(([k, v]) => `${k}=${readable(v)}`).join('&')}`;
}

export function parseValue(text: string): KnobValue {
  if (text === 'true') return true;
  if (text === 'false') return false;
  return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text)) ? Number(text) : text; // 1e999 stays what it says
}
const mostNotes = 12;
/** Each sentence once, and not hundreds of them. */
function fewer(notes: readonly string[]): readonly string[] {
  const all = [...new Set(notes)];
  return all.length <= mostNotes ? all : [...all.slice(0, mostNotes - 1), `${all.length - mostNotes + 1} more things in the link could not be read and were dropped.`];
}
function readInt(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) throw new LinkError(`The link's ${name} must be a whole number from ${min} to ${max}, but "${text.slice(0, 40)}" came. Correct or remove it.`);
  return value;
}
function readFile(text: string): FileRef {
  const [, name, size, hash] = /^(.+):(\d{1,12}):([0-9a-f]{64})$/s.exec(text) ?? [];
  if (!name) throw new LinkError('The link names a file in a form that cannot be read. Expected file=name:size:sha256.');
  return { name: wellFormed(name.slice(0, 200)), sizeBytes: Number(size), sha256: hash! };
}
function readProof(text: string): Proof | undefined {
  const [provider, fingerprint, marks = ''] = text.split(':');
  if ((provider !== 'wasm' && provider !== 'webgpu') || !/^[0-9a-f]{16}$/.test(fingerprint ?? '')) return undefined;
  const numbers = marks === '' ? [] : marks.split(',').map(Number);
  return numbers.length <= 64 && numbers.every((n) => Number.isFinite(n)) ? { provider, fingerprint: fingerprint!, marks: numbers } : undefined;
}
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new LinkError('The link is damaged: a % is not followed by two hex digits. Copy it again, whole.');
  }
}

/**
 * The experiment of a link. `cards` are those that this version has.
 * @throws LinkError for a link that is too long, damaged, of an unknown version, or of an unknown method.
 */
export function readLink(hash: string, cards: Readonly<Record<string, Card>>): ReadLink {
  if (hash.length > linkLimit) throw new LinkError(`The link is ${hash.length} characters long; at most ${linkLimit} are read. It was not made by this page.`);
  const [, method = '', query = ''] = /^#?\/?([^?]*)\??(.*)$/s.exec(hash) ?? [];
  const card = Object.hasOwn(cards, method) ? cards[method] : undefined;
  if (!card) throw new LinkError(`The link names the method "${method.slice(0, 60)}", which this version does not have. It has: ${Object.keys(cards).join(', ')}.`);
  const fields = query === '' ? [] : query.split('&').map((part): [string, string] => {
    const at = part.indexOf('=');
    return at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))];
  });
  const version = fields.find(([name]) => name === 'v')?.[1] ?? '1';
  if (version !== '1') throw new LinkError(`The link is of version "${version.slice(0, 20)}"; this page reads version 1. Open it with the version of the page that made it, or remove "v=${version.slice(0, 20)}" to try.`);

  const base = defaultExperiment(card);
  const notes: string[] = [];
  const knobs: Record<string, KnobValue> = { ...base.knobs };
  const files: FileRef[] = [];
  let { seed, seeds, backend, threads, arms } = base;
  let proof: Proof | undefined;
  for (const [name, text] of fields) {
    if (name === 'v') continue;
    else if (name === 'seed') seed = readInt(name, text, 0, limits.seed);
    else if (name === 'seeds') seeds = readInt(name, text, 1, limits.seeds);
    else if (name === 'threads') threads = readInt(name, text, 1, limits.threads);
    else if (name === 'backend') {
      if ((backends as readonly string[]).includes(text)) backend = text as Backend;
      else notes.push(`Unknown backend "${text.slice(0, 40)}" was replaced by auto.`);
    } else if (name === 'arms') {
      const asked = text.split(',');
      arms = Object.keys(card.arms).filter((arm) => asked.includes(arm));
      for (const arm of asked) if (!Object.hasOwn(card.arms, arm)) notes.push(`Unknown arm "${arm.slice(0, 40)}" was dropped.`);
      if (arms.length === 0) arms = base.arms;
    } else if (name === 'file') {
      if (files.length < limits.files) files.push(readFile(text));
    } else if (name === 'proof') {
      proof = readProof(text);
      if (!proof) notes.push('The proof in the link could not be read and was dropped.');
    } else if (name.startsWith('k.')) {
      const knobName = name.slice(2);
      const knob = Object.hasOwn(card.knobs, knobName) ? card.knobs[knobName]! : undefined;
      const checked = knob && checkKnob(knobName, knob, knob.type === 'choice' || knob.type === 'text' ? text : parseValue(text));
      if (!knob || !checked) notes.push(`Unknown knob "${knobName.slice(0, 40)}" was dropped.`);
      else if ('problem' in checked) notes.push(`${checked.problem} The default ${String(knob.default)} is used.`);
      else knobs[knobName] = checked.value;
    } else notes.push(`Unknown field "${name.slice(0, 40)}" was dropped.`);
  }
  return { experiment: { version: 1, method, knobs, arms, seed, seeds, backend, threads, files }, notes: fewer(notes), ...(proof && { proof }) };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
/** A field's text. What is no plain value has none of its own: its `toString` may be the file's. */
const textOf = (value: unknown): string => (typeof value === 'object' && value !== null ? '[...]' : String(value));
/** A plain experiment, which may be anything at all, as the link that it would be, so that one reader guards both. */
export function linkOfPlain(value: Readonly<Record<string, unknown>>): string {
  const fields: [string, string][] = [['v', textOf(value.version ?? 1)]];
  for (const name of ['seed', 'seeds', 'backend', 'threads']) if (value[name] !== undefined) fields.push([name, textOf(value[name])]);
  if (Array.isArray(value.arms)) fields.push(['arms', value.arms.map(textOf).join(',')]);
  if (isRecord(value.knobs)) for (const [name, knob] of Object.entries(value.knobs)) fields.push([`k.${name}`, textOf(knob)]);
  for (const file of Array.isArray(value.files) ? value.files : []) {
    if (!isRecord(file)) throw new LinkError('The experiment names a file in a form that cannot be read.');
    fields.push(['file', `${textOf(file.name)}:${textOf(file.sizeBytes)}:${textOf(file.sha256)}`]);
  }
  return `#${textOf(value.method)}?${fields.map(([k, v]) => `${k}=${readable(v)}`).join('&')}`;
}
