// The comparison as Markdown: what was measured, and for what was not, why.
import { median, speedUp } from './lanes.mjs';

const rate = (ms) => (ms < 100 ? (1000 / ms).toPrecision(ms < 10 ? 3 : 2) : (1000 / ms).toFixed(2));
/** Half the distance between the quartiles of the rounds, in per cent of their median. */
function spread({ stepMs }) {
  const sorted = [...stepMs].sort((a, b) => a - b);
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
  return Math.round((50 * (at(0.75) - at(0.25))) / median(stepMs));
}
const times = (x) => `${x.toFixed(x < 10 ? 2 : 0)}x`;
const geometricMean = (xs) => Math.exp(xs.reduce((sum, x) => sum + Math.log(x), 0) / xs.length);
const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MB`;
const seconds = (ms) => `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`;
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const works = (lane) => lane && !lane.problem;
/** The faster of a library's lanes, or one that says why there is none. */
function bestOf(lanes, library) {
  const mine = lanes.filter(({ name }) => name.library === library);
  const timed = mine.filter(works).sort((a, b) => (a.medianMs ?? Infinity) - (b.medianMs ?? Infinity));
  return timed[0] ?? mine[0];
}
/** The backend is named where it is not the one that the lane is called after. */
const backendNote = (lane, usual) => (lane.name.backend === usual ? '' : ` (${lane.name.backend})`);
function rateCell(lane, usual) {
  if (!lane) return '';
  if (lane.problem) return `none: ${lane.problem}`;
  return lane.medianMs ? `${rate(lane.medianMs)} ±${spread(lane)} %${backendNote(lane, usual)}` : `as expected${backendNote(lane, usual)}`;
}
const libraries = ['ours', 'tfjs', 'jax'];
const heads = ['this project', 'tf.js', 'jax-js'];
const rowsOf = (results) => results.map((result) => ({ ...result, ...Object.fromEntries([...libraries, 'native'].map((library) => [library, bestOf(result.lanes, library)])) }));

/** How many times `other` takes what `ours` takes: by the clock, and in processor time. */
const ratios = (ours, other) => ({ clock: speedUp(ours, other), cpu: other.cpuMs / ours.cpuMs });
/** Least of each over the lanes. */
const least = (all) => ({ clock: Math.min(...all.map(({ clock }) => clock)), cpu: Math.min(...all.map(({ cpu }) => cpu)) });
const timed = (lane) => works(lane) && lane.medianMs !== undefined;

/** Steps a second, with ratios to the best peer and, on the CPU, to native. */
function speedTable(rows, usual, native) {
  const columns = { peer: [], peerCpu: [], native: [], nativeCpu: [] };
  const note = (name, value, bold) => {
    if (value === undefined) return '';
    columns[name].push(value);
    return bold ? `**${times(value)}**` : times(value);
  };
  const body = rows.map((row) => {
    const peers = [row.tfjs, row.jax].filter(timed);
    const toPeers = timed(row.ours) && peers.length ? least(peers.map((peer) => ratios(row.ours, peer))) : undefined;
    const toNative = timed(row.ours) && timed(row.native) ? ratios(row.ours, row.native) : undefined;
    return [
      row.title,
      ...libraries.map((library) => rateCell(row[library], usual)),
      note('peer', toPeers?.clock, true),
      ...(native ? [note('peerCpu', toPeers?.cpu, true), timed(row.native) ? rate(row.native.medianMs) : '', note('native', toNative && 1 / toNative.clock), note('nativeCpu', toNative && 1 / toNative.cpu)] : []),
    ];
  });
  const mean = (name, bold) => (columns[name].length ? (bold ? `**${times(geometricMean(columns[name]))}**` : times(geometricMean(columns[name]))) : '');
  const means = ['geometric mean', '', '', '', mean('peer', true), ...(native ? [mean('peerCpu', true), '', mean('native'), mean('nativeCpu')] : [])];
  const head = ['steps a second', ...heads, 'faster than the best peer', ...(native ? ['in processor time', 'native onnxruntime', 'our time against native', 'in processor time'] : [])];
  return table(head, [...body, means]);
}
/** Time to the first step, and memory. */
function costTable(rows) {
  const memory = (lane) => (works(lane) ? `${megabytes(lane.heapBytes ?? lane.counts.wasmBytes)}${lane.heapBytes ? '' : ' (WASM alone)'}${backendNote(lane, 'wasm')}` : '');
  const first = (lane) => (works(lane) ? seconds(lane.firstStepMs) : '');
  return table(
    ['', 'nodes', ...heads.map((head) => `first step, ${head}`), ...heads.map((head) => `memory, ${head}`)],
    rows.map((row) => [row.title, row.ours?.facts?.nodes ?? '', ...libraries.map((library) => first(row[library])), ...libraries.map((library) => memory(row[library]))]),
  );
}
const machineText = ({ chromium, versions, threads, processor, load, quick }) =>
  `Chromium ${chromium.split('.')[0]}, ${threads} cores of ${processor}${load > threads / 2 ? ` shared with other programs (load ${load.toFixed(1)} at the start)` : ''}${quick ? ', a quick run' : ''}; ` +
  `tf.js ${versions['@tensorflow/tfjs-core']}, jax-js ${versions['@jax-js/jax']}, onnxruntime-node ${versions['onnxruntime-node']}.`;

export function showCpu(results, facts) {
  const groups = [...new Set(results.map(({ group }) => group))].filter((group) => group !== 'webgpu');
  if (groups.length === 0) return '';
  const parts = groups.map((group) => `WASM, ${group}:\n\n${speedTable(rowsOf(results.filter((r) => r.group === group)), 'wasm', true)}`);
  parts.push(`From a new worker to the first step's loss (library, compiling, step), and memory of the worker at the end (JavaScript and WebAssembly), one thread:\n\n${costTable(rowsOf(results.filter((r) => r.group === groups[0])))}`);
  return [...parts, machineText(facts)].join('\n\n');
}

export function showGpu(results, facts) {
  const rows = rowsOf(results.filter(({ group }) => group === 'webgpu'));
  if (rows.length === 0) return '';
  const { adapter, software } = facts.machine.webgpu;
  const onWebGpu = (row, library) => row.lanes.find(({ name }) => name.library === library && name.backend === 'webgpu');
  const dispatches = (lane) => (works(lane) ? lane.dispatches : `none: ${lane.problem}`);
  const memory = (lane) => (works(lane) ? megabytes(lane.counts.gpuBytes) : '');
  const counts = table(
    ['', ...heads.map((head) => `dispatches a step, ${head}`), ...heads.map((head) => `GPU buffers, ${head}`)],
    rows.map((row) => [row.title, ...libraries.map((library) => dispatches(onWebGpu(row, library))), ...libraries.map((library) => memory(onWebGpu(row, library)))]),
  );
  if (software) return `WebGPU on a software adapter (${adapter}): the first losses agree in every cell that has a number; speed is not measured, as there is no GPU here.\n\n${counts}`;
  const first = (lane) => (works(lane) ? seconds(lane.firstStepMs) : `none: ${lane.problem}`);
  const starts = table(['', ...heads.map((head) => `first step, ${head}`)], rows.map((row) => [row.title, ...libraries.map((library) => first(onWebGpu(row, library)))]));
  return [`WebGPU on ${adapter}, by ${facts.machine.gpu}:`, speedTable(rows, 'webgpu', false), "From a new worker to the first step's loss:", starts, counts, machineText(facts)].join('\n\n');
}
