import { expect, test } from 'vitest';
import { embedCode, oEmbed, readEmbedding, wholePage } from './embed';

test('a page is embedded when its address says so, and locked only then', () => {
  expect(readEmbedding('?embed')).toEqual({ embedded: true, locked: false });
  expect(readEmbedding('?embed&lock')).toEqual({ embedded: true, locked: true });
  expect(readEmbedding('?lock')).toEqual({ embedded: false, locked: false });
  expect(readEmbedding('')).toEqual({ embedded: false, locked: false });
});
test('the code names the experiment and cannot be broken out of', () => {
  const code = embedCode('https://a.example/lab/?x=1#old', '#winner?v=1&k.steps=40', 'A "title" <b>', 'none');
  expect(code).toContain('src="https://a.example/lab/?embed&amp;lock#winner?v=1&amp;k.steps=40"');
  expect(code).toContain('title="A &quot;title&quot; &lt;b&gt;"');
  expect(code.match(/</g)!.length).toBe(2);
  expect(wholePage('https://a.example/lab/?embed#winner?v=1')).toBe('https://a.example/lab/#winner?v=1');
});
test('a teacher says which knobs are shown; names that cannot be any are dropped', () => {
  expect(readEmbedding('?embed&show=steps,width')).toEqual({ embedded: true, locked: false, show: ['steps', 'width'] });
  expect(readEmbedding(`?embed&show=${encodeURIComponent('a b,<x>,steps')}`).show).toEqual(['steps']);
  expect(readEmbedding('?embed&lock&show=steps')).toEqual({ embedded: true, locked: true });
  expect(readEmbedding('?show=steps')).toEqual({ embedded: false, locked: false });
  expect(embedCode('https://a.example/lab/', '#winner?v=1', 't', ['steps', 'width'])).toContain('src="https://a.example/lab/?embed&amp;show=steps,width#winner?v=1"');
});
test('an oEmbed answer holds the very same code', () => {
  const answer = JSON.parse(oEmbed('https://a.example/lab/?x#y', '#winner?v=1', 'A <title>', 'none')) as Record<string, unknown>;
  expect(answer).toMatchObject({ version: '1.0', type: 'rich', provider_url: 'https://a.example/lab/', title: 'A <title>', html: embedCode('https://a.example/lab/', '#winner?v=1', 'A <title>', 'none') });
});
