//! Azure's quota on a virtual clock: many subscriptions against the sandbox.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use azure_cost::{AzureClient, AzureCostSource, CostScope, Credential, Settings};
use connector_testing::{Memory, Told, VirtualClock};
use model::records::{CloudCost, CloudMonth};
use model::{Amount, Instant, Month};
use sandbox::clouds::{AzureQuota, BillOptions, Bills, CloudConfig, CloudCounters, CloudServer};
use source::{Clock as _, Context, Source as _, Window};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const SUBSCRIPTIONS: usize = 25;

static BILLS: LazyLock<Arc<Bills>> = LazyLock::new(|| {
    Arc::new(Bills::generate(&BillOptions { subscriptions: SUBSCRIPTIONS, ..BillOptions::default() }))
});

struct World {
    bills: Arc<Bills>,
    /// The time of the provider and of all programs.
    clock: Arc<VirtualClock>,
    server: CloudServer,
    ledger: Arc<Memory>,
    told: Arc<Told>,
}

impl World {
    async fn new(quota: AzureQuota, faults: &[&str]) -> Self {
        let bills = BILLS.clone();
        let clock = Arc::new(VirtualClock::starting_at(bills.end()));
        let providers = clock.clone();
        let config = CloudConfig {
            clock: Some(Arc::new(move || providers.now())),
            quota,
            faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(),
            ..CloudConfig::new(bills.clone())
        };
        let server = CloudServer::start(config, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        Self { bills, clock, server, ledger: Arc::default(), told: Arc::default() }
    }

    fn client(&self) -> AzureClient {
        let credential = Credential::ClientSecret {
            tenant: self.bills.tenant().to_owned(),
            client: self.bills.client().to_owned(),
            secret: "any".into(),
        };
        let settings = Settings {
            authority_host: self.server.url(),
            endpoint: self.server.url(),
            ..Settings::public_cloud(credential)
        };
        AzureClient::new(settings, self.clock.clone()).expect("loopback addresses are allowed")
    }

    /// Imports some subscriptions, all at once.
    fn begin(&self, client: &AzureClient, subscriptions: &[String]) -> JoinSet<u64> {
        let mut imports = JoinSet::new();
        for id in subscriptions {
            let source = AzureCostSource::new(client.clone(), CostScope::parse(id).unwrap());
            let (ledger, told) = (self.ledger.clone(), self.told.clone());
            imports.spawn(async move {
                let context = Context {
                    sink: &*ledger,
                    progress: &*told,
                    cancel: CancellationToken::new(),
                    window: Window::default(),
                    cursor: ledger.cursor_of(source.subject()),
                    generation: 1,
                };
                source.run(&context).await.expect("imported").points
            });
        }
        imports
    }

    async fn import(&self, client: &AzureClient) -> u64 {
        self.begin(client, self.bills.subscriptions()).join_all().await.iter().sum()
    }

    fn counters(&self) -> CloudCounters {
        self.server.counters()
    }

    fn units_by_scope(&self) -> Vec<u64> {
        self.counters().units_by_scope.into_values().collect()
    }

    fn seconds(&self) -> u64 {
        u64::try_from(self.clock.now().seconds() - self.bills.end().seconds()).unwrap()
    }

    /// Net sums of what was imported, by subscription and month; months without lines are absent.
    fn imported(&self) -> BTreeMap<(String, Month), Amount> {
        let net = |known: &CloudMonth| known.lines.iter().map(CloudCost::net).collect::<Vec<_>>().iter().sum();
        let billed = self.ledger.months().into_iter().filter(|known| !known.lines.is_empty());
        billed.map(|known| ((known.account.clone(), known.month), net(&known))).collect()
    }

    /// The same by the provider's invoices at an instant, from the first month that is asked for.
    fn invoiced(&self, at: Instant) -> BTreeMap<(String, Month), Amount> {
        let first = Month::of(self.bills.end()).plus(-24);
        let invoices = self.bills.invoices(at).into_iter();
        let invoices = invoices.filter(|invoice| invoice.provider == "azure" && invoice.month >= first);
        invoices.map(|invoice| ((invoice.account, invoice.month), invoice.net)).collect()
    }

    /// Every month is the invoice's, as it was at some moment of the import.
    fn assert_no_row_is_lost(&self) {
        let imported = self.imported();
        assert_eq!(self.ledger.months().len(), SUBSCRIPTIONS * 25);
        assert!(imported.len() > SUBSCRIPTIONS * 20, "{}", imported.len());
        let mut unexplained = imported.clone();
        let moments = self.clock.moments();
        for at in moments.into_iter().rev() {
            let invoiced = self.invoiced(at);
            unexplained.retain(|key, sum| invoiced.get(key) != Some(&*sum));
            assert!(invoiced.keys().all(|key| imported.contains_key(key)), "months are missing");
            if unexplained.is_empty() {
                return;
            }
        }
        panic!("in no invoice: {unexplained:?}");
    }

    fn sleep_until_tomorrow(&self) {
        let tomorrow = Instant::from_micros(self.clock.now().micros() + model::instant::MICROS_PER_DAY);
        self.clock.advance_to(tomorrow);
    }
}

#[tokio::test]
async fn twenty_five_subscriptions_and_two_years_meet_no_limit_under_the_usual_quota() {
    let world = World::new(AzureQuota::default(), &[]).await;
    let client = world.client();
    assert_eq!(world.import(&client).await, 625);
    world.assert_no_row_is_lost();
    assert_eq!((world.counters().throttled, world.counters().units), (0, 625));
    assert_eq!(world.told.waits().iter().sum::<u64>(), world.seconds(), "every wait was told");
    let expected = client.expected_wait(625).as_secs();
    assert!((expected..expected + 120).contains(&world.seconds()), "{expected} s expected, {} needed", world.seconds());

    for days in 1..=7 {
        world.sleep_until_tomorrow();
        let before = world.units_by_scope();
        world.import(&client).await;
        let spent: Vec<u64> = world.units_by_scope().iter().zip(&before).map(|(now, before)| now - before).collect();
        assert!(
            spent.len() == SUBSCRIPTIONS && spent.iter().all(|units| (1..=2).contains(units)),
            "day {days}: {spent:?}"
        );
    }
    assert_eq!(world.counters().throttled, 0);
}

#[tokio::test]
async fn the_next_days_import_is_the_invoice_to_the_last_digit() {
    let world = World::new(AzureQuota::default(), &[]).await;
    let client = world.client();
    world.import(&client).await;
    world.sleep_until_tomorrow();
    world.import(&client).await;
    let now = Month::of(world.clock.now());
    assert_eq!(now, Month::of(world.bills.end()), "the same month");
    assert_eq!(world.imported(), world.invoiced(world.clock.now()));
}

#[tokio::test]
async fn a_harsher_quota_than_the_client_believes_is_waited_out_and_no_row_is_lost() {
    let harsh = AzureQuota { per_10_seconds: 5, per_minute: 20, per_hour: 150, ..AzureQuota::default() };
    let world = World::new(harsh, &["azure-429=every:9,40"]).await;
    world.import(&world.client()).await;
    world.assert_no_row_is_lost();
    let counters = world.counters();
    let by_fault = counters.faults.values().sum::<u64>();
    assert!(counters.throttled > by_fault && by_fault > 0, "limits were met: {counters:?}");
    assert_eq!((counters.units, counters.too_early), (625, 0), "each month was paid for once, and every wait was kept");
    assert_eq!(world.told.waits().iter().sum::<u64>(), world.seconds(), "every wait was told");
    assert!(world.seconds() > 3 * 3600, "150 units in an hour");
}

#[tokio::test]
async fn two_programs_that_share_a_tenant_wait_for_each_other_and_lose_nothing() {
    let world = World::new(AzureQuota::default(), &[]).await;
    let (mine, yours) = world.bills.subscriptions().split_at(SUBSCRIPTIONS / 2);
    let (mine, yours) = (world.begin(&world.client(), mine), world.begin(&world.client(), yours));
    let (mine, yours) = tokio::join!(mine.join_all(), yours.join_all());
    assert_eq!(mine.iter().chain(&yours).sum::<u64>(), 625);
    assert!(world.counters().throttled > 0, "each believes to be alone: {:?}", world.counters());
    world.assert_no_row_is_lost();
}

#[tokio::test]
async fn failures_of_every_kind_are_tried_again_and_no_row_is_lost() {
    let faults =
        ["azure-502", "azure-truncated-body", "azure-connection-reset", "azure-expired-token=every:11", "azure-429"];
    let world = World::new(AzureQuota::default(), &faults).await;
    let client = world.client();
    // One after the other: faults come by the number of calls.
    for id in &world.bills.subscriptions()[..SUBSCRIPTIONS] {
        world.begin(&client, std::slice::from_ref(id)).join_all().await;
    }
    world.assert_no_row_is_lost();
    let counters = world.counters();
    assert_eq!((counters.faults.len(), counters.too_early), (faults.len(), 0), "{counters:?}");
}
