/** Small programs for the tests of the executors, in Node and in browsers. */
import { Random } from '../base/random';
import { int32, sizeOf, tensor, type Shape, type Tensor } from '../base/tensor';
import { flatGradient, gradients } from '../engine/autodiff';
import { layoutOf } from '../engine/layout';
import { oneHot, viewsOf } from '../engine/ops/compose';
import { add, cast, conv2d, gelu, greater, linear, logSoftmax, matmul, max, mean, mul, neg, reshape, softmax, sub, sum, tanh, transpose } from '../engine/ops';
import { defineProgram, type Program } from '../engine/program';

export interface TestProgram {
  readonly program: Program;
  readonly initial: Readonly<Record<string, Tensor>>;
  /** Feeds of step i, a function of i alone. */
  readonly feeds: (step: number) => Readonly<Record<string, Tensor>>;
}
export const normal = (name: string, shape: Shape, std = 1): Tensor => tensor(Random.seed(7).fork(name).fillNormal(new Float32Array(sizeOf(shape)), std), shape);
const labels = (step: number, n: number, classes: number): Tensor => {
  const random = Random.seed(7).fork('labels', step);
  return int32(Int32Array.from({ length: n }, () => random.int(classes)));
};

/** State [3], doubled and shifted by a feed: results are exact, so order and carry show in the numbers. */
export function counting(): TestProgram {
  const program = defineProgram({ name: 'counting', state: { s: { shape: [3] } }, constants: { k: { shape: [3] } }, feeds: { x: { shape: [3] } } }, ({ state, constants, feeds }) => {
    const next = add(add(state.s, state.s), mul(feeds.x, constants.k));
    return { state: { s: next }, outputs: { before: state.s, total: sum(next) } };
  });
  return { program, initial: { s: tensor([1, 2, 3]), k: tensor([1, 1, 1]) }, feeds: (step) => ({ x: tensor([step, 0, 0]) }) };
}

/** int32 and bool, in and out. */
export function dtypes(): TestProgram {
  const program = defineProgram(
    { name: 'dtypes', state: { kept: { shape: [5], dtype: 'bool' }, n: { shape: [3], dtype: 'int32' } }, feeds: { i: { shape: [4], dtype: 'int32' }, m: { shape: [5], dtype: 'bool' }, x: { shape: [5] } } },
    ({ state, feeds }) => ({
      // Not `feeds.m` itself: passing it on takes an Identity of booleans, for which the GPU has no kernel.
      state: { kept: greater(cast(feeds.m, 'float32'), 0.5), n: state.n },
      outputs: { hot: oneHot(feeds.i, 3), masked: mul(feeds.x, cast(feeds.m, 'float32')), positive: greater(feeds.x, cast(state.kept, 'float32')), same: feeds.i },
    }),
  );
  return {
    program,
    initial: { kept: { dtype: 'bool', shape: [5], data: Uint8Array.of(1, 0, 0, 1, 0) }, n: int32([7, -8, 9]) },
    feeds: (step) => ({ i: int32([0, 2, 1, step % 3]), m: { dtype: 'bool', shape: [5], data: Uint8Array.of(1, 0, 1, 1, step % 2) }, x: normal(`x${step}`, [5], 2) }),
  };
}

/** One step of SGD on an MLP with one hidden layer, its params one flat vector. */
export function mlp(inputs = 20, hidden = 16, classes = 10, batch = 8, learningRate = 0.1): TestProgram {
  const layout = layoutOf({ w1: [inputs, hidden], b1: [hidden], w2: [hidden, classes], b2: [classes] });
  const program = defineProgram(
    { name: 'mlp', state: { theta: { shape: [layout.size] } }, feeds: { x: { shape: [batch, inputs] }, y: { shape: [batch], dtype: 'int32' } } },
    ({ state, feeds }) => {
      const views = viewsOf(state.theta, layout);
      const { w1, b1, w2, b2 } = views;
      const logits = linear(tanh(linear(feeds.x, w1!, b1!)), w2!, b2!);
      const loss = neg(mean(sum(mul(logSoftmax(logits), oneHot(feeds.y, classes)), { axes: [1] })));
      return { state: { theta: sub(state.theta, mul(flatGradient(loss, views, layout), learningRate)) }, outputs: { loss } };
    },
  );
  const feeds = (step: number): Record<string, Tensor> => ({ x: normal(`x${step}`, [batch, inputs]), y: labels(step, batch, classes) });
  return { program, initial: { theta: normal('theta', [layout.size], 1 / Math.sqrt(inputs)) }, feeds };
}

/** Kernels that an engine might split over threads: large products, convolutions, reductions over every axis, row-wise ops. */
export function kernels(): TestProgram {
  const program = defineProgram(
    { name: 'kernels', constants: { w: { shape: [300, 257] }, f: { shape: [24, 16, 3, 3] } }, feeds: { x: { shape: [129, 300] }, v: { shape: [1, 300] }, q: { shape: [6, 65, 48] }, image: { shape: [5, 16, 30, 30] }, long: { shape: [300_001] } } },
    ({ constants: { w, f }, feeds: { x, v, q, image, long } }) => {
      const convolved = conv2d(image, f, { pads: [1, 1, 1, 1] });
      const [dImage, dFilter] = gradients(sum(mul(convolved, convolved)), [image, f]);
      return {
        outputs: {
          dImage: dImage!,
          dFilter: dFilter!,
          product: matmul(x, w),
          fromLeft: matmul(x, matmul(x, w), { transA: true }),
          row: matmul(v, w),
          attention: matmul(softmax(matmul(q, q, { transB: true })), q),
          convolved,
          filterSum: sum(convolved, { axes: [0, 2, 3] }),
          weightGradient: matmul(reshape(transpose(convolved, [1, 0, 2, 3]), [24, 4500]), reshape(transpose(image, [0, 2, 3, 1]), [4500, 16])),
          total: sum(long),
          average: mean(mul(long, long)),
          columns: sum(x, { axes: [0] }),
          rows: sum(x, { axes: [1] }),
          middle: mean(q, { axes: [1] }),
          outer: mean(q, { axes: [0, 2] }),
          highest: max(x, { axes: [1] }),
          logits: logSoftmax(x),
          bent: gelu(tanh(x)),
        },
      };
    },
  );
  const feeds = (step: number): Record<string, Tensor> => ({ x: normal(`x${step}`, [129, 300]), v: normal(`v${step}`, [1, 300]), q: normal(`q${step}`, [6, 65, 48]), image: normal(`i${step}`, [5, 16, 30, 30]), long: normal(`l${step}`, [300_001]) });
  return { program, initial: { w: normal('w', [300, 257]), f: normal('f', [24, 16, 3, 3]) }, feeds };
}
