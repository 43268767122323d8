/** Round numbers along an axis. Pure. */

/** At most about `count` round values within [from, to]. */
export function linearTicks(from: number, to: number, count = 5): readonly number[] {
  if (!(to > from) || !Number.isFinite(to - from)) return [from];
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) ?? 10 * power;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
/** Powers of ten within [from, to], thinned to about `count`; 1, 2 and 5 times them where the range is short, round values where it is shorter still. */
export function logTicks(from: number, to: number, count = 5): readonly number[] {
  const low = Math.ceil(Math.log10(from) - 1e-9);
  const high = Math.floor(Math.log10(to) + 1e-9);
  if (high - low >= 2) {
    const skip = Math.max(1, Math.ceil((high - low) / count));
    return Array.from({ length: Math.floor((high - low) / skip) + 1 }, (_, i) => Number(`1e${low + i * skip}`));
  }
  const fine = Array.from({ length: 3 * (high - low + 3) }, (_, i) => Number(([1, 2, 5][i % 3]! * 10 ** (low - 1 + Math.floor(i / 3))).toPrecision(2))).filter((t) => t >= from * (1 - 1e-9) && t <= to * (1 + 1e-9));
  return fine.length >= 3 ? fine : linearTicks(from, to, count).filter((t) => t > 0);
}

/** A domain that ends on round values, so that it seldom moves while points arrive, and its ticks. */
export function snugAxis(least: number, greatest: number, log = false): { readonly domain: readonly [number, number]; readonly ticks: readonly number[] } {
  if (!(greatest >= least)) [least, greatest] = log ? [0.1, 1] : [0, 1];
  if (log) {
    const fine = (v: number, up: boolean): number => {
      const power = 10 ** Math.floor(Math.log10(v));
      const near = [1, 2, 5, 10].map((m) => Number((m * power).toPrecision(2)));
      return up ? near.find((n) => n >= v * (1 - 1e-9))! : near.findLast((n) => n <= v * (1 + 1e-9))!;
    };
    const [from, to] = [fine(least, false), fine(greatest, true)];
    const domain = from === to ? ([from / 2, to * 2] as const) : ([from, to] as const);
    return { domain, ticks: logTicks(...domain) };
  }
  if (least === greatest) [least, greatest] = [least - (Math.abs(least) || 1) * 0.5, greatest + (Math.abs(greatest) || 1) * 0.5];
  const inner = linearTicks(least, greatest, 4);
  const step = inner.length > 1 ? inner[1]! - inner[0]! : greatest - least;
  const domain = [Number((Math.floor(least / step + 1e-9) * step).toPrecision(12)), Number((Math.ceil(greatest / step - 1e-9) * step).toPrecision(12))] as const;
  return { domain, ticks: linearTicks(...domain, 5) };
}

export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly log: boolean;
  readonly ticks: readonly number[];
  /** To [0, 1]; NaN for what cannot stand on the scale. */
  at(value: number): number;
}
/** Shares: fitted to the points, within 0 and 1 where they are, and never so near that neighbouring ticks read alike. */
export function shareAxis(least: number, greatest: number, log = false): ReturnType<typeof snugAxis> {
  if (log || !(greatest >= least)) return snugAxis(least, greatest, log);
  const narrowest = 0.004; // ticks are shown to a tenth of a per cent
  const short = Math.max(0, (least === greatest ? 0.1 : narrowest) - (greatest - least)) / 2;
  const [low, high] = [least - short, greatest + short];
  const within = least >= 0 && greatest <= 1;
  const shift = !within ? 0 : low < 0 ? -low : high > 1 ? 1 - high : 0;
  const { domain: [from, to] } = snugAxis(low + shift, high + shift);
  const domain = within ? ([Math.max(0, from), Math.min(1, to)] as const) : ([from, to] as const);
  return { domain, ticks: linearTicks(...domain, 5) };
}

/** A scale over the values given, with a little room; log where asked for and possible. */
export function scaleOver(least: number, greatest: number, { log = false, room = 0.04, count = 5 }: { log?: boolean; room?: number; count?: number } = {}): Scale {
  if (!Number.isFinite(least) || !Number.isFinite(greatest)) [least, greatest] = [0, 1];
  if (log && least > 0) {
    const [a, b] = [Math.log10(least), Math.log10(greatest > least ? greatest : least * 10)];
    const pad = (b - a) * room;
    const [from, to] = [10 ** (a - pad), 10 ** (b + pad)];
    return { from, to, log: true, ticks: logTicks(from, to, count), at: (v) => (v > 0 ? (Math.log10(v) - (a - pad)) / (b - a + 2 * pad) : NaN) };
  }
  if (least === greatest) [least, greatest] = [least - (Math.abs(least) || 1) * 0.5, greatest + (Math.abs(greatest) || 1) * 0.5];
  const pad = (greatest - least) * room;
  const [from, to] = [least - pad, greatest + pad];
  return { from, to, log: false, ticks: linearTicks(from, to, count), at: (v) => (v - from) / (to - from) };
}

export function extent(columns: Iterable<ArrayLike<number>>, positiveOnly = false): readonly [number, number] {
  let least = Infinity;
  let greatest = -Infinity;
  for (const column of columns) {
    for (let i = 0; i < column.length; i++) {
      const value = column[i]!;
      if (!Number.isFinite(value) || (positiveOnly && value <= 0)) continue;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
  }
  return [least, greatest];
}
