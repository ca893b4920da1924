import { type Params, type RowOf, useTable } from '../../api/client.ts';
import { Bars } from '../../charts/bars.tsx';
import type { Plot } from '../../charts/frame.tsx';
import { most } from '../../charts/lines.ts';
import { count, decimal, small } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { Evidence } from '../../parts/evidence.tsx';
import { Legend } from '../../parts/legend.tsx';
import { words } from '../../words.ts';

type Bin = RowOf<'/api/v1/pull-requests/distribution'>;

const t = words.pullRequests.distribution;

/** How many pull requests took how long from opened to merged. */
export function Distribution({ state }: { state: PageState }) {
  const { params, ready, widen } = state;
  const query = useTable('/api/v1/pull-requests/distribution', params, ready);
  const bins = query.data?.data ?? [];
  const counts = bins.map((bin) => bin.pr_count ?? null);
  return (
    <Card<Bin>
      title={t.title}
      query={query}
      finding={query.data?.meta.finding ?? findingOf(bins[0])}
      empty={counts.some((merged) => merged) ? null : words.pullRequests.empty}
      widen={widen}
      half
      legend={
        <Legend
          items={[
            { shape: 'square', tone: 'g0', text: t.bar },
            { shape: 'dashed', tone: 'ink', text: t.marks },
          ]}
        />
      }
      table={{
        rows: bins,
        columns: [
          { title: t.days, value: nameOf, head: true },
          { title: t.bar, value: (bin) => bin.pr_count },
          { title: t.share, value: ({ share }) => (share == null ? null : share * 100) },
        ],
      }}
    >
      {() => (
        <Bars
          name={t.chart}
          labels={bins.map(nameOf)}
          categories
          series={[{ key: 'merged', name: t.bar, tone: 'g0', values: counts }]}
          // Room above the bars for what the lines say.
          top={most(counts) * 1.35}
          format={count}
          unit={t.unit}
          behind={(index) => <Behind bin={bins[index]} params={params} />}
          over={(plot) => <Percentiles plot={plot} bins={bins} />}
        />
      )}
    </Card>
  );
}

function Behind({ bin, params }: { bin: Bin | undefined; params: Params }) {
  if (!bin) return null;
  const bounds: Params = { from_days: String(bin.from_days), to_days: bin.to_days?.toString() };
  return (
    <Evidence
      path="/api/v1/pull-requests/distribution/evidence"
      params={{ ...params, ...bounds }}
      title={t.title}
      label={nameOf(bin)}
    />
  );
}

function nameOf({ from_days, to_days }: Bin): string {
  return to_days == null ? t.over(small(from_days)) : t.between(small(from_days), small(to_days));
}

function findingOf(bin: Bin | undefined): string | undefined {
  return bin?.p50_days != null && bin.p85_days != null && bin.p95_days != null
    ? t.finding(decimal(bin.p50_days), decimal(bin.p85_days), decimal(bin.p95_days))
    : undefined;
}

/** A line at each percentile, with its name one below the other, since they may be close together. */
function Percentiles({ plot, bins }: { plot: Plot; bins: readonly Bin[] }) {
  const [first] = bins;
  const marks = [
    ['p50', first?.p50_days],
    ['p85', first?.p85_days],
    ['p95', first?.p95_days],
  ] as const;
  return marks.map(([name, days], row) => {
    const x = days == null ? null : placeOf(days, plot, bins);
    if (days == null || x === null) return null;
    const left = x > plot.width - 80;
    return (
      <g key={name}>
        <path className="stroke ink dashed" d={`M${x} ${row * 15}V${plot.height}`} />
        <text x={left ? x - 4 : x + 4} y={row * 15 + 9} textAnchor={left ? 'end' : 'start'}>
          {t.line(name, decimal(days))}
        </text>
      </g>
    );
  });
}

/** Where a number of days lies among the bins; in the middle of the one without an end. */
function placeOf(days: number, plot: Plot, bins: readonly Bin[]): number | null {
  const at = bins.findIndex((bin) => days >= bin.from_days && (bin.to_days == null || days < bin.to_days));
  const bin = bins[at];
  if (!bin) return null;
  const within = bin.to_days == null ? 0.5 : (days - bin.from_days) / (bin.to_days - bin.from_days);
  return plot.x(at) + (within - 0.5) * plot.step;
}
