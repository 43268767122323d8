/** A part of the page that may be wider than there is room for: it scrolls, by keyboard too. */
import type { ReactNode } from 'react';

export function Scrolled({ label, className = 'table-scroll', children }: { readonly label: string; readonly className?: string; readonly children: ReactNode }) {
  // What scrolls and holds nothing that can be focused must be reachable itself (axe: scrollable-region-focusable).
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
  return <section className={className} aria-label={label} tabIndex={0}>{children}</section>;
}
