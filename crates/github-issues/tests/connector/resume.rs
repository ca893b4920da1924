//! Whatever happens between and during imports, nothing is lost and nothing is read in vain.

use serde_json::json;
use source::Window;

use crate::repository::{Repository, issue, issues, minute};
use crate::setting::{Setting, at};

const FULL: Window = Window { since: None, full: true };

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
