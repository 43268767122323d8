/** A card for each way of merging: what it is, what it is told, what it decided. */
import { useId } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { cookingKinds, needsMeasure, type CookingKind } from '../../spec/kitchen';
import { merges } from '../../spec/kitchen-recipes';
import { percentText } from '../../store/format';
import { ingredientsOf, notNow, type Pot } from '../../store/kitchen-slice';
import { useApp, useAppStore } from '../app-context';
import { KnobList } from '../Knobs';
import { LinesPicture } from '../pictures/shapes';
import { Scrolled } from '../Scrolled';
import { decidingText, scoreText } from './Ingredients';
import { texts } from './texts';

export function Merges() {
  const store = useAppStore();
  const able = useApp(useShallow((app) => cookingKinds.filter((kind) => notNow(kind, app) === undefined)));
  const busy = useApp((app) => Object.values(app.kitchen.pots).some(({ status }) => status === 'waiting') || app.kitchen.segment?.busy === true || (app.kitchen.plane !== undefined && !app.kitchen.plane.drawn));
  return (
    <section className="kitchen-merges" aria-label={texts.merges}>
      <header className="panel-head">
        <h2>{texts.merges}</h2>
        <span className="actions">
          {busy && <button type="button" onClick={() => store.getState().kitchenStopped()}>{texts.stop}</button>}
          <button type="button" className="primary" disabled={able.length === 0} onClick={() => store.getState().cookPressed(able)}>{texts.all}</button>
        </span>
      </header>
      <div className="kitchen-cards">{cookingKinds.map((kind) => <MergePanel key={kind} kind={kind} />)}</div>
    </section>
  );
}
function MergePanel({ kind }: { kind: CookingKind }) {
  const store = useAppStore();
  const id = useId();
  const { title, says, source, knobs } = merges[kind];
  const values = useApp((app) => app.kitchen.knobs[kind]);
  const pot = useApp((app) => app.kitchen.pots[kind]);
  const why = useApp((app) => notNow(kind, app));
  const act = store.getState();
  return (
    <section className="panel kitchen-card" aria-labelledby={id}>
      <h3 id={id}>{title} <small className="soft">{source}</small></h3>
      <p className="soft">{says}</p>
      {kind === 'weighted' && <Weights />}
      {Object.keys(knobs).length > 0 && <KnobList knobs={knobs} values={values ?? {}} onTurn={(name, value) => act.kitchenTurned(kind, name, value)} />}
      <p className="actions">
        <button type="button" aria-label={texts.cookOne(title)} disabled={why !== undefined || pot?.status === 'waiting'} onClick={() => act.cookPressed([kind])}>{texts.cook}</button>
        {pot?.status === 'waiting' && <output className="soft">{texts.cooking}</output>}
        {pot?.status === 'waiting' && pot.learning && pot.cooking.kind === 'learned' && <span className="soft">{texts.step(pot.learning.length, pot.cooking.steps)}</span>}
        {pot?.cooked?.scores && <output>{scoreText(pot.cooked.scores.reporting)}</output>}
      </p>
      {why !== undefined && needsMeasure(kind) && !why.startsWith(texts.opening) && <p className="soft">{why}</p>}
      {pot?.status === 'failed' && <p className="note problem" role="alert">{pot.problem}</p>}
      {pot && <Outcome pot={pot} />}
    </section>
  );
}
function Weights() {
  const store = useAppStore();
  const ingredients = useApp(useShallow(ingredientsOf));
  const weights = useApp((app) => app.kitchen.weights);
  return (
    <fieldset className="kitchen-weights">
      <legend>{texts.weights}</legend>
      {ingredients.map(({ id, name }) => (
        <label key={id}><span>{name}</span><input className="number" type="number" min={0} max={1000} step="any" aria-label={texts.weightOf(name)} value={weights[id] ?? 1} onChange={(e) => Number.isFinite(e.target.valueAsNumber) && store.getState().ingredientWeighed(id, e.target.valueAsNumber)} /></label>
      ))}
    </fieldset>
  );
}
/** One line, in the colour of a first arm. */
export const coloured = { arms: { soup: { label: texts.loss, says: '', role: 'method' } } } as const;
/** What a merge has told of itself, as far as it has come. */
function Outcome({ pot: { cooking, cooked, greedy: decided, learning: learned, weights: now } }: { pot: Pot }) {
  const names = useApp(useShallow((app) => ingredientsOf(app).map(({ name }) => name)));
  const [greedy, learning, weights] = [cooked?.greedy ?? decided, cooked?.learning ?? learned, cooked?.weights ?? now];
  const t = texts.decision;
  return (
    <>
      {greedy && (
        <Scrolled label={texts.decisions}>
          <table className="kitchen-table" aria-label={texts.decisions}>
            <thead><tr><th scope="col">{t.name}</th><th scope="col" className="figure">{t.alone}</th><th scope="col" className="figure">{t.withIt}</th><th scope="col">{t.verdict}</th></tr></thead>
            <tbody>{greedy.map(({ name, alone, withIt, accepted }, i) => <tr key={i}><th scope="row">{name}</th><td className="figure">{decidingText(alone)}</td><td className="figure">{decidingText(withIt)}</td><td><span className={`verdict ${accepted ? 'yes' : 'no'}`}>{accepted ? texts.joins : texts.joinsNot}</span></td></tr>)}</tbody>
          </table>
        </Scrolled>
      )}
      {cooking.kind === 'learned' && learning && learning.length > 1 && <LinesPicture picture={{ kind: 'lines', xLabel: texts.steps, yLabel: texts.loss, series: [{ label: merges.learned.title, arm: 'soup', x: Float32Array.from(learning.keys()), y: Float32Array.from(learning) }] }} card={coloured} title={merges.learned.title} height={150} />}
      {weights && cooking.kind !== 'uniform' && <p className="soft">{texts.shares(weights.map((w, i) => `${names[i] ?? i + 1}: ${percentText(w)}`).join(' · '))}</p>}
    </>
  );
}
