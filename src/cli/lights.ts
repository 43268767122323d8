/** Lights on the terminal: what each says of its run, and whether it was ever off. */
import type { Card } from '../spec/card';
import { wasBroken } from '../spec/lights';
import type { Light, Measured } from '../spec/result';

export const lightState = (light: Light): string => (!light.holds ? 'BROKEN ' : wasBroken(light) ? 'WAS OFF' : 'holds  ');
const short = (value: number): string => String(Number(value.toPrecision(4)));
const figures = ({ detail, measured }: { readonly detail: string; readonly measured?: Measured | undefined }): string =>
  measured ? `${short(measured.value)}, must be ${measured.must} ${short(measured.bound)}${measured.within === undefined ? '' : ` ± ${short(measured.within)}`}: ${detail}` : detail;
/** Where, what, and the figures; of one that was off and holds again, when and how it first went off as well. */
export function lightText(card: Pick<Card, 'invariants'>, light: Light): string {
  const { id, seed, arm, holds, firstBroken } = light;
  const detail = figures(light);
  const off = firstBroken && `first off${firstBroken.step === undefined ? '' : ` at step ${firstBroken.step}`}: ${figures(firstBroken)}`;
  return `seed ${seed}${arm === undefined ? '' : `, ${arm}`}: ${card.invariants[id] ?? id} (${off === undefined || (!holds && figures(firstBroken!) === detail) ? detail : `${off}; ${holds ? 'holds again' : 'now'}: ${detail}`})`;
}
