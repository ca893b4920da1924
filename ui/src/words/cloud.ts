/** Words of the page Cloud spending. */
export const cloud = {
  nothing:
    'No bills yet. Run cto-import --cloudspending to read them; docs/cloud-spending.md says how to connect Azure, Google Cloud and FOCUS files.',
  outside: (first: string, last: string) =>
    `No bills in this period: there are bills from ${first} to ${last}.`,
  behind: (label: string, message: string) =>
    `The bills of ${label} could not be imported (${message}). Run cto-import --cloudspending once more; docs/cloud-spending.md says what it needs.`,
  other: 'Other',
  allElse: 'All else',
  billed: 'billed',
  notComplete: 'Month not complete',
  belowZero: 'Below zero: credits, or services that are in two groups.',
  tiles: {
    unknown: 'Spending',
    lastMonth: 'last full month',
    title: (currency: string, providers: string) => `${currency}: ${providers}`,
    month: (month: string) => `last full month ${month}`,
    noMonth: 'No complete month in this period.',
    year: (money: string) => `${money} over 12 months`,
    noYear: 'fewer than 12 full months',
    runRate: (money: string) => `running month about ${money}`,
    soFar: (money: string) => `running month ${money} so far`,
  },
  byMonth: {
    any: 'By month',
    title: (providers: string, currency: string) => `${providers} by month (${currency})`,
    largest: (group: string, money: string, month: string) =>
      `${group} is the largest group: ${money} in ${month}.`,
    noBill: (providers: string) => `no bill of ${providers}`,
    gap: (provider: string, months: readonly string[]) =>
      `No bill of ${provider} in ${
        months.length < 4
          ? months.join(', ')
          : `${months.length} months from ${months[0]} to ${months.at(-1)}`
      }. If there should be one: cto-import --cloudspending, as docs/cloud-spending.md says.`,
  },
  groups: {
    title: (grouped: boolean, currency: string) =>
      `${grouped ? 'Each group' : 'Each service'}, same scale (${currency})`,
    scale: (top: string) => `All charts share one scale up to ${top}, so heights compare.`,
    chart: (name: string, currency: string) => `${name} by month, ${currency}`,
    noBill: (month: string) => (month ? `no bill in ${month}` : 'no full month'),
    toggle: (all: boolean, count: number) => (all ? 'Show the largest only' : `Show all ${count}`),
    columns: {
      group: 'Group',
      provider: 'Provider',
      cost: 'Cost',
      change: 'Change',
      changePercent: 'Change, %',
      runRate: 'At this pace',
    },
  },
  compared: {
    title: 'Compared groups',
    none: 'No groups are compared. docs/cloud-spending.md says how to set some against each other.',
    currency: 'Currency',
    apart: (count: number) =>
      `Billed in ${count === 2 ? 'two' : count} currencies: drawn apart, never on one scale.`,
    chart: (name: string, currency: string) => `${name}, ${currency}`,
    latest: (amounts: string, month: string) => `${amounts} in ${month}`,
  },
};
