//! Rolling up of jobs: what is settled, what is open again, and which jobs are kept.
//!
//! A run is settled once it, and every run that is judged with it, lies [75 days](model::ci::SETTLED_AFTER_DAYS) behind the newest import of
//! its repository. Its jobs are then added to sums, and each keeps the part that it was added as, so that it can be taken
//! out again exactly: where anything of the run or its commit changes later, the run is open again. Where its jobs are not
//! kept any more what is rolled up stays, and only what is new is added.

pub(crate) mod commits;
pub(crate) mod reopening;
pub(crate) mod settling;
pub(crate) mod sums;

pub use settling::Settled;
