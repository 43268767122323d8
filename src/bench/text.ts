/** A character model trained on a text, and how well it predicts the part kept from it: what `tools/bench/text.mjs` measures. */
import { floats, tensor, type Tensor } from '../base/tensor';
import { Random } from '../base/random';
import { judgedWindows, randomWindows, splitText } from '../data/predictions';
import { characterVocabulary, encodeCharacters } from '../data/tokens';
import type { Executor } from '../engine/executor';
import { layoutOf, unflatten } from '../engine/layout';
import { createLab } from '../lab/create-lab';
import type { Host } from '../lab/host';
import { feedsOf, lmScorer, lmTrainer, type LmOn } from '../lab/lm';
import { initialOf, stepFeeds, trainingProgram } from '../lab/training';
import { initLm, lmLogits, type LmShape } from '../nn/lm';
import { adam } from '../nn/optimizers';
import { cosine } from '../nn/schedules';

export interface TextRun {
  readonly width: number;
  readonly blocks: number;
  readonly heads: number;
  readonly context: number;
  readonly batch: number;
  readonly steps: number;
  readonly rate: number;
  readonly warmUp: number;
  readonly decay: number;
  readonly every: number;
  /** Held-out windows that are judged. */
  readonly windows: number;
  readonly seed: number;
}
/** Theta and Adam's moments after so many steps: a run may be cut in pieces, and each goes on exactly where the last ended. */
export interface Saved {
  readonly step: number;
  readonly state: Readonly<Record<string, Tensor>>;
}
export interface Seen {
  readonly step: number;
  /** Loss of the batches, averaged over the last fifty or so. */
  readonly train: number;
  readonly heldOut: number;
}
const ignored = (): void => undefined;
const free = async (): Promise<void> => undefined;

/** Steps until `enough` says so at a step that is looked at, or to the end. */
export async function trainText(executor: Executor, text: string, run: TextRun, { from, look, enough }: { from?: Saved; look: (seen: Seen) => void; enough: () => boolean }): Promise<Saved> {
  const host: Host = {
    backends: { choose: async () => executor, current: async () => executor },
    sink: { point: ignored, picture: ignored, light: ignored, outcome: ignored, mark: ignored, keep: ignored, progress: ignored },
    control: { beforeStep: free, breathe: free, pausePoint: free },
    asset: async (path) => Promise.reject(new Error(`This training reads no files, but ${path} was asked for.`)),
    files: [],
    now: () => performance.now(),
  };
  const { lab, close } = createLab(host, run.seed, []);
  const rng = Random.seed(run.seed);
  const vocabulary = characterVocabulary(text);
  const { train, validation } = splitText(encodeCharacters(vocabulary, text), run.context);
  const shape: LmShape = { vocabulary: vocabulary.size, context: run.context, width: run.width, blocks: run.blocks, heads: run.heads };
  const initial = initLm(rng.fork('init'), shape);
  const on: LmOn = { name: 'text', params: Object.fromEntries(Object.entries(initial).map(([name, p]) => [name, p.shape])), logits: (p, tokens) => lmLogits(p, tokens, shape), length: run.context };
  const { spec } = lmTrainer(lab, { ...on, batch: run.batch, optimizer: adam({ beta2: 0.99, clipNorm: 1 }) });
  const compiled = trainingProgram(spec);
  const session = await executor.load(compiled.program, { ...initialOf(compiled, initial), ...from?.state });
  const score = lmScorer(lab, { ...on, name: 'text held out' });
  const heldOut = judgedWindows(validation, run.windows, run.context);
  const rate = cosine(run.rate, run.steps, run.warmUp);
  let loss: number | undefined;
  let step = from?.step ?? 0;
  while (step < run.steps) {
    const batch = feedsOf(randomWindows(rng.fork('windows', step), train, run.batch, run.context));
    const out = await session.run(stepFeeds(spec, step, { learningRate: rate(step), weightDecay: run.decay }, batch));
    const now = floats(out.loss!)[0]!;
    loss = loss === undefined ? now : 0.98 * loss + 0.02 * now;
    step++;
    if (step % run.every !== 0 && step !== run.steps) continue;
    look({ step, train: loss, heldOut: (await score(unflatten(await session.read('theta'), layoutOf(spec.params)), heldOut)).loss });
    if (enough()) break;
  }
  const state = Object.fromEntries(await Promise.all(Object.keys(compiled.program.state).map(async (name) => [name, tensor(floats(await session.read(name)))] as const)));
  await session.release();
  await close();
  return { step, state };
}
