/** Where the figures of each card come from: the table of the server, and for each column the one of its file. */
import { words } from '../../src/words.ts';

export type Row = Record<string, string>;

/** Tables of the server, for the very addresses that the page asked. */
export interface Tables {
  rows: (route: string, by?: string) => Row[];
  /** All periods of a table, also those without a row. */
  periods: (route: string, by?: string) => string[];
  /** The instant up to which the data go. */
  asOf: string;
}

/** A column of the server, or how the page computes one from several. */
type Source = string | ((row: Row, tables: Tables) => string);

export interface Figures {
  card: RegExp;
  rows: (tables: Tables, head: readonly string[], title: string) => Row[];
  columns: Record<string, Source>;
  /** For columns that are named by the data. */
  otherwise?: (title: string) => Source;
  /** How the page says in words what the file says in code. */
  said?: Record<string, (value: string) => string>;
  /** Columns of the page that lead to something and are in no file. */
  onPage?: readonly string[];
}

const { flow, pullRequests, ci, cloud, control } = words;

const week = (row: Row) => `${row.year}-W${(row.week ?? '').padStart(2, '0')}`;
const number = (text: string | undefined) => Number(text || 0);

/** Sum over rows; empty where none has a figure. */
function sum(rows: readonly Row[], column: string): string {
  const known = rows.flatMap((row) => (row[column] ? [Number(row[column])] : []));
  return known.length > 0 ? String(known.reduce((sum, value) => sum + value, 0)) : '';
}

const million = 1_000_000;

/** Sum of money, exact to the millionth. */
function total(rows: readonly Row[]): string {
  const parts = rows.reduce((sum, row) => sum + Math.round(number(row.cost) * million), 0);
  return rows.length > 0 ? String(parts / million) : '';
}

function grouped(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const found = new Map<string, Row[]>();
  for (const row of rows) found.set(key(row), [...(found.get(key(row)) ?? []), row]);
  return found;
}

const steps = {
  waiting_to_prod: 'waiting_to_prod',
  qa: 'in_qa',
  review: 'in_review',
  dev: 'in_dev',
  ready: 'in_ready',
  backlog: 'in_backlogs',
  off_board: 'off_board',
};
const stepName = (step: string) => flow.steps[step] ?? step;

/** The columns of the net flow of a level, beside rows with the label of their week. */
function netFlow(of: string, level: string): Figures['columns'] {
  const figures = ['arrivals', 'departures', 'net_flow', 'center', 'lcl', 'ucl', 'signals'] as const;
  const source =
    (figure: string): Source =>
    ({ label }, { rows }) =>
      rows('flow/net-flow').find((row) => row.level === level && week(row) === label)?.[figure] ?? '';
  return Object.fromEntries(
    figures.map((figure) => [words.netFlow.column(of, words.netFlow.columns[figure]), source(figure)]),
  );
}

/** Stocks of all boards: sums over the rows of a week. */
function stocks({ rows, periods }: Tables): Row[] {
  const weeks = grouped(rows('flow/stocks', 'week'), week);
  return periods('flow/stocks/totals').map((label) => {
    const boards = weeks.get(label) ?? [];
    const columns = Object.keys(boards[0] ?? {}).filter(
      (name) => !/^(year|week|project|complete)/.test(name),
    );
    return {
      ...Object.fromEntries(columns.map((column) => [column, sum(boards, column)])),
      label,
      complete: boards.length > 0 ? String(boards.every((row) => row.complete !== 'false')) : '',
    };
  });
}

/** Rows of one line, one for each period, in the order of the periods. */
function byWeek({ rows, periods }: Tables, route: string, keep: (row: Row) => boolean): Row[] {
  const found = new Map(
    rows(route)
      .filter(keep)
      .map((row) => [week(row), row]),
  );
  return periods(route).map((label) => ({ ...found.get(label), label }));
}

const times = (title: string, which: 'lead' | 'cycle'): Figures => ({
  card: exactly(title),
  rows: ({ rows }, head) => rows('flow/cycle-time', head[0] === words.week ? 'week' : 'month'),
  columns: {
    [words.week]: week,
    [words.month]: 'month',
    [flow.times.items]: `${which}_count`,
    p50: `${which}time_days_p50`,
    p85: `${which}time_days_p85`,
    p95: `${which}time_days_p95`,
    [flow.times.average]: `${which}time_days_avg`,
    [words.complete]: 'complete',
  },
});

const reached = ['backlog', 'ready', 'dev', 'review', 'qa', 'waiting_to_prod', 'done'];

/** Counts of all boards on the last whole day of each week: that of the data's time is not over. */
function cumulative({ rows, periods, asOf }: Tables): Row[] {
  const whole = rows('flow/cumulative-flow').filter(({ date = '' }) => date < asOf.slice(0, 10));
  const days = grouped(whole, (row) => row.date ?? '');
  const weeks = new Map([...days.keys()].sort().map((day) => [mondayOf(day), day]));
  const shown = periods('flow/cumulative-flow/totals');
  return [...weeks.values()]
    .filter((day) => shown.includes(weekOf(day)))
    .map((day) => {
      const steps = grouped(days.get(day) ?? [], (row) => row.step ?? '');
      return { day, ...Object.fromEntries([...steps].map(([step, boards]) => [step, sum(boards, 'count')])) };
    });
}

function mondayOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

/** Label of an ISO week: that of its Thursday's year. */
function weekOf(day: string): string {
  const thursday = new Date(Date.parse(`${mondayOf(day)}T00:00:00Z`) + 3 * 86_400_000);
  const year = thursday.getUTCFullYear();
  const count = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * 86_400_000)) + 1;
  return `${year}-W${String(count).padStart(2, '0')}`;
}

const stages = [
  [pullRequests.cycle.short.coding, 'coding'],
  [pullRequests.cycle.short.pickup, 'pickup'],
  [pullRequests.cycle.short.review, 'review'],
  [pullRequests.cycle.short.merge, 'merge'],
  [pullRequests.cycle.whole, 'open_to_merge'],
  [pullRequests.cycle.fromCommit, 'first_commit_to_merge'],
] as const;

const waits = [
  [pullRequests.latency.first, 'to_first_review'],
  [pullRequests.latency.requested, 'request_to_review'],
  [pullRequests.latency.merged, 'waiting_for_review'],
] as const;

/** Weeks summed over the period, most change requests per pull request first. */
function repositories({ rows }: Tables): Row[] {
  const own = rows('pull-requests/change-requests/repositories').map((row) => ({
    repo: row.repo ?? '',
    opened: row.pr_count ?? '',
    requests: row.cr_total ?? '',
    each: row.avg ?? '',
  }));
  return own.sort((a, b) => Number(b.each) - Number(a.each) || a.repo.localeCompare(b.repo));
}

const currencyOf = (title: string) => /\((\w+)\)$/.exec(title)?.[1] ?? '';

/** Groups of one currency, those that cost most first. */
function groups({ rows }: Tables, title: string): Row[] {
  const own = rows('cloud-spending/services').filter((row) => row.cost && row.currency === currencyOf(title));
  const all = [...grouped(own, (row) => `${row.group || row.service} ${row.provider}`).values()];
  return all.sort((a, b) => Number(total(b)) - Number(total(a))).flat();
}

/** Bills of one currency by month, with the groups beside them. */
function months({ rows, periods }: Tables, title: string): Row[] {
  const isOwn = (row: Row) => row.cost !== '' && row.currency === currencyOf(title);
  const bills = rows('cloud-spending/monthly').filter(isOwn);
  const services = rows('cloud-spending/services').filter(isOwn);
  // CI that is not used is not billed: a month without GitHub's lacks none.
  const isDue = (row: Row) => row.provider !== 'github';
  const providers = new Set(bills.filter(isDue).map((row) => row.provider)).size;
  const sums = rows('cloud-spending/totals').filter(isOwn);
  return periods('cloud-spending/services').map((month) => {
    const sum = (part: string) => sums.find((row) => row.month === month && row.part === part)?.cost ?? '';
    const own = bills.filter((row) => row.month === month);
    const isThere = own.filter(isDue).length === providers;
    const isClosed = [...own, ...sums.filter((row) => row.month === month)].every(
      (row) => row.complete === 'true',
    );
    const whole = isThere && isClosed;
    const parts = services.filter((row) => row.month === month);
    return {
      ...Object.fromEntries(parts.map((row) => [`group ${row.group || row.service}`, row.cost ?? ''])),
      month,
      total: sum('ALL'),
      [`group ${cloud.other}`]: sum('other'),
      complete: own.length > 0 ? String(whole) : '',
    };
  });
}

const isOverall = (row: Row) => row.repo === 'ALL' && row.workflow === 'ALL' && (row.team ?? 'ALL') === 'ALL';

/** Runs over everything, by the periods that the cards show. */
function ciRuns({ rows }: Tables): Row[] {
  return rows('ci/reliability', 'week').filter(isOverall);
}

const ciPeriod: Figures['columns'] = {
  [words.week]: (row) => (row.week ? week(row) : ''),
  [words.month]: 'month',
  [ci.runs]: 'runs',
  [words.complete]: 'complete',
};

const ciTimes = (title: string, column: string): Figures => ({
  card: exactly(title),
  rows: ciRuns,
  columns: { ...ciPeriod, p50: `${column}_p50_min`, p95: `${column}_p95_min` },
});

/** Workflows of the newest complete month with what they cost, the most expensive first. */
function ciWorkflows({ rows }: Tables): Row[] {
  const costs = rows('ci/cost', 'month');
  const same = (one: Row, other: Row) =>
    one.month === other.month &&
    one.host === other.host &&
    one.repo === other.repo &&
    one.workflow === other.workflow;
  const all = rows('ci/reliability', 'month');
  const [month] = all
    .flatMap((row) => (row.complete === 'true' ? [row.month ?? ''] : []))
    .sort()
    .reverse();
  const own = all
    .filter((row) => row.month === month && row.workflow !== 'ALL' && row.runs !== '0')
    .map((row) => ({ ...row, cost: costs.find((other) => same(row, other))?.cost ?? '' }) as Row);
  return own.sort((a, b) => number(b.cost) - number(a.cost) || number(b.runs) - number(a.runs));
}

const ciDelivered: Figures['columns'] = {
  [ci.tiles.cost]: 'ci_cost',
  ...Object.fromEntries(Object.entries(ci.delivery.measures).map(([column, title]) => [title, column])),
  [ci.delivery.perChange]: 'cost_per_change',
};

function costOfRepositories({ rows }: Tables): Row[] {
  return rows('delivery/cost/repositories').sort((a, b) => number(b.ci_cost) - number(a.ci_cost));
}

const columnsOfGroups = cloud.groups.columns;

export const figures: readonly Figures[] = [
  {
    card: exactly(flow.throughput.title),
    rows: ({ rows }) => rows('flow/throughput'),
    columns: {
      [words.week]: week,
      [flow.throughput.finished]: 'throughput',
      [control.average]: 'center',
      [control.lcl]: 'lcl',
      [control.ucl]: 'ucl',
      [words.signals]: 'signals',
      [flow.throughput.notPlanned]: 'closed_not_planned',
      [words.complete]: 'complete',
    },
  },
  times(flow.times.lead, 'lead'),
  times(flow.times.cycle, 'cycle'),
  {
    card: exactly(flow.stocks.title),
    rows: stocks,
    columns: {
      [words.week]: 'label',
      ...Object.fromEntries(Object.entries(steps).map(([step, column]) => [stepName(step), column])),
      ...netFlow(words.netFlow.wip, 'wip'),
      [words.complete]: 'complete',
    },
  },
  {
    card: exactly(flow.redBin.title),
    rows: stocks,
    columns: {
      [words.week]: 'label',
      [flow.redBin.customer]: 'opened_bugs_customer_facing',
      [flow.redBin.internal]: 'opened_bugs_internal',
      [flow.redBin.development]: 'opened_bugs_dev_process',
      [flow.redBin.noSource]: (row) =>
        row.opened_bugs
          ? String(
              number(row.opened_bugs) -
                number(row.opened_bugs_customer_facing) -
                number(row.opened_bugs_internal) -
                number(row.opened_bugs_dev_process),
            )
          : '',
      [words.total]: 'opened_bugs',
      ...netFlow(words.netFlow.bugs, 'red_bin'),
      [words.complete]: 'complete',
    },
  },
  {
    card: exactly(flow.aging.title),
    rows: ({ rows }) => rows('flow/aging').sort((a, b) => number(b.age_days) - number(a.age_days)),
    columns: {
      [words.columns.id ?? '']: 'id',
      [flow.aging.name]: 'name',
      [flow.aging.step]: 'step',
      [flow.aging.age]: 'age_days',
      [flow.aging.daysInStep]: 'days_in_step',
      [flow.aging.sooner]: 'left_sooner_share',
      [flow.aging.board]: 'project_name',
      [flow.aging.aboveP85]: 'above_p85',
    },
    said: { [flow.aging.step]: stepName },
  },
  {
    card: exactly(flow.innovation.title),
    rows: ({ rows }) => rows('delivery/innovation').filter(({ team }) => team === 'ALL'),
    columns: {
      [words.month]: 'month',
      [flow.innovation.done(flow.innovation.issues)]: 'tickets',
      [flow.innovation.days]: 'days',
      [flow.innovation.innovationDays]: 'innovation_days',
      [flow.innovation.ratio]: 'ratio',
      [words.complete]: 'complete',
    },
  },
  {
    card: exactly(flow.cumulative.title),
    rows: cumulative,
    columns: {
      [words.week]: (row) => weekOf(row.day ?? ''),
      [flow.cumulative.date]: 'day',
      ...Object.fromEntries(
        reached.map((step) => [
          step === 'done' ? stepName(step) : flow.cumulative.orLater(stepName(step)),
          step,
        ]),
      ),
    },
  },
  {
    card: exactly(flow.forecast.title),
    rows: ({ rows }) => rows('flow/forecast').filter((row) => row.project_id === 'ALL'),
    columns: {
      [flow.forecast.weeks]: 'weeks',
      [flow.forecast.until]: 'until',
      ...Object.fromEntries([50, 70, 85, 95].map((share) => [flow.forecast.share(share), `p${share}`])),
      [flow.forecast.hitRate]: (row) => (row.hit_rate_85 ? String(number(row.hit_rate_85) * 100) : ''),
      [flow.forecast.hitCount]: 'hit_n',
    },
  },
  {
    card: exactly(pullRequests.cycle.title),
    rows: (tables) => byWeek(tables, 'pull-requests/cycle', (row) => row.repo === 'ALL'),
    columns: {
      [words.week]: 'label',
      [pullRequests.merged]: 'merged',
      [pullRequests.cycle.unreviewed]: 'merged_unreviewed',
      [pullRequests.cycle.allStages]: 'with_all_stages',
      ...Object.fromEntries(
        stages.slice(0, 4).map(([name, column]) => [pullRequests.cycle.mean(name), `${column}_mean_days`]),
      ),
      ...Object.fromEntries(
        stages.flatMap(([name, column]) => [
          [pullRequests.cycle.p50(name), `${column}_p50_days`],
          [pullRequests.cycle.p85(name), `${column}_p85_days`],
        ]),
      ),
      [pullRequests.cycle.rounds]: 'review_rounds',
      [words.complete]: 'complete',
    },
  },
  {
    card: exactly(pullRequests.requests.title),
    rows: (tables) => byWeek(tables, 'pull-requests/change-requests', (row) => row.repo === 'ALL'),
    columns: {
      [words.week]: 'label',
      [pullRequests.requests.line]: 'requested',
      [control.average]: 'center',
      [control.lcl]: 'lcl',
      [control.ucl]: 'ucl',
      [words.signals]: 'signals',
      [pullRequests.requests.opened]: 'pr_count',
      [pullRequests.requests.theirs]: 'cr_total',
      [pullRequests.requests.mean]: 'avg',
      [pullRequests.requests.median]: 'median',
      [pullRequests.requests.p90]: 'p90',
      [words.complete]: 'complete',
    },
  },
  {
    card: exactly(pullRequests.repositories.title),
    rows: repositories,
    columns: {
      [pullRequests.repositories.repository]: 'repo',
      [pullRequests.repositories.each]: 'each',
      [pullRequests.repositories.requests]: 'requests',
      [pullRequests.repositories.opened]: 'opened',
    },
  },
  {
    card: exactly(pullRequests.distribution.title),
    rows: ({ rows }) => rows('pull-requests/distribution'),
    columns: {
      [pullRequests.distribution.days]: ({ from_days, to_days }) =>
        to_days
          ? pullRequests.distribution.between(hundredths(from_days), hundredths(to_days))
          : pullRequests.distribution.over(hundredths(from_days)),
      [pullRequests.distribution.bar]: 'pr_count',
      [pullRequests.distribution.share]: (row) => String(number(row.share) * 100),
    },
  },
  {
    card: exactly(pullRequests.latency.title),
    rows: ({ rows }) => rows('pull-requests/review-latency').filter((row) => row.size !== ''),
    columns: {
      [words.week]: week,
      [pullRequests.latency.size]: (row) => pullRequests.latency.sizes[row.size ?? ''] ?? row.size ?? '',
      ...Object.fromEntries(
        waits.flatMap(([name, column]) => [
          [pullRequests.latency.p50(name), `${column}_p50_hours`],
          [pullRequests.latency.p90(name), `${column}_p90_hours`],
        ]),
      ),
      [words.complete]: 'complete',
    },
  },
  {
    card: exactly(pullRequests.open.title),
    rows: ({ rows }) => rows('pull-requests/open'),
    columns: {
      [pullRequests.open.id]: 'id',
      [pullRequests.open.name]: 'title',
      [pullRequests.open.age]: 'age_days',
      [pullRequests.open.stage]: (row) => pullRequests.open.stages[row.stage ?? ''] ?? row.stage ?? '',
      [pullRequests.open.since]: 'waiting_since',
      [pullRequests.open.waiting]: (row, { asOf }) =>
        row.waiting_since ? String((Date.parse(asOf) - Date.parse(row.waiting_since)) / 86_400_000) : '',
      [pullRequests.open.size]: (row) => pullRequests.latency.sizes[row.size ?? ''] ?? row.size ?? '',
      [pullRequests.open.draft]: 'draft',
    },
  },
  {
    card: exactly(ci.rates.title),
    rows: (tables) => ciRuns(tables),
    columns: {
      ...ciPeriod,
      ...Object.fromEntries(ci.rates.columns.map(([column, title]) => [title, column])),
      [ci.rates.success]: 'success_rate',
      [ci.rates.firstTry]: 'first_try_rate',
    },
  },
  ciTimes(ci.duration.title, 'duration'),
  ciTimes(ci.wait.title, 'queue'),
  {
    card: exactly(ci.money.title('USD')),
    rows: ({ rows }) => rows('ci/cost').filter((row) => isOverall(row) && row.currency === 'USD'),
    columns: {
      [words.month]: 'month',
      [words.total]: 'cost',
      ...Object.fromEntries(ci.money.parts.map(([column, title]) => [title, column])),
      [ci.money.minutes]: 'minutes',
      [ci.money.withoutPrice]: 'unpriced_minutes',
      [ci.money.basis]: 'basis',
      [ci.money.over]: 'bill_over_estimate',
      [words.complete]: 'complete',
    },
  },
  {
    card: exactly(ci.flaky.title),
    rows: ({ rows }) => rows('ci/flaky-jobs'),
    columns: {
      [ci.flaky.job]: 'name',
      [ci.workflow]: 'workflow',
      [words.filters.repo]: 'repo',
      [ci.flaky.times]: 'times',
      [ci.flaky.wasted]: 'wasted_minutes',
      [ci.flaky.last]: 'last_at',
    },
  },
  {
    card: exactly(ci.pareto.title('USD')),
    rows: ({ rows }) => rows('ci/cost/repositories').filter((row) => row.currency === 'USD'),
    columns: {
      [ci.pareto.rank]: 'rank',
      [words.filters.repo]: (row) => row.repo || ci.pareto.none,
      [ci.cost('USD')]: 'cost',
      [ci.pareto.share]: 'share',
      [ci.pareto.cumulative]: 'cumulative_share',
    },
  },
  {
    card: exactly(ci.workflows.title),
    rows: ciWorkflows,
    onPage: [ci.behind],
    columns: {
      [ci.workflow]: 'workflow',
      [words.filters.repo]: 'repo',
      [ci.runs]: 'runs',
      [ci.tiles.success]: 'success_rate',
      [ci.tiles.firstTry]: 'first_try_rate',
      [`${ci.duration.title}, p50`]: 'duration_p50_min',
      [ci.cost('USD')]: 'cost',
    },
  },
  {
    card: exactly(ci.delivery.scatter.title),
    rows: (tables) => costOfRepositories(tables).filter((row) => row.deployments !== ''),
    columns: { [words.filters.repo]: (row) => row.repo || ci.pareto.none, ...ciDelivered },
  },
  {
    card: exactly(ci.delivery.repositories.title),
    rows: costOfRepositories,
    columns: { [words.filters.repo]: (row) => row.repo || ci.pareto.none, ...ciDelivered },
  },
  {
    card: exactly(ci.delivery.links.title),
    rows: ({ rows }) => rows('delivery/cost/links').filter((row) => row.over === 'months'),
    columns: {
      [ci.delivery.measure]: ({ measure }) =>
        ci.delivery.measures[measure as keyof typeof ci.delivery.measures] ?? '',
      [ci.delivery.links.lag]: 'lag_months',
      [ci.delivery.links.pairs]: 'pairs',
      ...Object.fromEntries(
        ci.delivery.links.columns.flatMap(([column, name]) => [
          [name, column],
          [ci.delivery.links.low(name), `${column}_low`],
          [ci.delivery.links.high(name), `${column}_high`],
        ]),
      ),
    },
  },
  {
    card: exactly(ci.delivery.months.title),
    rows: ({ rows }) => rows('delivery/cost').reverse(),
    columns: {
      [words.month]: 'month',
      ...ciDelivered,
      [ci.delivery.cloud]: 'cloud_cost',
      [ci.delivery.perThousand('USD')]: 'deployments_per_1k_cost',
      [words.complete]: 'complete',
    },
  },
  {
    card: /by month \(\w+\)$/,
    rows: (tables, _, title) => months(tables, title),
    columns: { [words.month]: 'month', [words.complete]: 'complete' },
    otherwise: (title) => (title.startsWith(`${words.total}, `) ? 'total' : `group ${title}`),
  },
  {
    card: /same scale \(\w+\)$/,
    rows: (tables, _, title) => groups(tables, title),
    columns: {
      [columnsOfGroups.group]: (row) => row.group || (row.service ?? ''),
      [columnsOfGroups.provider]: 'provider',
      [words.month]: 'month',
      [columnsOfGroups.change]: 'change',
      [columnsOfGroups.changePercent]: 'change_percent',
      [columnsOfGroups.runRate]: 'run_rate',
      [control.average]: 'center',
      [control.lcl]: 'lcl',
      [control.ucl]: 'ucl',
      [words.signals]: 'signals',
      [words.complete]: 'complete',
    },
    otherwise: (title) => (title.startsWith(`${columnsOfGroups.cost}, `) ? 'cost' : ''),
  },
  {
    // The others are named by the comparisons of the data.
    card: /./,
    rows: ({ rows }, _, title) =>
      rows('cloud-spending/compared').filter((row) => row.comparison === title && row.cost !== ''),
    columns: {
      [words.month]: 'month',
      [columnsOfGroups.group]: 'group',
      [columnsOfGroups.cost]: 'cost',
      [cloud.compared.currency]: 'currency',
      [columnsOfGroups.change]: 'change',
      [columnsOfGroups.changePercent]: 'change_percent',
      [words.complete]: 'complete',
    },
  },
];

function hundredths(text: string | undefined): string {
  return String(Math.round(number(text) * 100) / 100);
}

function exactly(title: string): RegExp {
  return new RegExp(`^${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}
