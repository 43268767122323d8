/** What is known of a light: of each arm and seed how often and when it was checked, when it first went off, and its history as a strip. */
import { wasBroken } from '../spec/lights';
import type { Card } from '../spec/card';
import type { Light, Measured } from '../spec/result';
import { numberText } from '../store/format';
import { lightKey, type Stretch } from '../store/light-history';
import { useApp } from './app-context';
import { texts } from './texts';

export const lightName = (card: Card, { arm, seed }: Light): string => `${arm === undefined ? '' : `${card.arms[arm]?.label ?? arm}, `}${texts.picture.seed.toLowerCase()} ${seed}`;

/** What decided, as a number against its bound; then the figures in the method's words. */
export function LightFigures({ measured, detail }: { readonly measured?: Measured | undefined; readonly detail: string }) {
  return <>{measured && <b className="measured">{texts.lights.measured[measured.must](numberText(measured.value), numberText(measured.bound), numberText(measured.within ?? 0))}</b>}{measured && detail !== '' && ': '}{detail}</>;
}

export function LightChecks({ card, lights }: { card: Card; lights: readonly Light[] }) {
  const histories = useApp((app) => app.run?.lightHistory);
  const t = texts.lights;
  if (lights.length === 0) return null;
  return (
    <details>
      <summary>{t.each(lights.length)}</summary>
      <ul className="light-checks">
        {lights.map((light) => (
          <li key={lightKey(light)}>
            <b>{lightName(card, light)}</b>
            {light.checks !== undefined && <small>{t.checked(light.checks, light.step)}</small>}
            <small><LightFigures {...light} /></small>
            {wasBroken(light) && light.firstBroken && <small>{t.firstOff(light.firstBroken.step)} <LightFigures {...light.firstBroken} /></small>}
            <Strip history={histories?.[lightKey(light)] ?? []} />
          </li>
        ))}
      </ul>
    </details>
  );
}

const strip = { width: 240, height: 12 };
/** A thin line where it held, a full block where it was off: told apart without colour. */
function Strip({ history }: { history: readonly Stretch[] }) {
  const last = history.at(-1);
  if (!last) return null;
  const before = history[0]!.from - 1;
  const wide = strip.width / (last.to - before);
  const off = history.filter(({ holds }) => !holds).reduce((sum, { from, to }) => sum + to - from + 1, 0);
  return (
    <><span className="unseen">{texts.lights.strip(last.to - before, off)}</span><svg className="light-strip" viewBox={`0 0 ${strip.width} ${strip.height}`} preserveAspectRatio="none" aria-hidden="true">
      {history.map(({ holds, from, to }) => <rect key={from} className={holds ? 'held' : 'off'} x={(from - 1 - before) * wide} width={(to - from + 1) * wide} y={holds ? 4 : 0} height={holds ? 4 : strip.height} />)}
    </svg></>
  );
}
