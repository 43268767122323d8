/**
 * What a hand does over a chart, told in shares of the plot's width (0 at its left): a pointer that hovers and presses, a stretch dragged
 * with the mouse, a move (Shift and drag, a finger, a wheel turned sideways), and a zoom (Ctrl or Cmd and wheel, two fingers). A plain
 * wheel scrolls the page, and a finger that goes up or down does too.
 */
import { useEffect, useRef, useState, type PointerEvent, type RefObject } from 'react';

export interface Inset {
  readonly left: number;
  readonly right: number;
}
export interface GestureEvents {
  /** Undefined: the pointer has left. */
  readonly hovered: (share: number | undefined) => void;
  readonly pressed: (share: number) => void;
  readonly stretched: (from: number, to: number) => void;
  readonly moved: (by: number) => void;
  /** A factor below 1 comes closer. */
  readonly zoomed: (factor: number, about: number) => void;
}
type Handlers = Readonly<Record<'onPointerDown' | 'onPointerMove' | 'onPointerUp' | 'onPointerCancel' | 'onPointerLeave', (e: PointerEvent<HTMLElement>) => void>>;
/** Pixels that a pointer may move and still press. */
const still = 4;
/** So much of a wheel's turn doubles or halves. */
const wheelDoubles = 240;

/** `movable`: not all is in view, so a wheel turned sideways and one finger move it. Stretches are drawn at `dragged`, in pixels of the frame. */
export function useGestures(frame: RefObject<HTMLElement | null>, inset: Inset, movable: boolean, events: GestureEvents): { readonly dragged: { readonly left: number; readonly width: number } | undefined; readonly handlers: Handlers } {
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number }>();
  const pointers = useRef(new Map<number, number>());
  const begun = useRef<{ readonly x: number; readonly kind: 'stretch' | 'move'; far: boolean }>(undefined);
  const latest = useRef({ movable, events });
  useEffect(() => {
    latest.current = { movable, events };
  });
  const plot = (): { readonly left: number; readonly width: number } => {
    const box = frame.current!.getBoundingClientRect(); // the handlers are on it
    return { left: box.left + inset.left, width: Math.max(1, box.width - inset.left - inset.right) };
  };
  const share = (clientX: number): number => {
    const { left, width } = plot();
    return Math.min(1, Math.max(0, (clientX - left) / width));
  };
  const { left: insetLeft, right: insetRight } = inset;
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const turned = (e: WheelEvent): void => {
      const box = element.getBoundingClientRect();
      const width = Math.max(1, box.width - insetLeft - insetRight);
      const unit = e.deltaMode === 1 ? 16 : e.deltaMode === 2 ? 400 : 1; // lines and pages, as pixels
      const sideways = e.shiftKey && e.deltaX === 0 ? e.deltaY : e.deltaX;
      if (e.ctrlKey || e.metaKey) latest.current.events.zoomed(2 ** ((e.deltaY * unit) / wheelDoubles), Math.min(1, Math.max(0, (e.clientX - box.left - insetLeft) / width)));
      else if (latest.current.movable && (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY))) latest.current.events.moved((sideways * unit) / width);
      else return;
      e.preventDefault(); // else the page zooms, or goes back
    };
    element.addEventListener('wheel', turned, { passive: false });
    return () => element.removeEventListener('wheel', turned);
  }, [frame, insetLeft, insetRight]);
  const end = (e: PointerEvent<HTMLElement>): void => {
    pointers.current.delete(e.pointerId);
    begun.current = undefined;
    setDrag(undefined);
  };
  return {
    dragged: drag && { left: Math.min(drag.from, drag.to), width: Math.abs(drag.to - drag.from) },
    handlers: {
      onPointerDown: (e) => {
        if (e.button !== 0) return;
        pointers.current.set(e.pointerId, e.clientX);
        begun.current = { x: e.clientX, kind: e.pointerType === 'mouse' && !e.shiftKey ? 'stretch' : 'move', far: pointers.current.size > 1 };
      },
      onPointerMove: (e) => {
        const before = pointers.current.get(e.pointerId);
        if (before === undefined) return e.pointerType === 'mouse' ? events.hovered(share(e.clientX)) : undefined;
        pointers.current.set(e.pointerId, e.clientX);
        const press = begun.current;
        if (!press) return;
        if (e.pointerType === 'mouse' && e.buttons === 0) return end(e); // let go outside, before the pointer was captured
        if (pointers.current.size === 2) {
          const other = [...pointers.current].find(([id]) => id !== e.pointerId)![1];
          const [was, is] = [Math.abs(before - other), Math.abs(e.clientX - other)];
          press.far = true;
          if (was > 8 && is > 8) events.zoomed(was / is, share((e.clientX + other) / 2));
          return;
        }
        if (Math.abs(e.clientX - press.x) > still) press.far = true;
        if (!press.far) return;
        e.currentTarget.setPointerCapture(e.pointerId); // not before: buttons in the frame are still to be clicked
        if (press.kind === 'stretch') {
          const { left, width } = plot();
          const place = (x: number): number => insetLeft + Math.min(width, Math.max(0, x - left));
          setDrag({ from: place(press.x), to: place(e.clientX) });
          events.hovered(share(e.clientX));
        } else if (movable) events.moved((before - e.clientX) / plot().width);
        else events.hovered(share(e.clientX));
      },
      onPointerUp: (e) => {
        const press = begun.current;
        if (press && pointers.current.size === 1) {
          const [a, b] = [share(press.x), share(e.clientX)];
          if (!press.far) events.pressed(b);
          else if (press.kind === 'stretch' && a !== b) events.stretched(Math.min(a, b), Math.max(a, b));
        }
        end(e);
      },
      onPointerCancel: end,
      onPointerLeave: (e) => {
        if (e.pointerType === 'mouse' && begun.current === undefined) events.hovered(undefined);
      },
    },
  };
}
