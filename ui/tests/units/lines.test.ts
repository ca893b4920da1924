import { expect, test } from '@playwright/test';
import { most, pieces } from '../../src/charts/lines.ts';

test('a line is broken where a figure is missing', () => {
  expect(pieces([1, 2, null, 3])).toEqual([
    [
      { index: 0, value: 1 },
      { index: 1, value: 2 },
    ],
    [{ index: 3, value: 3 }],
  ]);
});

test('zero is a figure, and no gap', () => {
  expect(pieces([1, 0, 2])).toHaveLength(1);
});

test('gaps at the ends and several in a row are no pieces', () => {
  expect(pieces([null, null, 5, null, null])).toEqual([[{ index: 2, value: 5 }]]);
  expect(pieces([null, null])).toEqual([]);
  expect(pieces([])).toEqual([]);
});

test('the largest figure passes over what is missing', () => {
  expect(most([3, null, 12, undefined, 7])).toBe(12);
});

test('a scale has at least the height asked for', () => {
  expect(most([])).toBe(1);
  expect(most([0, null])).toBe(1);
  expect(most([2], 5)).toBe(5);
  expect(most([0.2, 0.4], 0)).toBe(0.4);
});
