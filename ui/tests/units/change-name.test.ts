import { expect, test } from '@playwright/test';
import { nameOf, shortNameOf } from '../../src/pages/dora/change-name.ts';

const change = (repo: string, url: string | null) => ({ org: 'acme', repo, number: '12', url });

test('a merge request of GitLab is called with an exclamation mark', () => {
  const merged = change('shop/api', 'https://gitlab.example/acme/shop/api/-/merge_requests/12');
  expect(nameOf(merged)).toBe('acme/shop/api!12');
  expect(shortNameOf(merged)).toBe('shop/api!12');
});

test('a pull request of GitHub, and one of which no address is known, is called with a number sign', () => {
  expect(nameOf(change('api', 'https://github.com/acme/api/pull/12'))).toBe('acme/api#12');
  expect(nameOf(change('merge_requests', 'https://github.com/acme/merge_requests/pull/12'))).toBe(
    'acme/merge_requests#12',
  );
  expect(shortNameOf(change('api', null))).toBe('api#12');
});
