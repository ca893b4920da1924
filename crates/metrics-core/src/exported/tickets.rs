//! Families of tickets: those of em-metrics.

use std::collections::BTreeMap;

use model::Instant;
use model::columns::Raw;
use model::kinds::TicketEventKind;
use model::rules::Rules;
use model::series::{Family, Unit};

use super::{MICROS_PER_MINUTE, labels};
use crate::tickets;

/// From nothing to 15 hours.
const MINUTES: &[f64] =
    &[0.0, 5.0, 10.0, 15.0, 25.0, 45.0, 60.0, 90.0, 120.0, 150.0, 180.0, 240.0, 300.0, 480.0, 600.0, 900.0];
/// Points, one by one; of em-metrics' buckets those that a change can be in.
const POINTS: &[f64] = &[
    0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0, 19.0, 20.0,
    21.0, 22.0, 23.0, 24.0, 25.0,
];

/// Each time that a ticket was done counts, with the time from the start that was told first; and each change of an
/// estimate into another one.
pub(super) fn families(raw: &Raw, rules: &Rules, as_of: Instant) -> Vec<Family> {
    let points = |name, help| Family::distributions(name, help, Unit::Of("points"), POINTS);
    let mut done = Family::totals("ticket_count", "Tickets that were done, each time that one was", Unit::Of("ticket"));
    let mut time = Family::distributions(
        "time_per_ticket",
        "Time from the first start of a ticket to each time that it was done",
        Unit::Minutes,
        MINUTES,
    );
    let mut raised = points("ticket_estimation_changed", "Points by which estimates of tickets were raised");
    let mut lowered = points("ticket_estimation_changed_negative", "Points by which estimates of tickets were lowered");
    let events = events_of_each(raw, as_of);
    for row in tickets::counted(raw, rules) {
        let columns = &raw.tickets;
        let Some(of_ticket) = events.get(&(columns.host[row], columns.id.bytes(row))) else { continue };
        let text = |code: u32| raw.dictionary.text(code);
        let (project, team, kind) = (text(columns.project[row]), text(columns.team[row]), text(columns.kind[row]));
        let labels = || labels([("project_id", &*project), ("team_id", &*team), ("ticket_type", &*kind)]);
        let started_at = columns.started_at.get(row);
        let mut estimate: Option<i64> = None;
        for (micros, kind, points) in of_ticket {
            let at = Instant::from_micros(*micros);
            match kind {
                TicketEventKind::Finished => {
                    done.count(labels(), at);
                    if let Some(start) = started_at.filter(|start| *start <= at) {
                        time.observe(labels(), at, (at.micros() - start.micros()) as f64 / MICROS_PER_MINUTE);
                    }
                }
                TicketEventKind::Estimated => {
                    if let (Some(before), Some(points)) = (estimate, points) {
                        let difference = points - before;
                        if difference > 0 {
                            raised.observe(labels(), at, difference as f64);
                        } else if difference < 0 {
                            lowered.observe(labels(), at, -difference as f64);
                        }
                    }
                    estimate = *points;
                }
            }
        }
    }
    vec![done, time, raised, lowered]
}

/// What happened to each ticket up to an instant, in order of time, by host and id.
type Events<'a> = BTreeMap<(u32, &'a [u8]), Vec<(i64, TicketEventKind, Option<i64>)>>;

fn events_of_each(raw: &Raw, as_of: Instant) -> Events<'_> {
    let columns = &raw.ticket_events;
    let mut events = Events::new();
    for row in 0..columns.ticket_id.len() {
        let Some(at) = columns.at.get(row).filter(|at| *at <= as_of) else { continue };
        let event = (at.micros(), columns.kind[row], columns.estimate.get(row));
        events.entry((columns.host[row], columns.ticket_id.bytes(row))).or_default().push(event);
    }
    for of_ticket in events.values_mut() {
        of_ticket.sort_unstable();
    }
    events
}

#[cfg(test)]
mod tests {
    use model::records::{Ticket, TicketEvent};

    use super::*;
    use crate::records::RawBuilder;

    fn at(minute: i64) -> Instant {
        Instant::from_seconds(minute * 60)
    }

    fn ticket(id: &str, events: &[(i64, TicketEventKind, Option<i64>)]) -> Ticket {
        let event = |(minute, kind, estimate): &(i64, TicketEventKind, Option<i64>)| TicketEvent {
            ticket_id: id.into(),
            at: at(*minute),
            kind: *kind,
            estimate: *estimate,
            ..TicketEvent::default()
        };
        Ticket {
            id: id.into(),
            team: "ENG".into(),
            project: "Shop".into(),
            kind: "feature".into(),
            started_at: Some(at(10)),
            events: events.iter().map(event).collect(),
            ..Ticket::default()
        }
    }

    /// Name, labels, count and sum of each series.
    fn told(tickets: &[Ticket], as_of: i64) -> Vec<String> {
        let mut builder = RawBuilder::default();
        for ticket in tickets {
            builder.ticket(ticket);
        }
        let raw = builder.build(at(1_000)).expect("each once");
        let families = families(&raw, &Rules::default(), at(as_of));
        let lines = families.iter().flat_map(|family| {
            family.series.iter().map(|(labels, series)| {
                let labels: Vec<&str> = labels.iter().map(|(_, value)| value.as_str()).collect();
                format!("{} {} {} {}", family.name, labels.join("/"), series.count, series.sum)
            })
        });
        lines.collect()
    }

    #[test]
    fn each_time_that_a_ticket_is_done_counts_with_the_time_since_its_first_start() {
        use TicketEventKind::Finished;
        let twice = ticket("t1", &[(70, Finished, None), (130, Finished, None)]);
        assert_eq!(
            told(std::slice::from_ref(&twice), 1_000),
            ["ticket_count Shop/ENG/feature 2 0", "time_per_ticket Shop/ENG/feature 2 180"]
        );
        assert_eq!(told(&[twice], 100), ["ticket_count Shop/ENG/feature 1 0", "time_per_ticket Shop/ENG/feature 1 60"]);
    }

    #[test]
    fn an_estimate_that_becomes_another_counts_by_its_difference_and_one_that_was_taken_away_hides_it() {
        use TicketEventKind::Estimated;
        let points = [Some(2), Some(5), Some(5), Some(1), None, Some(8)];
        let events: Vec<_> = (20..).zip(points).map(|(minute, points)| (minute, Estimated, points)).collect();
        assert_eq!(
            told(&[ticket("t1", &events)], 1_000),
            [
                "ticket_estimation_changed Shop/ENG/feature 1 3",
                "ticket_estimation_changed_negative Shop/ENG/feature 1 4",
            ]
        );
    }

    #[test]
    fn tickets_that_others_are_parts_of_and_removed_ones_are_in_no_series() {
        let done = [(70, TicketEventKind::Finished, None)];
        let part = Ticket { parent_id: "t1".into(), project: String::new(), ..ticket("t2", &done) };
        let removed = Ticket { vanished_at: Some(at(80)), ..ticket("t3", &done) };
        assert_eq!(
            told(&[ticket("t1", &done), part, removed], 1_000),
            ["ticket_count ENG/feature 1 0", "time_per_ticket ENG/feature 1 60"]
        );
    }
}
