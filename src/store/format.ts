/** Numbers as people read them. Pure. */

/** Up to four significant digits, without a tail of zeros; very large and very small numbers as powers of ten. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'not a number';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (size >= 1e6 || size < 1e-3) {
    const [mantissa = '0', exponent = '0'] = size.toExponential(2).split('e');
    const power = exponent.replace('+', '').replace('-', '⁻').replace(/\d/g, (d) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(d)]!);
    const shown = trimZeros(mantissa);
    return `${sign}${shown === '1' ? '' : `${shown}·`}10${power}`;
  }
  if (size >= 1e4 || (Number.isInteger(size) && size >= 1000)) return sign + Math.round(size).toString().replace(/\B(?=(\d{3})+$)/g, '\u202f');
  return sign + trimZeros(size.toPrecision(4));
}
const trimZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** 0.8334 -> 83.3 %. */
export const percentText = (value: number): string => (Number.isFinite(value) ? `${trimZeros((value * 100).toFixed(1)).replace('-', '−')} %` : numberText(value));

export const valueText = (value: number, format: 'number' | 'percent' = 'number'): string => (format === 'percent' ? percentText(value) : numberText(value));

export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 ** 2) return `${trimZeros((bytes / 1024).toFixed(1))} KiB`;
  if (bytes < 2 * 1024 ** 3) return `${trimZeros((bytes / 1024 ** 2).toFixed(1))} MiB`;
  return `${trimZeros((bytes / 1024 ** 3).toFixed(1))} GiB`;
}

/** 65000 -> 1 min 5 s. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${trimZeros((ms / 1000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

/** An estimate, rounded so that it does not flicker: 1 s, 2 s, 5 s steps, then minutes. */
export function leftText(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 1.5) return '1 s';
  if (seconds < 20) return `${Math.ceil(seconds)} s`;
  if (seconds < 90) return `${Math.ceil(seconds / 5) * 5} s`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`;
  return `${trimZeros((seconds / 3600).toFixed(1))} h`;
}

/** How long ago that was, in words. A clock that was set back in between makes it "just now". */
export function whenText(atMs: number, nowMs = Date.now()): string {
  const minutes = Math.round((nowMs - atMs) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return minutes === 1 ? 'a minute ago' : `${minutes} minutes ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 24) return hours === 1 ? 'an hour ago' : `${hours} hours ago`;
  const days = Math.round(hours / 24);
  return days === 1 ? 'a day ago' : `${days} days ago`;
}

/** Short labels for the ticks of an axis. */
export function tickText(value: number, format: 'number' | 'percent' = 'number'): string {
  if (format === 'percent') return `${trimZeros((value * 100).toFixed(1)).replace('-', '−')} %`;
  const size = Math.abs(value);
  if (size >= 1e4 && size < 1e9) return `${(value < 0 ? '−' : '') + trimZeros((size / (size >= 1e6 ? 1e6 : 1e3)).toPrecision(3))}${size >= 1e6 ? 'M' : 'k'}`;
  if (size !== 0 && size < 1e-2) return numberText(Number(value.toPrecision(2)));
  return numberText(Number(value.toPrecision(3)));
}
