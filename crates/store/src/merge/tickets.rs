//! Tickets that deliveries tell of, laid over what is stored of them.
//!
//! A delivery tells all of a ticket as of its last change, so that the newest one counts; of two of one instant the greater
//! one does, so that their order decides nothing. What a later state does not tell any more is kept apart: events are
//! joined, and the first start and the first estimate are the earliest ever told.

use std::cmp::Ordering;

use model::Instant;
use model::records::{Ticket, TicketEvent};

/// A ticket with what a delivery tells of it, which is older than, as old as, or newer than what is stored.
pub(crate) fn ticket(stored: &Ticket, told: &Ticket, age: Ordering) -> Ticket {
    let is_newer = age.then_with(|| state(told).cmp(&state(stored))).is_gt();
    let newest = if is_newer { told } else { stored };
    let updated_at = stored.updated_at.max(told.updated_at);
    let (first_estimated_at, first_estimate) = match (first_estimate(stored), first_estimate(told)) {
        (Some(one), Some(other)) if one.0 == other.0 => (Some(one.0), Some(one.1.max(other.1))),
        (one, other) => [one, other].into_iter().flatten().min().unzip(),
    };
    Ticket {
        id: stored.id.clone(),
        host: stored.host.clone(),
        started_at: [stored.started_at, told.started_at].into_iter().flatten().min(),
        first_estimate,
        first_estimated_at,
        updated_at,
        // What changes after it was removed is back.
        vanished_at: stored.vanished_at.max(told.vanished_at).filter(|at| Some(*at) >= updated_at),
        events: joined(&stored.events, &told.events),
        ..newest.clone()
    }
}

/// What a later state of a ticket takes the place of, to be compared.
fn state(ticket: &Ticket) -> impl Ord + '_ {
    let Ticket { identifier, source, team, project, parent_id, actor_hash, kind, .. } = ticket;
    let Ticket { created_at, finished_at, status, estimate, final_estimate, .. } = ticket;
    let texts = [identifier, source, team, project, parent_id, actor_hash, kind];
    (finished_at, status, estimate, final_estimate, created_at, texts)
}

fn first_estimate(ticket: &Ticket) -> Option<(Instant, i64)> {
    ticket.first_estimated_at.zip(ticket.first_estimate)
}

/// Events of either, each once: of two estimates of one instant the greater one.
fn joined(stored: &[TicketEvent], told: &[TicketEvent]) -> Vec<TicketEvent> {
    let key = |event: &TicketEvent| (event.at, event.kind);
    let mut events: Vec<TicketEvent> = stored.iter().chain(told).cloned().collect();
    events.sort_by(|one, other| (key(one), other.estimate).cmp(&(key(other), one.estimate)));
    events.dedup_by_key(|event| key(event));
    events
}

#[cfg(test)]
mod tests {
    use model::kinds::{TicketEventKind, TicketStatus};
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Instant {
        Instant::from_seconds(second)
    }

    fn event(kind: TicketEventKind, second: i64, estimate: Option<i64>) -> TicketEvent {
        TicketEvent { at: at(second), kind, estimate, ..TicketEvent::default() }
    }

    /// What is stored once some facts were told in an order.
    fn all(facts: &[Ticket]) -> Ticket {
        facts.iter().fold(Ticket::default(), |stored, told| {
            let age = told.updated_at.cmp(&stored.updated_at);
            ticket(&stored, told, age)
        })
    }

    fn fact() -> impl Strategy<Value = Ticket> {
        let points = || prop::option::of(0..3_i64);
        let second = || prop::option::of(0..6_i64);
        ((0..6_i64, 0..3_usize, points()), (second(), second(), second()), (second(), points())).prop_map(
            |((updated, status, estimate), (started, finished, vanished), (estimated, points))| Ticket {
                status: [TicketStatus::Todo, TicketStatus::Doing, TicketStatus::Done][status],
                estimate,
                first_estimate: estimate,
                first_estimated_at: estimate.map(|_| at(updated)),
                started_at: started.map(at),
                finished_at: finished.map(at),
                updated_at: Some(at(updated)),
                vanished_at: vanished.map(|second| at(second.max(updated))),
                events: [
                    finished.map(|second| event(TicketEventKind::Finished, second, None)),
                    estimated.map(|second| event(TicketEventKind::Estimated, second, points)),
                ]
                .into_iter()
                .flatten()
                .collect(),
                ..Ticket::default()
            },
        )
    }

    fn shuffled() -> impl Strategy<Value = (Vec<Ticket>, Vec<Ticket>)> {
        prop::collection::vec(fact(), 1..7).prop_flat_map(|facts| {
            let repeated = [facts.clone(), facts.clone()].concat();
            (Just(facts), Just(repeated).prop_shuffle())
        })
    }

    proptest! {
        #[test]
        fn neither_order_nor_repetition_of_facts_decides_what_a_ticket_is((once, again) in shuffled()) {
            prop_assert_eq!(all(&once), all(&again));
        }
    }

    #[test]
    fn a_ticket_that_is_done_again_was_done_twice_since_its_first_start() {
        let done = |updated, finished| Ticket {
            status: TicketStatus::Done,
            started_at: Some(at(updated - 1)),
            finished_at: Some(at(finished)),
            updated_at: Some(at(updated)),
            events: vec![event(TicketEventKind::Finished, finished, None)],
            ..Ticket::default()
        };
        let reopened = Ticket { updated_at: Some(at(20)), status: TicketStatus::Doing, ..Ticket::default() };
        let laid = all(&[done(40, 40), reopened.clone(), done(10, 10)]);
        assert_eq!((laid.started_at, laid.finished_at, laid.events.len()), (Some(at(9)), Some(at(40)), 2));
        let open = all(&[done(10, 10), reopened]);
        assert_eq!((open.finished_at, open.events.len()), (None, 1));
    }

    #[test]
    fn a_removed_ticket_is_back_once_it_changes_again() {
        let known = |updated, vanished: Option<i64>| Ticket {
            updated_at: Some(at(updated)),
            vanished_at: vanished.map(at),
            ..Ticket::default()
        };
        assert_eq!(all(&[known(1, None), known(1, Some(5))]).vanished_at, Some(at(5)));
        assert_eq!(all(&[known(1, Some(5)), known(6, None)]).vanished_at, None);
        assert_eq!(all(&[known(6, None), known(1, Some(5))]).vanished_at, None);
    }

    #[test]
    fn the_first_estimate_is_the_earliest_that_was_ever_told() {
        let estimated = |second, points| Ticket {
            estimate: Some(points),
            first_estimate: Some(points),
            first_estimated_at: Some(at(second)),
            updated_at: Some(at(second)),
            ..Ticket::default()
        };
        let laid = all(&[estimated(7, 8), estimated(3, 2), estimated(5, 5)]);
        assert_eq!((laid.first_estimate, laid.estimate), (Some(2), Some(8)));
    }
}
