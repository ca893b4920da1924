//! Pull requests that a bot lands by closing them.

use model::rules::MergeBot;

use super::*;

/// Closed at hour 40 by the merge bot, as its pull requests are.
fn landed() -> Pull {
    Pull {
        closed: Some(hour(40)),
        reviews: vec![review("reviewer", Approved, 16), review("late", Approved, 50)],
        events: vec![(Closed, hour(40))],
        actor: "Merge-Bot",
        trailers: "Reviewed-by;Pull Request resolved",
        labels: "ci;Merged",
        title: "[Merged by bot] - Title",
        ..open_pull()
    }
}

fn bot() -> MergeBot {
    MergeBot {
        login: Some("merge-bot".into()),
        label: Some("merged".into()),
        title_prefix: Some("[Merged by bot] - ".into()),
        commit_trailer: Some("Pull request resolved".into()),
    }
}

fn merged(pull: &Pull, bot: MergeBot) -> String {
    let rules = Rules { merge_bots: vec![bot], ..Rules::default() };
    named(&tables_at(std::slice::from_ref(pull), &rules, at("2024-01-15")), "calculated_pr").cell(0, "merged")
}

#[test]
fn what_a_bot_lands_by_closing_was_merged_at_that_instant() {
    let rules = Rules { merge_bots: vec![bot()], ..Rules::default() };
    let tables = tables_at(&[landed()], &rules, at("2024-01-15"));
    let life = ["merged", "closed", "merge_days", "open_to_merge_days"]
        .map(|column| named(&tables, "calculated_pr").cell(0, column));
    assert_eq!(life, ["2024-01-02T16:00:00Z", "2024-01-02T16:00:00Z", "1.000000", "1.250000"]);
    let activity = ["merged", "closed_unmerged"].map(|column| named(&tables, "pr_activity_week").cell(0, column));
    assert_eq!(activity, ["1", "0"]);
    let without = tables_at(&[landed()], &Rules::default(), at("2024-01-15"));
    let without = named(&without, "pr_activity_week");
    assert_eq!(["merged", "closed_unmerged"].map(|column| without.cell(0, column)), ["0", "1"]);
    let earlier = tables_at(&[landed()], &rules, hour(39));
    let earlier = named(&earlier, "calculated_pr");
    assert_eq!(earlier.cell(0, "merged"), "", "before it was closed");
}

#[test]
fn all_must_hold_that_is_said_of_a_bot_and_no_more() {
    let only = [
        MergeBot { login: bot().login, ..MergeBot::default() },
        MergeBot { label: bot().label, ..MergeBot::default() },
        MergeBot { title_prefix: bot().title_prefix, ..MergeBot::default() },
        MergeBot { commit_trailer: bot().commit_trailer, ..MergeBot::default() },
    ];
    let others = [
        Pull { actor: "author", ..landed() },
        Pull { labels: "not merged;unmerged", ..landed() },
        Pull { title: "Title [Merged by bot] - ", ..landed() },
        Pull { trailers: "Signed-off-by", ..landed() },
    ];
    for (place, one) in only.into_iter().enumerate() {
        for (other, pull) in others.iter().enumerate() {
            assert_eq!(merged(pull, one.clone()).is_empty(), place == other, "{one:?} {pull:?}");
            assert!(merged(pull, bot()).is_empty());
        }
    }
    let open = Pull { closed: None, events: Vec::new(), ..landed() };
    assert!(merged(&open, MergeBot { label: bot().label, ..MergeBot::default() }).is_empty());
}

#[test]
fn who_closed_it_last_decides() {
    let first_by_hand = Pull { events: vec![(Closed, hour(40)), (Closed, hour(20))], ..landed() };
    assert!(!merged(&first_by_hand, bot()).is_empty());
    let merged_by_a_human = Pull { actor: "author", ..Pull { merged: Some(hour(30)), ..landed() } };
    assert_eq!(merged(&merged_by_a_human, bot()), "2024-01-02T06:00:00Z");
}
