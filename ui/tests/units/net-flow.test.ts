import { expect, test } from '@playwright/test';
import {
  type NetFlowRow,
  netFlowColumns,
  netFlowKeys,
  netFlowOf,
  weekOfNetFlow,
} from '../../src/parts/net-flow.tsx';

const row = (week: number, net_flow: number, more: Partial<NetFlowRow> = {}): NetFlowRow => ({
  year: 2026,
  week,
  level: 'wip',
  arrivals: 10,
  departures: 10 - net_flow,
  net_flow,
  center: -0.15,
  lcl: -6.67,
  ucl: 6.34,
  signals: '',
  no_limits: '',
  segment: 1,
  complete: true,
  ...more,
});
const said = (...rows: NetFlowRow[]) => weekOfNetFlow(netFlowOf(rows, 'wip'))?.text;

test('a level is judged by its net flow in the last complete week', () => {
  expect(said(row(42, 9), row(43, 3), row(44, 20, { complete: false }))).toBe(
    'week of 19 Oct: net flow +3, within the usual −6.7 to +6.3',
  );
  expect(said(row(43, 9, { signals: 'beyond_limits' }))).toContain('+9, above the usual');
  expect(said(row(43, -9, { signals: 'beyond_limits' }))).toContain('−9, below the usual');
  expect(said(row(43, 0, { signals: 'run_of_8' }))).toContain('±0, within the usual −6.7 to +6.3, in a run');
});

test('without limits the reason is the one of the week', () => {
  const none = { center: null, lcl: null, ucl: null };
  expect(said(row(43, 3, { ...none, no_limits: 'too_few_periods' }))).toContain('too few periods for limits');
  expect(said(row(43, 0, { ...none, no_limits: 'too_rare' }))).toContain('too rare for limits');
  expect(said(row(43, 0, { ...none, no_limits: 'no_variation' }))).toContain('none differs');
});

test('other levels and weeks without rows are no figures', () => {
  expect(netFlowOf([row(43, 3, { level: 'red_bin' })], 'wip')).toEqual([]);
  expect(netFlowOf(undefined, 'wip')).toEqual([]);
  expect(weekOfNetFlow([])).toBeNull();
  const columns = netFlowColumns('open bugs', [row(43, 0)], 'wip');
  expect(columns.map(({ value }) => value({ label: '2026-W43' }))).toEqual([
    10,
    10,
    0,
    -0.15,
    -6.67,
    6.34,
    null,
  ]);
  expect(columns.map(({ value }) => value({ label: '2026-W42' }) ?? null)).toEqual(Array(7).fill(null));
  expect(columns[0]?.title).toBe('Open bugs: came');
});

test('the legend explains only what is drawn', () => {
  const shapes = (signals: string) =>
    netFlowKeys(netFlowOf([row(43, 3, { signals })], 'wip')).map(({ shape }) => shape);
  expect(shapes('')).toEqual(['line', 'line', 'dashed']);
  expect(shapes('beyond_limits')).toEqual(['line', 'line', 'dashed', 'diamond']);
  expect(shapes('run_of_8')).toEqual(['line', 'line', 'dashed', 'ring']);
  expect(netFlowKeys([])).toHaveLength(1);
});
