//! What jobs ask of their runners, learned from single runs.

use std::collections::BTreeMap;

use model::Instant;
use model::instant::MICROS_PER_DAY;
use serde::{Deserialize, Serialize};

/// After so many days it is asked again.
const DAYS: i64 = 30;

/// So many names of jobs are remembered of a workflow. One that makes up ever new ones would be asked for at each run.
pub(crate) const MOST_NAMES: usize = 300;

/// What is known of the jobs of a repository, by the file of the workflow and the name of the job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Learned(BTreeMap<String, BTreeMap<String, Known>>);

/// What is known of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Known {
    /// When it was asked.
    at: Instant,
    /// `None`: a check run of this name is no job. A step of a workflow can make one.
    pub(crate) machine: Option<Machine>,
}

/// What a job ran on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// What it asked for, joined by `;`.
    pub(crate) labels: String,
    /// Whose it was, by the word in files.
    pub(crate) runner: String,
}

impl Learned {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is known of a job of a workflow, however old.
    pub(crate) fn known(&self, path: &str, name: &str) -> Option<&Known> {
        self.0.get(path)?.get(name)
    }

    /// Whether a job is to be asked for in an import at `at`. Not where the workflow has too many names.
    pub(crate) fn asks_for(&self, path: &str, name: &str, at: Instant) -> bool {
        let Some(names) = self.0.get(path) else { return true };
        let is_old = |known: &Known| known.at.micros() <= at.micros() - DAYS * MICROS_PER_DAY;
        names.get(name).map_or(names.len() < MOST_NAMES, is_old)
    }

    /// Remembers what a job asks for; `None`: the name is not that of a job.
    pub(crate) fn learn(&mut self, path: &str, name: &str, at: Instant, machine: Option<Machine>) {
        let names = self.0.entry(path.to_owned()).or_default();
        if names.len() < MOST_NAMES || names.contains_key(name) {
            names.insert(name.to_owned(), Known { at, machine });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Instant {
        Instant::from_micros(day * MICROS_PER_DAY)
    }

    fn machine(labels: &str) -> Machine {
        Machine { labels: labels.to_owned(), runner: "hosted".to_owned() }
    }

    /// The labels of a job; empty where the name is not that of one. `None` where it is not known.
    fn labels_of<'a>(learned: &'a Learned, name: &str) -> Option<&'a str> {
        let known = learned.known("ci.yml", name)?;
        Some(known.machine.as_ref().map_or("", |machine| machine.labels.as_str()))
    }

    #[test]
    fn a_job_is_asked_for_once_in_thirty_days_and_each_workflow_by_itself() {
        let mut learned = Learned::default();
        learned.learn("ci.yml", "build", day(100), Some(machine("ubuntu-latest")));
        learned.learn("ci.yml", "report", day(100), None);
        for (name, labels) in [("build", "ubuntu-latest"), ("report", "")] {
            assert!(!learned.asks_for("ci.yml", name, day(129)) && learned.asks_for("ci.yml", name, day(130)));
            assert_eq!(labels_of(&learned, name), Some(labels), "however old");
        }
        assert!(learned.asks_for("other.yml", "build", day(101)) && learned.asks_for("ci.yml", "test", day(101)));
        assert_eq!(labels_of(&learned, "test"), None);
    }

    #[test]
    fn a_workflow_that_makes_up_names_is_given_up() {
        let mut learned = Learned::default();
        for number in 0..2 * MOST_NAMES {
            learned.learn("ci.yml", &format!("build {number}"), day(1), Some(machine("linux")));
        }
        assert!(!learned.asks_for("ci.yml", "build of today", day(2)));
        assert_eq!(labels_of(&learned, "build of today"), None);
        assert_eq!(labels_of(&learned, "build 0"), Some("linux"));
    }
}
