/** Many experiments, some at a time: each in a process of its own, or one after another in this one. Bits are the same either way. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InputError } from '../base/errors';
import { cards } from '../methods/cards';
import type { Experiment } from '../spec/experiment';
import { writeLink } from '../spec/link';
import type { RunResult } from '../spec/result';
import { root } from './files';
import { run } from './run';

async function inProcess(experiment: Experiment): Promise<RunResult> {
  const link = writeLink(cards[experiment.method]!, experiment);
  // Status 1 is also that of a run whose lights are not all on: its result is on standard output all the same.
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(root, 'src/cli/stipple.mjs'), 'run', link, '--json'], { maxBuffer: 2 ** 28 }).catch((error: { stdout?: string; stderr?: string }) => ({ stdout: error.stdout ?? '', stderr: error.stderr ?? String(error) }));
  try {
    return (JSON.parse(stdout) as { result: RunResult }).result; // what `--json` prints
  } catch {
    throw new InputError(`${link} failed: ${stderr.trim().split('\n').at(-1) ?? 'it said nothing'}`);
  }
}
/** Every seed of every experiment as one piece of work, so that all processes are busy to the end. Results in the order of the experiments, seeds joined. */
export async function runAll(experiments: readonly Experiment[], { jobs, quiet }: { readonly jobs: number; readonly quiet: boolean }): Promise<Pick<RunResult, 'outcomes' | 'lights' | 'elapsedMs'>[]> {
  const pieces = experiments.flatMap((experiment, at) => Array.from({ length: experiment.seeds }, (_, i) => ({ at, experiment: { ...experiment, seed: experiment.seed + i, seeds: 1 } })));
  const results: (RunResult | undefined)[] = pieces.map(() => undefined);
  let [next, done] = [0, 0];
  const worker = async (): Promise<void> => {
    for (let i = next++; i < pieces.length; i = next++) {
      results[i] = jobs > 1 ? await inProcess(pieces[i]!.experiment) : await run({ experiment: pieces[i]!.experiment, files: [], quiet });
      done++;
      if (!quiet) process.stderr.write(`${done} of ${pieces.length}: ${pieces[i]!.experiment.method}, seed ${pieces[i]!.experiment.seed}, ${Math.round(results[i]!.elapsedMs / 1000)} s\n`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, pieces.length) }, worker));
  return experiments.map((_, at) => {
    const own = results.filter((_result, i) => pieces[i]!.at === at).map((result) => result!); // every piece was run, or an error was thrown
    return { outcomes: own.flatMap((r) => r.outcomes), lights: own.flatMap((r) => r.lights), elapsedMs: own.reduce((sum, r) => sum + r.elapsedMs, 0) };
  });
}
