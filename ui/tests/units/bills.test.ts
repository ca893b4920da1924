import { expect, test } from '@playwright/test';
import {
  lastFull,
  type MonthlyRow,
  restOf,
  type ServiceRow,
  spendingOf,
} from '../../src/pages/cloud/bills.ts';
import { tonesBeside, tonesOf } from '../../src/pages/cloud/tones.ts';

/** `2026-08 azure EUR 100.00`; what ends with `~` is not complete. */
function bill(text: string): MonthlyRow {
  const [month = '', provider = '', currency = '', cost = ''] = text.replace('~', '').split(' ');
  return { month, provider, currency, cost, complete: !text.endsWith('~') };
}

/** `2026-08 azure EUR 100.00 Compute` */
function part(text: string): ServiceRow {
  const [month = '', provider = '', currency = '', cost = '', group = ''] = text.split(' ');
  return { month, provider, currency, cost, group, complete: true };
}

/** A month that has no bill at all. */
const nobody = (month: string) => ({
  month,
  provider: null,
  currency: null,
  cost: null,
  complete: null,
});

const months = ['2026-07', '2026-08', '2026-09'];

test('each currency is by itself, and its months are those of the period', () => {
  const monthly = [bill('2026-07 azure EUR 100.10'), bill('2026-09 gcp USD 7.00'), nobody('2026-08')];
  const [euro, dollar, more] = spendingOf(months, monthly, []);
  expect(euro?.totals).toEqual(['100.10', null, null]);
  expect(dollar?.totals).toEqual([null, null, '7.00']);
  expect(more).toBeUndefined();
});

test('a month without a bill of one provider is missing and not full', () => {
  const monthly = ['2026-07 azure EUR 1.00', '2026-07 aws EUR 2.00', '2026-08 azure EUR 1.00'].map(bill);
  const [euro] = spendingOf(months, monthly, []);
  expect(euro?.missing).toEqual([[], ['aws'], ['aws', 'azure']]);
  expect(euro?.complete).toEqual([true, false, false]);
  expect(euro && lastFull(euro)).toBe(0);
});

test('the running month is not the last full one', () => {
  const [euro] = spendingOf(months, ['2026-08 azure EUR 1.00', '2026-09 azure EUR 2.00~'].map(bill), []);
  expect(euro && lastFull(euro)).toBe(1);
});

test('groups are the largest first, and one that two providers bill is two', () => {
  const monthly = [bill('2026-07 azure EUR 10.00'), bill('2026-07 aws EUR 10.00')];
  const services = [
    part('2026-07 azure EUR 1.00 Data'),
    part('2026-07 azure EUR 2.00 Compute'),
    part('2026-07 aws EUR 3.00 Compute'),
  ];
  const [euro] = spendingOf(months, monthly, services);
  expect(euro?.groups.map((group) => group.name)).toEqual(['Compute (AWS)', 'Compute (Azure)', 'Data']);
});

test('a service stands in for its group where no groups are configured', () => {
  const { group: _, ...row } = part('2026-07 azure EUR 1.00');
  const [euro] = spendingOf(months, [bill('2026-07 azure EUR 1.00')], [{ ...row, service: 'Blob Storage' }]);
  expect(euro?.groups.map((group) => group.name)).toEqual(['Blob Storage']);
});

test('the rest of a bill is exact, and null where there is no bill', () => {
  const monthly = [bill('2026-07 azure EUR 100.10'), bill('2026-08 azure EUR 50.00')];
  const services = [part('2026-07 azure EUR 33.40 Compute'), part('2026-08 azure EUR 60.00 Compute')];
  const [euro] = spendingOf(months, monthly, services);
  expect(euro && restOf(euro, euro.groups)).toEqual(['66.70', '-10.00', null]);
});

test('what rounding to cents leaves is no rest', () => {
  const monthly = [bill('2026-07 azure EUR 10.01')];
  const services = [part('2026-07 azure EUR 5.00 Compute'), part('2026-07 azure EUR 5.00 Data')];
  const [euro] = spendingOf(months, monthly, services);
  expect(euro && restOf(euro, euro.groups)).toBeNull();
});

test('a rest of more than rounding leaves is shown', () => {
  const monthly = [bill('2026-07 azure EUR 10.02')];
  const services = [part('2026-07 azure EUR 5.00 Compute'), part('2026-07 azure EUR 5.00 Data')];
  const [euro] = spendingOf(months, monthly, services);
  expect(euro && restOf(euro, euro.groups)).toEqual(['0.02', null, null]);
});

test('a group has one colour on the page, whatever the currency, and the eighth has none', () => {
  const monthly = [bill('2026-07 azure EUR 100.00'), bill('2026-07 gcp USD 100.00')];
  const euros = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'].map((name, at) =>
    part(`2026-07 azure EUR ${20 - at}.00 ${name}`),
  );
  const dollars = ['C', 'A'].map((name, at) => part(`2026-07 gcp USD ${9 - at}.00 ${name}`));
  const spending = spendingOf(months, monthly, [...euros, ...dollars]);
  const tones = tonesOf(spending, ['Z']);
  // C and A are more than 40 % of the dollars, whatever a dollar is in euros.
  expect([...tones.keys()]).toEqual(['C', 'A', 'B', 'D', 'E', 'F', 'G']);
  expect(tones.get('C')).toBe('g0');
  expect(tones.has('H')).toBe(false);
});

test('groups side by side keep their colours, and others take those that are free', () => {
  const page = new Map([
    ['Compute', 'g0'],
    ['Data', 'g1'],
  ]);
  expect([...tonesBeside(page, ['New', 'Data', 'Newer'])]).toEqual([
    ['New', 'g0'],
    ['Data', 'g1'],
    ['Newer', 'g2'],
  ]);
});
