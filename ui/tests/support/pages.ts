import { words } from '../../src/words.ts';

const { ci, dora, flow, pullRequests } = words;

/** Every page over a period, with what stands on it from top to bottom. */
export const pages = [
  {
    path: '/flow',
    ...words.pages.flow,
    tiles: [flow.tiles.leadTime, flow.tiles.cycleTime, flow.tiles.throughput, flow.tiles.wip],
    cards: [
      flow.throughput.title,
      flow.times.lead,
      flow.times.cycle,
      flow.stocks.title,
      flow.redBin.title,
      flow.innovation.title,
      flow.aging.title,
      flow.cumulative.title,
      flow.forecast.title,
    ],
  },
  {
    path: '/pull-requests',
    ...words.pages.pullRequests,
    tiles: [
      pullRequests.tiles.cycle,
      pullRequests.tiles.review,
      pullRequests.tiles.requests,
      pullRequests.tiles.open,
    ],
    cards: [
      pullRequests.cycle.title,
      pullRequests.requests.title,
      pullRequests.repositories.title,
      pullRequests.distribution.title,
      pullRequests.latency.title,
      pullRequests.open.title,
    ],
  },
  {
    path: '/dora',
    ...words.pages.dora,
    tiles: [
      dora.tiles.frequency,
      dora.tiles.lead,
      dora.tiles.failures,
      dora.tiles.recovery,
      dora.tiles.rework,
    ],
    cards: [
      dora.deployments.title,
      dora.lead.title,
      dora.services.titleWithTeams,
      dora.failed.title,
      dora.changes.slowest,
      dora.changes.undeployed,
    ],
  },
  {
    path: '/ci',
    ...words.pages.ci,
    tiles: [ci.tiles.success, ci.tiles.firstTry, ci.tiles.duration, ci.tiles.wait, ci.tiles.cost],
    cards: [
      ci.rates.title,
      ci.duration.title,
      ci.wait.title,
      ci.money.title('USD'),
      ci.flaky.title,
      ci.pareto.title('USD'),
      ci.workflows.title,
    ],
  },
  {
    path: '/ci-cost',
    ...words.pages.ciCost,
    tiles: [ci.tiles.cost, ci.delivery.perChange, ci.delivery.perThousand('USD')],
    cards: [
      ci.delivery.scatter.title,
      ci.delivery.repositories.title,
      ci.delivery.links.title,
      ci.delivery.months.title,
    ],
  },
  { path: '/cloud', ...words.pages.cloud, tiles: [], cards: [] },
] as const;

/** Is about a month rather than a period, and has sentences and tables in place of tiles. */
export const report = { path: '/report', ...words.pages.report } as const;

/** What is true of every page. */
export const everyPage = [...pages, report] as const;
