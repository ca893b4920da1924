//! A run: the corpus, then inputs made of it by chance, until the time is over or something is found.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::edit::{Stock, edited, edits};
use crate::finding::checked;
use crate::watch::{Watch, write};
use crate::{Corpus, Finding, Input, Outcome, Report};

/// How long a finding is made smaller.
const SMALLER: Duration = Duration::from_secs(20);

/// Inputs that are edited further, at most.
const MOST: usize = 2000;

/// How to run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long inputs are made up, where it is not said how many.
    pub time: Duration,
    /// How many inputs, those of the corpus included, whatever time they take.
    pub executions: Option<u64>,
    /// What chance begins with: the same inputs come in the same order.
    pub seed: u64,
    /// Nothing but this one.
    pub file: Option<PathBuf>,
    /// Where findings go.
    pub findings: PathBuf,
}

impl Settings {
    /// As the environment says: `CTO_FUZZ_SECONDS`, 2 by default; `CTO_FUZZ_EXECUTIONS`; `CTO_FUZZ_SEED`, 1 by default; `CTO_FUZZ_FILE`.
    /// Findings go below the target folder.
    pub fn of_environment() -> Self {
        let number = |name: &str| -> Option<u64> {
            let text = std::env::var(name).ok().filter(|text| !text.is_empty())?;
            Some(text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
        };
        let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
        Self {
            time: Duration::from_secs(number("CTO_FUZZ_SECONDS").unwrap_or(2)),
            executions: number("CTO_FUZZ_EXECUTIONS"),
            seed: number("CTO_FUZZ_SEED").unwrap_or(1),
            file: std::env::var_os("CTO_FUZZ_FILE").filter(|name| !name.is_empty()).map(PathBuf::from),
            findings: target.unwrap_or_else(usual).join("fuzz"),
        }
    }
}

/// Gives inputs to the product until the time is over.
///
/// # Errors
/// The first input with which the product does not do what it promises, made smaller; it is in a file.
pub fn run(input: &Input, settings: &Settings) -> Result<Report, Box<Finding>> {
    let begin = Instant::now();
    let corpus = match &settings.file {
        Some(file) => {
            let content = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            vec![(file.display().to_string(), content)]
        }
        None => Corpus::read(input).files,
    };
    let mut run = Run {
        input,
        findings: settings.findings.join(input.name),
        watch: Watch::new(settings.findings.join(input.name).join(format!("running-{}", std::process::id()))),
        executions: 0,
        taken: 0,
        outcomes: HashSet::new(),
    };
    let mut pool = Vec::new();
    for (name, content) in &corpus {
        run.outcome(content).map(|outcome| run.outcomes.insert(outcome)).map_err(|message| {
            Box::new(Finding {
                name: input.name,
                test: input.test,
                message: format!("{name} of the corpus: {message}"),
                file: settings.file.clone().unwrap_or_else(|| crate::folder(input.name).join(name)),
                executions: run.executions,
            })
        })?;
        pool.push(content.clone());
    }
    if settings.file.is_none() {
        run.made_up(&mut pool, settings)?;
    }
    Ok(Report {
        name: input.name,
        executions: run.executions,
        taken: run.taken,
        took: begin.elapsed(),
        corpus: corpus.len(),
        outcomes: run.outcomes.len(),
        seed: settings.seed,
        outcome: run.outcomes.into_iter().next().filter(|_| settings.file.is_some()),
    })
}

struct Run<'a> {
    input: &'a Input,
    findings: PathBuf,
    watch: Watch,
    executions: u64,
    taken: u64,
    outcomes: HashSet<Outcome>,
}

impl Run<'_> {
    fn outcome(&mut self, content: &[u8]) -> Result<Outcome, String> {
        self.watch.begins(content);
        self.executions += 1;
        let outcome = checked(self.input.check, content);
        self.taken += u64::from(matches!(outcome, Ok(Outcome::Taken(_))));
        outcome
    }

    fn made_up(&mut self, pool: &mut Vec<Vec<u8>>, settings: &Settings) -> Result<(), Box<Finding>> {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&settings.seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let strategy = (proptest::arbitrary::any::<proptest::sample::Index>(), edits(self.input.form));
        let until = Instant::now() + settings.time;
        let goes_on = |executions: u64| match settings.executions {
            Some(most) => executions < most,
            None => Instant::now() < until,
        };
        while goes_on(self.executions) {
            let mut tree = strategy.new_tree(&mut runner).expect("nothing is rejected");
            let made = |tree: &dyn ValueTree<Value = (proptest::sample::Index, Vec<crate::Edit>)>, pool: &[Vec<u8>]| {
                let (from, edits) = tree.current();
                edited(&pool[from.index(pool.len())], &edits, &Stock { others: pool, words: self.input.words })
            };
            let content = made(&tree, pool);
            match self.outcome(&content) {
                Ok(outcome) => {
                    let is_taken = matches!(outcome, Outcome::Taken(_));
                    if self.outcomes.insert(outcome) && is_taken && pool.len() < MOST {
                        pool.push(content);
                    }
                }
                Err(message) => {
                    let executions = self.executions;
                    let (content, message) = self.smaller(&mut tree, pool, (content, message), made);
                    return Err(Box::new(self.finding(&content, message, executions)));
                }
            }
        }
        Ok(())
    }

    /// The same finding with fewer edits.
    fn smaller<T: ValueTree>(
        &mut self,
        tree: &mut T,
        pool: &[Vec<u8>],
        found: (Vec<u8>, String),
        made: impl Fn(&dyn ValueTree<Value = T::Value>, &[Vec<u8>]) -> Vec<u8>,
    ) -> (Vec<u8>, String) {
        let mut found = found;
        let until = Instant::now() + SMALLER;
        let mut more = tree.simplify();
        while more && Instant::now() < until {
            let content = made(tree, pool);
            more = match self.outcome(&content) {
                Err(message) => {
                    found = (content, message);
                    tree.simplify()
                }
                Ok(_) => tree.complicate(),
            };
        }
        found
    }

    fn finding(&self, content: &[u8], message: String, executions: u64) -> Finding {
        let hash = crate::masked(&message)
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let file = self.findings.join(format!("{hash:016x}"));
        write(&file, content);
        let (name, test) = (self.input.name, self.input.test);
        Finding { name, test, message, file, executions }
    }
}
