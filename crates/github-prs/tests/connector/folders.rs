//! Folders that pull requests touch: asked for where they are wanted, and once of what was stored without.

use serde_json::{Value, json};
use source::{ErrorKind, SourceError, Usage, Window};

use crate::repository::{Repository, merged, minute, ok};
use crate::setting::{Setting, at};

/// Merged pull requests 1 to `count`, each in a folder of its own.
fn apart(count: u32) -> Vec<Value> {
    (1..=count).map(|number| merged(number, &[&format!("services/s{number}/src/main.rs")])).collect()
}

/// What a store would say: merged pull requests without all of their folders.
fn lacking(setting: &Setting) -> Vec<String> {
    let lacks = |known: &model::records::PullRequest| known.merged_at.is_some() && !known.paths_complete;
    setting.memory.pull_requests().into_iter().filter(lacks).map(|known| known.id).collect()
}

/// An import that asks for folders.
async fn import_with_folders(setting: &Setting) -> Result<Usage, SourceError> {
    setting.import_from(&setting.source().with_folders(lacking(setting))).await
}

/// Numbers of the pull requests whose folders are all known, with them.
fn folders(setting: &Setting) -> Vec<(u32, String)> {
    let known = setting.memory.pull_requests().into_iter().filter(|known| known.paths_complete);
    let mut known: Vec<(u32, String)> =
        known.map(|known| (known.place.number.parse().unwrap(), known.paths.join(";"))).collect();
    known.sort();
    known
}

fn all_apart(count: u32) -> Vec<(u32, String)> {
    (1..=count).map(|number| (number, format!("services/s{number}/src"))).collect()
}

#[tokio::test]
async fn no_file_is_asked_for_where_folders_are_not_wanted() {
    let setting = Setting::new(Repository::with(apart(3)), 100).await;
    setting.import_all().await;
    assert_eq!(setting.provider.requests()[0]["withFiles"], json!(false));
    assert_eq!(lacking(&setting).len(), 3);
    assert!(setting.memory.pull_requests().iter().all(|known| known.paths.is_empty()));
}

#[tokio::test]
async fn folders_come_with_the_pages_for_a_point_a_hundred_and_no_call() {
    let setting = Setting::new(Repository::with(apart(250)), 100).await;
    let source = setting.source().with_folders(Vec::new());
    let expected = source::Source::expected(&source, Window::default(), None);
    assert_eq!((expected.records, expected.calls, expected.points), (250, 3, 13));
    let usage = setting.import_from(&source).await.unwrap();
    assert_eq!((usage.records, usage.calls, usage.points), (250, 3, 13));
    assert_eq!(folders(&setting), all_apart(250));
    assert_eq!(import_with_folders(&setting).await.unwrap().calls, 0);
}

#[tokio::test]
async fn long_lists_of_files_are_read_to_their_end_unless_they_are_too_long() {
    let file = |number: usize| format!("services/cart/{}/file{number}", number / 250);
    let files: Vec<String> = (0..1_200).map(file).collect();
    let first = |count: usize| files[..count].iter().map(String::as_str).collect::<Vec<_>>();
    let wide: Vec<String> = (0..150).map(|number| format!("packages/p{number:03}/package.json")).collect();
    let wide: Vec<&str> = wide.iter().map(String::as_str).collect();
    let all = vec![merged(1, &first(260)), merged(2, &first(1_000)), merged(3, &first(1_001)), merged(4, &wide)];
    let setting = Setting::new(Repository::with(all), 100).await;
    let usage = import_with_folders(&setting).await.unwrap();
    assert_eq!(usage.calls, 1 + 2 + 9 + 9 + 1, "a page, and what is left of each list");
    let known = setting.memory.pull_requests();
    let stored = |number: usize| (known[number - 1].paths.len(), known[number - 1].paths_complete);
    assert_eq!([stored(1), stored(2), stored(3), stored(4)], [(2, true), (4, true), (4, false), (100, false)]);
    let asked_for_files = setting.provider.requests().iter().skip(1).filter(|asked| asked["withFiles"] == true).count();
    assert_eq!(asked_for_files, 21);
}

#[tokio::test]
async fn the_rest_of_another_list_asks_for_no_files_again() {
    let mut long = merged(1, &["docs/a.md"]);
    long["commits"] = (0..150).map(|number| json!({"commit": {"authoredDate": minute(number)}})).collect();
    let setting = Setting::new(Repository::with(vec![long]), 100).await;
    import_with_folders(&setting).await.unwrap();
    assert_eq!(setting.provider.requests()[1]["withFiles"], json!(false));
    assert_eq!(folders(&setting), [(1, "docs".to_owned())]);
}

#[tokio::test]
async fn what_was_stored_without_folders_is_read_again_by_id_a_hundred_to_a_call_and_once() {
    let mut all = apart(250);
    for open in &mut all[..10] {
        open["mergedAt"] = json!(null);
    }
    let setting = Setting::new(Repository::with(all), 100).await;
    setting.import_all().await;
    let source = setting.source().with_folders(lacking(&setting));
    let expected = source::Source::expected(&source, Window::default(), setting.memory.cursor().as_deref());
    assert_eq!((expected.records, expected.calls, expected.points), (240, 3, 12));
    let usage = setting.import_from(&source).await.unwrap();
    assert_eq!((usage.records, usage.calls, usage.points), (240, 3, 12));
    assert!(!usage.full);
    assert_eq!(folders(&setting), all_apart(250)[10..]);
    let again = import_with_folders(&setting).await.unwrap();
    assert_eq!(again.calls, 0);
}

#[tokio::test]
async fn what_lacks_folders_even_when_it_was_asked_is_not_asked_for_ever() {
    let mut all = apart(3);
    all[1]["files"] = json!(null);
    let setting = Setting::new(Repository::with(all), 100).await;
    setting.import_all().await;
    assert_eq!(import_with_folders(&setting).await.unwrap().records, 3);
    assert_eq!(lacking(&setting), ["PR_2"]);
    assert_eq!(import_with_folders(&setting).await.unwrap().calls, 0);
    let full = Window { since: None, full: true };
    let source = setting.source().with_folders(lacking(&setting));
    let cursor = setting.memory.cursor();
    assert_eq!(source::Source::expected(&source, full, cursor.as_deref()).calls, 1, "the crawl alone");
}

#[tokio::test]
async fn reading_again_that_is_killed_goes_on_with_what_is_left() {
    for commits in 0..5 {
        let setting = Setting::new(Repository::with(apart(9)), 2).await;
        setting.import_all().await;
        setting.memory.fail_after(commits);
        let error = import_with_folders(&setting).await.expect_err("killed");
        assert_eq!(error.kind, ErrorKind::Sink);
        setting.memory.fail_after(usize::MAX);
        let usage = import_with_folders(&setting).await.unwrap();
        assert_eq!(usage.records, 9 - 2 * commits as u64, "what was stored is not read again");
        assert_eq!(folders(&setting), all_apart(9), "killed after {commits} pages");
        assert_eq!(import_with_folders(&setting).await.unwrap().calls, 0);
    }
}

#[tokio::test]
async fn a_crawl_that_is_killed_and_goes_on_with_folders_reads_nothing_twice() {
    for commits in 0..4 {
        let setting = Setting::new(Repository::with(apart(7)), 2).await;
        setting.memory.fail_after(commits);
        import_with_folders(&setting).await.expect_err("killed");
        setting.memory.fail_after(usize::MAX);
        let usage = import_with_folders(&setting).await.unwrap();
        assert_eq!(usage.records, 7 - 2 * commits as u64);
        assert_eq!(folders(&setting), all_apart(7), "killed after {commits} pages");
        assert!(setting.provider.requests().iter().all(|asked| asked["ids"].is_null()));
    }
}

#[tokio::test]
async fn folders_that_are_configured_while_a_crawl_is_down_are_read_of_its_first_pages_too() {
    let setting = Setting::new(Repository::with(apart(7)), 2).await;
    setting.memory.fail_after(2);
    setting.import(Window::default()).await.expect_err("killed");
    setting.memory.fail_after(usize::MAX);
    let usage = import_with_folders(&setting).await.unwrap();
    assert_eq!(usage.records, 7);
    assert_eq!(folders(&setting), all_apart(7));
    assert_eq!(import_with_folders(&setting).await.unwrap().calls, 0);
}

#[tokio::test]
async fn what_has_changed_is_read_with_its_folders_and_not_once_more_by_its_id() {
    let setting = Setting::new(Repository::with(apart(3)), 100).await;
    setting.import_all().await;
    setting.provider.change(|all| all[1]["updatedAt"] = json!(minute(100)));
    let usage = import_with_folders(&setting).await.unwrap();
    assert_eq!((usage.records, usage.calls), (3, 1));
    assert!(setting.provider.requests().iter().all(|asked| asked["ids"].is_null()));
    assert_eq!(folders(&setting), all_apart(3));
}

#[tokio::test]
async fn what_was_read_while_folders_were_not_wanted_is_asked_for_them_when_they_are_again() {
    let setting = Setting::new(Repository::with(apart(3)), 2).await;
    import_with_folders(&setting).await.unwrap();
    setting.provider.change(|all| all.push(merged(50, &["docs/a.md"])));
    setting.import_all().await;
    assert!(lacking(&setting).contains(&"PR_50".to_owned()));
    import_with_folders(&setting).await.unwrap();
    assert_eq!(lacking(&setting), [""; 0]);
    assert_eq!(import_with_folders(&setting).await.unwrap().calls, 0);
}

#[tokio::test]
async fn a_window_reads_nothing_again() {
    let setting = Setting::new(Repository::with(apart(5)), 2).await;
    setting.import_all().await;
    let source = setting.source().with_folders(lacking(&setting));
    let window = Window { since: Some(at(&minute(5))), full: false };
    let cursor = setting.memory.cursor();
    assert_eq!(source::Source::expected(&source, window, cursor.as_deref()).calls, 1);
    let cancel = tokio_util::sync::CancellationToken::new();
    setting.memory.import(&source, window, 1, &setting.told, cancel).await.unwrap();
    assert!(setting.provider.requests().iter().all(|asked| asked["ids"].is_null()));
    import_with_folders(&setting).await.unwrap();
    assert_eq!(folders(&setting), all_apart(5));
}

#[tokio::test]
async fn one_that_is_gone_is_asked_for_once_and_is_no_failure() {
    let setting = Setting::new(Repository::with(apart(3)), 100).await;
    setting.import_all().await;
    setting.provider.change(|all| drop(all.remove(0)));
    import_with_folders(&setting).await.unwrap();
    assert_eq!(folders(&setting), all_apart(3)[1..]);
    assert_eq!(import_with_folders(&setting).await.unwrap().calls, 0);
}

#[tokio::test]
async fn what_does_not_come_is_asked_for_again_by_the_next_import() {
    let setting = Setting::new(Repository::with(apart(2)), 100).await;
    setting.import_all().await;
    let broken = json!({"type": "SERVICE_UNAVAILABLE", "message": "Something went wrong", "path": ["nodes", 0]});
    let partial = ok(&json!({"data": {"rateLimit": null, "nodes": [null, null]}, "errors": [broken]}));
    setting.provider.answer_instead(partial.clone());
    setting.provider.answer_instead(partial);
    let error = import_with_folders(&setting).await.expect_err("incomplete");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    import_with_folders(&setting).await.unwrap();
    assert_eq!(folders(&setting), all_apart(2));
}

#[tokio::test]
async fn a_file_that_comes_empty_makes_the_folders_incomplete_and_the_import_too() {
    let mut all = apart(1);
    all[0]["files"] = json!([{"path": "docs/a.md"}, null]);
    let setting = Setting::new(Repository::with(all), 100).await;
    let error = import_with_folders(&setting).await.expect_err("incomplete");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    let known = &setting.memory.pull_requests()[0];
    assert_eq!((known.paths.as_slice(), known.paths_complete), (["docs".to_owned()].as_slice(), false));
}

#[tokio::test]
async fn a_timeout_makes_what_is_read_again_smaller() {
    let setting = Setting::new(Repository::with(apart(5)), 8).await;
    setting.import_all().await;
    setting.provider.refuse_pages_above(2);
    import_with_folders(&setting).await.unwrap();
    assert_eq!(folders(&setting), all_apart(5));
}
