import { useTable } from '../../api/client.ts';
import { FilterBar } from '../../layout/filter-bar.tsx';
import { type PageState, usePageState } from '../../layout/page-state.tsx';
import { Card, Failure, type Loading } from '../../parts/card.tsx';
import { Lead } from '../../parts/lead.tsx';
import { Outside } from '../../parts/outside.tsx';
import { firstOfMonth, lastOfMonth } from '../../period.ts';
import { words } from '../../words.ts';
import { spendingOf } from './bills.ts';
import { ByMonth } from './by-month.tsx';
import { Compared, comparedRows } from './compared.tsx';
import { Groups } from './groups.tsx';
import { Tiles } from './tiles.tsx';
import { tonesOf } from './tones.ts';

const t = words.cloud;

export function CloudPage() {
  const state = wholeMonths(usePageState('cloud'));
  const { about, error, retry } = state;
  return (
    <>
      {about?.providers.length === 0 ? (
        <section className="card">
          <p className="empty">{t.nothing}</p>
        </section>
      ) : error ? (
        <Failure error={error} retry={retry} />
      ) : (
        <Bills state={state} />
      )}
    </>
  );
}

/** Bills are by month: those that the period touches are shown whole. */
function wholeMonths(state: PageState): PageState {
  const { filters, params } = state;
  if (!state.from) return state;
  const from = firstOfMonth(state.from);
  const to = filters.to && lastOfMonth(filters.to);
  const whole = {
    ...(typeof params.from === 'string' && { from: firstOfMonth(params.from) }),
    ...(typeof params.to === 'string' && { to: lastOfMonth(params.to) }),
  };
  return { ...state, from, to: to ?? state.to, params: { ...params, ...whole } };
}

function Bills({ state }: { state: PageState }) {
  const { about, params, ready, metric } = state;
  const monthly = useTable('/api/v1/cloud-spending/monthly', params, ready);
  const services = useTable('/api/v1/cloud-spending/services', params, ready);
  const compared = useTable('/api/v1/cloud-spending/compared', params, ready);
  const totals = useTable('/api/v1/cloud-spending/totals', params, ready);
  const all = [monthly, services, totals];
  const both: Loading = {
    isPending: all.some((query) => query.isPending),
    isFetching: all.some((query) => query.isFetching),
    error: monthly.error ?? services.error ?? totals.error,
    data: monthly.data && services.data && totals.data,
    refetch: () => Promise.all(all.map((query) => query.refetch())),
  };
  const spending =
    monthly.data && services.data && totals.data
      ? spendingOf(services.data.meta.periods, monthly.data.data, services.data.data, totals.data.data)
      : [];
  const tones = tonesOf(
    spending,
    comparedRows(compared).map((row) => row.group),
  );
  const summary = useTable('/api/v1/cloud-spending/summary', params, ready);
  const none = state.toNearest !== undefined || (both.data && spending.length === 0);
  return (
    <>
      <Lead query={summary} />
      <FilterBar state={state} applies={[]} wholeMonths meta={services.data?.meta} />
      <Behind about={about} />
      {none ? (
        <Outside state={state}>
          {about?.covered.first_bill && about.covered.last_bill
            ? t.outside(about.covered.first_bill, about.covered.last_bill)
            : t.nothing}
        </Outside>
      ) : (
        <>
          <Tiles params={params} ready={ready} spending={spending} metric={metric} />
          <div className="cards">
            {spending.length === 0 && (
              <Card title={t.byMonth.any} query={both}>
                {() => null}
              </Card>
            )}
            {spending.map((one, at) => (
              <ByMonth
                key={one.currency}
                spending={one}
                tones={tones}
                query={both}
                half={at < spending.length - (spending.length % 2)}
              />
            ))}
            {spending
              .filter((one) => one.groups.length > 0)
              .map((one) => (
                <Groups key={one.currency} spending={one} tones={tones} query={both} metric={metric} />
              ))}
            <Compared query={compared} tones={tones} />
          </div>
        </>
      )}
    </>
  );
}

/** Accounts whose last import did not work. */
function Behind({ about }: { about: PageState['about'] }) {
  const failed = about?.sources.filter((source) => source.scope === 'cloud_costs' && source.state !== 'ok');
  if (!failed) return null;
  return failed.map((source) => (
    <p key={source.subject} className="lead">
      {t.behind(source.label, source.message ?? source.state)}
    </p>
  ));
}
