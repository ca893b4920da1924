/** The servers of the browser tests, and what every test of them holds. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test as base, expect } from '@playwright/test';

/** Addresses without a slash at their end. */
export type Servers = {
  /** The simulated organisation and its clouds. */
  demo: string;
  /** Nothing was ever imported. */
  empty: string;
  /** Google's bills and one repository (acme/billing) could not be read; the rest is there. */
  partial: string;
  /** The demo below /cto. */
  below: string;
  /** The demo for whoever has the token. */
  locked: string;
  token: string;
  /** The folders behind them: the store, and the tables as CSV files. */
  data: { demo: string; empty: string; partial: string };
};

/** Where the state of the running servers lies. */
export const folder = fileURLToPath(new URL('../../node_modules/.bed/', import.meta.url));

export function servers(): Servers {
  return JSON.parse(readFileSync(`${folder}servers.json`, 'utf8'));
}

type Fixtures = {
  servers: Servers;
  /** What this test provokes: console errors that fit are none. */
  provoked: RegExp[];
  strict: undefined;
};

/** As Playwright's, with `servers`; `goto('/flow')` goes to the demo. No request may leave the servers, and nothing may end up as an error in the console. */
export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture uses.
  servers: async ({}, use) => use(servers()),
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  baseURL: async ({}, use) => use(servers().demo),
  provoked: [[], { option: true }],
  strict: [
    async ({ page, provoked }, use) => {
      const problems: string[] = [];
      const hosts = Object.values(servers()).filter(
        (value) => typeof value === 'string' && value.startsWith('http'),
      );
      const origins = new Set(hosts.map((value) => new URL(String(value)).origin));
      page.on('request', (request) => {
        const url = new URL(request.url());
        if (url.protocol.startsWith('http') && !origins.has(url.origin))
          problems.push(`request to ${url.href}`);
      });
      page.on('pageerror', (error) => problems.push(String(error)));
      page.on('console', (message) => {
        const text = `${message.text()} (${message.location().url})`;
        const isProvoked = provoked.some((known) => known.test(text));
        if (message.type() === 'error' && !isProvoked) problems.push(text);
      });
      await use(undefined);
      expect(problems, 'problems of the page').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
