/** What every method promises, as tests: of a method in this folder, or of one that is to go there. */
import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { loadMethod } from '..';
import { Stopped } from '../../base/errors';
import type { Params } from '../../base/tensor';
import { memoryBlobs } from '../../keep/blobs';
import { openJournal } from '../../keep/run-journal';
import type { Lab, Trainer, TrainingRun } from '../../lab/lab';
import type { AnyMethod } from '../../lab/method';
import { testLab, withoutGradient, type TestLab } from '../../lab/testing';
import { createWasmExecutor } from '../../runtime/wasm';
import { claimExperiments, quantitiesOf } from '../../spec/claim';
import { defaultExperiment } from '../../spec/experiment';
import { checkKnob, readKnobs } from '../../spec/knobs';
import { readLink, writeLink } from '../../spec/link';
import type { About } from '../../spec/card';
import { cards, loadAbout } from '../cards';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());
const asset = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(path.startsWith('models/') ? path : `public/${path}`));

/** Every arm, the optional ones too, at the card's quick setting. `seen` is told of every training. */
async function trial(method: AnyMethod, arms: readonly string[], { seed = 1000, ...more }: Partial<Parameters<typeof testLab>[1]> & { seen?: Seen } = {}): Promise<TestLab> {
  const kit = testLab(wasm, { asset, arms, seed, ...more });
  try {
    await method.run(more.seen ? watched(kit.lab, more.seen) : kit.lab, readKnobs(method.card.knobs, { ...method.card.quick }));
  } finally {
    await kit.close();
  }
  return kit;
}
type Seen = (run: TrainingRun, end: Params) => void;
/** The lab, and whoever looks over its shoulder. */
function watched(lab: Lab, seen: Seen): Lab {
  const together: Lab['together'] = async (runs) => {
    const ends = await lab.together(runs);
    runs.forEach((run, i) => seen(run, ends[i]!));
    return ends;
  };
  return {
    ...lab,
    together,
    train: async (run) => (await together([run]))[0]!,
    ingredients: (runs, done) => lab.ingredients(runs, async (params, i) => {
      seen(runs[i]!, params);
      await done(params, i);
    }),
  };
}

/** Each series in its order. How the points of arms that train side by side interleave depends on how fast the machine is, and on nothing else. */
function bySeries(points: TestLab['points']): Readonly<Record<string, readonly (readonly [number, number])[]>> {
  const series: Record<string, (readonly [number, number])[]> = {};
  for (const { arm, metric, step, value } of points) (series[`${arm} ${metric}`] ??= []).push([step, value]);
  return series;
}

const unexpected = (why: string): never => {
  throw new Error(why);
};

/** The tests of one method. @param id the folder's name @param about what its `about.ts` says */
export function keepsItsContract(id: string, method: AnyMethod, about: About): void {
  const { card } = method;
  const all = Object.keys(card.arms);
  let first: TestLab;
  /** Places at which the first trial could have been stopped, and its trainings. */
  let passed = 0;
  let trained: readonly { readonly run: TrainingRun; readonly ends: readonly Params[] }[] = [];

  test('its card is sound: defaults pass their own knobs, and every name that it uses exists', () => {
    expect(card.id).toBe(id);
    for (const [name, knob] of Object.entries(card.knobs)) expect(checkKnob(name, knob, knob.default)).toEqual({ value: knob.default });
    for (const setting of [card.quick ?? {}, ...card.claimCheck.map((o) => o.setting ?? {})]) expect(() => readKnobs(card.knobs, setting)).not.toThrow();
    for (const name of [card.quick ?? {}, ...card.claimCheck.map((o) => o.setting ?? {})].flatMap(Object.keys)) expect(card.knobs).toHaveProperty([name]);
    for (const { arm } of card.claimCheck.flatMap(quantitiesOf)) expect(all).toContain(arm);
    expect(Object.values(card.pictures).filter((p) => p.main)).toHaveLength(1);
    expect(Object.values(card.arms).some((arm) => arm.role === 'method')).toBe(true);
    expect(card.claimCheck.length).toBeGreaterThan(0);
  });
  test('it is explained: in words, in equations, and with whatever is doubtful', () => {
    expect(about.explanation.length).toBeGreaterThan(0);
    expect(about.equations.length).toBeGreaterThan(0);
    for (const text of [...about.explanation, ...about.caveats, ...about.equations.flatMap(({ tex, says }) => [tex, says])]) expect(text.trim()).not.toBe('');
  });
  test('its default experiment survives a link', () => {
    const experiment = defaultExperiment(card);
    expect(readLink(writeLink(card, experiment), { [id]: card })).toEqual({ experiment, notes: [] });
  });
  test('a quick run ends with every light on, finite numbers, and only names that the card declares', { timeout: 240_000 }, async () => {
    let gates = 0;
    const pass = async (): Promise<void> => void gates++;
    const trainings = new Map<Trainer, { run: TrainingRun; ends: Params[] }>();
    const seen: Seen = (run, end) => {
      const known = trainings.get(run.trainer);
      if (known) known.ends.push(end);
      else trainings.set(run.trainer, { run, ends: [end] });
    };
    first = await trial(method, all, { seen, control: { beforeStep: pass, breathe: async () => undefined, pausePoint: pass } });
    passed = gates;
    trained = [...trainings.values()];
    expect(first.lights.filter((light) => !light.holds)).toEqual([]);
    expect(new Set(first.lights.map((light) => light.id))).toEqual(new Set(Object.keys(card.invariants)));
    for (const name of first.pictures.keys()) expect(card.pictures).toHaveProperty([name]);
    for (const { value } of [...first.points, ...first.outcomes]) expect(Number.isFinite(value)).toBe(true);
    for (const { arm } of first.outcomes) expect(all).toContain(arm);
    for (const { metric } of card.charts) expect(first.points.some((p) => p.metric === metric), `no point of ${metric}`).toBe(true);
    for (const side of card.claimCheck.flatMap(quantitiesOf)) expect(first.outcomes.some((o) => o.arm === side.arm && o.metric === side.metric), `no outcome ${side.arm} ${side.metric}`).toBe(true);
    expect(first.marks.size).toBeGreaterThan(0);
  });
  test('the same seed gives the same bits, and another seed gives others', { timeout: 480_000 }, async () => {
    const again = await trial(method, all);
    expect([...again.marks]).toEqual([...first.marks]);
    expect(again.outcomes).toEqual(first.outcomes);
    expect(bySeries(again.points)).toEqual(bySeries(first.points));
    const other = await trial(method, all, { seed: 1001 });
    expect([...other.marks.values()]).not.toEqual([...first.marks.values()]);
  });
  test('the arms that an observable of its claim compares give its figures without the others', { timeout: 480_000 }, async () => {
    for (const { arms } of claimExperiments(card, 1, { backend: 'wasm', threads: 1 })) {
      const { outcomes } = await trial(method, arms);
      for (const observable of card.claimCheck)
        for (const side of quantitiesOf(observable)) if (arms.includes(side.arm)) expect(outcomes.some((o) => o.arm === side.arm && o.metric === side.metric), observable.says).toBe(true);
    }
  });
  test('leaving arms out, or asking for them in another order, changes no number of those that stay', { timeout: 240_000 }, async () => {
    const some = all.filter((_, i) => i % 2 === 0).reverse();
    const part = await trial(method, some);
    for (const outcome of part.outcomes.filter((o) => some.includes(o.arm))) expect(first.outcomes).toContainEqual(outcome);
    for (const [name, mark] of part.marks) expect(first.marks.get(name)).toBe(mark);
  });
  test('a gradient reaches every param that it trains', { timeout: 240_000 }, async () => {
    for (const { run, ends } of trained) expect(await withoutGradient(wasm, run, [run.from, ends[0]!, ends.at(-1)!]), `params of ${run.trainer.spec.name} without any gradient`).toEqual([]);
  });
  test('cut off anywhere and taken up again, it ends with the bits of a run that was not', { timeout: 480_000 }, async () => {
    // What was sent to be written and was not yet written is lost with the cut, as it is when a tab is killed.
    let survived = new Map<string, Uint8Array>();
    for (const share of passed > 0 ? [0.3, 0.75] : []) {
      let left = Math.round(share * passed);
      const gate = async (): Promise<void> => {
        if (left-- > 0) return;
        survived = new Map(kept);
        throw new Stopped();
      };
      const kept = new Map(survived);
      const journal = await openJournal(memoryBlobs(kept), 'run', id, { now: 0, onProblem: unexpected, everyMs: 0 });
      await expect(trial(method, all, { journal: journal.trial(0), control: { beforeStep: gate, breathe: async () => undefined, pausePoint: gate } })).rejects.toThrow(Stopped);
    }
    const journal = await openJournal(memoryBlobs(survived), 'run', id, { now: 0, onProblem: unexpected, everyMs: 0 });
    const whole = await trial(method, all, { journal: journal.trial(0) });
    expect([...whole.marks]).toEqual([...first.marks]);
    expect(whole.outcomes).toEqual(first.outcomes);
    expect(whole.lights).toEqual(first.lights);
    expect([...whole.pictures]).toEqual([...first.pictures]);
    expect(bySeries(whole.points)).toEqual(bySeries(first.points));
  });
}

/** The tests of each method of one part of `parts`, counted from 1: so that cores share them. No method is named: a new folder is covered the moment it exists. */
export async function methodsKeepTheirContract(part: number, parts: number): Promise<void> {
  for (const id of Object.keys(cards).filter((_, i) => i % parts === part - 1)) {
    const [method, about] = [await loadMethod(id), await loadAbout(id)];
    describe(id, () => {
      test('its body is of the card that the gallery shows', () => {
        expect(method.card).toBe(cards[id]);
      });
      keepsItsContract(id, method, about);
    });
  }
}
