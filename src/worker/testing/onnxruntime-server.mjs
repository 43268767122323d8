// Answers `onnxruntime.py` beside it: a message a line, from the standard input to the standard output.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import * as ort from 'onnxruntime-web';

ort.env.wasm.numThreads = 1;
const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
let session;
for await (const line of createInterface({ input: process.stdin })) {
  const { load, level, feeds, outputs } = JSON.parse(line);
  if (load) {
    session = await ort.InferenceSession.create(new Uint8Array(readFileSync(load)), { executionProviders: ['wasm'], graphOptimizationLevel: level });
    console.log('{}');
    continue;
  }
  const given = Object.fromEntries(Object.entries(feeds).map(([name, { dtype, shape, data }]) => [name, new ort.Tensor(dtype, new arrays[dtype](new Uint8Array(Buffer.from(data, 'base64')).buffer), shape)]));
  const came = await session.run(given, outputs);
  console.log(JSON.stringify(outputs.map((name) => ({ dtype: came[name].type, shape: came[name].dims, data: Buffer.from(came[name].data.buffer, came[name].data.byteOffset, came[name].data.byteLength).toString('base64') }))));
}
