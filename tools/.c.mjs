import { createServer } from 'vite';
const server = await createServer({ root: '/work/wt/part-h', logLevel: 'error', appType: 'custom', server: { middlewareMode: true, hmr: false, watch: null, ws: false }, optimizeDeps: { noDiscovery: true } });
const { measure } = await server.ssrLoadModule('/src/engine/onnx/testing/conformance.ts');
const { NODES } = await server.ssrLoadModule('/src/engine/onnx/testing/operators/index.ts');
const { wasmLane } = await server.ssrLoadModule('/src/runtime/ort.ts');
const { createWasmExecutor } = await server.ssrLoadModule('/src/runtime/wasm.ts');
const wasm = await createWasmExecutor(); const { ort } = await wasmLane();
for (const op of (process.argv[3] ? [process.argv[3]] : NODES.keys())) {
  try { const f = await measure(op, 5, Number(process.argv[2]), ort, [wasm]);
  const all=Object.entries(f.errors).flatMap(([e,x])=>Object.entries(x).map(([k,v])=>[e+'.'+k,v])).filter(([,v])=>v!==undefined);
  if (f.notes.length||process.argv[3]||all.some(([,v])=>!(v<2e-5))) console.log(op, f.notes.join(' ').slice(0,300), all.map(([k,v])=>k+' '+v.toExponential(1)).join(' '));
  } catch(e) { console.log(op, 'THROWS', String(e.message).slice(0,300)); }
}
process.exit(0);
