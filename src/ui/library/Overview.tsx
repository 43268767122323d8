/** Everything that the library holds, a small picture each. */
import type { Catalogue, SetCard } from '../../spec/library';
import type { ModelCard } from '../../spec/model-card';
import { libraryStart, type Shelf } from '../../spec/place';
import { useAppStore } from '../app-context';
import { useAnswer } from './answers';
import { Readers } from './FilesView';
import { Measures } from './Measures';
import { Near, Thumbnail } from './Previews';
import { texts } from './texts';

export function Overview({ catalogue }: { readonly catalogue: Catalogue }) {
  return (
    <>
      <section aria-label={texts.shelves.sets} className="library-shelf">
        <h2>{texts.shelves.sets}</h2>
        <div className="library-grid">{catalogue.sets.map((set) => <SetTile key={set.id} set={set} />)}</div>
      </section>
      <section aria-label={texts.shelves.models} className="library-shelf">
        <h2>{texts.shelves.models}</h2>
        <div className="library-grid">{catalogue.models.map((model) => <ModelTile key={model.id} model={model} />)}</div>
      </section>
      <section aria-label={texts.shelves.files} className="library-shelf">
        <h2>{texts.shelves.files}</h2>
        <Readers readers={catalogue.readers} />
      </section>
    </>
  );
}
const Tile = ({ shelf, id, title, says, children }: { readonly shelf: Shelf; readonly id: string; readonly title: string; readonly says: string; readonly children: React.ReactNode }) => {
  const store = useAppStore();
  return (
    <article className="library-tile">
      <button type="button" className="tile-title" onClick={() => store.getState().placeChosen({ ...libraryStart, shelf, item: id })}><b>{title}</b></button>
      <p className="soft">{says}</p>
      {children}
    </article>
  );
};
const SetTile = ({ set }: { readonly set: SetCard }) => (
  <Tile shelf="sets" id={set.id} title={set.title} says={set.says}><Near>{(near) => <SetThumb id={set.id} near={near} />}</Near></Tile>
);
function SetThumb({ id, near }: { readonly id: string; readonly near: boolean }) {
  const { answer, problem } = useAnswer('set', { set: id, seed: 1, knobs: {} }, near);
  const first = answer?.previews[0];
  return first ? <Thumbnail preview={first} /> : <p className="blank">{problem ?? texts.waiting}</p>;
}
const ModelTile = ({ model }: { readonly model: ModelCard }) => (
  <Tile shelf="models" id={model.id} title={model.title} says={model.says}><Measures measures={model.measures.slice(0, 2)} /></Tile>
);
