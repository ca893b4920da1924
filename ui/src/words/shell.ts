/** Words around the pages: what the dashboard is called, where its data come from, what is said where there are none. */
export const shell = {
  name: 'Engineering metrics',
  skip: 'Skip to the content',
  pagesLabel: 'Pages',
  theme: 'Theme',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  asOf: (when: string) => `Data as of ${when}`,
  asOfCloud: (when: string) => `bills as of ${when}`,
  noData: 'No data yet',
  sources: 'State of each source',
  sourcesCaption: 'Each source with its state and how far it was imported',
  sourceColumns: {
    source: 'Source',
    scope: 'What',
    state: 'State',
    coveredTo: 'Imported to',
    message: 'Message',
  },
  sourcesFailed: (count: number) =>
    count === 1 ? '1 source has a problem' : `${count} sources have a problem`,
  fresh: 'up to date',
  old: (age: string, sources: boolean) => `${sources ? 'the oldest source is' : 'they are'} ${age} old`,
  stale: (age: string, sources: boolean) =>
    `${sources ? 'the oldest source is' : 'they are'} ${age} old: is cto-import still running?`,
  reloadFailed: (message: string) => `Newer data could not be loaded: ${message}`,
  days: (count: number) => (count === 1 ? '1 day' : `${count} days`),
  pages: {
    flow: { name: 'Flow', question: 'How fast does work go through, and where does it wait?' },
    pullRequests: { name: 'Pull requests', question: 'How long do changes wait for review?' },
    dora: { name: 'DORA', question: 'How often, how fast and how safely do we release?' },
    ci: { name: 'CI', question: 'Is it green, is it fast, is it worth its money?' },
    ciCost: { name: 'CI cost and delivery', question: 'Does what CI costs show in delivery?' },
    cloud: { name: 'Cloud spending', question: 'What do we spend, on what, and what changed?' },
    report: { name: 'Monthly report', question: 'What happened last month, for the board?' },
    missing: { name: 'No such page', question: 'The address leads nowhere.' },
  },
  away: {
    gone: 'The server does not answer. What is shown was loaded before; the page goes on by itself once it is back.',
    starting: (why: string) =>
      `The server has nothing to show yet: ${why.replace(/\.$/, '')}. The page goes on by itself.`,
    waits: 'Comes once the server answers again.',
  },
  setUp: {
    title: 'Nothing has been imported yet',
    run: 'Run this where the data of this server are kept, with a token of GitHub that reads the organisation:',
    import: 'GITHUB_TOKEN=… cto-import --org ORG --data DATA',
    clouds: 'Bills of the clouds come with one more, once config.yml says where they are:',
    importClouds: 'cto-import --cloudspending --data DATA',
    after:
      'This page goes on by itself as soon as the first data are stored. Where an import is planned, there is nothing to do but to wait for it.',
  },
  outside: {
    title: 'Period without data',
    nothing: (first: string, last: string) =>
      `No data in this period: there are data from ${first} to ${last}.`,
    nearest: 'Show the nearest period with data',
  },
};
