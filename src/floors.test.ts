/** The house's rules, read off every import: what may use what, who may open which door, and where mathematics must be our own. */
import { expect, test } from 'vitest';

/** folder -> the folders it may import from, besides itself and `base`. */
const floors: Readonly<Record<string, readonly string[]>> = {
  base: [],
  engine: [], spec: [], offline: [], lessons: ['spec'],
  keep: ['spec'],
  nn: ['engine'], data: ['spec'], runtime: ['engine'],
  lab: ['nn', 'data', 'engine', 'keep', 'spec'],
  recipes: ['lab', 'nn', 'data', 'engine', 'spec'],
  bench: ['runtime', 'lab', 'nn', 'data', 'engine', 'spec'],
  methods: ['lab', 'nn', 'data', 'engine', 'spec'],
  cards: ['spec', 'methods'],
  worker: ['methods', 'recipes', 'lab', 'runtime', 'nn', 'data', 'engine', 'keep', 'spec'],
  cli: ['lessons', 'worker', 'recipes', 'methods', 'lab', 'runtime', 'nn', 'data', 'engine', 'keep', 'spec'],
  store: ['keep', 'spec', 'data', 'methods/cards', 'offline', 'lessons'],
  ui: ['store', 'keep', 'spec', 'data', 'methods/cards', 'lessons'],
  main: ['ui', 'store', 'keep', 'methods/cards'],
};
/** package -> the only file that may import it. */
const doors: Readonly<Record<string, string>> = { 'onnxruntime-web': 'runtime/ort' };
/** Folders on whose numbers results depend: the language leaves these functions to the engine, and engines differ in the last digit. */
const exact = ['data', 'nn', 'lab', 'methods', 'recipes', 'bench', 'worker'];
const inexact = /\bMath\.(sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|exp|expm1|log|log1p|log2|log10|pow|cbrt|hypot)\b/;

const sources = import.meta.glob<string>('./**/*.{ts,tsx}', { eager: true, query: '?raw', import: 'default' });
const files = Object.keys(sources).map((path) => path.slice(2).replace(/\.tsx?$/, ''));
const sourceOf = (file: string): string => sources[`./${file}.ts`] ?? sources[`./${file}.tsx`]!;
const withoutComments = (source: string): string => source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
const isTest = (file: string): boolean => /\.test$|(^|\/)testing(\/|$)/.test(file);
const folderOf = (file: string): string => (/^methods\/([^/]+\/(card|about)|cards)$/.test(file) ? 'cards' : file.split('/')[0]!);

test.each(files.filter((file) => !isTest(file)))('%s imports only from floors below', (file) => {
  const folder = folderOf(file);
  for (const [, target] of sourceOf(file).matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)) {
    if (target!.startsWith('.')) {
      const parts = new URL(target!, `file:///${file}`).pathname.slice(1);
      const allowed = [folder, 'base', ...(floors[folder] ?? [])];
      expect(allowed.some((a) => parts === a || parts.startsWith(`${a}/`)), `${file} imports ${parts}; ${folder} may import ${allowed.join(', ')}`).toBe(true);
    } else {
      const door = Object.entries(doors).find(([name]) => target === name || target!.startsWith(`${name}/`));
      if (door) expect(file, `only ${door[1]} imports ${door[0]}`).toBe(door[1]);
    }
  }
});
test('results depend on no function whose last digit the language leaves open', () => {
  const offenders = files.filter((file) => exact.includes(folderOf(file)) && !isTest(file) && inexact.test(withoutComments(sourceOf(file))));
  expect(offenders, 'use base/math').toEqual([]);
});
test('no floor below the methods names a method', () => {
  const ids = [...new Set(files.flatMap((file) => /^methods\/([^/]+)\/card$/.exec(file)?.[1] ?? []))];
  expect(ids.length).toBeGreaterThan(0);
  const below = files.filter((file) => ['base', 'engine', 'spec', 'nn', 'data', 'runtime', 'keep', 'lab', 'worker'].includes(file.split('/')[0]!) && !isTest(file));
  const naming = below.filter((file) => ids.some((id) => new RegExp(`['"\`]${id}['"\`]`).test(sourceOf(file))));
  expect(naming).toEqual([]);
});
