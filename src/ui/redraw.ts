/**
 * Charts redraw a few times a second, one at a time: each in a task of its own, in turn, so that no task is long however many there are.
 * A chart that is off screen waits until it is seen.
 */
import { startTransition, useEffect, useRef, useState, useSyncExternalStore, type RefObject } from 'react';
import { steadyNow } from '../base/clock';

type Redraw = () => void;
const dueTimes = new Map<Redraw, number>();
let running = false;
/** Between two redraws of the same chart. */
const gapMs = 250;

function turn(): void {
  const now = steadyNow();
  let oldest: Redraw | undefined;
  for (const [redraw, due] of dueTimes) if (due <= now && (!oldest || due < dueTimes.get(oldest)!)) oldest = redraw;
  if (oldest) {
    dueTimes.delete(oldest);
    oldest();
  }
  if (dueTimes.size > 0) setTimeout(() => requestAnimationFrame(turn), 16);
  else running = false;
}
function request(redraw: Redraw, due: number): void {
  if (!dueTimes.has(redraw)) dueTimes.set(redraw, due);
  if (running) return;
  running = true;
  requestAnimationFrame(turn);
}

/** `version`, but late: it follows at most every 250 ms, in turn with the others, and, while `patient`, only when `frame` is on screen. Undefined until the first turn. */
export function useCalmVersion(version: number | string, frame: RefObject<Element | null>, patient: boolean): number | string | undefined {
  const [shown, setShown] = useState<number | string>();
  const latest = useRef({ version, patient });
  const drawnAt = useRef(0);
  const visible = useRef(true);
  const redraw = useRef<Redraw>(() => {
    if (!visible.current && latest.current.patient) return;
    drawnAt.current = steadyNow();
    startTransition(() => setShown(latest.current.version));
  });
  useEffect(() => {
    latest.current = { version, patient };
    if (visible.current || !patient) request(redraw.current, drawnAt.current + gapMs);
  }, [version, patient]);
  useEffect(() => {
    if (!frame.current || typeof IntersectionObserver === 'undefined') return;
    const observer = new IntersectionObserver((entries) => {
      visible.current = entries.at(-1)?.isIntersecting ?? true;
      if (visible.current) request(redraw.current, 0);
    }, { rootMargin: '100px' });
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [frame]);
  return shown;
}

/** Whether a media query holds, followed as it changes. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore((changed) => {
    const media = window.matchMedia(query);
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, () => window.matchMedia(query).matches);
}

/** True once an element has been on screen, or nearly. */
export function useNear(frame: RefObject<Element | null>): boolean {
  const [near, setNear] = useState(typeof IntersectionObserver === 'undefined');
  useEffect(() => {
    if (near || !frame.current) return;
    const observer = new IntersectionObserver((entries) => entries.some((e) => e.isIntersecting) && setNear(true), { rootMargin: '600px' });
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [near, frame]);
  return near;
}

/** The height of an element in pixels, rounded, followed as it changes. */
export function useHeight(frame: RefObject<Element | null>, first: number): number {
  const [height, setHeight] = useState(first);
  useEffect(() => {
    if (!frame.current) return;
    const observer = new ResizeObserver(([entry]) => entry && setHeight(Math.floor(entry.contentRect.height)));
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [frame]);
  return Math.max(first, height);
}

/** The width of an element in pixels, rounded, followed as it changes. */
export function useWidth(frame: RefObject<Element | null>, first = 480): number {
  const [width, setWidth] = useState(first);
  useEffect(() => {
    if (!frame.current) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.max(120, Math.floor(entry.contentRect.width))));
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [frame]);
  return width;
}
