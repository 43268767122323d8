/**
 * The model that "Train your own model" opens on, as a person would bring one: written the way PyTorch's exporter does, with an open batch
 * and batch normalisation in use. Upright capital letters, ink 1 on 0.
 *   [n,1,28,28] -> conv 8, 5x5, stride 2 -> conv 12, 3x3, stride 2 (each with BatchNorm and ReLU) -> 32 -> 26
 */
import { floats, tensor, type Params, type Tensor } from '../base/tensor';
import { augment } from '../data/augment';
import { glyphSize, makeGlyphs, upstreamClasses, type GlyphsSpec } from '../data/sets/glyphs';
import { countOf, take, type Labelled } from '../data/labelled';
import { readTypefaces } from '../data/typefaces';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../engine/onnx/model';
import { add, conv2d, div, linear, matmul, mean, mul, relu, reshape, sqrt, sub, transpose } from '../engine/ops';
import { square } from '../engine/ops/compose';
import type { Value } from '../engine/value';
import type { Lab } from '../lab/lab';
import { readings } from '../lab/pictures';
import { defineRecipe } from '../lab/recipe';
import { initConv, initDense, initNorm, prefixed, type Views } from '../nn/layers';
import { crossEntropy } from '../nn/losses';
import { adam } from '../nn/optimizers';
import { cosine } from '../nn/schedules';
import { accuracyOn, overSet, shapesOf, shuffled } from './common';

const spec = { classes: 'A-Z', typefaces: 'seen', perClass: 160, augmentation: 'weak', steps: 900, batch: 64, learningRate: 4e-3, weightDecay: 0.01, warmUp: 60, clipNorm: 1 } as const;
const seed = 1;
const epsilon = 1e-5;
const convs = [
  { inputs: 1, outputs: 8, kernel: 5 },
  { inputs: 8, outputs: 12, kernel: 3 },
] as const;
const hidden = 32;
const flat = 12 * 7 * 7;

/** Mean and variance of each channel of [n, c, h, w], as [1, c, 1, 1]. */
function moments(x: Value): { mean: Value; variance: Value } {
  const centre = mean(x, { axes: [0, 2, 3], keepDims: true });
  return { mean: centre, variance: mean(square(sub(x, centre)), { axes: [0, 2, 3], keepDims: true }) };
}
/** Logits, and the moments that each normalisation used: those given, or else the batch's own. Dense weights are [in, out]. */
function forward(p: Views, images: Value, given?: readonly { mean: Value; variance: Value }[]): { logits: Value; used: readonly { mean: Value; variance: Value }[] } {
  let x = images;
  const used: { mean: Value; variance: Value }[] = [];
  convs.forEach(({ kernel, outputs }, i) => {
    const pad = (kernel - 1) / 2;
    const made = conv2d(x, p[`conv${i + 1}.weight`]!, { strides: [2, 2], pads: [pad, pad, pad, pad] });
    const here = given?.[i] ?? moments(made);
    used.push(here);
    const normal = div(sub(made, here.mean), sqrt(add(here.variance, epsilon)));
    const wide = (name: string): Value => reshape(p[`bn${i + 1}.${name}`]!, [1, outputs, 1, 1]);
    x = relu(add(mul(normal, wide('weight')), wide('bias')));
  });
  const features = relu(linear(reshape(x, [images.shape[0]!, flat]), p['fc1.weight']!, p['fc1.bias']!));
  return { logits: add(matmul(features, p['fc2.weight']!), p['fc2.bias']!), used };
}

/** Statistics of the trained network over a part of `set`: its running means and variances. */
async function statisticsOf(lab: Lab, params: Params, set: Labelled): Promise<Params> {
  const sample = take(set, Uint32Array.from({ length: 1024 }, (_, i) => (i * 7919) % countOf(set)));
  const measured = await lab.forward({ name: 'letters-statistics', params: shapesOf(params), inputs: { images: { shape: sample.x.shape } }, outputs: ({ params: p, inputs: at }) => Object.fromEntries(forward(p, at.images!).used.flatMap((m, i) => [[`${i}.mean`, m.mean], [`${i}.variance`, m.variance]])) }).run(params, { images: sample.x });
  return Object.fromEntries(convs.flatMap(({ outputs }, i) => [[`bn${i + 1}.running_mean`, tensor(floats(measured[`${i}.mean`]!), [outputs])], [`bn${i + 1}.running_var`, tensor(floats(measured[`${i}.variance`]!), [outputs])]]));
}
/** The running statistics among the params, as `forward` takes them. */
const given = (p: Views) => convs.map(({ outputs }, i) => ({ mean: reshape(p[`bn${i + 1}.running_mean`]!, [1, outputs, 1, 1]), variance: reshape(p[`bn${i + 1}.running_var`]!, [1, outputs, 1, 1]) }));
/** Dense weights as the file holds them are [out, in]. */
const fromFile = (p: Views): Views => ({ ...p, 'fc1.weight': transpose(p['fc1.weight']!, [1, 0]), 'fc2.weight': transpose(p['fc2.weight']!, [1, 0]) });

/** [in, out] -> [out, in], as Gemm with transB holds it. */
function transposed({ shape, data }: Tensor): OnnxTensor {
  const [rows, columns] = shape as readonly [number, number];
  return { dtype: 'float32', dims: [columns, rows], data: Float32Array.from({ length: data.length }, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!) };
}
function fileOf(params: Params): OnnxModel {
  const ints = (...value: number[]): OnnxAttribute => ({ type: 'ints', value });
  const node = (opType: string, name: string, inputs: readonly string[], output: string, attributes: Readonly<Record<string, OnnxAttribute>> = {}): OnnxNode => ({ name, opType, domain: '', inputs, outputs: [output], attributes });
  const block = (i: number, from: string): OnnxNode[] => {
    const { kernel } = convs[i - 1]!;
    const pad = (kernel - 1) / 2;
    return [
      node('Conv', `/conv${i}/Conv`, [from, `conv${i}.weight`], `/conv${i}/Conv_output_0`, { dilations: ints(1, 1), group: { type: 'int', value: 1 }, kernel_shape: ints(kernel, kernel), pads: ints(pad, pad, pad, pad), strides: ints(2, 2) }),
      node('BatchNormalization', `/bn${i}/BatchNormalization`, [`/conv${i}/Conv_output_0`, ...['weight', 'bias', 'running_mean', 'running_var'].map((part) => `bn${i}.${part}`)], `/bn${i}/BatchNormalization_output_0`, { epsilon: { type: 'float', value: epsilon }, momentum: { type: 'float', value: 0.9 } }),
      node('Relu', `/relu${i}/Relu`, [`/bn${i}/BatchNormalization_output_0`], `/relu${i}/Relu_output_0`),
    ];
  };
  const gemm = (name: string, from: string, to: string): OnnxNode => node('Gemm', `/${name}/Gemm`, [from, `${name}.weight`, `${name}.bias`], to, { alpha: { type: 'float', value: 1 }, beta: { type: 'float', value: 1 }, transB: { type: 'int', value: 1 } });
  return {
    opset: 17,
    irVersion: 8,
    graph: {
      name: 'letters',
      nodes: [
        ...block(1, 'image'), ...block(2, '/relu1/Relu_output_0'),
        node('Flatten', '/flatten/Flatten', ['/relu2/Relu_output_0'], '/flatten/Flatten_output_0', { axis: { type: 'int', value: 1 } }),
        gemm('fc1', '/flatten/Flatten_output_0', '/fc1/Gemm_output_0'), node('Relu', '/relu3/Relu', ['/fc1/Gemm_output_0'], '/relu3/Relu_output_0'), gemm('fc2', '/relu3/Relu_output_0', 'logits'),
      ],
      initializers: Object.fromEntries(Object.entries(params).map(([name, p]) => [name, /^fc\d\.weight$/.test(name) ? transposed(p) : { dtype: 'float32' as const, dims: p.shape, data: floats(p) }])),
      inputs: [{ name: 'image', dtype: 'float32', dims: ['batch', 1, glyphSize, glyphSize] }],
      outputs: [{ name: 'logits', dtype: 'float32', dims: ['batch', upstreamClasses.length] }],
    },
    metadata: {},
  };
}

async function letters(lab: Lab): Promise<(more: Pick<GlyphsSpec, 'split' | 'perClass'>) => Labelled> {
  const typefaces = readTypefaces(await lab.asset('data/typefaces.bin'));
  return (more) => makeGlyphs(typefaces, { seed, classes: upstreamClasses, ...more });
}

export const recipe = defineRecipe({
  id: 'letters',
  title: 'Small CNN with batch normalisation, trained on upright capital letters, as an exporter writes it',
  base: 'cnn',
  says: 'What "Train your own model" opens on: a file as PyTorch would have exported it, with an open batch and batch normalisation in use. It reads upright capital letters.',
  seed,
  spec,
  make: async (lab) => {
    const train = (await letters(lab))({ split: 'letters/train', perClass: spec.perClass });
    const rng = lab.rng.fork('init');
    const start: Params = Object.assign(
      {},
      ...convs.map(({ inputs, outputs, kernel }, i) => ({ ...prefixed(`conv${i + 1}`, initConv(rng.fork('conv', i), inputs, outputs, kernel)), ...prefixed(`bn${i + 1}`, initNorm(outputs)) })),
      prefixed('fc1', initDense(rng.fork('fc1'), flat, hidden)), prefixed('fc2', initDense(rng.fork('fc2'), hidden, upstreamClasses.length)),
    ) as Params; // Object.assign forgets the type of what it spreads
    const order = shuffled(lab.rng, countOf(train), spec.batch);
    const rate = cosine(spec.learningRate, spec.steps, spec.warmUp);
    lab.expect(spec.steps);
    const params = await lab.train({
      trainer: lab.trainer({
        name: 'letters-train',
        params: shapesOf(start),
        batch: { images: { shape: [spec.batch, 1, glyphSize, glyphSize] }, labels: { shape: [spec.batch], dtype: 'int32' } },
        loss: ({ params: p, batch }) => ({ loss: crossEntropy(forward(p, batch.images!).logits, batch.labels!) }),
        optimizer: adam({ clipNorm: spec.clipNorm }),
      }),
      arm: 'letters',
      from: start,
      steps: spec.steps,
      hyper: (step) => ({ learningRate: rate(step), weightDecay: spec.weightDecay }),
      next: (step) => {
        const { x, y } = take(train, order(step));
        return { images: tensor(augment(floats(x), lab.rng.fork('augment', step), spec.augmentation), x.shape), labels: y };
      },
    });
    return { file: fileOf({ ...params, ...(await statisticsOf(lab, params, train)) }) };
  },
  measure: async (lab, params) => {
    const heldOut = (await letters(lab))({ split: 'letters/test', perClass: 40 });
    const value = await accuracyOn(lab, 'letters-test', params, heldOut, ({ params: p, images }) => forward(fromFile(p), images, given(p)).logits);
    return [{ name: 'held-out accuracy', value, better: 'higher', baseline: { name: 'chance', value: 1 / upstreamClasses.length } }];
  },
  show: async (lab, params) => {
    const set = (await letters(lab))({ split: 'letters/test', perClass: 6 });
    return readings(set, await overSet(lab, 'letters-show', params, set.x, ({ params: p, images }) => forward(fromFile(p), images, given(p)).logits));
  },
});
