// Time from the address to the first chart with marks in it, on a slow computer: `npm run measure -- ADDRESS`.
//
// The address is that of a running cto-api that serves the built dashboard. The CPU is slowed four times; each
// page is opened five times in a fresh browser context, so with an empty cache, and the median counts.
import { chromium } from '@playwright/test';

const address = (process.argv[2] ?? 'http://127.0.0.1:8080').replace(/\/$/, '');
const budget = 1_200;
const slowdown = 4;
const times = 5;
const pages = ['/flow', '/pull-requests', '/cloud'];
const marks = 'svg.chart path.stroke[d], svg.chart path.fill[d], svg.chart rect.fill';

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
});

async function open(path) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const sizes = { js: 0, css: 0 };
  page.on('requestfinished', async (request) => {
    const kind = /\.(js|css)$/.exec(new URL(request.url()).pathname)?.[1];
    if (kind) sizes[kind] += (await request.sizes()).responseBodySize;
  });
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  await page.addInitScript((marks) => {
    const look = () => {
      if (document.querySelector(marks)) window.firstChart = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, marks);
  await page.goto(`${address}${path}`);
  await page.waitForFunction(() => window.firstChart !== undefined, undefined, { timeout: 30_000 });
  const firstChart = await page.evaluate(() => window.firstChart);
  await context.close();
  return { firstChart, ...sizes };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

let isSlow = false;
await open(pages[0]); // The server computes each table once.
for (const path of pages) {
  await open(path);
  const runs = [];
  for (let run = 0; run < times; run += 1) runs.push(await open(path));
  const all = runs.map(({ firstChart }) => Math.round(firstChart));
  const middle = median(all);
  isSlow ||= middle > budget;
  const [{ js, css }] = runs;
  process.stdout.write(
    `${path}: first chart after ${middle} ms (${all.join(', ')}; budget ${budget}), JS ${kilobytes(js)}, CSS ${kilobytes(css)} over the wire\n`,
  );
}
await browser.close();
process.exitCode = isSlow ? 1 : 0;
