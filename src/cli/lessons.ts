/** `stipple lessons`: runs what the lessons foretell, and says whether it came so. */
import { InputError } from '../base/errors';
import { lessons } from '../lessons';
import { cards } from '../methods/cards';
import { seenOf, type Lesson, type Seen } from '../spec/lesson';
import { readLink } from '../spec/link';
import { run } from './run';

export const lessonsHelp = `  stipple lessons [ID ...]               runs the experiments whose outcome a lesson foretells, and says whether it came so
`;
export interface Checked {
  readonly lesson: string;
  readonly step: number;
  readonly says: string;
  readonly seen: Seen | undefined;
}
/** Every step of a lesson that foretells something, by a run of its experiment. */
export async function checkLesson(lesson: Lesson, quiet = true): Promise<readonly Checked[]> {
  const found: Checked[] = [];
  let link = '';
  for (const [at, step] of lesson.steps.entries()) {
    link = step.link ?? link;
    if (!step.foretold) continue;
    const { experiment } = readLink(link, cards);
    const { outcomes } = await run({ experiment: { ...experiment, backend: 'wasm' }, files: [], quiet });
    found.push({ lesson: lesson.id, step: at + 1, says: step.foretold.says, seen: seenOf(step.foretold, outcomes) });
  }
  return found;
}
export async function lessonsCommand(ids: readonly string[]): Promise<number> {
  const unknown = ids.find((id) => !lessons.some((l) => l.id === id));
  if (unknown) throw new InputError(`There is no lesson "${unknown.slice(0, 60)}". There are: ${lessons.map((l) => l.id).join(', ')}.`);
  let differing = 0;
  for (const lesson of lessons.filter((l) => ids.length === 0 || ids.includes(l.id)))
    for (const { step, says, seen } of await checkLesson(lesson)) {
      if (!seen?.agrees) differing++;
      process.stdout.write(`${lesson.id}, step ${step}: ${seen?.agrees ? 'as foretold' : 'otherwise'}: ${says} ${seen ? `${Number(seen.left.toPrecision(4))} and ${Number(seen.right.toPrecision(4))}` : 'not measured'}\n`);
    }
  return differing > 0 ? 1 : 0;
}
