import type { Page } from '@playwright/test';
import { expect, test } from '../bed/servers.ts';
import { open, openDetails } from '../support/page.ts';
import { pages } from '../support/pages.ts';

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

for (const { name, path } of pages) {
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

  test(`${name} prints on A4, on a few pages`, async ({ page }) => {
    await open(page, path);
    const pdf = await page.pdf({ format: 'A4', printBackground: true });
    const text = pdf.toString('latin1');
    expect(text.startsWith('%PDF-')).toBe(true);
    expect(text).toMatch(/\/MediaBox\s*\[\s*0 0 59[456](\.\d+)? 84[12](\.\d+)?\s*\]/);
    const count = (text.match(/\/Type\s*\/Page\b/g) ?? []).length;
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThanOrEqual(6);
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
