//! An organisation that GitHub and GitLab can both tell.

use std::collections::BTreeSet;

use sandbox::view::{Content, IssueEventKind, View};
use sandbox::{Options, Organisation, Size};

fn organisation(seed: u64) -> Organisation {
    Organisation::generate(&Options { told_by_both: true, ..Options::new(seed, Size::Demo) })
}

fn moves(view: &View, issue: usize) -> Vec<i64> {
    let timeline = view.issues[issue].timeline.iter();
    let moves = timeline.filter(|event| matches!(event.kind, IssueEventKind::StatusChanged(..)));
    moves.map(|event| event.at.seconds()).collect()
}

#[test]
fn issues_join_the_only_board_without_a_column_and_stay() {
    let organisation = organisation(4);
    let view = organisation.view(organisation.end());
    assert_eq!((view.projects.len(), view.items.len()), (1, view.issues.len()));
    for item in &view.items {
        let Content::Issue(issue) = item.content else { panic!("{item:?}") };
        assert_eq!((item.created_at, item.archived), (view.issues[issue].created_at, false));
        assert!(item.fields.is_empty());
    }
    let mut count = 0;
    for (place, issue) in view.issues.iter().enumerate() {
        assert!(matches!(issue.timeline[0].kind, IssueEventKind::Added(0)));
        assert_eq!((issue.timeline[0].at, issue.issue_type.as_deref()), (issue.created_at, None));
        for event in &issue.timeline[1..] {
            let is_told = matches!(
                event.kind,
                IssueEventKind::StatusChanged(0, ..)
                    | IssueEventKind::Closed(Some("COMPLETED"))
                    | IssueEventKind::Reopened
            );
            assert!(is_told && event.actor.is_some(), "{event:?}");
        }
        let moves = moves(&view, place);
        count += moves.len();
        assert!(moves.windows(2).all(|pair| pair[1] - pair[0] >= 5), "{}", issue.number);
        assert!(issue.labels.is_sorted() && issue.author.is_some());
    }
    assert!(count > 3 * view.issues.len(), "{count}");
}

#[test]
fn reviews_are_such_as_both_know() {
    let organisation = organisation(4);
    let view = organisation.view(organisation.end());
    let mut states = BTreeSet::new();
    for pull in &view.pull_requests {
        for review in &pull.reviews {
            states.insert(review.state);
            assert!(review.state != "COMMENTED" || review.author != pull.author);
        }
    }
    assert_eq!(states, BTreeSet::from(["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"]));
    assert!(view.actors.iter().all(|actor| !actor.login.contains('[')));
}

#[test]
fn nothing_is_released_and_every_incident_is_an_issue() {
    let organisation = organisation(4);
    let (view, truth) = (organisation.view(organisation.end()), organisation.truth(organisation.end()));
    assert!(view.releases.is_empty());
    let labelled = view.issues.iter().filter(|issue| issue.labels.iter().any(|label| label == "incident"));
    let ids: BTreeSet<String> =
        labelled.map(|issue| format!("acme/{}#{}", view.repositories[issue.repository].name, issue.number)).collect();
    let happened: BTreeSet<String> = truth.incidents.iter().map(|incident| incident.id.clone()).collect();
    assert!(ids.len() > 20, "{}", ids.len());
    assert_eq!(ids, happened);
}
