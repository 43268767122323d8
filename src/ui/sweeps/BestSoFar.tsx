/** Points in the order of the plan, and the best up to each. */
import { bestSoFar, passes } from '../../store/sweep-results';
import { Plot } from '../Plot';
import { extent, scaleOver } from '../ticks';
import { pointText } from './knob-text';
import type { SweepView } from './Sweeps';
import { texts } from './texts';

export function BestSoFar({ shown: { card, points }, rows, less, label, text, open, filters }: SweepView) {
  const found = bestSoFar(rows, less);
  const last = found.at(-1);
  if (!last) return null;
  const winner = found.find((f) => f.value === last.best)!;
  const x = scaleOver(1, Math.max(2, points.length), { room: 0.02 });
  const y = scaleOver(...extent([found.map((f) => f.value)]));
  return (
    <section className="panel" aria-label={texts.best}>
      <h2>{texts.best}</h2>
      <p><output>{texts.bestOf(text(last.best), pointText(card, points[winner.at]!.knobs))}</output></p>
      <p className="soft">{texts.bestSays}</p>
      <Plot label={`${texts.best}: ${label}`} xLabel={texts.order} yLabel={label} x={x} y={y} height={220}>
        {({ px, py }) => (
          <>
            <path className="sweep-best" d={found.map((f, i) => (i === 0 ? `M${px(f.at + 1)} ${py(f.best)}` : `H${px(f.at + 1)}V${py(f.best)}`)).join('')} />
            {found.map((f) => <circle key={f.at} className={`sweep-dot${f === winner ? ' winner' : ''}${passes(rows[f.at]!, filters) ? '' : ' dimmed'}`} cx={px(f.at + 1)} cy={py(f.value)} r={f === winner ? 6 : 4} onClick={() => open(f.at)}><title>{`${pointText(card, points[f.at]!.knobs)}: ${text(f.value)}`}</title></circle>)}
          </>
        )}
      </Plot>
    </section>
  );
}
