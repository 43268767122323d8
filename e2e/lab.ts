/** The app's worker from a test: experiments in, events out. */
import { existsSync, readdirSync } from 'node:fs';
import type { Page } from 'playwright/test';
import type { Card } from '../src/spec/card';
import { defaultExperiment, type Experiment } from '../src/spec/experiment';
import { readKnobs, type KnobValues } from '../src/spec/knobs';
import type { Command, FileBytes, RunEvent } from '../src/spec/messages';
import type { RunResult } from '../src/spec/result';
import type { LabWorker } from './harness/lab-worker';

export const harness = process.env.STIPPLE_HARNESS_URL!;
const methods = new URL('../src/methods/', import.meta.url);
/** Every method that ships. */
export const methodIds = readdirSync(methods).filter((id) => !id.startsWith('.') && existsSync(new URL(`${id}/method.ts`, methods)));
export const cardOf = async (id: string): Promise<Card> => ((await import(new URL(`${id}/card.ts`, methods).href)) as { card: Card }).card;

/** Every arm, at the card's quick setting, on WASM. */
export async function quickExperiment(id: string, knobs: KnobValues = {}): Promise<Experiment> {
  const card = await cardOf(id);
  return { ...defaultExperiment(card), knobs: readKnobs(card.knobs, { ...card.quick, ...knobs }), arms: Object.keys(card.arms), backend: 'wasm' };
}
/** The harness's page without the headers that isolate it: WASM has one thread there. */
export async function withoutIsolation(page: Page): Promise<void> {
  await page.route(harness, async (route) => {
    const response = await route.fetch();
    const { 'cross-origin-opener-policy': _, 'cross-origin-embedder-policy': __, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
}

export type Ended = Extract<RunEvent, { type: 'finished' | 'failed' }>;
export interface Lab {
  send(command: Command): Promise<void>;
  events(): Promise<readonly RunEvent[]>;
  /** The first event of these types at or after place `from`. */
  next<T extends RunEvent['type']>(types: readonly T[], from?: number): Promise<Extract<RunEvent, { type: T }>>;
  /** Sends a run off. */
  start(runId: string, experiment: Experiment, files?: readonly FileBytes[]): Promise<void>;
  /** A run to its end, whichever it is. */
  run(runId: string, experiment: Experiment, files?: readonly FileBytes[]): Promise<Ended>;
  /** A run to its result. @throws if it failed */
  result(runId: string, experiment: Experiment): Promise<RunResult>;
}

type Window = { readonly labWorker: LabWorker };
/** A fresh worker in the harness's page. */
export async function openLab(page: Page): Promise<Lab> {
  if (page.url() !== harness) await page.goto(harness);
  await page.waitForFunction(() => 'labWorker' in window);
  await page.evaluate(() => (window as unknown as Window).labWorker.open());
  const lab: Lab = {
    send: (command) => page.evaluate((c) => (window as unknown as Window).labWorker.send(c), command),
    events: () => page.evaluate(() => (window as unknown as Window).labWorker.events()),
    next: async <T extends RunEvent['type']>(types: readonly T[], from = 0) => {
      const event = await page.evaluate(([t, f]) => (window as unknown as Window).labWorker.next(t, f), [types, from] as const);
      return event as Extract<RunEvent, { type: T }>; // of one of these types: it was chosen by them
    },
    start: (runId, experiment, files = []) => lab.send({ type: 'run', runId, experiment, files }),
    run: async (runId, experiment, files) => {
      const from = (await lab.events()).length;
      await lab.start(runId, experiment, files);
      return lab.next(['finished', 'failed'], from);
    },
    result: async (runId, experiment) => {
      const ended = await lab.run(runId, experiment);
      if (ended.type === 'failed') throw new Error(ended.problem.message);
      return ended.result;
    },
  };
  return lab;
}
