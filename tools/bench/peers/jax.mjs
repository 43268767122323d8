// jax-js's lane: gradient and Adam in one `jit`, batches resident, and a wait a step, as its documentation recommends for a loop. Its
// WASM backend computes in a pool of as many workers as the browser reports cores; a pool of one was twice as fast as none.
import '../site/meters.ts';
import { serve } from '../site/lane.ts';

let advance;
async function open({ task, backend, threads }) {
  // Read by the library when it is loaded.
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: threads });
  const [{ blockUntilReady, defaultDevice, init, jit, numpy: np, tree, valueAndGrad }, { losses }] = await Promise.all([import('@jax-js/jax'), import('./jax-models.mjs')]);
  if (!(await init(backend)).includes(backend)) throw new Error(`jax-js has no ${backend} backend in this browser`);
  defaultDevice(backend);

  const { learningRate, beta1, beta2, epsilon } = task.adam;
  const array = ({ data, shape, dtype }) => np.array(data, { shape, dtype: np[dtype] });
  const arrays = (tensors) => Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, array(value)]));
  const zeros = (tensors) => Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, np.zeros(shape)]));
  let [params, m, v] = [arrays(task.params), zeros(task.params), zeros(task.params)];
  const batches = task.batches.map(arrays);
  const lossOf = losses[task.id](task.shape);

  // The host folds both bias corrections of Adam into a rate and an epsilon, as this project does.
  const update = jit((params, m, v, batch, rate, corrected) => {
    const [loss, gradient] = valueAndGrad(lossOf)(tree.ref(params), batch);
    const nextM = tree.map((m, g) => m.mul(beta1).add(g.mul(1 - beta1)), m, tree.ref(gradient));
    const nextV = tree.map((v, g) => v.mul(beta2).add(np.square(g).mul(1 - beta2)), v, gradient);
    const next = tree.map((p, m, v) => p.sub(m.mul(rate.ref).div(np.sqrt(v).add(corrected.ref))), params, tree.ref(nextM), tree.ref(nextV));
    rate.dispose();
    corrected.dispose();
    return [next, nextM, nextV, loss];
  });
  let taken = 0;
  advance = async () => {
    const batch = tree.ref(batches[taken % batches.length]);
    taken++;
    const correction = Math.sqrt(1 - beta2 ** taken);
    let loss;
    [params, m, v, loss] = update(params, m, v, batch, np.array((learningRate * correction) / (1 - beta1 ** taken)), np.array(epsilon * correction));
    await blockUntilReady(params);
    return loss;
  };
  lane.facts = () => ({ backend, threads });
  return step();
}
const step = async () => (await (await advance()).data())[0];
const lane = {
  open,
  step,
  async run(steps) {
    for (let i = 0; i < steps; i++) (await advance()).dispose();
  },
  facts: () => ({}),
};
serve(lane);
