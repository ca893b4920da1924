//! Crawls, what lies between them, and what is no longer on the board.

use model::records::Presence;
use serde_json::json;
use source::{ErrorKind, FullCrawl, Window};

use crate::board::{Board, card, cards, ids, ok, set_day, status};
use crate::setting::{Setting, at, import_all};

const FULL: Window = Window { since: None, full: true };

#[tokio::test]
async fn a_board_on_which_nothing_has_changed_costs_one_page() {
    let mut setting = Setting::new(Board::with(cards(5)), 2).await;
    import_all(&mut setting).await;
    set_day(&setting.provider, 3);
    let usage = import_all(&mut setting).await;
    assert_eq!((usage.calls, usage.points, usage.full), (3, 3, false), "all cards changed on the day before");
    set_day(&setting.provider, 4);
    let usage = import_all(&mut setting).await;
    assert_eq!((usage.calls, usage.records), (1, 0));
    assert_eq!(usage.covered_from, Some(at("2026-10-02T10:00:00Z")));
    assert_eq!(usage.covered_to, Some(at("2026-10-04T10:00:00Z")));
}

#[tokio::test]
async fn between_crawls_only_what_has_changed_is_read() {
    let mut setting = Setting::new(Board::with(cards(9)), 100).await;
    set_day(&setting.provider, 3);
    import_all(&mut setting).await;
    set_day(&setting.provider, 5);
    setting.provider.change(|items| {
        items[6] = card(7, 5);
        items[6]["fieldValueByName"] = status("Done");
    });
    let usage = import_all(&mut setting).await;
    assert_eq!((usage.calls, usage.records), (1, 1));
    assert_eq!(setting.memory.items()[6].status.as_deref(), Some("Done"));
}

#[tokio::test]
async fn after_a_week_all_is_read_and_what_is_gone_is_looked_up() {
    let mut setting = Setting::new(Board::with(cards(6)), 100).await;
    import_all(&mut setting).await;
    setting.provider.change(|items| {
        items[1]["isArchived"] = json!(true);
        items[1]["fieldValueByName"] = status("Done");
        items.remove(3);
    });
    set_day(&setting.provider, 8);
    assert!(!import_all(&mut setting).await.full);
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids(1..=6), "not noticed yet");
    set_day(&setting.provider, 9);
    assert!(import_all(&mut setting).await.full);
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids([1, 3, 5, 6]));
    assert_eq!(setting.memory.ids(Presence::Archived), ids([2]));
    assert_eq!(setting.memory.ids(Presence::Removed), ids([4]));
    assert_eq!(setting.memory.items()[1].status.as_deref(), Some("Done"), "an archived card still shows where it was");
    assert_eq!(setting.memory.items()[3].observed_at, Some(at("2026-10-09T10:00:00Z")));
}

#[tokio::test]
async fn a_card_that_moved_out_of_sight_during_a_crawl_is_still_on_the_board() {
    let mut setting = Setting::new(Board::with(cards(6)), 2).await;
    import_all(&mut setting).await;
    setting.provider.before_request(3, |items| {
        let last = items.pop().unwrap();
        items.insert(0, last);
    });
    setting.import(FULL).await.expect("succeeds");
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids(1..=6));
    let asked = setting.provider.requests();
    assert_eq!(asked.last().unwrap()["ids"], json!(["PVTI_6"]));
}

#[tokio::test]
async fn many_cards_are_looked_up_a_hundred_at_a_time_or_fewer() {
    let mut setting = Setting::new(Board::with(cards(250)), 100).await;
    import_all(&mut setting).await;
    setting.provider.change(|items| items.truncate(10));
    setting.provider.refuse_pages_above(60);
    setting.import(FULL).await.expect("succeeds");
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids(1..=10));
    assert_eq!(setting.memory.ids(Presence::Removed), ids(11..=250));
}

#[tokio::test]
async fn a_crawl_killed_after_any_commit_ends_with_the_same_cards() {
    let change = |setting: &Setting| {
        setting.provider.change(|items| {
            items[0]["fieldValueByName"] = status("Done");
            items.remove(2);
            items[3]["isArchived"] = json!(true);
        });
    };
    let mut undisturbed = Setting::new(Board::with(cards(7)), 2).await;
    import_all(&mut undisturbed).await;
    change(&undisturbed);
    undisturbed.import(FULL).await.expect("succeeds");
    for commits in 0..5 {
        let mut setting = Setting::new(Board::with(cards(7)), 2).await;
        import_all(&mut setting).await;
        change(&setting);
        setting.memory.fail_after(commits);
        let error = setting.import(FULL).await.expect_err("killed");
        assert_eq!(error.kind, ErrorKind::Sink);
        setting.memory.fail_after(usize::MAX);
        setting.generation += 1;
        setting.import(FULL).await.expect("succeeds");
        assert_eq!(setting.memory.items(), undisturbed.memory.items(), "killed after {commits} commits");
        let generation = if commits == 0 { 3 } else { 2 };
        assert_eq!(setting.memory.crawls().last(), Some(&FullCrawl { generation, complete: true }));
    }
}

#[tokio::test]
async fn only_the_last_batch_of_a_crawl_completes_it() {
    let mut setting = Setting::new(Board::with(cards(3)), 2).await;
    import_all(&mut setting).await;
    let crawl = |complete| FullCrawl { generation: 1, complete };
    assert_eq!(setting.memory.crawls(), [crawl(false), crawl(false), crawl(true)]);
}

#[tokio::test]
async fn a_killed_incremental_import_loses_nothing() {
    for commits in 0..3 {
        let mut setting = Setting::new(Board::with(cards(2)), 2).await;
        import_all(&mut setting).await;
        set_day(&setting.provider, 5);
        setting.provider.change(|items| items.extend((3..=7).map(|number| card(number, 4))));
        setting.memory.fail_after(commits);
        setting.import(Window::default()).await.expect_err("killed");
        setting.memory.fail_after(usize::MAX);
        import_all(&mut setting).await;
        assert_eq!(setting.memory.ids(Presence::OnBoard), ids(1..=7));
    }
}

#[tokio::test]
async fn a_place_that_the_provider_no_longer_knows_means_beginning_again() {
    let mut setting = Setting::new(Board::with(cards(5)), 2).await;
    setting.memory.fail_after(1);
    setting.import(Window::default()).await.expect_err("killed");
    setting.memory.fail_after(usize::MAX);
    let message = "`PVTI_2` does not appear to be a valid cursor.";
    let refusal = ok(&json!({
        "data": {"rateLimit": null, "nodes": [null]},
        "errors": [{"type": "INVALID_CURSOR_ARGUMENTS", "message": message, "path": ["nodes", 0, "items"]}],
    }));
    setting.provider.answer_instead(refusal.clone());
    setting.provider.answer_instead(refusal);
    import_all(&mut setting).await;
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids(1..=5));
    assert!(setting.told.notes().iter().any(|note| note.contains(message)), "{:?}", setting.told.notes());
}
