import { expect, test } from '@playwright/test';
import { scaleOf } from '../../src/charts/scale.ts';

test('a scale leads from values to pixels and back', () => {
  const scale = scaleOf([0, 50], [200, 0]);
  expect([0, 25, 50].map(scale)).toEqual([200, 100, 0]);
  expect([200, 100, 0].map(scale.invert)).toEqual([0, 25, 50]);
});

test('its ends are made round where steps are asked for, and stay as they are where not', () => {
  expect(scaleOf([0, 43], [0, 100]).ticks(5)).toEqual([0, 10, 20, 30, 40]);
  const round = scaleOf([-3, 43], [0, 120], 5);
  expect(round.ticks(5)).toEqual([-10, 0, 10, 20, 30, 40, 50]);
  expect([-10, 50].map(round)).toEqual([0, 120]);
});

test('without any room every value is at its beginning', () => {
  expect([0, 5].map(scaleOf([0, 5], [0, 0]))).toEqual([0, 0]);
});
