/** Where the user is: absent at an experiment, else a place in the library. */
import { writePlace, type LibraryPlace } from '../spec/place';
import type { KnobValue } from '../spec/knobs';
import type { Slice } from './app';

export interface PlaceSlice {
  readonly place?: LibraryPlace;
  /** To the library, or back to the experiment. */
  placeChosen(place: LibraryPlace | undefined): void;
  placeKnobTurned(name: string, value: KnobValue): void;
  placeSeedChanged(seed: number): void;
}
export const createPlaceSlice: Slice<PlaceSlice> = () => (set) => ({
  placeChosen: (place) => set(({ place: now }) => (now && place && writePlace(now) === writePlace(place) ? {} : { place })),
  placeKnobTurned: (name, value) => set(({ place }) => (place ? { place: { ...place, knobs: { ...place.knobs, [name]: value } } } : {})),
  placeSeedChanged: (seed) => set(({ place }) => (place ? { place: { ...place, seed } } : {})),
});
