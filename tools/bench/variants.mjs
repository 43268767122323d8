// One training step, otherwise arranged: what that costs, measured side by side in one run.
//   node tools/bench/variants.mjs ingredients|unrolling|layout|executor [ID ...] [--threads N] [--rounds N] [--webgpu] [--where]
//   ingredients  2, 4, 8 and 16 models in one graph against one model
//   unrolling    2, 4, 8 and 16 steps in one run against one
//   layout       params each by itself against one flat vector
//   executor     WebGPU's options: commands recorded and replayed, images NHWC inside, more steps in flight
// An ID is one of src/bench/workloads.ts, or `small`: a step whose arithmetic is next to nothing.
// WASM in Node, the variants in turn, each time the fastest of all rounds: what other programs do only ever adds to it. With one thread
// it is processor time, which runs only while this program does. `--webgpu` counts dispatches and times steps in Chromium instead, on this
// machine's GPU if it has one (tools/gpu.mjs), queued as in a training and read at the end, the fastest of all rounds; `--where` says which kinds of node the time goes to.
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { openSource } from './source.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string', default: '1' }, rounds: { type: 'string', default: '20' }, webgpu: { type: 'boolean' }, where: { type: 'boolean' } },
});
const counts = [2, 4, 8, 16];
/** By family: [name, which arrangement, how many steps of one model a run stands for, options of the WebGPU executor]. */
const families = {
  ingredients: [['alone', 'plain', 1], ...counts.map((k) => [`${k} models`, 'ingredients', k]), ...counts.map((k) => [`${k} exactly`, 'exactly', k])],
  unrolling: [['1 step', 'plain', 1], ...counts.map((k) => [`${k} steps`, 'unrolled', k])],
  layout: [['flat vector', 'plain', 1], ['per tensor', 'perTensor', 1]],
  executor: [
    ['plain', 'plain', 1, { graphCapture: false }],
    ['commands recorded', 'plain', 1, { graphCapture: true }],
    ['plain, images NHWC inside', 'plain', 1, { graphCapture: false, layout: 'NHWC' }],
    ['plain, 8 steps in flight', 'plain', 1, { graphCapture: false, stepsInFlight: 8 }],
  ],
};
const [family, ...ids] = positionals;
if (!(family in families)) throw new Error(`The first word must be one of ${Object.keys(families).join(', ')}, but "${family ?? ''}" came.`);
if (family === 'executor') values.webgpu = true;

/** Runs here and, as text, in the page: no names from outside. */
async function stepOfVariant(load, id, [, kind, n]) {
  const { stepOf, workloads } = await load('/src/bench/workloads.ts');
  const { ingredients, perTensor, unrolled } = await load('/src/bench/variants.ts');
  const { smallWorkload } = await load('/src/bench/small.ts');
  const workload = id === 'small' ? smallWorkload() : workloads[id]();
  const plain = stepOf(workload);
  if (kind === 'plain') return plain;
  if (kind === 'perTensor') return perTensor(workload);
  return kind === 'unrolled' ? unrolled(plain, n) : ingredients(plain, workload, n, { exactly: kind === 'exactly' });
}

const source = await openSource();
const workloadIds = ids.length > 0 ? ids : family === 'ingredients' ? ['small', 'mlp', 'siren'] : Object.keys((await source.load('/src/bench/workloads.ts')).workloads);

// -- WASM --------------------------------------------------------------------------------------------------------------------

/** Milliseconds, from some beginning. */
function clock() {
  const { user, system } = process.cpuUsage();
  return values.threads === '1' ? (user + system) / 1000 : performance.now();
}
async function onWasm(id) {
  const { createWasmExecutor } = await source.load('/src/runtime/wasm.ts');
  const { toOnnx } = await source.load('/src/engine/onnx/writer.ts');
  const wasm = await createWasmExecutor({ threads: Number(values.threads) });
  const first = await stepOfVariant(source.load, id, families[family][0]);
  await (await wasm.load(first.program, first.initial)).release(); // so that none of the variants pays for the runtime's own start
  const loaded = [];
  for (const variant of families[family]) {
    const { program, initial, feeds } = await stepOfVariant(source.load, id, variant);
    const given = [feeds(0), feeds(1)];
    const from = clock();
    const session = await wasm.load(program, initial);
    await session.run(given[0]);
    loaded.push({ variant, session, given, nodes: toOnnx(program).graph.nodes.length, firstMs: clock() - from, ms: Infinity });
  }
  for (let round = 0; round < Number(values.rounds); round++)
    for (const one of loaded) {
      const from = clock();
      await one.session.run(one.given[round % 2]);
      one.ms = Math.min(one.ms, clock() - from);
    }
  for (const { session } of loaded) await session.release();
  const base = loaded[0].ms;
  console.log(`\n${id}, WASM, ${wasm.threads} thread(s)\n| | nodes | ms a run | against the first | ms a step of one model | ms to load and run first |\n|---|---|---|---|---|---|`);
  for (const { variant: [name, , n], nodes, ms, firstMs } of loaded) console.log(`| ${name} | ${nodes} | ${ms.toFixed(2)} | ${(ms / base).toFixed(2)} | ${(ms / n).toFixed(2)} | ${firstMs.toFixed(0)} |`);
}

// -- which nodes the time goes to --------------------------------------------------------------------------------------------

const kinds = {
  products: ['Gemm', 'MatMul', 'Conv', 'ConvTranspose'],
  'sine, exp and the like': ['Sin', 'Cos', 'Exp', 'Log', 'Erf', 'Gelu', 'Tanh', 'Sigmoid', 'Sqrt', 'Softmax', 'Reciprocal'],
  'other arithmetic': ['Add', 'Sub', 'Mul', 'Div', 'Neg', 'Relu', 'Where', 'Greater', 'Less', 'Equal', 'Cast', 'Floor', 'ReduceSum', 'ReduceMean', 'ReduceMax', 'Max', 'Min'],
};
async function whereOn(id) {
  const { wasmLane } = await source.load('/src/runtime/ort.ts');
  const { writeOnnx } = await source.load('/src/engine/onnx/writer.ts');
  const { ort } = await wasmLane(Number(values.threads));
  for (const variant of families[family].filter(([, kind, n]) => kind === 'plain' || n === 8 || kind === 'perTensor')) {
    const { program, initial, feeds } = await stepOfVariant(source.load, id, variant);
    const session = await ort.InferenceSession.create(writeOnnx(program), { executionProviders: ['wasm'], graphOptimizationLevel: 'basic', enableProfiling: true });
    const given = Object.fromEntries(Object.entries({ ...initial, ...feeds(0) }).map(([name, { dtype, data, shape }]) => [name, new ort.Tensor(dtype, data, shape)]));
    for (let i = 0; i < Number(values.rounds); i++) await session.run(given);
    let profile = '';
    const { writeSync } = fs;
    fs.writeSync = (_, text) => void (profile += text); // the library prints its profile, past Node's streams
    session.endProfiling();
    fs.writeSync = writeSync;
    const fastest = new Map();
    for (const event of profile.match(/\{"cat" : "Node".*_kernel_time.*\}/g).map((line) => JSON.parse(line.replace(/,$/, '')))) {
      const key = event.name;
      fastest.set(key, { type: event.args.op_name, us: Math.min(event.dur, fastest.get(key)?.us ?? Infinity) });
    }
    const total = [...fastest.values()].reduce((sum, { us }) => sum + us, 0);
    const byKind = new Map();
    for (const { type, us } of fastest.values()) {
      const kind = Object.keys(kinds).find((name) => kinds[name].includes(type)) ?? 'moving numbers';
      byKind.set(kind, (byKind.get(kind) ?? 0) + us);
    }
    console.log(`${id}, ${variant[0]}: ${(total / 1000).toFixed(2)} ms in ${fastest.size} nodes: ${[...byKind].sort((a, b) => b[1] - a[1]).map(([kind, us]) => `${kind} ${((100 * us) / total).toFixed(0)} %`).join(', ')}`);
    await session.release();
  }
}

// -- WebGPU ------------------------------------------------------------------------------------------------------------------

/** Milliseconds of a round, but no fewer steps than one. */
const roundMs = 250;
/** Steps whose last loss is shown: variants that should train alike show the same digits. */
const lossSteps = 10;
async function onWebGpu(id, page) {
  console.log(`\n${id}, WebGPU on ${await source.gpu()}\n| | dispatches a run | a step of one model | ms a run | ms a step of one model | ms to load and run first | loss of step ${lossSteps} | |\n|---|---|---|---|---|---|---|---|`);
  const rounds = Math.min(5, Number(values.rounds));
  for (const variant of families[family].filter(([, kind, n]) => kind === 'plain' || kind === 'perTensor' || n === 8 || (kind === 'unrolled' && n === 4))) {
    const row = await page
      .evaluate(
        async ([id, variant, text, { rounds, roundMs, lossSteps }]) => {
          const load = (path) => import(path);
          const { createWebGpuExecutor } = await load('/src/runtime/webgpu.ts');
          const { countDispatches } = await load('/src/bench/costs.ts');
          const { program, initial, feeds } = await new Function(`return ${text}`)()(load, id, variant);
          const gpu = await createWebGpuExecutor({ forbidCpuFallback: true, ...variant[3] });
          const given = Array.from({ length: lossSteps }, (_, i) => feeds(i));
          const start = performance.now();
          const session = await gpu.load(program, initial);
          const lossOf = (outputs) => outputs.loss.data[outputs.loss.data.length - 1];
          let loss = lossOf(await session.run(given[0]));
          const firstMs = performance.now() - start;
          for (const feed of given.slice(1)) loss = lossOf(await session.run(feed));
          const timed = async (steps) => {
            const from = performance.now();
            for (let i = 0; i < steps; i++) await session.step(given[i % given.length]);
            await session.drain();
            return (performance.now() - from) / steps;
          };
          const steps = Math.max(1, Math.min(2000, Math.round(roundMs / (await timed(2)))));
          let ms = Infinity;
          for (let round = 0; round < rounds; round++) ms = Math.min(ms, await timed(steps));
          const counter = countDispatches();
          await session.run(given[0]);
          counter.stop();
          const { note } = gpu;
          await gpu.close();
          return { dispatches: counter.count(), ms, firstMs, loss, note };
        },
        [id, variant, stepOfVariant.toString(), { rounds, roundMs, lossSteps }],
      )
      .catch((error) => ({ note: error.message.split('\n')[0] }));
    const shown = row.ms === undefined ? ['', '', '', '', '', ''] : [row.dispatches, (row.dispatches / variant[2]).toFixed(0), row.ms.toPrecision(3), (row.ms / variant[2]).toPrecision(3), row.firstMs.toFixed(0), row.loss.toPrecision(9)];
    console.log(`| ${[variant[0], ...shown, row.note ?? ''].join(' | ')} |`);
  }
}

const page = values.webgpu ? await source.page() : undefined;
for (const id of workloadIds) await (page ? onWebGpu(id, page) : values.where ? whereOn(id) : onWasm(id));
await source.close();
