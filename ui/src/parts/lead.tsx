import type { Loading } from './card.tsx';

/** The page's own answer, over all of its period: the sentence of its summary. Its room is kept while it loads. */
export function Lead({ query: { data, error } }: { query: Loading }) {
  if (error) return null;
  return <p className="lead">{data ? data.meta.finding : '\u00a0'}</p>;
}
