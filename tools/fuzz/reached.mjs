// Which code was reached, by V8's own counts of blocks, carried back to the lines of our sources. A line is reached if all that stands on it was: the branch of a guard in
// one line, too.
import { Session } from 'node:inspector/promises';
import { relative } from 'node:path';

/** Begins to count; `take(code)` gives { file: { lines, parts, functions, entered } } of the files under src that are `code` or begin so. */
export async function beginReached(root) {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const take = async (code) => {
    const { result } = await session.post('Profiler.takePreciseCoverage');
    await session.post('Debugger.enable');
    const files = {};
    for (const script of result) {
      const file = relative(`${root}/src`, script.url);
      if (!code.some((one) => file === one || (!one.endsWith('.ts') && file.startsWith(one))) || /testing\/|\.test\./.test(file)) continue;
      const { scriptSource } = await session.post('Debugger.getScriptSource', { scriptId: script.scriptId });
      files[file] = ofScript(scriptSource, script.functions);
    }
    return files;
  };
  return { take };
}
function ofScript(source, functions) {
  const map = JSON.parse(Buffer.from(/sourceMappingURL=data:application\/json;(?:charset=utf-8;)?base64,([\w+/=]+)/.exec(source)[1], 'base64').toString());
  const starts = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
  const places = segmentsOf(map.mappings).map(({ line, column, sourceLine }) => ({ at: starts[line] + column, line: sourceLine })).filter(({ at }) => /[^\s{}()[\];,]/.test(source[at] ?? '')).sort((a, b) => a.at - b.at);
  const counts = new Array(places.length).fill(0);
  const firstFrom = (at) => {
    let [low, high] = [0, places.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[middle].at < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  // Ranges lie within one another: the innermost comes last.
  const ranges = functions.flatMap((one) => one.ranges).sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  for (const { startOffset, endOffset, count } of ranges) counts.fill(count, firstFrom(startOffset), firstFrom(endOffset));
  const own = functions.map(({ functionName, ranges: [whole] }) => ({ functionName, count: whole.count, from: firstFrom(whole.startOffset), to: firstFrom(whole.endOffset) })).filter(({ from, to }) => to > from && !(from === 0 && to === places.length));
  return { lines: places.map(({ line }) => line), parts: counts.map((count) => (count > 0 ? 1 : 0)), functions: own.map(({ functionName, from }) => `${functionName || '=>'} ${places[from].line}.${from}`), entered: own.map(({ count }) => (count > 0 ? 1 : 0)) };
}
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** The places of a source map (ECMA-426): lines parted by ;, places by , and numbers of each in base 64 with a sign, as differences. */
function segmentsOf(mappings) {
  const segments = [];
  let sourceLine = 0;
  mappings.split(';').forEach((text, line) => {
    let column = 0;
    for (const part of text.split(',')) {
      if (part === '') continue;
      const numbers = [];
      let [value, shift] = [0, 0];
      for (const letter of part) {
        const digit = digits.indexOf(letter);
        value |= (digit & 31) << shift;
        shift += 5;
        if (digit & 32) continue;
        numbers.push(value & 1 ? -(value >> 1) : value >> 1);
        [value, shift] = [0, 0];
      }
      column += numbers[0];
      if (numbers.length < 4) continue;
      sourceLine += numbers[2];
      segments.push({ line, column, sourceLine: sourceLine + 1 });
    }
  });
  return segments;
}
/** Adds what another process has reached of the same code. */
export function joinReached(all, files) {
  for (const [file, found] of Object.entries(files)) {
    const known = all.get(file);
    if (!known) all.set(file, found);
    else {
      known.parts = known.parts.map((part, i) => part | found.parts[i]);
      known.entered = joinEntered(known, found);
    }
  }
}
/** V8 leaves out functions whose code it has thrown away: they are matched by their place. */
function joinEntered(known, found) {
  const others = new Map(found.functions.map((name, i) => [name, found.entered[i]]));
  for (const [name, entered] of others) {
    if (known.functions.includes(name)) continue;
    known.functions.push(name);
    known.entered.push(entered);
  }
  return known.entered.map((entered, i) => entered | (others.get(known.functions[i]) ?? 0));
}
const linesOf = ({ lines, parts }) => {
  const whole = new Map();
  lines.forEach((line, i) => whole.set(line, (whole.get(line) ?? 1) & parts[i]));
  return whole;
};
/** Shares in [0, 1]: lines that were reached whole, functions that were entered. */
export function shareOf(reached) {
  const files = [...reached.values()];
  const share = (flags) => (flags.length === 0 ? NaN : flags.reduce((sum, one) => sum + one, 0) / flags.length);
  return { lines: share(files.flatMap((file) => [...linesOf(file).values()])), functions: share(files.flatMap(({ entered }) => entered)) };
}
/** 'data/files/png.ts:12, 40' and the functions that nothing entered. */
export const unreached = (reached) =>
  [...reached].map(([file, found]) => `${file}: lines ${[...linesOf(found)].filter(([, whole]) => !whole).map(([line]) => line).sort((a, b) => a - b).join(' ') || 'none'}; functions ${found.functions.filter((_, i) => !found.entered[i]).map((name) => name.replace(/\.\d+$/, '')).join(', ') || 'none'}`);
