import { cos, log10 } from '../../base/math';
import type { Random } from '../../base/random';
import { floats, tensor, type Params, type Tensor } from '../../base/tensor';
import { binFrequencies, errorSpectrum, magnitudeSpectrum, powerSpectrum, psnr, psnrOf, spectralCentroid1d, zeroPredictorPsnr } from '../../data/spectrum';
import type { Forward, Lab, Shapes, TrainingRun } from '../../lab/lab';
import { defineMethod } from '../../lab/method';
import { mean, sub } from '../../engine/ops';
import { square } from '../../engine/ops/compose';
import { halves, rowScorer, type Scorer } from '../../lab/scorer';
import { InputError } from '../../base/errors';
import { meanSquaredError } from '../../nn/losses';
import { adam } from '../../nn/optimizers';
import { stepDecay } from '../../nn/schedules';
import { fourierMatrix, initSiren, siren, type SirenShape } from '../../nn/siren';
import type { ValuesOf } from '../../spec/knobs';
import { near } from '../../spec/lights';
import type { HeatMap, Lines, Picture } from '../../spec/picture';
import { card } from './card';
import { kernelPoints, kernelUnits, paramCount, tangentKernel } from './kernel';
import { perturb, scalesOf, type Scales } from './noise';
import { makeTarget, type Target } from './target';

type Knobs = ValuesOf<typeof card.knobs>;
const omega0 = 30;
const errorBands = 48;
const errorColumns = 40;
const labelOf = (arm: string): string => card.arms[arm]?.label ?? arm;

/** One network to train: what its arm is called, how it is built, where it starts. */
interface Fit {
  readonly arm: string;
  readonly shape: SirenShape;
  readonly start: Params;
}
interface Kept {
  readonly target: Target;
  readonly predictions: Readonly<Record<string, Float32Array>>;
}

export const method = defineMethod(card, {
  run: async (lab, knobs): Promise<Kept> => {
    const target = await makeTarget(knobs, lab.seed, lab.files);
    const fits = fitsOf(lab.rng, knobs, target).filter(({ arm }) => lab.arms.has(arm));
    const forwards = new Map(fits.map((fit) => [fit.arm, forwardOf(lab, fit, target)]));
    const siren2 = fits.find(({ arm }) => arm === 'siren2');
    lab.expect(fits.length * knobs.steps + (siren2 ? kernelUnits(2) : 0));
    checkLights(lab, knobs, target);

    // Before training: what does layer 2 carry?
    lab.picture('spectrum', await startPicture(target, fits, forwards));
    if (siren2) await showKernels(lab, target, siren2, baseStart(lab.rng, siren2.shape));

    // Training, all arms side by side.
    const errors = new Map(fits.map(({ arm }) => [arm, [] as Float32Array[]]));
    const trained = await lab.together(fits.map((fit): TrainingRun => ({
      trainer: lab.trainer({
        name: fit.arm,
        params: shapesOf(fit.start),
        batch: { x: { shape: target.x.shape }, y: { shape: target.y.shape } },
        loss: ({ params, batch }) => ({ loss: meanSquaredError(siren(params, batch.x!, fit.shape).output, batch.y!) }),
        optimizer: adam(),
      }),
      arm: fit.arm,
      from: fit.start,
      steps: knobs.steps,
      hyper: (() => {
        const schedule = stepDecay(knobs.learningRate, knobs.decay, 20);
        return (step: number) => ({ learningRate: schedule(step) });
      })(),
      next: () => ({ x: target.x, y: target.y }), // full batch
      chart: (_, { loss }) => ({ loss: loss!, psnr: psnrOf(loss!) }),
      watch: {
        every: Math.max(1, Math.ceil(knobs.steps / errorColumns)),
        call: async ({ params }) => {
          const prediction = await predict(forwards.get(fit.arm)!, await params(), target.x);
          errors.get(fit.arm)!.push(errorSpectrum(prediction, floats(target.y), errorBands));
          if (fit === fits.at(-1)) lab.picture('error', errorPicture(fits, errors, target));
        },
      },
    })));

    // After training: the last params, as in the authors' script.
    const predictions: Record<string, Float32Array> = {};
    for (const [i, { arm }] of fits.entries()) {
      const prediction = await predict(forwards.get(arm)!, trained[i]!, target.x);
      predictions[arm] = prediction;
      lab.mark(arm, trained[i]!);
      lab.outcome(arm, { psnr: psnr(prediction, floats(target.y)), 'psnr/zero': zeroPredictorPsnr(floats(target.y)) });
      if (target.between) {
        const between = await predict(forwards.get(arm)!, trained[i]!, padTo(target.between.x, target.x.shape));
        const truth = floats(target.between.y);
        lab.outcome(arm, { 'psnr/between': psnr(between.subarray(0, truth.length), truth), 'psnr/between/zero': zeroPredictorPsnr(truth) });
      }
    }
    const kept: Kept = { target, predictions };
    showReconstructions(lab, kept);
    return kept;
  },
  scorer: async (lab, knobs, arm): Promise<Scorer> => {
    const target = await makeTarget(knobs, lab.seed, lab.files);
    const fit = fitsOf(lab.rng, knobs, target).find((one) => one.arm === arm);
    if (!target.between || !fit) throw new InputError('Between the samples of a recording or a picture the truth is not known, so nothing held out is there to measure on. Use a generated signal.');
    const { x, y } = target.between;
    const { choosing, reporting } = halves({ x, y });
    return rowScorer(lab, {
      name: `${arm}-scorer`, params: fit.start, rows: { choosing, reporting }, accuracy: false, chunk: 1024,
      each: ({ params, rows }) => ({ loss: mean(square(sub(siren(params, rows.x!, fit.shape).output, rows.y!)), { axes: [1] }) }),
      says: { title: card.title, unit: 'mean squared error', choosing: `every other point halfway between two samples, ${choosing.x!.shape[0]}`, reporting: `the rest, ${reporting.x!.shape[0]}`, notes: [] },
    });
  },
  asks: {
    preview: async (lab, knobs, { s0, s1 }) => {
      const target = await makeTarget(knobs, lab.seed, lab.files);
      const shape = shapeOf(knobs, target, 30);
      const start = baseStart(lab.rng, shape);
      const fits: Fit[] = [
        { arm: 'siren', shape, start },
        { arm: 'siren2', shape, start: perturb(start, { s0: Number(s0), s1: Number(s1) }, omega0, lab.rng) },
      ];
      return { pictures: { spectrum: await startPicture(target, fits, new Map(fits.map((fit) => [fit.arm, forwardOf(lab, fit, target)]))) } };
    },
    zoom: async (_, __, { start, length }, kept) => ({ pictures: { waveform: waveform(kept!, Number(start), Number(length)) } }),
  },
});

// -- networks ------------------------------------------------------------------------------------------------------------------

const shapesOf = (params: Params): Shapes => Object.fromEntries(Object.entries(params).map(([name, p]) => [name, p.shape]));
const shapeOf = (knobs: Knobs, target: Target, omega1: number): SirenShape => ({ inputs: target.x.shape[1]!, outputs: target.channels, layers: knobs.layers, hidden: knobs.hidden, omega1, omega0 });
/** All arms start from the same draw, but for what their difference asks for. */
const baseStart = (rng: Random, shape: SirenShape): Params => initSiren(rng.fork('init'), shape);

/** Which of the two scales is used. */
function chosenScales(knobs: Knobs, target: Target, s0Max: number): Scales {
  const { s0, s1 } = knobs.noise === 'auto' ? scalesOf(target, s0Max) : knobs;
  const on = knobs.layersWithNoise;
  return { s0: on === 'both' || on === 'first' ? s0 : 0, s1: on === 'both' || on === 'second' ? s1 : 0 };
}
function fitsOf(rng: Random, knobs: Knobs, target: Target): Fit[] {
  const narrow = shapeOf(knobs, target, 30);
  // As published, images keep omega1 = 30; sound takes 3000 at 150,000 samples.
  const omega1 = knobs.omega1 || (target.imageSide ? 30 : Math.max(30, (3000 * target.x.shape[0]!) / 150_000));
  const wide = shapeOf(knobs, target, omega1);
  const fourier: SirenShape = { ...narrow, fourier: { std: 10, matrix: fourierMatrix(rng.fork('fourier'), narrow.inputs, narrow.hidden, 10) } };
  const start = baseStart(rng, narrow);
  return [
    { arm: 'siren', shape: narrow, start },
    { arm: 'siren-wide', shape: wide, start },
    { arm: 'fourier', shape: fourier, start: baseStart(rng, fourier) },
    { arm: 'finer', shape: { ...narrow, finer: true }, start },
    { arm: 'siren2', shape: narrow, start: perturb(start, chosenScales(knobs, target, target.s0Max), omega0, rng) },
    { arm: 'siren2-unscaled', shape: narrow, start: perturb(start, chosenScales(knobs, target, target.s0MaxPublished), omega0, rng) },
  ];
}
const forwardOf = (lab: Lab, { arm, shape, start }: Fit, target: Target): Forward =>
  lab.forward({
    name: `${arm}-forward`,
    params: shapesOf(start),
    inputs: { x: { shape: target.x.shape } },
    outputs: ({ params, inputs }) => {
      const { output, preActivations } = siren(params, inputs.x!, shape);
      return { output, layer2: preActivations[1]!, last: preActivations.at(-1)! };
    },
  });
const predict = async (forward: Forward, params: Params, x: Tensor): Promise<Float32Array> => floats((await forward.run(params, { x })).output!);
/** A tensor of rows, its last row repeated up to a shape. */
function padTo(x: Tensor, shape: readonly number[]): Tensor {
  const from = floats(x);
  const width = shape[1]!;
  return tensor(Float32Array.from({ length: shape[0]! * width }, (_, i) => from[i < from.length ? i : from.length - width + (i % width)]!), shape);
}

// -- invariants ----------------------------------------------------------------------------------------------------------------

function checkLights(lab: Lab, knobs: Knobs, target: Target): void {
  const shape = shapeOf(knobs, target, 30);
  const start = baseStart(lab.rng, shape);
  const scales = chosenScales(knobs, target, target.s0Max);
  const noisy = perturb(start, scales, omega0, lab.rng);
  const silent = perturb(start, { s0: 0, s1: 0 }, omega0, lab.rng);
  const differing = (a: Params, b: Params): string[] => Object.keys(a).filter((name) => floats(a[name]!).some((v, i) => !Object.is(v, floats(b[name]!)[i])));
  lab.light('zero-noise', differing(start, silent).length === 0, `${differing(start, silent).length} params differ with both scales 0`);
  const changed = differing(start, noisy);
  lab.light('only-two', changed.every((name) => name === 'layer0.weight' || name === 'layer1.weight'), `changed: ${changed.join(', ') || 'none'}`);

  const [before, after] = [floats(start['layer1.weight']!), floats(noisy['layer1.weight']!)];
  const measured = Math.sqrt(after.reduce((total, w, i) => total + (w - before[i]!) ** 2, 0) / after.length);
  const expected = scales.s1 / omega0;
  // Five standard errors of a standard deviation from n draws, sigma / sqrt(2 n), and float32 rounding.
  lab.light('noise-std', near(measured, expected, (5 * expected) / Math.sqrt(2 * after.length) + 1e-7), `over ${after.length} weights`);
  const white = lab.rng.fork('white').fillNormal(new Float32Array(4096));
  const [flat, hiss] = [spectralCentroid1d(new Float32Array(1024).fill(1)), spectralCentroid1d(white)];
  lab.light('centroid', flat < 1e-6 && Math.abs(hiss - 0.5) < 0.03, `constant ${flat.toPrecision(2)}, white noise ${hiss.toPrecision(3)}, this target ${target.centroid.toPrecision(3)}`);
  lab.light('count', paramCount(noisy) === paramCount(start), `${paramCount(noisy)} and ${paramCount(start)} params`);
}

// -- pictures ------------------------------------------------------------------------------------------------------------------

/** One channel of row-major values [n, channels]. */
const channelOf = (values: Float32Array, channels: number, channel: number): Float32Array => Float32Array.from({ length: values.length / channels }, (_, i) => values[i * channels + channel]!);
/** Magnitudes smoothed over a few bins and scaled to a largest value of 1: curves of different size are compared by their shape. */
function shapeOfSpectrum(spectrum: ArrayLike<number>): Float32Array {
  const n = spectrum.length;
  const half = Math.max(1, Math.floor(n / 128));
  const smooth = Float32Array.from({ length: n }, (_, k) => {
    let total = 0;
    for (let j = Math.max(0, k - half); j <= Math.min(n - 1, k + half); j++) total += spectrum[j]!;
    return total / (Math.min(n - 1, k + half) - Math.max(0, k - half) + 1);
  });
  const top = smooth.reduce((a, b) => Math.max(a, b), 1e-30);
  return smooth.map((v) => Math.max(v / top, 1e-6)); // a floor, for the logarithmic axis
}
/** Less its mean, under a Hann window: the ends of an activation do not meet, and the jump would leak power into every bin. */
function windowed(values: Float32Array): Float32Array {
  const mean = values.reduce((total, v) => total + v, 0) / values.length;
  return values.map((v, n) => (v - mean) * (0.5 - 0.5 * cos((2 * Math.PI * n) / (values.length - 1))));
}
async function startPicture(target: Target, fits: readonly Fit[], forwards: ReadonlyMap<string, Forward>): Promise<Lines> {
  const n = target.x.shape[0]!;
  const x = binFrequencies(n);
  const series: Lines['series'][number][] = [{ label: 'Target', dashed: true, x, y: shapeOfSpectrum(magnitudeSpectrum(windowed(channelOf(floats(target.y), target.channels, 0)))) }];
  /** Mean power over units of a layer, as magnitude. */
  const spectrumOf = (layer: Float32Array, hidden: number): Float32Array => {
    const power = new Float64Array(x.length);
    for (let unit = 0; unit < hidden; unit += 4) powerSpectrum(windowed(channelOf(layer, hidden, unit))).forEach((p, k) => (power[k]! += p));
    return shapeOfSpectrum(power.map(Math.sqrt));
  };
  for (const { arm, start, shape } of fits) {
    const { layer2, last } = await forwards.get(arm)!.run(start, { x: target.x });
    series.push({ label: `${labelOf(arm)}, layer 2`, arm, x, y: spectrumOf(floats(layer2!), shape.hidden) });
    // With S0max scaled, the second layer stays low, and it is the later ones that spread.
    if (shape.layers > 2 && (arm === 'siren' || arm === 'siren2')) series.push({ label: `${labelOf(arm)}, layer ${shape.layers}`, arm, dashed: true, x, y: spectrumOf(floats(last!), shape.hidden) });
  }
  return { kind: 'lines', xLabel: 'Frequency (1 = Nyquist)', yLabel: 'Magnitude, largest = 1', logY: true, series, markers: [{ label: 'centroid ψ', x: target.centroid }] };
}
async function showKernels(lab: Lab, target: Target, { shape, start: noisy }: Fit, start: Params): Promise<void> {
  if (target.channels > 1) return; // the kernel is of one output
  const [plain, perturbed] = await tangentKernel(lab, shape, shapesOf(start), floats(target.x), [start, noisy]);
  const labelled = [['siren', plain!], ['siren2', perturbed!]] as const;
  const rank = Float32Array.from({ length: kernelPoints }, (_, i) => i + 1);
  lab.picture('ntkEigenvalues', { kind: 'lines', xLabel: 'Rank', yLabel: 'Eigenvalue', logY: true, series: labelled.map(([arm, k]) => ({ label: labelOf(arm), arm, x: rank, y: k.eigenvalues.map((v) => Math.max(v, 1e-12)) })) });
  lab.picture('ntkSpectrum', { kind: 'lines', xLabel: 'Frequency (1 = Nyquist)', yLabel: 'Power', logY: true, series: labelled.map(([arm, k]) => ({ label: labelOf(arm), arm, x: binFrequencies(kernelPoints), y: k.spectrum.map((v) => Math.max(v, 1e-12)) })) });
}
function errorPicture(fits: readonly Fit[], errors: ReadonlyMap<string, readonly Float32Array[]>, target: Target): Picture {
  const scale = floats(target.y).length ** 0.5; // |FFT| of a unit-variance error is about sqrt(n)
  return {
    kind: 'tiles',
    tiles: fits.map(({ arm }): HeatMap & { label: string } => {
      const columns = errors.get(arm)!;
      // Frequency upwards: the first row is the highest band.
      const values = Float32Array.from({ length: errorBands * columns.length }, (_, i) => log10(columns[i % columns.length]![errorBands - 1 - Math.floor(i / columns.length)]! / scale + 1e-6));
      return { kind: 'heatmap', label: labelOf(arm), rows: errorBands, columns: columns.length, values, scale: 'sequential', range: [-4, 0], xLabel: 'Time', yLabel: 'Frequency' };
    }),
  };
}
function waveform({ target, predictions }: Kept, start: number, length: number): Lines {
  const n = target.x.shape[0]!;
  const from = Math.max(0, Math.min(n - length, Math.floor(start * n)));
  const cut = (values: Float32Array): Float32Array => channelOf(values, target.channels, 0).slice(from, from + length);
  const x = Float32Array.from({ length: Math.min(length, n) }, (_, i) => from + i);
  return {
    kind: 'lines', xLabel: target.imageSide ? 'Pixel' : 'Sample', yLabel: 'Value',
    series: [{ label: 'Target', dashed: true, x, y: cut(floats(target.y)) }, ...Object.entries(predictions).map(([arm, y]) => ({ label: labelOf(arm), arm, x, y: cut(y) }))],
  };
}
function showReconstructions(lab: Lab, kept: Kept): void {
  const { target, predictions } = kept;
  lab.picture('waveform', waveform(kept, 0.45, 96));
  const all: [string, string | undefined, Float32Array][] = [['Target', undefined, floats(target.y)], ...Object.entries(predictions).map(([arm, y]): [string, string, Float32Array] => [labelOf(arm), arm, y])];
  if (target.sound) lab.picture('audio', { kind: 'audio', sampleRateHz: target.sound.sampleRateHz, clips: all.map(([label, arm, y]) => ({ label, ...(arm && { arm }), samples: y.map((v) => Math.max(-1, Math.min(1, v))) })) });
  if (target.imageSide) {
    const side = target.imageSide;
    const channels = target.channels === 3 ? 3 : 1;
    lab.picture('image', { kind: 'images', images: all.map(([label, , y]) => ({ label, width: side, height: side, channels, data: Uint8Array.from(y, (v) => Math.max(0, Math.min(255, Math.round((v + 1) * 127.5)))) })) });
  }
}
