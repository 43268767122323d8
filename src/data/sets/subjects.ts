/** Few pictures of one subject with a look of its own, and many of its class. */
import { floats, tensor, type Tensor } from '../../base/tensor';
import { defineDataset, type Example, type Preview } from '../../spec/dataset';
import { choice, int, type ValuesOf } from '../../spec/knobs';
import { tableOf } from '../preview';
import { kinds } from '../scene/kinds';
import { colours } from '../scene/parts';
import { imageOf } from '../scene/pictures';
import { makeSceneSet } from '../scene/set';
import { subjectOf } from '../scene/subject';
import { describeSubject, makeSubject } from '../scene/subjects';
import type { Side } from '../scene/world';

const knobs = {
  side: choice({ label: 'Side', options: { '16': '16 px', '32': '32 px', '64': '64 px' }, default: '32' }),
  subject: int({ label: 'Subject', min: 0, max: 99, default: 0, help: 'Each number has its own shape, two colours, line and notch.' }),
  pictures: int({ label: 'Pictures', min: 1, max: 8, default: 4, help: 'No two have the same background.' }),
};
type Values = ValuesOf<typeof knobs>;
function exampleAt(values: Values, at: { readonly seed: number; readonly split: string; readonly index: number }): Example {
  const side = Number(values.side) as Side; // the knob's options are the sides
  const { x, captions, subject, scenes } = makeSubject({ side, number: values.subject, seed: at.seed, split: at.split, count: at.index + 1 });
  return { x: tensor(floats(x).slice(at.index * 3 * side * side), [3, side, side]), caption: captions[at.index]!, kind: subject.kind, colours: [...subject.colours], tone: scenes[at.index]!.background.tone };
}
function preview(values: Values, seed: number): Preview[] {
  const side = Number(values.side) as Side; // the knob's options are the sides
  const images = (x: Tensor, captions: readonly string[]) => captions.map((caption, i) => imageOf(floats(x).subarray(i * 3 * side * side, (i + 1) * 3 * side * side), side, caption));
  const own = makeSubject({ side, number: values.subject, seed, split: 'train', count: values.pictures });
  const others = Array.from({ length: 12 }, (_, number) => makeSubject({ side, number, seed, split: 'train', count: 1 }));
  const among = makeSceneSet({ side, seed, split: 'class', count: 8, objects: [1, 1], kinds: [own.subject.kind], patterns: [0], captions: ['background'] });
  return [
    { title: 'The subject', says: `${describeSubject(own.subject)}.`, picture: { kind: 'images', images: images(own.x, own.captions) } },
    { title: 'Its class', says: 'What a model must still draw when nobody names the subject.', picture: { kind: 'images', images: images(among.x, among.captions) } },
    { title: 'Other subjects', picture: { kind: 'images', images: others.flatMap(({ x }, number) => images(x, [`subject ${number}`])) } },
    { title: 'What they are', picture: tableOf(['subject', 'shape', 'first colour', 'second colour'], others.map((_, number) => [number, kinds[subjectOf(number).kind]!, ...subjectOf(number).colours.map((c) => colours[c]!)])) },
  ];
}
export const dataset = defineDataset({
  id: 'subjects',
  title: 'Subjects seen a few times',
  family: 'scenes',
  says: 'A shape in two colours with a notch, as no other scene has one: a handful of pictures on different backgrounds, to teach a model one particular thing by name. Class pictures beside it show what should not change.',
  knobs,
  open: ({ knobs: values }) => ({ example: (at) => exampleAt(values, at), preview: ({ seed }) => preview(values, seed) }),
});
