/** Scenes of one to four objects, with exact boxes, masks and attributes: the general generator, all of whose rates can be planted. */
import { floats, int32, tensor } from '../../base/tensor';
import { defineDataset, type Example, type Preview } from '../../spec/dataset';
import { choice, float, int, toggle, type ValuesOf } from '../../spec/knobs';
import { gradientMagnitude, patchLabels } from '../scene/dense';
import { kinds, plainKinds, usualPairs } from '../scene/kinds';
import { companyMap, imageOf, mapTile } from '../scene/pictures';
import { pointsPerPixel, renderScene } from '../scene/render';
import { makeSceneSet, plannedScene, sceneAt, type SceneSetOptions } from '../scene/set';
import { type StyleName, styleNames } from '../scene/styles';
import type { Side } from '../scene/world';

const knobs = {
  side: choice({ label: 'Side', options: { '16': '16 px', '32': '32 px', '64': '64 px' }, default: '32' }),
  objects: int({ label: 'Most objects', min: 1, max: 4, default: 4, help: 'Every count from one to this is equally likely, unless pairs are planted.' }),
  minVisible: float({ label: 'Least visible share', min: 0, max: 1, default: 0.6, help: 'How much of each object must stay in sight; 1: nothing overlaps.' }),
  pairs: toggle({ label: 'Plant pairs', default: false, help: 'Circle with star, square with ring, triangle with heart, diamond with cross.' }),
  together: float({ label: 'P(partner | object)', min: 0, max: 1, default: 0.9 }),
  background: choice({ label: 'Background', options: { any: 'any', plain: 'plain', gradient: 'gradient', textured: 'textured' }, default: 'any' }),
  style: choice({ label: 'Style', options: { flat: 'flat', outlined: 'outlined', painted: 'painted', sketch: 'sketch', inverted: 'inverted', camera: 'camera', mixed: 'all, mixed' }, default: 'flat' }),
  compounds: toggle({ label: 'Bars and compounds too', default: false, help: 'Adds bars, and tables, wagons and houses, whose parts look like bars, rings and triangles.' }),
};
type Values = ValuesOf<typeof knobs>;
const backgrounds: Readonly<Record<string, readonly number[]>> = { plain: [0], gradient: [1], textured: [2, 3, 4, 5] };

function optionsOf(values: Values): Omit<SceneSetOptions, 'seed' | 'split' | 'count'> {
  const patterns = backgrounds[values.background];
  return {
    side: Number(values.side) as Side, // the knob's options are the sides
    objects: [1, values.objects], minVisible: values.minVisible,
    style: values.style === 'mixed' ? styleNames : (values.style as StyleName), // the other options are the styles
    ...(values.compounds ? { kinds: kinds.map((_, k) => k) } : {}), ...(patterns ? { patterns } : {}),
    ...(values.pairs ? { couples: { pairs: usualPairs, probability: values.together, count: values.objects === 1 ? [1, 1] : [1, 2] } as const } : {}),
  };
}
function exampleAt(values: Values, at: { readonly seed: number; readonly split: string; readonly index: number }): Example {
  const { scene, rendered, style, caption } = sceneAt({ ...optionsOf(values), seed: at.seed, split: at.split }, at.index);
  const { side, objects } = scene;
  return {
    x: tensor(rendered.image.map((v) => 2 * Math.max(0, Math.min(1, v)) - 1), [3, side, side]), caption, style,
    kind: int32(objects.map((o) => o.kind)), colour: int32(objects.map((o) => o.colour)),
    texture: int32(objects.map((o) => o.texture)), size: int32(objects.map((o) => o.size)),
    boxes: tensor(rendered.masks.flatMap(({ box }) => [...box]), [objects.length, 4]), fullBoxes: tensor(rendered.masks.flatMap(({ fullBox }) => [...fullBox]), [objects.length, 4]),
    visible: tensor(rendered.masks.map((mask) => mask.visibleShare)),
    masks: tensor(Float32Array.from(rendered.masks.flatMap((mask) => Array.from(mask.visible, (n) => n / pointsPerPixel))), [objects.length, side, side]),
    tone: scene.background.tone, pattern: scene.background.pattern,
  };
}
function preview(values: Values, seed: number): Preview[] {
  const set = makeSceneSet({ ...optionsOf(values), seed, split: 'preview', count: 24, masks: true });
  const side = Number(values.side);
  const image = (i: number): Float32Array => floats(set.x).subarray(i * 3 * side * side, (i + 1) * 3 * side * side);
  const boxes = (i: number): { box: Float32Array }[] => set.scenes[i]!.objects.map((_, k) => ({ box: floats(set.boxes).subarray((i * 4 + k) * 4, (i * 4 + k + 1) * 4) }));
  const masks = set.scenes.slice(0, 4).flatMap(({ objects }, i) => objects.map((object, k) => {
    const at = (i * 4 + k) * side * side;
    return mapTile(floats(set.masks!).slice(at, at + side * side), side, `scene ${i + 1}: ${kinds[object.kind]}`, `${Math.round(100 * floats(set.visible)[i * 4 + k]!)} % visible`);
  }));
  const { scene } = sceneAt({ ...optionsOf(values), objects: [2, Math.max(2, values.objects)], seed, split: 'preview styles' }, 0);
  const styled = styleNames.map((style) => imageOf(renderScene(scene, style).image.map((v) => 2 * v - 1), side, style));
  const few = makeSceneSet({ ...optionsOf(values), seed, split: 'preview', count: 4, masks: true });
  const patch = side / 8;
  const { labels, foreground } = patchLabels(few, patch);
  const gradients = floats(gradientMagnitude(few.x));
  const maps = few.scenes.flatMap((_, i) => [
    mapTile(floats(foreground).slice(i * 64, (i + 1) * 64), 8, `scene ${i + 1}: covered`, `${patch} px patches`),
    mapTile(Float32Array.from(labels.data.subarray(i * 64, (i + 1) * 64)), 8, `scene ${i + 1}: label`, '0: background', [0, kinds.length]),
    mapTile(gradients.slice(i * side * side, (i + 1) * side * side), side, `scene ${i + 1}: gradient`),
  ]);
  return [
    { title: 'Scenes with their boxes', says: 'A box holds every pixel in which the object is seen at all.', picture: { kind: 'images', images: set.captions.map((caption, i) => imageOf(image(i), side, caption, { boxes: boxes(i) })) } },
    { title: 'Masks of the first four', says: 'Share of each pixel that shows the object.', picture: { kind: 'tiles', tiles: masks } },
    { title: 'One scene in every style', says: 'Boxes, masks and words are the same in all of them.', picture: { kind: 'images', images: styled } },
    { title: 'Labels of patches, and gradients', says: 'How much of each patch is covered, which kind shows most in it, and how fast the picture changes.', picture: { kind: 'tiles', tiles: maps } },
    together(values, seed),
  ];
}
function together(values: Values, seed: number): Preview {
  const options = { ...optionsOf(values), side: 16 as const, seed, split: 'preview counts' }; // who comes does not depend on the side
  const scenes = Array.from({ length: 800 }, (_, i) => new Set(plannedScene(options, i).objects.map((o) => o.kind)));
  const shown = values.compounds && !values.pairs ? kinds.map((_, kind) => kind) : plainKinds;
  return { title: 'Who appears with whom, measured', says: 'P(column | row) over 800 scenes; the diagonal is left at 0.', picture: companyMap(scenes, shown) };
}
export const dataset = defineDataset({
  id: 'objects',
  title: 'Scenes of several objects',
  family: 'scenes',
  says: 'One to four objects on a background, drawn from shapes, colours, textures and sizes, in six styles. Boxes, masks, visible shares and attributes are exact; how often kinds come together, and how much may be hidden, is controlled.',
  knobs,
  open: ({ knobs: values }) => ({ example: (at) => exampleAt(values, at), preview: ({ seed }) => preview(values, seed) }),
});
