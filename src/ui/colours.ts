/** Colours of arms (after Okabe and Ito, told apart by colour-blind readers) with dash patterns beside them, and maps for pictures. */
import type { Card } from '../spec/card';

export interface ArmStyle {
  readonly colour: string;
  readonly dash: string;
}
const dashes = ['', '7 3', '2 3', '9 3 2 3', '12 4', '4 2 1 2', '1 4', '6 2 2 2 2 2'];
export const plainStyle: ArmStyle = { colour: 'var(--ink-soft)', dash: '' };

/** What is drawn in the colours of arms. `colours`: those that a person has chosen, as places in the palette. */
export type Coloured = Pick<Card, 'arms'> & { readonly colours?: Readonly<Record<string, number>> };
/** The method of the card comes first, drawn whole; the others follow in the card's order. A colour of one's own leaves the dashes as they are. */
export function armStyle(card: Coloured, arm: string | undefined): ArmStyle {
  if (arm === undefined || !Object.hasOwn(card.arms, arm)) return plainStyle;
  const ids = Object.keys(card.arms);
  const ordered = [...ids.filter((id) => card.arms[id]!.role === 'method'), ...ids.filter((id) => card.arms[id]!.role !== 'method')];
  const index = ordered.indexOf(arm) % dashes.length;
  const chosen = card.colours && Object.hasOwn(card.colours, arm) ? card.colours[arm]! : index;
  return { colour: groupColour(chosen), dash: dashes[index]! };
}

/** Of points that belong together in a picture, whatever the arms. */
export const groupColour = (group: number): string => `var(--arm-${group % dashes.length})`;

type Rgb = readonly [number, number, number];
/** Viridis, at equal distances. */
const viridis: readonly Rgb[] = [[68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141], [39, 173, 129], [92, 200, 99], [170, 220, 50], [253, 231, 37]];
/** Blue, near white, orange. */
const diverging: readonly Rgb[] = [[5, 72, 130], [38, 122, 186], [122, 176, 219], [205, 223, 238], [246, 245, 242], [251, 219, 183], [244, 165, 92], [217, 105, 22], [148, 58, 4]];
/** Removed dark, kept light, in both themes. */
const binary: readonly Rgb[] = [[22, 48, 92], [233, 236, 241]];
export const scales: Readonly<Record<'sequential' | 'diverging' | 'binary', readonly Rgb[]>> = { sequential: viridis, diverging, binary };

const lookups = new Map<keyof typeof scales, Uint32Array>();
/** 256 colours of a scale, as the little-endian words of an RGBA canvas. */
export function lookup(scale: keyof typeof scales): Uint32Array {
  const known = lookups.get(scale) ?? wordsOf(scale);
  lookups.set(scale, known);
  return known;
}
function wordsOf(scale: keyof typeof scales): Uint32Array {
  const stops = scales[scale];
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const at = (i / 255) * (stops.length - 1);
    const low = Math.min(stops.length - 2, Math.floor(at));
    const mix = (c: 0 | 1 | 2): number => Math.round(stops[low]![c] + (stops[low + 1]![c] - stops[low]![c]) * (at - low));
    return ((255 << 24) | (mix(2) << 16) | (mix(1) << 8) | mix(0)) >>> 0;
  });
}
export const gradientCss = (scale: keyof typeof scales): string => `linear-gradient(to right, ${scales[scale].map((c) => `rgb(${c.join(' ')})`).join(', ')})`;
function stepAt(scale: keyof typeof scales, share: number): readonly number[] {
  const stops = scales[scale];
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(at));
  return [0, 1, 2].map((c) => Math.round(stops[low]![c]! + (stops[low + 1]![c]! - stops[low]![c]!) * (at - low)));
}
/** The colour at `share` (0 to 1) of a scale, for shapes. */
export const colourAt = (scale: keyof typeof scales, share: number): string => `rgb(${stepAt(scale, share).join(' ')})`;
/** Relative luminance of a colour of 0 to 255 each, by WCAG 2.2. */
export function luminance(rgb: readonly number[]): number {
  const [r, g, b] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
/** Black or white, whichever stands out more from that colour: at least 4.5 to 1 everywhere. */
export const inkAt = (scale: keyof typeof scales, share: number): '#000' | '#fff' => ((luminance(stepAt(scale, share)) + 0.05) ** 2 > 1.05 * 0.05 ? '#000' : '#fff');
