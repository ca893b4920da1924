//! Whatever happens between and during imports, nothing is lost and nothing is read in vain.

use serde_json::json;
use source::{ErrorKind, FullCrawl, Window};

use crate::repository::{Repository, issue, issues, minute};
use crate::setting::{Setting, at};

const FULL: Window = Window { since: None, full: true };

#[tokio::test]
async fn nothing_is_asked_when_nothing_has_changed() {
    let setting = Setting::new(Repository::with(issues(3)), 100).await;
    setting.import_all().await;
    let asked = setting.provider.requests().len();
    let usage = setting.import_all().await;
    assert_eq!(setting.provider.requests().len(), asked);
    assert_eq!((usage.calls, usage.records, usage.full), (0, 0, false));
    assert_eq!(usage.covered_to, Some(at("2026-11-02T10:00:00Z")));
}

#[tokio::test]
async fn a_repository_without_issues_costs_nothing() {
    let setting = Setting::new(Repository::default(), 100).await;
    for _ in 0..2 {
        assert_eq!(setting.import_all().await.calls, 0);
    }
    assert_eq!(setting.memory.crawls(), [FullCrawl { generation: 1, complete: true }; 2]);
    setting.provider.change(|issues| issues.push(issue(1, "2026-11-02T11:00:00Z")));
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), [1]);
}

#[tokio::test]
async fn only_what_has_changed_is_read_again() {
    let setting = Setting::new(Repository::with(issues(30)), 10).await;
    setting.import_all().await;
    setting.provider.change(|issues| {
        issues[4]["title"] = json!("Renamed");
        issues[4]["updatedAt"] = json!(minute(100));
    });
    let usage = setting.import_all().await;
    assert_eq!(usage.calls, 1);
    assert_eq!(usage.covered_from, Some(at(&minute(28))));
    let renamed = setting.memory.issues().into_iter().find(|issue| issue.place.number == "5").unwrap();
    assert_eq!(renamed.title, "Renamed");
    assert_eq!(setting.import_all().await.calls, 0);
}

#[tokio::test]
async fn an_import_killed_after_any_page_ends_with_the_same_records() {
    let undisturbed = Setting::new(Repository::with(issues(7)), 2).await;
    undisturbed.import_all().await;
    for commits in 0..4 {
        let setting = Setting::new(Repository::with(issues(7)), 2).await;
        setting.memory.fail_after(commits);
        let error = setting.import(Window::default()).await.expect_err("killed");
        assert_eq!(error.kind, ErrorKind::Sink);
        setting.memory.fail_after(usize::MAX);
        let usage = setting.import_all().await;
        assert_eq!(setting.memory.issues(), undisturbed.memory.issues(), "killed after {commits} pages");
        assert_eq!(usage.records, 7 - 2 * commits as u64, "what was stored is not read again");
    }
}

#[tokio::test]
async fn what_changes_while_a_crawl_is_down_is_caught_up_when_it_goes_on() {
    let mut setting = Setting::new(Repository::with(issues(7)), 2).await;
    setting.memory.fail_after(2);
    setting.import(Window::default()).await.expect_err("killed");
    setting.memory.fail_after(usize::MAX);
    setting.provider.change(|issues| {
        issues[0]["title"] = json!("Renamed");
        issues[0]["updatedAt"] = json!(minute(100));
    });
    setting.generation = 2;
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(setting.memory.issues()[0].title, "Renamed");
    assert_eq!(setting.memory.crawls().last(), Some(&FullCrawl { generation: 1, complete: true }));
    assert_eq!(setting.import_all().await.calls, 0);
}

#[tokio::test]
async fn a_killed_incremental_import_goes_on_where_it_stopped() {
    let setting = Setting::new(Repository::with(issues(2)), 2).await;
    setting.import_all().await;
    setting.provider.change(|all| *all = issues(12));
    setting.memory.fail_after(3);
    setting.import(Window::default()).await.expect_err("killed");
    assert!(setting.memory.numbers().len() < 12);
    setting.memory.fail_after(usize::MAX);
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), (1..=12).collect::<Vec<_>>());
    assert_eq!(setting.import_all().await.calls, 0);
}

#[tokio::test]
async fn issues_that_move_while_pages_are_read_are_not_lost() {
    for window in [Window::default(), FULL, Window { since: Some(at("2026-10-01")), full: false }] {
        let repository = Repository::with(issues(9));
        for request in 2..6 {
            repository.before_request(request, move |issues| {
                issues[request]["updatedAt"] = json!(minute(100 + u32::try_from(request).unwrap()));
            });
        }
        let setting = Setting::new(repository, 2).await;
        setting.import(window).await.expect("succeeds");
        assert_eq!(setting.memory.numbers(), (1..=9).collect::<Vec<_>>(), "{window:?}");
        setting.import_all().await;
        for known in setting.memory.issues() {
            let number: usize = known.place.number.parse().unwrap();
            let truth = if (3..=6).contains(&number) { minute(99 + number as u32) } else { minute(number as u32) };
            assert_eq!(known.updated_at, Some(at(&truth)), "issue {number} in {window:?}");
        }
    }
}

#[tokio::test]
async fn more_issues_of_one_second_than_a_page_holds_are_all_read() {
    let setting = Setting::new(Repository::with(issues(1)), 3).await;
    setting.import_all().await;
    let mut same: Vec<_> = (2..=9).map(|number| issue(number, &minute(50))).collect();
    same.push(issue(10, &minute(51)));
    setting.provider.change(|issues| issues.extend(same));
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), (1..=10).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_full_import_reads_everything_in_its_own_generation() {
    let mut setting = Setting::new(Repository::with(issues(3)), 2).await;
    setting.import_all().await;
    setting.generation = 5;
    setting.memory.fail_after(1);
    setting.import(FULL).await.expect_err("killed");
    setting.memory.fail_after(usize::MAX);
    setting.generation = 6;
    let usage = setting.import(FULL).await.expect("succeeds");
    assert!(usage.full);
    let last = |generation, complete| FullCrawl { generation, complete };
    assert_eq!(setting.memory.crawls(), [last(1, false), last(1, true), last(5, false), last(5, true)]);
}

#[tokio::test]
async fn a_window_during_an_unfinished_crawl_leaves_the_crawl_where_it_is() {
    let setting = Setting::new(Repository::with(issues(6)), 2).await;
    setting.memory.fail_after(1);
    setting.import(Window::default()).await.expect_err("killed");
    setting.memory.fail_after(usize::MAX);
    let cursor = setting.memory.cursor();
    setting.import(Window { since: Some(at(&minute(6))), full: false }).await.expect("succeeds");
    assert_eq!(setting.memory.cursor(), cursor);
    assert_eq!(setting.memory.numbers(), [1, 2, 6]);
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn a_place_that_the_provider_no_longer_knows_means_beginning_again() {
    let repository = Repository::with(issues(5));
    let setting = Setting::new(repository, 2).await;
    setting.memory.fail_after(1);
    setting.import(Window::default()).await.expect_err("killed");
    setting.memory.fail_after(usize::MAX);
    let message = "`p2` does not appear to be a valid cursor.";
    setting.provider.answer_instead(crate::repository::ok(&json!({
        "data": {"rateLimit": null, "node": null},
        "errors": [{"type": "INVALID_CURSOR_ARGUMENTS", "message": message, "path": ["node", "issues"]}],
    })));
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), [1, 2, 3, 4, 5]);
    assert!(setting.told.notes().iter().any(|note| note.contains(message)), "{:?}", setting.told.notes());
}
