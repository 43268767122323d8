import { expect, test } from 'vitest';
import { bytesText, durationText, leftText, numberText, percentText, tickText, whenText } from './format';

test.each([[0, '0'], [0.30000000000000004, '0.3'], [-12.3456, '−12.35'], [1234, '1\u202f234'], [12345.6, '12\u202f346'], [2.5e-4, '2.5·10⁻⁴'], [1e-5, '10⁻⁵'], [3e7, '3·10⁷'], [NaN, 'not a number'], [-Infinity, '−∞'], [100, '100'], [999999.9, '1\u202f000\u202f000']])('%d reads %s', (value, text) => expect(numberText(value)).toBe(text));
test('shares read as per cent, with one decimal at most', () => {
  expect([percentText(0.8334), percentText(1), percentText(-0.005), percentText(NaN)]).toEqual(['83.3 %', '100 %', '−0.5 %', 'not a number']);
  expect(tickText(0.25, 'percent')).toBe('25 %');
});
test('times and sizes carry their units', () => {
  expect([durationText(12), durationText(1500), durationText(65_000), durationText(3_660_000)]).toEqual(['12 ms', '1.5 s', '1 min 5 s', '1 h 1 min']);
  expect([leftText(200), leftText(7200), leftText(41_000), leftText(100_000)]).toEqual(['1 s', '8 s', '45 s', '2 min']);
  expect([bytesText(12), bytesText(2048), bytesText(64 * 2 ** 20)]).toEqual(['12 bytes', '2 KiB', '64 MiB']);
});

test.each([[-5e6, 'just now'], [20_000, 'just now'], [60_000, 'a minute ago'], [3.1e6, '52 minutes ago'], [3.6e6, 'an hour ago'], [5 * 3.6e6, '5 hours ago'], [26 * 3.6e6, 'a day ago'], [80 * 3.6e6, '3 days ago']])('%d ms ago is %s', (ago, said) => expect(whenText(1e12 - ago, 1e12)).toBe(said));
