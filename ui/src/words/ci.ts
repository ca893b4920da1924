/** Words of the pages CI, and CI cost and delivery. */
export const ci = {
  empty: 'No run of CI ended in this period.',
  noCost: 'Nothing that CI did in this period has a price.',
  runs: 'Runs',
  behind: 'Rows',
  rows: { runs: 'runs', jobs: 'jobs' },
  onlyRuns: 'Costs and flaky jobs are those of all branches.',
  minutes: 'minutes',
  workflow: 'Workflow',
  cost: (currency: string) => `Cost, ${currency}`,
  tiles: {
    success: 'Success rate',
    firstTry: 'First-try rate',
    duration: 'Duration',
    wait: 'Wait',
    cost: 'CI cost',
    share: 'of runs',
    median: 'minutes, median',
    inMonth: (month: string, said: string) => `${month}: ${said}`,
    counted: (part: string) => `${part} runs`,
    again: (part: string) => `${part} runs were started again`,
    most: (minutes: string) => `95 % within ${minutes}`,
    few: 'fewer than 20 runs',
    wasted: (share: string, money: string) => `${share} of it wasted: ${money}`,
  },
  lead: (month: string, share: string, counts: string, minutes: string) =>
    `In ${month}, the last complete month, ${share} of runs succeeded (${counts}), and half of them took ${minutes} minutes at most.`,
  leadCost: (costs: string) => `CI cost ${costs}.`,
  leadWaste: (money: string, share: string) => `${money}, of which ${share} was wasted`,
  rates: {
    title: 'Success and first try',
    chart: 'Share of runs that succeeded, in the end and at the first try',
    unit: 'of runs',
    success: 'succeeded',
    firstTry: 'at the first try',
    finding: (period: string, share: string, counts: string, first: string) =>
      `In ${period} ${share} of runs succeeded (${counts}), ${first} at the first try.`,
    columns: [
      ['succeeded', 'Succeeded'],
      ['failed', 'Failed'],
      ['failed_infrastructure', 'Failed for machines'],
      ['cancelled', 'Cancelled'],
      ['other', 'Without verdict'],
      ['retried', 'Started again'],
      ['commits', 'Commits'],
      ['flaky', 'Flaky commits'],
    ] as const,
  },
  duration: {
    title: 'Duration',
    chart: 'Minutes from the start of a run to the end of its last job',
    finding: (period: string, minutes: string, most: string) =>
      `In ${period} half of the runs took ${minutes} minutes at most${most && `, 95 % at most ${most}`}.`,
  },
  wait: {
    title: 'Wait for a machine',
    chart: 'Minutes from the start of a run to its first job',
    finding: (period: string, minutes: string, most: string) =>
      `In ${period} half of the runs waited ${minutes} minutes at most${most && `, 95 % at most ${most}`}.`,
  },
  money: {
    title: (currency: string) => `Cost by month, ${currency}`,
    unit: 'for CI',
    jobs: 'Jobs by what they cost',
    parts: [
      ['useful', 'Useful'],
      ['flaky', 'Flaky'],
      ['failed', 'Failed'],
      ['cancelled', 'Cancelled'],
      ['retried', 'Repeated'],
    ] as const,
    finding: (month: string, money: string, share: string, parts: string) =>
      `In ${month} CI cost ${money}; ${share} of it was wasted: ${parts}.`,
    note: 'Flaky: failed, and succeeded later with nothing changed. Repeated: had succeeded before in the same run.',
    unpriced: (minutes: string, month: string) =>
      `${minutes} minutes of ${month} have no known price and cost nothing here.`,
    minutes: 'Minutes',
    withoutPrice: 'Minutes without a price',
    basis: 'Rests on',
    over: 'Bill by estimate',
  },
  flaky: {
    title: 'Flaky jobs',
    empty: 'No job failed and then succeeded with nothing changed in this period.',
    finding: (job: string, repo: string, times: string, minutes: string) =>
      `${job} of ${repo} was flaky most often: on ${times}, for ${minutes} minutes.`,
    commits: (count: string) => (count === '1' ? '1 commit' : `${count} commits`),
    region: 'Jobs, the most often flaky first',
    job: 'Job',
    times: 'Commits',
    wasted: 'Minutes wasted',
    last: 'Last',
  },
  pareto: {
    title: (currency: string) => `Repositories by cost, ${currency}`,
    finding: (some: string, all: string, share: string) =>
      `${some} of ${all === '1' ? '1 repository' : `${all} repositories`} cost ${share} of the last three complete months.`,
    region: (currency: string) => `Repositories, the most expensive first, ${currency}`,
    rank: 'Rank',
    share: 'Share',
    cumulative: 'With those above',
    none: 'billed for none',
  },
  workflows: {
    title: 'Workflows of the last complete month',
    finding: (month: string, workflow: string, repo: string, runs: string, money: string) =>
      `In ${month} ${workflow} of ${repo} ${money ? `cost most: ${money} for` : 'ran most:'} ${runs === '1' ? '1 run' : `${runs} runs`}.`,
    region: 'Workflows, the most expensive first',
  },
  delivery: {
    measure: 'Measure',
    currency: 'Currency',
    measures: {
      deployments: 'Deployments',
      lead_p50_days: 'Lead time, days',
      change_failure_rate: 'Change failure rate',
    },
    noLink: 'A link, not a cause.',
    noCost: 'What CI costs is not known: cto-import --ci reads its runs and bills.',
    noDelivery: 'No deployment is known in these months: cto-import --delivery reads them.',
    unknown: (names: string, count: number) =>
      `Not drawn, since the measure is not known: ${names}${count > 0 ? ` and ${count} more` : ''}.`,
    perChange: 'Cost per change',
    perThousand: (currency: string) => `Deployments per 1,000 ${currency}`,
    cloud: 'Cloud spending',
    month: (month: string) => `last complete month ${month}`,
    scatter: {
      title: 'Cost and delivery by repository',
      chart: (measure: string) => `${measure} by what CI cost in the last three complete months`,
      axes: (measure: string, currency: string) =>
        `Upwards: ${measure.toLowerCase()}. To the right: cost in ${currency}, the last three complete months.`,
      line: 'Line',
      fitted: 'The line is that of least squares, within its 95 % interval.',
      between: (value: string, low: string, high: string) => `${value} (${low} to ${high})`,
      ends: ['Line, from', 'Line, to'] as const,
      none: 'Of no repository are both the cost of CI and this measure known.',
      finding: (pairs: number, link: string) => `Over ${pairs} repositories Spearman is ${link}.`,
      few: (pairs: number) =>
        `${pairs === 1 ? '1 repository' : `${pairs} repositories`} with both: not enough for a link, which needs 10.`,
      same: (pairs: number) => `Over ${pairs} repositories no link: one of both does not vary.`,
    },
    links: {
      title: 'Links by month',
      region: 'Links of the cost with delivery, then and later',
      finding: (currency: string, months: string) =>
        `Cost in ${currency} against delivery in the same month and up to two later, ${months}.`,
      months: (most: number) => (most === 1 ? 'over 1 month' : `over up to ${most} months`),
      interval: (value: string, low: string, high: string) => `${value}, 95 % interval ${low} to ${high}`,
      lag: 'Months later',
      pairs: 'Months',
      few: 'not enough months',
      same: 'does not vary',
      columns: [
        ['spearman', 'Spearman'],
        ['pearson', 'Pearson'],
      ] as const,
      low: (name: string) => `${name}, from`,
      high: (name: string) => `${name}, to`,
    },
    months: {
      title: 'Cost and delivery by month',
      finding: (month: string, money: string, deployments: string, change: string) =>
        `In ${month}, the last complete month, CI cost ${money}, for ${deployments}${change && `; a change cost ${change}`}.`,
      none: 'No month of this period is complete.',
      region: 'Months, the newest first',
    },
    repositories: {
      title: 'Repositories',
      region: 'Repositories of the last three complete months, the most expensive first',
      finding: (repo: string, money: string) =>
        `${repo} cost most in the last three complete months: ${money}.`,
    },
  },
};
