//! Replies of GitHub's GraphQL: they end in records that can be stored, or in an error that says what is wrong.
//!
//! An input is a line `list status how [header=value …]` and the body of the reply below it. `list` is `repositories`,
//! `boards`, `issues`, `items` or `pull_requests`; the reply comes `once`, with an empty page behind it, or `always`.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use connector_testing::{Memory, Told, VirtualClock};
use fuzzing::{Form, Input, Outcome, masked};
use github_client::{Credentials, GithubClient, Policy, ProjectSummary, RepositorySummary, Settings, SingleSelect};
use github_issues::{Cards, IssueSource};
use github_projects::ProjectItemSource;
use github_prs::PullRequestSource;
use model::columns::Scopes;
use model::records::{Project, Record, Repository};
use model::rules::RuleSet;
use source::{ErrorKind, Source, SourceError, Window};
use store::{Page, Store};
use tokio_util::sync::CancellationToken;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::scene::{
    assert_is_computed, assert_is_message, assert_is_sound, at, folder, read_again, runtime, url, with_causes,
};

pub(crate) const INPUT: Input = Input::new("graphql", Form::Json, &WORDS, check);

const WORDS: [&str; 40] = [
    "data",
    "errors",
    "message",
    "type",
    "path",
    "extensions",
    "node",
    "nodes",
    "rateLimit",
    "pageInfo",
    "hasNextPage",
    "endCursor",
    "__typename",
    "Issue",
    "PullRequest",
    "DraftIssue",
    "Repository",
    "ProjectV2",
    "Bot",
    "NOT_FOUND",
    "FORBIDDEN",
    "RATE_LIMITED",
    "SOMETHING_ELSE",
    "MAX_NODE_LIMIT_EXCEEDED",
    "undefinedField",
    "API rate limit exceeded",
    "Something went wrong while executing your query.",
    "Field 'x' doesn't exist on type 'Issue'",
    "Resource not accessible by integration",
    "OPEN",
    "CLOSED",
    "MERGED",
    "COMPLETED",
    "databaseId",
    "fullDatabaseId",
    "updatedAt",
    "2026-10-30T18:00:00Z",
    "Done",
    "Status",
    "https://github.com/acme/web/issues/1",
];

/// When the import begins, by the provider too.
const NOW: &str = "2026-10-30T18:00:00Z";
const DATE: &str = "Fri, 30 Oct 2026 18:00:00 GMT";

/// Requests of one import that have an end, at most: a list without one is left after about 250.
const MOST_REQUESTS: usize = 2000;

/// What the server is to say.
#[derive(Default)]
struct Script {
    list: &'static str,
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    always: bool,
    requests: usize,
    of_list: usize,
}

struct Server {
    script: Arc<Mutex<Script>>,
    server: MockServer,
}

struct Speaker(Arc<Mutex<Script>>);

/// One server for all imports, each of which has it alone.
static SERVER: LazyLock<Server> = LazyLock::new(|| {
    runtime().block_on(async {
        let script = Arc::new(Mutex::new(Script::default()));
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(Speaker(Arc::clone(&script))).mount(&server).await;
        Server { script, server }
    })
});
static ALONE: Mutex<()> = Mutex::new(());

fn locked(script: &Mutex<Script>) -> MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The lists, with the operation that asks for each and an empty page of it.
const LISTS: [(&str, &str, &str); 5] = [
    (
        "repositories",
        "Repositories",
        r#"{"data":{"rateLimit":null,"organization":{"login":"acme","repositories":{"totalCount":0,"pageInfo":{"hasNextPage":false,"endCursor":null},"nodes":[]}}}}"#,
    ),
    (
        "boards",
        "Boards",
        r#"{"data":{"rateLimit":null,"organization":{"login":"acme","projectsV2":{"totalCount":0,"pageInfo":{"hasNextPage":false,"endCursor":null},"nodes":[]}}}}"#,
    ),
    (
        "issues",
        "Issues",
        r#"{"data":{"rateLimit":null,"node":{"__typename":"Repository","issues":{"pageInfo":{"hasNextPage":false,"endCursor":null},"nodes":[]}}}}"#,
    ),
    (
        "items",
        "Items",
        r#"{"data":{"rateLimit":null,"nodes":[{"__typename":"ProjectV2","items":{"pageInfo":{"hasNextPage":false,"endCursor":null},"nodes":[]}}]}}"#,
    ),
    (
        "pull_requests",
        "PullRequests",
        r#"{"data":{"rateLimit":null,"node":{"__typename":"Repository","pullRequests":{"pageInfo":{"hasNextPage":false,"endCursor":null},"nodes":[]}}}}"#,
    ),
];

impl Respond for Speaker {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut script = locked(&self.0);
        script.requests += 1;
        if script.requests > MOST_REQUESTS {
            return ResponseTemplate::new(401).set_body_string("{\"message\": \"Bad credentials\"}");
        }
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let operation = body["operationName"].as_str().unwrap_or_default();
        let Some((list, _, empty)) = LISTS.iter().find(|(_, name, _)| *name == operation) else {
            // What the server can do, or something by its id: this one knows nothing of it.
            let unknown = "{\"data\": null, \"errors\": [{\"message\": \"unknown\"}]}";
            return ResponseTemplate::new(200).insert_header("date", DATE).set_body_raw(unknown, "application/json");
        };
        if *list == script.list {
            script.of_list += 1;
            if script.always || script.of_list == 1 {
                let reply = ResponseTemplate::new(script.status).insert_header("date", DATE);
                let reply = reply.set_body_raw(script.body.clone(), "application/json; charset=utf-8");
                return script
                    .headers
                    .iter()
                    .fold(reply, |reply, (name, value)| reply.insert_header(name.as_str(), value.as_str()));
            }
        }
        ResponseTemplate::new(200).insert_header("date", DATE).set_body_raw(*empty, "application/json")
    }
}

/// Headers that a reply may bring; others would be about the connection.
const HEADERS: [&str; 8] = [
    "retry-after",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-ratelimit-resource",
    "x-oauth-scopes",
    "x-github-request-id",
    "date",
];

fn script(text: &[u8]) -> Option<Script> {
    let end = text.iter().position(|byte| *byte == b'\n')?;
    let head = std::str::from_utf8(&text[..end]).ok()?;
    let mut words = head.split(' ');
    let list = words.next().and_then(|name| LISTS.iter().find(|(list, ..)| *list == name))?.0;
    let status = words.next()?.parse().ok().filter(|status| (200..600).contains(status))?;
    let always = words.next()? == "always";
    let headers = words
        .filter_map(|word| word.split_once('='))
        .filter(|(name, value)| HEADERS.contains(name) && value.bytes().all(|byte| byte.is_ascii_graphic()));
    let headers = headers.map(|(name, value)| (name.to_owned(), value.replace('_', " "))).collect();
    Some(Script { list, status, headers, body: text[end + 1..].to_vec(), always, ..Script::default() })
}

fn client() -> GithubClient {
    let settings = Settings {
        api_url: SERVER.server.uri(),
        graphql_url: format!("{}/graphql", SERVER.server.uri()),
        credentials: Credentials::Token("ghp_not-to-be-seen".into()),
        concurrency: 1,
        policy: Policy::default(),
        user_agent: "cto-metrics/test".to_owned(),
    };
    GithubClient::with_clock(settings, Arc::new(VirtualClock::starting_at(at(NOW)))).expect("loopback is allowed")
}

fn repository() -> RepositorySummary {
    let record = Repository {
        id: "R_web".to_owned(),
        org: "acme".to_owned(),
        name: "web".to_owned(),
        owner: "acme".to_owned(),
        host: "github.com".to_owned(),
        ..Repository::default()
    };
    let updated_at = Some(at(NOW));
    RepositorySummary {
        record,
        issues: 3,
        issues_updated_at: updated_at,
        pull_requests: 3,
        pull_requests_updated_at: updated_at,
        access: true,
        ..RepositorySummary::default()
    }
}

fn board() -> ProjectSummary {
    let record = Project {
        id: "PVT_1".to_owned(),
        number_id: "4100001".to_owned(),
        number: 1,
        org: "acme".to_owned(),
        name: "Platform".to_owned(),
        ..Project::default()
    };
    let options = ["Backlog", "Ready", "Done"].map(str::to_owned).to_vec();
    let single_selects = vec![SingleSelect { name: "Status".to_owned(), options }];
    ProjectSummary { record, items: 3, updated_at: Some(at(NOW)), single_selects }
}

fn check(text: &[u8]) -> Outcome {
    let Some(script) = script(text) else { return Outcome::Refused("no reply".to_owned()) };
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let list = script.list;
    *locked(&SERVER.script) = script;
    let (memory, told) = (Memory::default(), Told::default());
    let outcome = runtime().block_on(ask(list, &memory, &told));
    let requests = locked(&SERVER.script).requests;
    assert!(requests <= MOST_REQUESTS, "no end after {requests} requests: {outcome:?}");
    let is_taken = outcome.is_ok();
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => refused(&error, text.len()),
    };
    let notes: Vec<String> = told.notes().iter().map(|note| masked(note)).take(2).collect();
    let words = format!("{list}: {outcome} {notes:?} {}", stored(text, list, &memory));
    if is_taken || !memory.batches().is_empty() { Outcome::Taken(words) } else { Outcome::Refused(words) }
}

async fn ask(list: &str, memory: &Memory, told: &Told) -> Result<String, SourceError> {
    let (client, cancel, surveyed_at) = (client(), CancellationToken::new(), at(NOW));
    let source: Box<dyn Source> = match list {
        "issues" => {
            let cards = Cards { bug_source: "Found in".to_owned(), ..Cards::default() };
            let pages = Arc::new(IssueSource::page_size());
            Box::new(IssueSource::new(client, &repository(), surveyed_at, pages).with_cards(Arc::new(cards)))
        }
        "pull_requests" => {
            let pages = Arc::new(PullRequestSource::page_size());
            Box::new(PullRequestSource::new(client, &repository(), surveyed_at, pages))
        }
        "items" => {
            let pages = Arc::new(ProjectItemSource::page_size());
            Box::new(ProjectItemSource::new(client, &board(), surveyed_at, pages))
        }
        _ => {
            let survey = client.survey("acme", told, &cancel).await?;
            let (repositories, boards) = (survey.repositories.len().min(3), survey.projects.len().min(3));
            let incomplete: Vec<String> = survey.incomplete.iter().map(|what| masked(what)).collect();
            let error = survey.projects_error.as_deref().map(masked);
            return Ok(format!("{repositories} repositories, {boards} boards, {incomplete:?}, {error:?}"));
        }
    };
    let usage = memory.import(source.as_ref(), Window::default(), 1, told, cancel).await?;
    Ok(format!("{} records", usage.records.min(3)))
}

fn refused(error: &SourceError, size: usize) -> String {
    let message = with_causes(error);
    assert_is_message(&message, size);
    assert!(error.kind != ErrorKind::Sink && error.kind != ErrorKind::Cancelled, "{message}");
    assert!(!message.contains("ghp_not-to-be-seen"), "{message}");
    let names = ["acme", "Platform", "4100001"];
    assert!(names.iter().any(|name| message.contains(name)) || error.is_fatal(), "no place is named: {message}");
    format!("{:?} {}", error.kind, masked(&message))
}

/// What was read of the reply can be stored, and what is published of it can be read again.
fn stored(text: &[u8], list: &str, memory: &Memory) -> String {
    let batches = memory.batches();
    if batches.is_empty() {
        return String::new();
    }
    let folder = folder();
    let store = Store::open(&url(&folder.path().join("cto.db"))).expect("opened");
    let survey = [Record::Repository(repository().record), Record::Project(board().record)];
    for (number, batch) in std::iter::once(None).chain(batches.iter().map(Some)).enumerate() {
        let first = (batches[0].scope, "survey", at(NOW));
        let (scope, subject, observed_at) =
            batch.map_or(first, |batch| (batch.scope, batch.subject.as_str(), batch.observed_at));
        let page = Page {
            scope,
            subject,
            records: batch.map_or(&survey, |batch| &batch.records),
            cursor: batch.and_then(|batch| batch.cursor.as_deref()),
            observed_at,
            run: 1,
            generation: batch.and_then(|batch| batch.full_crawl).map(|crawl| crawl.generation),
            complete: batch.and_then(|batch| batch.full_crawl).is_some_and(|crawl| crawl.complete),
        };
        let stored = store.commit(&page);
        stored.unwrap_or_else(|error| panic!("{list}, batch {number} cannot be stored: {}", with_causes(&error)));
    }
    let raw = store.load_at(Scopes::ALL, at(NOW));
    let raw = raw.unwrap_or_else(|error| panic!("not read: {}", with_causes(&error)));
    assert_is_computed(text, &raw, RuleSet::Flow);
    assert_is_sound(&store);
    let published = folder.path().join("data");
    store
        .publish_csv(&published, store::JobsOfCi::Published)
        .unwrap_or_else(|error| panic!("not published: {}", with_causes(&error)));
    let implausible = read_again(&published, at(NOW));
    format!("stored, {} implausible", implausible.min(3))
}
