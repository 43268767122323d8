/** Where the user is: absent at an experiment, else a place in the library. */
import { toProblem } from '../base/errors';
import { libraryStart, writePlace, type LibraryPlace } from '../spec/place';
import type { KnobValue } from '../spec/knobs';
import type { Slice } from './app';
import type { DroppedFile } from './files';
import type { PlacedFile } from './folders';

export interface PlaceSlice {
  readonly place?: LibraryPlace;
  /** To the library, or back to the experiment. */
  placeChosen(place: LibraryPlace | undefined): void;
  placeKnobTurned(name: string, value: KnobValue): void;
  placeSeedChanged(seed: number): void;
  /** Files to be looked at in the library; they take the place of those before. */
  readonly looked: readonly LookedFile[];
  filesShown(files: readonly LookedFile[]): void;
  /** The same for what was dropped, folders walked through. */
  placedShown(placed: Promise<readonly PlacedFile[]>): Promise<void>;
}
/** The browser's `File`; `webkitRelativePath` where it came in a folder. */
export type LookedFile = DroppedFile & { text(): Promise<string>; readonly webkitRelativePath?: string };
export const createPlaceSlice: Slice<PlaceSlice> = () => (set, get) => ({
  placeChosen: (place) => set(({ place: now }) => (now && place && writePlace(now) === writePlace(place) ? {} : { place })),
  placeKnobTurned: (name, value) => set(({ place }) => (place ? { place: { ...place, knobs: { ...place.knobs, [name]: value } } } : {})),
  looked: [],
  filesShown: (looked) => set({ looked, place: { ...libraryStart, shelf: 'files' } }),
  placedShown: async (placed) => {
    try {
      const looked = (await placed).map(({ path, file }): LookedFile => ({ name: file.name, size: file.size, webkitRelativePath: path, arrayBuffer: () => file.arrayBuffer(), text: () => file.text() }));
      get().filesShown(looked);
    } catch (error) {
      get().noticeGiven('problem', toProblem(error).message);
    }
  },
  placeSeedChanged: (seed) => set(({ place }) => (place ? { place: { ...place, seed } } : {})),
});
