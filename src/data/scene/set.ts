/** Scenes by the thousand, as tensors: what training steps are fed with. */
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { int32, tensor, type Tensor } from '../../base/tensor';
import { captionTemplates, drawCaption, type CaptionTemplate } from './captions';
import { checkWorld } from './check-world';
import { pointsPerPixel, renderScene, type Rendered } from './render';
import type { Style, StyleName } from './styles';
import { drawScene, positionOf, type Scene, type WorldOptions } from './world';

/** Columns of every list of objects; scenes with fewer leave the last ones empty. */
export const slots = 4;
export interface SceneSetOptions extends WorldOptions {
  readonly seed: number;
  readonly split: string;
  readonly count: number;
  /** Number of the first scene in its split; absent: 0. */
  readonly first?: number;
  /** A style for all, or several that take turns by chance; absent: flat. */
  readonly style?: StyleName | Style | readonly StyleName[];
  /** Templates that captions are drawn from; absent: all. */
  readonly captions?: readonly CaptionTemplate[];
  /** Whether to give the masks too; absent: no. */
  readonly masks?: boolean;
}
/** Scenes with all that is known of them. Lists of objects run from back to front; columns beyond `objects` hold -1 (boxes and shares 0). */
export interface SceneSet {
  readonly scenes: readonly Scene[];
  /** [n, 3, side, side] float32 in [-1, 1], RGB. */
  readonly x: Tensor;
  /** [n] int32: how many objects. */
  readonly objects: Tensor;
  /** [n, 4] int32: indices into `kinds`, `colours`, `textures`, `sizeNames` and `positionNames`. */
  readonly kind: Tensor;
  readonly colour: Tensor;
  readonly texture: Tensor;
  readonly size: Tensor;
  readonly position: Tensor;
  /** [n, 4, 4] float32: left, top, right, bottom in pixels of what is seen, and of the whole object as if nothing were in front. */
  readonly boxes: Tensor;
  readonly fullBoxes: Tensor;
  /** [n, 4] float32: visible share of each object. */
  readonly visible: Tensor;
  /** [n] int32: indices into `tones`, `patterns` and `styleNames`. */
  readonly tone: Tensor;
  readonly pattern: Tensor;
  readonly style: readonly StyleName[];
  readonly captions: readonly string[];
  /** [n, 4, side, side] float32: share of each pixel that the object shows; only if asked for. */
  readonly masks?: Tensor;
}
const streamOf = ({ seed, split }: Pick<SceneSetOptions, 'seed' | 'split'>, index: number): Random => Random.seed(seed).fork('objects', split, index);
/** What is in the scene at one place of a set, not drawn. */
export const plannedScene = (options: Omit<SceneSetOptions, 'count'>, index: number): Scene => drawScene(streamOf(options, index).fork('scene'), options);
/** The scene and the picture at one place of a set. */
export function sceneAt(options: Omit<SceneSetOptions, 'count'>, index: number): { readonly scene: Scene; readonly rendered: Rendered; readonly style: StyleName; readonly caption: string } {
  const rng = streamOf(options, index);
  const scene = plannedScene(options, index);
  const style = styleAt(rng.fork('style'), options.style ?? 'flat');
  return { scene, rendered: renderScene(scene, style), style: style.name, caption: drawCaption(scene, rng.fork('caption'), options.captions ?? captionTemplates) };
}
/** The style of one scene: given, or drawn from several. */
export function styleAt(rng: Random, style: NonNullable<SceneSetOptions['style']>): Style {
  if (typeof style === 'string') return { name: style, strength: 1 };
  return 'name' in style ? style : { name: rng.pick(style), strength: 1 };
}
/** A picture in [0, 1], clipped, into place `index` of x in [-1, 1]. */
export function toTensor(image: Float32Array, x: Float32Array, index: number): void {
  const first = index * image.length;
  for (let p = 0; p < image.length; p++) x[first + p] = 2 * Math.max(0, Math.min(1, image[p]!)) - 1;
}
/** `count` scenes of a split. Scene i depends on (seed, split, i) and the options, not on count. @throws InputError for options that cannot be */
export function makeSceneSet(options: SceneSetOptions): SceneSet {
  const { side, count, first = 0 } = options;
  if (!Number.isInteger(count) || count < 1 || count > 100_000) throw new InputError(`1 to 100000 scenes were expected, but ${count} came.`);
  checkWorld(options);
  const area = side * side;
  const x = new Float32Array(count * 3 * area);
  const masks = options.masks ? new Float32Array(count * slots * area) : undefined;
  const column = (): Int32Array => new Int32Array(count * slots).fill(-1);
  const lists = { kind: column(), colour: column(), texture: column(), size: column(), position: column() };
  const [boxes, fullBoxes, visible] = [new Float32Array(count * slots * 4), new Float32Array(count * slots * 4), new Float32Array(count * slots)];
  const all = Array.from({ length: count }, (_, i) => {
    const { scene, rendered, style, caption } = sceneAt(options, first + i);
    toTensor(rendered.image, x, i);
    scene.objects.forEach((object, k) => {
      const at = i * slots + k;
      lists.kind[at] = object.kind;
      lists.colour[at] = object.colour;
      lists.texture[at] = object.texture;
      lists.size[at] = object.size;
      lists.position[at] = positionOf(object, side);
      const mask = rendered.masks[k]!;
      boxes.set(mask.box, 4 * at);
      fullBoxes.set(mask.fullBox, 4 * at);
      visible[at] = mask.visibleShare;
      if (masks) for (let p = 0; p < area; p++) masks[at * area + p] = mask.visible[p]! / pointsPerPixel;
    });
    return { scene, style, caption };
  });
  const list = (of: Int32Array): Tensor => int32(of, [count, slots]);
  return {
    scenes: all.map(({ scene }) => scene),
    x: tensor(x, [count, 3, side, side]),
    objects: int32(all.map(({ scene }) => scene.objects.length)),
    kind: list(lists.kind), colour: list(lists.colour), texture: list(lists.texture), size: list(lists.size), position: list(lists.position),
    boxes: tensor(boxes, [count, slots, 4]), fullBoxes: tensor(fullBoxes, [count, slots, 4]), visible: tensor(visible, [count, slots]),
    tone: int32(all.map(({ scene }) => scene.background.tone)), pattern: int32(all.map(({ scene }) => scene.background.pattern)),
    style: all.map(({ style }) => style), captions: all.map(({ caption }) => caption),
    ...(masks ? { masks: tensor(masks, [count, slots, side, side]) } : {}),
  };
}
