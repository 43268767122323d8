/**
 * What the page may do, in the browser's own terms (docs/security.md): a Content-Security-Policy inside the built page, so that it holds on any static host; the same
 * and a few more headers where we serve it ourselves; hashes of the scripts and styles that the page names.
 */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const rules: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' blob:",
  'media-src': 'blob:',
  'manifest-src': "'self'",
  // Addresses that the user types in; nothing else asks anywhere but at home.
  'connect-src': "'self' https: http:",
  'base-uri': "'none'",
  'form-action': "'none'",
  'require-trusted-types-for': "'script'",
  'trusted-types': 'default build',
};
export const policy = Object.entries(rules).map(([name, value]) => `${name} ${value}`).join('; ');
/** Headers for every answer. Cross-origin isolation: with it the WASM provider may use threads; the page also works without (one thread). */
export const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': policy,
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const;

const integrityOf = (text: Uint8Array): string => `sha384-${createHash('sha384').update(text).digest('base64')}`;

export function pagePolicy(): Plugin {
  return {
    name: 'stipple-page-policy',
    apply: 'build',
    enforce: 'post',
    // On the files as they were written: until then, later plugins still change them.
    async writeBundle({ dir }, bundle) {
      const at = (name: string): string => join(dir!, name);
      for (const page of Object.keys(bundle).filter((name) => name.endsWith('.html'))) {
        let html = await readFile(at(page), 'utf8');
        for (const [tag, path] of html.matchAll(/<(?:script|link)\b[^>]*?\b(?:src|href)="\.\/([^"]+\.(?:js|css))"[^>]*>/g))
          html = html.replace(tag, tag.replace(/>$/, ` integrity="${integrityOf(await readFile(at(path!)))}">`));
        await writeFile(at(page), html.replace('<head>', `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`));
      }
    },
  };
}
