import { expect, test } from 'vitest';
import teaching from '../../docs/teaching.md?raw';
import { cards } from '../methods/cards';
import { lessonLimits, readLesson, type Lesson } from '../spec/lesson';
import { lessons } from './index';

test('there are six, in every family, with ids of their own', () => {
  expect(lessons.length).toBeGreaterThanOrEqual(6);
  expect(new Set(lessons.map((l) => l.family))).toEqual(new Set(['own', 'masks', 'noise', 'averages']));
  expect(new Set(lessons.map((l) => l.id)).size).toBe(lessons.length);
});
test.each(lessons.map((lesson) => [lesson.id, lesson] as const))('%s passes the door that a teacher\'s file passes: links without a dropped field, and only parts that the cards have', (_, lesson) => {
  expect(readLesson(JSON.parse(JSON.stringify(lesson)), cards)).toEqual(lesson);
});
const sound = lessons[0]!;
const with1 = (change: Partial<Record<keyof Lesson['steps'][number], unknown>>) => ({ ...sound, steps: [{ ...sound.steps[0], ...change }] });
test.each([
  ['no object', 5, 'an object'],
  ['another version', { ...sound, version: 2 }, 'version'],
  ['an id with a slash', { ...sound, id: '../x' }, 'small letters'],
  ['no steps', { ...sound, steps: [] }, 'a list of 1'],
  ['too many steps', { ...sound, steps: Array.from({ length: lessonLimits.steps + 1 }, () => sound.steps[0]) }, 'a list of 1'],
  ['too long a text', with1({ text: ['x'.repeat(lessonLimits.text + 1)] }), 'characters'],
  ['a text that turns the direction of writing', with1({ title: 'a\u202Eb' }), 'plain text'],
  ['a link of no method', with1({ link: '#nothing?v=1' }), 'does not have'],
  ['a link with a knob that is not there', with1({ link: '#winner?v=1&backend=wasm&k.evil=1' }), 'dropped'],
  ['a link to elsewhere', with1({ link: 'https://evil.example/' }), 'does not have'],
  ['a chart that is not there', with1({ look: { kind: 'chart', name: '__proto__' } }), 'expected one of'],
  ['a selector', with1({ look: { kind: 'body > *' } }), 'expected one of'],
  ['an arm that is not there', with1({ foretold: { says: 'x', left: { arm: 'constructor', metric: 'm' }, right: 0, comparison: '>' } }), 'expected one of'],
  ['an answer that is not there', with1({ question: { asks: 'x', options: [{ text: 'a', why: 'b' }, { text: 'a', why: 'b' }], right: 2 } }), 'from 0 to 1'],
  ['a step that waits for an answer to nothing', with1({ question: undefined, until: { kind: 'answered' } }), 'a question'],
  ['a first step without an experiment', with1({ link: undefined }), 'needs a link'],
])('refused in words: %s', (_, value, says) => expect(() => readLesson(value, cards)).toThrow(says));
test('the lesson that docs/teaching.md shows is one', () => {
  const [, text] = /```json\n([\s\S]+?)```/.exec(teaching)!;
  expect(readLesson(JSON.parse(text!), cards).steps.length).toBe(2);
  for (const { id } of lessons) expect(teaching).toContain(`\`${id}\``);
});
