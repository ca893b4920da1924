import { expect, type Locator, type Page } from '@playwright/test';
import { type Servers, servers } from '../bed/servers.ts';

type Server = Exclude<keyof Servers, 'token' | 'data'>;

/** Where a path of a server is. */
export function at(server: Server, path = ''): string {
  return `${servers()[server]}${path}`;
}

/** Opens a page and waits until everything on it is there. */
export async function open(page: Page, path: string, server: Server = 'demo') {
  await page.goto(at(server, path));
  await settled(page);
}

/** Nothing is being loaded any more. */
export async function settled(page: Page) {
  await expect(page.locator('h1')).toBeVisible();
  await expect(page.locator('main .skeleton, main [aria-busy="true"]')).toHaveCount(0, { timeout: 20_000 });
}

/** The card of that title. */
export function card(page: Page, title: string): Locator {
  return page.getByRole('region', { name: title, exact: true });
}

/** All cards, in the order of the page. */
export function cards(page: Page): Locator {
  return page.locator('main section.card');
}

export async function titleOf(card: Locator): Promise<string> {
  return (await card.locator('h2').first().innerText()).trim();
}

/** The key figure of that name. */
export function tile(page: Page, title: string): Locator {
  return page.locator('ul.tiles > li').filter({
    has: page.getByRole('heading', { level: 3, name: new RegExp(`^${escaped(title)}\\s*,`) }),
  });
}

/** Opens everything that opens in place. */
export async function openDetails(page: Page) {
  await page.locator('main details').evaluateAll((all) => {
    for (const details of all) (details as HTMLDetailsElement).open = true;
  });
}

/** The query of the address that the browser shows. */
export function searchOf(page: Page): string {
  return new URL(page.url()).search;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
