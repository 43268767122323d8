// The other half of onnxruntime.py: loads one model, and runs it for every request that comes in.
import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web';

ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(await readFile(process.argv[2]), { executionProviders: ['wasm'], graphOptimizationLevel: 'basic' });
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
say({ inputs: session.inputNames, outputs: session.outputNames });

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
let waiting = Buffer.alloc(0);
const chunks = process.stdin[Symbol.asyncIterator]();
/** The first `count(waiting)` bytes, once they are there; undefined at the end. */
async function take(count) {
  for (;;) {
    const size = count(waiting);
    if (size !== undefined && waiting.length >= size) {
      const taken = waiting.subarray(0, size);
      waiting = waiting.subarray(size);
      return taken;
    }
    const { value, done } = await chunks.next();
    if (done) return undefined;
    waiting = Buffer.concat([waiting, value]);
  }
}
for (;;) {
  const line = await take((b) => (b.includes(10) ? b.indexOf(10) + 1 : undefined));
  if (!line) break;
  const feeds = {};
  for (const { name, dtype, shape, bytes } of JSON.parse(line.toString())) {
    const own = new Uint8Array(await take(() => bytes)); // a copy, aligned
    feeds[name] = new ort.Tensor(dtype, new arrays[dtype](own.buffer), shape);
  }
  const made = Object.entries(await session.run(feeds));
  say(made.map(([name, t]) => ({ name, dtype: t.type, shape: t.dims, bytes: t.data.byteLength })));
  for (const [, { data }] of made) process.stdout.write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}
