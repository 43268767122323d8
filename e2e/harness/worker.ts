/** Runs one scenario, where the app runs its programs: in a worker. */
import { allowOwnScriptsAlone } from '../../src/base/trusted';
import { scenarios, type Args, type ScenarioName } from './scenarios';

allowOwnScriptsAlone();

export type Answer = { readonly value: unknown } | { readonly problem: string };

self.onmessage = async ({ data }: MessageEvent<{ name: ScenarioName; args: Args }>) => {
  let answer: Answer;
  try {
    answer = { value: await scenarios[data.name](data.args) };
  } catch (error) {
    answer = { problem: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
  self.postMessage(answer);
};
