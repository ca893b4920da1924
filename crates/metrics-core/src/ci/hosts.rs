//! Codes of hosts: where none is said it is the usual one.

use model::columns::Raw;
use model::records::USUAL_HOST;

/// By which code the rows of a host are found, whichever of its two spellings they have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hosts {
    unsaid: Option<u32>,
    usual: Option<u32>,
}

impl Hosts {
    /// Of runs, jobs and deployments.
    pub(super) fn of(raw: &Raw) -> Self {
        let code = |text: &[u8]| {
            let mut before = None;
            // Neighbours repeat.
            let is_it = |code: &u32| before.replace(*code) != Some(*code) && raw.dictionary.bytes(*code) == text;
            let columns = [&raw.ci_runs.host, &raw.ci_jobs.host, &raw.deployments.host];
            columns.into_iter().flatten().copied().find(is_it)
        };
        Self { unsaid: code(b""), usual: code(USUAL_HOST.as_bytes()) }
    }

    pub(super) fn one(self, code: u32) -> u32 {
        self.usual.filter(|_| Some(code) == self.unsaid).unwrap_or(code)
    }
}
