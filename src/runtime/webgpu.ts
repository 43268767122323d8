/** Runs programs on the GPU: one device, its sessions, and what keeps them apart. */
import { RuntimeProblem } from '../base/errors';
import { floats, tensor, type Tensor } from '../base/tensor';
import type { Executor, Session } from '../engine/executor';
import { writeOnnx } from '../engine/onnx/writer';
import { optimised } from '../engine/passes';
import { sin } from '../engine/ops';
import { defineProgram, type Program } from '../engine/program';
import { canRecord, captureFault } from './capture';
import { checkAll, heldValues } from './check';
import { outOfMemory, requestDevice, type AdapterFacts } from './device';
import { NoiseMaker } from './noise';
import { gpuBuild, gpuLane, toRuntimeProblem, type GpuBuild, type InferenceSession, type OptimizationLevel } from './ort';
import { withOwnSine } from './own-sine';
import { byteSize } from './staging';
import { locked, WebGpuSession, type Gpu } from './webgpu-session';

export interface WebGpuOptions {
  /** Refuse programs of which any node would run on the CPU: for tests, as such copies are silent otherwise. */
  readonly forbidCpuFallback?: boolean;
  readonly build?: GpuBuild;
  readonly optimization?: OptimizationLevel;
  /**
   * Record the commands of programs that carry state (`canRecord`), and replay them: several times less work for the CPU in each step. Each program
   * is first compared with plain steps, bit for bit, and runs plainly where they differ (`note` says so). Default 'auto': where the adapter
   * is no software.
   */
  readonly graphCapture?: boolean | 'auto';
  /** Steps queued on the device before `step` waits. Default 3: enough to keep it busy, not enough to choke the page. */
  readonly stepsInFlight?: number;
  /** Of images inside the library. Default NCHW, as programs are written: for NHWC it transposes them, and pushes its transposes through comparisons, which it has not for booleans on the GPU. */
  readonly layout?: 'NCHW' | 'NHWC';
  /** Silence of the device after which it counts as dead. Default 30 000. */
  readonly timeoutMs?: number;
}
export interface WebGpuExecutor extends Executor {
  readonly provider: 'webgpu';
  readonly adapter: AdapterFacts;
  readonly build: GpuBuild;
  /** Shared with whoever writes shaders of their own; closed with the executor. */
  readonly device: GPUDevice;
  /** By how much this device's sine errs, over four turns to either side. */
  readonly sineError: number;
  /** Whether programs bring their own sine, as the device's is coarse. */
  readonly ownSine: boolean;
  /** Said beside its figures, if anything: 'software adapter'. */
  readonly note: string | undefined;
}

/** @throws RuntimeProblem naming the first tensor that is larger than this device's buffers can be */
function checkSizes(program: Program, { limits }: GPUDevice): void {
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  for (const [name, value] of Object.entries({ ...heldValues(program), ...program.feeds, ...program.outputs })) {
    const bytes = byteSize(value);
    if (bytes > most) throw new RuntimeProblem(`Program ${program.name}: a GPU buffer holds at most ${megabytes(most)} here, but "${name}" takes ${megabytes(bytes)}. Make it smaller, or choose the WASM provider.`);
  }
}

/** One node: while its session lives, the library keeps its device context and its compiled shaders. It runs once, to measure sine. */
const keeperProgram = (): Program => defineProgram({ name: 'keeper', feeds: { x: { shape: [512] } } }, ({ feeds }) => ({ outputs: { y: sin(feeds.x) } }));
/** Error of this device's sine, over four turns to either side. */
async function sineErrorOf(keeper: Session): Promise<number> {
  const x = Float32Array.from({ length: 512 }, (_, i) => (i / 256 - 1) * 8 * Math.PI);
  const y = floats((await keeper.run({ x: tensor(x) })).y!);
  return x.reduce((worst, v, i) => Math.max(worst, Math.abs(y[i]! - Math.sin(v))), 0);
}
/** Above this error programs bring their own sine. What a device in good order errs by is below; what WGSL allows, a hundred times more. */
const sineTolerance = 2 ** -18;

/** @throws RuntimeProblem if there is no WebGPU, or an earlier device died so that only a new worker can help */
export async function createWebGpuExecutor(options: WebGpuOptions = {}): Promise<WebGpuExecutor> {
  const build = options.build ?? gpuBuild();
  const timeoutMs = options.timeoutMs ?? 30_000;
  const [lane, device] = [await gpuLane(build), await requestDevice()];
  let maker: NoiseMaker | undefined;
  const gpu: Gpu = { ...device, lane, timeoutMs, stepsInFlight: options.stepsInFlight ?? 3, inFlight: [], noise: () => (maker ??= new NoiseMaker(device.device)), forgetNoise: (buffer) => maker?.release(buffer) };
  const sessions = new Set<Session>();
  const { graphCapture: asked = 'auto' } = options;
  const recording = asked === 'auto' ? !device.adapter.software : asked;
  /** Why programs are not replayed although they were to be. */
  const faults = new Set<string>();

  const create = (program: Program, graphCapture: boolean): Promise<InferenceSession> => {
    const model = writeOnnx(optimised(program, 'webgpu'), 'webgpu', device.device.limits.maxStorageBuffersPerShaderStage);
    return lane.ort.InferenceSession.create(model, {
      // As an object: given as a string, its options are lost.
      executionProviders: [{ name: 'webgpu', device: gpu.device as never, preferredLayout: options.layout ?? 'NCHW' }],
      preferredOutputLocation: 'gpu-buffer',
      ...(graphCapture ? { enableGraphCapture: true } : {}),
      graphOptimizationLevel: options.optimization ?? 'all',
      logSeverityLevel: 3,
      ...(options.forbidCpuFallback ? { extra: { session: { disable_cpu_ep_fallback: '1' } } } : {}),
    });
  };
  const start = async (): Promise<{ keeper: Session; sineError: number }> => {
    const program = keeperProgram();
    const session = await locked(gpu, 'WebGPU', () => create(program, false));
    const keeper = new WebGpuSession(program, [], gpu, session, () => undefined);
    return { keeper, sineError: await sineErrorOf(keeper) };
  };
  const { keeper, sineError } = await start().catch((error: unknown) => {
    gpu.destroy();
    throw toRuntimeProblem('WebGPU should start', error, 'Reload the page, or choose the WASM provider.');
  });
  const ownSine = sineError > sineTolerance;

  return {
    provider: 'webgpu',
    adapter: gpu.adapter,
    build,
    device: gpu.device,
    sineError,
    ownSine,
    get note() {
      const notes = [...(gpu.adapter.software ? ['software adapter'] : []), ...faults];
      return notes.length > 0 ? notes.join('; ') : undefined;
    },
    async load(program, initial) {
      const plain = await load(program, initial, false);
      if (!recording || !canRecord(program)) return plain;
      const recorded = await load(program, initial, true).catch((error: Error) => error);
      const fault = recorded instanceof Error ? recorded.message : await captureFault(program, plain, recorded);
      const [kept, dropped] = fault === undefined && !(recorded instanceof Error) ? [recorded, plain] : [plain, recorded];
      if (!(dropped instanceof Error)) await dropped.release();
      if (fault !== undefined) faults.add(`graph capture is off: ${fault}`);
      for (const name of Object.keys(program.state)) await kept.write(name, initial[name]!);
      return kept;
    },
    async close() {
      await Promise.all([...sessions].map((session) => session.release()));
      await keeper.release();
      maker?.destroy();
      gpu.destroy();
    },
  };

  function load(program: Program, initial: Readonly<Record<string, Tensor>>, record: boolean): Promise<WebGpuSession> {
    return locked(gpu, `Program ${program.name}`, async () => {
      const held = checkAll(program, heldValues(program), initial);
      checkSizes(program, gpu.device);
      const session = await create(ownSine ? withOwnSine(program) : program, record).catch((error: unknown) => {
        throw toRuntimeProblem(`Program ${program.name} should compile for WebGPU`, error, 'Choose the WASM provider.');
      });
      gpu.device.pushErrorScope('out-of-memory');
      const loaded = new WebGpuSession(program, held, gpu, session, (s) => sessions.delete(s), record);
      if (await gpu.watch.guard(gpu.device.popErrorScope(), timeoutMs, `Program ${program.name}`)) {
        void loaded.release(); // not awaited: it waits for the lock that is held here
        throw new RuntimeProblem(outOfMemory(`program ${program.name}`));
      }
      sessions.add(loaded);
      return loaded;
    });
  }
}
