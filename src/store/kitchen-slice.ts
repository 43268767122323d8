/** The soup kitchen: which checkpoints are chosen, what is made of them, and what came of it. All work is the library's worker's. */
import { toProblem } from '../base/errors';
import type { FileBytes } from '../spec/messages';
import { measuredBy, type Checkpoint, type MeasuredBy } from '../spec/checkpoint';
import { ingredientLimits, mismatchOf, needsBase, needsMeasure, type Cooked, type Cooking, type CookingKind, type GreedyStep, type KitchenOpened, type PlaneDrawn, type SegmentPoint } from '../spec/kitchen';
import { cookingOf, howText, merges } from '../spec/kitchen-recipes';
import type { KnobValue, KnobValues } from '../spec/knobs';
import type { KitchenAsks } from '../spec/library';
import { readLink } from '../spec/link';
import type { AppState, Slice } from './app';
import { storeTexts } from './texts';

/** A merge on its way, or made. */
export interface Pot {
  readonly cooking: Cooking;
  readonly status: 'waiting' | 'done' | 'failed';
  readonly cooked?: Cooked;
  readonly problem?: string;
  /** What came before the end. */
  readonly greedy?: readonly GreedyStep[];
  readonly learning?: readonly number[];
  readonly weights?: readonly number[];
  readonly keptAs?: string;
}
export interface SegmentDrawn {
  readonly ends: readonly [string, string];
  readonly points: readonly SegmentPoint[];
  readonly busy: boolean;
}
export interface PlaneState {
  readonly corners: readonly [string, string, string];
  readonly share: number;
  readonly drawn?: PlaneDrawn;
}
export interface Kitchen {
  /** Ids, in their order. */
  readonly chosen: readonly string[];
  /** Whose experiment measures; the first that has one where none was chosen. */
  readonly measureOf?: string;
  readonly base?: string;
  readonly weights: Readonly<Record<string, number>>;
  readonly knobs: Readonly<Partial<Record<CookingKind, KnobValues>>>;
  readonly opening: boolean;
  readonly opened?: KitchenOpened;
  /** Why they cannot be merged. */
  readonly problem?: string;
  readonly pots: Readonly<Partial<Record<CookingKind, Pot>>>;
  readonly segment?: SegmentDrawn;
  readonly plane?: PlaneState;
}
export interface KitchenSlice {
  readonly kitchen: Kitchen;
  ingredientToggled(id: string, on: boolean): void;
  /** One place up (-1) or down (1). */
  ingredientMoved(id: string, by: -1 | 1): void;
  measureChosen(id: string): void;
  baseChosen(id: string): void;
  ingredientWeighed(id: string, weight: number): void;
  kitchenTurned(kind: CookingKind, name: string, value: KnobValue): void;
  cookPressed(kinds: readonly CookingKind[]): void;
  soupKept(kind: CookingKind): Promise<void>;
  segmentAsked(a: string, b: string): void;
  planeAsked(corners: readonly [string, string, string], size: number): void;
  kitchenStopped(): void;
}
const patienceMs = 350;

export const startKitchen: Kitchen = { chosen: [], weights: {}, knobs: {}, opening: false, pots: {} };
/** The chosen that are still kept, in order. */
export const ingredientsOf = ({ kitchen, checkpoints }: Pick<AppState, 'kitchen' | 'checkpoints'>): readonly Checkpoint[] =>
  kitchen.chosen.flatMap((id) => checkpoints.find((one) => one.id === id) ?? []);
/** Whose experiment measures them: the one that was chosen, else the first that has one. */
export const measurerOf = (ingredients: readonly Checkpoint[], measureOf: string | undefined): Checkpoint | undefined =>
  ingredients.find((one) => one.id === measureOf && measuredBy(one)) ?? ingredients.find((one) => measuredBy(one));
/** From which changes are counted: the one that was chosen, else the first ingredient. */
export const baseOf = ({ kitchen, checkpoints }: Pick<AppState, 'kitchen' | 'checkpoints'>): Checkpoint | undefined =>
  checkpoints.find(({ id }) => id === kitchen.base) ?? ingredientsOf({ kitchen, checkpoints })[0];
/** Why a merge cannot be made now; undefined where it can. */
export function notNow(kind: CookingKind, { kitchen, checkpoints }: Pick<AppState, 'kitchen' | 'checkpoints'>): string | undefined {
  const ingredients = ingredientsOf({ kitchen, checkpoints });
  if (kitchen.problem !== undefined) return kitchen.problem;
  if (ingredients.length < ingredientLimits.least) return storeTexts.kitchenFew(ingredientLimits.least);
  if (kitchen.opening || !kitchen.opened) return storeTexts.kitchenOpening;
  const { measure, why = '' } = kitchen.opened;
  if (needsMeasure(kind) && !measure) return storeTexts.kitchenUnmeasured(why);
  if (kind === 'learned' && measure && !measure.gradient) return storeTexts.kitchenNoGradient;
  const base = baseOf({ kitchen, checkpoints });
  if (needsBase(kind) && base) return mismatchOf([ingredients[0]!, base]);
  if (kind === 'weighted' && !ingredients.some(({ id }) => (kitchen.weights[id] ?? 1) > 0)) return storeTexts.kitchenNoWeight;
  return undefined;
}

export const createKitchenSlice: Slice<KitchenSlice> = ({ cards, library }) => (set, get) => {
  /** Calls off whatever is on its way. */
  let running = new AbortController();
  const turns = new Map<CookingKind, ReturnType<typeof setTimeout>>();
  const change = (more: Partial<Kitchen>): void => set(({ kitchen }) => ({ kitchen: { ...kitchen, ...more } }));
  const potChanged = (kind: CookingKind, more: Partial<Pot>): void => set(({ kitchen }) => {
    const pot = kitchen.pots[kind];
    return pot ? { kitchen: { ...kitchen, pots: { ...kitchen.pots, [kind]: { ...pot, ...more } } } } : {};
  });
  function asksNow(): KitchenAsks {
    const ingredients = ingredientsOf(get());
    const measurer = measurerOf(ingredients, get().kitchen.measureOf);
    const by = measurer && get().kitchen.opened?.measure ? measuredBy(measurer) : undefined;
    return { ids: ingredients.map(({ id }) => id), ...(by && { measuredBy: by }) };
  }
  /** Files that the experiment reads, up to the first that is not on this page: the worker says which is missing. */
  function filesFor(by: MeasuredBy | undefined): readonly FileBytes[] {
    if (by?.by !== 'run') return [];
    try {
      const wanted = readLink(by.link, cards).experiment.files.map(({ sha256 }) => get().files[sha256]);
      const missing = wanted.indexOf(undefined);
      return wanted.slice(0, missing < 0 ? wanted.length : missing).map((file) => file!); // before the first that is missing
    } catch {
      return []; // the worker reads the link, too, and says what is wrong
    }
  }
  /** Another choice: all that was made of the last one goes, and what is chosen is opened. */
  function reopen(more: Partial<Kitchen>): void {
    running.abort();
    running = new AbortController();
    const { signal } = running;
    change({ ...more, opened: undefined, opening: false, problem: undefined, pots: {}, segment: undefined, plane: undefined });
    const ingredients = ingredientsOf(get());
    const problem = mismatchOf(ingredients);
    if (problem !== undefined) return change({ problem });
    if (ingredients.length === 0 || !library) return;
    const measurer = measurerOf(ingredients, get().kitchen.measureOf);
    const by = measurer && measuredBy(measurer);
    change({ opening: true });
    const scores: KitchenOpened['scores'][number][] = ingredients.map(() => undefined);
    library.ask('kitchen', { ids: ingredients.map(({ id }) => id), ...(by && { measuredBy: by }), files: filesFor(by) }, signal, ({ at, scores: found }) => {
      scores[at] = found;
      if (!signal.aborted) change({ opened: { norms: [], distances: [], scores: [...scores] } });
    }).then(
      (opened) => !signal.aborted && change({ opened, opening: false }),
      (error: unknown) => !signal.aborted && change({ opening: false, opened: undefined, problem: toProblem(error).message }),
    );
  }
  function cook(kind: CookingKind): void {
    if (!library || notNow(kind, get()) !== undefined) return;
    const { signal } = running;
    const { kitchen } = get();
    const asks = asksNow();
    const cooking = cookingOf(kind, kitchen.knobs[kind] ?? {}, { ids: asks.ids, weights: kitchen.weights, base: baseOf(get())!.id }); // two ingredients at least: one is the base where none was chosen
    change({ pots: { ...kitchen.pots, [kind]: { cooking, status: 'waiting' } } });
    const mine = (): boolean => !signal.aborted && get().kitchen.pots[kind]?.cooking === cooking;
    library.ask('cook', { ...asks, cooking }, signal, (part) => {
      if (!mine()) return;
      const pot = get().kitchen.pots[kind]!;
      if ('greedy' in part) potChanged(kind, { greedy: [...(pot.greedy ?? []), part.greedy] });
      else potChanged(kind, { learning: [...(pot.learning ?? []), part.loss], weights: part.weights });
    }).then(
      (cooked) => mine() && potChanged(kind, { status: 'done', cooked }),
      (error: unknown) => mine() && potChanged(kind, { status: 'failed', problem: toProblem(error).message }),
    );
  }
  return {
    kitchen: startKitchen,
    ingredientToggled: (id, on) => {
      const { chosen } = get().kitchen;
      const without = chosen.filter((one) => one !== id);
      if (on && without.length >= ingredientLimits.most) return get().noticeGiven('info', storeTexts.kitchenMany(ingredientLimits.most));
      reopen({ chosen: on ? [...without, id] : without });
    },
    ingredientMoved: (id, by) => {
      const chosen = [...ingredientsOf(get()).map((one) => one.id)];
      const at = chosen.indexOf(id);
      if (at < 0 || at + by < 0 || at + by >= chosen.length) return;
      [chosen[at], chosen[at + by]] = [chosen[at + by]!, chosen[at]!];
      reopen({ chosen });
    },
    measureChosen: (measureOf) => reopen({ measureOf }),
    baseChosen: (base) => {
      change({ base });
      for (const kind of Object.keys(get().kitchen.pots) as CookingKind[]) if (needsBase(kind)) cook(kind);
    },
    ingredientWeighed: (id, weight) => {
      change({ weights: { ...get().kitchen.weights, [id]: Math.min(1000, Math.max(0, weight)) } });
      if (get().kitchen.pots.weighted) cookLater('weighted');
    },
    kitchenTurned: (kind, name, value) => {
      const { knobs } = get().kitchen;
      change({ knobs: { ...knobs, [kind]: { ...knobs[kind], [name]: value } } });
      if (get().kitchen.pots[kind]) cookLater(kind);
    },
    cookPressed: (kinds) => kinds.forEach(cook),
    soupKept: async (kind) => {
      const pot = get().kitchen.pots[kind];
      if (!library || pot?.status !== 'done') return;
      const names = new Map(get().checkpoints.map(({ id, name }) => [id, name]));
      const how = howText(pot.cooking, (id) => names.get(id) ?? id);
      try {
        const { checkpoint } = await library.ask('keepSoup', { ...asksNow(), cooking: pot.cooking, name: `${merges[kind].title} of ${get().kitchen.chosen.length}`, how });
        await get().checkpointsLooked();
        if (get().kitchen.pots[kind]?.cooking === pot.cooking) potChanged(kind, { keptAs: checkpoint.id }); // else another soup is in it by now
        get().noticeGiven('info', storeTexts.checkpointTaken(checkpoint.name, []));
      } catch (error) {
        get().noticeGiven('problem', storeTexts.checkpointProblem(toProblem(error).message));
      }
    },
    segmentAsked: (a, b) => {
      if (!library || !get().kitchen.opened?.measure) return;
      const { signal } = running;
      const ends = [a, b] as const;
      const mine = (): boolean => !signal.aborted && get().kitchen.segment?.ends === ends;
      change({ segment: { ends, points: [], busy: true } });
      library.ask('segment', { ...asksNow(), ends }, signal, (point) => mine() && change({ segment: { ends, points: [...get().kitchen.segment!.points, point], busy: true } })).then(
        ({ points }) => mine() && change({ segment: { ends, points, busy: false } }),
        (error: unknown) => {
          if (!mine()) return;
          change({ segment: { ...get().kitchen.segment!, busy: false } });
          get().noticeGiven('problem', storeTexts.checkpointProblem(toProblem(error).message));
        },
      );
    },
    planeAsked: (corners, size) => {
      if (!library || !get().kitchen.opened?.measure) return;
      const { signal } = running;
      const mine = (): boolean => !signal.aborted && get().kitchen.plane?.corners === corners;
      change({ plane: { corners, share: 0 } });
      const soups = Object.entries(get().kitchen.pots).flatMap(([kind, { status, cooking }]) => (status === 'done' ? [{ label: merges[kind as CookingKind].title, cooking }] : [])); // keys of the table
      library.ask('plane', { ...asksNow(), corners, size, soups }, signal, ({ share }) => mine() && change({ plane: { corners, share } })).then(
        (drawn) => mine() && change({ plane: { corners, share: 1, drawn } }),
        (error: unknown) => {
          if (!mine()) return;
          change({ plane: undefined });
          get().noticeGiven('problem', storeTexts.checkpointProblem(toProblem(error).message));
        },
      );
    },
    kitchenStopped: () => {
      running.abort();
      running = new AbortController();
      const pots = Object.fromEntries(Object.entries(get().kitchen.pots).filter(([, pot]) => pot.status !== 'waiting'));
      const { segment, plane } = get().kitchen;
      change({ pots, segment: segment?.busy ? undefined : segment, plane: plane?.drawn ? plane : undefined });
    },
  };
  /** A turned knob cooks anew when it has come to rest. */
  function cookLater(kind: CookingKind): void {
    clearTimeout(turns.get(kind));
    turns.set(kind, setTimeout(() => cook(kind), patienceMs));
  }
};
