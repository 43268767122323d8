// `npm run bench -- profile --workload mlp`: where a step's time goes, on WASM and on native onnxruntime, by kind of operator.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installPeers } from './install.mjs';

/** The events of a profile, whichever of the two libraries wrote it. */
const eventsOf = (text) => [...text.matchAll(/\{"cat"[^\n]*\}/g)].flatMap(([line]) => (line.includes('_kernel_time') || line.includes('"model_run"') ? [JSON.parse(line)] : []));

function profileOf(id, kind, steps) {
  const child = fork(fileURLToPath(new URL('profile-child.mjs', import.meta.url)), [id, kind, String(steps)], { silent: true });
  let text = '';
  let times;
  child.stdout.setEncoding('utf8').on('data', (part) => (text += part));
  child.on('message', (message) => (times = message));
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (part) => (complaint += part));
  return new Promise((resolve, reject) => {
    child.on('close', () => (times ? resolve(summary(times, eventsOf(text), steps)) : reject(new Error(`The profile of ${id} on ${kind} failed: ${complaint.slice(0, 400)}`))));
  });
}
/** Milliseconds a step of each operator kind: of every node the fastest of all runs, which is what its work costs undisturbed. */
function summary(times, events, steps) {
  const runs = events.filter(({ name }) => name === 'model_run').sort((a, b) => a.ts - b.ts).slice(-steps); // without the warming ones
  const nodes = new Map();
  for (const { name, ts, dur, args } of events) {
    if (!name.endsWith('_kernel_time') || ts < runs[0].ts) continue;
    const key = `${args.node_index} ${name}`;
    if (!nodes.has(key)) nodes.set(key, { type: args.op_name, durations: [] });
    nodes.get(key).durations.push(dur);
  }
  const kinds = new Map();
  for (const { type, durations } of nodes.values()) {
    const kind = kinds.get(type) ?? { count: 0, ms: 0 };
    kinds.set(type, { count: kind.count + 1, ms: kind.ms + Math.min(...durations) / 1000 });
  }
  return { ...times, kinds, kernelsMs: [...kinds.values()].reduce((sum, { ms }) => sum + ms, 0) };
}
const ms = (x) => (x === undefined ? '' : x.toFixed(x < 10 ? 2 : 1));

/** Profiles the workloads; returns the Markdown. */
export async function measureProfile({ quick, only }) {
  installPeers();
  const parts = [];
  for (const id of only ?? ['mlp', 'siren', 'gpt-170k']) {
    const steps = quick ? 5 : 30;
    const [wasm, native] = [await profileOf(id, 'wasm', steps), await profileOf(id, 'native', steps)];
    const total = (title, pick) => `| ${title} | | ${ms(pick(wasm))} | ${ms(pick(native))} | ${(pick(wasm) / pick(native)).toFixed(1)}x |`;
    const names = [...new Set([...wasm.kinds.keys(), ...native.kinds.keys()])].sort((a, b) => (wasm.kinds.get(b)?.ms ?? 0) - (wasm.kinds.get(a)?.ms ?? 0)).slice(0, 12);
    const rows = names.map((name) => {
      const [w, n] = [wasm.kinds.get(name), native.kinds.get(name)];
      return `| ${name} | ${w?.count ?? ''}${n && n.count !== w?.count ? ` (native ${n.count})` : ''} | ${ms(w?.ms)} | ${ms(n?.ms)} | ${w && n ? `${(w.ms / n.ms).toFixed(1)}x` : ''} |`;
    });
    parts.push(
      [
        `\`${id}\`, ms a step, one thread:\n`,
        '| | nodes | WASM | native | ratio |',
        '|---|---|---|---|---|',
        total('whole step, processor time', (p) => p.stepMs),
        total('inside `session.run`, processor time', (p) => p.runMs),
        total('in kernels, each at its fastest', (p) => p.kernelsMs),
        ...rows,
      ].join('\n'),
    );
  }
  return parts.join('\n\n');
}
