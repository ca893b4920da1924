import { expect, test } from '@playwright/test';
import type { About } from '../../src/api/client.ts';
import {
  dayOf,
  type Filters,
  fromOf,
  known,
  paramsOf,
  readFilters,
  writeFilters,
} from '../../src/filters.ts';

const read = (text: string) => readFilters(new URLSearchParams(text));

test('an empty address asks for nothing, and nothing is written as nothing', () => {
  expect(read('')).toEqual({});
  expect(writeFilters({})).toBe('');
});

const some: Filters[] = [
  { from: '2026-01-05' },
  { from: '2026-01-05', to: '2026-03-01', by: 'month' },
  { team: ['Data', 'Web'], repo: ['acme/api'] },
  { project: ['4100001'], type: ['bug'], to: '2026-03-01' },
  { team: ['100 %', 'R&D', 'Växjö', 'a+b'] },
  { from: '2026-01-05', by: 'month', ref: 'default' },
  { team: ['Web'], month: '2026-10' },
];
for (const filters of some) {
  test(`${JSON.stringify(filters)} is the same after it was written and read`, () => {
    expect(read(writeFilters(filters))).toEqual(filters);
  });
}

test('runs of all branches are the usual ones, and of another branch there is no filter', () => {
  expect(read('?ref=all')).toEqual({});
  expect(read('?ref=main')).toEqual({ unread: ['ref=main'] });
});

test('the order of an address does not depend on how it was asked for', () => {
  const one = read('?by=month&team=Web&team=Data&to=2026-03-01&repo=b&repo=a&from=2026-01-01');
  const other = read('?from=2026-01-01&repo=a&repo=b&team=Data&team=Web&to=2026-03-01&by=month');
  expect(writeFilters(one)).toBe(writeFilters(other));
  expect(writeFilters(one)).toBe('?from=2026-01-01&to=2026-03-01&repo=a&repo=b&team=Data&team=Web&by=month');
});

test('defaults are left out', () => {
  expect(read('?by=week')).toEqual({});
  expect(writeFilters({ by: 'week' })).toBe('');
});

test('reversed days are swapped', () => {
  expect(read('?from=2026-03-01&to=2026-01-05')).toEqual({ from: '2026-01-05', to: '2026-03-01' });
});

for (const text of [
  '2026-02-30',
  '2026-13-01',
  '2026-1-5',
  '26-01-05',
  '0000-01-01',
  '1969-12-31',
  '2200-01-01',
  '9999-99-99',
  'today',
  '2026-01-05T00:00:00Z',
  '',
]) {
  test(`the day "${text}" is kept apart, to be named`, () => {
    const filters = read(`?from=${encodeURIComponent(text)}&to=2026-03-01`);
    expect(filters).toEqual({ to: '2026-03-01', ...(text && { unread: [`from=${text}`] }) });
    expect(read(writeFilters(filters))).toEqual(filters);
    expect(paramsOf(filters, '2026-01-01')).toEqual({ from: '2026-01-01', to: '2026-03-01' });
  });
}

for (const text of ['2026-13', '2026-00', '2026-1', '2026-10-01', '1969-12', 'last']) {
  test(`the month "${text}" is kept apart, to be named`, () => {
    expect(read(`?month=${text}`)).toEqual({ unread: [`month=${text}`] });
  });
}

test('the month of the report is nothing that a table is asked for', () => {
  expect(paramsOf({ month: '2026-10', team: ['Web'] }, '2026-01-05')).toEqual({
    from: '2026-01-05',
    team: ['Web'],
  });
});

test('a leap day is a day in leap years only', () => {
  expect(read('?from=2024-02-29')).toEqual({ from: '2024-02-29' });
  expect(read('?from=2026-02-29')).toEqual({ unread: ['from=2026-02-29'] });
});

test('repeated values count once, spaces and empty ones not at all', () => {
  expect(read('?team=Web&team=%20Web%20&team=&team=%20&team=Data')).toEqual({ team: ['Data', 'Web'] });
  expect(read('?team=')).toEqual({});
});

test('of a repeated day the first one counts', () => {
  expect(read('?from=2026-01-05&from=2026-02-05')).toEqual({ from: '2026-01-05' });
});

test('what is not a filter is left out', () => {
  expect(read('?by=day&colour=red&from[]=1')).toEqual({ unread: ['by=day'] });
});

test('a day is that of the timezone that days are cut in', () => {
  expect(dayOf('2026-10-30T23:30:00Z', 'UTC')).toBe('2026-10-30');
  expect(dayOf('2026-10-30T23:30:00Z', 'Europe/Stockholm')).toBe('2026-10-31');
  expect(dayOf('2026-10-30T03:30:00Z', 'America/New_York')).toBe('2026-10-29');
});

test('the first day is as asked for, else months before the end', () => {
  expect(fromOf({ from: '2026-05-05' }, '2026-10-30', 12)).toBe('2026-05-05');
  expect(fromOf({}, '2026-10-30', 12)).toBe('2025-10-30');
  expect(fromOf({ to: '2026-03-31' }, '2026-10-30', 1)).toBe('2026-02-28');
});

test('values that the data do not have are named and left out', () => {
  const about = {
    projects: [{ id: '1', name: 'Platform' }],
    repositories: ['acme/api'],
    teams: ['Data', 'Web'],
    types: ['bug'],
  } as About;
  const asked: Filters = { from: '2026-01-05', project: ['1'], repo: ['nix'], team: ['Data', 'Nobody'] };
  expect(known(asked, about)).toEqual({
    filters: { from: '2026-01-05', project: ['1'], team: ['Data'] },
    unknown: ['nix', 'Nobody'],
  });
  expect(asked.repo).toEqual(['nix']);
});

test('a request has the first day that is shown, and not how a page draws', () => {
  expect(paramsOf({ by: 'month', team: ['Web'] }, '2026-01-05')).toEqual({
    from: '2026-01-05',
    team: ['Web'],
  });
});
