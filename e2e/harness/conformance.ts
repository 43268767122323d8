/** Every op's random cases of one family, on both lanes in one worker: the difference of every output. */
import { conformancePrograms, differences } from '../../src/engine/testing/conformance';
import { createWasmExecutor } from '../../src/runtime/wasm';
import { createWebGpuExecutor } from '../../src/runtime/webgpu';

/** `program`: the name of one of `conformancePrograms(seed, casesPerOp)`. CPU fallback is forbidden. */
export async function conformance({ program: wanted, seed, casesPerOp }: Readonly<Record<string, unknown>>): Promise<Record<string, number>> {
  const { program, feeds } = conformancePrograms(Number(seed), Number(casesPerOp)).find((c) => c.program.name === wanted)!;
  const executors = [await createWasmExecutor(), await createWebGpuExecutor({ forbidCpuFallback: true })];
  const [expected, found] = await Promise.all(executors.map(async (executor) => (await executor.load(program, {})).run(feeds)));
  await Promise.all(executors.map((executor) => executor.close()));
  return differences(found!, expected!);
}
