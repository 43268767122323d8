// The near-physical limit: the very graph of a workload on native onnxruntime, in a process of its own. Spoken to by messages
// { call: 'open', task, threads } | { call: 'run', steps } | { call: 'step' }; each is answered by { value } or { problem }.
import { requirePeer } from './install.mjs';
import { nativeOptions, processorMs, stepper } from './stepper.mjs';

const ort = requirePeer('onnxruntime-node');
let steps;
let session;
const advance = async () => (await steps.advance(session)).loss;
const calls = {
  async open({ task, threads }) {
    steps = stepper(task, ort);
    const began = performance.now();
    session = await ort.InferenceSession.create(steps.model, nativeOptions(threads));
    const loss = await advance();
    return { loss, firstStepMs: performance.now() - began };
  },
  step: advance,
  async run({ steps: count }) {
    const [began, before] = [performance.now(), process.cpuUsage()];
    for (let i = 0; i < count; i++) await advance();
    return { ms: performance.now() - began, cpuMs: processorMs(before) };
  },
};
process.on('message', async (message) => {
  process.send(await calls[message.call](message).then((value) => ({ value }), (error) => ({ problem: error.message })));
});
process.on('disconnect', () => process.exit(0));
process.send({ value: 'ready' });
