import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { addressOf, get, type Meta, type Params } from '../../api/client.ts';

export interface Bin {
  from_days: number;
  to_days: number | null;
  pr_count: number;
  share: number;
  p50_days: number | null;
  p85_days: number | null;
  p95_days: number | null;
}

export function useContract<Row>(path: string, params: Params, enabled: boolean) {
  const address = addressOf(path, params);
  return useQuery({
    queryKey: [address],
    queryFn: ({ signal }) => get<{ data: Row[]; meta: Meta }>(address, signal),
    placeholderData: keepPreviousData,
    enabled,
  });
}
