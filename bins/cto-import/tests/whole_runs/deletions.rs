//! An issue is deleted: the next import notices, and no figure counts it any more as open.

use sandbox::view::Content;
use sandbox::{Options, Size};

use crate::published::rows_with;
use crate::simulated::Simulated;
use crate::truth::{calculation, table};

const PLACES: [&str; 7] = ["in_backlogs", "in_ready", "in_dev", "in_review", "in_qa", "waiting_to_prod", "off_board"];

/// Open work by week, over all boards.
fn open_by_week(calculation: &metrics_core::Calculation) -> Vec<((String, String), i64)> {
    let stocks = table(calculation, "stocks_week");
    let mut weeks = std::collections::BTreeMap::new();
    for row in 0..stocks.height() {
        let open: i64 = PLACES.iter().map(|column| stocks.cell(row, column).parse::<i64>().expect("a count")).sum();
        *weeks.entry((stocks.cell(row, "year"), stocks.cell(row, "week"))).or_insert(0) += open;
    }
    weeks.into_iter().collect()
}

#[test]
fn a_deleted_issue_is_marked_by_the_next_import_and_counted_no_more() {
    let options = Options { issues: Some(120), pull_requests: Some(20), ..Options::new(53, Size::Small) };
    let simulated = Simulated::serve(&options);
    let end = simulated.organisation.end();
    let view = simulated.organisation.view(end);
    let is_open = |issue: usize| {
        view.issues[issue].closed_at.is_none()
            && view.issues[issue].created_at < simulated.days_before_end(30)
            && view.items.iter().any(|item| item.content == Content::Issue(issue) && !item.archived)
    };
    let issue = (0..view.issues.len()).find(|issue| is_open(*issue)).expect("some issue is open and on a board");
    let number = view.issues[issue].number.to_string();
    let repo = view.repositories[view.issues[issue].repository].name.clone();
    let key = [("repo", repo.as_str()), ("number", number.as_str())];

    let (undisturbed, data) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    for days in [14, 6, 0] {
        let now = simulated.days_before_end(days);
        simulated.moves_to(now);
        simulated.import(undisturbed.path(), &[]).with_code(0);
        simulated.shows(now, |view| view.delete(issue, simulated.days_before_end(7)));
        simulated.import(data.path(), &[]).with_code(0);
        let found = rows_with(data.path(), "issue.csv", &key);
        assert!(found.len() == 1 && found[0]["vanished_at"].is_empty() == (days > 7), "{days} days before: {found:?}");
    }
    let before = open_by_week(&calculation(&simulated.organisation, undisturbed.path(), None));
    for flags in [&[][..], &["--full"]] {
        simulated.import(data.path(), flags).with_code(0);
        let after = open_by_week(&calculation(&simulated.organisation, data.path(), None));
        let past = before.len() - 2;
        assert_eq!(before[..past], after[..past], "weeks before the deletion, {flags:?}");
        let (last_before, last_after) = (&before[before.len() - 1], &after[after.len() - 1]);
        assert_eq!((&last_before.0, last_before.1 - 1), (&last_after.0, last_after.1), "{flags:?}");
    }
    let card = &view.items.iter().find(|item| item.content == Content::Issue(issue)).expect("a card").id;
    let cards = rows_with(data.path(), "project_item.csv", &[("item_id", card)]);
    assert!(cards.iter().all(|card| card["presence"] == "removed"), "{cards:?}");
}
