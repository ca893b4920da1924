/** What names a change, and its address. */
interface Named {
  org?: string | null;
  repo?: string | null;
  number?: string | null;
  url?: string | null;
}

/** What the address of a merge request of GitLab has, and that of no pull request. */
const mergeRequests = '/-/merge_requests/';

/** The name of a change within its organisation, as its forge writes it: `shop/api!12` of GitLab, `api#12` of GitHub. */
export function shortNameOf({ repo, number, url }: Named): string {
  return `${repo}${url?.includes(mergeRequests) ? '!' : '#'}${number}`;
}

/** The same with the organisation: what `id` is in tables of pull requests. */
export function nameOf(change: Named): string {
  return `${change.org}/${shortNameOf(change)}`;
}
