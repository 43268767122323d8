/**
 * A program on the GPU. State and constants live in buffers there: a step reads state from one buffer and writes the next to its
 * twin, and the twins change places (onnxruntime-web refuses one buffer as both, if the last op reads what it writes). Feeds are
 * written into buffers that stay; outputs stay on the device until somebody drains.
 */
import { isNoise } from '../base/noise';
import { sizeOf, type DType, type Shape, type Tensor } from '../base/tensor';
import type { Feeds, Outputs, Session } from '../engine/executor';
import type { Program } from '../engine/program';
import { checkFeeds, checkLive, checkTensor, heldValues } from './check';
import type { GpuDevice } from './device';
import type { NoiseMaker } from './noise';
import { toRuntimeProblem, type InferenceSession, type OrtLane, type OrtTensor } from './ort';
import { blockSize, byteSize, decode, Staging } from './staging';

interface Held {
  readonly dtype: DType;
  readonly shape: Shape;
  buffer: GPUBuffer;
  tensor: OrtTensor;
}
/** What all sessions of an executor share. */
export interface Gpu extends GpuDevice {
  readonly lane: OrtLane;
  readonly timeoutMs: number;
  readonly stepsInFlight: number;
  /** The device's maker of noise; made at the first call. */
  readonly noise: () => NoiseMaker;
  /** Of a feed's buffer that is about to be destroyed. */
  readonly forgetNoise: (buffer: GPUBuffer) => void;
  /** One promise a step, settled when the device has done it. */
  readonly inFlight: Promise<unknown>[];
}

/** `work` under the lane's lock; fails at once if the device does. The lock itself is held until the work has really ended. */
export const locked = <T>(gpu: Gpu, what: string, work: () => Promise<T>, compiled = false): Promise<T> => {
  const checked = (): Promise<T> => {
    gpu.watch.check();
    return work();
  };
  // Four times as patient, but with a program that has run: the first run compiles its shaders, which is slow and not silence of the device.
  return gpu.watch.guard(gpu.lane.lock.run(checked), (compiled ? 2 : 4) * gpu.timeoutMs, what);
};

export class WebGpuSession implements Session {
  private readonly held = new Map<string, Held>();
  private readonly twins = new Map<string, Held>();
  private readonly feeds = new Map<string, Held>();
  private readonly outputs = new Map<string, Held>();
  private readonly staging: Staging;
  private released = false;
  /** It has run once: its shaders are compiled. */
  private compiled = false;

  constructor(
    readonly program: Program,
    initial: readonly [string, Tensor][],
    private readonly gpu: Gpu,
    private readonly session: InferenceSession,
    private readonly forget: (session: Session) => void,
    /** Its runs are recorded and replayed: then the library keeps the outputs. */
    private readonly recorded = false,
  ) {
    for (const [name, value] of initial) {
      const held = this.makeBuffer(value);
      upload(gpu.device, held, value);
      this.held.set(name, held);
    }
    for (const [name, { input }] of Object.entries(program.state)) this.twins.set(name, recorded ? this.held.get(name)! : this.makeBuffer(input)); // the copy back needs no twin
    for (const [name, value] of Object.entries(program.feeds)) this.feeds.set(name, this.makeBuffer(value));
    for (const [name, value] of Object.entries(program.outputs)) this.outputs.set(name, this.makeBuffer(value));
    this.staging = new Staging(gpu.device, [...this.outputs].map(([name, { dtype, shape, buffer }]) => ({ name, dtype, shape, buffer })));
  }

  async step(feeds: Feeds): Promise<void> {
    await this.locked(async () => {
      await this.once(feeds);
      this.staging.record();
      this.gpu.inFlight.push(this.gpu.device.queue.onSubmittedWorkDone().catch(() => undefined)); // the watch tells of a loss
    });
    while (this.gpu.inFlight.length >= this.gpu.stepsInFlight) {
      const oldest = this.gpu.inFlight[0]!;
      await this.wait(oldest);
      if (this.gpu.inFlight[0] === oldest) this.gpu.inFlight.shift(); // unless another caller waited for it too
    }
  }
  async drain(): Promise<readonly Outputs[]> {
    const chunks = await this.locked(async () => this.staging.take());
    const steps: Outputs[] = [];
    for (const chunk of chunks) steps.push(...(await this.wait(this.staging.fetch(chunk))));
    return steps;
  }
  async run(feeds: Feeds): Promise<Outputs> {
    const chunk = await this.locked(async () => {
      await this.once(feeds);
      return this.staging.recordAlone();
    });
    return (await this.wait(this.staging.fetch(chunk)))[0]!;
  }
  write(name: string, value: Tensor): Promise<void> {
    return this.locked(async () => {
      checkTensor(this.program, name, heldValues(this.program)[name], value);
      upload(this.gpu.device, this.held.get(name)!, value);
    });
  }
  async read(name: string): Promise<Tensor> {
    const { device } = this.gpu;
    const { held, copy } = await this.locked(async () => {
      const held = this.held.get(name);
      if (!held) throw checkTensor(this.program, name, undefined, undefined); // always throws: the name is unknown
      const size = blockSize(byteSize(held));
      const copy = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(held.buffer, 0, copy, 0, size);
      device.queue.submit([encoder.finish()]);
      return { held, copy };
    });
    try {
      await this.wait(copy.mapAsync(GPUMapMode.READ));
      return decode(held, copy.getMappedRange(), 0);
    } finally {
      copy.destroy();
    }
  }
  async release(): Promise<void> {
    if (this.released) return;
    this.released = true;
    this.forget(this);
    const end = this.gpu.lane.lock.run(() => this.session.release());
    // On a dead device the library may never answer: the buffers go all the same.
    await this.gpu.watch.guard(end, this.gpu.timeoutMs, `The release of program ${this.program.name}`).catch(() => undefined);
    for (const { buffer } of this.feeds.values()) this.gpu.forgetNoise(buffer);
    for (const values of [this.held, this.twins, this.feeds, this.outputs]) for (const { buffer } of values.values()) buffer.destroy();
    this.staging.destroy();
  }

  private locked<T>(work: () => Promise<T>): Promise<T> {
    return locked(this.gpu, `Program ${this.program.name}`, () => {
      checkLive(this.program, this.released);
      return work();
    }, this.compiled);
  }
  private wait<T>(work: Promise<T>): Promise<T> {
    // A mapping that is broken off by the device's loss must not win over the loss itself, which says what to do.
    const explained = work.catch(async (error: unknown) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      this.gpu.watch.check();
      throw toRuntimeProblem('The GPU should hand its results back', error, 'Run again, or choose the WASM provider.');
    });
    return this.gpu.watch.guard(explained, this.gpu.timeoutMs, `Program ${this.program.name}`);
  }
  /** One run, queued; outputs are left in their buffers. The caller holds the lock. */
  private async once(feeds: Feeds): Promise<void> {
    for (const [name, feed] of checkFeeds(this.program, feeds)) {
      const { buffer, shape } = this.feeds.get(name)!;
      if (isNoise(feed)) this.gpu.noise().fill(buffer, sizeOf(shape), feed);
      else upload(this.gpu.device, this.feeds.get(name)!, feed);
    }
    const given = tensorsOf([...this.held, ...this.feeds]);
    const wanted = tensorsOf([...[...this.twins].map(([name, twin]) => [`${name}.next`, twin] as const), ...this.outputs]);
    try {
      if (this.recorded) {
        this.copyOut(await this.session.run(given));
        this.compiled = true;
        return;
      }
      await this.session.run(given, wanted);
    } catch (error) {
      throw toRuntimeProblem(`Program ${this.program.name} should run on WebGPU`, error, 'Choose the WASM provider.');
    }
    this.compiled = true;
    for (const [name, twin] of this.twins) {
      this.twins.set(name, this.held.get(name)!);
      this.held.set(name, twin);
    }
  }
  /**
   * A recorded run keeps the buffers of its first time, silently: so the next state must come back to where it is read. Outputs are
   * the library's own: of buffers that come from outside it drops its handle after every run, but looks for outputs under the handle of
   * the first, which by then names nothing or, worse, another buffer.
   */
  private copyOut(made: Readonly<Record<string, OrtTensor>>): void {
    const encoder = this.gpu.device.createCommandEncoder();
    const copy = (name: string, to: Held): void => encoder.copyBufferToBuffer(made[name]!.gpuBuffer as GPUBuffer, 0, to.buffer, 0, blockSize(byteSize(to)));
    for (const [name, output] of this.outputs) copy(name, output);
    for (const name of this.twins.keys()) copy(`${name}.next`, this.held.get(name)!);
    this.gpu.device.queue.submit([encoder.finish()]);
    for (const tensor of Object.values(made)) tensor.dispose(); // a handle a run; the buffer stays, with the recording
  }
  private makeBuffer({ dtype, shape }: { readonly dtype: DType; readonly shape: Shape }): Held {
    const size = blockSize(byteSize({ dtype, shape }));
    const buffer = this.gpu.device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
    // The library's own GPUBuffer type is a forward declaration of the same class.
    const tensor = this.gpu.lane.ort.Tensor.fromGpuBuffer(buffer as never, { dataType: dtype, dims: [...shape] }) as OrtTensor;
    return { dtype, shape, buffer, tensor };
  }
}

const tensorsOf = (values: Iterable<readonly [string, Held]>): Record<string, OrtTensor> => Object.fromEntries([...values].map(([name, { tensor }]) => [name, tensor]));

function upload(device: GPUDevice, to: Held, { data }: Tensor): void {
  const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  if (bytes.length % 4 === 0) return device.queue.writeBuffer(to.buffer, 0, bytes);
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4); // a write has whole 4-byte words; bool has not
  padded.set(bytes);
  device.queue.writeBuffer(to.buffer, 0, padded);
}
