//! Tickets: what deliveries tell of them, and what files keep of that.

use model::columns::Scopes;
use model::deliveries::Delivered;
use model::kinds::{TicketEventKind, TicketStatus};
use model::records::{Record, Ticket, TicketEvent};
use store::csv_folder::{Reading, load};
use store::{Delivery, Deposit};

use crate::records::{Fixture, at};

fn ticket(updated: i64, status: TicketStatus, estimate: Option<i64>) -> Ticket {
    let event = |kind, estimate| TicketEvent { at: at(updated), kind, estimate, ..TicketEvent::default() };
    let is_done = status == TicketStatus::Done;
    let finished = is_done.then(|| event(TicketEventKind::Finished, None));
    Ticket {
        id: "d42a1f7c".into(),
        identifier: "ENG-12".into(),
        source: "linear".into(),
        team: "ENG".into(),
        kind: "feature".into(),
        created_at: at(5),
        started_at: (status != TicketStatus::Todo).then(|| at(updated)),
        finished_at: is_done.then(|| at(updated)),
        status,
        estimate,
        first_estimate: estimate,
        first_estimated_at: estimate.map(|_| at(updated)),
        final_estimate: estimate.filter(|_| is_done),
        updated_at: Some(at(updated)),
        host: "linear.app".into(),
        events: estimate.map(|_| event(TicketEventKind::Estimated, estimate)).into_iter().chain(finished).collect(),
        ..Ticket::default()
    }
}

fn deliver(fixture: &Fixture, id: &str, ticket: &Ticket) -> Deposit {
    let told = Delivered::Ticket(Box::new(ticket.clone()));
    let delivery = Delivery { id, body_hash: id, event: "issue updated", received_at: at(1_000), told: &told };
    fixture.store.deliver(&delivery).expect("stored")
}

fn life() -> [Ticket; 5] {
    use TicketStatus::{Doing, Done, Todo};
    let removed = Ticket { vanished_at: Some(at(55)), ..ticket(50, Done, Some(5)) };
    [ticket(10, Todo, Some(3)), ticket(20, Doing, None), ticket(30, Done, Some(3)), ticket(40, Doing, Some(5)), removed]
}

const HEAD: [&str; 6] = ["ticket_id", "status", "started_at", "finished_at", "first_estimate", "vanished_at"];

#[test]
fn a_ticket_is_the_same_in_whatever_order_its_deliveries_come_and_however_often() {
    let facts = life();
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 4, 0, 3, 1]] {
        let fixture = Fixture::new();
        for (round, place) in order.into_iter().chain(order).enumerate() {
            let deposit = deliver(&fixture, &format!("{round}"), &facts[place]);
            assert!(round < order.len() || deposit == Deposit::Known, "{order:?} {round}");
        }
        assert_eq!(
            fixture.cells("ticket", &HEAD),
            ["d42a1f7c,DONE,1970-01-01T00:00:20Z,1970-01-01T00:00:50Z,3,1970-01-01T00:00:55Z"],
            "{order:?}"
        );
        assert_eq!(
            fixture.cells("ticket_event", &["at", "kind", "estimate"]),
            [
                "1970-01-01T00:00:10Z,estimated,3",
                "1970-01-01T00:00:30Z,estimated,3",
                "1970-01-01T00:00:30Z,finished,",
                "1970-01-01T00:00:40Z,estimated,5",
                "1970-01-01T00:00:50Z,estimated,5",
                "1970-01-01T00:00:50Z,finished,",
            ],
            "{order:?}"
        );
    }
}

#[test]
fn files_keep_tickets_and_give_them_back_to_a_store_and_to_the_engine() {
    let fixture = Fixture::new();
    for (place, fact) in life().iter().enumerate() {
        deliver(&fixture, &place.to_string(), fact);
    }
    let folder = fixture.path("published");
    fixture.store.publish_csv(&folder, store::JobsOfCi::Published).expect("published");
    let of_folder = load(&folder, Scopes::ISSUES, Reading::Strict).expect("read").raw;
    let of_store = fixture.store.load_at(Scopes::ISSUES, at(2_000)).expect("read");
    for raw in [&of_folder, &of_store] {
        assert_eq!((raw.tickets.id.len(), raw.ticket_events.at.len()), (1, 6));
        assert_eq!(raw.tickets.status[0], TicketStatus::Done);
    }
    let again = Fixture::new();
    again.store.import_csv(&folder).expect("loaded");
    assert_eq!(again.csv("ticket"), fixture.csv("ticket"));
    assert_eq!(again.csv("ticket_event"), fixture.csv("ticket_event"));
}

#[test]
fn what_an_import_reads_of_a_ticket_replaces_its_events_unless_it_is_older() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &[Record::Ticket(Box::new(ticket(30, TicketStatus::Done, Some(3))))]);
    fixture.read_in(2, 200, &[Record::Ticket(Box::new(ticket(40, TicketStatus::Doing, Some(5))))]);
    fixture.read_in(1, 90, &[Record::Ticket(Box::new(ticket(20, TicketStatus::Todo, None)))]);
    assert_eq!(fixture.cells("ticket", &["status", "estimate"]), ["DOING,5"]);
}
