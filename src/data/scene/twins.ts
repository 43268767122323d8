/**
 * Pictures and their twins with one object blacked out over its exact box, and the question whether its kind is there: yes for the
 * picture, no for the twin. A model that answers from what usually comes together says yes to both. After POPEv2 of Obliviate.
 */
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { int32, tensor, type Tensor } from '../../base/tensor';
import { blackOut } from '../degrade';
import { checkWorld } from './check-world';
import { presenceQuestion } from './questions';
import { pointsPerPixel, renderScene } from './render';
import { toTensor, type SceneSetOptions } from './set';
import { drawScene, type Scene, type WorldOptions } from './world';

export interface TwinOptions extends WorldOptions, Pick<SceneSetOptions, 'seed' | 'split' | 'count' | 'first'> {}
export interface TwinSet {
  readonly scenes: readonly Scene[];
  /** [n, 3, side, side] float32 in [-1, 1]. */
  readonly normal: Tensor;
  readonly twin: Tensor;
  /** Index of the object that is hidden in the twin, its kind, and its box: [n], [n] int32 and [n, 4] float32. */
  readonly hidden: Int32Array;
  readonly kind: Tensor;
  readonly boxes: Tensor;
  /** "is there a star ?": yes for the picture, no for its twin. */
  readonly prompts: readonly string[];
}
/** How much of every other object the black box must leave in sight. */
const leastLeft = 0.5;

/**
 * Only scenes with at least two objects in which some object is the only one of its kind, and whose box hides less than half of any other.
 * With couples, the hidden one's partner stays in the picture. @throws InputError if 400 scenes in a row have no such object
 */
export function makeTwins({ seed, split, count, first = 0, ...world }: TwinOptions): TwinSet {
  checkWorld(world);
  const size = 3 * world.side * world.side;
  const [normal, twin] = [new Float32Array(count * size), new Float32Array(count * size)];
  const root = Random.seed(seed).fork('twins', split);
  const found = Array.from({ length: count }, (_, i) => {
    const one = findTwin(root.fork(first + i), world);
    toTensor(one.image, normal, i);
    toTensor(blackOut(one.image, world.side, one.box), twin, i);
    return one;
  });
  const shape = [count, 3, world.side, world.side];
  return {
    scenes: found.map(({ scene }) => scene), normal: tensor(normal, shape), twin: tensor(twin, shape),
    hidden: Int32Array.from(found, ({ hidden }) => hidden), kind: int32(found.map(({ scene, hidden }) => scene.objects[hidden]!.kind)),
    boxes: tensor(found.flatMap(({ box }) => [...box]), [count, 4]),
    prompts: found.map(({ scene, hidden }) => presenceQuestion(scene.objects[hidden]!.kind, scene).prompt),
  };
}
function findTwin(rng: Random, world: WorldOptions): { scene: Scene; image: Float32Array; hidden: number; box: readonly [number, number, number, number] } {
  const partner = new Map(world.couples?.pairs.flatMap(([a, b]) => [[a, b], [b, a]] as const));
  for (let attempt = 0; attempt < 400; attempt++) {
    const scene = drawScene(rng.fork(attempt), world);
    const { objects, side } = scene;
    const alone = objects.map((o, k) => k).filter((k) => objects.every((o, j) => j === k || o.kind !== objects[k]!.kind) && (!world.couples || objects.some((o) => o.kind === partner.get(objects[k]!.kind))));
    if (objects.length < 2 || alone.length === 0) continue;
    const { image, masks } = renderScene(scene);
    const fits = alone.filter((k) => masks.every(({ visible }, j) => j === k || shareOutside(visible, side, masks[k]!.box) >= leastLeft));
    if (fits.length > 0) {
      const hidden = rng.fork('hidden').pick(fits);
      return { scene, image, hidden, box: masks[hidden]!.box };
    }
  }
  throw new InputError('No scene of 400 had an object that can be hidden alone. Allow two objects or more, of different kinds.');
}
/** Share of a mask's points that lie outside a box. */
function shareOutside(mask: Uint8Array, side: number, [left, top, right, bottom]: readonly [number, number, number, number]): number {
  let [outside, all] = [0, 0];
  mask.forEach((points, p) => {
    const [x, y] = [p % side, Math.floor(p / side)];
    all += points / pointsPerPixel;
    if (x < left || x >= right || y < top || y >= bottom) outside += points / pointsPerPixel;
  });
  return all === 0 ? 0 : outside / all;
}
