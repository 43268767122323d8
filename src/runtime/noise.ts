/** Noise made on the GPU, in the buffer that is then a feed: no numbers cross from the host. The same bits as `fillNoise` (base/noise.ts). */
import { bernoulliThreshold, NOISE_DOMAIN, NORMAL_QUANTUM, normalTable, type Distribution, type Noise } from '../base/noise';

const WORKGROUP = 64;
/**
 * One invocation a Philox4x32-10 block: four numbers. All that could round is integer arithmetic, which WGSL fixes; the floats are
 * conversions of integers below 2^24 and products with powers of two, both exact.
 */
const shader = /* wgsl */ `
struct Ask { key: vec2u, step: u32, blocks: u32, kind: u32, threshold: u32, row: u32, unused: u32 }
@group(0) @binding(0) var<uniform> ask: Ask;
@group(0) @binding(1) var<storage, read> quantiles: array<u32>;
@group(0) @binding(2) var<storage, read_write> numbers: array<vec4f>;

fn highProduct(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let middle2 = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (middle2 >> 16u);
}
fn philox(counter: vec4u, seed: vec2u) -> vec4u {
  var c = counter;
  var k = seed;
  for (var round = 0; round < 10; round++) {
    let a = highProduct(0xd2511f53u, c.x);
    let b = highProduct(0xcd9e8d57u, c.z);
    c = vec4u(b ^ c.y ^ k.x, 0xcd9e8d57u * c.z, a ^ c.w ^ k.y, 0xd2511f53u * c.x);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}
fn normalOf(word: u32) -> f32 {
  let odd = ((word & 0x7fffffffu) << 1u) | 1u;
  let zeros = countLeadingZeros(odd);
  let rest = (odd << zeros) << 1u;
  let knot = (31u - zeros) * 256u + (rest >> 24u);
  let high = quantiles[knot];
  let size = i32(high - (((high - quantiles[knot + 1u]) * ((rest >> 8u) & 0xffffu) + 0x8000u) >> 16u));
  return f32(select(size, -size, (word >> 31u) == 1u)) * ${NORMAL_QUANTUM};
}
fn numberOf(word: u32) -> f32 {
  switch ask.kind {
    case 0u: { return f32((word >> 9u) * 2u + 1u) * ${2 ** -24}; }
    case 1u: { return normalOf(word); }
    default: { return select(0.0, 1.0, (word >> 1u) < ask.threshold); }
  }
}
@compute @workgroup_size(${WORKGROUP})
fn fill(@builtin(global_invocation_id) id: vec3u) {
  let block = id.y * ask.row + id.x;
  if (block >= ask.blocks) { return; }
  let words = philox(vec4u(block, ask.step, 0u, ${NOISE_DOMAIN}u), ask.key);
  numbers[block] = vec4f(numberOf(words.x), numberOf(words.y), numberOf(words.z), numberOf(words.w));
}`;
const KINDS: Readonly<Record<Distribution['kind'], number>> = { uniform: 0, normal: 1, bernoulli: 2 };

/** Fills buffers of one device. Made when the first noise is asked for. */
export class NoiseMaker {
  private readonly pipeline: GPUComputePipeline;
  private readonly quantiles: GPUBuffer;
  private readonly asks = new Map<GPUBuffer, { readonly ask: GPUBuffer; readonly group: GPUBindGroup }>();

  constructor(private readonly device: GPUDevice) {
    this.pipeline = device.createComputePipeline({ layout: 'auto', compute: { module: device.createShaderModule({ code: shader }), entryPoint: 'fill' } });
    const table = normalTable();
    this.quantiles = device.createBuffer({ size: table.byteLength, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
    device.queue.writeBuffer(this.quantiles, 0, table as Uint32Array<ArrayBuffer>); // it is no shared memory
  }
  /** Queues the filling of `count` floats; the buffer holds whole blocks of 16 bytes. */
  fill(buffer: GPUBuffer, count: number, { distribution, key, step }: Noise): void {
    const { ask, group } = this.bound(buffer);
    const blocks = Math.ceil(count / 4);
    const groups = Math.ceil(blocks / WORKGROUP);
    const columns = Math.min(groups, this.device.limits.maxComputeWorkgroupsPerDimension);
    const threshold = distribution.kind === 'bernoulli' ? bernoulliThreshold(distribution.p) : 0;
    this.device.queue.writeBuffer(ask, 0, Uint32Array.of(...key, step, blocks, KINDS[distribution.kind], threshold, columns * WORKGROUP, 0));
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(columns, Math.ceil(groups / columns));
    pass.end();
    this.device.queue.submit([encoder.finish()]);
  }
  /** Forgets a buffer before it is destroyed. */
  release(buffer: GPUBuffer): void {
    this.asks.get(buffer)?.ask.destroy();
    this.asks.delete(buffer);
  }
  destroy(): void {
    for (const { ask } of this.asks.values()) ask.destroy();
    this.asks.clear();
    this.quantiles.destroy();
  }

  private bound(buffer: GPUBuffer): { readonly ask: GPUBuffer; readonly group: GPUBindGroup } {
    const known = this.asks.get(buffer);
    if (known) return known;
    const ask = this.device.createBuffer({ size: 32, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
    const entries = [ask, this.quantiles, buffer].map((b, binding) => ({ binding, resource: { buffer: b } }));
    const made = { ask, group: this.device.createBindGroup({ layout: this.pipeline.getBindGroupLayout(0), entries }) };
    this.asks.set(buffer, made);
    return made;
  }
}
