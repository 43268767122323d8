/**
 * An experiment as a small JSON file. It holds the link, not a second format: what a link is checked for, a file is checked for too.
 * A plain experiment value ({ version, method, knobs, ... }) is read as well.
 */
import { InputError, LinkError } from '../base/errors';
import type { Card } from '../spec/card';
import type { Experiment } from '../spec/experiment';
import { linkLimit, readLink, writeLink, type ReadLink } from '../spec/link';
import type { Proof } from '../spec/result';
import { storeTexts } from './texts';

const format = 'stipple-experiment';

export function writeSaved(card: Card, experiment: Experiment, proof?: Proof): string {
  return `${JSON.stringify({ format, version: 1, method: card.title, link: writeLink(card, experiment, proof), experiment }, null, 2)}\n`;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws InputError for text that is not a saved experiment; LinkError for one whose link is bad. */
export function readSaved(name: string, text: string, cards: Readonly<Record<string, Card>>): ReadLink {
  if (text.length > 4 * linkLimit) throw new InputError(storeTexts.savedNotOurs(name, `it is ${text.length} characters long.`));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(storeTexts.savedNotJson(name));
  }
  if (!isRecord(value)) throw new InputError(storeTexts.savedNotOurs(name, 'it holds no object.'));
  if (typeof value.link === 'string') return readLink(value.link, cards);
  if (typeof value.method === 'string') return readLink(linkOfPlain(value), cards);
  throw new InputError(storeTexts.savedNotOurs(name, 'it names neither a link nor a method.'));
}

/** A plain experiment as the link that it would be, so that one reader guards both. */
function linkOfPlain(value: Record<string, unknown>): string {
  const fields: [string, string][] = [['v', String(value.version ?? 1)]];
  for (const name of ['seed', 'seeds', 'backend', 'threads']) if (value[name] !== undefined) fields.push([name, String(value[name])]);
  if (Array.isArray(value.arms)) fields.push(['arms', value.arms.map(String).join(',')]);
  if (isRecord(value.knobs)) for (const [name, knob] of Object.entries(value.knobs)) fields.push([`k.${name}`, String(knob)]);
  for (const file of Array.isArray(value.files) ? value.files : []) {
    if (!isRecord(file)) throw new LinkError('The experiment names a file in a form that cannot be read.');
    fields.push(['file', `${String(file.name)}:${String(file.sizeBytes)}:${String(file.sha256)}`]);
  }
  return `#${String(value.method)}?${fields.map(([k, v]) => `${k}=${encodeURIComponent(v)}`).join('&')}`;
}
