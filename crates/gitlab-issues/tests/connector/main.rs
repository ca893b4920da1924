//! Which lists the connector asks for, how far, and what an import remembers.

mod iterations;
mod statuses;

use std::sync::Arc;

use connector_testing::{Memory, Told, VirtualClock, at};
use gitlab_client::{GitlabClient, Settings};
use gitlab_issues::{IssueRules, IssueSource};
use provider::Policy;
use secrecy::SecretString;
use serde_json::{Value, json};
use source::{Context, ErrorKind, Source as _, SourceError, Usage, Window};
use tokio_util::sync::CancellationToken;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// A group `acme` with the project `acme/api`, which answers as GitLab does, in pages of two.
#[derive(Clone, Default)]
struct Group {
    issues: Vec<Value>,
    /// What the project 202 answers to everything.
    status_of_202: u16,
    /// What lists of iterations answer; 0 for their events.
    status_of_iterations: u16,
    /// The answer of GraphQL for each issue, by its number; each note is a page.
    statuses: Vec<(u64, Value)>,
    /// What GraphQL refuses everything with.
    refusal: Option<&'static str>,
}

/// An issue of the project 201 that changed on a day of January.
fn issue(number: u64, day: u64) -> Value {
    json!({
        "id": 40_000 + number, "iid": number, "project_id": 201, "title": format!("Issue {number}"), "state": "opened",
        "created_at": "2026-01-01T09:00:00.5Z", "updated_at": format!("2026-01-{day:02}T00:00:00.250Z"), "labels": ["a"],
        "references": {"full": format!("acme/api#{number}")},
    })
}

fn many() -> Group {
    Group { issues: (1..=7).map(|number| issue(number, 10 + number)).collect(), ..Group::default() }
}

/// Entries from a parameter `page` on, two of them, with a link to the next page.
fn paged(request: &Request, entries: &[Value]) -> ResponseTemplate {
    let parameter = request.url.query_pairs().find(|(name, _)| name == "page").map(|(_, value)| value.into_owned());
    let page = parameter.map_or(1, |page| page.parse::<usize>().expect("a page"));
    let rest = &entries[entries.len().min(2 * (page - 1))..];
    let reply = ResponseTemplate::new(200).set_body_json(&rest[..rest.len().min(2)]);
    if rest.len() <= 2 {
        return reply;
    }
    let mut next = request.url.clone();
    let others: Vec<_> = request.url.query_pairs().into_owned().filter(|(name, _)| name != "page").collect();
    next.query_pairs_mut().clear().extend_pairs(others).append_pair("page", &(page + 1).to_string());
    reply.insert_header("link", format!("<{next}>; rel=\"next\"").as_str())
}

impl Respond for Group {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let since = request.url.query_pairs().find(|(name, _)| name == "updated_after").map(|(_, value)| at(&value));
        match request.url.path() {
            "/api/v4/groups/acme" => ResponseTemplate::new(200).set_body_json(json!({"id": 7, "full_path": "acme"})),
            "/api/v4/groups/acme/projects" => ResponseTemplate::new(200)
                .set_body_json(json!([{"id": 201, "path_with_namespace": "acme/api", "default_branch": "main"}])),
            "/api/v4/groups/acme/issues" => {
                let mut listed: Vec<Value> = self.issues.clone();
                listed.sort_by_key(|issue| issue["updated_at"].as_str().map(str::to_owned));
                listed.retain(|issue| {
                    since.is_none_or(|since| at(issue["updated_at"].as_str().expect("a time")) >= since)
                });
                paged(request, &listed)
            }
            "/api/v4/projects/201/issues/1/resource_label_events" => {
                let event = |number: u64| json!({"id": number, "created_at": "2026-01-02T00:00:00Z", "action": "add", "label": null});
                paged(request, &[event(1), event(2), event(3)])
            }
            path if path.starts_with("/api/v4/projects/202/") => ResponseTemplate::new(self.status_of_202),
            "/api/graphql" => self.status(request),
            _ if let Some(reply) = self.iterations(request) => reply,
            path if path.ends_with("_events") => ResponseTemplate::new(200).set_body_json(json!([])),
            _ => ResponseTemplate::new(404),
        }
    }
}

impl Group {
    async fn serve(self) -> MockServer {
        let server = MockServer::start().await;
        Mock::given(wiremock::matchers::any()).respond_with(self).mount(&server).await;
        server
    }
}

fn client(server: &MockServer) -> GitlabClient {
    let settings = Settings {
        url: server.uri(),
        token: SecretString::from("glpat-of-the-test".to_owned()),
        concurrency: 4,
        policy: Policy { tries: 2, ..Policy::USUAL },
        user_agent: "test/1".to_owned(),
    };
    let clock = Arc::new(VirtualClock::starting_at(at("2026-02-01T00:00:00Z")));
    GitlabClient::with_clock(settings, clock).expect("a client")
}

async fn import_by(
    server: &MockServer,
    memory: &Memory,
    window: Window,
    told: &Told,
    rules: IssueRules,
) -> Result<Usage, SourceError> {
    let client = client(server);
    let cancel = CancellationToken::new();
    let survey = client.survey("acme", told, &cancel).await?;
    let source = IssueSource::new(client, Arc::new(survey), rules);
    let context = Context { sink: memory, progress: told, cancel, window, cursor: memory.cursor(), generation: 1 };
    source.run(&context).await
}

async fn import_telling(
    server: &MockServer,
    memory: &Memory,
    window: Window,
    told: &Told,
) -> Result<Usage, SourceError> {
    let rules = IssueRules { concurrency: 3, ..IssueRules::default() };
    import_by(server, memory, window, told, rules).await
}

async fn import(server: &MockServer, memory: &Memory, window: Window) -> Result<Usage, SourceError> {
    import_telling(server, memory, window, &Told::default()).await
}

fn numbers(memory: &Memory) -> Vec<String> {
    memory.issues().into_iter().map(|issue| issue.place.number).collect()
}

#[tokio::test]
async fn all_issues_are_read_with_their_events_and_afterwards_only_what_has_changed() {
    let server = many().serve().await;
    let (memory, told) = (Memory::default(), Told::default());
    let usage = import_telling(&server, &memory, Window::default(), &told).await.expect("imported");
    // Six further pages begin with the last issue of the one before; three events of one issue take two pages.
    assert_eq!((numbers(&memory).len(), usage.full), (7, true));
    assert!(
        told.notes().iter().any(|note| note.contains("3 events of labels that were deleted")),
        "{:?}",
        told.notes()
    );
    let again = import(&server, &memory, Window::default()).await.expect("imported");
    assert_eq!((again.records, again.calls), (1, 3), "what bears the watermark itself comes once more");

    let mut changed = many();
    changed.issues[2] = issue(3, 20);
    let server = changed.serve().await;
    let usage = import(&server, &memory, Window::default()).await.expect("imported");
    assert_eq!((usage.records, usage.full), (2, false));
}

#[tokio::test]
async fn an_import_that_is_killed_after_any_page_goes_on_and_ends_with_the_same() {
    let server = many().serve().await;
    let whole = Memory::default();
    import(&server, &whole, Window::default()).await.expect("imported");
    for commits in 0..5 {
        let memory = Memory::default();
        memory.fail_after(commits);
        import(&server, &memory, Window::default()).await.expect_err("killed");
        let mut read = numbers(&memory);
        let memory = Memory::with_cursor(memory.cursor());
        import(&server, &memory, Window::default()).await.expect("imported");
        read.extend(numbers(&memory));
        read.sort();
        read.dedup();
        assert_eq!((read, memory.cursor()), (numbers(&whole), whole.cursor()), "after {commits} pages");
    }
}

#[tokio::test]
async fn more_issues_of_one_instant_than_a_page_holds_are_all_read() {
    let group = Group { issues: (1..=5).map(|number| issue(number, 10)).collect(), ..Group::default() };
    let server = group.serve().await;
    let memory = Memory::default();
    import(&server, &memory, Window::default()).await.expect("imported");
    assert_eq!(numbers(&memory), ["1", "2", "3", "4", "5"]);
}

#[tokio::test]
async fn an_issue_without_a_place_is_named_and_read_by_the_next_import() {
    let mut group = many();
    group.issues[1]["references"] = Value::Null;
    let server = group.serve().await;
    let memory = Memory::default();
    let error = import(&server, &memory, Window::default()).await.expect_err("one is missing");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    assert!(error.message.contains("issues of acme") && error.message.contains("the issue 40002"), "{error}");
    assert!(!numbers(&memory).contains(&"2".to_owned()));
    let again = Memory::with_cursor(memory.cursor());
    import(&many().serve().await, &again, Window::default()).await.expect("imported");
    assert!(numbers(&again).contains(&"2".to_owned()));
}

#[tokio::test]
async fn a_project_that_does_not_show_its_events_keeps_no_other_from_being_read() {
    for status in [403, 404] {
        let mut group = Group { status_of_202: status, ..many() };
        group.issues[2]["project_id"] = json!(202);
        let memory = Memory::default();
        let error = import(&group.serve().await, &memory, Window::default()).await.expect_err("one is missing");
        assert_eq!(error.kind, ErrorKind::Incomplete);
        assert!(error.message.contains("issues of acme: 1 are not stored"), "{error}");
        assert!(error.message.contains("the issue 3 of the project 202"), "{error}");
        assert_eq!(numbers(&memory), ["1", "2", "4", "5", "6", "7"]);
        let again = Memory::with_cursor(memory.cursor());
        import(&many().serve().await, &again, Window::default()).await.expect("imported");
        assert!(numbers(&again).contains(&"3".to_owned()));
    }
}
