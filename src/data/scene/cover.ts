/** Which of the fine x fine points of each pixel an object covers: what masks, boxes, occlusion and anti-aliasing are all read from. */
import { cos, sin } from '../../base/math';
import { partAt } from './kinds';
import { textureTone } from './parts';
import { inNotch, onSecondSide } from './subject';
import type { SceneObject } from './world';

/** Points a pixel side. */
export const fine = 3;
export const fineSideOf = (side: number): number => side * fine;
/** Point (row, column) of the fine grid lies at ((column + 0.5) / fine, (row + 0.5) / fine) pixels; its index is row * fineSide + column. */
type Visit = (at: number, second: boolean, part: number) => void;

/** Textures were made for a radius of 13 pixels; smaller and larger objects have finer and coarser ones, within limits. */
const pitchOf = (radius: number): number => Math.min(1.6, Math.max(0.6, radius / 13));

/** Calls `visit` for every point that the object covers, row by row: where, whether it shows the second ink, and 1 for its body, 2 + p for its part p. */
export function cover(object: SceneObject, side: number, visit: Visit): void {
  const { kind, texture, x, y, radius, turn, grain, phaseX, phaseY, subject } = object;
  const [turnCos, turnSin, grainCos, grainSin] = [cos(turn) / radius, sin(turn) / radius, cos(grain) / pitchOf(radius), sin(grain) / pitchOf(radius)];
  const fineSide = fineSideOf(side);
  const extent = 1.1 * radius * (Math.abs(cos(turn)) + Math.abs(sin(turn)));
  const first = (middle: number): number => Math.max(0, Math.floor((middle - extent) * fine));
  const last = (middle: number): number => Math.min(fineSide - 1, Math.ceil((middle + extent) * fine));
  const [left, right] = [first(x), last(x)];
  for (let row = first(y), bottom = last(y); row <= bottom; row++) {
    const dy = (row + 0.5) / fine - y;
    for (let column = left; column <= right; column++) {
      const dx = (column + 0.5) / fine - x;
      const u = dx * turnCos + dy * turnSin;
      const v = dy * turnCos - dx * turnSin;
      const part = partAt(kind, u, v);
      if (part === 0) continue;
      if (subject) {
        if (!inNotch(subject, u, v)) visit(row * fineSide + column, onSecondSide(subject, u, v), part);
      } else visit(row * fineSide + column, textureTone(texture, dx * grainCos + dy * grainSin, dy * grainCos - dx * grainSin, phaseX, phaseY), part);
    }
  }
}
