import { expect, test } from '@playwright/test';
import { compare, less, sum } from '../../src/money.ts';

test('a sum of amounts is exact where floating numbers are not', () => {
  expect(0.1 + 0.2).not.toBe(0.3);
  expect(sum(['0.1', '0.2'])).toBe('0.3');
  expect(sum(['90071992547409.93', '0.01', '0.01'])).toBe('90071992547409.95');
  expect(sum(Array.from({ length: 1000 }, () => '0.01'))).toBe('10.00');
});

test('a sum keeps the most decimals of its amounts', () => {
  expect(sum(['1', '2.5', '0.125'])).toBe('3.625');
  expect(sum(['1.50', '0.50'])).toBe('2.00');
});

test('a sum of nothing is zero', () => {
  expect(sum([])).toBe('0');
});

test('credits are taken off', () => {
  expect(sum(['10.00', '-12.50'])).toBe('-2.50');
  expect(sum(['-0.05', '0.01'])).toBe('-0.04');
  expect(sum(['-3.10', '3.10'])).toBe('0.00');
});

test('a difference is exact, also of amounts with other decimals', () => {
  expect(less('7675.44', '7324.44')).toBe('351.00');
  expect(less('1', '0.001')).toBe('0.999');
  expect(less('-1.00', '-2.50')).toBe('1.50');
});

test('amounts are in the order of their values, not of their texts', () => {
  expect(['9.00', '100', '-3.5', '20.10'].sort(compare)).toEqual(['-3.5', '9.00', '20.10', '100']);
  expect(compare('2.50', '2.5')).toBe(0);
  expect(compare('0.00', '-0.00')).toBe(0);
  expect(compare('90071992547409.93', '90071992547409.94')).toBe(-1);
});

for (const text of ['', 'abc', '1,5', '1.2.3', '1e3', '.5', '€5', 'NaN']) {
  test(`"${text}" is refused as an amount`, () => {
    expect(() => sum([text])).toThrow(`"${text}" is not an amount`);
  });
}
