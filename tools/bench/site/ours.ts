/** This project's lane: the loop of every experiment, in a worker, on the executors that the page uses. */
import './meters';
import { createWasmExecutor, wasmModel } from '../../../src/runtime/wasm';
import { createWebGpuExecutor } from '../../../src/runtime/webgpu';
import { adamSettings, workloads } from '../../../src/bench/workloads';
import { decodeModel } from '../../../src/engine/onnx/model';
import type { TrainingRun } from '../../../src/lab/lab';
import { Running, trainingProgram } from '../../../src/lab/training';
import { Meter } from '../../../src/lab/meter';
import { RunControl } from '../../../src/worker/control';
import { serve, type Opening } from './lane';

let running: Running;
let lastLoss = NaN;
/** Of the graph on WASM. */
let nodes = 0;
const control = new RunControl();

async function open({ task, backend, threads }: Opening): Promise<number> {
  const { trainer } = workloads[task.id]!();
  const executor = await (backend === 'webgpu' ? createWebGpuExecutor() : createWasmExecutor({ threads }));
  const compiled = trainingProgram(trainer);
  nodes = decodeModel(wasmModel(compiled.program)).graph.nodes.length;
  const run: TrainingRun = {
    trainer: { spec: trainer },
    arm: 'bench',
    from: task.params,
    steps: Infinity,
    hyper: () => ({ learningRate: adamSettings.learningRate }),
    next: (step) => task.batches[step % task.batches.length]!,
  };
  running = new Running(run, (program, initial) => executor.load(program, initial), compiled, { now: () => performance.now() }, (_, metrics) => {
    lastLoss = metrics.loss!;
  }, new Meter(() => performance.now()));
  await running.prepare();
  return step();
}
async function step(): Promise<number> {
  await running.advance();
  await running.show();
  return lastLoss;
}
serve({
  open,
  step,
  async run(steps) {
    for (let i = 0; i < steps; i++) {
      await control.beforeStep();
      await running.advance();
      await control.breathe();
    }
    await running.show();
  },
  facts: () => ({ nodes }),
});
