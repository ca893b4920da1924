import { expect, test } from '@playwright/test';
import {
  changePercent,
  compactMoney,
  count,
  date,
  decimal,
  exactMoney,
  instant,
  money,
  nothing,
  signed,
  signedTenth,
  small,
} from '../../src/format.ts';

for (const [value, text] of [
  [17.25, '17.2'],
  [17.75, '17.8'],
  [0.25, '0.2'],
  [0.75, '0.8'],
  [-17.25, '-17.2'],
  // Not ties: in binary these are a little less or more than they look.
  [17.65, '17.6'],
  [0.35, '0.3'],
  [0.45, '0.5'],
  [2.675, '2.7'],
  [0.05, '0.1'],
  [12, '12.0'],
  [1234.56, '1,234.6'],
] as const) {
  test(`${value} is rounded to ${text}, as the server's sentences do`, () => {
    expect(decimal(value)).toBe(text);
  });
}

test('no figure is a dash and never zero', () => {
  for (const format of [count, decimal, small]) {
    expect(format(null)).toBe(nothing);
    expect(format(undefined)).toBe(nothing);
    expect(format(0)).not.toBe(nothing);
  }
  expect(money(null, 'EUR')).toBe(nothing);
  expect(exactMoney(undefined, 'EUR')).toBe(nothing);
  expect(money('0.00', 'EUR')).toBe('€0');
});

test('changes carry their sign, and a real minus', () => {
  expect(changePercent(28.4)).toBe('+28 %');
  expect(changePercent(-3)).toBe('−3 %');
  expect(changePercent(0.2)).toBe('0 %');
  expect(signed(12)).toBe('+12');
  expect(signed(-6)).toBe('−6');
  expect(signed(0)).toBe('±0');
});

test('money has the sign of its currency, with cents where they are asked for', () => {
  expect(money('22614.60', 'EUR')).toBe('€22,615');
  expect(exactMoney('22614.60', 'USD')).toBe('$22,614.60');
});

test('money on axes keeps one decimal below 100K, since rounder numbers hide every change', () => {
  expect(compactMoney(22_614, 'EUR').toUpperCase()).toBe('€22.6K');
  expect(compactMoney(23_380, 'EUR').toUpperCase()).toBe('€23.4K');
  expect(compactMoney(226_140, 'EUR').toUpperCase()).toBe('€226K');
  expect(compactMoney(0, 'EUR')).toBe('€0');
});

test('what is no currency is still written as a number', () => {
  expect(money('1234.40', 'credits')).toBe('1,234');
});

test('an instant is told in the timezone of the data', () => {
  expect(instant('2026-11-20T05:00:00Z', 'UTC')).toBe('20 Nov 2026, 05:00 UTC');
  expect(instant('2026-11-20T23:30:00Z', 'Europe/Stockholm')).toContain('21 Nov 2026, 00:30');
  expect(date('2026-11-20T23:30:00Z', 'UTC')).toBe('20 Nov 2026');
  expect(date('2026-11-20T23:30:00Z', 'Europe/Stockholm')).toBe('21 Nov 2026');
});

test('a change by a mean or a limit has its sign, and none where it is nothing', () => {
  expect([3, -2.46, 0, 0.04, -0.04].map(signedTenth)).toEqual(['+3', '−2.5', '±0', '±0', '±0']);
});
