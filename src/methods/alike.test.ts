/** No two folders of methods say the same thing in ten lines: what they share belongs to a floor below. */
import { expect, test } from 'vitest';

const sources = import.meta.glob<string>('./*/*.ts', { eager: true, query: '?raw', import: 'default' });
const window = 10;

/** Lines that say something, as they would read anywhere: without indentation, imports and lone brackets. */
function linesOf(source: string): string[] {
  return source.replace(/^import [\s\S]*?;$/gm, '').split('\n').map((line) => line.trim()).filter((line) => line.length > 3 && !line.startsWith('//') && !line.startsWith('*') && !line.startsWith('/*'));
}
test('no two methods share ten lines', () => {
  const places = new Map<string, string[]>();
  for (const [path, source] of Object.entries(sources)) {
    if (path.startsWith('./testing/')) continue;
    const lines = linesOf(source);
    for (let i = 0; i + window <= lines.length; i++) {
      const text = lines.slice(i, i + window).join('\n');
      places.set(text, [...(places.get(text) ?? []), path]);
    }
  }
  const shared = [...places].filter(([, paths]) => new Set(paths.map((path) => path.split('/')[1])).size > 1).map(([text, paths]) => `${[...new Set(paths)].join(' and ')}:\n${text}`);
  expect(shared).toEqual([]);
});
