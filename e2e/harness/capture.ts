/** Graph capture under the magnifying glass: recorded steps against plain ones, again and again. */
import type { Tensor } from '../../src/base/tensor';
import type { Session } from '../../src/engine/executor';
import { mlp, counting, type TestProgram } from '../../src/runtime/test-programs';
import { createWebGpuExecutor, type WebGpuOptions } from '../../src/runtime/webgpu';

const programs: Readonly<Record<string, () => TestProgram>> = { counting, mlp: () => mlp(64, 32, 10, 16) };
async function trace(session: Session, { program, feeds }: TestProgram, steps: number, drainEach: boolean): Promise<Tensor[][]> {
  const all: Tensor[][] = [];
  for (let i = 0; i < steps; i++) {
    if (drainEach) all.push(Object.values(await session.run(feeds(i))));
    else await session.step(feeds(i));
  }
  if (!drainEach) for (const outputs of await session.drain()) all.push(Object.values(outputs));
  for (const name of Object.keys(program.state)) all.push([await session.read(name)]);
  return all;
}
const same = (a: Tensor[], b: Tensor[]): boolean => a.every((t, i) => t.data.every((v: number, j: number) => Object.is(v, b[i]!.data[j])));

export async function captureTrial({ program, steps, repeats, build, drainEach }: Readonly<Record<string, unknown>>): Promise<object> {
  const test = programs[String(program)]!();
  const options = { build: build as WebGpuOptions['build'] };
  const [plain, captured] = [await createWebGpuExecutor(options), await createWebGpuExecutor({ ...options, graphCapture: true })];
  const differing: string[] = [];
  const expected = await (async () => {
    const session = await plain.load(test.program, test.initial);
    const t = await trace(session, test, Number(steps), Boolean(drainEach));
    await session.release();
    return t;
  })();
  for (let repeat = 0; repeat < Number(repeats); repeat++) {
    for (const [who, executor] of [['plain', plain], ['captured', captured]] as const) {
      const session = await executor.load(test.program, test.initial);
      const found = await trace(session, test, Number(steps), Boolean(drainEach));
      await session.release();
      const wrong = found.flatMap((t, i) => (same(t, expected[i]!) ? [] : [i]));
      if (wrong.length > 0) differing.push(`${who} ${repeat}: places ${wrong.join(',')} of ${found.length}; ${wrong.slice(0, 1).map((i) => `${found[i]![0]!.data.slice(0, 3).join(' ')} for ${expected[i]![0]!.data.slice(0, 3).join(' ')}`)}`);
    }
  }
  await plain.close();
  await captured.close();
  return { differing };
}
