//! Iterations: which issues are asked for theirs, and what an import remembers of that.

use connector_testing::{Memory, Told};
use gitlab_client::Survey;
use gitlab_issues::{IssueRules, IssueSource};
use serde_json::{Value, json};
use source::{Event, Source as _, Usage, Window};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use wiremock::{MockServer, Request, ResponseTemplate};

use crate::{Group, client, import_by, issue, many, numbers, paged};

const LIST: &str = "resource_iteration_events";

/// An issue was put into an iteration on a day of January.
fn added(id: u64, day: u64, iteration: u64) -> Value {
    json!({
        "id": id, "created_at": format!("2026-01-{day:02}T08:00:00.5Z"), "action": "add", "user": {"username": "ada"},
        "iteration": {
            "id": iteration, "iid": 1, "sequence": 1, "group_id": 7, "title": null, "state": 2,
            "start_date": "2026-01-05", "due_date": "2026-01-18",
        },
    })
}

impl Group {
    /// What the list of an issue answers, where it is one of iterations.
    pub(crate) fn iterations(&self, request: &Request) -> Option<ResponseTemplate> {
        let rest = request.url.path().strip_prefix("/api/v4/projects/201/issues/")?.strip_suffix(LIST)?;
        if self.status_of_iterations != 0 {
            return Some(ResponseTemplate::new(self.status_of_iterations));
        }
        let number: u64 = rest.trim_end_matches('/').parse().expect("a number");
        Some(paged(request, &[added(10 * number, 4, 50), added(10 * number + 1, 5, 51), added(10 * number + 2, 6, 52)]))
    }
}

async fn import(server: &MockServer, memory: &Memory, iterations: bool) -> (Usage, Vec<String>) {
    let rules = IssueRules { iterations, concurrency: 3, ..IssueRules::default() };
    let told = Told::default();
    let usage = import_by(server, memory, Window::default(), &told, rules).await.expect("imported");
    let refused = |event| if let Event::Refused(text) = event { Some(text) } else { None };
    (usage, told.events().into_iter().filter_map(refused).collect())
}

/// Events of the iterations of an issue; `None` where they are not told.
fn planned(memory: &Memory, number: &str) -> Option<Vec<String>> {
    let issues = memory.issues();
    let issue = issues.iter().find(|issue| issue.place.number == number).expect("imported");
    let named =
        |event: &model::records::IterationEvent| format!("{} {} {}", event.kind, event.iteration_id, event.iteration);
    issue.iteration_events.as_ref().map(|events| events.iter().map(named).collect())
}

/// How often the list of an issue's iterations was asked for; a further page is another time.
async fn asked(server: &MockServer) -> usize {
    let requests = server.received_requests().await.expect("recorded");
    requests.iter().filter(|request| request.url.path().ends_with(LIST)).count()
}

#[tokio::test]
async fn iterations_are_read_page_by_page_and_only_where_they_are_asked_for() {
    let server = many().serve().await;
    let memory = Memory::default();
    assert_eq!(import(&server, &memory, false).await.1, [""; 0]);
    assert_eq!((planned(&memory, "3"), asked(&server).await), (None, 0));

    let memory = Memory::default();
    import(&server, &memory, true).await;
    let host = server.address();
    let events =
        [50, 51, 52].map(|number| format!("added {host}/iteration/{number} 2026-01-05 to 2026-01-18")).to_vec();
    assert_eq!(planned(&memory, "3"), Some(events));
}

#[tokio::test]
async fn what_was_imported_without_iterations_is_read_again_once_they_are_asked_for() {
    let server = many().serve().await;
    let memory = Memory::default();
    import(&server, &memory, false).await;
    let again = Memory::with_cursor(memory.cursor());
    let (usage, _) = import(&server, &again, true).await;
    assert_eq!((numbers(&again).len(), usage.full), (7, true));
    assert!(planned(&again, "1").is_some());
    let (usage, _) = import(&server, &again, true).await;
    assert_eq!((usage.records, usage.full), (1, false), "and then only what has changed");
}

#[tokio::test]
async fn what_changed_while_iterations_were_not_asked_for_is_read_again() {
    let (all, mut fewer) = (many(), many());
    fewer.issues.truncate(4);
    let (memory, server) = (Memory::default(), fewer.serve().await);
    import(&server, &memory, true).await;
    let server = all.serve().await;
    let without = Memory::with_cursor(memory.cursor());
    import(&server, &without, false).await;
    assert_eq!((numbers(&without), planned(&without, "6")), (["4", "5", "6", "7"].map(str::to_owned).to_vec(), None));
    let with = Memory::with_cursor(without.cursor());
    let (usage, _) = import(&server, &with, true).await;
    assert_eq!((numbers(&with), usage.full), (["4", "5", "6", "7"].map(str::to_owned).to_vec(), false));
    assert!(planned(&with, "6").is_some());
}

#[tokio::test]
async fn a_reading_for_iterations_that_is_killed_after_any_page_goes_on_and_ends_with_the_same() {
    let server = many().serve().await;
    let before = Memory::default();
    import(&server, &before, false).await;
    let whole = Memory::with_cursor(before.cursor());
    import(&server, &whole, true).await;
    for commits in 0..5 {
        let memory = Memory::with_cursor(before.cursor());
        memory.fail_after(commits);
        let rules = IssueRules { iterations: true, ..IssueRules::default() };
        let told = Told::default();
        import_by(&server, &memory, Window::default(), &told, rules).await.expect_err("killed");
        let mut read = numbers(&memory);
        let memory = Memory::with_cursor(memory.cursor());
        import(&server, &memory, true).await;
        read.extend(numbers(&memory));
        read.sort();
        read.dedup();
        assert_eq!((read, memory.cursor()), (numbers(&whole), whole.cursor()), "after {commits} pages");
    }
}

#[tokio::test]
async fn a_server_that_shows_no_iterations_is_said_once_and_everything_else_is_read() {
    for status in [403, 404] {
        let server = Group { status_of_iterations: status, ..many() }.serve().await;
        let memory = Memory::default();
        let rules = IssueRules { iterations: true, concurrency: 1, ..IssueRules::default() };
        let told = Told::default();
        import_by(&server, &memory, Window::default(), &told, rules).await.expect("imported");
        let is_refused =
            |event: &Event| matches!(event, Event::Refused(text) if text.starts_with("iterations of acme: "));
        assert_eq!(told.events().iter().filter(|event| is_refused(event)).count(), 1);
        assert_eq!((numbers(&memory).len(), planned(&memory, "1"), asked(&server).await), (7, None, 1));

        let (usage, refused) = import(&server, &memory, true).await;
        assert_eq!((usage.records, usage.full), (1, false), "not everything again for nothing");
        assert_eq!(
            (usage.calls, asked(&server).await),
            (5, 2),
            "a page of one issue and its iterations more than usual"
        );
        assert!(refused.len() == 1 && refused[0].contains("take gitlab.iterations out"), "{refused:?}");

        let (server, memory) = (many().serve().await, Memory::with_cursor(memory.cursor()));
        let (usage, refused) = import(&server, &memory, true).await;
        assert_eq!((usage.full, refused.len()), (true, 0), "once they are shown");
        assert!(planned(&memory, "1").is_some());
    }
}

#[tokio::test]
async fn ten_thousand_issues_are_expected_to_take_30_100_calls_at_most() {
    let server = Group { issues: vec![issue(1, 10)], ..Group::default() }.serve().await;
    let client = client(&server);
    let survey = client.survey("acme", &Told::default(), &CancellationToken::new()).await.expect("a survey");
    let survey = Arc::new(Survey { issues: Some(10_000), ..survey });
    let expected = |iterations: bool, cursor: Option<&str>| {
        let rules = IssueRules { iterations, ..IssueRules::default() };
        IssueSource::new(client.clone(), Arc::clone(&survey), rules).expected(Window::default(), cursor).calls
    };
    assert_eq!((expected(false, None), expected(true, None)), (20_100, 30_100));
    let cursor = Some(r#"{"watermark":1767571200000000}"#);
    assert_eq!((expected(false, cursor), expected(true, cursor)), (1, 30_100), "once they are asked for");
}
