/** What ties the store to the page around it: the address bar, the previews, the first warm-up. */
import { writeLink } from '../spec/link';
import { readPlace, writePlace } from '../spec/place';
import type { Experiment } from '../spec/experiment';
import type { Proof } from '../spec/result';
import { selectCard, type AppState, type AppStore } from './app';
import { missingFiles } from './experiment-slice';
import { isActive } from './run';
import { sameRun } from './run-slice';

/** The proof of the finished run, if the knobs still stand where it was made. */
export function currentProof({ run, experiment }: AppState): Proof | undefined {
  return run?.status === 'finished' && run.result && experiment && sameRun(run.experiment, experiment) ? run.result.proof : undefined;
}

/** The link to share. One with a proof names the provider that made it, so that opening it repeats the run and not merely the wish. */
export function shareHash(app: AppState): string {
  const card = selectCard(app);
  if (!card || !app.experiment) return '';
  const proof = currentProof(app);
  const pinned: Experiment = proof && proof.provider !== 'reference' ? { ...app.experiment, backend: proof.provider } : app.experiment;
  return writeLink(card, pinned, proof);
}

/** Opens the link in the address bar, then keeps it up to date. A link with a proof runs at once, or as soon as the files that it reads are here. */
export function attachToPage(store: AppStore, page: Window): void {
  const open = (): void => {
    const { hash } = page.location;
    if (hash.length <= 1 || hash === written) return;
    const place = readPlace(hash);
    store.getState().placeChosen(place);
    if (!place && store.getState().linkOpened(hash)) runIfClaimed(store);
  };
  let written = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = (): void => {
    const { place, claimedProof } = store.getState();
    const hash = place ? writePlace(place) : shareHash(store.getState());
    if (hash === '' || hash === written || hash === page.location.hash || (claimedProof && !place)) return;
    written = hash;
    // Another place is a page of its own, to which Back leads; a turn of a knob is not.
    if (pathOf(hash) === pathOf(page.location.hash)) page.history.replaceState(page.history.state, '', hash);
    else page.history.pushState(page.history.state, '', hash);
  };
  open();
  page.addEventListener('hashchange', open);
  store.subscribe((now, before) => {
    if (now.place !== before.place) {
      clearTimeout(timer);
      timer = setTimeout(write, now.place && before.place && pathOf(writePlace(now.place)) === pathOf(writePlace(before.place)) ? 250 : 0);
    }
    if (now.experiment !== before.experiment || now.run?.status !== before.run?.status) {
      clearTimeout(timer);
      timer = setTimeout(write, 250);
    }
    if (now.files !== before.files && now.claimedProof && now.experiment === now.claimedProof.experiment) runIfClaimed(store);
    const freed = before.run !== undefined && now.run === undefined;
    if (now.experiment !== before.experiment || now.files !== before.files || freed) now.previewsMoved();
    // What moved during the run was not answered.
    else if (isActive(before.run) && !isActive(now.run)) now.previewsMoved('on screen');
  });
  write();
  void store.getState().unfinishedLooked();
  void store.getState().benchLooked();
  const idle = page.requestIdleCallback ?? ((work: () => void) => page.setTimeout(work, 200));
  idle(() => {
    store.getState().warmUpAsked();
    store.getState().previewsMoved();
  });
}

/** `#library/sets/glyphs?seed=3` -> `#library/sets/glyphs`; every experiment is one place. */
const pathOf = (hash: string): string => (hash.startsWith('#library') ? hash.split('?')[0]! : '');

function runIfClaimed(store: AppStore): void {
  const { claimedProof, experiment, files } = store.getState();
  if (claimedProof && experiment && missingFiles(experiment, files).length === 0) setTimeout(() => store.getState().runPressed(), 0);
}
