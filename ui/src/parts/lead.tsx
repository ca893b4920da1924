import type { Loading } from './card.tsx';

interface LeadProps {
  query: Loading;
  /** Instead of the server's sentence. */
  finding?: string | undefined;
}

/** The page's own answer, over all of its period: the sentence of its summary. Its room is kept while it loads. */
export function Lead({ query: { data, error }, finding }: LeadProps) {
  if (error) return null;
  return <p className="lead">{data ? (finding ?? data.meta.finding) : '\u00a0'}</p>;
}
