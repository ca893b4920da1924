import type { PageState } from '../layout/page-state.tsx';
import { words } from '../words.ts';

interface OutsideProps {
  state: PageState;
  /** What there is none of in this period, and from when to when there is some. */
  children: string;
}

/** In place of a page whose period has no data: from when to when there are some, and ways there. */
export function Outside({ state: { toNearest, widen }, children }: OutsideProps) {
  return (
    <section className="card empty" aria-label={words.outside.title}>
      <p>{children}</p>
      <p className="choices">
        {toNearest && (
          <button type="button" onClick={toNearest}>
            {words.outside.nearest}
          </button>
        )}
        {widen && (
          <button type="button" onClick={widen}>
            {words.card.widen}
          </button>
        )}
      </p>
    </section>
  );
}
