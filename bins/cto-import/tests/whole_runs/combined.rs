//! Several changes at once: new ids with a transfer, with a board or a repository that comes back, with a wrong clock.

use sandbox::server::{Conduct, IdForm, Ids};
use sandbox::{Options, Size};

use crate::published::rows;
use crate::simulated::Simulated;
use crate::transfers::{transfer, truth};
use crate::truth::{assert_truth, calculation};

fn served() -> Simulated {
    Simulated::serve(&Options { issues: Some(120), pull_requests: Some(40), ..Options::new(52, Size::Small) })
}

fn ids(ids: Ids) -> Conduct {
    Conduct { ids, ..Conduct::default() }
}

#[test]
fn an_issue_is_transferred_while_ids_change() {
    for (new_id, new_cards) in [(false, false), (true, true)] {
        let simulated = served();
        let transfer = transfer(&simulated, false, new_id, new_cards);
        let data = tempfile::tempdir().expect("a folder");
        simulated.conducts(ids(Ids::of(IdForm::Old)));
        simulated.moves_to(simulated.days_before_end(14));
        simulated.import(data.path(), &[]).with_code(0);
        simulated.conducts(Conduct::default());
        for (days, flags) in [(6, &[][..]), (0, &[]), (0, &["--full"])] {
            let now = simulated.days_before_end(days);
            simulated.shows(now, |view| view.transfer(&transfer));
            simulated.import(data.path(), flags).with_code(0);
            let happened = truth(&simulated.organisation, now, &transfer);
            assert_eq!(rows(data.path(), "issue.csv").len(), happened.issues.len(), "{days} days before the end");
            assert_truth(&calculation(&simulated.organisation, data.path(), None), &happened);
        }
    }
}

#[test]
fn a_board_comes_back_with_new_ids() {
    let simulated = served();
    let board = simulated.organisation.view(simulated.organisation.end()).projects[0].number;
    let data = tempfile::tempdir().expect("a folder");
    simulated.conducts(ids(Ids::of(IdForm::Other)));
    simulated.moves_to(simulated.days_before_end(14));
    simulated.import(data.path(), &[]).with_code(0);
    simulated.shows(simulated.days_before_end(7), |view| view.hide_project(board));
    simulated.import(data.path(), &[]).with_code(3);
    simulated.conducts(ids(Ids { others_unknown: true, ..Ids::of(IdForm::New) }));
    for flags in [&[][..], &["--full"]] {
        simulated.moves_to(simulated.organisation.end());
        simulated.import(data.path(), flags).with_code(0);
        let end = simulated.organisation.end();
        let (view, truth) = (simulated.organisation.view(end), simulated.organisation.truth(end));
        assert_eq!(rows(data.path(), "project.csv").len(), view.projects.len());
        let present = rows(data.path(), "project_item.csv").into_iter().filter(|row| row["presence"] != "removed");
        assert_eq!(present.count(), view.items.len(), "{flags:?}");
        assert_truth(&calculation(&simulated.organisation, data.path(), None), &truth);
    }
}

#[test]
fn a_repository_comes_back_with_new_ids() {
    let simulated = served();
    let view = simulated.organisation.view(simulated.organisation.end());
    let stays = view.repositories.iter().find(|one| one.former_names.is_empty() && !one.archived);
    let hidden = stays.expect("a repository that stays").name.clone();
    let data = tempfile::tempdir().expect("a folder");
    simulated.conducts(ids(Ids::of(IdForm::Other)));
    simulated.moves_to(simulated.days_before_end(14));
    simulated.import(data.path(), &[]).with_code(0);
    simulated.shows(simulated.days_before_end(7), |view| view.hide_repository(&hidden));
    simulated.import(data.path(), &["--full"]).with_code(3);
    simulated.conducts(ids(Ids { others_unknown: true, ..Ids::of(IdForm::New) }));
    simulated.moves_to(simulated.organisation.end());
    simulated.import(data.path(), &[]).with_code(0);
    let truth = simulated.organisation.truth(simulated.organisation.end());
    assert_eq!(rows(data.path(), "issue.csv").len(), truth.issues.len());
    assert!(rows(data.path(), "issue.csv").iter().all(|row| row["vanished_at"].is_empty()));
    assert_truth(&calculation(&simulated.organisation, data.path(), None), &truth);
}

#[test]
fn new_ids_come_with_a_wrong_date() {
    let simulated = served();
    let data = tempfile::tempdir().expect("a folder");
    simulated.conducts(ids(Ids::of(IdForm::Old)));
    simulated.moves_to(simulated.days_before_end(14));
    simulated.import(data.path(), &[]).with_code(0);
    simulated.conducts(Conduct::default());
    simulated.breaks(&["date-ahead=always,604800"]);
    simulated.moves_to(simulated.days_before_end(10));
    simulated.import(data.path(), &[]).with_code(0);
    simulated.breaks(&[]);
    for days in [7, 0] {
        simulated.moves_to(simulated.days_before_end(days));
        simulated.import(data.path(), &[]).with_code(0);
        let truth = simulated.organisation.truth(simulated.now());
        assert_eq!(rows(data.path(), "issue.csv").len(), truth.issues.len(), "{days} days before the end");
        assert_truth(&calculation(&simulated.organisation, data.path(), None), &truth);
    }
}
