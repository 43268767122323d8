/** Every ingredient and every merge in one table. */
import { useShallow } from 'zustand/react/shallow';
import { cookingKinds, type CookingKind, type Scores } from '../../spec/kitchen';
import { howText } from '../../spec/kitchen-recipes';
import { numberText, percentText } from '../../store/format';
import { ingredientsOf } from '../../store/kitchen-slice';
import { useApp, useAppStore } from '../app-context';
import { texts } from './texts';

interface Line {
  readonly key: string;
  readonly name: string;
  readonly scores?: Scores;
  readonly norm?: number;
  readonly nearest?: number;
  /** A merge that can be kept. */
  readonly soup?: CookingKind;
  readonly kept?: boolean;
}
export function Compare() {
  const store = useAppStore();
  const ingredients = useApp(useShallow(ingredientsOf));
  const all = useApp((app) => app.checkpoints);
  const { opened, pots } = useApp((app) => app.kitchen);
  const names = new Map(all.map(({ id, name }) => [id, name]));
  const k = ingredients.length;
  const nearestOf = (distances: readonly number[]): number | undefined => (distances.length > 0 ? Math.min(...distances) : undefined);
  const lines: Line[] = [
    ...ingredients.map(({ id, name }, i): Line => ({ key: id, name, scores: opened?.scores[i], norm: opened?.norms[i], nearest: nearestOf((opened?.distances ?? []).slice(i * k, (i + 1) * k).filter((_, j) => j !== i)) })),
    ...cookingKinds.flatMap((kind): Line[] => {
      const pot = pots[kind];
      return pot?.cooked ? [{ key: kind, name: howText(pot.cooking, (id) => names.get(id) ?? ''), scores: pot.cooked.scores, norm: pot.cooked.norm, nearest: nearestOf(pot.cooked.distances), soup: kind, kept: pot.keptAs !== undefined && names.has(pot.keptAs) }] : [];
    }),
  ];
  const measured = opened?.measure !== undefined;
  const accuracy = opened?.measure?.accuracy === true;
  const best = (value: (scores: Scores) => number, better: (a: number, b: number) => boolean): number | undefined => lines.reduce<number | undefined>((so, { scores }) => (scores && (so === undefined || better(value(scores), so)) ? value(scores) : so), undefined);
  const least = best(({ reporting }) => reporting.loss, (a, b) => a < b);
  const most = best(({ reporting }) => reporting.accuracy ?? 0, (a, b) => a > b);
  const t = texts.columns;
  const cell = (value: number | undefined, text: (v: number) => string, top?: number): React.ReactNode => (value === undefined ? '–' : value === top ? <b>{text(value)}</b> : text(value));
  return (
    <section className="panel" aria-label={texts.compare}>
      <h2>{texts.compare}</h2>
      {measured && <p className="soft">{texts.compareHow}</p>}
      <div className="table-scroll">
        <table className="kitchen-table">
          <thead><tr>
            <th scope="col">{t.name}</th>
            {accuracy && <><th scope="col" className="figure">{t.accuracyReporting}</th><th scope="col" className="figure">{t.accuracyChoosing}</th></>}
            {measured && <><th scope="col" className="figure">{t.lossReporting}</th><th scope="col" className="figure">{t.lossChoosing}</th></>}
            <th scope="col" className="figure">{t.norm}</th><th scope="col" className="figure">{t.distance}</th><td aria-hidden="true" />
          </tr></thead>
          <tbody>
            {lines.map(({ key, name, scores, norm, nearest, soup, kept }) => (
              <tr key={key} className={soup ? 'soup' : undefined}>
                <th scope="row">{name}{soup && <small className="soft"> {texts.soup}</small>}</th>
                {accuracy && <><td className="figure">{cell(scores?.reporting.accuracy, percentText, most)}</td><td className="figure">{cell(scores?.choosing.accuracy, percentText)}</td></>}
                {measured && <><td className="figure">{cell(scores?.reporting.loss, numberText, least)}</td><td className="figure">{cell(scores?.choosing.loss, numberText)}</td></>}
                <td className="figure">{cell(norm, numberText)}</td><td className="figure">{cell(nearest, numberText)}</td>
                <td className="row-actions">{soup && (kept ? <span className="soft">{texts.keptAlready}</span> : <button type="button" aria-label={texts.keepOne(name)} onClick={() => void store.getState().soupKept(soup)}>{texts.keep}</button>)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
