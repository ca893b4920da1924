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
    /// What its bytes are made of, so that edits change one part and leave the others whole.
    pub form: Form,
    /// Words that mean something to whoever reads it.
    pub words: &'static [&'static str],
    /// Gives it to the product and panics where what became of it is not what the product promises.
    pub check: fn(&[u8]) -> Outcome,
}
