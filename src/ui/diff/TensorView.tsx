/** One tensor of both models: where it changed, its values and changes, its singular values. Each picture also as a table. */
import { useMemo, useRef, useEffect, type ReactNode } from 'react';
import type { ModelRef, Spectrum, TensorDetail } from '../../spec/diff';
import type { Lines } from '../../spec/picture';
import { numberText } from '../../store/format';
import { useAnswer } from '../library/answers';
import { HeatMapPicture } from '../pictures/heat';
import { HistogramPicture, LinesPicture } from '../pictures/shapes';
import { Scrolled } from '../Scrolled';
import { texts } from './texts';

/** A and B in the colours of arms. */
const card = { arms: { a: { label: texts.a, says: '', role: 'baseline' as const }, b: { label: texts.b, says: '', role: 'baseline' as const }, change: { label: texts.of.change, says: '', role: 'baseline' as const } } };
const height = 230;

export function TensorView({ a, b, tensor, close }: { a: ModelRef; b: ModelRef; tensor: string; close: () => void }) {
  const { answer, waiting, problem } = useAnswer('diffTensor', { a, b, tensor });
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [tensor]);
  return (
    <section className="panel tensor-view" aria-label={texts.close(tensor)}>
      <header className="panel-head"><h2 ref={heading} tabIndex={-1}>{texts.close(tensor)}</h2><button type="button" className="quiet" onClick={close}>{texts.closing}</button></header>
      {problem ? <p className="note problem" role="alert">{problem}</p> : !answer || waiting ? <output className="blank tall">{texts.waiting}</output> : <Detail detail={answer} />}
    </section>
  );
}
function Detail({ detail }: { detail: TensorDetail }) {
  const { view, block, heat, values, changes, spectra, noSpectra } = detail;
  const size = view[0] * view[1];
  const moved = changes?.counts.reduce((sum, count) => sum + count, 0) ?? 0;
  const histograms = useMemo((): Lines => ({ kind: 'lines', xLabel: texts.value, yLabel: texts.count, logY: true, series: (['a', 'b'] as const).map((arm) => ({ label: texts.of[arm], arm, ...withoutEmpty(values.edges, values[arm]) })) }), [values]);
  return (
    <div className="tensor-pictures">
      <Shown title={texts.map} says={texts.mapSays(view[0], view[1], block)}><HeatMapPicture map={heat} title={texts.map} large /><AsTable title={texts.map} is={texts.largestCells(largestOf)} columns={[texts.row, texts.column, texts.of.change]} rows={largestCells(detail)} /></Shown>
      <Shown title={texts.values} says={texts.valuesSay}>
        <LinesPicture picture={histograms} card={card} title={texts.values} height={height} />
        <AsTable title={texts.values} columns={[texts.from, texts.to, texts.countA, texts.countB]} rows={binsOf(values.edges, values.a, values.b)} />
      </Shown>
      <Shown title={texts.changes} says={changes ? texts.changesSay(size - moved) : texts.unchanged}>
        {changes && <><HistogramPicture picture={changes} card={card} title={texts.changes} height={height} /><AsTable title={texts.changes} columns={[texts.from, texts.to, texts.counted]} rows={binsOf(changes.edges, changes.counts)} /></>}
      </Shown>
      <Shown title={texts.spectrum} says={spectra ? texts.spectrumSays : texts.noSpectra[noSpectra ?? 'vector']}>{spectra && <Spectra spectra={spectra} most={Math.min(...view)} />}</Shown>
    </div>
  );
}
function Spectra({ spectra, most }: { spectra: Readonly<Record<'a' | 'b' | 'change', Spectrum>>; most: number }) {
  const picture = useMemo((): Lines => ({
    kind: 'lines', xLabel: texts.place, yLabel: texts.singular, logY: true,
    series: (['a', 'b', 'change'] as const).flatMap((arm) => {
      const values = [...spectra[arm].values].filter((v) => v > 0);
      return values.length > 0 ? [{ label: texts.of[arm], arm, x: Float32Array.from(values, (_, i) => i + 1), y: Float32Array.from(values) }] : [];
    }),
  }), [spectra]);
  const t = texts.ranks;
  return (
    <>
      {picture.series.length > 0 && <LinesPicture picture={picture} card={card} title={texts.spectrum} height={height} />}
      <Scrolled label={t.title}><table className="diff-table">
        <thead><tr><th scope="col">{t.of}</th>{[t.largest, t.stable, t.effective, t.possible].map((is) => <th key={is} scope="col" className="figure">{is}</th>)}</tr></thead>
        <tbody>{(['a', 'b', 'change'] as const).map((arm) => (
          <tr key={arm}><th scope="row">{texts.of[arm]}</th>{[spectra[arm].values[0] ?? 0, spectra[arm].stableRank, spectra[arm].effectiveRank, most].map((figure, i) => <td key={i} className="figure">{numberText(figure)}</td>)}</tr>
        ))}</tbody>
      </table></Scrolled>
      <p className="soft">{texts.ranksSay}</p>
      <AsTable title={texts.spectrum} columns={[texts.place, texts.of.a, texts.of.b, texts.of.change]} rows={Array.from({ length: Math.min(most, 200) }, (_, i) => [i + 1, ...(['a', 'b', 'change'] as const).map((arm) => spectra[arm].values[i]!)])} />
    </>
  );
}
function Shown({ title, says, children }: { title: string; says: string; children: ReactNode }) {
  return <figure className="shown"><figcaption><h3>{title}</h3><p className="soft">{says}</p></figcaption>{children}</figure>;
}
function AsTable({ title, is = texts.asTable, columns, rows }: { title: string; is?: string; columns: readonly string[]; rows: readonly (readonly number[])[] }) {
  return (
    <details>
      <summary className="soft">{is}</summary>
      <Scrolled label={`${title}: ${is}`}><table className="diff-table">
        <thead><tr>{columns.map((column) => <th key={column} scope="col" className="figure">{column}</th>)}</tr></thead>
        <tbody>{rows.map((row, r) => <tr key={r}>{row.map((figure, i) => <td key={i} className="figure">{numberText(figure)}</td>)}</tr>)}</tbody>
      </table></Scrolled>
    </details>
  );
}
const binsOf = (edges: Float32Array, ...counts: readonly Float32Array[]): readonly (readonly number[])[] => Array.from({ length: edges.length - 1 }, (_, i) => [edges[i]!, edges[i + 1]!, ...counts.map((column) => column[i]!)]);
const largestOf = 20;
/** Where a block begins in the view, counted from 0, and its change; the largest first. */
function largestCells({ heat, block }: TensorDetail): readonly (readonly number[])[] {
  const cells = Array.from(heat.values, (value, i) => [Math.floor(i / heat.columns) * block[0], (i % heat.columns) * block[1], value] as const);
  return cells.filter(([, , value]) => value !== 0).toSorted(([, , x], [, , y]) => Math.abs(y) - Math.abs(x)).slice(0, largestOf);
}
/** Middles of bins and their counts; a bin without any has no place on a logarithmic axis. */
function withoutEmpty(edges: Float32Array, counts: Float32Array): { readonly x: Float32Array; readonly y: Float32Array } {
  const full = Array.from(counts.keys()).filter((i) => counts[i]! > 0);
  return { x: Float32Array.from(full, (i) => (edges[i]! + edges[i + 1]!) / 2), y: Float32Array.from(full, (i) => counts[i]!) };
}
