/**
 * An experiment as a small JSON file. It holds the link, not a second format: what a link is checked for, a file is checked for too.
 * A plain experiment value ({ version, method, knobs, ... }) is read as well.
 */
import { InputError } from '../base/errors';
import type { Card } from '../spec/card';
import type { Experiment } from '../spec/experiment';
import { linkLimit, linkOfPlain, readLink, writeLink, type ReadLink } from '../spec/link';
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
