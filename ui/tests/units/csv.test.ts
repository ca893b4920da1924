import { expect, test } from '@playwright/test';
import { csvOf, fileName } from '../../src/export/csv.ts';
import type { Cell } from '../../src/parts/data-table.tsx';

/** What one cell is written as. */
function written(value: Cell | undefined): string {
  const [, line = ''] = csvOf({ columns: [{ title: 'A', value: () => value }], rows: [0] }).split('\r\n');
  return line;
}

test('a file begins with a byte order mark, has titles, and ends its lines as RFC 4180 says', () => {
  const rows = [
    { week: '2026-W14', count: 31 },
    { week: '2026-W15', count: null },
  ];
  const columns = [
    { title: 'Week', value: (row: (typeof rows)[number]) => row.week },
    { title: 'Finished', value: (row: (typeof rows)[number]) => row.count },
  ];
  expect(csvOf({ columns, rows })).toBe('\uFEFFWeek,Finished\r\n2026-W14,31\r\n2026-W15,\r\n');
});

test('a table without rows is its titles', () => {
  expect(csvOf({ columns: [{ title: 'Cost, EUR', value: () => null }], rows: [] })).toBe(
    '\uFEFF"Cost, EUR"\r\n',
  );
});

for (const [value, line] of [
  ['plain', 'plain'],
  ['a,b', '"a,b"'],
  ['say "yes"', '"say ""yes"""'],
  ['two words', 'two words'],
  ['Växjö', 'Växjö'],
  [null, ''],
  [undefined, ''],
  ['', ''],
  [0, '0'],
  [-3.25, '-3.25'],
  [true, 'true'],
  [false, 'false'],
] as const) {
  test(`${JSON.stringify(value)} is written as ${line}`, () => {
    expect(written(value)).toBe(line);
  });
}

test('a line break stays within its cell', () => {
  expect(csvOf({ columns: [{ title: 'A', value: () => 'one\ntwo' }], rows: [0] })).toBe(
    '\uFEFFA\r\n"one\ntwo"\r\n',
  );
});

for (const text of [
  '=1+1',
  '+cmd',
  '-cmd',
  '@sum(a1)',
  '\tx',
  '-1+2',
  '+1 234',
  '-€5',
  '--1',
  '＝1+1',
  '＋1',
  '－1',
  '＠a1',
]) {
  test(`${JSON.stringify(text)} is not computed by a spreadsheet`, () => {
    expect(written(text)).toBe(`'${text}`);
  });
}

test('a guarded text is quoted as others are', () => {
  expect(written('=HYPERLINK("x","y")')).toBe('"\'=HYPERLINK(""x"",""y"")"');
});

for (const text of ['-12.50', '7675.44', '+3', '-0.01']) {
  test(`the amount ${text} stays a number`, () => {
    expect(written(text)).toBe(text);
  });
}

test('a file is named after its card and the day of the data', () => {
  expect(fileName('azure by month (EUR)', '2026-10-30T18:00:00Z', 'csv')).toBe(
    'azure-by-month-eur-2026-10-30.csv',
  );
  expect(fileName('Växjö: “flow”', null, 'png')).toBe('växjö-flow.png');
});

test('what only leads to something on the page is no column of the file', () => {
  const columns = [
    { title: 'Runs', value: () => 3 },
    { title: 'Rows', value: () => 'CI', onPage: true },
  ];
  expect(csvOf({ columns, rows: [0] })).toBe('\uFEFFRuns\r\n3\r\n');
});
