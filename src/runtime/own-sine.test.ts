import { afterAll, describe, expect, test } from 'vitest';
import { floats, tensor } from '../base/tensor';
import { flatGradient } from '../engine/autodiff';
import { layoutOf } from '../engine/layout';
import { cos, mean, mul, sin, sub } from '../engine/ops';
import { viewsOf } from '../engine/ops/compose';
import { printProgram } from '../engine/print';
import { defineProgram, type Program } from '../engine/program';
import { verifyProgram } from '../engine/verify';
import { withOwnSine } from './own-sine';
import { createWasmExecutor } from './wasm';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());

const waves = (n: number): Program => defineProgram({ name: 'waves', feeds: { x: { shape: [n] } } }, ({ feeds }) => ({ outputs: { sin: sin(feeds.x), cos: cos(feeds.x) } }));

describe('own sine and cosine', () => {
  test.each([[Math.PI, 5e-7], [100, 5e-7], [10_000, 1e-6]])('err little for |x| up to %d', async (most, bound) => {
    const n = 4001;
    const x = Float32Array.from({ length: n }, (_, i) => ((2 * i) / (n - 1) - 1) * most);
    const { sin: s, cos: c } = await (await wasm.load(withOwnSine(waves(n)), {})).run({ x: tensor(x) });
    const worst = (found: Float32Array, f: (v: number) => number): number => found.reduce((w, v, i) => Math.max(w, Math.abs(v - f(x[i]!))), 0);
    expect(worst(floats(s!), Math.sin)).toBeLessThan(bound);
    expect(worst(floats(c!), Math.cos)).toBeLessThan(bound);
  });
  test('take the place of every sine and cosine, gradients too, and leave the rest as it is', async () => {
    const layout = layoutOf({ w: [3] });
    const program = defineProgram({ name: 'fit', state: { theta: { shape: [3] } }, feeds: { y: { shape: [3] } } }, ({ state, feeds }) => {
      const views = viewsOf(state.theta, layout);
      const off = sub(sin(mul(views.w!, 30)), feeds.y);
      const loss = mean(mul(off, off));
      return { state: { theta: sub(state.theta, mul(flatGradient(loss, views, layout), 1e-3)) }, outputs: { loss, target: feeds.y } };
    });
    const replaced = withOwnSine(program);
    expect(() => verifyProgram(replaced)).not.toThrow();
    expect(printProgram(program)).toMatch(/= sin\(/);
    expect(printProgram(replaced)).not.toMatch(/= (sin|cos)\(/);
    expect(replaced.outputs.target).toBe(program.outputs.target);
    const [a, b] = await Promise.all([program, replaced].map(async (p) => {
      const session = await wasm.load(p, { theta: tensor([0.1, -0.7, 2]) });
      const { loss } = await session.run({ y: tensor([0.5, 0.5, 0.5]) });
      return [...floats(loss!), ...floats(await session.read('theta'))];
    }));
    a!.forEach((v, i) => expect(b![i]!).toBeCloseTo(v, 5));
  });
  test('leave a program without any untouched', () => {
    const plain = defineProgram({ name: 'plain', feeds: { x: { shape: [2] } } }, ({ feeds }) => ({ outputs: { y: mul(feeds.x, 2) } }));
    expect(withOwnSine(plain)).toBe(plain);
  });
});
