/** The pictures of this method, as plain data. */
import type { HeatMap, Images, Lines, Picture, Plane, Scatter, Table } from '../../spec/picture';
import { pixels, type ImageSet } from './network';
import type { GreedyTrial } from '../../lab/soups';
import type { IngredientRecipe } from './sweep';

/** What is known of a model: its accuracies on all splits. */
export interface Figures {
  readonly validation: number;
  readonly test: number;
  readonly ood: number;
}
export interface IngredientInfo extends Figures {
  /** Undefined: the linear probe, which is ingredient 0. */
  readonly recipe: IngredientRecipe | undefined;
  readonly losses: readonly number[];
}
export const ingredientName = (i: number): string => `θ${i}`;
const short = (x: number): string => String(Number(x.toPrecision(2)));
const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;

export function scatterOf(ingredients: readonly IngredientInfo[], others: Readonly<Record<string, Figures & { label: string; star: boolean }>>): Scatter {
  return {
    kind: 'scatter',
    xLabel: 'Test accuracy',
    yLabel: 'Mean accuracy on shifted sets',
    points: [
      ...ingredients.map(({ test, ood, recipe }, i): Scatter['points'][number] =>
        recipe
          ? { label: `${ingredientName(i)}: learning rate ${short(recipe.learningRate)}, ${recipe.steps} steps, ${recipe.augmentation} augmentation`, arm: 'ingredients', shape: 'dot', x: test, y: ood }
          : { label: `${ingredientName(i)}: linear probe`, arm: 'linear-probe', shape: 'ring', x: test, y: ood },
      ),
      ...Object.entries(others).map(([arm, { label, star, test, ood }]): Scatter['points'][number] => ({ label, arm, shape: star ? 'star' : 'ring', x: test, y: ood })),
    ],
  };
}

export const greedyTable = (log: readonly GreedyTrial[], rule: string): Table => ({
  kind: 'table',
  columns: ['Tried', 'Ingredient', 'Alone on validation', 'Soup with it', `Accepted (${rule})`, 'Soup so far'],
  rows: log.map((t, n) => [n + 1, ingredientName(t.ingredient), percent(t.alone), percent(t.withIt), t.accepted ? 'yes' : 'no', percent(t.best)]),
});

export const sweepTable = (ingredients: readonly IngredientInfo[]): Table => ({
  kind: 'table',
  columns: ['Ingredient', 'Learning rate', 'Weight decay', 'Steps', 'Augmentation', 'Mixup', 'Smoothing', 'Validation', 'Test', 'Shifted'],
  rows: ingredients.map(({ recipe: r, validation, test, ood }, i) => [
    ingredientName(i),
    ...(r ? [short(r.learningRate), short(r.weightDecay), r.steps, r.augmentation, r.mixup ? short(r.mixup) : 'off', r.smoothing ? short(r.smoothing) : 'off'] : ['linear probe', '', '', '', '', '']),
    percent(validation),
    percent(test),
    percent(ood),
  ]),
});

/** Mean of a window of ten steps behind each point. */
function smoothed(values: readonly number[], window = 10): Float32Array {
  let total = 0;
  return Float32Array.from(values, (v, i) => {
    total += v - (i >= window ? values[i - window]! : 0);
    return total / Math.min(i + 1, window);
  });
}
export const curvesOf = (ingredients: readonly IngredientInfo[]): Lines => ({
  kind: 'lines',
  xLabel: 'Step',
  yLabel: 'Cross-entropy',
  series: ingredients.flatMap(({ losses }, i) => (losses.length > 0 ? [{ label: ingredientName(i), x: Float32Array.from(losses, (_, s) => s), y: smoothed(losses) }] : [])),
});

export const alphaMap = (alpha: Readonly<Record<string, readonly number[]>>): HeatMap => {
  const names = Object.keys(alpha);
  const k = alpha[names[0]!]!.length;
  return {
    kind: 'heatmap',
    rows: names.length,
    columns: k,
    values: Float32Array.from(names.flatMap((name) => alpha[name]!)),
    scale: 'sequential',
    xLabel: 'Ingredient',
    yLabel: 'Tensor',
    rowLabels: names,
    columnLabels: Array.from({ length: k }, (_, i) => ingredientName(i)),
  };
};

/** Ingredients 1, 2, ...: ingredient 0 is the origin and has no direction. */
export const cosineMap = (cosines: Float32Array): HeatMap => {
  const k = Math.sqrt(cosines.length);
  const labels = Array.from({ length: k }, (_, i) => ingredientName(i + 1));
  return { kind: 'heatmap', rows: k, columns: k, values: cosines, scale: 'diverging', range: [-1, 1], rowLabels: labels, columnLabels: labels };
};

export interface SegmentPoint {
  readonly t: number;
  readonly test: number;
  readonly ood: number;
  readonly testLoss: number;
  readonly oodLoss: number;
}
export function segmentLines(points: readonly SegmentPoint[], a: number, b: number, what: 'accuracy' | 'loss', more: Lines['markers'] = []): Lines {
  const column = (read: (p: SegmentPoint) => number): Float32Array => Float32Array.from(points, read);
  const x = column((p) => p.t);
  return {
    kind: 'lines',
    xLabel: `t in (1 - t) ${ingredientName(a)} + t ${ingredientName(b)}`,
    yLabel: what === 'accuracy' ? 'Accuracy' : 'Cross-entropy',
    series: [
      { label: 'Test', x, y: column((p) => (what === 'accuracy' ? p.test : p.testLoss)) },
      { label: 'Shifted sets, a sample', dashed: true, x, y: column((p) => (what === 'accuracy' ? p.ood : p.oodLoss)) },
    ],
    markers: [{ label: ingredientName(a), x: 0 }, { label: ingredientName(b), x: 1 }, ...more],
  };
}

export const planePicture = (x: Float32Array, y: Float32Array, values: Float32Array, points: Plane['points']): Plane => ({
  kind: 'plane', x, y, values, valueLabel: 'Cross-entropy on test images', xLabel: 'Distance from the start, towards the best ingredient', yLabel: 'Distance across, towards the second', points,
});

/** The first images of some classes, a row for each set. */
export function contactSheet(sets: Readonly<Record<string, ImageSet>>, classNames: readonly string[], columns = 8): Images {
  const images = Object.entries(sets).flatMap(([label, { images: data, labels }]) => {
    const shown = Array.from({ length: Math.min(columns, classNames.length) }, (_, c) => labels.indexOf(c)).filter((at) => at >= 0);
    return shown.map((at) => ({
      label: `${label}: ${classNames[labels[at]!] ?? labels[at]!}`,
      width: 28,
      height: 28,
      channels: 1 as const,
      data: Uint8Array.from(data.subarray(at * pixels, (at + 1) * pixels), (v) => Math.round(255 * Math.min(1, Math.max(0, v)))),
    }));
  });
  return { kind: 'images', images };
}

export const mixTable = (rows: readonly { label: string; point: SegmentPoint }[]): Picture => ({
  kind: 'table',
  columns: ['Model', 'Test accuracy', 'Test loss', 'Shifted sets, a sample'],
  rows: rows.map(({ label, point }) => [label, percent(point.test), short(point.testLoss), percent(point.ood)]),
});
