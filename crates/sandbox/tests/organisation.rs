//! The generated organisation as others see it.

use model::Instant;
use sandbox::view::{IssueEventKind, View};
use sandbox::{LostEvents, Options, Organisation, Size};

fn small() -> Organisation {
    Organisation::generate(&Options::new(7, Size::Small))
}

fn days_before_end(organisation: &Organisation, days: i64) -> Instant {
    Instant::from_seconds(organisation.end().seconds() - days * 86_400)
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_does_not() {
    let text = |seed| {
        let organisation = Organisation::generate(&Options::new(seed, Size::Small));
        format!("{:?}", organisation.view(organisation.end()))
    };
    assert_eq!(text(1), text(1));
    assert_ne!(text(1), text(2));
}

#[test]
fn sizes_and_numbers_are_as_asked() {
    let demo = Organisation::generate(&Options::new(1, Size::Demo));
    assert_eq!(demo.end(), Instant::parse_rfc3339("2026-10-30T18:00:00Z").expect("instant"));
    let view = demo.view(demo.end());
    let counts = (view.repositories.len(), view.projects.len(), view.issues.len(), view.pull_requests.len());
    assert_eq!(counts, (8, 4, 1_500, 2_500));

    let asked = Options {
        repositories: Some(10),
        issues: Some(400),
        pull_requests: Some(50),
        boards: Some(4),
        every_issue_on_every_board: true,
        ..Options::new(1, Size::Small)
    };
    let organisation = Organisation::generate(&asked);
    let view = organisation.view(organisation.end());
    assert_eq!((view.repositories.len(), view.issues.len(), view.pull_requests.len()), (10, 400, 50));
    for issue in &view.issues[..300] {
        let added = issue.timeline.iter().filter(|event| matches!(event.kind, IssueEventKind::Added(_)));
        assert!(added.count() >= 4, "{} joined fewer than four boards", issue.number);
    }
}

/// What was shown stays shown: issues, pull requests and timelines only grow.
fn assert_grows(earlier: &View, later: &View) {
    assert!(earlier.issues.len() <= later.issues.len());
    for (before, after) in earlier.issues.iter().zip(&later.issues) {
        assert_eq!((&before.id, before.created_at), (&after.id, after.created_at));
        assert!(before.updated_at <= after.updated_at);
        assert!(before.timeline.len() <= after.timeline.len());
        let ids = before.timeline.iter().zip(&after.timeline).all(|(old, new)| old.id == new.id && old.at == new.at);
        assert!(ids, "the timeline of {} was rewritten", before.id);
    }
    for (before, after) in earlier.pull_requests.iter().zip(&later.pull_requests) {
        assert_eq!(before.id, after.id);
        assert!(before.reviews.len() <= after.reviews.len() && before.commits.len() <= after.commits.len());
        assert!(before.updated_at <= after.updated_at);
    }
}

#[test]
fn views_grow_with_time_and_hold_nothing_of_the_future() {
    let organisation = small();
    let mut earlier = organisation.view(organisation.start());
    for days in [220, 200, 150, 120, 90, 60, 30, 7, 1, 0] {
        let now = days_before_end(&organisation, days);
        let view = organisation.view(now);
        for issue in &view.issues {
            assert!(issue.created_at <= now && issue.updated_at <= now);
            assert!(issue.timeline.iter().all(|event| event.at <= now));
        }
        for item in &view.items {
            assert!(item.created_at <= item.updated_at && item.updated_at <= now);
        }
        for pull_request in &view.pull_requests {
            assert!(pull_request.updated_at <= now, "{}", pull_request.number);
        }
        assert_grows(&earlier, &view);
        earlier = view;
    }
}

#[test]
fn ids_and_numbers_are_unique() {
    let demo = Organisation::generate(&Options::new(3, Size::Demo));
    let view = demo.view(demo.end());
    let mut ids: Vec<&str> = view.issues.iter().map(|issue| issue.id.as_str()).collect();
    ids.extend(view.pull_requests.iter().map(|pull| pull.id.as_str()));
    ids.extend(view.items.iter().map(|item| item.id.as_str()));
    ids.extend(view.issues.iter().flat_map(|issue| issue.timeline.iter().map(|event| event.id.as_str())));
    ids.extend(view.pull_requests.iter().flat_map(|pull| pull.reviews.iter().map(|review| review.id.as_str())));
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    let mut numbers: Vec<(usize, i64)> = view.issues.iter().map(|issue| (issue.repository, issue.number)).collect();
    numbers.extend(view.pull_requests.iter().map(|pull| (pull.repository, pull.number)));
    let count = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), count);
}

fn status_events(view: &View) -> usize {
    let events = view.issues.iter().flat_map(|issue| &issue.timeline);
    events.filter(|event| matches!(event.kind, IssueEventKind::StatusChanged(..))).count()
}

#[test]
fn lost_status_events_are_missing_from_timelines_but_not_from_cards() {
    let organisation = small();
    let end = organisation.end();
    let from = days_before_end(&organisation, 90);
    let whole = organisation.view_losing(end, None);
    let half = organisation.view_losing(end, Some(LostEvents { from, share: 0.5 }));
    let none = organisation.view_losing(end, Some(LostEvents { from, share: 1.0 }));
    let before = status_events(&organisation.view_losing(from, None));
    let lost = |view: &View| status_events(&whole) - status_events(view);
    let after = status_events(&whole) - before;
    assert!(lost(&half) > after / 3 && lost(&half) < after * 2 / 3, "{} of {after}", lost(&half));
    assert!(lost(&none) >= after - 1 && lost(&none) <= after + 1);
    assert_eq!(format!("{:?}", whole.items), format!("{:?}", none.items));
}

#[test]
fn the_demo_shows_every_oddity_that_importers_must_survive() {
    let demo = Organisation::generate(&Options::new(1, Size::Demo));
    let view = demo.view(demo.end());
    let issues = &view.issues;
    assert!(issues.iter().any(|issue| issue.timeline.len() > 50), "a long timeline");
    assert!(issues.iter().any(|issue| issue.labels.len() > 20), "many labels");
    assert!(issues.iter().any(|issue| issue.author.is_none()), "a deleted author");
    assert!(issues.iter().any(|issue| issue.assignees.is_empty()), "an unassigned issue");
    for reason in ["COMPLETED", "NOT_PLANNED", "DUPLICATE", "REOPENED"] {
        assert!(issues.iter().any(|issue| issue.state_reason == Some(reason)), "{reason}");
    }
    assert!(issues.iter().any(|issue| issue.title.contains(',')), "a comma in a title");
    assert!(issues.iter().any(|issue| issue.title.contains('"')), "a quote in a title");
    assert!(issues.iter().any(|issue| !issue.title.is_ascii()), "a title beyond ASCII");
    let events = || issues.iter().flat_map(|issue| issue.timeline.iter().map(|event| &event.kind));
    assert!(events().any(|event| matches!(event, IssueEventKind::StatusChanged(_, _, to) if to == "In Progress")));
    assert!(events().any(|event| matches!(event, IssueEventKind::StatusChanged(_, _, to) if to == "Doing")));
    assert!(events().any(|event| matches!(event, IssueEventKind::StatusChanged(_, _, to) if to.is_empty())), "cleared");
    assert!(events().any(|event| matches!(event, IssueEventKind::StatusChanged(_, _, to) if to == "Blocked")));
    assert!(events().any(|event| matches!(event, IssueEventKind::Removed(_))));
    assert!(view.repositories.iter().any(|repository| !repository.former_names.is_empty()));
    assert!(view.items.iter().any(|item| item.archived));
    for wanted in ["Draft", "Redacted", "PullRequest", "Issue"] {
        assert!(view.items.iter().any(|item| format!("{:?}", item.content).starts_with(wanted)), "{wanted}");
    }
    let pulls = &view.pull_requests;
    assert!(pulls.iter().any(|pull| pull.commits.len() > 100), "many commits");
    assert!(pulls.iter().any(|pull| pull.timeline.len() > 50), "a long timeline");
    assert!(pulls.iter().any(|pull| pull.reviews.len() > 50), "many reviews");
    assert!(pulls.iter().any(|pull| pull.reviews.len() > 100), "very many reviews");
    assert!(pulls.iter().any(|pull| pull.is_draft), "a draft");
    assert!(pulls.iter().any(|pull| pull.author.is_none()), "a deleted author");
    for state in ["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"] {
        assert!(pulls.iter().any(|pull| pull.reviews.iter().any(|review| review.state == state)), "{state}");
    }
}
