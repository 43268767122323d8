/** What a classifier does, drawn. */
import { floats, type Tensor } from '../base/tensor';
import { countOf, type Labelled } from '../data/labelled';
import { colourImage, greyImage } from '../data/pictures';
import type { Preview } from '../spec/dataset';
import type { HeatMap, Images } from '../spec/picture';
import { argMaxes } from './evaluate';

/** Image `at` of x [n, 1 or 3, height, width]; numbers from `range` to 0..255, others to the nearer end. */
export function imageAt(x: Tensor, at: number, label: string, range: readonly [number, number] = [0, 1]): Images['images'][number] {
  const [, channels, height, width] = x.shape as readonly [number, number, number, number];
  const area = height * width;
  const image = floats(x).subarray(at * channels * area, (at + 1) * channels * area);
  return (channels === 3 ? colourImage : greyImage)(label, image, width, height, range);
}

/** How held-out examples are read: the first few, and which class is taken for which. logits: row-major [n, classes]. */
export function readings(set: Labelled, logits: Float32Array, { shown = 24, range }: { readonly shown?: number; readonly range?: readonly [number, number] } = {}): readonly Preview[] {
  const { classes } = set;
  const said = argMaxes(logits, classes.length);
  const label = (i: number): string => (said[i] === set.y.data[i] ? classes[said[i]!]! : `${classes[said[i]!]!}, not ${classes[set.y.data[i]!]!}`);
  const count = Math.min(shown, countOf(set));
  // The mistakes first: they are what one looks for.
  const order = said.map((_, i) => i).sort((a, b) => Number(said[a] === set.y.data[a]) - Number(said[b] === set.y.data[b]) || a - b);
  const mistakes = order.filter((i) => said[i] !== set.y.data[i]).slice(0, count / 3);
  const chosen = [...mistakes, ...order.filter((i) => said[i] === set.y.data[i])].slice(0, count);
  return [
    { title: 'How it reads held-out examples', says: `Under each picture, what the model says. Of ${countOf(set)} examples it mistakes ${said.filter((s, i) => s !== set.y.data[i]).length}; ${mistakes.length > 0 ? 'some of those come first' : 'none is shown here'}.`, picture: { kind: 'images', images: chosen.map((i) => imageAt(set.x, i, label(i), range)) } },
    { title: 'What is taken for what', says: 'Share of each true class (row) that is read as each class (column).', picture: confusion(said, set) },
  ];
}
function confusion(said: readonly number[], { y, classes }: Labelled): HeatMap {
  const k = classes.length;
  const counts = new Float32Array(k * k);
  const totals = new Float32Array(k);
  said.forEach((s, i) => {
    counts[y.data[i]! * k + s]!++;
    totals[y.data[i]!]!++;
  });
  return { kind: 'heatmap', rows: k, columns: k, values: counts.map((c, i) => c / Math.max(1, totals[Math.floor(i / k)]!)), scale: 'sequential', range: [0, 1], xLabel: 'read as', yLabel: 'true class', rowLabels: classes, ...(classes.every((name) => name.length <= 2) && { columnLabels: classes }) };
}
