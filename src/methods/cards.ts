/** The registry of cards: every folder beside this file that holds a `card.ts`, in the order of the gallery. Data alone, light enough for the page; what is long is fetched with `loadAbout`. */
import { InputError } from '../base/errors';
import type { About, Card } from '../spec/card';

const families: readonly Card['family'][] = ['own', 'masks', 'noise', 'averages'];

/** By family, then by title; the order of the object's keys is the order of the gallery. */
export function inGalleryOrder(cards: readonly Card[]): Readonly<Record<string, Card>> {
  const rank = (card: Card): number => families.indexOf(card.family);
  const sorted = [...cards].sort((a, b) => rank(a) - rank(b) || (a.title < b.title ? -1 : 1));
  return Object.fromEntries(sorted.map((card) => [card.id, card]));
}

const modules = import.meta.glob<{ readonly card: Card }>('./*/card.ts', { eager: true });
export const cards: Readonly<Record<string, Card>> = inGalleryOrder(Object.values(modules).map((module) => module.card));

const abouts = import.meta.glob<{ readonly about: About }>('./*/about.ts');
/** What is said of a method at length. @throws InputError where there is no such method, and what the browser throws where a script cannot be fetched */
export async function loadAbout(id: string): Promise<About> {
  const load = Object.hasOwn(abouts, `./${id}/about.ts`) ? abouts[`./${id}/about.ts`] : undefined;
  if (!load) throw new InputError(`There is nothing about a method "${id.slice(0, 60)}". Add an about.ts to its folder.`);
  return (await load()).about;
}
