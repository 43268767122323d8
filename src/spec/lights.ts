/** A light as one number against its bound, and what is remembered of it from check to check. Pure. */
import type { Light, Measured } from './result';

export const atMost = (value: number, bound: number): Measured => ({ value, must: 'at most', bound });
export const below = (value: number, bound: number): Measured => ({ value, must: 'below', bound });
export const atLeast = (value: number, bound: number): Measured => ({ value, must: 'at least', bound });
export const near = (value: number, bound: number, within: number): Measured => ({ value, must: 'near', bound, within });
const rules: Readonly<Record<Measured['must'], (value: number, bound: number, within: number) => boolean>> = {
  'at most': (value, bound) => value <= bound,
  below: (value, bound) => value < bound,
  'at least': (value, bound) => value >= bound,
  near: (value, bound, within) => Math.abs(value - bound) <= within,
};
/** Never, where it is not a number. */
export const meetsBound = ({ value, must, bound, within = 0 }: Measured): boolean => rules[must](value, bound, within);
/** Whether it is as this version writes one. */
export function isMeasured(v: unknown): v is Measured {
  const { value, must, bound, within } = (typeof v === 'object' && v !== null ? v : {}) as Partial<Record<keyof Measured, unknown>>; // each field is looked at
  return typeof value === 'number' && typeof bound === 'number' && typeof must === 'string' && Object.hasOwn(rules, must) && (within === undefined || typeof within === 'number');
}

/** The light after one more check: how often it was checked, at which step last, and when it first went off, which stays though it holds again. */
export function checkedAgain(before: Light | undefined, now: Light, step: number | undefined): Light {
  const firstBroken = before?.firstBroken ?? (now.holds ? undefined : { ...(step !== undefined && { step }), detail: now.detail, ...(now.measured && { measured: now.measured }) });
  return { ...now, checks: (before?.checks ?? 0) + 1, ...(step !== undefined && { step }), ...(firstBroken && { firstBroken }) };
}
/** Whether it has ever been off, as far as is known. */
export const wasBroken = (light: Light): boolean => !light.holds || light.firstBroken !== undefined;
/** How many are off, and how many hold again that were. */
export function brokenOf(lights: readonly Light[]): { readonly off: number; readonly wereOff: number } {
  const broken = lights.filter(wasBroken);
  const off = broken.filter(({ holds }) => !holds).length;
  return { off, wereOff: broken.length - off };
}
