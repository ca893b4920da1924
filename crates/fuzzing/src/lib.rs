#![doc = include_str!("../README.md")]

mod corpus;
mod cut;
mod edit;
mod finding;
mod json;
mod lines;
mod outcome;
mod report;
mod run;
mod watch;

pub use corpus::{Corpus, folder};
pub use edit::{Edit, Form};
pub use outcome::{Outcome, masked};
pub use report::{Finding, Report};
pub use run::{Settings, run};

/// Something that the product reads, whoever wrote it.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// Name of its folder in `corpus/`.
    pub name: &'static str,
    /// Names of other folders whose files it begins with, too.
    pub also: &'static [&'static str],
    /// What `cargo test` needs to know to run it.
    pub test: &'static str,
    /// What its bytes are made of, so that edits change one part and leave the others whole.
    pub form: Form,
    /// Words that mean something to whoever reads it.
    pub words: &'static [&'static str],
    /// Gives it to the product and panics where what became of it is not what the product promises.
    pub check: fn(&[u8]) -> Outcome,
}

impl Input {
    /// One of this crate's tests, which begins with its own folder alone.
    pub const fn new(
        name: &'static str,
        form: Form,
        words: &'static [&'static str],
        check: fn(&[u8]) -> Outcome,
    ) -> Self {
        Self { name, also: &[], test: "-p fuzzing --test inputs", form, words, check }
    }
}
