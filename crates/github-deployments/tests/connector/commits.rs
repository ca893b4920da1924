//! The commit graph is read once, and is whole whatever its shape.

use std::collections::BTreeSet;

use connector_testing::{Log, TOKEN, Told, ok};
use serde_json::{Value, json};
use source::{ErrorKind, Event, Scope, Source as _, Window};
use tokio_util::sync::CancellationToken;

use crate::graph::{commit, line, repository, shas, ship, time};
use crate::setting::{NOW, at};

const DAY: i64 = 24 * 60;

fn all(commits: &[Value]) -> BTreeSet<String> {
    commits.iter().map(|commit| commit["oid"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_token_is_sent_and_a_history_is_followed_to_its_end() {
    let setting = repository(line(5), 2, &[("c4", 10)]).await;
    let usage = setting.import_all().await;
    assert_eq!(setting.stored(), [0, 1, 2, 3, 4]);
    assert_eq!((usage.records, usage.calls, usage.full), (5, 3, true));
    assert_eq!(usage.covered_to, Some(at(NOW)));
    let last = setting.told.events().into_iter().rfind(|event| matches!(event, Event::Page { .. }));
    let subject = "acme/web".to_owned();
    assert_eq!(last, Some(Event::Page { scope: Scope::Commits, subject, records: 5, expected: None }));
    let source = setting.source();
    assert_eq!((source.scope(), source.subject(), source.label()), (Scope::Commits, "R_web", "acme/web"));
}

#[tokio::test]
async fn of_a_commit_ids_dates_and_what_it_was_picked_from_are_kept_and_nothing_else() {
    let mut picked = commit("c2", 2, &["c1", "b1"]);
    let sha = "ab".repeat(20);
    picked["messageBody"] = json!(format!("Reviewed-by: Ann <ann@example.com>\n(cherry picked from commit {sha})"));
    let commits = vec![picked, commit("c1", 1, &[]), commit("b1", 0, &[])];
    let setting = repository(commits, 100, &[("c2", 3)]).await;
    setting.import_all().await;
    let known = setting.memory.commits().into_iter().find(|known| known.sha == "c2").unwrap();
    assert_eq!((known.org.as_str(), known.repo.as_str(), known.parents.as_str()), ("acme", "web", "c1;b1"));
    assert_eq!((known.authored_at, known.committed_at), (Some(at(&time(1))), at(&time(2))));
    assert_eq!(known.picked_from, sha);
    assert!(!format!("{:?}", setting.memory.batches()).contains("ann@example.com"));
}

#[tokio::test]
async fn nothing_is_asked_where_nothing_was_deployed_since() {
    let setting = repository(line(5), 100, &[("c4", 10)]).await;
    setting.import_all().await;
    let asked = setting.provider.requests().len();
    assert_eq!(setting.import_all().await.calls, 0);
    assert_eq!(setting.provider.requests().len(), asked);
    let nothing = repository(line(5), 100, &[]).await;
    assert_eq!(nothing.import_all().await.calls, 0);
    assert_eq!(nothing.provider.requests().len(), 0);
}

#[tokio::test]
async fn a_push_of_a_few_commits_is_one_call() {
    let setting = repository(line(500), 100, &[("c499", 600)]).await;
    assert_eq!(setting.import_all().await.calls, 5);
    setting.provider.change(|all| *all = line(510));
    ship(&setting, &[("c499", 600), ("c505", 610), ("c509", 620)]);
    let usage = setting.import_all().await;
    assert_eq!((usage.calls, usage.records, usage.full), (1, 10, false));
}

#[tokio::test]
async fn the_graph_begins_90_days_before_the_oldest_deployment() {
    let commits = vec![
        commit("c5", 100 * DAY, &["c4", "b2"]),
        commit("c4", 50 * DAY, &["c3"]),
        commit("b2", 20 * DAY, &["b1"]),
        commit("c3", 10 * DAY, &["c2"]),
        commit("b1", 9 * DAY, &["c2"]),
        commit("c2", 8 * DAY, &["c1"]),
        commit("c1", 7 * DAY, &[]),
    ];
    let setting = repository(commits, 100, &[("c5", 100 * DAY)]).await;
    assert_eq!(setting.import_all().await.calls, 1);
    assert_eq!(shas(&setting), BTreeSet::from(["c5", "c4", "b2", "c3"].map(str::to_owned)));
    assert_eq!(setting.import_all().await.calls, 0, "that older ones are older is known");
    // An older deployment is found.
    ship(&setting, &[("c5", 100 * DAY), ("c4", 98 * DAY)]);
    assert_eq!(setting.import_all().await.calls, 1, "what is before one that was too old is before the other as well");
    assert_eq!(shas(&setting).len(), 6);
    // Nothing older is left, and younger ones change nothing.
    ship(&setting, &[("c5", 120 * DAY)]);
    assert_eq!(setting.import_all().await.calls, 0);
}

#[tokio::test]
async fn where_the_graph_begins_depends_on_no_interruption() {
    let mut commits: Vec<Value> = line(30)
        .into_iter()
        .map(|mut commit| {
            let day: i64 = commit["oid"].as_str().unwrap()[1..].parse().unwrap();
            commit["committedDate"] = json!(time(day * DAY));
            commit
        })
        .collect();
    commits.extend([commit("b1", 9 * DAY, &["c8"]), commit("m1", 30 * DAY, &["c29", "b1"])]);
    let shipped = [("m1", 100 * DAY), ("b1", 99 * DAY + 1), ("c3", 120 * DAY)];
    let undisturbed = repository(commits.clone(), 3, &shipped).await;
    undisturbed.import_all().await;
    assert!(shas(&undisturbed).contains("c3") && !shas(&undisturbed).contains("c8"));
    for pages in 0..8 {
        let setting = repository(commits.clone(), 3, &shipped).await;
        setting.memory.fail_after(pages);
        setting.import(Window::default()).await.expect_err("killed");
        setting.memory.fail_after(usize::MAX);
        setting.import_all().await;
        assert_eq!(shas(&setting), shas(&undisturbed), "killed after {pages} pages");
        assert_eq!(setting.import_all().await.calls, 0, "killed after {pages} pages");
    }
}

#[tokio::test]
async fn a_deployed_commit_that_is_too_old_itself_is_stored_all_the_same() {
    let commits = vec![commit("c2", 1, &["c1"]), commit("c1", 0, &[])];
    let setting = repository(commits, 100, &[("c2", 200 * DAY)]).await;
    assert_eq!(setting.import_all().await.calls, 1);
    assert_eq!(setting.stored(), [2]);
    assert_eq!(setting.import_all().await.calls, 0);
}

#[tokio::test]
async fn a_page_of_known_commits_does_not_mean_that_all_is_known() {
    // An old branch is merged late: by date its commits lie behind a page of known ones.
    let mut commits = line(20);
    commits.extend([commit("b0", 1, &["c0"]), commit("b1", 2, &["b0"])]);
    let setting = repository(commits, 4, &[("c19", 30)]).await;
    setting.import_all().await;
    assert_eq!(shas(&setting).len(), 20);
    setting.provider.change(|all| all.push(commit("c20", 40, &["c19", "b1"])));
    ship(&setting, &[("c19", 30), ("c20", 41)]);
    let usage = setting.import_all().await;
    assert_eq!(shas(&setting).len(), 23, "the merge and its branch");
    assert!(usage.calls <= 4, "{} calls", usage.calls);
    assert_eq!(setting.import_all().await.calls, 0);
}

#[tokio::test]
async fn release_branches_and_merges_are_read_whole() {
    let mut commits = line(60);
    for branch in 0..5 {
        let (fork, name) = (format!("c{}", branch * 10), |number: i64| format!("r{branch}_{number}"));
        commits.push(commit(&name(0), branch * 10 + 3, &[&fork]));
        commits.push(commit(&name(1), branch * 10 + 5, &[&name(0)]));
        commits.push(commit(&format!("m{branch}"), 60 + branch, &["c59", &name(1)]));
    }
    let heads = ["m0", "m1", "m2", "m3", "m4", "r0_1", "c59"];
    let shipped: Vec<(&str, i64)> = heads.iter().zip(100..).map(|(sha, at)| (*sha, at)).collect();
    for page in [1, 3, 7, 100] {
        let setting = repository(commits.clone(), page, &shipped).await;
        setting.import_all().await;
        assert_eq!(shas(&setting), all(&commits), "pages of {page}");
        assert_eq!(setting.import_all().await.calls, 0, "pages of {page}");
    }
}

#[tokio::test]
async fn a_commit_that_a_force_push_has_dropped_is_said_once_and_asked_for_once() {
    let setting = repository(line(3), 100, &[("dropped", 9), ("c2", 5)]).await;
    let log = Log::begin();
    let usage = setting.import_all().await;
    assert_eq!((usage.calls, setting.stored()), (2, vec![0, 1, 2]));
    let log = log.end();
    assert!(log.contains("commits of acme/web: 1 that were deployed are not there any more"), "{log}");
    assert_eq!(setting.import_all().await.calls, 0);
    setting.provider.change(|all| all.push(commit("dropped", 3, &["c2"])));
    setting.import(Window { since: None, full: true }).await.expect("succeeds");
    assert!(shas(&setting).contains("dropped"), "with full it is asked for again");
}

#[tokio::test]
async fn an_import_killed_after_any_page_ends_with_the_same_commits() {
    let mut commits = line(12);
    commits.extend([commit("b1", 3, &["c1"]), commit("c12", 20, &["c11", "b1"])]);
    for pages in 0..6 {
        let setting = repository(commits.clone(), 3, &[("c12", 30), ("c4", 20)]).await;
        setting.memory.fail_after(pages);
        let killed = setting.import(Window::default()).await;
        setting.memory.fail_after(usize::MAX);
        setting.import_all().await;
        assert_eq!(shas(&setting), all(&commits), "killed after {pages} pages: {}", killed.is_err());
        assert_eq!(setting.import_all().await.calls, 0);
    }
}

#[tokio::test]
async fn an_interrupted_import_ends_between_two_pages() {
    let setting = repository(line(5), 2, &[("c4", 10)]).await;
    let cancel = CancellationToken::new();
    let interrupter = Told::interrupting(cancel.clone(), |_| true);
    let error = setting.import_until(Window::default(), &interrupter, cancel).await.expect_err("interrupted");
    assert_eq!((error.kind, setting.stored()), (ErrorKind::Cancelled, vec![3, 4]));
    setting.import_all().await;
    assert_eq!(setting.stored(), [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn a_timeout_makes_pages_smaller() {
    let setting = repository(line(5), 8, &[("c4", 10)]).await;
    setting.provider.refuse_pages_above(2);
    setting.import_all().await;
    assert_eq!(setting.stored(), [0, 1, 2, 3, 4]);
    assert!(setting.told.events().contains(&Event::PageSize { scope: Scope::Commits, size: 2 }));
}

#[tokio::test]
async fn a_refused_token_is_unauthorized_and_in_no_log() {
    let log = Log::begin();
    let setting = repository(line(1), 100, &[("c0", 10)]).await;
    let refused = wiremock::ResponseTemplate::new(401).set_body_json(json!({"message": "Bad credentials"}));
    setting.provider.answer_instead(refused);
    let error = setting.import(Window::default()).await.expect_err("refused");
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    for text in [log.end(), format!("{error:?} {error}"), format!("{:?}", setting.source())] {
        assert!(!text.contains(TOKEN), "{text}");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_unexpected_and_names_its_page() {
    let setting = repository(line(3), 2, &[("c2", 10)]).await;
    setting.provider.answer_truly();
    setting.provider.answer_instead(wiremock::ResponseTemplate::new(200).set_body_string("<html>login</html>"));
    let error = setting.import(Window::default()).await.expect_err("no JSON");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(error.to_string().contains("the commits of acme/web before c2 after 2"), "{error}");
    assert_eq!(setting.stored(), [1, 2], "what came before stays");
}

#[tokio::test]
async fn what_does_not_come_is_asked_for_by_the_next_import() {
    let setting = repository(line(4), 100, &[("c3", 10)]).await;
    let mut head = commit("c3", 3, &["c2"]);
    head["history"] = json!({
        "pageInfo": {"hasNextPage": false, "endCursor": null},
        "nodes": [commit("c3", 3, &["c2"]), null, commit("c1", 1, &["c0"]), commit("c0", 0, &[])],
    });
    setting.provider.answer_instead(ok(&json!({"data": {"rateLimit": null, "node": {"object": head}}})));
    let hidden = json!({"data": {"rateLimit": null, "node": {"object": null}},
        "errors": [{"type": "FORBIDDEN", "path": ["node", "object"], "message": "Resource not accessible"}]});
    setting.provider.answer_instead(ok(&hidden));
    let error = setting.import(Window::default()).await.expect_err("incomplete");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    assert_eq!(setting.memory.cursor(), None);
    setting.import_all().await;
    assert_eq!(setting.stored(), [0, 1, 2, 3]);
}

#[tokio::test]
async fn what_an_import_will_cost_is_at_least_a_page_where_something_else_is_deployed() {
    let setting = repository(line(3), 100, &[("c2", 10)]).await;
    let expected = setting.source().expected(Window::default(), None);
    assert_eq!((expected.calls, expected.points), (1, 1));
    setting.import_all().await;
    assert_eq!(setting.source().expected(Window::default(), setting.memory.cursor().as_deref()).calls, 0);
    assert_eq!(setting.provider.requests().len(), 1);
}
