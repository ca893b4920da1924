//! What the provider bills for CI: by day, repository and kind of machine, with the minutes that are included.

use std::collections::BTreeMap;

use super::prices::{Micros, Price, billed_minutes};
use super::{Machine, RunLife};
use crate::calendar::DAY;
use crate::organisation::Organisation;
use model::kinds::RunConclusion;
use model::{Instant, Month};

/// What is included in a month.
const INCLUDED: Micros = 15_000_000;
/// What a day of storage of a repository comes to: 0.018 dollars, which no binary number is.
const STORAGE: (Micros, Micros) = (3_000_000, 6_000);

/// A line of the bill: one day, repository and kind of usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Charge {
    /// Days since the epoch.
    pub(crate) day: i64,
    pub(crate) repository: usize,
    pub(crate) cost_center: Option<&'static str>,
    /// Without the prefix.
    pub(crate) sku: &'static str,
    pub(crate) unit: &'static str,
    /// Millionths of units.
    pub(crate) quantity: i64,
    pub(crate) price: Micros,
    pub(crate) gross: Micros,
    pub(crate) discount: Micros,
}

impl Charge {
    /// What is to be paid.
    pub(crate) fn net(&self) -> Micros {
        self.gross - self.discount
    }
}

/// The only cost centre.
pub(crate) const COST_CENTER: &str = "cc-platform";

/// The cost centre of a repository.
fn cost_center(repository: usize) -> Option<&'static str> {
    (repository % 4 == 1).then_some(COST_CENTER)
}

impl Machine {
    /// What it is called on bills, without the prefix; `None`: it is on none.
    fn sku(self) -> Option<&'static str> {
        match self {
            Self::Linux => Some("linux"),
            Self::Windows => Some("windows"),
            Self::Mac => Some("macos"),
            Self::Large => Some("linux_8_core"),
            Self::Own => None,
        }
    }
}

/// Minutes and price of what is billed, of one day, repository and machine; those of public repositories are given away.
struct Usage {
    minutes: i64,
    price: Micros,
    is_free: bool,
}

/// All charges of usage that had ended at an instant, in order of day, repository and kind.
pub(crate) fn charges(organisation: &Organisation, until: i64) -> Vec<Charge> {
    let mut usage: BTreeMap<(i64, usize, &'static str), Usage> = BTreeMap::new();
    for (repository, life) in organisation.cis.iter().enumerate() {
        let is_private = organisation.repositories[repository].private;
        life.runs.iter().for_each(|run| add(&mut usage, repository, is_private, run, until));
    }
    let mut charges: Vec<Charge> = Vec::new();
    let mut included: BTreeMap<Month, Micros> = BTreeMap::new();
    for ((day, repository, sku), Usage { minutes, price, is_free }) in usage {
        let gross = minutes * price;
        let left = included.entry(Month::of(Instant::from_seconds(day * DAY))).or_insert(INCLUDED);
        // Larger machines are in no plan.
        let discount = match sku {
            _ if is_free => gross,
            "linux_8_core" => 0,
            _ => gross.min(*left),
        };
        if !is_free {
            *left -= discount;
        }
        let of_repository = |sku, unit, quantity, price, gross, discount| Charge {
            day,
            repository,
            cost_center: cost_center(repository),
            sku,
            unit,
            quantity,
            price,
            gross,
            discount,
        };
        let is_first = charges.last().is_none_or(|last| (last.day, last.repository) != (day, repository));
        if is_first && organisation.repositories[repository].private {
            let (quantity, price) = STORAGE;
            let gross = quantity * price / 1_000_000;
            charges.push(of_repository("storage", "gigabyte-hours", quantity, price, gross, 0));
        }
        charges.push(of_repository(sku, "minutes", minutes * 1_000_000, price, gross, discount));
    }
    charges
}

fn add(
    usage: &mut BTreeMap<(i64, usize, &'static str), Usage>,
    repository: usize,
    is_private: bool,
    run: &RunLife,
    until: i64,
) {
    for job in run.attempts.iter().flat_map(|attempt| &attempt.jobs).filter(|job| !job.is_copy) {
        let (Some(started_at), Some((ended_at, how))) = (job.started_at, job.end) else { continue };
        let minutes = billed_minutes(ended_at - started_at);
        let is_seen = ended_at <= until && minutes > 0 && how != RunConclusion::StartupFailure;
        let Some(sku) = job.machine.sku().filter(|_| is_seen) else { continue };
        let (price, is_free) = match Price::of(job.machine, is_private, started_at) {
            Price::PerMinute(micros) => (micros, false),
            // The price is told, and taken off again.
            Price::Free => match Price::of(job.machine, true, started_at) {
                Price::PerMinute(micros) => (micros, true),
                Price::Free | Price::Unpriced => continue,
            },
            Price::Unpriced => continue,
        };
        let key = (started_at.div_euclid(DAY), repository, sku);
        usage.entry(key).or_insert(Usage { minutes: 0, price, is_free }).minutes += minutes;
    }
}
