/** A run's trainings as files that others can use: graphs as ONNX, exactly as they run on WASM, tensors as safetensors. */
import { made } from '../base/noise';
import { sha256 } from '../base/hash';
import { floats, sizeOf, type Params, type Tensor } from '../base/tensor';
import { encodeModel } from '../engine/onnx/model';
import { toOnnx, writeModel } from '../engine/onnx/writer';
import { optimised } from '../engine/passes';
import type { Layout } from '../engine/layout';
import { defineProgram, type Program } from '../engine/program';
import { writeSafetensors } from '../engine/safetensors';
import type { Value } from '../engine/value';
import { stepsReported, type RecordedModel, type RecordedTraining, type RunRecord } from '../lab/record';
import { feedsOf, initialOf } from '../lab/training';
import { withOwnSine } from '../runtime/own-sine';
import type { Card } from '../spec/card';
import type { StepInfo, TakeAwayInfo, Taken, TakenFile, TakenKind, TensorInfo, TrainingInfo } from '../spec/take-away';

/** Bytes of one training's batches, and of all the files together. */
const batchBudget = 4 * 2 ** 20;
const budget = 512 * 2 ** 20;

/** Files with each content once, under paths that no two share. */
class Shelf {
  readonly files: TakenFile[] = [];
  private readonly known = new Map<string, string>();
  private readonly taken = new Set<string>();
  private size = 0;

  /** The path that the bytes lie at; undefined where there is no room for them. */
  async put(kind: TakenKind, stem: string, ending: string, bytes: Uint8Array, about: Pick<TakenFile, 'name' | 'arm' | 'seed'>): Promise<string | undefined> {
    const key = `${kind}/${await sha256(bytes)}`;
    const same = kind === 'step' || kind === 'frozen' ? this.known.get(key) : undefined;
    if (same !== undefined) return same;
    if (this.size + bytes.length > budget) return undefined;
    let path = `${stem}.${ending}`;
    for (let i = 2; this.taken.has(path); i++) path = `${stem}-${i}.${ending}`;
    this.taken.add(path);
    this.known.set(key, path);
    this.size += bytes.length;
    this.files.push({ path, kind, bytes, ...about });
    return path;
  }
}
const plain = (name: string): string => name.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 60) || 'unnamed';
const infoOf = (values: Readonly<Record<string, Value>>): Record<string, TensorInfo> => Object.fromEntries(Object.entries(values).map(([name, { dtype, shape }]) => [name, { dtype, shape }]));
const forWasm = (program: Program): Program => optimised(withOwnSine(program), 'cpu');
/** Lets the thread's messages in between two pieces of work. */
const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** All of it, as far as the record has it; a training that goes on is taken as it stands. */
export async function takeAway(record: RunRecord, card: Pick<Card, 'arms'>): Promise<Taken> {
  const shelf = new Shelf();
  const steps = new Map<string, StepInfo>();
  const trainings: TrainingInfo[] = [];
  let leftOut = record.leftOut;
  const masks: TakeAwayInfo['masks'][number][] = [];
  const putMasks = async (where: string, arm: string | undefined, seed: number, tensors: Params, of: (t: Tensor) => Uint8Array | undefined): Promise<void> => {
    const found = Object.entries(tensors).flatMap(([name, t]): [string, Tensor][] => {
      const data = of(t);
      return data ? [[name, { dtype: 'bool', shape: t.shape, data }]] : [];
    });
    if (found.length === 0) return;
    const file = await shelf.put('masks', `${where}/masks`, 'safetensors', writeSafetensors(Object.fromEntries(found)), { name: found.map(([name]) => name).join(', ').slice(0, 200), ...(arm !== undefined && { arm }), seed });
    const [kept, all] = found.reduce(([k, n], [, { data }]) => [k + (data as Uint8Array).reduce((sum, bit) => sum + bit, 0), n + data.length], [0, 0]);
    if (file) masks.push({ file, ...(arm !== undefined && { arm }), seed, density: kept / all });
  };
  for (const training of record.trainings) {
    await breath();
    const taken = await takeTraining(training, card, shelf, steps);
    if (!taken) leftOut++;
    else {
      trainings.push(taken);
      await putMasks(folderOf(taken.arm, taken.seed), taken.arm, taken.seed, { ...training.run.frozen, ...(await training.params()) }, binary);
    }
  }
  const models: TakeAwayInfo['models'][number][] = [];
  for (const model of record.models) {
    await breath();
    const { bytes, inputs, outputs } = modelOf(model);
    const where = folderOf(model.arm, model.seed);
    const about = { name: model.spec.name, ...(model.arm !== undefined && { arm: model.arm }), seed: model.seed };
    const file = await shelf.put('model', `${where}/${plain(model.spec.name)}`, 'onnx', bytes, about);
    if (!file) leftOut++;
    else {
      models.push({ file, ...about, inputs, outputs });
      await putMasks(where, model.arm, model.seed, ownParams(model), zeros);
    }
  }
  return { files: shelf.files, info: { format: 'stipple-take-away', version: 1, steps: [...steps.values()], trainings, models, masks, leftOut } };
}
const folderOf = (arm: string | undefined, seed: number): string => `${arm === undefined ? 'other' : plain(arm)}/seed-${seed}`;

async function takeTraining(training: RecordedTraining, card: Pick<Card, 'arms'>, shelf: Shelf, steps: Map<string, StepInfo>): Promise<TrainingInfo | undefined> {
  const { run, seed, compiled, reported, taken } = training;
  const { arm } = run;
  const { spec } = run.trainer;
  const about = { name: spec.name, arm, seed };
  const where = folderOf(arm, seed);
  const info = stepInfo(training);
  const bytes = encodeModel(toOnnx(forWasm(compiled.program), {}, { layout: JSON.stringify(info.layout) }));
  const step = await shelf.put('step', `steps/${plain(spec.name)}`, 'onnx', bytes, { name: spec.name });
  if (!step) return undefined;
  if (!steps.has(step)) steps.set(step, { file: step, ...info });
  const { frozen: held, ...state } = initialOf(compiled, run.from, run.frozen);
  const start = Object.fromEntries(Object.entries(state).filter(([name, t]) => name === 'theta' || t.data.some((v) => v !== 0)));
  const initial = await shelf.put('initial', `${where}/initial`, 'safetensors', writeSafetensors(start), about);
  const frozen = held && (await shelf.put('frozen', 'frozen/frozen', 'safetensors', writeSafetensors({ frozen: held }), { name: spec.name }));
  const fed = firstBatches(training);
  const batches = await shelf.put('batches', `${where}/batches`, 'safetensors', writeSafetensors(fed.tensors), about);
  if (!initial || !batches || (held && !frozen)) return undefined;
  const trained = await training.params();
  const params = trained && (await shelf.put('params', `${where}/params`, 'safetensors', writeSafetensors(trained, { arm, seed: String(seed), steps: String(taken) }), about));
  const shown = reported.slice(0, fed.steps);
  const names = Object.keys(shown[0] ?? {});
  return {
    arm, label: card.arms[arm]?.label ?? arm, seed, step, optimizer: spec.optimizer.name, steps: run.steps, taken, initial, ...(frozen && { frozen }), batches,
    reported: Object.fromEntries(names.map((name) => [name, shown.map((metrics) => metrics[name]!)])), ...(params && { params }),
  };
}
function stepInfo({ compiled, run }: RecordedTraining): Omit<StepInfo, 'file'> {
  const { program, layout, frozenLayout, bufferLayout, losses } = compiled;
  const places = ({ entries }: Layout): StepInfo['layout']['theta'] => entries.map(({ name, shape, offset, size }) => ({ name, shape, offset, size }));
  return {
    name: run.trainer.spec.name,
    state: infoOf(Object.fromEntries(Object.entries(program.state).map(([name, { input }]) => [name, input]))),
    constants: infoOf(program.constants), feeds: infoOf(program.feeds), outputs: Object.keys(program.outputs), losses,
    layout: { theta: places(layout), frozen: places(frozenLayout), buffers: places(bufferLayout) },
  };
}
/** What the first steps are fed with, as far as it has room: [steps, ...shape of the feed]. A run's batches are functions of the step alone, so they are made again. */
function firstBatches({ run, compiled: { program } }: RecordedTraining): { readonly steps: number; readonly tensors: Params } {
  const feeds = Object.entries(program.feeds);
  const bytesOfStep = feeds.reduce((sum, [, { shape }]) => sum + 4 * sizeOf(shape), 0);
  const steps = Math.max(1, Math.min(stepsReported, run.steps, Math.floor(batchBudget / Math.max(1, bytesOfStep))));
  const fed = Array.from({ length: steps }, (_, step) => feedsOf(run, step));
  return { steps, tensors: Object.fromEntries(feeds.map(([name, { dtype, shape }]): [string, Tensor] => {
    const size = sizeOf(shape);
    const data = dtype === 'float32' ? new Float32Array(steps * size) : dtype === 'int32' ? new Int32Array(steps * size) : new Uint8Array(steps * size);
    fed.forEach((feed, step) => data.set(made(feed[name]!, shape).data, step * size));
    return [name, { dtype, shape: [steps, ...shape], data }];
  })) };
}
const ownParams = ({ spec, params }: RecordedModel): Params => Object.fromEntries(Object.keys(spec.params).map((name) => [name, params[name]!]));
/** A forward function with the params of its last evaluation inside, under their own names. */
function modelOf(model: RecordedModel): { readonly bytes: Uint8Array; readonly inputs: Record<string, TensorInfo>; readonly outputs: Record<string, TensorInfo> } {
  const { spec, arm, seed } = model;
  const constants = Object.fromEntries(Object.entries(spec.params).map(([name, shape]) => [name, { shape }]));
  const program = defineProgram({ name: spec.name, constants, feeds: spec.inputs }, ({ constants: params, feeds }) => ({ outputs: spec.outputs({ params, inputs: feeds }) }));
  return { bytes: writeModel(forWasm(program), ownParams(model), { ...(arm !== undefined && { arm }), seed: String(seed) }), inputs: infoOf(program.feeds), outputs: infoOf(program.outputs) };
}

/** A tensor of zeros and ones alone, both among them: a mask. */
function binary(t: Tensor): Uint8Array | undefined {
  if (t.dtype === 'int32' || t.data.length < 2) return undefined;
  const bits = Uint8Array.from<number>(t.data as ArrayLike<number>, (v) => (v === 0 ? 0 : v === 1 ? 1 : 2));
  return bits.includes(0) && bits.includes(1) && !bits.includes(2) ? bits : undefined;
}
/** A matrix or kernel of which at least a hundredth is exactly zero: what a mask has left. */
function zeros(t: Tensor): Uint8Array | undefined {
  if (t.dtype !== 'float32' || t.shape.length < 2) return undefined;
  const kept = Uint8Array.from(floats(t), (v) => (v === 0 ? 0 : 1));
  const removed = kept.length - kept.reduce((sum, bit) => sum + bit, 0);
  return removed >= kept.length / 100 && removed < kept.length ? kept : undefined;
}
