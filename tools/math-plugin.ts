/**
 * Equations become MathML when the page is built: the module `virtual:equations` maps the TeX of every method to it, so no typesetter is
 * sent to the browser. A formula that cannot be read fails the build.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import temml from 'temml';
import { runnerImport, type Plugin } from 'vite';
import type { About } from '../src/spec/card';

const name = 'virtual:equations';
const methods = fileURLToPath(new URL('../src/methods', import.meta.url));

export function mathPlugin(): Plugin {
  return {
    name: 'stipple-equations',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    async load(id) {
      if (id !== `\0${name}`) return;
      const files = readdirSync(methods).filter((id) => !id.startsWith('.')).map((id) => join(methods, id, 'about.ts')).filter((file) => existsSync(file));
      const abouts = await Promise.all(files.map(async (file) => (await runnerImport<{ readonly about: About }>(file, { configFile: false, logLevel: 'error' })).module.about));
      for (const file of files) this.addWatchFile(file);
      const all = new Set(abouts.flatMap(({ equations }) => equations.map(({ tex }) => tex)));
      const typeset = [...all].map((tex) => [tex, withoutStyles(temml.renderToString(tex, { displayMode: true, throwOnError: true, annotate: true }))]);
      return `export default ${JSON.stringify(Object.fromEntries(typeset))};`;
    },
  };
}

/** The page's policy lets no markup bring styles of its own: what the typesetter writes inline is said by the style sheet instead. */
function withoutStyles(mathML: string): string {
  const said = mathML.replaceAll(/ style="(?:display:block math;|false)"/g, '').replaceAll('" style="math-depth:0;"', ' depth-0"');
  const left = / style="[^"]*"/.exec(said);
  if (left) throw new Error(`An equation came with${left[0]}, which the page's policy would drop. Say it in src/ui/style.css, and here.`);
  return said;
}
