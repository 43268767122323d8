/**
 * Draws a scene. Every one of 3 x 3 points of a pixel belongs to the object in front or to the background; a pixel is the mean of its
 * points. Masks count the same points, so they are exact: a pixel's coverage is a whole number of ninths.
 */
import { cover, fine, fineSideOf } from './cover';
import { partsOf } from './kinds';
import { paintBackground } from './background';
import { inkList, mix, type Rgb } from './parts';
import { finishStyle, styleInks, type Style, type StyleName } from './styles';
import type { Scene, SceneObject } from './world';

/** Points a pixel: full coverage. */
export const pointsPerPixel = fine * fine;
/** [left, top, right, bottom] in pixels, right and bottom outside: width = right - left. All zero for what is nowhere seen. */
export type Box = readonly [number, number, number, number];

export interface ObjectMask {
  /** Points of each pixel, 0..9, that the object covers, and those of them where nothing is in front: [side * side]. */
  readonly full: Uint8Array;
  readonly visible: Uint8Array;
  /** Smallest boxes that hold every pixel with any coverage. */
  readonly fullBox: Box;
  readonly box: Box;
  /** Visible points / all points of the object, 0..1. */
  readonly visibleShare: number;
  /** Boxes of a compound's parts, of what would be seen if nothing were in front. */
  readonly partBoxes: readonly Box[];
}
/** Who owns each point of the fine grid: 0 the background, else 2 k + 1 or, where the second ink shows, 2 k + 2 for object k. */
export type Owners = Uint8Array;
export const backgroundOwner = 0;

/** The masks of all objects, in the scene's order, and the owners of all points. */
export function coverScene({ objects, side }: Pick<Scene, 'objects' | 'side'>): { readonly masks: readonly ObjectMask[]; readonly owners: Owners } {
  const fineSide = fineSideOf(side);
  const owners = new Uint8Array(fineSide * fineSide);
  const traced = objects.map((object, k) => trace(object, side, (at, second) => { owners[at] = 2 * k + (second ? 2 : 1); }));
  const visible = objects.map(() => new Uint8Array(side * side));
  for (let row = 0, at = 0; row < fineSide; row++) {
    const pixelRow = Math.floor(row / fine) * side;
    for (let column = 0; column < fineSide; column++, at++) {
      const owner = owners[at]!;
      if (owner !== backgroundOwner) visible[(owner - 1) >> 1]![pixelRow + Math.floor(column / fine)]!++;
    }
  }
  const masks = traced.map(({ full, points, partBoxes }, k): ObjectMask => {
    const seen = visible[k]!;
    return { full, visible: seen, fullBox: boxOf(full, side), box: boxOf(seen, side), visibleShare: points === 0 ? 0 : seen.reduce((sum, n) => sum + n, 0) / points, partBoxes };
  });
  return { masks, owners };
}
function trace(object: SceneObject, side: number, own: (at: number, second: boolean) => void): { full: Uint8Array; points: number; partBoxes: Box[] } {
  const full = new Uint8Array(side * side);
  const fineSide = fineSideOf(side);
  const extents = Array.from({ length: partsOf(object.kind).count }, () => [side, side, 0, 0] as [number, number, number, number]);
  let points = 0;
  cover(object, side, (at, second, part) => {
    const row = Math.floor(at / fineSide);
    const [x, y] = [Math.floor((at - row * fineSide) / fine), Math.floor(row / fine)];
    full[y * side + x]!++;
    points++;
    own(at, second);
    if (part > 1) grow(extents[part - 2]!, x, y);
  });
  return { full, points, partBoxes: extents };
}
function grow(box: [number, number, number, number], x: number, y: number): void {
  box[0] = Math.min(box[0], x);
  box[1] = Math.min(box[1], y);
  box[2] = Math.max(box[2], x + 1);
  box[3] = Math.max(box[3], y + 1);
}
/** The smallest box around every pixel that is not 0. */
export function boxOf(mask: ArrayLike<number>, side: number): Box {
  const box: [number, number, number, number] = [side, side, 0, 0];
  for (let y = 0, at = 0; y < side; y++) for (let x = 0; x < side; x++, at++) if (mask[at]! > 0) grow(box, x, y);
  return box[2] === 0 ? [0, 0, 0, 0] : box;
}

export interface Rendered {
  /** [3, side, side] in [0, 1], RGB. */
  readonly image: Float32Array;
  readonly masks: readonly ObjectMask[];
}
/** A scene in a style. The same scene has the same masks in every style. */
export function renderScene(scene: Scene, style: StyleName | Style = 'flat'): Rendered {
  const look: Style = typeof style === 'string' ? { name: style, strength: 1 } : style;
  const { masks, owners } = coverScene(scene);
  const drawn = styleInks(look.name).line !== undefined; // by its inks, not by what is done to the finished picture
  if (drawn && look.strength === 1) return { image: paint(scene, owners, look.name), masks };
  const flat = paint(scene, owners, 'flat');
  if (look.name === 'flat' || look.strength === 0) return { image: flat, masks };
  const styled = drawn ? paint(scene, owners, look.name) : finishStyle(look.name, flat.slice(), scene);
  if (look.strength < 1) styled.forEach((value, i) => { styled[i] = mix(flat[i]!, value, look.strength); });
  return { image: styled, masks };
}

/** The mean of each pixel's points, background first, in [0, 1]. */
function paint({ objects, side, background }: Scene, owners: Owners, style: StyleName): Float32Array {
  const inks = styleInks(style);
  const outlined = inks.line && outlines(owners, side);
  const image = paintBackground(background, side);
  if (inks.paper) for (let i = 0; i < image.length; i++) image[i] = inks.paper(image[i]!);
  const palette = objects.flatMap((object) => inksOf(object).map((ink) => inks.object?.(ink) ?? ink));
  const area = side * side;
  const fineSide = fineSideOf(side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let [red, green, blue, points] = [0, 0, 0, 0];
      for (let row = fine * y; row < fine * y + fine; row++) {
        for (let at = row * fineSide + fine * x, end = at + fine; at < end; at++) {
          const owner = owners[at]!;
          const ink = outlined?.[at] === 1 ? inks.line : owner === backgroundOwner ? undefined : palette[owner - 1]!;
          if (ink === undefined) continue;
          red += ink[0];
          green += ink[1];
          blue += ink[2];
          points++;
        }
      }
      if (points === 0) continue;
      const at = y * side + x;
      const rest = 1 - points / pointsPerPixel;
      image[at] = rest * image[at]! + red / pointsPerPixel;
      image[area + at] = rest * image[area + at]! + green / pointsPerPixel;
      image[2 * area + at] = rest * image[2 * area + at]! + blue / pointsPerPixel;
    }
  }
  return image;
}
/** First and second ink of an object, as bright as it is. */
function inksOf({ colour, shade, subject }: SceneObject): readonly [Rgb, Rgb] {
  const shaded = ([r, g, b]: Rgb): Rgb => [r * shade, g * shade, b * shade];
  if (subject) return [shaded(inkList[subject.colours[0]]!.ink), shaded(inkList[subject.colours[1]]!.ink)];
  return [shaded(inkList[colour]!.ink), shaded(inkList[colour]!.second)];
}
/** 1 at points near which the owner changes (not its ink), else 0: lines about 4 / 3 of a pixel wide at 32 pixels. */
function outlines(owners: Owners, side: number): Uint8Array {
  const fineSide = fineSideOf(side);
  const near = Math.max(1, Math.round(side / 16));
  const out = new Uint8Array(owners.length);
  const who = (at: number): number => (owners[at]! + 1) >> 1;
  for (let row = 0, at = 0; row < fineSide; row++) {
    for (let column = 0; column < fineSide; column++, at++) {
      const own = who(at);
      if (own === 0) continue; // lines lie inside what they outline
      const across = (column >= near && who(at - near) !== own) || (column < fineSide - near && who(at + near) !== own);
      const down = (row >= near && who(at - near * fineSide) !== own) || (row < fineSide - near && who(at + near * fineSide) !== own);
      if (across || down) out[at] = 1;
    }
  }
  return out;
}
