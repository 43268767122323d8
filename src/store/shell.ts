/** What ties the store to the page around it: the address bar, the previews, the first warm-up. */
import { writeLink } from '../spec/link';
import { readPlace, startOf, strayIn, writePlace } from '../spec/place';
import { isSweepLink } from '../spec/sweep';
import type { Proof } from '../spec/result';
import { selectCard, type AppState, type AppStore } from './app';
import { missingFiles } from './experiment-slice';
import { asProved } from './proof';
import { isActive } from './run';
import { readLessonQuery } from './lesson-slice';
import { sameRun } from './run-slice';
import { storeTexts } from './texts';

/** The proof of the finished run, if the knobs still stand where it was made. */
export function currentProof({ run, experiment }: AppState): Proof | undefined {
  return run?.status === 'finished' && run.result && experiment && sameRun(run.experiment, experiment) ? run.result.proof : undefined;
}

/** The link to share. One with a proof names the provider that made it. */
export function shareHash(app: AppState): string {
  const card = selectCard(app);
  if (!card || !app.experiment) return '';
  const proof = currentProof(app);
  return writeLink(card, asProved(app.experiment, proof), proof);
}

/** Opens the link in the address bar, then keeps it up to date. A link with a proof runs at once, or as soon as the files that it reads are here. */
export function attachToPage(store: AppStore, page: Window): void {
  const open = (): void => {
    const { hash } = page.location;
    if (hash.length <= 1 || hash === written) return;
    const place = isSweepLink(hash) ? startOf('sweeps') : readPlace(hash);
    if (isSweepLink(hash)) store.getState().sweepLinkOpened(hash);
    store.getState().placeChosen(place);
    const stray = strayIn(hash);
    if (stray !== undefined) store.getState().noticeGiven('problem', storeTexts.placeUnknown(stray));
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
  const asked = readLessonQuery(page.location.search);
  if (asked && !store.getState().lessonOpened(asked.id, asked.at)) store.getState().noticeGiven('problem', storeTexts.lessonUnknown(asked.id));
  if (!asked || page.location.hash.length > 1) open();
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
  whenIdle(page, () => {
    void store.getState().benchLooked();
    void store.getState().checkpointsLooked();
    void store.getState().sweepsLooked();
  });
  // After the page itself: on a slow line the runtime would take the room of its scripts.
  whenLoaded(page, () => whenIdle(page, () => {
    store.getState().warmUpAsked();
    store.getState().previewsMoved();
  }));
}
function whenLoaded(page: Window, work: () => void): void {
  if (page.document.readyState === 'complete') work();
  else page.addEventListener('load', work, { once: true });
}
/** When the page has nothing else to do; in browsers that do not tell, soon. */
export function whenIdle(page: Window, work: () => void): void {
  if (page.requestIdleCallback) page.requestIdleCallback(work);
  else page.setTimeout(work, 200);
}

/** `#library/sets/glyphs?seed=3` -> `#library/sets/glyphs`; every experiment is one place. */
const pathOf = (hash: string): string => (hash.startsWith('#library') ? hash.split('?')[0]! : '');

function runIfClaimed(store: AppStore): void {
  const { claimedProof, experiment, files } = store.getState();
  if (claimedProof && experiment && missingFiles(experiment, files).length === 0) setTimeout(() => store.getState().runPressed(), 0);
}
