//! What is remembered of all runs of a repository between two imports.

use std::collections::BTreeMap;

use model::Instant;
use serde::{Deserialize, Serialize};

use super::labels::Learned;
use crate::cursor::{RECENT_DAYS, RESTART_DAYS, days_before, looks_back};

/// For so many days after a run was made it may go on or be started again, with some days to spare.
const REMEMBERED_DAYS: i64 = RESTART_DAYS + 4;

/// The provider may tell of the end of a run a little late: what ended shortly before an import is read again.
const LATE_MICROS: i64 = 10 * 60 * 1_000_000;

/// How far all runs of a repository were read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct All {
    /// Runs that were made from then on were read …
    pub(crate) from: Instant,
    /// … until then: the time of an import.
    pub(crate) until: Instant,
    /// When those were last read that may have been started again.
    looked_back: Instant,
    /// Whether their jobs were read with them.
    pub(crate) jobs: bool,
    /// Runs that were not over, by number, with the time at which they were made.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) unfinished: BTreeMap<u64, Instant>,
    /// Attempts before the last of runs that were started again, by the number of the run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    restarted: BTreeMap<u64, Restarted>,
    /// What jobs ask of their runners.
    #[serde(default, skip_serializing_if = "Learned::is_empty")]
    pub(crate) learned: Learned,
    /// What is known of the check suites of runs that were started again.
    #[serde(default)]
    pub(crate) restarts: Compared,
}

/// A run that was started again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Restarted {
    created_at: Instant,
    attempts: Vec<Attempt>,
}

/// An attempt of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attempt {
    /// From 1.
    pub(crate) number: i64,
    /// When it began; `None` where the provider does not know the attempt any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) started_at: Option<Instant>,
    /// Node id of its check suite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) suite: Option<String>,
}

/// How far check suites and lists of jobs were compared for runs that were started again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Compared {
    /// Runs that were compared.
    pub(crate) runs: u32,
    /// Whether a suite lacked a job.
    pub(crate) differ: bool,
}

impl All {
    /// Nothing yet, in an import at `at`.
    pub(crate) fn none(at: Instant, jobs: bool) -> Self {
        Self {
            from: at,
            until: at,
            looked_back: at,
            jobs,
            unfinished: BTreeMap::new(),
            restarted: BTreeMap::new(),
            learned: Learned::default(),
            restarts: Compared::default(),
        }
    }

    /// From when on runs are read again in an import at `at`.
    pub(crate) fn begin(&self, at: Instant) -> Instant {
        let days = if looks_back(self.looked_back, at) { RESTART_DAYS } else { RECENT_DAYS };
        days_before(self.until, days).max(self.from)
    }

    /// Runs made since `begin` were read by an import at `at`.
    pub(crate) fn read_until(&mut self, at: Instant, begin: Instant) {
        if begin <= days_before(self.until, RESTART_DAYS).max(self.from) {
            self.looked_back = at;
        }
        self.until = at;
    }

    /// A run that is over and was last changed before then was read as it is.
    pub(crate) fn settled_before(&self) -> Instant {
        Instant::from_micros(self.until.micros() - LATE_MICROS)
    }

    /// The attempts of a run before the last, as far as they are known.
    pub(crate) fn earlier(&self, run: u64) -> &[Attempt] {
        self.restarted.get(&run).map_or(&[], |known| known.attempts.as_slice())
    }

    /// Remembers an attempt of a run that is not its last.
    pub(crate) fn remember(&mut self, run: u64, created_at: Instant, attempt: Attempt) {
        let known = self.restarted.entry(run).or_insert(Restarted { created_at, attempts: Vec::new() });
        known.attempts.push(attempt);
    }

    /// Forgets runs that will not change any more.
    pub(crate) fn forget_old(&mut self, at: Instant) {
        let oldest = days_before(at, REMEMBERED_DAYS);
        self.unfinished.retain(|_, created_at| *created_at >= oldest);
        self.restarted.retain(|_, run| run.created_at >= oldest);
    }
}

#[cfg(test)]
mod tests {
    use model::instant::MICROS_PER_DAY;

    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse_date_or_rfc3339(text).expect("valid")
    }

    #[test]
    fn recent_runs_are_read_again_and_once_a_week_those_of_a_month() {
        let day = |day: i64| Instant::from_micros(day * MICROS_PER_DAY);
        let mut all = All::none(day(100), true);
        all.from = day(0);
        let mut begins = Vec::new();
        for today in 101..=108 {
            let begin = all.begin(day(today));
            all.read_until(day(today), begin);
            begins.push(begin.micros() / MICROS_PER_DAY);
        }
        assert_eq!(begins, [97, 98, 99, 100, 101, 102, 75, 104]);
    }

    #[test]
    fn nothing_is_read_again_that_was_not_read_before() {
        let all = All::none(at("2026-11-02"), true);
        assert_eq!(all.begin(at("2026-11-03")), at("2026-11-02"));
    }
}
