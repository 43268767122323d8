/** Graph capture under the magnifying glass: recorded steps against plain ones, again and again; and replays that are planted wrong. */
import { Random } from '../../src/base/random';
import { int32, type Tensor } from '../../src/base/tensor';
import type { Session } from '../../src/engine/executor';
import { gather, matmul } from '../../src/engine/ops';
import type { TrainerSpec } from '../../src/lab/lab';
import { initialOf, stepFeeds, trainingProgram } from '../../src/lab/training';
import { crossEntropy } from '../../src/nn/losses';
import { adam } from '../../src/nn/optimizers';
import { gpuLane, type OrtTensor } from '../../src/runtime/ort';
import { counting, mlp, normal, type TestProgram } from '../../src/runtime/test-programs';
import { createWebGpuExecutor, type WebGpuOptions } from '../../src/runtime/webgpu';

type Args = Readonly<Record<string, unknown>>;
const programs: Readonly<Record<string, () => TestProgram>> = { counting, mlp: () => mlp(64, 32, 10, 16), words };
/** Tokens looked up in a table, and labels picked out of logits: both are scattered into where the gradient comes back. */
function words(): TestProgram {
  const [rows, width, classes] = [24, 8, 12];
  const spec: TrainerSpec = {
    name: 'words', params: { table: [classes, width], out: [width, classes] }, optimizer: adam(),
    batch: { tokens: { shape: [rows], dtype: 'int32' }, labels: { shape: [rows], dtype: 'int32' } },
    loss: ({ params, batch }) => ({ loss: crossEntropy(matmul(gather(params.table!, batch.tokens!), params.out!), batch.labels!) }),
  };
  const compiled = trainingProgram(spec);
  const ids = (name: string, step: number): Tensor => int32(Int32Array.from({ length: rows }, (_, i) => Random.seed(3).fork(name, step, i).int(classes)));
  return { program: compiled.program, initial: initialOf(compiled, { table: normal('table', [classes, width]), out: normal('out', [width, classes]) }), feeds: (step) => stepFeeds(spec, step, { learningRate: 0.01 }, { tokens: ids('tokens', step), labels: ids('labels', step) }) };
}
/** Outputs of every step, read each by itself or all at the end, and the state after the last. */
async function trace(session: Session, { program, feeds }: TestProgram, steps: number, readEach: boolean): Promise<Tensor[]> {
  const all: Tensor[] = [];
  for (let i = 0; i < steps; i++) {
    if (readEach) all.push(...Object.values(await session.run(feeds(i))));
    else await session.step(feeds(i));
  }
  for (const outputs of await session.drain()) all.push(...Object.values(outputs));
  for (const name of Object.keys(program.state)) all.push(await session.read(name));
  return all;
}
const differs = (a: Tensor, b: Tensor): boolean => a.data.some((v: number, i: number) => !Object.is(v, b.data[i]));

/** Loads the program anew `repeats` times with its commands recorded: how many tensors of all those traces differ from a plain session's. */
export async function captureTrial({ program, steps, repeats, build, readEach }: Args): Promise<{ compared: number; differing: number; note: string | undefined }> {
  const test = programs[String(program)]!();
  const options: WebGpuOptions = { build: build as WebGpuOptions['build'] };
  const of = async (graphCapture: boolean, times: number): Promise<{ traces: Tensor[][]; note: string | undefined }> => {
    const executor = await createWebGpuExecutor({ ...options, graphCapture });
    const traces: Tensor[][] = [];
    for (let repeat = 0; repeat < times; repeat++) {
      const session = await executor.load(test.program, test.initial);
      traces.push(await trace(session, test, Number(steps), Boolean(readEach)));
      await session.release();
    }
    const { note } = executor;
    await executor.close();
    return { traces, note };
  };
  const { traces: [expected] } = await of(false, 1);
  const { traces, note } = await of(true, Number(repeats));
  return { compared: traces.flat().length, differing: traces.flatMap((found) => found.filter((t, i) => differs(t, expected![i]!))).length, note };
}

/** The library is made to replay its first run's results for ever, as a wrong recording would. What the executor says, and whether training was right all the same. */
export async function wrongReplay({ steps }: Args): Promise<{ note: string | undefined; differing: number }> {
  const test = programs.mlp!();
  const plain = await createWebGpuExecutor({ graphCapture: false });
  const expected = await trace(await plain.load(test.program, test.initial), test, Number(steps), false);
  await plain.close();
  const { ort } = await gpuLane();
  const create = ort.InferenceSession.create.bind(ort.InferenceSession) as (model: Uint8Array, options: { enableGraphCapture?: boolean }) => ReturnType<typeof ort.InferenceSession.create>; // the overload that is called
  const planted = async (model: Uint8Array, options: { enableGraphCapture?: boolean }) => {
    const session = await create(model, options);
    if (!options.enableGraphCapture) return session;
    const run = session.run.bind(session);
    let first: Promise<Readonly<Record<string, OrtTensor>>> | undefined;
    return Object.assign(session, { run: async (feeds: Record<string, OrtTensor>) => Object.fromEntries(Object.entries(await (first ??= run(feeds))).map(([name, t]) => [name, { gpuBuffer: t.gpuBuffer, dispose: () => undefined }])) });
  };
  Object.assign(ort.InferenceSession, { create: planted });
  const executor = await createWebGpuExecutor({ graphCapture: true });
  const found = await trace(await executor.load(test.program, test.initial), test, Number(steps), false);
  const { note } = executor;
  await executor.close();
  return { note, differing: found.filter((t, i) => differs(t, expected[i]!)).length };
}
