// Races of small ONNX graphs on the WASM provider, one thread: which form of one computation takes the least processor time.
import { openSource } from './source.mjs';

const source = await openSource();
const { encodeModel } = await source.load('/src/engine/onnx/model.ts');
const { wasmLane } = await source.load('/src/runtime/ort.ts');
const { ort } = await wasmLane(1);
export const close = source.close;

const attribute = (value) => {
  if (typeof value === 'string') return { type: 'string', value };
  return Array.isArray(value) ? { type: 'ints', value } : { type: 'int', value };
};
/** What forms are written with: `emit(type, inputs, attributes, outputs = 1)`, lists of int64 and float32 constants. */
function graphWriter() {
  const [nodes, initializers] = [[], {}];
  let count = 0;
  const store = (tensor) => {
    const name = `constant${count++}`;
    initializers[name] = tensor;
    return name;
  };
  const emit = (opType, inputs, attributes = {}, outputs = 1) => {
    const made = Array.from({ length: outputs }, () => `value${count++}`);
    nodes.push({ name: made[0], opType, domain: '', inputs, outputs: made, attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, attribute(value)])) });
    return outputs === 1 ? made[0] : made;
  };
  emit.ints = (values) => store({ dtype: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
  emit.floats = (values, dims) => store({ dtype: 'float32', dims, data: Float32Array.from(values) });
  return { emit, nodes, initializers };
}
async function sessionOf(shapes, form) {
  const { emit, nodes, initializers } = graphWriter();
  const output = form(Object.fromEntries(Object.keys(shapes).map((name) => [name, name])), emit);
  const graph = { name: 'form', nodes, initializers, inputs: Object.entries(shapes).map(([name, dims]) => ({ name, dtype: 'float32', dims })), outputs: [{ name: output, dtype: 'float32', dims: undefined }] };
  return ort.InferenceSession.create(encodeModel({ opset: 21, irVersion: 10, graph, metadata: {} }), { executionProviders: ['wasm'], graphOptimizationLevel: 'basic', logSeverityLevel: 3 });
}
/** No two alike, so that a maximum is where it is. */
const numbers = (size) => Float32Array.from({ length: size }, (_, i) => ((i * 7919) % 1009) / 500 - 1 + i * 1e-7);
function farApart(found, expected) {
  const scale = expected.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-9);
  return found.length !== expected.length || found.some((v, i) => !(Math.abs(v - expected[i]) < 1e-3 * scale));
}
const middle = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];

/**
 * Runs every form in turn for at least `ms` of processor time a form, and prints the median of the second half: WebAssembly is compiled
 * well only once it has worked for a while. A form that does not give the first one's numbers is an error.
 */
export async function race(title, shapes, forms, ms = 600) {
  const feeds = Object.fromEntries(Object.entries(shapes).map(([name, dims]) => [name, new ort.Tensor('float32', numbers(dims.reduce((a, b) => a * b, 1)), dims)]));
  const lanes = [];
  for (const [name, form] of Object.entries(forms)) {
    const session = await sessionOf(shapes, form);
    const [result] = Object.values(await session.run(feeds));
    lanes.push({ name, session, data: Float32Array.from(result.data), times: [] });
    if (farApart(lanes.at(-1).data, lanes[0].data)) throw new Error(`${title}: ${name} does not compute what ${lanes[0].name} does.`);
  }
  const spent = (lane) => lane.times.reduce((a, b) => a + b, 0);
  while (lanes.some((lane) => spent(lane) < ms))
    for (const lane of lanes) {
      const before = process.cpuUsage();
      await lane.session.run(feeds);
      const { user, system } = process.cpuUsage(before);
      lane.times.push((user + system) / 1000);
    }
  console.log(`${title.padEnd(44)} ${lanes.map(({ name, times }) => `${name} ${middle(times.slice(times.length / 2)).toFixed(2)}`).join('   ')}`);
  for (const { session } of lanes) await session.release();
}
