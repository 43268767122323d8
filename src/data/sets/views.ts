/** Pairs of views of one object in which chosen attributes are drawn anew: what a model that sees the pairs as equal will forget. */
import { floats, tensor } from '../../base/tensor';
import { defineDataset, type Example, type Preview } from '../../spec/dataset';
import { choice, float, type ValuesOf } from '../../spec/knobs';
import { rounded, tableOf } from '../preview';
import { imageOf } from '../scene/pictures';
import { makeViews, type ViewAttribute, viewAttributes, valueOf, type ViewOptions } from '../scene/views';
import type { Side } from '../scene/world';

const share = (label: string, preset: number) => float({ label, min: 0, max: 1, default: preset, group: 'P(redrawn)' });
const knobs = {
  side: choice({ label: 'Side', options: { '16': '16 px', '32': '32 px', '64': '64 px' }, default: '32' }),
  kind: share('Shape', 0), colour: share('Colour', 0.5), texture: share('Texture', 0), size: share('Size', 0.5), position: share('Position', 1), tone: share('Background tint', 1), pattern: share('Background pattern', 0.5),
};
type Values = ValuesOf<typeof knobs>;
const disruptOf = (values: Values): Record<ViewAttribute, number> => ({ kind: values.kind, colour: values.colour, texture: values.texture, size: values.size, position: values.position, tone: values.tone, pattern: values.pattern });
const optionsOf = (values: Values): Omit<ViewOptions, 'seed' | 'split' | 'count'> => ({ side: Number(values.side) as Side, disrupt: disruptOf(values) }); // the knob's options are the sides
function exampleAt(values: Values, at: { readonly seed: number; readonly split: string; readonly index: number }): Example {
  const { first, second, scenes, changedScenes, redrawn } = makeViews({ ...optionsOf(values), seed: at.seed, split: at.split, count: 1, first: at.index });
  const side = Number(values.side);
  const told = (scene: (typeof scenes)[number]): Record<string, number> => Object.fromEntries(viewAttributes.map((attribute) => [attribute, valueOf(scene, attribute)]));
  return { first: tensor(floats(first), [3, side, side]), second: tensor(floats(second), [3, side, side]), redrawn: [...redrawn[0]!], attributes: told(scenes[0]!), changedAttributes: told(changedScenes[0]!) };
}
function preview(values: Values, seed: number): Preview[] {
  const side = Number(values.side);
  const size = 3 * side * side;
  const { first, second, redrawn } = makeViews({ ...optionsOf(values), seed, split: 'preview', count: 12 });
  const images = redrawn.flatMap((list, i) => [imageOf(floats(first).subarray(i * size, (i + 1) * size), side, `pair ${i + 1}`), imageOf(floats(second).subarray(i * size, (i + 1) * size), side, list.join(', ') || 'the same')]);
  const many = makeViews({ ...optionsOf(values), side: 16, seed, split: 'preview counts', count: 400 });
  return [
    { title: 'Pairs of views', says: 'Under each second view, what was redrawn. Besides, every second view is moved and turned a little.', picture: { kind: 'images', images } },
    { title: 'How often each attribute is redrawn', says: 'Over 400 pairs.', picture: tableOf(['attribute', 'planted', 'measured'], viewAttributes.map((attribute) => [attribute, rounded(disruptOf(values)[attribute]), rounded(many.redrawn.filter((list) => list.includes(attribute)).length / 400)])) },
  ];
}
export const dataset = defineDataset({
  id: 'views',
  title: 'Two views of one object',
  family: 'scenes',
  says: 'Pairs of pictures of the same object for contrastive learning. Shape, colour, texture, size, position and background are each kept or drawn anew with a probability of their own, exactly, so it is known which of them the views agree on.',
  knobs,
  open: ({ knobs: values }) => ({ example: (at) => exampleAt(values, at), preview: ({ seed }) => preview(values, seed) }),
});
