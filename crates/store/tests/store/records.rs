//! Small records, and a store in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};

use model::Instant;
use model::records::{
    FieldValue, Issue, ItemContent, Place, Presence, ProjectEvent, ProjectItem, PullRequest, PullRequestEvent, Record,
    Repository, Review, Scope, StatusEvent,
};
use store::{Findings, Page, Store};

pub(crate) struct Fixture {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) store: Store,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::open(&url(&folder.path().join("cto.db"))).expect("opened");
        Self { folder, store }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Stores records as seen at a second.
    pub(crate) fn see(&self, second: i64, records: &[Record]) {
        self.store.commit(&page(second, records)).expect("stored");
    }

    /// Stores records as an import reads them at a second.
    pub(crate) fn read_in(&self, run: i64, second: i64, records: &[Record]) -> Findings {
        self.store.commit(&Page { run, ..page(second, records) }).expect("stored")
    }

    /// Stores the last page of a crawl of everything in the repository `api`, begun by the import `generation`.
    pub(crate) fn crawl_in(&self, run: i64, generation: i64, second: i64, records: &[Record]) -> Findings {
        let page = Page { run, generation: Some(generation), complete: true, ..page(second, records) };
        self.store.commit(&page).expect("stored")
    }

    /// The published text of a table.
    pub(crate) fn csv(&self, table: &str) -> String {
        published(&self.store, table)
    }

    /// The published rows of a table, cut to some of its columns.
    pub(crate) fn cells(&self, table: &str, columns: &[&str]) -> Vec<String> {
        let text = self.csv(table);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().expect("header").clone();
        let place = |name: &&str| header.iter().position(|cell| cell == *name).expect("column");
        let places: Vec<usize> = columns.iter().map(place).collect();
        let rows = reader.records().map(|record| {
            let record = record.expect("row");
            places.iter().map(|&place| record[place].to_owned()).collect::<Vec<_>>().join(",")
        });
        rows.collect()
    }
}

pub(crate) fn published(store: &Store, table: &str) -> String {
    let folder = tempfile::tempdir().expect("folder");
    store.publish_csv(folder.path(), store::JobsOfCi::Published).expect("published");
    fs::read_to_string(folder.path().join(format!("{table}.csv"))).expect("text")
}

/// All published files but those named, one after the other.
pub(crate) fn everything(store: &Store, except: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("folder");
    let files = store.publish_csv(folder.path(), store::JobsOfCi::Published).expect("published");
    let name = |path: &Path| path.file_stem().expect("name").to_string_lossy().into_owned();
    let files = files.iter().filter(|path| !except.contains(&name(path).as_str()));
    let texts = files.map(|path| [name(path), fs::read_to_string(path).expect("text")].join("\n"));
    texts.collect::<Vec<_>>().concat()
}

pub(crate) fn url(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

pub(crate) fn page(second: i64, records: &[Record]) -> Page<'_> {
    Page {
        scope: Scope::Issues,
        subject: "R_1",
        records,
        cursor: None,
        observed_at: at(second),
        run: 0,
        generation: None,
        complete: false,
    }
}

pub(crate) fn at(second: i64) -> Instant {
    Instant::from_seconds(second)
}

pub(crate) fn repository(id: &str, name: &str) -> Repository {
    Repository {
        id: id.into(),
        org: "acme".into(),
        name: name.into(),
        owner: "acme".into(),
        host: "github.com".into(),
        ..Repository::default()
    }
}

pub(crate) fn place(repo: &str, number: &str) -> Place {
    let repository_id = match repo {
        "api" => "R_1",
        "web" => "R_2",
        _ => "",
    };
    Place {
        repository_id: repository_id.into(),
        org: "acme".into(),
        repo: repo.into(),
        number: number.into(),
        ..Place::default()
    }
}

pub(crate) fn issue(id: &str, number: &str) -> Issue {
    Issue {
        id: id.into(),
        place: place("api", number),
        title: format!("Issue {number}"),
        url: format!("https://github.com/acme/api/issues/{number}"),
        state: "open".into(),
        state_reason: "".into(),
        kind: "task".into(),
        creator: "ada".into(),
        created_at: at(10),
        updated_at: Some(at(10)),
        status_events: vec![status("opened", 10)],
        ..Issue::default()
    }
}

pub(crate) fn status(kind: &str, second: i64) -> StatusEvent {
    StatusEvent { kind: kind.into(), at: at(second), by: "ada".into(), state_reason: "".into() }
}

pub(crate) fn moved(from: &str, to: &str, second: i64) -> ProjectEvent {
    ProjectEvent {
        kind: "moved".into(),
        project_id: "77".into(),
        project_name: "Platform".into(),
        from_column: from.into(),
        to_column: to.into(),
        at: at(second),
        by: "ada".into(),
    }
}

pub(crate) fn card(id: &str, issue: &str, status: &str) -> ProjectItem {
    ProjectItem {
        id: id.into(),
        project_id: "77".into(),
        project_name: "Platform".into(),
        content: ItemContent::Issue,
        content_id: issue.into(),
        status: Some(status.into()),
        status_updated_at: Some(at(20)),
        presence: Presence::OnBoard,
        created_at: Some(at(12)),
        updated_at: Some(at(20)),
        observed_at: None,
        fields: None,
        has_untold_fields: false,
    }
}

pub(crate) fn field(name: &str, value: &str) -> FieldValue {
    FieldValue { name: name.into(), value: value.into() }
}

pub(crate) fn pull_request(id: &str, number: &str) -> PullRequest {
    PullRequest {
        id: id.into(),
        place: place("api", number),
        title: format!("Change {number}"),
        url: format!("https://github.com/acme/api/pull/{number}"),
        state: "open".into(),
        creator: "dependabot".into(),
        creator_is_bot: true,
        created_at: at(10),
        closed_at: None,
        merged_at: None,
        updated_at: Some(at(11)),
        is_draft: true,
        base: "main".into(),
        labels: vec!["a".into(), "b".into()],
        additions: Some(3),
        deletions: None,
        changed_files: Some(2),
        first_commit_at: Some(at(5)),
        first_listed_commit_at: Some(at(6)),
        merge_commit: String::new(),
        head_branch: "feature".into(),
        head_sha: "a1".into(),
        paths: vec!["src".into()],
        paths_complete: true,
        reviews: vec![Review {
            id: format!("{id}_review"),
            state: "DISMISSED".into(),
            dismissed_state: "CHANGES_REQUESTED".into(),
            submitted_at: Some(at(14)),
            user: "grace".into(),
            user_is_bot: false,
            comments: None,
        }],
        events: vec![PullRequestEvent {
            kind: "ready_for_review".into(),
            at: at(13),
            by: "ada".into(),
            ..PullRequestEvent::default()
        }],
        vanished_at: None,
        team: String::new(),
        untold: model::records::UntoldOfPullRequest::default(),
    }
}

pub(crate) fn issue_record(issue: Issue) -> Record {
    Record::Issue(Box::new(issue))
}

pub(crate) fn card_record(card: ProjectItem) -> Record {
    Record::ProjectItem(Box::new(card))
}

pub(crate) fn pull_record(pull_request: PullRequest) -> Record {
    Record::PullRequest(Box::new(pull_request))
}
