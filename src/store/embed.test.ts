import { expect, test } from 'vitest';
import { embedCode, readEmbedding, wholePage } from './embed';

test('a page is embedded when its address says so, and locked only then', () => {
  expect(readEmbedding('?embed')).toEqual({ embedded: true, locked: false });
  expect(readEmbedding('?embed&lock')).toEqual({ embedded: true, locked: true });
  expect(readEmbedding('?lock')).toEqual({ embedded: false, locked: false });
  expect(readEmbedding('')).toEqual({ embedded: false, locked: false });
});
test('the code names the experiment and cannot be broken out of', () => {
  const code = embedCode('https://a.example/lab/?x=1#old', '#winner?v=1&k.steps=40', 'A "title" <b>', true);
  expect(code).toContain('src="https://a.example/lab/?embed&amp;lock#winner?v=1&amp;k.steps=40"');
  expect(code).toContain('title="A &quot;title&quot; &lt;b&gt;"');
  expect(code.match(/</g)!.length).toBe(2);
  expect(wholePage('https://a.example/lab/?embed#winner?v=1')).toBe('https://a.example/lab/#winner?v=1');
});
