/** The one place that talks to the server. */
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { base } from '../base.ts';
import { check } from './presence.ts';
import type { components, paths } from './schema.ts';

export type Schemas = components['schemas'];
export type Meta = Schemas['Meta'];
export type About = Schemas['About'];
export type Metric = Schemas['Metric'];

type JsonOf<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;

/** Addresses that answer with rows and what they rest on. */
export type TablePath = {
  [Path in keyof paths]: JsonOf<Path> extends { data: unknown[]; meta: Meta } ? Path : never;
}[keyof paths];
/** Addresses that list the rows behind a figure. */
export type EvidencePath = Extract<keyof paths, `/api/v1/${string}/evidence`>;

export type Answer<Path extends keyof paths> = JsonOf<Path>;
export type RowOf<Path extends TablePath> = Answer<Path> extends { data: (infer Row)[] } ? Row : never;

/** Parameters of a request; arrays are repeated. */
export type Params = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What the server, or the way to it, said instead of an answer. */
export class ApiError extends Error {
  readonly status: number;
  readonly requestId: string | undefined;

  constructor(message: string, status: number, requestId?: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.requestId = requestId;
  }
}

const tokenKey = 'cto-token';
const tokenListeners = new Set<() => void>();
let tokenWanted: 'no' | 'first' | 'wrong' = 'no';

export const token = {
  wanted: () => tokenWanted,
  subscribe: (listener: () => void) => {
    tokenListeners.add(listener);
    return () => tokenListeners.delete(listener);
  },
  given: () => sessionStorage.getItem(tokenKey),
  give: (value: string) => {
    sessionStorage.setItem(tokenKey, value);
    want('no');
  },
};

function want(state: typeof tokenWanted) {
  tokenWanted = state;
  for (const listener of tokenListeners) listener();
}

/** The address with its parameters in a stable order. */
export function addressOf(path: string, params: Params = {}): string {
  const search = new URLSearchParams();
  for (const name of Object.keys(params).sort()) {
    for (const value of [params[name] ?? []].flat()) search.append(name, value);
  }
  const query = search.toString();
  return `${base}${path}${query ? `?${query}` : ''}`;
}

export async function get<Body>(address: string, signal?: AbortSignal): Promise<Body> {
  return (await ask(address, 'application/json', signal)).json();
}

/** A file of the server, whatever it holds. */
export async function getFile(address: string): Promise<Blob> {
  return (await ask(address, '*/*')).blob();
}

async function ask(address: string, accept: string, signal?: AbortSignal): Promise<Response> {
  const given = token.given();
  const headers: Record<string, string> = { accept };
  if (given) headers.authorization = `Bearer ${given}`;
  let response: Response;
  try {
    response = await fetch(address, { headers, signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw error;
    void check();
    throw new ApiError('', 0);
  }
  if (response.status === 401 && /bearer/i.test(response.headers.get('www-authenticate') ?? '')) {
    want(given ? 'wrong' : 'first');
  }
  if (isPassing(response.status)) void check();
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new ApiError(
      problem.detail ?? `${response.status} ${response.statusText}`,
      response.status,
      problem.request_id,
    );
  }
  return response;
}

/** Wrong questions stay wrong; a server that is starting or restarting is asked again. */
export function worthRetrying(failures: number, error: Error): boolean {
  return failures < 2 && isPassing(error instanceof ApiError ? error.status : 0);
}

/** Answers that say nothing of the question: nobody there, a gateway alone, a server that is starting. */
export function isPassing(status: number): boolean {
  return status === 0 || status === 502 || status === 503 || status === 504;
}

function answerOptions<Path extends keyof paths>(address: string, enabled: boolean) {
  return queryOptions({
    queryKey: [address],
    queryFn: ({ signal }) => get<Answer<Path>>(address, signal),
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function tableOptions<Path extends TablePath>(path: Path, params: Params, enabled = true) {
  return answerOptions<Path>(addressOf(path, params), enabled);
}

/** What is no table. `address` is that of the path, with what stands in its braces. */
export function useAnswer<Path extends keyof paths>(address: string, enabled = true) {
  return useQuery(answerOptions<Path>(address, enabled));
}

/** A table of the server. `enabled` is false while the parameters are not known yet. */
export function useTable<Path extends TablePath>(path: Path, params: Params, enabled = true) {
  return useQuery(tableOptions(path, params, enabled));
}

/** What there is and how fresh: every page waits for it. */
export function aboutOptions() {
  const address = addressOf('/api/v1/meta');
  return queryOptions({ queryKey: [address], queryFn: ({ signal }) => get<About>(address, signal) });
}

export function useAbout() {
  return useQuery({ ...aboutOptions(), refetchInterval: 60_000 });
}

export function useMetrics() {
  const address = addressOf('/api/v1/metrics');
  return useQuery({
    queryKey: [address],
    queryFn: ({ signal }) => get<Answer<'/api/v1/metrics'>>(address, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
