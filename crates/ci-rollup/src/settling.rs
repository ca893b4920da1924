//! Which runs of a commit are settled.

use crate::REPAIRED_WITHIN;

/// From when to when a run, or anything of it, took place, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its begin, or that of its first job.
    pub began: i64,
    /// Its end, or that of its last job.
    pub ended: i64,
}

impl Span {
    /// Whether jobs that failed in this run may be repaired by jobs of another one.
    pub fn may_be_repaired_by(&self, other: &Self) -> bool {
        other.ended > self.began && other.began <= self.ended.saturating_add(REPAIRED_WITHIN)
    }
}

/// Which runs of a commit have ended before an instant, and are needed by none that has not: of a run whose jobs are judged
/// anew all those are judged with it that may have repaired them.
pub fn settled(runs: &[Span], before: i64) -> Vec<bool> {
    let mut settled: Vec<bool> = runs.iter().map(|run| run.ended < before).collect();
    loop {
        let is_needed = |at: usize| {
            let mut open = runs.iter().zip(&settled).filter(|(_, settled)| !**settled);
            settled[at] && open.any(|(open, _)| open.may_be_repaired_by(&runs[at]))
        };
        let needed: Vec<usize> = (0..runs.len()).filter(|at| is_needed(*at)).collect();
        if needed.is_empty() {
            return settled;
        }
        for at in needed {
            settled[at] = false;
        }
    }
}
