//! The worked examples of the definitions, and what each rule decides.

mod examples;
mod failing;
mod linking;
mod odd;
mod parts;
mod pushed;
mod refuted;
mod runs;
mod silent;

use model::Instant;
use model::columns::Raw;
use model::records::Place;
use model::rules::Rules;
use model::table::Table;
use model::tables::{CiRun, Deployment, GitCommit, Incident, IncidentEvent, Issue, PullRequest, Release};

use super::{Delivered, tables_of};
use crate::records::RawBuilder;
use crate::selection::{Chosen, Selection};
use crate::wanted::Wanted;

pub(super) fn at(text: &str) -> Instant {
    Instant::parse_date_or_rfc3339(text).expect("a valid instant")
}

/// A day of March 2026 and a time: `03 14:00`.
pub(super) fn march(text: &str) -> Instant {
    let (day, time) = text.split_once(' ').expect("a day and a time");
    at(&format!("2026-03-{day}T{time}:00Z"))
}

/// Rows of one repository, `acme/shop`, with the branch `main`.
#[derive(Default)]
pub(super) struct Life {
    pub(super) changes: Vec<PullRequest>,
    pub(super) deployments: Vec<Deployment>,
    pub(super) releases: Vec<Release>,
    pub(super) commits: Vec<GitCommit>,
    pub(super) runs: Vec<CiRun>,
    pub(super) incidents: Vec<Incident>,
    pub(super) issues: Vec<Issue>,
}

impl Life {
    /// A pull request: number, first commit, merge, merge commit.
    pub(super) fn change(&mut self, number: u32, first: &str, merged: &str, commit: &str) -> &mut PullRequest {
        self.changes.push(PullRequest {
            place: Place {
                org: "acme".into(),
                repo: "shop".into(),
                number: number.to_string(),
                host: "github.com".into(),
                ..Place::default()
            },
            title: format!("Change {number}"),
            state: "merged".into(),
            created_at: march(first),
            first_commit_at: Some(march(first)),
            merged_at: Some(march(merged)),
            closed_at: Some(march(merged)),
            base: "main".into(),
            merge_commit: commit.into(),
            creator: "ada".into(),
            ..PullRequest::default()
        });
        self.changes.last_mut().expect("one was added")
    }

    /// A deployment of a commit to `production` that ended so.
    pub(super) fn deployment(&mut self, id: &str, sha: &str, ended: &str, succeeds: bool) -> &mut Deployment {
        let ended = march(ended);
        self.deployments.push(Deployment {
            id: id.into(),
            org: "acme".into(),
            repo: "shop".into(),
            environment: "production".into(),
            sha: sha.into(),
            created_at: ended,
            started_at: Some(ended),
            succeeded_at: succeeds.then_some(ended),
            finished_at: Some(ended),
            outcome: if succeeds { "success".into() } else { "failure".into() },
            ..Deployment::default()
        });
        self.deployments.last_mut().expect("one was added")
    }

    /// A published release of a commit.
    pub(super) fn release(&mut self, id: &str, sha: &str, published: &str) -> &mut Release {
        self.releases.push(Release {
            id: id.into(),
            org: "acme".into(),
            repo: "shop".into(),
            tag: id.into(),
            sha: sha.into(),
            created_at: march(published),
            published_at: Some(march(published)),
            ..Release::default()
        });
        self.releases.last_mut().expect("one was added")
    }

    /// A commit: object id, parents, commit date.
    pub(super) fn commit(&mut self, sha: &str, parents: &str, date: &str) -> &mut GitCommit {
        self.commits.push(GitCommit {
            org: "acme".into(),
            repo: "shop".into(),
            sha: sha.into(),
            parents: parents.into(),
            committed_at: march(date),
            ..GitCommit::default()
        });
        self.commits.last_mut().expect("one was added")
    }

    /// An attempt of a run of `deploy.yml` for a commit of main that ended so.
    pub(super) fn run(&mut self, id: &str, attempt: i64, sha: &str, ended: &str, conclusion: &str) -> &mut CiRun {
        let ended = march(ended);
        self.runs.push(CiRun {
            run_id: id.into(),
            attempt,
            org: "acme".into(),
            repo: "shop".into(),
            workflow_path: ".github/workflows/deploy.yml".into(),
            event: "push".into(),
            git_ref: "main".into(),
            default_branch: true,
            sha: sha.into(),
            conclusion: conclusion.into(),
            created_at: ended,
            started_at: Some(ended),
            finished_at: Some(ended),
            url: format!("https://github.com/acme/shop/actions/runs/{id}"),
            ..CiRun::default()
        });
        self.runs.last_mut().expect("one was added")
    }

    /// An incident with its events: `("restored", "05 20:15")`.
    pub(super) fn incident(&mut self, id: &str, started: &str, events: &[(&str, &str)]) -> &mut Incident {
        let event = |(kind, time): &(&str, &str)| IncidentEvent {
            incident_id: id.into(),
            at: march(time),
            kind: (*kind).into(),
            host: String::new(),
        };
        self.incidents.push(Incident {
            id: id.into(),
            org: "acme".into(),
            repo: "shop".into(),
            started_at: march(started),
            events: events.iter().map(event).collect(),
            ..Incident::default()
        });
        self.incidents.last_mut().expect("one was added")
    }

    pub(super) fn raw(&self) -> Raw {
        let mut builder = RawBuilder::new();
        for row in &self.changes {
            builder.pull_request(row);
        }
        for row in &self.deployments {
            builder.deployment(row);
        }
        for row in &self.runs {
            builder.ci_run(row);
        }
        for row in &self.releases {
            builder.release(row);
        }
        for row in &self.commits {
            builder.git_commit(row);
        }
        for row in &self.incidents {
            builder.incident(row);
        }
        for row in &self.issues {
            builder.issue(row);
        }
        builder.build(at("2026-04-30")).expect("each comes once")
    }

    pub(super) fn tables(&self, rules: &Rules, as_of: &str) -> Delivered {
        tables_of(&self.raw(), rules, at(as_of), &Chosen::everything(), Wanted::All)
    }

    /// The tables of a selection.
    pub(super) fn selected(&self, rules: &Rules, as_of: &str, selection: &Selection) -> Delivered {
        tables_of(&self.raw(), rules, at(as_of), &Chosen::new(selection, rules), Wanted::All)
    }
}

impl Delivered {
    pub(super) fn table(&self, name: &str) -> &Table {
        self.tables.iter().find(|table| table.name == name).expect("a table of delivery")
    }

    /// Some columns of the rows whose column has this value, joined by spaces.
    pub(super) fn rows(&self, name: &str, (column, value): (&str, &str), shown: &[&str]) -> Vec<String> {
        let table = self.table(name);
        let rows = (0..table.height()).filter(|row| table.cell(*row, column) == value);
        rows.map(|row| shown.iter().map(|column| table.cell(row, column)).collect::<Vec<_>>().join(" ")).collect()
    }
}
