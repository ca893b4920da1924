//! Report of a run.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::Outcome;

/// A run without a finding.
#[derive(Clone, Debug)]
pub struct Report {
    /// Name of the input.
    pub name: &'static str,
    /// Inputs that were given to the product, those of the corpus included.
    pub executions: u64,
    /// Those that were taken rather than refused.
    pub taken: u64,
    /// How long that took.
    pub took: Duration,
    /// Files of the corpus.
    pub corpus: usize,
    /// Fates of inputs that have different words.
    pub outcomes: usize,
    /// What chance began with.
    pub seed: u64,
    /// What became of the one file, where there was but one to run.
    pub outcome: Option<Outcome>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, executions, taken, took, corpus, outcomes, seed, outcome } = self;
        let seconds = took.as_secs_f64();
        write!(
            f,
            "fuzzing {name}: {executions} executions in {seconds:.0} s, {taken} taken, corpus {corpus}, outcomes {outcomes}, seed {seed}"
        )?;
        outcome.as_ref().map_or(Ok(()), |outcome| write!(f, ": {outcome:?}"))
    }
}

/// An input that the product does not do with what it promises.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Name of the input.
    pub name: &'static str,
    /// What `cargo test` needs to know to run it.
    pub test: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where the input is.
    pub file: PathBuf,
    /// Inputs before it.
    pub executions: u64,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, test, message, file, executions } = self;
        let file = file.display();
        write!(
            f,
            "fuzzing {name}: finding after {executions} executions: {message}\nthe input is {file}; again: \
             CTO_FUZZ_FILE={file} cargo test {test} {name}"
        )
    }
}
