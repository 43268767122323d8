/** Checkpoints, merged: chosen at the top, cooked in the middle, compared below. */
import { ingredientLimits } from '../../spec/kitchen';
import { ingredientsOf } from '../../store/kitchen-slice';
import { useApp, useAppStore } from '../app-context';
import { CheckpointList } from '../checkpoints/CheckpointList';
import { useAnswer } from '../library/answers';
import { Compare } from './Compare';
import { Ingredients } from './Ingredients';
import { KitchenLights } from './KitchenLights';
import { Landscapes } from './Landscapes';
import { Merges } from './Merges';
import { texts } from './texts';
import './style.css';

export default function Kitchen() {
  const store = useAppStore();
  const chosen = useApp((app) => app.kitchen.chosen);
  const count = useApp((app) => ingredientsOf(app).length);
  const problem = useApp((app) => app.kitchen.problem);
  const ready = count >= ingredientLimits.least && problem === undefined;
  return (
    <main className="kitchen" id="experiment" tabIndex={-1} aria-label={texts.title}>
      <div className="head"><h1>{texts.title}</h1><p className="claim">{texts.claim}</p></div>
      <p className="soft intro">{texts.intro}</p>
      <CheckpointList
        choiceLabel={texts.choose}
        choice={({ id, name }) => <input type="checkbox" aria-label={texts.chooseOne(name)} checked={chosen.includes(id)} onChange={(e) => store.getState().ingredientToggled(id, e.target.checked)} />}
      />
      <Shipped />
      {problem !== undefined && <p className="note problem" role="alert">{problem}</p>}
      {count > 0 && problem === undefined && <Ingredients />}
      {ready && <><Merges /><Compare /><KitchenLights /><Landscapes /></>}
    </main>
  );
}
/** One of the project's own checkpoints beside the user's. */
function Shipped() {
  const store = useAppStore();
  const storage = useApp((app) => app.keepsCheckpoints);
  const { answer: catalogue } = useAnswer('catalogue', {}, storage);
  if (!catalogue || !storage) return null;
  return (
    <label className="shipped">{texts.shipped}{' '}
      <select value="" onChange={(e) => e.target.value !== '' && void store.getState().shippedKept(e.target.value)}>
        <option value="">{texts.shippedNone}</option>
        {catalogue.models.map(({ id, title }) => <option key={id} value={id}>{id}: {title}</option>)}
      </select>
    </label>
  );
}
