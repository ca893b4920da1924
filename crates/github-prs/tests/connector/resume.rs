//! Whatever happens between and during imports, nothing is lost and nothing is read in vain.

use model::Instant;
use serde_json::json;
use source::Window;

use crate::repository::{Repository, minute, pull_request, pull_requests};
use crate::setting::{Setting, at};

const FULL: Window = Window { since: None, full: true };

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
