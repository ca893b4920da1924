import { expect, test } from '@playwright/test';
import { most, pieces, topOfMost } from '../../src/charts/lines.ts';

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

const usual = [4, 5, 3, 6, 5, 4, 3, 5, 4, 5, 6, 7];

test('one or two outliers do not set the top of a scale', () => {
  expect(topOfMost([...usual, 13])).toBe(7);
  expect(topOfMost([...usual, 13, null, 40])).toBe(7);
  expect(topOfMost([...usual, 13, 13])).toBe(7);
});

test('what is only somewhat larger than the rest is no outlier', () => {
  expect(topOfMost([...usual, 8])).toBe(8);
  expect(topOfMost([...usual, 10, 14])).toBe(14);
  expect(topOfMost([0, 0, 0, 0, 0, 0, 0, 0, 0, 3])).toBe(3);
});

test('more than one in ten is not an outlier, and of a few figures none is', () => {
  expect(topOfMost([...usual, 13, 14, 15])).toBe(15);
  expect(topOfMost([1, 1, 1, 9])).toBe(9);
  expect(topOfMost([null])).toBe(0);
});
