/** Where the user is: absent at an experiment, else a place in the library. */
import { libraryStart, writePlace, type LibraryPlace } from '../spec/place';
import type { KnobValue } from '../spec/knobs';
import type { Slice } from './app';
import type { DroppedFile } from './files';

export interface PlaceSlice {
  readonly place?: LibraryPlace;
  /** To the library, or back to the experiment. */
  placeChosen(place: LibraryPlace | undefined): void;
  placeKnobTurned(name: string, value: KnobValue): void;
  placeSeedChanged(seed: number): void;
  /** Files to be looked at in the library; they take the place of those before. */
  readonly looked: readonly LookedFile[];
  filesShown(files: readonly LookedFile[]): void;
}
/** The browser's `File`; `webkitRelativePath` where it came in a folder. */
export type LookedFile = DroppedFile & { text(): Promise<string>; readonly webkitRelativePath?: string };
export const createPlaceSlice: Slice<PlaceSlice> = () => (set) => ({
  placeChosen: (place) => set(({ place: now }) => (now && place && writePlace(now) === writePlace(place) ? {} : { place })),
  placeKnobTurned: (name, value) => set(({ place }) => (place ? { place: { ...place, knobs: { ...place.knobs, [name]: value } } } : {})),
  looked: [],
  filesShown: (looked) => set({ looked, place: { ...libraryStart, shelf: 'files' } }),
  placeSeedChanged: (seed) => set(({ place }) => (place ? { place: { ...place, seed } } : {})),
});
