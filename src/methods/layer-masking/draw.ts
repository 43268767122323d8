/** A mask of the user's own, on a test picture or one of theirs. */
import { InputError } from '../../base/errors';
import { tensor } from '../../base/tensor';
import { loadOne } from '../../data/files';
import { fittedImages } from '../../data/fitted-images';
import type { Lab } from '../../lab/lab';
import type { KnobValues } from '../../spec/knobs';
import type { Answer } from '../../spec/messages';
import { card } from './card';
import { blockNumbers, side, without } from './masks';
import { paddedPictures, stripsOf, table } from './pictures';
import { readerOf, type Request } from './read';
import { area, classNames, openTask, type Knobs, type Task } from './task';

/** Numbers and ranges, as '0-7 18, 35'. @throws InputError naming what is neither, or outside the grid */
export function blocksNamed(words: string, blocks: number): number[] {
  return words.split(/[\s,]+/).filter((word) => word !== '').flatMap((word) => {
    const [, from, to] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(word) ?? [];
    const [first, last] = [Number(from), Number(to ?? from)];
    if (from === undefined || last >= blocks || first > last) throw new InputError(`Blocks are numbers from 0 to ${blocks - 1} or ranges like 0-7, but "${word.slice(0, 40)}" came.`);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
/** The dropped picture, with no object known, or the test pictures. */
async function pictured(lab: Lab, knobs: Knobs, image: number): Promise<Task> {
  const task = await openTask(lab, { ...knobs, images: lab.files.length > 0 ? 8 : Math.max(8, image + 1) });
  if (lab.files.length === 0) return task;
  const came = await loadOne(lab.files);
  if (came.kind !== 'images') throw new InputError(`A picture was expected, but ${came.from} holds ${came.kind}. Drop one PNG, JPEG or WebP.`);
  const { pixels } = Object.values(fittedImages(came, { channels: 3, side }).splits).find((split) => split && split.count > 0)!; // a set of images has at least one
  return { ...task, x: tensor(Float32Array.from({ length: 3 * area }, (_, at) => (2 * pixels[3 * (at % area) + Math.floor(at / area)]!) / 255 - 1), [1, 3, side, side]), objects: [new Float32Array(area)] };
}
export async function drawn(lab: Lab, knobs: Knobs, values: KnobValues): Promise<Answer> {
  const block = Number(knobs.block);
  const arm = String(values.arm);
  const own = { passes: values.passes as Knobs['passes'], parts: Number(values.parts) }; // the ask's knobs are the card's
  const task = await pictured(lab, knobs, Number(values.image));
  const image = lab.files.length > 0 ? 0 : Number(values.image);
  const mask = without(blockNumbers(block), blocksNamed(String(values.blocks), (side / block) ** 2));
  const request: Request = { image, mask: values.silhouette === true ? mask.map((v, p) => v * (1 - task.objects[image]![p]!)) : mask };
  const labels = Object.fromEntries(['greyout', arm].map((name) => [name, card.arms[name]!.label]));
  const strip = await stripsOf(lab, labels, task.params, task.grey, own).draw(task, request);
  const rows = [];
  for (const [name, label] of Object.entries(labels)) {
    const { said } = await readerOf(lab, name, task, own, 2)([{ image, mask: new Float32Array(area).fill(1) }, request]);
    rows.push([label, ...said.map((s) => classNames[s]!)]);
  }
  return { pictures: { strip, padded: await paddedPictures(lab, task, request), says: table(['Arm', 'Whole picture', 'With the mask'], rows) } };
}
