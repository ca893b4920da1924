//! An import that was killed goes on with the page that it was at: storing pages again must change nothing.

use model::records::{Presence, Record, Scope};
use proptest::prelude::*;
use store::Page;

use crate::ledger::{bill, line};
use crate::records::{
    Fixture, at, card, card_record, everything, field, issue, issue_record, moved, place, pull_record, pull_request,
    repository, status,
};

#[derive(Clone, Debug)]
struct Stored {
    records: Vec<Record>,
    second: i64,
    run: i64,
    generation: Option<i64>,
    complete: bool,
    scope: Scope,
}

fn record() -> impl Strategy<Value = Record> {
    let column = prop::sample::select(vec!["", "Backlog", "Ready", "Done"]);
    let presence = prop::sample::select(vec![Presence::OnBoard, Presence::Archived, Presence::Removed]);
    let card_of = (1..5_u8, column.clone(), presence, 0..60_i64, any::<bool>()).prop_map(
        |(id, status, presence, second, with_fields)| {
            let mut seen = card(&format!("C_{id}"), &format!("I_{id}"), status);
            seen.presence = presence;
            seen.created_at = Some(at(12 + i64::from(id)));
            seen.status_updated_at = (second > 5).then(|| at(second));
            seen.updated_at = Some(at(second));
            seen.fields = with_fields.then(|| vec![field("Size", status), field("Area", "x")]);
            seen
        },
    );
    let issue_of =
        (1..5_u8, prop::sample::select(vec!["api", "web"]), column, prop::option::of(card_of.clone()), 0..3_usize)
            .prop_map(|(number, repo, column, item, events)| {
                let mut seen = issue(&format!("I_{number}"), &number.to_string());
                seen.place = place(repo, &number.to_string());
                // Of another title than the others: what is taken for a transferred issue is gone for good, and only pages
                // of a later import, never the earlier one's again, come after that.
                seen.title = format!("{column} {number}");
                seen.status_events.extend((0..events).map(|_| status("closed", 30)));
                seen.project_events.extend((0..events).map(|second| moved("", column, second as i64)));
                seen.items.extend(item.map(|mut item| {
                    item.id = format!("C_{number}");
                    item.created_at = Some(at(12 + i64::from(number)));
                    item.content_id.clone_from(&seen.id);
                    item
                }));
                issue_record(seen)
            });
    let pull_of = (1..4_u8, 0..2_usize).prop_map(|(number, reviews)| {
        let mut seen = pull_request(&format!("P_{number}"), &number.to_string());
        seen.reviews.truncate(reviews);
        pull_record(seen)
    });
    let bill_of = (1..3_u8, 0..3_usize, 1..9_u8, prop::sample::select(vec!["VM", "Disk"])).prop_map(
        |(account, lines, day, service)| {
            let observed_at = format!("2026-02-0{day}T00:00:00Z");
            let lines = (0..lines).map(|cents| line(service, "EUR", &format!("1.0{cents}"))).collect();
            bill("azure", &account.to_string(), "2026-01", &observed_at, lines)
        },
    );
    prop_oneof![
        2 => bill_of,
        3 => issue_of,
        3 => card_of.prop_map(card_record),
        1 => pull_of,
    ]
}

/// Both repositories, as every list of them shows them.
fn listing() -> impl Strategy<Value = Vec<Record>> {
    let names = vec![("api", "web"), ("web", "api"), ("new", "web"), ("api", "new")];
    prop::option::of(prop::sample::select(names)).prop_map(|names| {
        let listed = |(first, second)| [repository("R_1", first), repository("R_2", second)].map(Record::Repository);
        names.map_or(Vec::new(), |names| listed(names).to_vec())
    })
}

fn pages() -> impl Strategy<Value = Vec<Stored>> {
    let scope = prop::sample::select(vec![Scope::Issues, Scope::PullRequests, Scope::ProjectItems]);
    let records =
        (listing(), prop::collection::vec(record(), 0..4)).prop_map(|(listing, rest)| [listing, rest].concat());
    let page = (records, 1..4_i64, prop::option::of(1..4_i64), any::<bool>(), scope);
    prop::collection::vec(page, 1..6).prop_map(|pages| {
        let mut second = 100;
        let mut newest = 0;
        let stored = pages.into_iter().zip(1..).map(|((records, later, generation, complete, scope), run)| {
            // Time goes on, and so do runs and the crawls that they take up.
            second += later;
            newest = generation.map_or(newest, |generation| newest.max(generation.min(run)));
            Stored { records, second, run, generation: generation.map(|_| newest.max(1)), complete, scope }
        });
        stored.collect()
    })
}

fn commit(fixture: &Fixture, stored: &Stored) {
    let page = Page {
        scope: stored.scope,
        subject: "R_1",
        records: &stored.records,
        cursor: Some("next"),
        observed_at: at(stored.second),
        run: stored.run,
        generation: stored.generation,
        complete: stored.complete,
    };
    fixture.store.commit(&page).expect("stored");
}

/// What a page would hold twice: two different sights of one thing in one page have no order.
fn has_repeated_keys(stored: &Stored) -> bool {
    let mut keys: Vec<String> = Vec::new();
    for record in &stored.records {
        match record {
            Record::Repository(repository) => keys.push(repository.id.clone()),
            Record::Project(project) => keys.push(project.id.clone()),
            Record::Issue(issue) => {
                keys.push(issue.id.clone());
                keys.extend(issue.items.iter().map(|item| item.id.clone()));
            }
            Record::ProjectItem(item) => keys.push(item.id.clone()),
            Record::PullRequest(pull_request) => keys.push(pull_request.id.clone()),
            Record::Deployment(deployment) => keys.push(deployment.id.clone()),
            Record::Release(release) => keys.push(release.id.clone()),
            Record::GitCommit(commit) => keys.push(commit.sha.clone()),
            Record::CiRun(run) => keys.push(format!("{} {}", run.run_id, run.attempt)),
            Record::Incident(incident) => keys.push(incident.id.clone()),
            Record::Ticket(ticket) => keys.push(ticket.id.clone()),
            Record::CiJob(job) => keys.push(format!("{} {}", job.run_id, job.job_id)),
            Record::CiBillMonth(bill) => keys.push(format!("{} {} {}", bill.org, bill.cost_center, bill.month)),
            Record::CloudMonth(month) => keys.push(format!("{} {} {}", month.provider, month.account, month.month)),
        }
    }
    let all = keys.len();
    keys.sort();
    keys.dedup();
    keys.len() < all
}

/// The first line that differs.
fn difference(one: &str, other: &str) -> Option<(String, String)> {
    let lines = |text: &str| text.lines().map(str::to_owned).chain([String::new()]).collect::<Vec<_>>();
    let pairs = lines(one).into_iter().zip(lines(other));
    if one == other { None } else { pairs.into_iter().find(|(one, other)| one != other) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn storing_pages_again_from_any_point_changes_nothing(pages in pages(), from in 0..6_usize) {
        prop_assume!(!pages.iter().any(has_repeated_keys));
        let once = Fixture::new();
        for page in &pages {
            commit(&once, page);
        }
        let expected = everything(&once.store, &[]);
        let again = Fixture::new();
        for (index, page) in pages.iter().enumerate() {
            commit(&again, page);
            if index == from {
                commit(&again, page);
            }
        }
        prop_assert_eq!(difference(&everything(&again.store, &[]), &expected), None);
        for page in pages.iter().skip(from.min(pages.len() - 1)) {
            commit(&once, page);
        }
        prop_assert_eq!(difference(&everything(&once.store, &[]), &expected), None);
    }
}
