/** Where the objects of a scene lie: inside the picture, none hidden more than allowed. */
import type { Random } from '../../base/random';
import { cover, fineSideOf } from './cover';
import { reach } from './kinds';
import type { Look, SceneObject, Side } from './world';

/** Smallest and largest radius as shares of the side: one object may be large, four must find room. */
const radii = { 1: [0.2, 0.36], 2: [0.14, 0.22], 3: [0.13, 0.2], 4: [0.13, 0.2] } as const;
/** Small objects lie in the lower 40 % of the range, large ones in the upper 40 %. */
function radiusOf({ size, growth }: Look, count: number, side: number): number {
  const [low, high] = radii[count as keyof typeof radii];
  return side * (low + (high - low) * (0.6 * size + 0.4 * growth));
}
/** Objects from back to front, wholly inside the picture, each visible to its least share. */
export function place(rng: Random, looks: readonly Look[], side: Side, minVisible: number): SceneObject[] {
  const radius = looks.map((look) => radiusOf(look, looks.length, side));
  const anywhere = (own: Random, k: number): readonly [number, number] => [own.uniform(reach * radius[k]!, side - reach * radius[k]!), own.uniform(reach * radius[k]!, side - reach * radius[k]!)];
  const objects = (at: readonly (readonly [number, number])[]): SceneObject[] => looks.map(({ growth: _growth, ...look }, k) => ({ ...look, x: at[k]![0], y: at[k]![1], radius: radius[k]! }));
  const owner = new Uint8Array(fineSideOf(side) * fineSideOf(side));
  for (let attempt = 0; attempt < 24; attempt++) {
    const own = rng.fork(attempt);
    const tried = objects(looks.map((_, k) => anywhere(own, k)));
    if (discsApart(tried) || (minVisible < 1 && shareLeft(tried, side, owner) >= minVisible)) return tried;
  }
  return objects(corners(rng.fork('corners'), radius, side));
}
const discsApart = (objects: readonly SceneObject[]): boolean =>
  objects.every((a, i) => objects.slice(0, i).every((b) => (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y) > reach * reach * (a.radius + b.radius) * (a.radius + b.radius)));

/** The smallest visible share among objects drawn one over the other. `owner` has a place for every point; what was in it does not matter. */
function shareLeft(objects: readonly SceneObject[], side: Side, owner: Uint8Array): number {
  owner.fill(0);
  const sizes = new Array<number>(objects.length + 1).fill(0);
  const left = sizes.slice();
  objects.forEach((object, k) => {
    cover(object, side, (at) => {
      sizes[k + 1]!++;
      left[owner[at]!]!--;
      left[k + 1]!++;
      owner[at] = k + 1;
    });
  });
  return Math.min(...objects.map((_, k) => left[k + 1]! / sizes[k + 1]!));
}
/** A quarter of the picture each, opposite quarters for two: no two overlap. */
function corners(rng: Random, radius: readonly number[], side: number): (readonly [number, number])[] {
  const turn = rng.int(4);
  const quarters = radius.length === 2 ? [turn, 3 - turn] : Array.from(rng.permutation(4));
  return radius.map((r, k) => {
    const slack = Math.max(0, side / 4 - reach * r);
    const near = Math.max(side / 4, reach * r);
    const along = (far: boolean): number => (far ? side - near : near) + rng.uniform(-slack, slack);
    return [along(quarters[k]! % 2 === 1), along(quarters[k]! >= 2)];
  });
}
