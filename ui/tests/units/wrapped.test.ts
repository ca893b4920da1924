import { expect, test } from '@playwright/test';
import { wrapped } from '../../src/export/wrapped.ts';

/** Wide letters take twice the room. */
const widthOf = (text: string) => [...text].reduce((sum, letter) => sum + (/[A-Z]/.test(letter) ? 14 : 7), 0);

const sentence = 'AI AND COMPUTE in 2026-09, the last complete month: AI cost 500.79 EUR, 5.1 % more';

for (const width of [60, 100, 200, 400, 2000]) {
  test(`at ${width} pixels no line is wider, and no word is lost`, () => {
    const lines = wrapped(sentence, width, widthOf);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    expect(lines.join(' ').replaceAll(' ', '')).toBe(sentence.replaceAll(' ', ''));
  });
}

test('lines are filled before another one begins', () => {
  expect(wrapped('aa bb cc dd', 40, widthOf)).toEqual(['aa bb', 'cc dd']);
});

test('a word that is too wide is broken, and nothing gives no line', () => {
  expect(wrapped('aaaaaaaaaaaa', 35, widthOf)).toEqual(['aaaaa', 'aaaaa', 'aa']);
  expect(wrapped('', 35, widthOf)).toEqual([]);
});
