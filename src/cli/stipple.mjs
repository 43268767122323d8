#!/usr/bin/env node
// The command line runs the same TypeScript as the page: Vite loads it here as it does there, and nothing needs building first.
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const server = await createServer({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, hmr: false, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true },
});
let code = 1;
try {
  const { main } = await server.ssrLoadModule('/src/cli/main.ts');
  code = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
} finally {
  await server.close();
}
process.exit(code);
