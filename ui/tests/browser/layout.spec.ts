import type { Page } from '@playwright/test';
import { expect, test } from '../bed/servers.ts';
import { open, openDetails } from '../support/page.ts';
import { everyPage, pages } from '../support/pages.ts';

async function expectNoSidewaysScroll(page: Page) {
  const { scroll, width, beyond } = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const beyond = [...document.querySelectorAll('body *')]
      .filter(
        (element) => element.getBoundingClientRect().right > width + 1 && !element.closest('.table, nav'),
      )
      .map((element) => `${element.tagName}.${element.getAttribute('class') ?? ''}`);
    return { scroll: document.documentElement.scrollWidth, width, beyond: beyond.slice(0, 5) };
  });
  expect(scroll, `beyond the edge: ${beyond.join(', ')}`).toBeLessThanOrEqual(width);
}

for (const { name, path } of everyPage) {
  for (const width of [320, 390, 768, 1280, 1920]) {
    test(`${name} does not scroll sideways at ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 900 });
      await open(page, path);
      await expectNoSidewaysScroll(page);
      await openDetails(page);
      await expectNoSidewaysScroll(page);
    });
  }

  test(`the charts of ${name} write no label over another, nor beyond their edge`, async ({ page }) => {
    for (const width of [1280, 768, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await open(page, path);
      expect(await faultsOfLabels(page), `at ${width} px`).toEqual([]);
    }
  });
}

for (const { name, path } of pages) {
  test(`${name} prints on A4, on a few pages`, async ({ page }) => {
    await open(page, path);
    const pdf = await page.pdf({ format: 'A4', printBackground: true });
    const text = pdf.toString('latin1');
    expect(text.startsWith('%PDF-')).toBe(true);
    expect(text).toMatch(/\/MediaBox\s*\[\s*0 0 59[456](\.\d+)? 84[12](\.\d+)?\s*\]/);
    const count = (text.match(/\/Type\s*\/Page\b/g) ?? []).length;
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThanOrEqual(3);
  });

  test(`${name} is cut nowhere in print, and says what it shows`, async ({ page }) => {
    await open(page, `${path}?from=2026-03-01`);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await page.setViewportSize({ width: 720, height: 1000 });
    await expectNoSidewaysScroll(page);
    await expect(page.locator('.card').first()).toHaveCSS('background-color', 'rgb(255, 255, 255)');
    const cut = page.locator('main .table').filter({ visible: true });
    for (const table of await cut.all()) {
      expect(await table.evaluate((box) => box.scrollWidth - box.clientWidth)).toBeLessThanOrEqual(0);
    }
    await expect(page.locator('.in-print')).toContainText('2026-03-01');
    await expect(page.getByRole('navigation')).toBeHidden();
    await expect(page.getByRole('banner')).toContainText('2026');
  });
}

for (const [path, wide] of [
  ['/flow?from=2026-10-20', 1280],
  ['/cloud?from=2026-10-01', 1280],
  ['/pull-requests?from=2026-10-26', 1280],
  ['/flow?from=2026-10-20', 390],
] as const) {
  test(`the charts of one period on ${path} stay in their cards at ${wide} px`, async ({ page }) => {
    await page.setViewportSize({ width: wide, height: 900 });
    await open(page, path);
    const beyond = await page.locator('svg.chart').evaluateAll((charts) =>
      charts.flatMap((chart) => {
        const edge = chart.getBoundingClientRect();
        return [...chart.querySelectorAll('path, line, rect, circle, text')]
          .map((mark) => mark.getBoundingClientRect())
          .filter((box) => box.width + box.height > 0)
          .filter((box) => box.left < edge.left - 1 || box.right > edge.right + 1)
          .map((box) => `${chart.getAttribute('aria-label')}: ${box.left} to ${box.right}`);
      }),
    );
    expect(beyond).toEqual([]);
    const widest = await page
      .locator('svg.chart rect.layer')
      .evaluateAll((bars) => Math.max(0, ...bars.map((bar) => bar.getBoundingClientRect().width)));
    expect(widest).toBeLessThanOrEqual(96);
  });
}

for (const { name, path } of everyPage) {
  test(`every text in the charts of ${name} is in the font of the page, and not smaller than 11 px`, async ({
    page,
  }) => {
    await open(page, path);
    const others = await page.locator('svg.chart').evaluateAll((charts) => {
      const { fontFamily } = getComputedStyle(document.body);
      return charts.flatMap((chart) =>
        [...chart.querySelectorAll('text, tspan')]
          .map((text) => ({ text: text.textContent, style: getComputedStyle(text) }))
          .filter(({ style }) => style.fontFamily !== fontFamily || Number.parseFloat(style.fontSize) < 11)
          .map(({ text, style }) => `${text}: ${style.fontSize} ${style.fontFamily}`),
      );
    });
    expect(others).toEqual([]);
  });

  test(`what ${name} shows stays in its place while it loads slowly`, async ({ page }) => {
    await page.addInitScript(() => {
      const shifts = { sum: 0 };
      (window as unknown as { shifts: typeof shifts }).shifts = shifts;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.sum += (entry as unknown as { value: number }).value;
      }).observe({ type: 'layout-shift', buffered: true });
    });
    // Answers come one after the other, as on a slow line.
    let turn = 0;
    await page.route(/\/api\//, async (route) => {
      turn += 1;
      await new Promise((resolve) => setTimeout(resolve, 150 * turn));
      await route.continue();
    });
    await open(page, path);
    const sum = await page.evaluate(() => (window as unknown as { shifts: { sum: number } }).shifts.sum);
    expect(sum).toBeLessThan(0.1);
  });

  test(`the charts of ${name} are drawn anew for paper`, async ({ page }) => {
    await open(page, path);
    const widths = () =>
      page
        .locator('svg.chart')
        .evaluateAll((charts) => charts.map((chart) => Number(chart.getAttribute('width'))));
    const before = await widths();
    await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
    for (const width of await widths()) expect(width).toBeLessThanOrEqual(718);
    await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
    expect(await widths()).toEqual(before);
  });
}

test('every page is in sight in the header, which is not wider than the window', async ({ page }) => {
  await open(page, '/dora');
  for (const width of [900, 1000, 1130, 1259, 1260, 1400]) {
    await page.setViewportSize({ width, height: 900 });
    const { scroll, shown } = await page.getByRole('navigation').evaluate((nav) => ({
      scroll: nav.scrollWidth - nav.clientWidth,
      shown: document.documentElement.scrollWidth,
    }));
    expect(scroll, `at ${width} px`).toBe(0);
    expect(shown).toBe(width);
  }
});

test('small charts leave no room at the right for one more', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, '/cloud');
  const free = await page.locator('.multiples').evaluateAll((grids) =>
    grids.map((grid) => {
      const last = Math.max(...[...grid.children].map((child) => child.getBoundingClientRect().right));
      return grid.getBoundingClientRect().right - last;
    }),
  );
  expect(free.length).toBeGreaterThan(0);
  for (const pixels of free) expect(pixels).toBeLessThan(2);
});

test('the names of the filters stand on one line', async ({ page }) => {
  await open(page, '/flow');
  const tops = await page
    .locator('.filters > label, .filters .choice > span, .filters legend')
    .evaluateAll((names) =>
      names
        .filter((name) => !name.closest('.popover'))
        .map((name) => Math.round(name.getBoundingClientRect().top)),
    );
  expect(tops.length).toBeGreaterThan(4);
  expect(Math.max(...tops) - Math.min(...tops)).toBeLessThanOrEqual(1);
});

test('in forced colours the chosen period, the page and the age of the data are told apart', async ({
  page,
}) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await open(page, '/flow');
  const look = (selector: string, property: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);
  expect(await look('.presets [aria-pressed="true"]', 'background-color')).not.toBe(
    await look('.presets [aria-pressed="false"]', 'background-color'),
  );
  expect(await look('nav [aria-current="page"]', 'border-bottom-color')).not.toBe(
    await look('nav a:not([aria-current])', 'border-bottom-color'),
  );
  expect(await look('.dot', 'border-top-width')).toBe('2px');
});

/** Texts of charts that touch each other, or leave the picture. */
function faultsOfLabels(page: Page): Promise<string[]> {
  return page.locator('svg.chart').evaluateAll((charts) =>
    charts.flatMap((chart) => {
      const edge = chart.getBoundingClientRect();
      const name = chart.getAttribute('aria-label');
      const texts = [...chart.querySelectorAll('text')]
        .map((text) => ({ text: text.textContent ?? '', box: text.getBoundingClientRect() }))
        .filter(({ text, box }) => text.trim() && box.width > 0);
      const cut = texts
        .filter(({ box }) => box.left < edge.left - 1 || box.right > edge.right + 1)
        .map(({ text }) => `${name}: "${text}" is cut`);
      const over = texts.flatMap((one, at) =>
        texts.slice(at + 1).flatMap((other) => {
          const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
          const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
          return across > 1 && down > 4 ? [`${name}: "${one.text}" lies over "${other.text}"`] : [];
        }),
      );
      return [...cut, ...over];
    }),
  );
}
