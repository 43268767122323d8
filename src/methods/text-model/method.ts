import { InputError } from '../../base/errors';
import { floats, int32, type Params } from '../../base/tensor';
import { ngramCrossEntropy, trainNgram } from '../../data/ngram';
import { judgedWindows, windowsAt } from '../../data/predictions';
import { decodeCharacters } from '../../data/tokens';
import { shapesOf } from '../../lab/evaluate';
import type { Lab } from '../../lab/lab';
import { feedsOf, lmScorer, lmTrainer, lmWriter, rowsOf, type LmOn } from '../../lab/lm';
import { defineMethod } from '../../lab/method';
import { tokenScorer, type Scorer } from '../../lab/scorer';
import { noDecayOnVectors } from '../../nn/groups';
import { initLm, lmLogits, type LmShape } from '../../nn/lm';
import { adam } from '../../nn/optimizers';
import { cosine } from '../../nn/schedules';
import { atMost } from '../../spec/lights';
import type { Lines } from '../../spec/picture';
import { card } from './card';
import { openText, type Knobs, type Text } from './data';

const looks = 12;
/** Windows by which validation judges, and in one forward pass. */
const judged = { windows: 256, chunk: 32 } as const;
const written = { texts: 3, prompt: 24, characters: 120 } as const;
const orders = { unigram: 1, trigram: 3, 'five-gram': 5 } as const;
type Counted = keyof typeof orders;

const shapeOf = ({ blocks, width, heads, context }: Knobs, { vocabulary }: Text): LmShape => ({ vocabulary: vocabulary.size, context, blocks, width: Number(width), heads: Number(heads), head: 'own' });

/** Validation loss of n-grams of each order that is asked for. */
async function count(lab: Lab, text: Text, steps: number): Promise<ReadonlyMap<number, number>> {
  const nats = new Map<number, number>();
  for (const order of [1, 2, 3, 4, 5]) {
    nats.set(order, ngramCrossEntropy(trainNgram(text.train, { order, symbols: text.vocabulary.size }), text.validation, text.train));
    await lab.worked(1, `Counting ${order}-grams`);
  }
  for (const [arm, order] of Object.entries(orders)) {
    if (!lab.arms.has(arm)) continue;
    const loss = nats.get(order)!; // just put there
    for (const step of [0, steps]) lab.report(arm, step, { 'validation/loss': loss });
    lab.outcome(arm, { 'validation/loss': loss, 'validation/best': loss });
  }
  return nats;
}
const ordersPicture = (nats: ReadonlyMap<number, number>, transformer: number | undefined): Lines => ({
  kind: 'lines', xLabel: 'characters that are looked at, the next one included', yLabel: 'nats a character',
  series: [
    { label: 'n-grams', arm: 'five-gram', x: Float32Array.from(nats.keys()), y: Float32Array.from(nats.values()) },
    ...(transformer === undefined ? [] : [{ label: 'Transformer', arm: 'transformer', dashed: true, x: Float32Array.of(1, 5), y: Float32Array.of(transformer, transformer) }]),
  ],
});

/** A later character changes nothing before it: two passes that differ in the last character of each window. */
async function showCausal(lab: Lab, params: Params, on: LmOn, text: Text): Promise<void> {
  const forward = lab.forward({ name: 'text-model-causal', params: shapesOf(params), inputs: { tokens: { shape: [1, on.length], dtype: 'int32' } }, outputs: ({ params: p, inputs }) => ({ logits: on.logits(p, inputs.tokens!) }) });
  const row = text.validation.slice(0, on.length);
  const other = Int32Array.from(row, (id, i) => (i === on.length - 1 ? (id + 1) % text.vocabulary.size : id));
  const logits = async (ids: Int32Array): Promise<Float32Array> => floats((await forward.run(params, { tokens: int32(ids, [1, on.length]) })).logits!);
  const [a, b] = [await logits(row), await logits(other)];
  const before = (on.length - 1) * text.vocabulary.size;
  lab.light('causal', a.subarray(0, before).every((v, i) => Object.is(v, b[i])), `${on.length - 1} places before the changed one`, 'transformer');
}

async function trial(lab: Lab, knobs: Knobs): Promise<void> {
  const text = await openText(lab, knobs);
  const { train, validation, vocabulary } = text;
  lab.picture('text', { kind: 'table', columns: [text.from, `${train.length + validation.length} characters, ${vocabulary.words.filter((w) => [...w].length === 1).length} different; the last ${validation.length} judge`], rows: text.beginning.split('\n').slice(0, 8).map((line, i) => [i + 1, line]) });
  const trained = lab.arms.has('transformer');
  const lookUnits = judged.windows / knobs.batch / 3;
  lab.expect(5 + (trained ? knobs.steps + looks * lookUnits : 0));
  const nats = await count(lab, text, knobs.steps);
  lab.picture('orders', ordersPicture(nats, undefined));
  if (!trained) {
    lab.light('apart', true, 'the transformer was not asked for');
    lab.light('causal', true, 'the transformer was not asked for');
    lab.mark('n-grams', { nats: { dtype: 'float32', shape: [nats.size], data: Float32Array.from(nats.values()) } }, { figures: true });
    return;
  }
  const shape = shapeOf(knobs, text);
  const start = initLm(lab.rng.fork('init'), shape);
  const on: LmOn = { name: 'text-model', params: shapesOf(start), logits: (p, tokens) => lmLogits(p, tokens, shape), length: knobs.context };
  const score = lmScorer(lab, { ...on, name: 'text-model-validation', chunk: judged.chunk });
  const write = lmWriter(lab, { ...on, name: 'text-model-writes', chunk: written.texts });
  const windows = judgedWindows(validation, judged.windows, knobs.context);
  const prompts = Array.from({ length: written.texts }, (_, i) => validation.subarray(Math.floor((i * (validation.length - written.prompt)) / written.texts)).subarray(0, written.prompt));
  const seen: { step: number; loss: number }[] = [];
  const rows: (string | number)[][] = [];
  const look = async (step: number, params: Params): Promise<void> => {
    const { loss } = await score(params, windows);
    seen.push({ step, loss });
    lab.report('transformer', step, { 'validation/loss': loss });
    const texts = await write(params, prompts, { most: Math.min(written.characters, 2 * knobs.context), temperature: knobs.temperature, rng: lab.rng.fork('write', step) });
    rows.unshift(...prompts.map((prompt, i) => [i === 0 ? step : '', `${decodeCharacters(vocabulary, prompt)} » ${decodeCharacters(vocabulary, texts[i]!)}`]));
    lab.picture('writes', { kind: 'table', columns: ['step', 'beginning » what it writes'], rows: rows.slice(0, 5 * written.texts) });
    await lab.worked(lookUnits, 'Validating');
  };
  await look(0, start);
  /** Where the windows of a step begin. */
  const startsOf = (step: number): Uint32Array => {
    const draw = lab.rng.fork('windows', step);
    return Uint32Array.from({ length: knobs.batch }, () => draw.int(train.length - knobs.context));
  };
  const rate = cosine(knobs.learningRate, knobs.steps, Math.ceil(knobs.steps / 20));
  const params = await lab.train({
    trainer: lmTrainer(lab, { ...on, batch: knobs.batch, optimizer: adam({ beta2: 0.99, clipNorm: 1, groups: noDecayOnVectors }) }),
    arm: 'transformer', from: start, steps: knobs.steps,
    hyper: (step) => ({ learningRate: rate(step), weightDecay: knobs.weightDecay }),
    next: (step) => feedsOf(windowsAt(train, startsOf(step), knobs.context)),
    chart: (_, { loss }) => ({ 'train/loss': loss! }),
    watch: { every: Math.max(1, Math.ceil(knobs.steps / looks)), call: async ({ step, params: now }) => look(step, await now()) },
  });
  const last = seen.at(-1)!;
  const bar = nats.get(orders['five-gram' satisfies Counted])!;
  const passed = seen.find(({ loss }) => loss < bar)?.step;
  lab.outcome('transformer', { 'validation/loss': last.loss, 'validation/best': Math.min(...seen.map(({ loss }) => loss)), ...(passed !== undefined && { 'validation/passed': passed }) });
  lab.picture('orders', ordersPicture(nats, last.loss));
  lab.mark('transformer', params);
  /** Where the windows that were trained on end, the last character to be foretold included. */
  let furthest = 0;
  for (let step = 0; step < knobs.steps; step++) for (const start of startsOf(step)) furthest = Math.max(furthest, start + knobs.context + 1);
  lab.light('apart', atMost(furthest, text.cut), `the farthest window ends at character ${furthest}; what judges begins at ${text.cut}`, 'transformer');
  await showCausal(lab, params, on, text);
}
async function scorer(lab: Lab, knobs: Knobs): Promise<Scorer> {
  const text = await openText(lab, knobs);
  const shape = shapeOf(knobs, text);
  const windows = judgedWindows(text.validation, 2 * judged.windows, knobs.context);
  const count = Math.floor(windows.tokens.shape[0]! / 2);
  // Neighbours overlap by half a window, so the first half chooses and the second, but for its first, reports.
  const part = (first: number, n: number) => ({ tokens: rowsOf(windows.tokens, first, n), targets: rowsOf(windows.targets, first, n), weights: rowsOf(windows.weights, first, n) });
  if (count < 2) throw new InputError('The text that judges is too short to be divided in two.');
  return tokenScorer(lab, {
    name: 'text-model-scorer', params: initLm(lab.rng.fork('scorer'), shape), logits: (p, tokens) => lmLogits(p, tokens, shape), chunk: judged.chunk,
    rows: { choosing: part(0, count), reporting: part(count + 1, count - 1) },
    says: { title: card.title, choosing: `the first half of the text that judges, ${count} windows`, reporting: `its second half, ${count - 1} windows`, notes: [] },
  });
}
export const method = defineMethod(card, { run: trial, scorer });
