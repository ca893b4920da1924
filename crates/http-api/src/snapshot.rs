//! One state of the data with everything that was computed of it.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::http::StatusCode;
use chrono_tz::Tz;
use metrics_core::catalogue::{self, Computed, TableScope, TableSpec};
use metrics_core::ci::has_ci;
use metrics_core::cloud::has_bills;
use metrics_core::delivery::has_delivery;
use metrics_core::exported::families;
use metrics_core::selection::{Known, known};
use metrics_core::{Calculation, Prepared, Selection, calculate_tables};
use model::Instant;
use model::columns::Raw;
use model::instant::MICROS_PER_DAY;
use model::rules::{RuleSet, Rules};
use model::series::Family;
use model::table::{Cells, Table};

use crate::answer::Answer;
use crate::data::{Data, RulesBySet};
use crate::hash::digest;
use crate::problem::Problem;
use crate::single_flight::{SingleFlight, Weight};

/// Rule sets in a fixed order.
pub(crate) const RULE_SETS: [RuleSet; 2] = [RuleSet::Flow, RuleSet::CtoStats];

/// How long after the end of the data an instant may lie.
const LATEST_DAYS: i64 = 366;

/// One state of the data. Requests hold on to theirs until they are answered.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) data: Data,
    pub(crate) rules: Arc<RulesBySet>,
    /// Of build, configuration and data: the part of every entity tag that does not depend on the request.
    seed: String,
    known: [Known; 2],
    /// Of rule set `flow`, once something was asked of it.
    prepared: Mutex<Option<Arc<Prepared>>>,
    /// What monitoring systems are told of it, once one has asked.
    totals: OnceLock<Arc<[Family]>>,
    pub(crate) kept: SingleFlight<Kept>,
}

/// What is kept of a snapshot, all of it within one bound.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    /// Computed tables.
    Calculation(Arc<Calculation>),
    /// A written answer.
    Answer(Arc<Answer>),
}

/// Which tables of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Portion {
    /// All.
    Whole,
    /// All but the lists.
    Standing,
    /// One of those that stand alone.
    Alone(&'static str),
    /// All but those.
    Rest,
}

impl Portion {
    /// The one with a table.
    pub(crate) fn with(table: &TableSpec) -> Self {
        if table.computed == Computed::Together { Self::Rest } else { Self::Alone(table.name) }
    }

    /// The one of the whole organisation with a table.
    pub(crate) fn of_all_with(table: &TableSpec) -> Self {
        if table.computed == Computed::List { Self::Alone(table.name) } else { Self::Standing }
    }

    /// Its tables; `None` for all.
    fn tables(self, scope: TableScope) -> Option<Vec<&'static str>> {
        let that = |is_one: &dyn Fn(Computed) -> bool| {
            let tables = catalogue::tables().iter().filter(|table| table.scope == scope && is_one(table.computed));
            Some(tables.map(|table| table.name).collect())
        };
        match self {
            Self::Whole => None,
            Self::Standing => that(&|computed| computed != Computed::List),
            Self::Alone(name) => Some(vec![name]),
            Self::Rest => that(&|computed| computed == Computed::Together),
        }
    }
}

/// What is computed at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) set: RuleSet,
    pub(crate) scope: TableScope,
    pub(crate) portion: Portion,
    pub(crate) as_of: Option<Instant>,
    pub(crate) selection: Selection,
}

impl Question {
    /// Everything of a scope as of the end of the data, but for the lists where the rule set can leave them out.
    pub(crate) fn whole(set: RuleSet, scope: TableScope) -> Self {
        let portion = if has_portions(set, scope) { Portion::Standing } else { Portion::Whole };
        Self { set, scope, portion, as_of: None, selection: Selection::default() }
    }

    pub(crate) fn key(&self) -> String {
        let as_of = self.as_of.map(Instant::micros);
        format!("tables|{}|{:?}|{:?}|{as_of:?}|{:?}", self.set.name(), self.scope, self.portion, self.selection)
    }
}

/// Whether single tables of a scope can be computed for less than all.
pub(crate) fn has_portions(set: RuleSet, scope: TableScope) -> bool {
    set == RuleSet::Flow && scope != TableScope::CloudSpending
}

impl Snapshot {
    /// Computes the whole tables of the usual rules: what most requests ask for is there before the first one.
    pub(crate) fn new(data: Data, rules: Arc<RulesBySet>, build: &str, cache_bytes: usize) -> Self {
        let seed = digest(&[build, &format!("{rules:?}"), &data.version]);
        let known = RULE_SETS.map(|set| match (data.of(set), rules.of(set)) {
            (Ok(raw), Ok(rules)) => known(raw, rules),
            _ => Known::default(),
        });
        let (prepared, totals, kept) = (Mutex::default(), OnceLock::new(), SingleFlight::new(cache_bytes));
        let snapshot = Self { data, rules, seed, known, prepared, totals, kept };
        // Issues last: what is prepared for them stays, and would add to what pull requests take meanwhile.
        for scope in [TableScope::Delivery, TableScope::PullRequests, TableScope::CloudSpending, TableScope::Issues] {
            let question = Question::whole(snapshot.rules.usual, scope);
            if let Ok(mut calculation) = snapshot.calculate(&question) {
                calculation.tables.iter_mut().for_each(Table::settle);
                snapshot.kept.pin(question.key(), Kept::Calculation(Arc::new(calculation)));
            }
        }
        snapshot.pack_prepared();
        snapshot
    }

    /// Packs what questions begin with until one is asked.
    fn pack_prepared(&self) {
        let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Ok(unpacked)) = prepared.take().map(Arc::try_unwrap) {
            *prepared = Some(Arc::new(unpacked.packed()));
        }
    }

    /// Data and configuration of a rule set.
    pub(crate) fn sources(&self, set: RuleSet) -> Result<(&Arc<Raw>, &Rules), Problem> {
        let unusable = |message: &str| {
            let detail = format!("rule set {} cannot be used with this data: {message}", set.name());
            Problem::new(StatusCode::BAD_REQUEST, detail).with("parameter", "rules")
        };
        let rules = self.rules.of(set).map_err(unusable)?;
        Ok((self.data.of(set).map_err(unusable)?, rules))
    }

    /// Where a rule set cuts days: the original cuts everything in UTC.
    pub(crate) fn zone(&self, set: RuleSet) -> Result<Tz, Problem> {
        let (_, rules) = self.sources(set)?;
        Ok(if set == RuleSet::Flow { rules.timezone } else { Tz::UTC })
    }

    /// An error for an instant so late that the tables would be years of nothing.
    pub(crate) fn check_instant(&self, set: RuleSet, as_of: Option<Instant>) -> Result<(), Problem> {
        let (raw, _) = self.sources(set)?;
        let latest = raw.as_of.max(raw.cloud_as_of).map(|end| end.micros() + LATEST_DAYS * MICROS_PER_DAY);
        let latest = latest.map(Instant::from_micros).filter(|latest| as_of.is_some_and(|as_of| as_of > *latest));
        latest.map_or(Ok(()), |latest| {
            let detail = format!("as_of lies more than a year after the data: {latest} is the latest that makes sense");
            Err(Problem::new(StatusCode::BAD_REQUEST, detail).with("parameter", "as_of"))
        })
    }

    /// Names that a selection may use under a rule set.
    pub(crate) fn known(&self, set: RuleSet) -> &Known {
        &self.known[usize::from(set == RuleSet::CtoStats)]
    }

    /// The whole tables of a scope under the usual rules.
    pub(crate) fn whole(&self, scope: TableScope) -> Option<Arc<Calculation>> {
        match self.kept.pinned(&Question::whole(self.rules.usual, scope).key())? {
            Kept::Calculation(calculation) => Some(calculation),
            Kept::Answer(_) => None,
        }
    }

    /// Computes now, and waits for it.
    pub(crate) fn calculate(&self, question: &Question) -> Result<Calculation, Problem> {
        let (raw, _) = self.sources(question.set)?;
        self.calculate_from(raw, question)
    }

    /// Computes from other data: rows that were read for the question.
    pub(crate) fn calculate_from(&self, raw: &Raw, question: &Question) -> Result<Calculation, Problem> {
        let (_, rules) = self.sources(question.set)?;
        let Question { scope, as_of, ref selection, .. } = *question;
        let calculate = || {
            let tables = question.portion.tables(scope);
            let is_of_end = as_of.is_none() && question.set == RuleSet::Flow && scope == TableScope::Issues;
            let prepared = if is_of_end { self.prepared(raw, rules) } else { None };
            calculate_tables(raw, rules, as_of, scope, tables.as_deref(), selection, prepared.as_deref())
        };
        // polars refuses to wait on a thread that belongs to a runtime of one thread, so it gets one of its own. That
        // also keeps a panic from whoever publishes.
        let calculated = std::thread::scope(|threads| threads.spawn(calculate).join());
        calculated.map_err(|_| Problem::internal())?.map_err(|error| {
            let detail = format!("the figures cannot be computed: {error}");
            Problem::new(StatusCode::BAD_REQUEST, detail).with("parameter", "rules")
        })
    }

    /// What questions under `flow` begin with: made for the first of them, for which the others wait. `None` where the
    /// configuration contradicts itself, which the calculation says.
    fn prepared(&self, raw: &Raw, rules: &Rules) -> Option<Arc<Prepared>> {
        let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if prepared.is_none() {
            *prepared = Prepared::new(raw, rules).ok().flatten().map(Arc::new);
        }
        prepared.clone()
    }

    /// Totals and distributions for monitoring systems, as `keep` lets them be told: made for the first who asks, for whom
    /// the others wait. Waits itself.
    pub(crate) fn totals(&self, keep: impl FnOnce(Vec<Family>) -> Vec<Family>) -> Arc<[Family]> {
        let make = || {
            let Ok((raw, rules)) = self.sources(self.rules.usual) else { return Arc::default() };
            // As in `calculate`: polars waits on no thread of a runtime, and a panic stays here.
            let made = std::thread::scope(|threads| threads.spawn(|| families(raw, rules, None)).join());
            keep(made.unwrap_or_default()).into()
        };
        Arc::clone(self.totals.get_or_init(make))
    }

    /// Drops what can be computed again, to make room for the next snapshot.
    pub(crate) fn forget(&self) {
        self.kept.clear();
        self.forget_prepared();
    }

    /// Drops what questions begin with, and keeps what was computed.
    pub(crate) fn forget_prepared(&self) {
        *self.prepared.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Entity tag of an answer, without quotes.
    pub(crate) fn tag(&self, key: &str) -> String {
        digest(&[&self.seed, key])
    }

    /// Whether there is any data of a scope.
    pub(crate) fn holds(&self, set: RuleSet, scope: TableScope) -> bool {
        self.sources(set).is_ok_and(|(raw, rules)| match scope {
            TableScope::Issues => !raw.issues.id.is_empty(),
            TableScope::PullRequests => !raw.pull_requests.id.is_empty(),
            TableScope::Delivery => has_delivery(raw, rules),
            TableScope::Ci => has_ci(raw, rules),
            TableScope::CloudSpending => has_bills(raw, rules),
        })
    }
}

impl Weight for Kept {
    fn weight(&self) -> usize {
        match self {
            Self::Calculation(calculation) => calculation.weight(),
            Self::Answer(answer) => answer.weight(),
        }
    }
}

impl Weight for Calculation {
    fn weight(&self) -> usize {
        let of_tables = self.findings_by_table.values().flatten();
        let texts = self.notices.iter().chain(&self.findings).chain(of_tables).map(String::len).sum::<usize>();
        self.tables.iter().map(table_bytes).sum::<usize>() + texts + self.summaries.bytes() + 1_024
    }
}

fn table_bytes(table: &Table) -> usize {
    table.columns.iter().map(|column| cells_bytes(&column.cells)).sum()
}

/// An estimate: amounts of money as what they usually take. Texts that belong to the raw data are not counted.
fn cells_bytes(cells: &Cells) -> usize {
    match cells {
        Cells::Text(texts) => texts.memory(),
        Cells::Code(codes, texts) => codes.memory() + texts.memory(),
        Cells::Address(addresses) => addresses.memory(),
        Cells::Int(cells) => cells.memory(),
        Cells::Week(cells) => size_of_val(cells.as_slice()),
        Cells::Float(cells) => cells.memory(),
        Cells::Bool(cells) => cells.len(),
        Cells::Judged(cells) => size_of_val(cells.as_slice()),
        Cells::Instant(cells) => cells.memory(),
        Cells::Date(cells) => size_of_val(cells.as_slice()),
        Cells::Money(cells) | Cells::Exact(cells) => cells.len() * 64,
        Cells::Cents(cells) => size_of_val(cells.as_slice()),
    }
}
