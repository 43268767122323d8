/** What must hold of each merge whatever the numbers, and whether it does on these checkpoints. */
import { cookingKinds, lightIds } from '../../spec/kitchen';
import { merges } from '../../spec/kitchen-recipes';
import { useApp } from '../app-context';
import { Mark } from '../Findings';
import { texts } from './texts';

export function KitchenLights() {
  const pots = useApp((app) => app.kitchen.pots);
  const rows = lightIds.flatMap((id) => {
    const found = cookingKinds.flatMap((kind) => (pots[kind]?.cooked?.lights ?? []).filter((light) => light.id === id).map((light) => ({ ...light, kind })));
    return found.length > 0 ? [{ id, found, broken: found.filter(({ holds }) => !holds) }] : [];
  });
  return (
    <section className="panel" aria-label={texts.lights}>
      <h2>{texts.lights}</h2>
      <p className="soft">{rows.length === 0 ? texts.lightsNone : texts.lightsHow}</p>
      <ul className="lights">
        {rows.map(({ id, found, broken }) => {
          const kind = broken.length > 0 ? 'no' : 'yes';
          return (
            <li key={id}>
              <Mark kind={kind} />
              <div>
                {texts.light[id]} <span className={`verdict ${kind}`}>{broken.length > 0 ? texts.broken : texts.holds}</span>
                {(broken.length > 0 ? broken : found).map((light) => <small key={light.kind}>{merges[light.kind].title}: {light.detail}</small>)}
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
