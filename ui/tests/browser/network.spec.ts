import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { words } from '../../src/words.ts';
import { expect, test } from '../bed/servers.ts';
import { at, card, cards, open, openDetails, searchOf, settled, titleOf } from '../support/page.ts';
import { everyPage } from '../support/pages.ts';

/** What the rules of the server for pages stopped. */
async function stopped(page: Page): Promise<string[]> {
  const found: string[] = [];
  await page.exposeFunction('tellStopped', (text: string) => found.push(text));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      (window as unknown as { tellStopped: (text: string) => void }).tellStopped(
        `${event.violatedDirective} ${event.blockedURI}`,
      );
    });
  });
  return found;
}

for (const { name, path } of everyPage) {
  test(`${name} works under the strict rules of the server, and asks nobody else`, async ({ page }) => {
    const found = await stopped(page);
    const hosts = new Set<string>();
    page.on('request', (request) => {
      if (request.url().startsWith('http')) hosts.add(new URL(request.url()).origin);
    });
    const answer = await page.goto(at('demo', path));
    const policy = answer?.headers()['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    await settled(page);
    await openDetails(page);
    for (const card of await cards(page).all()) {
      const picture = card.getByRole('button', { name: /PNG$/ });
      if ((await picture.count()) === 0) continue;
      const [download] = await Promise.all([page.waitForEvent('download'), picture.click()]);
      expect(download.suggestedFilename()).toMatch(/^[\p{L}\p{N}-]+-\d{4}-\d{2}-\d{2}\.png$/u);
    }
    const readers = page.getByRole('slider');
    for (const reader of await readers.all()) await reader.focus();
    expect([...hosts]).toEqual([new URL(at('demo')).origin]);
    expect(found).toEqual([]);
  });

  test(`every picture of ${name} is a PNG twice as wide as its card with its margins, with something in it`, async ({
    page,
  }) => {
    await open(page, path);
    for (const card of await cards(page).all()) {
      const button = card.getByRole('button', { name: /PNG$/ });
      if ((await button.count()) === 0) continue;
      const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
      const file = readFileSync(await download.path());
      expect(file.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
      const width = await card
        .locator('.body')
        .evaluate((body) => Math.ceil(body.getBoundingClientRect().width));
      expect(file.readUInt32BE(16), await titleOf(card)).toBe(2 * (width + 2 * 16));
      expect(await colours(page, file, 24), `${await titleOf(card)}: margins`).toEqual([1, 1]);
      expect(file.readUInt32BE(20)).toBeGreaterThan(300);
      expect((await colours(page, file))[0], `${await titleOf(card)}: colours`).toBeGreaterThan(3);
    }
  });
}

/** How many different colours a picture has as a whole, or within some pixels of its left and of its right edge. */
function colours(page: Page, png: Buffer, edge = 0): Promise<number[]> {
  return page.evaluate(
    async ({ data, edge }) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.width, image.height];
      const context = canvas.getContext('2d');
      context?.drawImage(image, 0, 0);
      const width = edge || image.width;
      return (edge ? [0, image.width - edge] : [0]).map((x) => {
        const pixels = context?.getImageData(x, 0, width, image.height).data.buffer ?? new ArrayBuffer(0);
        return new Set(new Uint32Array(pixels)).size;
      });
    },
    { data: png.toString('base64'), edge },
  );
}

test('a picture says its period, its filters and the time of its data, and its sentence is whole', async ({
  page,
}) => {
  await page.addInitScript(() => {
    const drawn: Promise<string>[] = [];
    const original = URL.createObjectURL;
    URL.createObjectURL = (source: Blob) => {
      if (source.type === 'image/svg+xml') drawn.push(source.text());
      return original(source);
    };
    (window as unknown as { drawn: typeof drawn }).drawn = drawn;
  });
  await open(page, '/flow?from=2026-03-01&project=4100001');
  const control = card(page, words.flow.throughput.title);
  await Promise.all([page.waitForEvent('download'), control.getByRole('button', { name: /PNG$/ }).click()]);
  const picture = await page.evaluate(() => (window as unknown as { drawn: Promise<string>[] }).drawn.at(-1));
  const texts = [...(picture ?? '').matchAll(/<text[^>]*>([^<]*)<\/text>/g)]
    .map(([, text]) => text)
    .join(' ');
  expect(texts).toContain('2026-03-01 – 2026-');
  expect(texts).toContain(`${words.filters.project}: Platform`);
  expect(texts).toContain(words.asOf('30 Oct 2026'));
  expect(texts).toContain(await control.locator('.finding').innerText());
});

test('everything works below a path of the host, also after a reload of a deep link', async ({ page }) => {
  const outside: string[] = [];
  const root = at('below');
  page.on('request', (request) => {
    if (request.url().startsWith('http') && !request.url().startsWith(`${root}/`))
      outside.push(request.url());
  });
  await open(page, '/flow?by=month', 'below');
  const link = page.getByRole('navigation').getByRole('link', { name: words.pages.pullRequests.name });
  await expect(link).toHaveAttribute('href', `${new URL(root).pathname}/pull-requests?by=month`);
  await link.click();
  await expect(page).toHaveURL(`${root}/pull-requests?by=month`);
  await page.reload();
  await settled(page);
  await expect(page.locator('h1')).toHaveText(words.pages.pullRequests.name);
  await expect(cards(page).first().locator('svg.chart')).toBeVisible();
  await page.goto(root);
  await expect(page).toHaveURL(`${root}/flow`);
  expect(outside.filter((address) => address !== root)).toEqual([]);
});

test.describe('a server that wants a token', () => {
  test.use({ provoked: [/status of 401/] });

  test('asks for it, tells a wrong one, and goes on with the right one', async ({ page, servers }) => {
    await page.goto(at('locked', '/flow?by=month'));
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(words.token.title);
    await expect(page.locator('svg.chart')).toHaveCount(0);
    await expect(page.getByText(words.token.wrong)).toHaveCount(0);
    await give(page, 'of-no-use');
    await expect(page.getByRole('alert').filter({ hasText: words.token.wrong })).toBeVisible();
    await give(page, servers.token);
    await expect(page.locator('h1')).toHaveText(words.pages.flow.name);
    await settled(page);
    await expect(card(page, words.flow.throughput.title).locator('svg.chart')).toBeVisible();
    expect(searchOf(page)).toBe('?by=month');
    await page.reload();
    await settled(page);
    await expect(page.locator('h1')).toHaveText(words.pages.flow.name);
  });

  test('never finds it in an address, nor in what stays after the tab', async ({ page, servers }) => {
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    await page.goto(at('locked', '/flow'));
    await give(page, servers.token);
    await settled(page);
    expect(addresses.length).toBeGreaterThan(5);
    expect([...addresses, page.url()].filter((address) => address.includes(servers.token))).toEqual([]);
    const kept = await page.evaluate(() => JSON.stringify(localStorage) + document.cookie);
    expect(kept).not.toContain(servers.token);
  });
});

async function give(page: Page, token: string) {
  await page.getByLabel(words.token.label).fill(token);
  await page.getByRole('button', { name: words.token.submit }).click();
}
