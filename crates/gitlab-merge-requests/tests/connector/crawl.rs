//! Which lists are asked for, how far, and what an import remembers.

use connector_testing::{Memory, at};
use serde_json::{Value, json};
use source::{ErrorKind, FullCrawl, Window};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::{import, import_with};

/// A merge request of the project `acme/api` that was merged by fast-forward.
pub(crate) fn merge_request(number: u64, updated_at: &str) -> Value {
    json!({
        "iid": number.to_string(), "title": format!("Change {number}"), "state": "merged", "draft": false,
        "createdAt": "2026-01-10T09:00:00Z", "updatedAt": updated_at, "mergedAt": "2026-01-11T00:00:00Z", "closedAt": null,
        "targetBranch": "main", "sourceBranch": "b", "mergeCommitSha": null, "diffHeadSha": "d".repeat(40),
        "project": {"fullPath": "acme/api"}, "author": {"username": "ada", "bot": false},
        "labels": {"nodes": [{"title": "a"}, null]}, "diffStatsSummary": null,
        "commits": {"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": [{"authoredDate": "2026-01-09T12:00:00Z"}]},
        "notes": {"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": []},
    })
}

/// A group `acme` with the project `acme/api`, which answers as GitLab does, in pages of two.
#[derive(Clone)]
pub(crate) struct Group {
    merge_requests: Vec<Value>,
    /// Left out of the list of REST, as one that changes meanwhile.
    pub(crate) unlisted: Vec<&'static str>,
    /// Whether the server is too old to be asked for merge requests of archived projects.
    pub(crate) is_old: bool,
}

impl Group {
    pub(crate) fn of(merge_requests: Vec<Value>) -> Self {
        Self { merge_requests, unlisted: Vec::new(), is_old: false }
    }

    pub(crate) async fn serve(self) -> MockServer {
        let server = MockServer::start().await;
        Mock::given(wiremock::matchers::any()).respond_with(self).mount(&server).await;
        server
    }

    fn changed_since(&self, since: Option<&str>) -> Vec<&Value> {
        let of = |wire: &Value| at(wire["updatedAt"].as_str().expect("a time"));
        let mut changed: Vec<&Value> = self.merge_requests.iter().collect();
        changed.retain(|wire| since.is_none_or(|since| of(wire) >= at(since)));
        changed.sort_by_key(|wire| of(wire));
        changed
    }

    fn query(&self, variables: &Value) -> Value {
        if let Some(number) = variables["iid"].as_str() {
            // The rest of one: a second page that is the last.
            assert_eq!(
                (variables["project"].as_str(), variables["commits"].as_str()),
                (Some("acme/api"), Some("more"))
            );
            let commits = json!({"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": [{"authoredDate": "2026-01-02T00:00:00Z"}]});
            assert_eq!((number, variables["withNotes"].as_bool()), ("1", Some(false)));
            return json!({"project": {"mergeRequest": {"commits": commits}}});
        }
        if variables.get("first").is_none() {
            return json!({"group": {"mergeRequests": {"count": self.merge_requests.len()}}});
        }
        let all = self.changed_since(variables["after"].as_str());
        let begin = variables["cursor"].as_str().map_or(0, |cursor| cursor.parse().expect("a number"));
        let page: Vec<&Value> = all.iter().copied().skip(begin).take(2).collect();
        let end = begin + page.len();
        json!({"group": {"mergeRequests": {
            "pageInfo": {"hasNextPage": end < all.len(), "endCursor": end.to_string()}, "nodes": page,
        }}})
    }
}

fn numbered(wire: &Value) -> Value {
    let number = wire["iid"].as_str().expect("a number");
    json!({
        "id": 30_000 + number.parse::<u64>().expect("a number"), "updated_at": wire["updatedAt"],
        "sha": "d".repeat(40), "merge_commit_sha": null, "squash_commit_sha": null,
        "references": {"full": format!("{}!{number}", wire["project"]["fullPath"].as_str().expect("a path"))},
    })
}

impl Respond for Group {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let parameter =
            |name: &str| request.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let body = match request.url.path() {
            "/api/v4/groups/acme" => json!({"id": 7, "full_path": "acme"}),
            "/api/v4/groups/acme/projects" => {
                json!([{"id": 201, "path_with_namespace": "acme/api", "default_branch": "main"}])
            }
            "/api/v4/groups/acme/issues_statistics" => json!({"statistics": {"counts": {"all": 3}}}),
            "/api/graphql" => {
                let body: Value = serde_json::from_slice(&request.body).expect("JSON");
                if self.is_old && body["query"].as_str().is_some_and(|query| query.contains("includeArchived")) {
                    let message = "Field 'mergeRequests' doesn't accept argument 'includeArchived'";
                    return ResponseTemplate::new(200).set_body_json(json!({"errors": [{"message": message}]}));
                }
                json!({"data": self.query(&body["variables"])})
            }
            "/api/v4/groups/acme/merge_requests" => {
                let listed = self.changed_since(parameter("updated_after").as_deref());
                let listed =
                    listed.into_iter().filter(|wire| !self.unlisted.iter().any(|number| wire["iid"] == *number));
                let begin = parameter("page").map_or(0, |page| 2 * (page.parse::<usize>().expect("a page") - 1));
                let listed: Vec<Value> = listed.skip(begin).map(numbered).collect();
                let more = listed.len() > 2;
                let page = ResponseTemplate::new(200).set_body_json(&listed[..listed.len().min(2)]);
                let next = format!("<https://elsewhere.example/x?scope=all&page={}>; rel=\"next\"", begin / 2 + 2);
                return if more { page.insert_header("link", next.as_str()) } else { page };
            }
            path => match path.strip_prefix("/api/v4/projects/acme%2Fapi/merge_requests/") {
                Some(number) => {
                    self.merge_requests.iter().find(|wire| wire["iid"] == number).map(numbered).expect("there")
                }
                None => return ResponseTemplate::new(404),
            },
        };
        ResponseTemplate::new(200).set_body_json(body)
    }
}

fn day(number: u64) -> String {
    format!("2026-01-{number:02}T00:00:00Z")
}

fn many() -> Vec<Value> {
    (1..=7).map(|number| merge_request(number, &day(10 + number))).collect()
}

async fn asked(server: &MockServer, path: &str) -> usize {
    let requests = server.received_requests().await.expect("recorded");
    requests.iter().filter(|request| request.url.path() == path).count()
}

#[tokio::test]
async fn all_pages_are_read_once_and_afterwards_only_what_has_changed() {
    let server = Group::of(many()).serve().await;
    let memory = Memory::default();
    let usage = import(&server.uri(), &memory, Window::default()).await.expect("imported");
    assert_eq!((usage.records, memory.pull_requests().len()), (7, 7));
    assert_eq!(memory.pull_requests()[0].merge_commit, "d".repeat(40), "a fast-forward ends in its own commit");
    assert_eq!(memory.pull_requests()[0].url, format!("{}/acme/api/-/merge_requests/1", server.uri()));

    let again = import(&server.uri(), &memory, Window::default()).await.expect("imported");
    assert_eq!((again.records, again.calls), (1, 2), "what bears the watermark itself comes once more");
    assert_eq!((again.full, again.covered_from), (false, Some(at("2026-01-16T23:58:00Z"))));
    let mut all = many();
    all.push(merge_request(8, &day(20)));
    let server = Group::of(all).serve().await;
    let changed = import(&server.uri(), &memory, Window::default()).await.expect("imported");
    let numbers: std::collections::BTreeSet<String> =
        memory.pull_requests().into_iter().map(|pull| pull.place.number).collect();
    assert_eq!((changed.records, numbers.len()), (2, 8));
}

#[tokio::test]
async fn an_import_that_is_killed_after_any_page_goes_on_and_ends_with_the_same() {
    let server = Group::of(many()).serve().await;
    let whole = Memory::default();
    import(&server.uri(), &whole, Window::default()).await.expect("imported");
    for commits in 0..4 {
        let memory = Memory::default();
        memory.fail_after(commits);
        import(&server.uri(), &memory, Window::default()).await.expect_err("killed");
        let memory = Memory::with_cursor(memory.cursor());
        let usage = import(&server.uri(), &memory, Window::default()).await.expect("imported");
        let first = (2 * commits).max(1);
        assert_eq!(usage.records as usize, 8 - first, "after {commits} pages");
        let numbers = |memory: &Memory| memory.pull_requests().into_iter().map(|pull| pull.id).collect::<Vec<_>>();
        assert_eq!(numbers(&memory), numbers(&whole)[first - 1..], "after {commits} pages");
        assert_eq!(memory.cursor(), whole.cursor());
    }
}

#[tokio::test]
async fn a_window_reads_what_it_says_and_a_gap_in_front_of_it_stays() {
    let server = Group::of(many()).serve().await;
    let memory = Memory::default();
    let since = Window { since: Some(at("2026-01-15T00:00:00Z")), full: false };
    assert_eq!(import(&server.uri(), &memory, since).await.expect("imported").records, 3);
    assert_eq!(memory.cursor(), None);
    assert_eq!(import(&server.uri(), &memory, Window::default()).await.expect("imported").records, 7);
}

#[tokio::test]
async fn a_full_import_reads_everything_again_and_keeps_the_watermark_while_it_does() {
    let server = Group::of(many()).serve().await;
    let memory = Memory::default();
    import(&server.uri(), &memory, Window::default()).await.expect("imported");
    let known = memory.cursor();
    let full = Window { since: None, full: true };
    memory.fail_after(1);
    import(&server.uri(), &memory, full).await.expect_err("killed");
    assert_eq!(memory.cursor(), known);
    let memory = Memory::with_cursor(known.clone());
    assert_eq!(import(&server.uri(), &memory, full).await.expect("imported").records, 7);
    assert_eq!(memory.cursor(), known);
}

#[tokio::test]
async fn lists_that_are_longer_than_a_page_are_read_to_their_ends() {
    let mut long = merge_request(1, &day(11));
    long["commits"]["pageInfo"] = json!({"hasNextPage": true, "endCursor": "more"});
    let server = Group::of(vec![long]).serve().await;
    let memory = Memory::default();
    let usage = import(&server.uri(), &memory, Window::default()).await.expect("imported");
    assert_eq!(usage.calls, 3);
    assert_eq!(memory.pull_requests()[0].first_commit_at, Some(at("2026-01-02T00:00:00Z")));
}

#[tokio::test]
async fn one_that_the_other_list_does_not_have_is_asked_for_by_itself() {
    let mut group = Group::of(many());
    group.unlisted = vec!["2"];
    let server = group.serve().await;
    let memory = Memory::default();
    import(&server.uri(), &memory, Window::default()).await.expect("imported");
    assert_eq!(memory.pull_requests().len(), 7);
    assert_eq!(asked(&server, "/api/v4/projects/acme%2Fapi/merge_requests/2").await, 1);
}

#[tokio::test]
async fn what_is_in_a_project_that_the_survey_does_not_have_is_named_and_read_by_the_next_import() {
    let mut all = many();
    all[3]["project"]["fullPath"] = "acme/new".into();
    let server = Group::of(all).serve().await;
    let memory = Memory::default();
    let error = import(&server.uri(), &memory, Window::default()).await.expect_err("one is missing");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    assert!(error.message.contains("merge requests of acme/new are not stored"), "{error}");
    assert_eq!(memory.pull_requests().len(), 6);
    let again = Memory::with_cursor(memory.cursor());
    let server = Group::of(many()).serve().await;
    import(&server.uri(), &again, Window::default()).await.expect("imported");
    assert!(again.pull_requests().iter().any(|pull| pull.place.number == "4"));
}

#[tokio::test]
async fn a_reading_of_everything_says_so_for_each_project_and_one_of_changes_does_not() {
    let server = Group::of(many()).serve().await;
    let memory = Memory::default();
    import(&server.uri(), &memory, Window::default()).await.expect("imported");
    let last = memory.batches().pop().expect("a batch");
    assert_eq!(last.subject, format!("{}/project/201", server.address()));
    assert_eq!(last.full_crawl, Some(FullCrawl { generation: 1, complete: true }));
    let before = memory.batches().len();
    import(&server.uri(), &memory, Window::default()).await.expect("imported");
    assert!(memory.batches()[before..].iter().all(|batch| batch.full_crawl.is_none()));
}

#[tokio::test]
async fn folders_are_stored_of_the_projects_that_ask_for_them_and_once_they_do_all_is_read_again() {
    let mut all = many();
    for wire in &mut all {
        wire["diffStats"] = json!([{"path": "services/cart/src/main.rs"}, {"path": "README.md"}]);
    }
    let server = Group::of(all).serve().await;
    let memory = Memory::default();
    import(&server.uri(), &memory, Window::default()).await.expect("imported");
    assert!(memory.pull_requests().iter().all(|pull| pull.paths.is_empty() && !pull.paths_complete));
    let with = |path: &str| std::collections::BTreeSet::from([path.to_owned()]);
    for (path, records, paths) in [("acme/api", 7, 7), ("acme/api", 1, 7), ("acme/web", 7, 0), ("acme/web", 1, 0)] {
        let usage = import_with(&server.uri(), &memory, Window::default(), with(path)).await.expect("imported");
        assert_eq!(usage.records, records, "{path}");
        let told = memory.pull_requests().into_iter().filter(|pull| pull.paths == ["services/cart/src"]);
        assert_eq!(told.filter(|pull| pull.paths_complete).count(), paths, "{path}");
    }
}

#[tokio::test]
async fn a_server_that_is_too_old_to_be_asked_for_archived_projects_is_asked_without() {
    let mut group = Group::of(many());
    group.is_old = true;
    let server = group.serve().await;
    let memory = Memory::default();
    import(&server.uri(), &memory, Window::default()).await.expect("imported");
    assert_eq!(memory.pull_requests().len(), 7);
}
