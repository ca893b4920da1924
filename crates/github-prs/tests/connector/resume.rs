//! Whatever happens between and during imports, nothing is lost and nothing is read in vain.

use model::Instant;
use serde_json::json;
use source::{ErrorKind, FullCrawl, Window};

use crate::repository::{Repository, minute, pull_request, pull_requests};
use crate::setting::{Setting, at};

const FULL: Window = Window { since: None, full: true };

#[tokio::test]
async fn nothing_is_asked_when_nothing_has_changed() {
    let setting = Setting::new(Repository::with(pull_requests(3)), 100).await;
    setting.import_all().await;
    let asked = setting.provider.requests().len();
    let usage = setting.import_all().await;
    assert_eq!(setting.provider.requests().len(), asked);
    assert_eq!((usage.calls, usage.records, usage.full), (0, 0, false));
    assert_eq!(usage.covered_to, Some(at("2026-11-02T10:00:00Z")));
}

#[tokio::test]
async fn a_repository_without_pull_requests_costs_nothing() {
    let setting = Setting::new(Repository::default(), 100).await;
    for _ in 0..2 {
        assert_eq!(setting.import_all().await.calls, 0);
    }
    assert_eq!(setting.memory.crawls(), [FullCrawl { generation: 1, complete: true }; 2]);
    setting.provider.change(|all| all.push(pull_request(1, "2026-11-02T11:00:00Z")));
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), [1]);
}

#[tokio::test]
async fn only_what_has_changed_is_read_again() {
    let setting = Setting::new(Repository::with(pull_requests(30)), 10).await;
    setting.import_all().await;
    setting.provider.change(|all| {
        all[4]["title"] = json!("Renamed");
        all[4]["updatedAt"] = json!(minute(100));
    });
    let usage = setting.import_all().await;
    assert_eq!(usage.calls, 1);
    assert_eq!(usage.covered_from, Some(at(&minute(28))));
    let renamed = setting.memory.pull_requests().into_iter().find(|known| known.place.number == "5").unwrap();
    assert_eq!(renamed.title, "Renamed");
    assert_eq!(setting.import_all().await.calls, 0);
}

#[tokio::test]
async fn an_import_killed_after_any_page_ends_with_the_same_records() {
    let undisturbed = Setting::new(Repository::with(pull_requests(7)), 2).await;
    undisturbed.import_all().await;
    for commits in 0..4 {
        let setting = Setting::new(Repository::with(pull_requests(7)), 2).await;
        setting.memory.fail_after(commits);
        let error = setting.import(Window::default()).await.expect_err("killed");
        assert_eq!(error.kind, ErrorKind::Sink);
        setting.memory.fail_after(usize::MAX);
        let usage = setting.import_all().await;
        assert_eq!(setting.memory.pull_requests(), undisturbed.memory.pull_requests(), "killed after {commits} pages");
        assert_eq!(usage.records, 7 - 2 * commits as u64, "what was stored is not read again");
    }
}

#[tokio::test]
async fn what_changes_while_a_crawl_is_down_is_caught_up_when_it_goes_on() {
    let mut setting = Setting::new(Repository::with(pull_requests(7)), 2).await;
    setting.memory.fail_after(2);
    setting.import(Window::default()).await.expect_err("killed");
    setting.memory.fail_after(usize::MAX);
    setting.provider.change(|all| {
        all[0]["title"] = json!("Renamed");
        all[0]["updatedAt"] = json!(minute(100));
    });
    setting.generation = 2;
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(setting.memory.pull_requests()[0].title, "Renamed");
    assert_eq!(setting.memory.crawls().last(), Some(&FullCrawl { generation: 1, complete: true }));
    assert_eq!(setting.import_all().await.calls, 0);
}

#[tokio::test]
async fn a_killed_incremental_import_begins_again_and_loses_nothing() {
    for commits in 0..5 {
        let setting = Setting::new(Repository::with(pull_requests(2)), 2).await;
        setting.import_all().await;
        setting.provider.change(|all| *all = pull_requests(12));
        setting.memory.fail_after(commits);
        setting.import(Window::default()).await.expect_err("killed");
        setting.memory.fail_after(usize::MAX);
        setting.import_all().await;
        assert_eq!(setting.memory.numbers(), (1..=12).collect::<Vec<_>>(), "killed after {commits} pages");
        assert_eq!(setting.import_all().await.calls, 0);
    }
}

#[tokio::test]
async fn pull_requests_that_move_during_a_crawl_are_not_lost() {
    for window in [Window::default(), FULL] {
        let repository = Repository::with(pull_requests(9));
        for request in 2..6 {
            repository.before_request(request, move |all| {
                all[request]["updatedAt"] = json!(minute(100 + u32::try_from(request).unwrap()));
            });
        }
        let setting = Setting::new(repository, 2).await;
        setting.import(window).await.expect("succeeds");
        assert_eq!(setting.memory.numbers(), (1..=9).collect::<Vec<_>>(), "{window:?}");
        setting.import_all().await;
        assert_eq!(updated(&setting, 3), at(&minute(102)));
        assert_eq!(updated(&setting, 6), at(&minute(105)));
    }
}

#[tokio::test]
async fn one_that_moves_in_front_of_the_pages_still_to_come_is_found_all_the_same() {
    let setting = Setting::new(Repository::with(pull_requests(3)), 2).await;
    setting.import_all().await;
    setting.provider.change(|all| *all = pull_requests(9));
    setting.provider.before_request(2, |all| all[3]["updatedAt"] = json!(minute(100)));
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), (1..=9).collect::<Vec<_>>());
    assert_eq!(updated(&setting, 4), at(&minute(100)));
    assert_eq!(setting.import_all().await.calls, 0);
}

#[tokio::test]
async fn more_of_one_second_than_a_page_holds_are_all_read() {
    let setting = Setting::new(Repository::with(pull_requests(1)), 3).await;
    setting.import_all().await;
    let same = (2..=9).map(|number| pull_request(number, &minute(50))).chain([pull_request(10, &minute(51))]);
    setting.provider.change(|all| all.extend(same));
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), (1..=10).collect::<Vec<_>>());
}

fn updated(setting: &Setting, number: u32) -> Instant {
    let known = setting.memory.pull_requests().into_iter().find(|known| known.place.number == number.to_string());
    known.unwrap().updated_at.unwrap()
}

#[tokio::test]
async fn a_full_import_reads_everything_in_its_own_generation() {
    let mut setting = Setting::new(Repository::with(pull_requests(3)), 2).await;
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
    let setting = Setting::new(Repository::with(pull_requests(6)), 2).await;
    setting.memory.fail_after(1);
    setting.import(Window::default()).await.expect_err("killed");
    setting.memory.fail_after(usize::MAX);
    let cursor = setting.memory.cursor();
    setting.import(Window { since: Some(at(&minute(6))), full: false }).await.expect("succeeds");
    assert_eq!(setting.memory.cursor(), cursor);
    assert_eq!(setting.memory.numbers(), [1, 2, 5, 6]);
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn a_place_that_the_provider_no_longer_knows_means_beginning_again() {
    let repository = Repository::with(pull_requests(5));
    let setting = Setting::new(repository, 2).await;
    setting.memory.fail_after(1);
    setting.import(Window::default()).await.expect_err("killed");
    setting.memory.fail_after(usize::MAX);
    let message = "`p2` does not appear to be a valid cursor.";
    setting.provider.answer_instead(crate::repository::ok(&json!({
        "data": {"rateLimit": null, "node": null},
        "errors": [{"type": "INVALID_CURSOR_ARGUMENTS", "message": message, "path": ["node", "pullRequests"]}],
    })));
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), [1, 2, 3, 4, 5]);
    assert!(setting.told.notes().iter().any(|note| note.contains(message)), "{:?}", setting.told.notes());
}
