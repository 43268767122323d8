/** Cards of different heights in two columns without holes. The reading order stays that of the document: nothing is moved but in space. */
import { Children, useEffect, useRef, type ReactNode } from 'react';

const gap = 18;
/** Below this, one column. */
const twoFrom = 740;
/** Pixels by which columns may differ before a card changes sides: cards that grow while a run goes on stay where they are. */
const patience = 140;
/** So many cards at the end choose their sides together, so that the columns end near one another. */
const together = 7;

interface Item {
  readonly height: number;
  /** Takes the whole width, below the others. */
  readonly wide: boolean;
}
/** The column of each item: as it was where that does no harm, else the shorter one. Pure. */
export function columnsOf(items: readonly Item[], before: readonly (0 | 1)[] = []): readonly (0 | 1)[] {
  const ends = (columns: readonly (0 | 1)[]): readonly [number, number] =>
    items.reduce<readonly [number, number]>(([left, right], { height, wide }, i) => (wide || height === 0 ? [left, right] : columns[i] === 0 ? [left + height + gap, right] : [left, right + height + gap]), [0, 0]);
  const uneven = (columns: readonly (0 | 1)[]): number => Math.abs(ends(columns)[0] - ends(columns)[1]);
  const filled: [number, number] = [0, 0];
  let fresh = items.map(({ height, wide }): 0 | 1 => {
    const column = filled[0] <= filled[1] + 1 ? 0 : 1;
    if (!wide && height > 0) filled[column] += height + gap;
    return column;
  });
  const last = items.flatMap(({ height, wide }, i) => (wide || height === 0 ? [] : [i])).slice(-together);
  for (let choice = 0; choice < 2 ** last.length; choice++) {
    const other = [...fresh];
    last.forEach((i, bit) => (other[i] = ((choice >> bit) & 1) as 0 | 1)); // a bit
    if (uneven(other) < uneven(fresh) - 24) fresh = other;
  }
  return before.length === items.length && uneven(before) <= uneven(fresh) + patience ? before : fresh;
}

export function Masonry({ children }: { children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const grid = box.current;
    if (!grid) return;
    let columns: readonly (0 | 1)[] = [];
    const place = (): void => {
      const cells = [...grid.children] as HTMLElement[]; // the grid holds divs alone
      const two = grid.clientWidth >= twoFrom;
      grid.classList.toggle('two', two);
      if (!two) {
        for (const { style } of cells) style.gridColumn = style.gridRow = ''; // a window made narrow, or a telephone turned
        return;
      }
      const items = cells.map((cell) => ({ height: cell.firstElementChild?.getBoundingClientRect().height ?? 0, wide: cell.querySelector('[data-wide]') !== null }));
      columns = columnsOf(items, columns);
      const ends: [number, number] = [1, 1];
      const put = (i: number, column: string, from: number): number => {
        const rows = Math.ceil(items[i]!.height) + gap;
        cells[i]!.style.gridColumn = column;
        cells[i]!.style.gridRow = `${from} / span ${rows}`;
        return from + rows;
      };
      items.forEach(({ height, wide }, i) => {
        const column = columns[i]!;
        if (!wide && height > 0) ends[column] = put(i, String(column + 1), ends[column]);
      });
      let below = Math.max(...ends);
      items.forEach(({ height, wide }, i) => {
        if (wide && height > 0) below = put(i, '1 / -1', below);
      });
    };
    const sizes = new ResizeObserver(place);
    const follow = (): void => {
      sizes.disconnect();
      contents.disconnect();
      sizes.observe(grid);
      contents.observe(grid, { childList: true });
      for (const cell of grid.children) {
        contents.observe(cell, { childList: true }); // a card may come and go; what changes inside it shows in its size
        if (cell.firstElementChild) sizes.observe(cell.firstElementChild);
      }
      place();
    };
    const contents = new MutationObserver(follow);
    follow();
    return () => {
      sizes.disconnect();
      contents.disconnect();
    };
  }, []);
  return <div ref={box} className="masonry">{Children.map(children, (child) => <div className="cell">{child}</div>)}</div>;
}
