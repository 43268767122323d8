/**
 * The way back from the GPU. After each step its outputs are copied, on the device, to the next free place of a host-visible chunk;
 * a chunk is mapped only when somebody drains. Chunks are used again, so a long run needs no more memory than its longest wait.
 */
import { sizeOf, type DType, type Shape, type Tensor } from '../base/tensor';
import type { Outputs } from '../engine/executor';

export interface Field {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly buffer: GPUBuffer;
}
export interface Chunk {
  readonly buffer: GPUBuffer | undefined;
  readonly capacity: number;
  steps: number;
}
const chunkBytes = 2 ** 20;

export const byteSize = ({ dtype, shape }: { readonly dtype: DType; readonly shape: Shape }): number => sizeOf(shape) * (dtype === 'bool' ? 1 : 4);
/** GPU buffers are made, bound and copied in whole 16-byte blocks. */
export const blockSize = (bytes: number): number => Math.max(16, Math.ceil(bytes / 16) * 16);

/** Numbers of `field` in little-endian bytes at `offset`; copies. */
export function decode(field: { readonly dtype: DType; readonly shape: Shape }, bytes: ArrayBuffer, offset: number): Tensor {
  const own = bytes.slice(offset, offset + byteSize(field));
  const data = field.dtype === 'float32' ? new Float32Array(own) : field.dtype === 'int32' ? new Int32Array(own) : new Uint8Array(own);
  return { dtype: field.dtype, shape: field.shape, data };
}

export class Staging {
  private filling: Chunk | undefined;
  private full: Chunk[] = [];
  private free: Chunk[] = [];
  private freeSingles: Chunk[] = [];
  private readonly all = new Set<GPUBuffer>();
  private readonly stride: number;
  private readonly capacity: number;

  constructor(
    private readonly device: GPUDevice,
    private readonly fields: readonly Field[],
  ) {
    this.stride = fields.reduce((bytes, field) => bytes + blockSize(byteSize(field)), 0);
    this.capacity = Math.max(1, Math.min(1024, Math.floor(chunkBytes / Math.max(1, this.stride))));
  }

  /** Records one step's outputs behind those not yet drained. */
  record(): void {
    this.filling ??= this.free.pop() ?? this.makeChunk(this.capacity);
    this.copyInto(this.filling);
    if (this.filling.steps < this.filling.capacity) return;
    this.full.push(this.filling);
    this.filling = undefined;
  }
  /** Records one step's outputs by themselves. */
  recordAlone(): Chunk {
    const chunk = this.freeSingles.pop() ?? this.makeChunk(1);
    this.copyInto(chunk);
    return chunk;
  }
  /** Everything recorded and not yet taken, in order; the next step starts a new chunk. */
  take(): Chunk[] {
    const taken = [...this.full, ...(this.filling ? [this.filling] : [])];
    this.full = [];
    this.filling = undefined;
    return taken;
  }
  /** Waits for the device, then gives the chunk's steps and puts it back. */
  async fetch(chunk: Chunk): Promise<Outputs[]> {
    const steps: Outputs[] = [];
    if (chunk.buffer) {
      await chunk.buffer.mapAsync(GPUMapMode.READ, 0, chunk.steps * this.stride);
      const bytes = chunk.buffer.getMappedRange(0, chunk.steps * this.stride);
      for (let step = 0; step < chunk.steps; step++) steps.push(this.decodeStep(bytes, step * this.stride));
      chunk.buffer.unmap();
    } else {
      await this.device.queue.onSubmittedWorkDone(); // no outputs: still, drained means done
      for (let step = 0; step < chunk.steps; step++) steps.push({});
    }
    chunk.steps = 0;
    (chunk.capacity === 1 ? this.freeSingles : this.free).push(chunk);
    return steps;
  }
  destroy(): void {
    for (const buffer of this.all) buffer.destroy();
    this.all.clear();
  }

  private makeChunk(capacity: number): Chunk {
    if (this.stride === 0) return { buffer: undefined, capacity, steps: 0 };
    const buffer = this.device.createBuffer({ size: capacity * this.stride, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    this.all.add(buffer);
    return { buffer, capacity, steps: 0 };
  }
  private copyInto(chunk: Chunk): void {
    if (chunk.buffer) {
      const encoder = this.device.createCommandEncoder();
      let offset = chunk.steps * this.stride;
      for (const field of this.fields) {
        const size = blockSize(byteSize(field));
        encoder.copyBufferToBuffer(field.buffer, 0, chunk.buffer, offset, size);
        offset += size;
      }
      this.device.queue.submit([encoder.finish()]);
    }
    chunk.steps++;
  }
  private decodeStep(bytes: ArrayBuffer, start: number): Outputs {
    let offset = start;
    return Object.fromEntries(
      this.fields.map((field) => {
        const value = decode(field, bytes, offset);
        offset += blockSize(byteSize(field));
        return [field.name, value];
      }),
    );
  }
}
