/**
 * Changes to a scene that leave all else as it is: an attribute set to a value (what a perfect translator would do), or drawn anew. Two
 * views of a scene, of which some attributes are redrawn with a known probability, tell a model which attributes to forget, and how much.
 */
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { tensor, type Tensor } from '../../base/tensor';
import { plainKinds, reach } from './kinds';
import { colours, textures } from './parts';
import { renderScene } from './render';
import { plannedScene, type SceneSetOptions, styleAt, toTensor } from './set';
import { patterns, positionOf, type Scene, type SceneObject, sizeNames, tones, type WorldOptions } from './world';

export const viewAttributes = ['kind', 'colour', 'texture', 'size', 'position', 'tone', 'pattern'] as const;
export type ViewAttribute = (typeof viewAttributes)[number];

const listOf = (attribute: ViewAttribute, options: Partial<WorldOptions>): readonly number[] => {
  const all = (names: readonly string[]): number[] => names.map((_, i) => i);
  switch (attribute) {
    case 'kind': return options.kinds ?? plainKinds;
    case 'colour': return options.colours ?? all(colours);
    case 'texture': return options.textures ?? all(textures);
    case 'size': return all(sizeNames);
    case 'position': return [0, 1, 2, 3];
    case 'tone': return options.tones ?? all(tones);
    case 'pattern': return options.patterns ?? all(patterns);
  }
};
/** The value of an attribute: of the background, or of the main object. */
export function valueOf(scene: Scene, attribute: ViewAttribute): number {
  const main = scene.objects[scene.main]!;
  if (attribute === 'tone' || attribute === 'pattern') return scene.background[attribute];
  return attribute === 'position' ? positionOf(main, scene.side) : main[attribute];
}
/**
 * The scene with an attribute of its background or main object set to a value; nothing else changes. Another size keeps the middle and
 * grows or shrinks by 1.4, another position mirrors the middle: both only as far as the object stays inside the picture.
 */
export function withValue(scene: Scene, attribute: ViewAttribute, value: number): Scene {
  if (valueOf(scene, attribute) === value) return scene;
  if (attribute === 'tone' || attribute === 'pattern') return { ...scene, background: { ...scene.background, [attribute]: value } };
  return { ...scene, objects: scene.objects.map((object, k) => (k === scene.main ? changed(object, attribute, value, scene.side) : object)) };
}
function changed(object: SceneObject, attribute: Exclude<ViewAttribute, 'tone' | 'pattern'>, value: number, side: number): SceneObject {
  if (attribute === 'size') {
    const room = Math.min(object.x, object.y, side - object.x, side - object.y) / reach;
    return { ...object, size: value, radius: value > object.size ? Math.min(1.4 * object.radius, room) : object.radius / 1.4 };
  }
  if (attribute !== 'position') return { ...object, [attribute]: value };
  const to = (at: number, far: boolean): number => (at >= side / 2 === far ? at : at === side / 2 ? at - 0.01 : side - at); // on the line itself it counts as far
  return { ...object, x: to(object.x, value % 2 === 1), y: to(object.y, value >= 2) };
}
/** The scene with an attribute drawn anew: any other value, all equally likely; unchanged if there is no other. */
export function redrawn(scene: Scene, attribute: ViewAttribute, rng: Random, options: Partial<WorldOptions> = {}): Scene {
  const others = listOf(attribute, options).filter((value) => value !== valueOf(scene, attribute));
  return others.length === 0 ? scene : withValue(scene, attribute, rng.pick(others));
}

export interface ViewOptions extends Omit<SceneSetOptions, 'objects' | 'couples' | 'masks' | 'captions'> {
  /** P(the second view has another value than the first) for each attribute; absent: 0, the attribute is kept. */
  readonly disrupt?: Partial<Record<ViewAttribute, number>>;
}
export interface ViewSet {
  /** [n, 3, side, side] float32 in [-1, 1] each: row i of both shows the same scene, but for what was redrawn. */
  readonly first: Tensor;
  readonly second: Tensor;
  readonly scenes: readonly Scene[];
  readonly changedScenes: readonly Scene[];
  /** For each pair, the attributes that were redrawn. */
  readonly redrawn: readonly (readonly ViewAttribute[])[];
}
/** Pairs of views of single objects. The second is moved by up to a pixel and turned a little besides, as any two photographs are. @throws InputError for a probability outside 0..1 */
export function makeViews({ disrupt = {}, ...options }: ViewOptions): ViewSet {
  for (const [name, p] of Object.entries(disrupt)) if (!(p >= 0 && p <= 1)) throw new InputError(`A probability from 0 to 1 that ${name} is redrawn was expected, but ${p} came.`);
  const { side, count, first: from = 0 } = options;
  const [first, second] = [new Float32Array(count * 3 * side * side), new Float32Array(count * 3 * side * side)];
  const root = Random.seed(options.seed).fork('views', options.split);
  const pairs = Array.from({ length: count }, (_, i) => {
    const rng = root.fork(from + i);
    const scene = plannedScene({ ...options, objects: [1, 1] }, from + i);
    const attributes = viewAttributes.filter((attribute) => rng.fork('whether', attribute).bernoulli(disrupt[attribute] ?? 0));
    const view = nudged(attributes.reduce((now, attribute) => redrawn(now, attribute, rng.fork('value', attribute), options), scene), rng.fork('nudge'));
    const style = styleAt(rng.fork('style'), options.style ?? 'flat');
    toTensor(renderScene(scene, style).image, first, i);
    toTensor(renderScene(view, style).image, second, i);
    return { scene, view, attributes };
  });
  const shape = [count, 3, side, side];
  return { first: tensor(first, shape), second: tensor(second, shape), scenes: pairs.map(({ scene }) => scene), changedScenes: pairs.map(({ view }) => view), redrawn: pairs.map(({ attributes }) => attributes) };
}
/** Every object up to a pixel elsewhere (as far as it stays inside and in its quadrant), turned by up to 0.1, its shade drawn anew. */
function nudged(scene: Scene, rng: Random): Scene {
  const { side } = scene;
  const moved = (at: number, by: number, margin: number): number => {
    const to = Math.min(side - margin, Math.max(margin, at + by));
    return to >= side / 2 === at >= side / 2 && margin <= side / 2 ? to : at;
  };
  return {
    ...scene,
    objects: scene.objects.map((object) => {
      const margin = reach * object.radius;
      return { ...object, x: moved(object.x, rng.uniform(-1, 1), margin), y: moved(object.y, rng.uniform(-1, 1), margin), turn: object.turn + rng.uniform(-0.1, 0.1), shade: rng.uniform(0.85, 1) };
    }),
  };
}
