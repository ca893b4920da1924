//! Pull requests in few words, and their tables.

mod calculated_pr;
mod distribution;
mod landed;
mod properties;
mod selected;
mod stages;
mod summary;
mod tables;

use std::collections::BTreeMap;

use model::columns::PullRequestEventKind::{self, Closed, ConvertedToDraft, ReadyForReview, ReviewRequested};
use model::columns::ReviewState::{self, Approved, ChangesRequested, Commented, Dismissed};

use super::*;

fn at(text: &str) -> Instant {
    Instant::parse_date_or_rfc3339(text).expect("a valid instant")
}

/// Hours after Monday 2024-01-01T00:00:00Z.
fn hour(hours: i64) -> Instant {
    Instant::from_seconds(at("2024-01-01").seconds() + 3600 * hours)
}

#[derive(Clone, Debug)]
struct Review {
    by: &'static str,
    state: ReviewState,
    dismissed: Option<ReviewState>,
    at: Instant,
    api_bot: bool,
}

fn review(by: &'static str, state: ReviewState, hours: i64) -> Review {
    Review { by, state, dismissed: None, at: hour(hours), api_bot: false }
}

#[derive(Clone, Debug)]
struct Pull {
    repo: &'static str,
    author: &'static str,
    api_bot: bool,
    created: Instant,
    merged: Option<Instant>,
    closed: Option<Instant>,
    first_commit: Option<Instant>,
    vanished: Option<Instant>,
    draft: bool,
    labels: &'static str,
    files: Option<i64>,
    reviews: Vec<Review>,
    events: Vec<(PullRequestEventKind, Instant)>,
    /// Who did all of `events`, and the trailers of the commit.
    actor: &'static str,
    trailers: &'static str,
    title: &'static str,
}

/// Opened at hour 10 after a first commit at hour 4, by a human, in `web`.
fn open_pull() -> Pull {
    Pull {
        repo: "web",
        author: "author",
        api_bot: false,
        created: hour(10),
        merged: None,
        closed: None,
        first_commit: Some(hour(4)),
        vanished: None,
        draft: false,
        labels: "",
        files: None,
        reviews: Vec::new(),
        events: Vec::new(),
        actor: "",
        trailers: "",
        title: "Title",
    }
}

fn merged_pull(hours: i64) -> Pull {
    Pull { merged: Some(hour(hours)), closed: Some(hour(hours)), ..open_pull() }
}

#[derive(Default)]
struct Builder {
    raw: Raw,
    codes: BTreeMap<String, u32>,
}

impl Builder {
    fn code(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        let dictionary = &mut self.raw.dictionary;
        *self.codes.entry(text.to_owned()).or_insert_with(|| dictionary.push(text.as_bytes()))
    }

    fn push(&mut self, number: usize, pull: &Pull) {
        let row = self.raw.pull_requests.id.len() as u32;
        let (org, repo) = (self.code("acme"), self.code(pull.repo));
        let (author, labels) = (self.code(pull.author), self.code(pull.labels));
        let columns = &mut self.raw.pull_requests;
        columns.id.push(format!("acme/{}#{number}", pull.repo).as_bytes());
        columns.org.push(org);
        columns.repo.push(repo);
        columns.host.push(0);
        columns.title.push(pull.title.as_bytes());
        columns.url.push(b"https://example.org");
        columns.creator.push(author);
        columns.creator_is_bot.push(pull.api_bot);
        columns.created_at.push(Some(pull.created));
        columns.closed_at.push(pull.closed);
        columns.merged_at.push(pull.merged);
        columns.is_draft.push(pull.draft);
        columns.labels.push(labels);
        columns.changed_files.push(pull.files);
        columns.first_commit_at.push(pull.first_commit);
        columns.vanished_at.push(pull.vanished);
        columns.team.push(0);
        for review in &pull.reviews {
            let user = self.code(review.by);
            let columns = &mut self.raw.reviews;
            columns.pull_request.push(row);
            columns.state.push(Some(review.state));
            columns.dismissed_state.push(review.dismissed);
            columns.submitted_at.push(Some(review.at));
            columns.user.push(user);
            columns.user_is_bot.push(review.api_bot);
            columns.comments.push(None);
        }
        let (actor, trailers) = (self.code(pull.actor), self.code(pull.trailers));
        for (kind, at) in &pull.events {
            let columns = &mut self.raw.pull_request_events;
            columns.pull_request.push(row);
            columns.kind.push(Some(*kind));
            columns.at.push(Some(*at));
            columns.by.push(actor);
            columns.commit_trailers.push(trailers);
        }
    }
}

fn raw(pulls: &[Pull]) -> Raw {
    let mut builder = Builder::default();
    for (number, pull) in pulls.iter().enumerate() {
        builder.push(number + 1, pull);
    }
    builder.raw
}

fn tables_at(pulls: &[Pull], rules: &Rules, as_of: Instant) -> Vec<Table> {
    pull_request_tables(&raw(pulls), rules, as_of)
}

fn named<'a>(tables: &'a [Table], name: &str) -> &'a Table {
    tables.iter().find(|table| table.name == name).expect("a table of that name")
}

/// A table by its name, as of two weeks after the start.
fn table(name: &str, pulls: &[Pull]) -> Table {
    let tables = tables_at(pulls, &Rules { people: true, ..Rules::default() }, at("2024-01-15"));
    named(&tables, name).clone()
}

/// Cells of the `ALL` row of the first week.
fn first_week(name: &str, pulls: &[Pull], columns: &[&str]) -> Vec<String> {
    let table = table(name, pulls);
    let group = if name == "pr_review_latency_week" { "size" } else { "repo" };
    let row = (0..table.height()).find(|row| table.cell(*row, group) == "ALL").expect("a row of all groups");
    columns.iter().map(|column| table.cell(row, column)).collect()
}
