import { expect, test } from '@playwright/test';
import {
  lastFull,
  type MonthlyRow,
  type ServiceRow,
  spendingOf,
  type TotalsRow,
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

/** `2026-08 EUR ALL 100.00`, `2026-08 EUR group 60.00 1 azure Compute` */
function total(text: string): TotalsRow {
  const [month = '', currency = '', of = '', cost = '', place, provider = '', name = ''] = text.split(' ');
  return {
    month,
    currency,
    part: of,
    cost,
    place: place ? Number(place) : null,
    provider,
    name,
    complete: true,
  };
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
  const totals = ['2026-07 EUR ALL 100.10', '2026-09 USD ALL 7.00'].map(total);
  const [euro, dollar, more] = spendingOf(months, monthly, [], totals);
  expect(euro?.totals).toEqual(['100.10', null, null]);
  expect(dollar?.totals).toEqual([null, null, '7.00']);
  expect(more).toBeUndefined();
});

test('a month without a bill of one provider is missing and not full', () => {
  const monthly = ['2026-07 azure EUR 1.00', '2026-07 aws EUR 2.00', '2026-08 azure EUR 1.00'].map(bill);
  const [euro] = spendingOf(months, monthly, [], []);
  expect(euro?.missing).toEqual([[], ['aws'], ['aws', 'azure']]);
  expect(euro?.complete).toEqual([true, false, false]);
  expect(euro && lastFull(euro)).toBe(0);
});

test('CI that is not used is not billed: no month lacks a bill of it, and what the server calls open is', () => {
  const monthly = ['2026-07 azure USD 1.00', '2026-08 azure USD 1.00', '2026-08 github USD 1.00'].map(bill);
  const totals = ['2026-07 USD ALL 1.00', '2026-08 USD ALL 2.00'].map(total);
  const [dollar] = spendingOf(months, monthly, [], totals);
  expect(dollar?.missing).toEqual([[], [], ['azure']]);
  expect(dollar?.complete).toEqual([true, true, false]);
  const [open] = spendingOf(months, monthly, [], [{ ...total('2026-07 USD ALL 1.00'), complete: false }]);
  expect(open?.complete).toEqual([false, true, false]);
});

test('the running month is not the last full one', () => {
  const [euro] = spendingOf(months, ['2026-08 azure EUR 1.00', '2026-09 azure EUR 2.00~'].map(bill), [], []);
  expect(euro && lastFull(euro)).toBe(1);
});

test('groups are the largest first, and one that two providers bill is two', () => {
  const monthly = [bill('2026-07 azure EUR 10.00'), bill('2026-07 aws EUR 10.00')];
  const services = [
    part('2026-07 azure EUR 1.00 Data'),
    part('2026-07 azure EUR 2.00 Compute'),
    part('2026-07 aws EUR 3.00 Compute'),
  ];
  const [euro] = spendingOf(months, monthly, services, []);
  expect(euro?.groups.map((group) => group.name)).toEqual(['Compute (AWS)', 'Compute (Azure)', 'Data']);
});

test('a service stands in for its group where no groups are configured', () => {
  const { group: _, ...row } = part('2026-07 azure EUR 1.00');
  const [euro] = spendingOf(
    months,
    [bill('2026-07 azure EUR 1.00')],
    [{ ...row, service: 'Blob Storage' }],
    [],
  );
  expect(euro?.groups.map((group) => group.name)).toEqual(['Blob Storage']);
});

test('whole, layers and rest are the amounts of the server, whatever the rounded rows add up to', () => {
  const monthly = [
    bill('2026-07 azure EUR 10.00'),
    bill('2026-07 gcp EUR 10.00'),
    bill('2026-07 aws EUR 10.00'),
  ];
  const services = [part('2026-07 azure EUR 10.00 Compute'), part('2026-07 gcp EUR 10.00 Compute')];
  const totals = [
    '2026-07 EUR ALL 30.01',
    '2026-07 EUR group 10.00 2 gcp Compute',
    '2026-07 EUR group 10.00 1 azure Compute',
    '2026-07 EUR other 10.01',
  ];
  const [euro] = spendingOf(months, monthly, services, totals.map(total));
  expect(euro?.totals).toEqual(['30.01', null, null]);
  expect(euro?.layers).toEqual([
    { name: 'Compute (Azure)', amounts: ['10.00', null, null] },
    { name: 'Compute (Google Cloud)', amounts: ['10.00', null, null] },
  ]);
  expect(euro?.rest).toEqual(['10.01', null, null]);
});

test('where nothing is left in any month there is no rest', () => {
  const totals = [total('2026-07 EUR ALL 10.01')];
  expect(spendingOf(months, [bill('2026-07 azure EUR 10.01')], [], totals)[0]?.rest).toBeNull();
});

test('a group has one colour on the page, whatever the currency, and the eighth has none', () => {
  const monthly = [bill('2026-07 azure EUR 100.00'), bill('2026-07 gcp USD 100.00')];
  const euros = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'].map((name, at) =>
    part(`2026-07 azure EUR ${20 - at}.00 ${name}`),
  );
  const dollars = ['C', 'A'].map((name, at) => part(`2026-07 gcp USD ${9 - at}.00 ${name}`));
  const spending = spendingOf(months, monthly, [...euros, ...dollars], []);
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
