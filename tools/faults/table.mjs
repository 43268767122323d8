// Records of injections as the table of docs/reliability.md.
const providers = { wasm: 'WASM', webgpu: 'WebGPU' };
const seconds = (ms) => (ms < 9_950 ? (ms / 1000).toFixed(1) : (ms / 1000).toFixed(0));
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length % 2 ? sorted[sorted.length >> 1] : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
}
export function rows(faults, records) {
  return faults.flatMap(({ id, title, providers: on }) =>
    on.flatMap((provider) => {
      const own = records.filter((record) => record.fault === id && record.provider === provider);
      if (own.length === 0) return [];
      const survived = own.filter((record) => record.survived);
      const compared = survived.filter(({ bits }) => bits !== undefined);
      const times = survived.map(({ recoveryMs }) => recoveryMs);
      return [{ id, title, provider, injected: own.length, survived: survived.length, compared: compared.length, equal: compared.filter(({ bits }) => bits).length, ...(times.length > 0 && { medianMs: median(times), worstMs: Math.max(...times) }) }];
    }),
  );
}
export function table(faults, records) {
  const lines = rows(faults, records).map((row) => {
    const bits = row.compared > 0 ? `${row.equal} of ${row.compared}` : '';
    return `| ${row.title} (\`${row.id}\`) | ${providers[row.provider]} | ${row.injected} | ${row.survived} | ${bits} | ${row.medianMs === undefined ? '' : seconds(row.medianMs)} | ${row.worstMs === undefined ? '' : seconds(row.worstMs)} |`;
  });
  return ['| fault | provider | injected | survived | bits equal | median, s | worst, s |', '|---|---|---|---|---|---|---|', ...lines].join('\n');
}
