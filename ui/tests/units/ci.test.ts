import { expect, test } from '@playwright/test';
import {
  type LineRow,
  type LinkRow,
  lineOf,
  linkOf,
  type RepoRow,
  reasonOf,
  split,
} from '../../src/pages/ci/links.ts';
import {
  type CostRow,
  currenciesOf,
  decided,
  fifthOf,
  lastOf,
  type MonthRow,
  overall,
  wasted,
  workflowsOf,
} from '../../src/pages/ci/rows.ts';
import { words } from '../../src/words.ts';

const runs = (repo: string, workflow: string, more: Partial<MonthRow> = {}) =>
  ({ month: '2026-09', repo, workflow, host: 'github.com', runs: 10, complete: true, ...more }) as MonthRow;

const cost = (repo: string, workflow: string, amount: string, more: Partial<CostRow> = {}) =>
  ({
    month: '2026-09',
    team: 'ALL',
    repo,
    workflow,
    currency: 'USD',
    host: 'github.com',
    cost: amount,
    ...more,
  }) as CostRow;

test('rows over everything are those of no repository, workflow or team', () => {
  const everything = cost('ALL', 'ALL', '9.00');
  const rows = [everything, cost('ALL', 'ALL', '5.00', { team: 'Ads' }), cost('acme/api', 'ALL', '5.00')];
  expect(overall(rows)).toEqual([everything]);
  expect(overall([runs('acme/api', 'ALL'), runs('ALL', 'ALL')])).toHaveLength(1);
});

test('the last period is the newest complete one, whatever follows', () => {
  const rows = ['2026-08', '2026-09', '2026-10'].map((month) =>
    runs('ALL', 'ALL', { month, complete: month < '2026-10' }),
  );
  expect(lastOf(rows)?.month).toBe('2026-09');
  expect(lastOf(rows.slice(2))).toBeUndefined();
});

test('a rate rests on what succeeded or failed, and on nothing that was called off', () => {
  expect(decided(runs('ALL', 'ALL', { runs: 600, succeeded: 520, failed: 40, cancelled: 40 }))).toBe(
    '520 of 560',
  );
});

test('what is not useful is wasted; of nothing paid there is no share', () => {
  expect(wasted({ cost: '80.0000', useful: '60.0000' })).toBe(0.25);
  expect(wasted({ cost: '0.00', useful: '0.00' })).toBeNull();
});

test('currencies are named once, in order', () => {
  expect(
    currenciesOf([{ currency: 'USD' }, { currency: 'EUR' }, { currency: 'USD' }, { currency: null }]),
  ).toEqual(['EUR', 'USD']);
});

test('the sentence about repositories takes its share from the row of the last of the first fifth', () => {
  const rows = [0.4, 0.65, 0.8, 0.9, 0.95, 1].map((cumulative_share, at) => ({
    currency: 'USD',
    rank: at + 1,
    repo: `acme/${at}`,
    host: '',
    cost: '1.00',
    share: 0.1,
    cumulative_share,
  }));
  expect(fifthOf(rows)).toBe(words.ci.pareto.finding('2', '6', '65 %'));
  expect(fifthOf(rows.slice(0, 5))).toBe(words.ci.pareto.finding('1', '5', '40 %'));
  expect(fifthOf(rows.map((row) => ({ ...row, cumulative_share: null })))).toBeUndefined();
  expect(fifthOf([])).toBeUndefined();
});

test('workflows are told apart by host and repository, the most expensive first, by exact amounts', () => {
  const rows = workflowsOf(
    '2026-09',
    [
      runs('acme/api', 'build', { month: '2026-10', runs: 99 }),
      runs('acme/api', 'ALL'),
      runs('acme/api', 'build', { runs: 3 }),
      runs('acme/web', 'build', { runs: 5 }),
      runs('acme/web', 'build', { runs: 7, host: 'git.example' }),
      runs('acme/web', 'idle', { runs: 0 }),
    ],
    [
      cost('acme/api', 'build', '10.0000000000000000002'),
      cost('acme/web', 'build', '10.0000000000000000001'),
      cost('acme/web', 'build', '99.00', { currency: 'EUR' }),
      cost('acme/web', 'build', '11.00', { month: '2026-10' }),
    ],
    ['USD', 'EUR'],
  );
  expect(rows.map(({ row }) => row.runs)).toEqual([3, 5, 7]);
  expect(rows.map(({ costs }) => [costs.get('USD'), costs.get('EUR')])).toEqual([
    ['10.0000000000000000002', undefined],
    ['10.0000000000000000001', '99.00'],
    [undefined, undefined],
  ]);
});

const link = (more: Partial<LinkRow>) => ({ over: 'repositories', ...more }) as LinkRow;

test('a link over repositories is said with its interval, and that it is no cause', () => {
  const said = linkOf(link({ pairs: 12, spearman: -0.42, spearman_low: -0.8, spearman_high: 0.203 }));
  expect(said).toContain('12 repositories');
  expect(said).toContain('-0.42, 95 % interval -0.80 to 0.20');
  expect(said).toContain(words.ci.delivery.noLink);
});

test('where no link is told it is said why', () => {
  const { scatter, links } = words.ci.delivery;
  expect(linkOf(link({ pairs: 9, spearman: null }))).toBe(scatter.few(9));
  expect(linkOf(link({ pairs: 10, spearman: null }))).toBe(scatter.same(10));
  expect(linkOf(undefined)).toBe(scatter.few(0));
  expect(reasonOf(link({ pairs: 5 }))).toBe(links.few);
  expect(reasonOf(link({ pairs: 6 }))).toBe(links.same);
});

test('repositories without the measure are named, and not drawn as 0', () => {
  const rows = [
    { repo: 'acme/api', deployments: 0 },
    { repo: 'acme/web', deployments: null },
    { repo: '', deployments: null },
  ] as RepoRow[];
  const { known, unknown } = split(rows, 'deployments');
  expect(known.map(({ repo }) => repo)).toEqual(['acme/api']);
  expect(unknown).toEqual(['acme/web', words.ci.pareto.none]);
});

test('the line is known at the cost of each repository that it goes through, and nowhere else', () => {
  const lines = [{ ci_cost: '12.00', line: 5, low: 4, high: 6 }] as LineRow[];
  expect(lineOf({ ci_cost: '12.00' } as RepoRow, lines)).toEqual({ at: 5, low: 4, high: 6 });
  expect(lineOf({ ci_cost: '13.00' } as RepoRow, lines)).toBeUndefined();
});
