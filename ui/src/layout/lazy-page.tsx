import { useQuery } from '@tanstack/react-query';
import { type ComponentType, useEffect } from 'react';
import { ApiError } from '../api/client.ts';
import { check } from '../api/presence.ts';
import { Failure } from '../parts/card.tsx';
import { words } from '../words.ts';
import { PageTitle } from './title.tsx';

const renewed = 'cto-renewed';

/** A page whose program comes when it is opened. Where it does not come, the rest of the app stays and waits for it. */
export function lazyPage(page: keyof typeof words.pages, load: () => Promise<ComponentType>) {
  return function LazyPage() {
    const { data: Page, error } = useQuery({
      queryKey: ['page', page],
      queryFn: () => load().catch(missed),
      // A component is no data: it is neither compared nor forgotten.
      structuralSharing: false,
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: Number.POSITIVE_INFINITY,
    });
    useEffect(() => {
      if (Page) sessionStorage.removeItem(renewed);
      if (error) void check().then(({ is }) => is === 'here' && renew());
    }, [Page, error]);
    return (
      <>
        <PageTitle page={page} />
        {Page ? (
          <Page />
        ) : error ? (
          <Failure error={error} retry={() => window.location.reload()} />
        ) : (
          <div role="status" className="skeleton page">
            <span className="unseen">{words.card.loading}</span>
          </div>
        )}
      </>
    );
  };
}

async function missed(): Promise<never> {
  void check();
  throw new ApiError('', 0);
}

/** The server is there and the file is not: it has become another version, which a reload brings. Once, not in a circle. */
function renew() {
  if (sessionStorage.getItem(renewed)) return;
  sessionStorage.setItem(renewed, 'yes');
  window.location.reload();
}
