/** Hands a scenario's name to a fresh worker and its answer back to the test; and gives tests the app's own worker. */
import { allowOwnScriptsAlone } from '../../src/base/trusted';
import { labWorker } from './lab-worker';
import type { ScenarioName } from './scenarios';
import type { Answer } from './worker';

allowOwnScriptsAlone();

export type RunScenario = (name: ScenarioName, args?: Readonly<Record<string, unknown>>) => Promise<unknown>;

const runScenario: RunScenario = (name, args = {}) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      worker.terminate();
      if ('problem' in data) reject(new Error(data.problem));
      else resolve(data.value);
    };
    worker.onerror = (event) => reject(new Error(`The worker failed: ${event.message}`));
    worker.postMessage({ name, args });
  });
Object.assign(window, { runScenario, labWorker });
