import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { base } from './base.ts';
import { readFilters, writeFilters } from './filters.ts';
import { lazyPage } from './layout/lazy-page.tsx';
import { Shell } from './layout/shell.tsx';
import { MissingPage } from './pages/missing.tsx';

const root = createRootRoute({
  component: Shell,
  notFoundComponent: MissingPage,
  // The parser below gives filters already; what stands here is for its type.
  validateSearch: (search) => search as ReturnType<typeof readFilters>,
});
const index = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: ({ search }) => {
    throw redirect({ to: '/flow', search, replace: true });
  },
});
const flow = createRoute({
  getParentRoute: () => root,
  path: '/flow',
  component: lazyPage('flow', async () => (await import('./pages/flow/page.tsx')).FlowPage),
});
const pullRequests = createRoute({
  getParentRoute: () => root,
  path: '/pull-requests',
  component: lazyPage(
    'pullRequests',
    async () => (await import('./pages/pull-requests/page.tsx')).PullRequestsPage,
  ),
});
const dora = createRoute({
  getParentRoute: () => root,
  path: '/dora',
  component: lazyPage('dora', async () => (await import('./pages/dora/page.tsx')).DoraPage),
});
const ci = createRoute({
  getParentRoute: () => root,
  path: '/ci',
  component: lazyPage('ci', async () => (await import('./pages/ci/pages.ts')).CiPage),
});
const ciCost = createRoute({
  getParentRoute: () => root,
  path: '/ci-cost',
  component: lazyPage('ciCost', async () => (await import('./pages/ci/pages.ts')).CiCostPage),
});
const cloud = createRoute({
  getParentRoute: () => root,
  path: '/cloud',
  component: lazyPage('cloud', async () => (await import('./pages/cloud/page.tsx')).CloudPage),
});
const report = createRoute({
  getParentRoute: () => root,
  path: '/report',
  component: lazyPage('report', async () => (await import('./pages/report/page.tsx')).ReportPage),
});

export const router = createRouter({
  routeTree: root.addChildren([index, flow, pullRequests, dora, ci, ciCost, cloud, report]),
  basepath: base || '/',
  parseSearch: (text) => readFilters(new URLSearchParams(text)),
  stringifySearch: writeFilters,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
