import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { mathPlugin } from './tools/math-plugin.ts';

/** Cross-origin isolation: with it the WASM provider may use threads. The page also works without (one thread). */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './', // the built page runs from any folder of a static host
  plugins: [react(), mathPlugin()],
  // onnxruntime-web: take the small JavaScript bundles and fetch the .wasm files beside them (see src/runtime/ort.ts).
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'] },
  // Left as it is in development, too: pre-bundling would move it away from its .wasm files, and reload the page when it is first met.
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  server: { headers: isolation },
  preview: { headers: isolation },
  worker: { format: 'es' },
  build: { target: 'es2023', chunkSizeWarningLimit: 1000 },
  test: { include: ['src/**/*.test.{ts,tsx}'], testTimeout: 60_000 },
});
