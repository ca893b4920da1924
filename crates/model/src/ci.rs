//! Rules of CI: what a minute of a job costs.

use chrono::NaiveDate;

use crate::Amount;

/// Days that a run lies behind the newest import of its repository before it is settled: 30 in which a job may still be
/// repaired, 35 in which imports look again at runs that may be started again or are not over, and 10 in which imports may
/// fail.
pub const SETTLED_AFTER_DAYS: i64 = 75;
/// Days for which jobs are kept where nothing else is said: for as long as GitHub keeps them.
pub const KEEP_DAYS: u32 = 400;
/// Fewest days for which jobs may be kept: those before a run is settled, and 30 of what may have repaired its jobs.
pub const LEAST_KEEP_DAYS: u32 = 105;

/// What the configuration says of CI.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CiRules {
    /// Prices that go before those of the providers, in the order of the configuration.
    pub prices: Vec<JobPrice>,
}

/// What a minute costs of the jobs that ask for a runner by one of some labels.
#[derive(Clone, Debug, PartialEq)]
pub struct JobPrice {
    /// Labels, of which a job has at least one. Compared without case.
    pub labels: Vec<String>,
    /// Price of a minute.
    pub per_minute: Amount,
    /// Currency of the price.
    pub currency: String,
    /// First day, in UTC, of jobs that cost this; `None`: since ever. Of several prices of a label the one counts whose
    /// first day is the last before the job began.
    pub from: Option<NaiveDate>,
    /// What becomes of a part of a minute.
    pub round: MinuteRounding,
}

/// What becomes of a part of a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MinuteRounding {
    /// It costs as a whole one, for each job.
    #[default]
    Up,
    /// It costs its part, to a millionth of a minute.
    None,
}
