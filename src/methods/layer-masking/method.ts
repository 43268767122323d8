import { floats, tensor, type Params } from '../../base/tensor';
import { flatten } from '../../engine/layout';
import { resnet, sceneResnet } from '../../nn/resnet';
import { overSet } from '../../lab/evaluate';
import type { Lab } from '../../lab/lab';
import { defineMethod } from '../../lab/method';
import type { Images } from '../../spec/picture';
import { card } from './card';
import { drawn } from './draw';
import { curvePoint, explain, linearity, median, segmentsOf, shapeLeak } from './judge';
import { blockNumbers, orders, removalOrder, removedCount, side, without, zerosIn, type Order } from './masks';
import { explained, paddedPictures, silhouettes, stripsOf, table, whole } from './pictures';
import { largest, readerOf, rules, type Reader, type Readings } from './read';
import { area, classNames, kindLikeness, openTask, saliencies, type Knobs, type Task } from './task';

const percents = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100] as const;
const labelOf = (arm: string): string => card.arms[arm]!.label;
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

interface Bench {
  readonly lab: Lab;
  readonly knobs: Knobs;
  readonly task: Task;
  readonly readers: ReadonlyMap<string, Reader>;
  /** What the network says of whole pictures. */
  readonly clean: readonly number[];
  /** Of each order, the order in which each picture's blocks go. */
  readonly removal: Readonly<Record<Order, readonly (readonly number[])[]>>;
}

/** A. Blocks go, a tenth of the picture at a time; all arms read the same masks. Gives each arm's accuracies, by order and percentage. */
async function removalCurves({ lab, knobs, task, readers, clean, removal }: Bench): Promise<ReadonlyMap<string, Readonly<Record<Order, readonly number[]>>>> {
  const block = Number(knobs.block);
  const numbers = blockNumbers(block);
  const blocks = (side / block) ** 2;
  const likeness = kindLikeness();
  const strips = stripsOf(lab, { greyout: labelOf('greyout'), 'layer-masking': labelOf('layer-masking') }, task.params, task.grey, knobs);
  const found = new Map([...readers.keys()].map((arm) => [arm, { random: [] as number[], salient: [] as number[], plain: [] as number[] }]));
  let [wrong, looked] = [0, 0];
  for (const percent of percents) {
    const count = removedCount(percent / 100, blocks);
    const masksOf = (order: Order): Float32Array[] => removal[order].map((own) => without(numbers, own.slice(0, count)));
    lab.picture('strip', await strips.draw(task, { image: 0, mask: masksOf('random')[0]! }));
    for (const order of orders) {
      const masks = masksOf(order);
      for (const mask of masks) wrong += Number(zerosIn(mask) !== count * block * block);
      looked += masks.length;
      for (const [arm, read] of readers) {
        const { said } = await read(masks.map((mask, image) => ({ image, mask })));
        const { accuracy, ...rest } = curvePoint(said, clean, task, likeness);
        found.get(arm)![order].push(accuracy);
        lab.report(arm, percent, { [`${order}/accuracy`]: accuracy });
        if (order === 'random') lab.report(arm, percent, Object.fromEntries(Object.entries(rest).map(([name, value]) => [`random/${name}`, value])));
        await lab.worked(masks.length, `${percent} % removed`);
      }
    }
    lab.light('removed', wrong === 0, `${looked} masks counted, ${wrong} with another number of pixels`);
  }
  return found;
}

/** C. Explanations of the first pictures by every arm, from the same samples. */
async function explanations({ lab, knobs, task, readers }: Bench): Promise<ReadonlyMap<string, number>> {
  const shown = Math.min(knobs.explained, task.labels.length);
  const scores = new Map([...readers.keys()].map((arm) => [arm, [] as number[]]));
  const images: Images['images'][number][] = [];
  for (let image = 0; image < shown; image++) {
    const segments = segmentsOf(knobs.segments, task, image, Number(knobs.block), lab.rng.fork('segments', image));
    if (image < 4) images.push(whole(task, image, classNames[task.labels[image]!]!));
    for (const [arm, read] of readers) {
      const found = await explain(read, task, image, segments, knobs.samples, lab.rng.fork('lime', image));
      scores.get(arm)!.push(found.jaccard);
      if (image < 4) images.push(explained(labelOf(arm), task, image, found));
      await lab.worked(knobs.samples, 'Explaining');
    }
    lab.picture('lime', { kind: 'images', images: [...images] });
  }
  return new Map([...scores].map(([arm, own]) => [arm, mean(own)]));
}

/** Lights that look at logits: the whole picture against the plain network, and garbage under the hole. */
async function look(arm: string, read: Reader, { lab, task, removal, knobs }: Bench, wholeReadings: Readings, plain: Float32Array): Promise<void> {
  if (!rules(knobs)[arm]) return;
  // Partial convolution counts the zeros round the picture as missing, and so differs by design.
  if (arm !== 'partial') {
    const gap = wholeReadings.logits.reduce((most, v, i) => Math.max(most, Math.abs(v - plain[i]!)), 0);
    const k = classNames.length;
    const other = wholeReadings.said.filter((s, i) => s !== largest(plain.subarray(i * k, (i + 1) * k))).length;
    lab.light('whole', gap <= 1e-4 && other === 0, `largest difference of a logit ${gap.toExponential(1)}, ${other} of ${wholeReadings.said.length} classes differ`, arm);
  }
  const masks = removal.random.map((own) => without(blockNumbers(Number(knobs.block)), own.slice(0, own.length >> 1)));
  const requests = masks.map((mask, image) => ({ image, mask }));
  const rng = lab.rng.fork('garbage');
  const garbage = floats(task.x).map((v, at) => (masks[Math.floor(at / (3 * area))]![at % area] ? v : rng.uniform(-50, 50)));
  const [before, after] = [await read(requests), await read(requests, tensor(garbage, task.x.shape))];
  const differ = before.logits.filter((v, i) => !Object.is(v, after.logits[i])).length;
  lab.light('blind', differ === 0, `${differ} of ${before.logits.length} logits differ with garbage under the hole`, arm);
}

async function prepared(lab: Lab, knobs: Knobs): Promise<Bench & { readonly plain: Float32Array }> {
  const task = await openTask(lab, knobs);
  const plain = await overSet(lab, 'plain', task.params, task.x, ({ params: p, images }) => resnet(p, p, images, sceneResnet, 'run').logits, 64);
  const k = classNames.length;
  const saliency = await saliencies(lab, task, Number(knobs.block));
  const by = (order: Order): number[][] => saliency.map((own, i) => removalOrder(order, lab.rng.fork('removal', i), own));
  const removal = { random: by('random'), salient: by('salient'), plain: by('plain') };
  const asked = Object.keys(card.arms).filter((arm) => lab.arms.has(arm));
  const batch = Math.min(64, knobs.images);
  return {
    lab, knobs, task, plain, removal,
    readers: new Map(asked.map((arm) => [arm, readerOf(lab, arm, task, knobs, batch)])),
    clean: task.labels.map((_, i) => largest(plain.subarray(i * k, (i + 1) * k))),
  };
}
const bitsOf = (params: Params): Uint32Array => new Uint32Array(flatten(params).data.slice().buffer);

async function run(lab: Lab, knobs: Knobs): Promise<void> {
  const bench = await prepared(lab, knobs);
  const { task, readers, clean, plain } = bench;
  const before = bitsOf(task.params);
  const n = task.labels.length;
  lab.expect(readers.size * (n * (percents.length * orders.length + 10) + Math.min(knobs.explained, n) * knobs.samples));
  const numbers = blockNumbers(Number(knobs.block));
  const centre = bench.removal.plain.map((own) => own.slice(own.length >> 1)); // the salient half gone: a hole with a shape
  lab.picture('padded', await paddedPictures(lab, task, { image: 0, mask: without(numbers, centre[0]!) }));
  lab.picture('silhouettes', silhouettes(task, 4));

  const accuracies = await removalCurves(bench);
  const overlaps = await explanations(bench);
  const [shapeRows, linearRows]: [(string | number)[][], (string | number)[][]] = [[], []];
  for (const [arm, read] of readers) {
    const wholeReadings = await read(task.labels.map((_, image) => ({ image, mask: new Float32Array(area).fill(1) })));
    await look(arm, read, bench, wholeReadings, plain);
    const shape = await shapeLeak(read, task, clean);
    const linear = await linearity(read, task, lab.rng.fork('patches'));
    const curve = accuracies.get(arm)!;
    const grey = accuracies.get('greyout');
    const early = percents.flatMap((percent, i) => (percent >= 10 && percent <= 50 ? [i] : []));
    lab.outcome(arm, {
      'clean/accuracy': curve.random[0]!,
      ...(grey && { 'random/lead': median(early.map((i) => curve.random[i]! - grey.random[i]!)) }),
      ...Object.fromEntries(orders.map((order) => [`${order}/area`, mean(curve[order])])),
      'shape/object': shape.object, 'shape/broken': shape.broken, 'shape/ratio': shape.ratio,
      'lime/jaccard': overlaps.get(arm)!,
      'linear/cosine': linear.cosine, 'linear/distance': linear.distance,
    });
    shapeRows.push([labelOf(arm), ...[shape.object, shape.broken].map((v) => `${(100 * v).toFixed(1)} %`), shape.ratio.toFixed(2)]);
    linearRows.push([labelOf(arm), linear.cosine.toFixed(3), linear.distance.toFixed(3)]);
    lab.picture('shape', table(['Arm', 'Object removed', 'Broken silhouette removed', 'Ratio'], shapeRows.slice()));
    lab.picture('linear', table(['Arm', 'Cosine', 'Relative distance'], linearRows.slice()));
    const masked = await read(task.labels.map((_, image) => ({ image, mask: without(numbers, centre[image]!) })));
    lab.mark(arm, { logits: tensor(masked.logits, [n, classNames.length]) }, { figures: true });
    await lab.worked(10 * n, 'Silhouettes and patches');
  }
  const after = bitsOf(task.params);
  lab.light('frozen', before.length === after.length && before.every((word, i) => word === after[i]), `${before.length} numbers compared`);
}

export const method = defineMethod(card, { run, asks: { draw: (lab, knobs, values) => drawn(lab, knobs, values) } });
