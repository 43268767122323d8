/** Models exported by PyTorch, with their data and what PyTorch computed from them (tools/make-own-fixtures.py), ready for a test. */
import { readFileSync } from 'node:fs';
import { readNpz } from '../../../data/files/npz';
import type { Executor } from '../../../engine/executor';
import type { OptimizerChoice, Task, TensorChoice } from '../../../spec/own-model';
import { resolveUses } from '../../../spec/pattern';
import { testLab } from '../../testing';
import { examplesFor, type Arrays } from '../examples';
import { openModel, type ModelFile, type OwnModel } from '../open';
import { hyperOf, optimizerOf } from '../optimizer';
import { prepareStep, type OwnStep } from '../step';
import { firstGradients, trainStep, type Trained } from '../train';

export interface Fixture {
  readonly file: ModelFile;
  readonly data: Arrays;
  /** `gradient/NAME`, `losses/sgd`, `losses/adam`. */
  readonly expected: Arrays;
}
export const fixtureNames: readonly string[] = Object.keys(import.meta.glob('./fixtures/*/model.onnx', { query: '?url' })).map((path) => path.split('/')[2]!);
export const fixturePath = (name: string, file: string): string => new URL(`./fixtures/${name}/${file}`, import.meta.url).pathname;
export function fixture(name: string): Fixture {
  const bytes = (file: string): Uint8Array => new Uint8Array(readFileSync(fixturePath(name, file)));
  return { file: { name: 'model.onnx', bytes: bytes('model.onnx') }, data: readNpz(bytes('data.npz'), 'data.npz'), expected: readNpz(bytes('expected.npz'), 'expected.npz') };
}

export interface Choices {
  readonly task?: Task;
  readonly choice?: TensorChoice;
  readonly optimizer?: OptimizerChoice;
  readonly batch?: number;
}
export const plainSgd: OptimizerChoice = { name: 'sgd', learningRate: 0.05 };
export function prepared({ file, data }: Pick<Fixture, 'file' | 'data'>, { task = 'classification', choice = {}, optimizer = plainSgd, batch }: Choices = {}): OwnStep {
  const model: OwnModel = openModel(file);
  return prepareStep(model, { examples: examplesFor(model.stored, data, 'data.npz'), uses: resolveUses(model.description, choice).uses, task, optimizer: optimizerOf(optimizer), batch });
}
export async function trained(executor: Executor, step: OwnStep, steps: number, optimizer: OptimizerChoice = plainSgd): Promise<Trained> {
  const kit = testLab(executor);
  try {
    return await trainStep(kit.lab, step, { steps, hyper: () => hyperOf(optimizer) });
  } finally {
    await kit.close();
  }
}
export async function gradientsOf(executor: Executor, step: OwnStep): ReturnType<typeof firstGradients> {
  const kit = testLab(executor);
  try {
    return await firstGradients(kit.lab, step);
  } finally {
    await kit.close();
  }
}
/** ||a - b|| / ||b||; where b is as good as zero, ||a - b||. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number | bigint>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    difference += (a[i]! - Number(b[i])) ** 2;
    size += Number(b[i]) ** 2;
  }
  return size < 1e-16 ? Math.sqrt(difference) : Math.sqrt(difference / size);
}
