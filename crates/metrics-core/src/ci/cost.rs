//! `ci_cost_month` and `ci_cost_pareto`: what CI costs, and what part of it bought something.
//!
//! Where a provider billed a month of an organisation, the bill is the money, and the estimate shares it out among the
//! jobs; elsewhere the estimate is the money. They are never added.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use model::columns::Raw;
use model::kinds::JobPart;
use model::records::host_or_usual;
use model::rules::Rules;
use model::table::{Cells, Column, Table};
use model::{Amount, Instant, Month};

use super::facts::{Charged, ChargedFor, Facts};
use super::prices::{CURRENCY, MINUTE};
use super::workflows::Repository;
use crate::coverage::CiCoverage;
use crate::selection::Chosen;
use crate::totals::ALL;
use crate::words::texts;

/// Parts of the cost, in the order of the columns.
const PARTS: usize = 5;
const PART_NAMES: [&str; PARTS] = ["useful", "flaky", "failed", "cancelled", "retried"];
/// Months of the pareto.
const PARETO_MONTHS: i32 = 3;

/// Costs by month, repository, workflow and currency.
pub(super) struct Costs {
    rows: Vec<Row>,
    /// Repositories with jobs that should be billed, and no line of the bill of their organisation in a month.
    unbilled: BTreeMap<Unbilled, BTreeSet<i32>>,
}

/// An organisation, its host, and a repository of it.
type Unbilled = (String, String, String);

/// Repositories that a bill lacks, and in which months.
type Lacking = (BTreeSet<String>, BTreeSet<String>);

/// Repositories and months that a notice lists at most.
const LISTED: usize = 5;

/// What a workflow cost in a month in a currency.
struct Row {
    month: i32,
    /// `org/name`, empty for what belongs to no repository.
    repository: String,
    host: String,
    workflow: String,
    currency: String,
    cost: Cost,
}

#[derive(Clone, Debug, Default)]
struct Cost {
    jobs: i64,
    /// Micro-minutes that are charged.
    minutes: i64,
    /// Micro-minutes of jobs without a price; part of `minutes`.
    unpriced: i64,
    parts: [Amount; PARTS],
    /// Whether any of it is billed.
    is_billed: bool,
    /// What is billed for jobs, and what they would cost by the prices.
    billed: Amount,
    estimate: Amount,
    /// Whether any of it is an estimate.
    is_estimated: bool,
}

impl Cost {
    fn total(&self) -> Amount {
        self.parts.iter().sum()
    }

    fn add(&mut self, other: &Self) {
        self.jobs += other.jobs;
        self.minutes += other.minutes;
        self.unpriced += other.unpriced;
        self.parts.iter_mut().zip(&other.parts).for_each(|(part, other)| *part += other);
        self.is_billed |= other.is_billed;
        self.billed += &other.billed;
        self.estimate += &other.estimate;
        self.is_estimated |= other.is_estimated;
    }
}

/// Charged minutes of the jobs of a workflow in a month that have one price and were spent on one thing.
struct Share {
    workflow: u32,
    part: JobPart,
    minutes: i64,
}

/// What a bill says of a repository's month: by organisation, repository, host, SKU, currency.
type BilledKey = (i32, String, String, String, String, String);

struct Billed {
    net: Amount,
    /// As the provider writes it.
    sku: String,
    /// Whether it counts minutes.
    is_of_minutes: bool,
}

impl Costs {
    pub(super) fn of(raw: &Raw, facts: &Facts, as_of: Instant, chosen: &Chosen) -> Self {
        let bills = bills(raw, as_of, chosen);
        let billed_months: BTreeSet<(i32, &str, &str)> =
            bills.keys().map(|(month, org, _, host, _, _)| (*month, org.as_str(), host.as_str())).collect();
        let mut costs: BTreeMap<(i32, String, String, String, String), Cost> = BTreeMap::new();
        let mut to_share: BTreeMap<BilledKey, Vec<Share>> = BTreeMap::new();
        let larger = LargerMachines::of(&bills, facts);
        for (of, Charged { jobs, minutes }) in &facts.charged {
            let (jobs, minutes) = (*jobs, *minutes);
            let ChargedFor { month, workflow, part, price, may_be_larger } = *of;
            let of_workflow = &facts.workflows[workflow as usize];
            let repository = &facts.repositories[of_workflow.repository as usize];
            let priced = price.map(|price| &facts.prices[price as usize]);
            let currency = priced.map_or(CURRENCY, |price| price.currency.as_str());
            let is_billed = priced.is_some_and(|price| !price.sku.is_empty())
                && billed_months.contains(&(month, repository.org.as_str(), repository.host.as_str()));
            let key = (
                month,
                repository.full_name.clone(),
                repository.host.clone(),
                of_workflow.name.clone(),
                currency.to_owned(),
            );
            let cost = costs.entry(key).or_default();
            cost.jobs += jobs;
            cost.minutes += minutes;
            if may_be_larger && larger.are_billed(month, repository) {
                let key = LargerMachines::key(month, repository);
                to_share.entry(key).or_default().push(Share { workflow, part, minutes });
                continue;
            }
            match priced {
                None => cost.unpriced += minutes,
                Some(price) if is_billed => {
                    cost.estimate += &price.cost(minutes);
                    let key = (
                        month,
                        repository.org.clone(),
                        repository.name.clone(),
                        repository.host.clone(),
                        price.sku.to_owned(),
                        price.currency.clone(),
                    );
                    to_share.entry(key).or_default().push(Share { workflow, part, minutes });
                }
                Some(price) => {
                    cost.parts[place(part)] += &price.cost(minutes);
                    cost.is_estimated = true;
                }
            }
        }
        let unbilled = unbilled(&to_share, &bills);
        for (key, billed) in bills {
            let shares = match to_share.get(&larger.key_of(&key)) {
                Some(shares) => shares.as_slice(),
                None => &[],
            };
            let (month, org, repo, host, sku, currency) = key;
            let is_of_known_machines = !larger.lines.contains(&(month, org.clone(), repo.clone(), host.clone(), sku));
            let repository = if repo.is_empty() { String::new() } else { format!("{org}/{repo}") };
            let mut spend = |workflow: &str, part: JobPart, amount: &Amount, is_of_jobs: bool| {
                let key = (month, repository.clone(), host.clone(), workflow.to_owned(), currency.clone());
                let cost = costs.entry(key).or_default();
                cost.parts[place(part)] += amount;
                cost.is_billed = true;
                if is_of_jobs {
                    cost.billed += amount;
                }
            };
            match shared_out(&billed.net, shares) {
                Some(amounts) => {
                    for (share, amount) in shares.iter().zip(&amounts) {
                        let workflow = &facts.workflows[share.workflow as usize].name;
                        spend(workflow, share.part, amount, is_of_known_machines);
                    }
                }
                None => spend(&billed.sku, JobPart::Useful, &billed.net, false),
            }
        }
        let row = |((month, repository, host, workflow, currency), cost)| Row {
            month,
            repository,
            host,
            workflow,
            currency,
            cost,
        };
        Self { rows: costs.into_iter().map(row).collect(), unbilled }
    }
}

impl Costs {
    /// A line for each organisation of which a bill lacks repositories, of the months that are over.
    pub(super) fn notices(&self, as_of: Instant) -> Vec<String> {
        let running = Month::of(as_of).number();
        let mut organisations: BTreeMap<(&str, &str), Lacking> = BTreeMap::new();
        for ((org, host, repo), months) in &self.unbilled {
            let months = months.iter().filter(|month| **month < running).filter_map(|month| Month::from_number(*month));
            for month in months {
                let (repositories, in_months) = organisations.entry((org, host)).or_default();
                repositories.insert(format!("{org}/{repo}"));
                in_months.insert(month.to_string());
            }
        }
        let notice = |((org, _), (repositories, months)): (&(&str, &str), &Lacking)| {
            let (repositories, months) = (listed(repositories), listed(months));
            format!(
                "no line of the bill of {org} is for {repositories}, which had jobs in {months}, while others are billed: what \
                 they cost is not known, and counts as nothing; if they belong to a cost centre, name its id in ci.cost_centers"
            )
        };
        organisations.iter().map(notice).collect()
    }

    /// What everything cost by month and currency.
    pub(super) fn by_month(&self) -> BTreeMap<(i32, String), Amount> {
        let mut sums: BTreeMap<(i32, String), Amount> = BTreeMap::new();
        for row in &self.rows {
            *sums.entry((row.month, row.currency.clone())).or_default() += &row.cost.total();
        }
        sums
    }

    /// What repositories cost in some months, by currency, name and host; those that cost nothing are left out.
    pub(super) fn by_repository(&self, months: RangeInclusive<i32>) -> BTreeMap<(String, String, String), Amount> {
        let mut sums: BTreeMap<(String, String, String), Amount> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| months.contains(&row.month)) {
            let key = (row.currency.clone(), row.repository.clone(), row.host.clone());
            *sums.entry(key).or_default() += &row.cost.total();
        }
        sums.retain(|_, cost| !cost.is_zero());
        sums
    }
}

/// The first of some names, and how many more there are.
fn listed(names: &BTreeSet<String>) -> String {
    let mut listed: Vec<String> = names.iter().take(LISTED).cloned().collect();
    if names.len() > LISTED {
        listed.push(format!("{} more", names.len() - LISTED));
    }
    listed.join(", ")
}

/// Repositories of which jobs ran for which a bill has no line, though it has some for others.
fn unbilled(
    to_share: &BTreeMap<BilledKey, Vec<Share>>,
    bills: &BTreeMap<BilledKey, Billed>,
) -> BTreeMap<Unbilled, BTreeSet<i32>> {
    let place = |(month, org, repo, host, _, _): &BilledKey| (*month, org.clone(), repo.clone(), host.clone());
    let billed: BTreeSet<_> = bills.keys().map(place).collect();
    let ran = to_share.iter().filter(|(_, shares)| shares.iter().any(|share| share.minutes > 0));
    let mut unbilled: BTreeMap<Unbilled, BTreeSet<i32>> = BTreeMap::new();
    for (month, org, repo, host) in ran.map(|(key, _)| place(key)).filter(|place| !billed.contains(place)) {
        unbilled.entry((org, host, repo)).or_default().insert(month);
    }
    unbilled
}

/// A bill among the jobs by their minutes, to the last digit; `None` where none of them ran for any time.
fn shared_out(net: &Amount, shares: &[Share]) -> Option<Vec<Amount>> {
    let all: i64 = shares.iter().map(|share| share.minutes).sum();
    let mut amounts: Vec<Amount> = shares.iter().map(|share| net.scaled(share.minutes, all)).collect::<Option<_>>()?;
    let said: Amount = amounts.iter().sum();
    let largest = (0..shares.len()).max_by_key(|place| (shares[*place].minutes, usize::MAX - place))?;
    amounts[largest] += &(net - &said);
    Some(amounts)
}

/// The place of a part among the columns.
fn place(part: JobPart) -> usize {
    match part {
        JobPart::Useful | JobPart::Repeated | JobPart::Untold => 0,
        JobPart::Flaky => 1,
        JobPart::Failed => 2,
        JobPart::Cancelled => 3,
        JobPart::Retried => 4,
    }
}

/// The name of that column.
pub(super) fn part_name(part: JobPart) -> &'static str {
    PART_NAMES[place(part)]
}

/// What is billed for machines that no label of a job names: larger ones have labels of their owner's choosing, and the bill
/// calls them by their kind. Their lines are shared out among the jobs of the repository's month that ran on machines of no
/// known kind.
struct LargerMachines {
    /// Month, organisation, repository, host and SKU of the lines.
    lines: BTreeSet<(i32, String, String, String, String)>,
}

impl LargerMachines {
    fn of(bills: &BTreeMap<BilledKey, Billed>, facts: &Facts) -> Self {
        let place = |month: i32, workflow: u32| {
            let repository = &facts.repositories[facts.workflows[workflow as usize].repository as usize];
            (month, repository.org.as_str(), repository.name.as_str(), repository.host.as_str())
        };
        let (mut known, mut unknown) = (BTreeSet::new(), BTreeSet::new());
        for ChargedFor { month, workflow, price, may_be_larger, .. } in facts.charged.keys() {
            match price {
                _ if *may_be_larger => drop(unknown.insert(place(*month, *workflow))),
                Some(price) => drop(known.insert((place(*month, *workflow), facts.prices[*price as usize].sku))),
                None => {}
            }
        }
        let is_unnamed = |((month, org, repo, host, sku, _), billed): &(&BilledKey, &Billed)| {
            let place = (*month, org.as_str(), repo.as_str(), host.as_str());
            billed.is_of_minutes && unknown.contains(&place) && !known.contains(&(place, sku.as_str()))
        };
        let line = |((month, org, repo, host, sku, _), _): (&BilledKey, &Billed)| {
            (*month, org.clone(), repo.clone(), host.clone(), sku.clone())
        };
        Self { lines: bills.iter().filter(is_unnamed).map(line).collect() }
    }

    fn are_billed(&self, month: i32, repository: &Repository) -> bool {
        let first = (month, repository.org.clone(), repository.name.clone(), repository.host.clone(), String::new());
        let next = self.lines.range(first..).next();
        next.is_some_and(|(at, org, repo, host, _)| {
            *at == month && *org == repository.org && *repo == repository.name && *host == repository.host
        })
    }

    /// What the jobs of a repository's month on such machines are found by.
    fn key(month: i32, repository: &Repository) -> BilledKey {
        let Repository { org, name, host, .. } = repository;
        (month, org.clone(), name.clone(), host.clone(), String::new(), String::new())
    }

    /// What the jobs that a line is for are found by.
    fn key_of(&self, key: &BilledKey) -> BilledKey {
        let (month, org, repo, host, sku, _) = key;
        if self.lines.contains(&(*month, org.clone(), repo.clone(), host.clone(), sku.clone())) {
            return (*month, org.clone(), repo.clone(), host.clone(), String::new(), String::new());
        }
        key.clone()
    }
}

/// What is billed for the selected repositories, and for none where nothing is left out.
fn bills(raw: &Raw, as_of: Instant, chosen: &Chosen) -> BTreeMap<BilledKey, Billed> {
    let columns = &raw.ci_bills;
    let text = |code: u32| raw.dictionary.text(code).into_owned();
    let mut bills: BTreeMap<BilledKey, Billed> = BTreeMap::new();
    for row in 0..columns.net.len() {
        let Some(day) = columns.day.get(row).filter(|day| *day <= as_of) else { continue };
        let (org, repo, host) = (text(columns.org[row]), text(columns.repo[row]), text(columns.host[row]));
        let is_selected =
            if repo.is_empty() { chosen.is_all_of_delivery() } else { chosen.delivers_from(&format!("{org}/{repo}")) };
        if !is_selected {
            continue;
        }
        let sku = text(columns.sku[row]);
        let key = (
            Month::of(day).number(),
            org,
            repo,
            host_or_usual(&host).to_owned(),
            comparable_sku(&sku),
            text(columns.currency[row]),
        );
        let is_of_minutes = text(columns.unit[row]).to_lowercase().contains("minute");
        let billed = bills.entry(key).or_insert_with(|| Billed { net: Amount::zero(), sku, is_of_minutes });
        billed.net += &columns.net[row];
    }
    bills
}

/// `linux_4_core` of `Actions Linux 4-core` and of `actions_linux_4_core`.
fn comparable_sku(sku: &str) -> String {
    let name = sku.trim().to_lowercase().replace([' ', '-'], "_");
    name.strip_prefix("actions_").unwrap_or(&name).to_owned()
}

/// A row's month, team, repository, workflow, currency and host; `ALL` behind the others.
type Key = (i32, (bool, String), (bool, String), (bool, String), String, String);

fn named(name: &str) -> (bool, String) {
    (false, name.to_owned())
}

fn all() -> (bool, String) {
    (true, ALL.to_owned())
}

/// `ci_cost_month`: of workflows, repositories, teams and everything.
pub(super) fn month(costs: &Costs, rules: &Rules, coverage: &CiCoverage, chosen: &Chosen) -> Table {
    let teams: Vec<(String, Chosen)> =
        chosen.by_team(rules).map(|(team, of_team)| (team.to_owned(), of_team)).collect();
    let mut sums: BTreeMap<Key, Cost> = BTreeMap::new();
    let mut add = |key: Key, cost: &Cost| sums.entry(key).or_default().add(cost);
    for row in &costs.rows {
        let (currency, host) = (&row.currency, &row.host);
        let key = |repository, workflow, host: &str| {
            (row.month, all(), repository, workflow, currency.clone(), host.to_owned())
        };
        add(key(named(&row.repository), named(&row.workflow), host), &row.cost);
        add(key(named(&row.repository), all(), host), &row.cost);
        add(key(all(), all(), ""), &row.cost);
        for (team, of_team) in teams.iter().filter(|_| !row.repository.is_empty()) {
            if of_team.delivers_from(&row.repository) {
                add((row.month, named(team), all(), all(), currency.clone(), String::new()), &row.cost);
            }
        }
    }
    let rows: Vec<(&Key, &Cost)> = sums.iter().collect();
    let text_of = |value: &dyn Fn(&Key) -> String| texts(rows.iter().map(|(key, _)| value(key)));
    let money =
        |value: &dyn Fn(&Cost) -> Amount| Cells::Exact(rows.iter().map(|(_, cost)| Some(value(cost))).collect());
    let minutes = |value: &dyn Fn(&Cost) -> i64| {
        Cells::Float(rows.iter().map(|(_, cost)| Some(value(cost) as f64 / MINUTE as f64)).collect())
    };
    let part = |part: usize| money(&|cost| cost.parts[part].clone());
    let months = || rows.iter().map(|(key, _)| Month::from_number(key.0));
    let over = |cost: &Cost| {
        (cost.is_billed && !cost.estimate.is_zero()).then(|| cost.billed.to_f64() / cost.estimate.to_f64())
    };
    let columns = vec![
        Column {
            name: "month",
            cells: text_of(&|key| Month::from_number(key.0).map_or_else(String::new, |it| it.to_string())),
        },
        Column { name: "team", cells: text_of(&|key| key.1.1.clone()) },
        Column { name: "repo", cells: text_of(&|key| key.2.1.clone()) },
        Column { name: "workflow", cells: text_of(&|key| key.3.1.clone()) },
        Column { name: "currency", cells: text_of(&|key| key.4.clone()) },
        Column { name: "jobs", cells: Cells::Int(rows.iter().map(|(_, cost)| Some(cost.jobs)).collect()) },
        Column { name: "minutes", cells: minutes(&|cost| cost.minutes) },
        Column { name: "unpriced_minutes", cells: minutes(&|cost| cost.unpriced) },
        Column { name: "cost", cells: money(&Cost::total) },
        Column { name: PART_NAMES[0], cells: part(0) },
        Column { name: PART_NAMES[1], cells: part(1) },
        Column { name: PART_NAMES[2], cells: part(2) },
        Column { name: PART_NAMES[3], cells: part(3) },
        Column { name: PART_NAMES[4], cells: part(4) },
        Column { name: "basis", cells: texts(rows.iter().map(|(_, cost)| basis(cost))) },
        Column { name: "bill_over_estimate", cells: Cells::Float(rows.iter().map(|(_, cost)| over(cost)).collect()) },
        Column {
            name: "complete",
            cells: Cells::Bool(
                months()
                    .map(|month| month.is_some_and(|month| coverage.is_complete(month.start(), month.end())))
                    .collect(),
            ),
        },
        Column { name: "host", cells: text_of(&|key| key.5.clone()) },
    ];
    Table { name: "ci_cost_month", columns }
}

/// What a cost rests on: `bill`, `estimate`, `both` where some of it is neither billed nor of the same machines, or nothing
/// where nothing has a price.
fn basis(cost: &Cost) -> &'static str {
    match (cost.is_billed, cost.is_estimated) {
        (true, true) => "both",
        (true, false) => "bill",
        (false, true) => "estimate",
        (false, false) => "",
    }
}

/// `ci_cost_pareto`: which repositories cost most in the last complete months, of each currency.
pub(super) fn pareto(costs: &Costs, coverage: &CiCoverage) -> Table {
    let mut rows: Vec<(String, String, String, Amount)> = Vec::new();
    if let Some(last) = last_complete(costs, coverage) {
        let sums = costs.by_repository(last - PARETO_MONTHS + 1..=last);
        rows.extend(sums.into_iter().map(|((currency, repository, host), cost)| (currency, repository, host, cost)));
    }
    rows.sort_by(|one, other| (&one.0, &other.3, &one.1, &one.2).cmp(&(&other.0, &one.3, &other.1, &other.2)));
    let (mut ranks, mut shares, mut cumulative) = (Vec::new(), Vec::new(), Vec::new());
    for of_currency in rows.chunk_by(|one, other| one.0 == other.0) {
        let all: Amount = of_currency.iter().map(|row| &row.3).sum();
        let mut sum = Amount::zero();
        for (rank, row) in (1..).zip(of_currency) {
            sum += &row.3;
            ranks.push(Some(rank));
            let of_all = |amount: &Amount| (!all.is_zero()).then(|| amount.to_f64() / all.to_f64());
            shares.push(of_all(&row.3));
            cumulative.push(of_all(&sum));
        }
    }
    let columns = vec![
        Column { name: "currency", cells: texts(rows.iter().map(|row| &row.0)) },
        Column { name: "rank", cells: Cells::Int(ranks.into_iter().collect()) },
        Column { name: "repo", cells: texts(rows.iter().map(|row| &row.1)) },
        Column { name: "cost", cells: Cells::Exact(rows.iter().map(|row| Some(row.3.clone())).collect()) },
        Column { name: "share", cells: Cells::Float(shares.into_iter().collect()) },
        Column { name: "cumulative_share", cells: Cells::Float(cumulative.into_iter().collect()) },
        Column { name: "host", cells: texts(rows.iter().map(|row| &row.2)) },
    ];
    Table { name: "ci_cost_pareto", columns }
}

/// The last month with costs that is complete.
fn last_complete(costs: &Costs, coverage: &CiCoverage) -> Option<i32> {
    let is_complete =
        |month: &i32| Month::from_number(*month).is_some_and(|month| coverage.is_complete(month.start(), month.end()));
    costs.rows.iter().map(|row| row.month).filter(is_complete).max()
}
