/** Heat-maps: one large, or several side by side. */
import { useCallback, useRef } from 'react';
import type { HeatMap, Tiles } from '../../spec/picture';
import { numberText, percentText } from '../../store/format';
import { gradientCss, lookup } from '../colours';
import { useWidth } from '../redraw';
import { extent } from '../ticks';
import { PixelCanvas } from './PixelCanvas';
import { texts } from './texts';

/** Least and greatest value that the colours stand for. */
export function rangeOf({ values, scale, range }: HeatMap): readonly [number, number] {
  if (range) return range;
  if (scale === 'binary') return [0, 1];
  const [least, greatest] = extent([values]);
  if (!Number.isFinite(least)) return [0, 1];
  if (scale === 'diverging') {
    const most = Math.max(Math.abs(least), Math.abs(greatest)) || 1;
    return [-most, most];
  }
  return least === greatest ? [least, least + 1] : [least, greatest];
}

function HeatCanvas({ map, label, smooth }: { map: HeatMap; label?: string; smooth?: boolean }) {
  const paint = useCallback((out: Uint32Array) => {
    const [from, to] = rangeOf(map);
    const colours = lookup(map.scale);
    const factor = 255 / (to - from || 1);
    for (let i = 0; i < out.length; i++) {
      const at = Math.round((map.values[i]! - from) * factor);
      out[i] = Number.isNaN(at) ? 0 : colours[at < 0 ? 0 : at > 255 ? 255 : at]!; // what is not a number is left clear
    }
  }, [map]);
  return <PixelCanvas rows={map.rows} columns={map.columns} paint={paint} label={label} smooth={smooth} />;
}

/** For a mask: how much is kept. For the rest: the range. */
export function summary(map: HeatMap): string {
  if (map.scale === 'binary') {
    const kept = map.values.reduce((sum, v) => sum + v, 0) / (map.values.length || 1);
    return texts.maskOf(map.rows, map.columns, percentText(1 - kept));
  }
  const [from, to] = extent([map.values]);
  return texts.mapOf(map.rows, map.columns, numberText(from), numberText(to));
}

function ColourKey({ map }: { map: HeatMap }) {
  const [from, to] = rangeOf(map);
  if (map.scale === 'binary') return <div className="key"><i className="swatch removed" /> {texts.removed} <i className="swatch kept" /> {texts.kept}</div>;
  return <div className="key">{numberText(from)} <i className="ramp" style={{ background: gradientCss(map.scale) }} /> {numberText(to)}</div>;
}

/** Labels that there is room for. */
const few = (labels: readonly string[] | undefined): labels is readonly string[] => labels !== undefined && labels.length <= 40;

export function HeatMapPicture({ map, title, large }: { map: HeatMap; title: string; large: boolean }) {
  return (
    <div className="heat">
      <div className="heat-body">
        {map.yLabel && <span className="y-label">{map.yLabel}</span>}
        {few(map.rowLabels) && <div className="row-labels" aria-hidden="true">{map.rowLabels.map((l, i) => <span key={i}>{l}</span>)}</div>}
        <div className="heat-frame" style={{ height: Math.max(large ? 260 : 140, Math.min(map.rows * 14, 420)) }}><HeatCanvas map={map} label={`${title}: ${summary(map)}`} /></div>
        {few(map.columnLabels) && <div className="column-labels" aria-hidden="true">{map.columnLabels.map((l, i) => <span key={i}>{l}</span>)}</div>}
        {map.xLabel && <span className="x-label">{map.xLabel}</span>}
      </div>
      <ColourKey map={map} />
    </div>
  );
}

const tileGap = 18;
/** Pixels a cell: one size for all tiles, so that a tile is as large as what it shows. Wide ones stand two in a row. Pure. */
export function cellSize(tiles: readonly { readonly rows: number; readonly columns: number }[], width: number): number {
  const columns = tiles.reduce((most, t) => Math.max(most, t.columns), 1);
  const rows = tiles.reduce((most, t) => Math.max(most, t.rows), 1);
  const abreast = tiles.length > 2 && width > 400 ? 2 : 1;
  return Math.min(10, ((width - (abreast - 1) * tileGap) / abreast - 2) / columns, 220 / rows);
}

/** One tile. Where its rows have names, a row is as high as one. */
function Tile({ tile, cell, title }: { tile: Tiles['tiles'][number]; cell: number; title: string }) {
  const named = few(tile.rowLabels);
  const [width, height] = [tile.columns * Math.max(cell, !named ? 0 : tile.columns <= 4 ? 24 : 12) + 2, tile.rows * Math.max(cell, named ? 14 : 0) + 2];
  const frame = <div className="tile-frame" style={{ width, height }}><HeatCanvas map={tile} label={`${title}, ${tile.label}: ${summary(tile)}`} smooth={cell < 1} /></div>;
  return (
    <figure className="tile" style={{ width: named ? undefined : Math.max(112, width) }}>
      <figcaption><b>{tile.label}</b> {tile.caption ?? (named ? '' : summary(tile))}</figcaption>
      {named ? (
        <div className="named-tile">
          <div className="row-labels" aria-hidden="true" style={{ height }}>{tile.rowLabels.map((l, i) => <span key={i}>{l}</span>)}</div>
          {frame}
          {few(tile.columnLabels) && <div className="column-labels" aria-hidden="true">{tile.columnLabels.map((l, i) => <span key={i}>{l}</span>)}</div>}
        </div>
      ) : frame}
    </figure>
  );
}

export function TilesPicture({ picture, title }: { picture: Tiles; title: string }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const first = picture.tiles[0];
  const cell = cellSize(picture.tiles, width);
  return (
    <div ref={box} className="tiles-picture">
      <div className="tiles">
        {picture.tiles.map((tile, i) => <Tile key={i} tile={tile} cell={cell} title={title} />)}
      </div>
      {first && <ColourKey map={first} />}
    </div>
  );
}
