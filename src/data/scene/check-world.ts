/** What options of scenes may not be. */
import { InputError } from '../../base/errors';
import { kinds, plainKinds } from './kinds';
import { colours, textures } from './parts';
import { type Couples, patterns, sides, tones, type WorldOptions } from './world';

/** @throws InputError naming what is wrong with a set of options */
export function checkWorld(options: WorldOptions): void {
  const { side, objects = [1, 1], couples, minVisible = 0.6, ties = [], weights, kinds: drawn } = options;
  if (!sides.includes(side)) throw new InputError(`A side of 16, 32 or 64 pixels was expected, but ${side} came.`);
  if (!objects.every((n) => Number.isInteger(n) && n >= 1 && n <= 4) || objects[0] > objects[1])
    throw new InputError(`1 to 4 objects, least first, were expected, but [${objects.join(', ')}] came.`);
  if (!(minVisible >= 0 && minVisible <= 1)) throw new InputError(`A least visible share from 0 to 1 was expected, but ${minVisible} came.`);
  for (const tie of ties) if (!(tie.strength >= 0 && tie.strength <= 1)) throw new InputError(`A tie's strength from 0 to 1 was expected, but ${tie.strength} came for ${tie.to}.`);
  const count = (drawn ?? plainKinds).length;
  if (weights && (weights.length !== count || !weights.every((w) => w >= 0) || !weights.some((w) => w > 0)))
    throw new InputError(`One weight for each of ${count} kinds, none negative and one above 0, was expected, but [${weights.join(', ')}] came.`);
  if (options.repeats === false && !couples && objects[1] > count) throw new InputError(`Up to ${objects[1]} objects without repeats need as many kinds, but there are ${count}.`);
  const lists = { kinds: [drawn, kinds], colours: [options.colours, colours], textures: [options.textures, textures], tones: [options.tones, tones], patterns: [options.patterns, patterns] } as const;
  for (const [what, [list, names]] of Object.entries(lists)) checkList(what, list, names.length);
  if (couples) checkCouples(couples);
}
function checkList(what: string, list: readonly number[] | undefined, count: number): void {
  if (list && (list.length === 0 || !list.every((i) => Number.isInteger(i) && i >= 0 && i < count))) throw new InputError(`At least one of the ${what} 0 to ${count - 1} was expected, but [${list.join(', ')}] came.`);
}
function checkCouples({ pairs, probability, count = [1, 2] }: Couples): void {
  const members = pairs.flat();
  if (pairs.length === 0 || new Set(members).size !== members.length) throw new InputError('Couples of kinds, no kind in two of them, were expected, but a kind came twice or there was none.');
  if (!(probability >= 0 && probability <= 1)) throw new InputError(`A probability from 0 to 1 that partners come together was expected, but ${probability} came.`);
  if (!(count[0] >= 1 && count[0] <= count[1] && count[1] <= Math.min(2, pairs.length)))
    throw new InputError(`1 to ${Math.min(2, pairs.length)} couples a scene were expected, but [${count.join(', ')}] came.`);
}
