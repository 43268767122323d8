import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { mathPlugin } from './tools/math-plugin.ts';
import { offline } from './tools/offline.ts';
import { headers, pagePolicy } from './tools/page-policy.ts';

/** While developing, modules are sent piece by piece with inline scripts, which the page's policy forbids: isolation alone. */
const { 'Cross-Origin-Opener-Policy': opener, 'Cross-Origin-Embedder-Policy': embedder } = headers;

export default defineConfig({
  base: './', // the built page runs from any folder of a static host
  plugins: [react(), mathPlugin(), pagePolicy(), offline()],
  // onnxruntime-web: take the small JavaScript bundles and fetch the .wasm files beside them (see src/runtime/ort.ts).
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'] },
  // Left as it is in development, too: pre-bundling would move it away from its .wasm files, and reload the page when it is first met.
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  server: { headers: { 'Cross-Origin-Opener-Policy': opener, 'Cross-Origin-Embedder-Policy': embedder } },
  preview: { headers },
  worker: { format: 'es' },
  build: {
    target: 'es2023', chunkSizeWarningLimit: 1000,
    // What the first paint and a screen that is fetched later share is one file: on a slow line two dozen small ones take several turns of asking. Not the charts: they bring their library.
    rollupOptions: { output: { codeSplitting: { groups: [{ name: 'shared', test: /\/src\/(base|spec|store|ui(?!\/charts\/(?!controls|texts))|methods\/cards)\b|\/node_modules\/(react|react-dom|scheduler|zustand)\//, minShareCount: 2 }] } } },
  },
  test: { include: ['src/**/*.test.{ts,tsx}'], testTimeout: 60_000, maxWorkers: '100%' }, // every core: by default one of two would stand idle
});
