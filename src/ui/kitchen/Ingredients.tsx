/** What is merged, in order; what measures it; what changes are counted from. */
import { measuredBy } from '../../spec/checkpoint';
import { ingredientLimits, type Score } from '../../spec/kitchen';
import { percentText, numberText } from '../../store/format';
import { baseOf, ingredientsOf, measurerOf } from '../../store/kitchen-slice';
import { useShallow } from 'zustand/react/shallow';
import { useApp, useAppStore } from '../app-context';
import { fromText } from '../checkpoints/CheckpointList';
import { texts } from './texts';

/** The figure that decides: right answers, or the loss where none are counted. */
export const decidingText = ({ loss, accuracy }: Score): string => (accuracy === undefined ? numberText(loss) : percentText(accuracy));
export const scoreText = ({ loss, accuracy }: Score): string => (accuracy === undefined ? numberText(loss) : `${percentText(accuracy)}, ${texts.loss} ${numberText(loss)}`);

export function Ingredients() {
  const store = useAppStore();
  const ingredients = useApp(useShallow(ingredientsOf));
  const { opening, opened, measureOf } = useApp((app) => app.kitchen);
  const base = useApp(baseOf);
  const all = useApp((app) => app.checkpoints);
  const act = store.getState();
  const measurer = measurerOf(ingredients, measureOf);
  const measurers = ingredients.filter((one) => measuredBy(one));
  const says = opened?.measure;
  const dataOf = (one: (typeof ingredients)[number] | undefined): string => {
    const by = one && measuredBy(one);
    return by?.by === 'run' ? `${by.link} ${by.seed}` : '';
  };
  const other = measurers.some((one) => one.source.from === 'run' && dataOf(one) !== dataOf(measurer));
  // A base is of the same architecture: anything else is not offered.
  const shape = (tensors: (typeof ingredients)[number]['tensors']): string => tensors.map((t) => `${t.name}[${t.shape.join()}]`).toSorted().join();
  const expected = ingredients[0] && shape(ingredients[0].tensors);
  const bases = all.filter(({ tensors }) => shape(tensors) === expected);
  return (
    <section className="panel" aria-label={texts.ingredients}>
      <header className="panel-head"><h2>{texts.ingredients}</h2>{opening && <output className="soft">{texts.opening}</output>}</header>
      <ol className="ingredients">
        {ingredients.map((one, i) => {
          const scores = opened?.scores[i];
          return (
            <li key={one.id}>
              <span className="ingredient-name"><b>{one.name}</b><small className="soft">{fromText(one)}</small></span>
              <span className="figure">{scores ? scoreText(scores.reporting) : ''}</span>
              <span className="row-actions">
                <button type="button" className="quiet" disabled={i === 0} aria-label={texts.up(one.name)} onClick={() => act.ingredientMoved(one.id, -1)}>↑</button>
                <button type="button" className="quiet" disabled={i === ingredients.length - 1} aria-label={texts.down(one.name)} onClick={() => act.ingredientMoved(one.id, 1)}>↓</button>
                <button type="button" className="quiet" aria-label={texts.away(one.name)} onClick={() => act.ingredientToggled(one.id, false)}>×</button>
              </span>
            </li>
          );
        })}
      </ol>
      <p className="soft">{ingredients.length < ingredientLimits.least ? texts.few : texts.order}</p>
      <div className="kitchen-choices">
        {measurers.length > 0 && <label>{texts.measured} <select value={measurer?.id ?? ''} onChange={(e) => act.measureChosen(e.target.value)}>{measurers.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}</select></label>}
        {ingredients.length > 1 && <label title={texts.baseHelp}>{texts.base} <select value={base?.id ?? ''} onChange={(e) => act.baseChosen(e.target.value)}>{bases.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}</select></label>}
      </div>
      {says && <p className="soft">{texts.choosing(says.choosing)} {texts.reporting(says.reporting)} {texts.lossIs(says.unit)} {says.notes.join(' ')}</p>}
      {says && other && <p className="note">{texts.otherSeed}</p>}
      {opened?.why !== undefined && <div className="note"><b>{texts.unmeasured}</b><p>{opened.why}</p></div>}
    </section>
  );
}
