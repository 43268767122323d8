/** For work on the screen alone: a worker that speaks the protocol and invents the numbers. Never part of the product. */
import { cards } from '../../methods/cards';
import { assertNever } from '../../base/errors';
import { fakeDetails } from './fake-details';
import { Rng } from './small-random';
import type { Command, RunEvent, SeriesBatch } from '../../spec/messages';
import type { Picture } from '../../spec/picture';
import type { WorkerLike } from '../worker-client';

/** Every kind of picture, for seeing them all. */
const kinds: readonly Picture['kind'][] = ['lines', 'tiles', 'histogram', 'scatter', 'plane', 'images', 'audio', 'table', 'heatmap'];

function picture(kind: Picture['kind'], arms: readonly string[], rng: Rng, at: number): Picture {
  const series = (n: number, f: (i: number) => number): Float32Array => Float32Array.from({ length: n }, (_, i) => f(i));
  switch (kind) {
    case 'lines':
      return {
        kind, xLabel: 'Frequency (share of Nyquist)', yLabel: 'Magnitude', markers: [{ label: 'centroid', x: 0.45 }],
        series: [undefined, ...arms].map((arm, a) => ({ label: arm ?? 'target', ...(arm && { arm }), x: series(512, (i) => i / 511), y: series(512, (i) => Math.exp(-(((i / 511 - 0.1 - 0.35 * Math.min(1, at + (arm ? 0 : 1)) - 0.03 * a) / 0.14) ** 2)) * (1 + 0.3 * rng.normal())) })),
      };
    case 'tiles':
      return { kind, tiles: ['q', 'k', 'v', 'out'].map((label) => ({ kind: 'heatmap', label, rows: 48, columns: 48, scale: 'binary', values: series(48 * 48, () => Number(rng.uniform() > 0.3 * at)) })) };
    case 'histogram': {
      const counts = series(40, (i) => 1000 * Math.exp(-(((i - 28 + 10 * at) / 5) ** 2)));
      return { kind, edges: series(41, (i) => 0.002 + i * 0.0003), counts, xLabel: 'mask score', markers: [{ label: 'threshold', x: 0.005 }] };
    }
    case 'scatter':
      return { kind, xLabel: 'Test accuracy', yLabel: 'Shifted accuracy', points: [...Array.from({ length: 8 }, (_, i) => ({ label: `ingredient ${i}`, shape: 'dot' as const, x: 0.7 + 0.1 * rng.uniform(), y: 0.4 + 0.1 * rng.uniform() })), ...arms.map((arm) => ({ label: arm, arm, shape: 'star' as const, x: 0.78 + 0.05 * rng.uniform(), y: 0.5 + 0.05 * rng.uniform() })), { label: 'start', shape: 'ring' as const, x: 0.68, y: 0.42 }] };
    case 'plane': {
      const axis = series(41, (i) => -0.5 + i / 20);
      return { kind, x: axis, y: axis, xLabel: 'towards a', yLabel: 'towards b', valueLabel: 'loss', values: series(41 * 41, (i) => Math.log(0.1 + (axis[i % 41]! - 0.5) ** 2 + 2 * (axis[Math.floor(i / 41)]! - 0.5) ** 2)), points: [{ label: 'start', x: 0, y: 0 }, { label: 'a', x: 1, y: 0 }, { label: 'b', x: 0, y: 1 }] };
    }
    case 'images':
      return { kind, images: ['target', ...arms].map((label) => ({ label, width: 32, height: 32, channels: 1, data: Uint8Array.from({ length: 1024 }, (_, i) => 127 + 100 * Math.sin(i / 9) + 20 * rng.uniform()) })) };
    case 'audio':
      return { kind, sampleRateHz: 8000, clips: ['target', ...arms].map((label) => ({ label, arm: label, samples: series(4000, (i) => 0.6 * Math.sin(i / 3) * Math.exp(-i / 2500)) })) };
    case 'table':
      return { kind, columns: ['step', 'ingredient', 'accuracy', 'kept'], rows: Array.from({ length: 6 }, (_, i) => [i, `number ${i}`, 0.7 + 0.02 * i, i % 2 ? 'yes' : 'no']) };
    case 'heatmap':
      return { kind, rows: 24, columns: 80, scale: 'sequential', xLabel: 'time', yLabel: 'band', values: series(24 * 80, (i) => Math.sin(i / 50) + 0.3 * rng.normal()) };
    default: return assertNever(kind);
  }
}

class FakeWorker implements WorkerLike {
  onmessage: WorkerLike['onmessage'] = null;
  onerror: WorkerLike['onerror'] = null;
  onmessageerror: WorkerLike['onmessageerror'] = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private paused = false;
  private readonly speed = Number(new URLSearchParams(location.search).get('fake') || 12);

  private emit(event: RunEvent): void {
    setTimeout(() => this.onmessage?.(new MessageEvent('message', { data: event })), 0);
  }
  terminate(): void {
    clearInterval(this.timer);
  }
  postMessage(command: Command): void {
    switch (command.type) {
      case 'warmUp': return this.emit({ type: 'ready', facts: { webgpu: { available: true, adapter: 'SwiftShader', software: true, build: 'jspi' }, wasm: { threads: 1, crossOriginIsolated: true } } });
      case 'run': return this.run(command);
      case 'pause': this.paused = true; return this.emit({ type: 'paused', runId: command.runId });
      case 'resume': this.paused = false; return this.emit({ type: 'resumed', runId: command.runId });
      case 'step': return this.emit({ type: 'paused', runId: command.runId });
      case 'stop': clearInterval(this.timer); return this.emit({ type: 'failed', runId: command.runId, problem: { kind: 'stopped', message: 'Stopped by the user.' } });
      case 'ask': {
        if (cards[command.experiment.method]?.screen) {
          const [blocks, wrong] = (new URLSearchParams(location.search).get('model') ?? '4').split('-');
          const problems = wrong ? ['x holds examples of shape 1 × 32 × 32, and input "input" reads 1 × 28 × 28. Resize the images, or choose another input.', 'y holds 30 classes, from 0 to 29, and output "logits" has 26. Drop data with at most 26 classes.'] : [];
          return void setTimeout(() => this.emit({ type: 'answer', askId: command.askId, ask: command.ask, answer: { details: fakeDetails(Number(blocks), problems), ...(problems[0] && { blocked: problems[0] }) } }), 120);
        }
        const slots = Object.keys(cards[command.experiment.method]?.pictures ?? {});
        const main = slots.find((id) => cards[command.experiment.method]!.pictures[id]!.main) ?? slots[0] ?? 'answer';
        const rng = new Rng(7);
        setTimeout(() => this.emit({ type: 'answer', askId: command.askId, ask: command.ask, answer: { pictures: { [command.runId ? 'answer' : main]: picture('lines', command.experiment.arms.slice(0, 2), rng, Number(Object.values(command.values)[0]) / 400) } } }), 120);
      }
    }
  }
  private run({ runId, experiment }: Extract<Command, { type: 'run' }>): void {
    const card = cards[experiment.method]!;
    const rng = new Rng(experiment.seed);
    const total = 2000;
    const seeds = Array.from({ length: experiment.seeds }, (_, i) => experiment.seed + i);
    let step = 0;
    const started = performance.now();
    this.paused = false;
    this.emit({ type: 'provider', runId, provider: 'wasm', why: 'Raced on the real step: WASM 1.9 ms, WebGPU 14 ms (software adapter).' });
    const level = (arm: string, metric: string, s: number): number => (/loss/.test(metric) ? 2 / (1 + s / (60 + 9 * arm.length)) + 1e-4 : /psnr/.test(metric) ? 10 + (arm.length * 4) * (1 - Math.exp(-s / 500)) : 0.4 + 0.04 * (arm.length % 12) * (1 - Math.exp(-s / 400)));
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      if (this.paused) return;
      const from = step;
      step = Math.min(total, step + this.speed);
      const batch: SeriesBatch[] = [];
      for (const arm of experiment.arms) for (const seed of seeds) for (const chart of card.charts) {
        const steps = Float64Array.from({ length: step - from }, (_, i) => from + i);
        batch.push({ arm, seed, metric: chart.metric, steps, values: steps.map((s) => level(arm, chart.metric, s) * (1 + 0.04 * rng.normal())), timesMs: Float32Array.from(steps, (s) => 3 * s), examples: Float32Array.from(steps, (s) => 32 * s) });
      }
      this.emit({ type: 'metrics', runId, batch });
      const elapsedMs = performance.now() - started;
      this.emit({ type: 'progress', runId, share: step / total, label: `step ${step} of ${total}`, elapsedMs, leftMs: (elapsedMs * (total - step)) / step });
      if (Math.floor(from / 200) !== Math.floor(step / 200) || from === 0) Object.keys(card.pictures).forEach((id, i) => seeds.forEach((seed) => this.emit({ type: 'picture', runId, id, seed, picture: picture(kinds[i % kinds.length]!, experiment.arms, rng, step / total) })));
      if (from === 0) Object.keys(card.invariants).forEach((id) => this.emit({ type: 'light', runId, light: { id, seed: experiment.seed, holds: id !== 'noise-std', detail: 'largest difference 0' } }));
      if (step < total) return;
      clearInterval(this.timer);
      const outcomes = experiment.arms.flatMap((arm) => seeds.flatMap((seed) => ['psnr', 'psnr/zero', 'psnr/between', 'loss'].map((metric) => ({ arm, seed, metric, value: level(arm, metric, 2000) + rng.normal() * 0.2 }))));
      this.emit({ type: 'finished', runId, result: { outcomes, lights: [], proof: { provider: 'wasm', fingerprint: '0123456789abcdef', marks: outcomes.slice(0, 4).map((o) => o.value) }, elapsedMs } });
    }, 100);
  }
}
export const startFakeWorker = (): WorkerLike => new FakeWorker();
