// What the scenarios showed, as the tables of docs/performance.md.
import { slope } from './instruments.mjs';

const ms = (value) => value.toFixed(value < 10 ? 1 : 0);
const took = (value) => (value < 1000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(value < 100_000 ? 1 : 0)} s`);
const mib = (bytes) => (bytes / 2 ** 20).toFixed(Math.abs(bytes) < 10 * 2 ** 20 ? 1 : 0);
const rowOf = ({ part, tookMs, frames, longTasks, longestMs, processorMs, memory }) => [
  part, took(tookMs), `${ms(frames.medianMs)}, ${ms(frames.p95Ms)}, ${ms(frames.worstMs)}`, longTasks === 0 ? 'none' : `${longTasks}, longest ${ms(longestMs)}`, ms(processorMs), mib(memory.heap), mib(memory.wasm), mib(memory.process), mib(memory.peak),
];
const heads = ['', 'took', 'frames, ms: median, 95 %, worst', 'tasks over 50 ms by the clock', 'longest task, ms of the processor', 'heap of the page, MiB', 'WASM', 'process', 'its peak'];
const table = (rows) => [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** How memory grows with the steps, once the first two tenths are over. */
export function growth(parts) {
  const late = parts.filter(({ step }) => step !== undefined).slice(2);
  if (late.length < 3) return undefined;
  const of = (kind) => slope(late.map(({ step, memory }) => ({ x: step, y: memory[kind] })));
  return { heap: of('heap'), wasm: of('wasm'), process: of('process') };
}
const bytes = (value) => `${Math.round(value).toLocaleString('en')} bytes`;
const growthText = ({ heap, wasm, process }) => `After the first two tenths a step adds ${bytes(heap)} to the page's heap, ${bytes(wasm)} of WASM memory and ${bytes(process)} to the process (least squares).`;

export function showLoad(results) {
  return results.map(({ title, id, did, parts, said }) => {
    const grown = growth(parts);
    const grew = Math.max(0, ...parts.map(({ browserGrew }) => browserGrew));
    return [`**${title}** (\`${id}\`). ${did}`, table(parts.map(rowOf)), ...(grown ? [growthText(grown)] : []), ...(said ? [`All processes of the browser together had at most ${mib(grew)} MiB more after a part than before it. The page said:`, Object.values(said).filter(Boolean).map((text) => `> ${text}`).join('\n>\n')] : [])].join('\n\n');
  }).join('\n\n');
}
