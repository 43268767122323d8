/** A finding seed by seed: each difference as a mark against the bound, and who disagrees by name. */
import { outlookOf, type Finding, type SeedFinding } from '../spec/claim';
import { numberText } from '../store/format';
import { texts } from './texts';

const size = { width: 280, height: 52, side: 14, line: 22 };
type Kind = 'agrees' | 'disagrees' | 'void';

export function ClaimSeeds({ finding }: { finding: Finding }) {
  const t = texts.claim;
  const all: readonly (SeedFinding & { readonly kind: Kind })[] = [...finding.perSeed.map((s) => ({ ...s, kind: s.agrees ? 'agrees' as const : 'disagrees' as const })), ...finding.voided.map((s) => ({ ...s, kind: 'void' as const }))];
  const shown = all.filter(({ difference }) => Number.isFinite(difference));
  const values = [finding.bound, ...shown.map(({ difference }) => difference)];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const at = (value: number): number => size.side + (most > least ? (value - least) / (most - least) : 0.5) * (size.width - 2 * size.side);
  /** The bound, and the outermost marks where their figures have room beside it. */
  const ends = [finding.bound, ...[least, most].filter((value) => Math.abs(at(value) - at(finding.bound)) > 52)];
  const named = (kind: Kind): string => all.filter((s) => s.kind === kind).map(({ seed }) => seed).sort((a, b) => a - b).join(', ');
  return (
    <>
      <span className="unseen">{t.dots(numberText(finding.bound), named('agrees'), named('disagrees'), named('void'))}</span>
      <svg className="claim-seeds" viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden="true">
        <line className="axis" x1={0} x2={size.width} y1={size.line} y2={size.line} />
        <line className="bound" x1={at(finding.bound)} x2={at(finding.bound)} y1={6} y2={size.line + 14} />
        {ends.map((value) => <text key={value} x={at(value)} y={size.height - 2} textAnchor={at(value) < 40 ? 'start' : at(value) > size.width - 40 ? 'end' : 'middle'} className={value === finding.bound ? 'of-bound' : undefined}>{numberText(value)}</text>)}
        {shown.map(({ seed, difference, kind }) => (
          <g key={seed} className={kind} transform={`translate(${at(difference)} ${size.line})`}>
            {kind === 'disagrees' ? <path d="M-4-4L4 4M4-4L-4 4" /> : <circle r="4" />}
            {kind !== 'agrees' && <text y="-9" textAnchor="middle">{seed}</text>}
          </g>
        ))}
      </svg>
      {named('disagrees') && <small>{t.disagree(named('disagrees'))}</small>}
      {named('void') && <small>{t.voidSeeds(named('void'))}</small>}
      <Outlook finding={finding} />
    </>
  );
}
function Outlook({ finding }: { finding: Finding }) {
  const { toCount, toHold } = outlookOf(finding);
  const t = texts.claim;
  return toCount > 0 ? <small>{t.toCount(toCount)}</small> : toHold > 0 ? <small>{t.toHold(toHold)}</small> : null;
}
