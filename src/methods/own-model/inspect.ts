/** Answers what the files hold, whether they fit together, and what a training would take: before anything is compiled or allocated. */
import { StippleError } from '../../base/errors';
import type { Lab } from '../../lab/lab';
import type { Answer } from '../../spec/messages';
import type { OwnModelDetails } from '../../spec/own-screen';
import { prepareArm, usesOf } from './arms';
import { memoryOf } from './memory';
import { divide, openFiles, readExamples, type Knobs } from './prepare';
import { viewOf } from './view';

/** What was written for a command line, said to someone at a page. */
export const forThePage = (message: string): string =>
  message.replace(/ \(--[^)]*\)/g, '').replace('Leave --batch out', 'Set the batch size to that').replaceAll('--batch', 'the batch size');

/** @throws InputError where the model itself cannot be read; what else does not fit is part of the answer */
export async function inspect(lab: Lab, knobs: Knobs): Promise<Answer> {
  const opened = await openFiles(lab, knobs);
  const { model, original, shipped } = opened;
  const problems: string[] = [];
  const tried = async <T>(work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StippleError)) throw error;
      problems.push(forThePage(error.message));
      return undefined;
    }
  };
  const read = await tried(() => readExamples(lab, opened, knobs));
  const choice = await tried(() => usesOf('chosen', model.description, knobs));
  const split = read && (await tried(() => divide(opened, read.examples, knobs, lab.rng)));
  const prepared = read && split && { ...opened, data: read.data, task: read.task, ...split };
  const arm = prepared && choice && (await tried(() => prepareArm('chosen', prepared, knobs)));
  const { memory, hint, problem } = arm && prepared ? memoryOf(arm.step, prepared.batch) : { memory: [] };
  if (problem !== undefined) problems.push(problem);
  const details: OwnModelDetails = {
    from: original.name, shipped, sizeBytes: original.bytes.length, model: model.description, notes: arm?.step.notes ?? [],
    ...(read && { data: viewOf(read.data, split) }),
    task: read?.task ?? 'classification', problems, memory,
    ...(hint !== undefined && { hint }),
  };
  return { details, ...(problems[0] !== undefined && { blocked: problems[0] }) };
}
