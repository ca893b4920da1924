//! Tickets that webhooks tell of, as they are counted and asked for.

use std::path::Path;

use model::Instant;
use model::deliveries::Delivered;
use model::kinds::{TicketEventKind, TicketStatus};
use model::records::{ImportRun, Ticket, TicketEvent};
use store::{Delivery, Store};

use crate::client::Answer;
use crate::process::{Server, text};

fn at(day: u32, hour: u32) -> Instant {
    Instant::parse_rfc3339(&format!("2026-03-{day:02}T{hour:02}:00:00Z")).expect("a time")
}

/// As it was on a day, with what is told of that.
fn ticket(id: &str, day: u32, status: TicketStatus, points: i64) -> Ticket {
    let is_done = status == TicketStatus::Done;
    let event = |kind, estimate| TicketEvent { at: at(day, 10), kind, estimate, ..TicketEvent::default() };
    let finished = is_done.then(|| event(TicketEventKind::Finished, None));
    let estimated = event(TicketEventKind::Estimated, Some(points));
    Ticket {
        id: id.into(),
        identifier: "ENG-1".into(),
        source: "linear".into(),
        team: "ENG".into(),
        project: "Shop, \"new\"".into(),
        kind: "feature".into(),
        actor_hash: model::tickets::actor_hash("ada@acme.example"),
        created_at: at(1, 8),
        started_at: Some(at(2, 10)),
        finished_at: is_done.then(|| at(day, 10)),
        status,
        estimate: Some(points),
        updated_at: Some(at(day, 10)),
        host: "linear.app".into(),
        events: [estimated].into_iter().chain(finished).collect(),
        ..Ticket::default()
    }
}

/// A ticket that is done twice, and the part of another one, whichever comes first.
fn life() -> Vec<Ticket> {
    use TicketStatus::{Doing, Done};
    let part = Ticket { parent_id: "whole".into(), project: String::new(), ..ticket("part", 5, Done, 2) };
    vec![
        ticket("t1", 2, Doing, 3),
        ticket("t1", 3, Done, 5),
        ticket("t1", 4, Doing, 5),
        ticket("t1", 6, Done, 4),
        ticket("whole", 6, Done, 9),
        part,
    ]
}

fn told(folder: &Path, order: &[usize]) {
    let store = Store::open(&text(&folder.join("cto.db"))).expect("opened");
    let life = life();
    for (round, place) in order.iter().enumerate() {
        let told = Delivered::Ticket(Box::new(life[*place].clone()));
        let id = &format!("{round}");
        let delivery = Delivery { id, body_hash: id, event: "issue updated", received_at: at(9, 8), told: &told };
        store.deliver(&delivery).expect("stored");
    }
    let run = ImportRun {
        run: 1,
        scope: "issues".into(),
        subject: "R_1".into(),
        outcome: "ok".into(),
        covered_to: Some(at(20, 8)),
        ..ImportRun::default()
    };
    store.record_import(&run).expect("recorded");
}

fn posted(server: &Server, address: &str, body: &str) -> Answer {
    let request = format!(
        "POST {address} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        server.address,
        body.len()
    );
    let mut connection = server.connect();
    connection.send(request).expect("sent");
    connection.answer().expect("an answer")
}

const ADDRESS: &str = "/api/v1/ticketing/stats";
const MARCH: &str = r#"{"from": "2026-03-01T00:00:00.000Z", "to": "2026-04-01T00:00:00.000Z"}"#;

#[test]
fn tickets_are_counted_and_asked_for_the_same_in_whatever_order_they_came_and_after_a_restart() {
    let mut ends = Vec::new();
    for order in [vec![0, 1, 2, 3, 4, 5], vec![5, 3, 3, 1, 4, 0, 2, 5, 1, 0, 4, 2]] {
        let folder = tempfile::tempdir().expect("a folder");
        told(folder.path(), &order);
        for _ in 0..2 {
            let server = Server::ready(&["--data", &text(folder.path())]);
            let scraped = server.get("/metrics").body;
            let lines: Vec<String> =
                scraped.lines().filter(|line| line.contains("ticket")).map(str::to_owned).collect();
            ends.push((lines, posted(&server, &format!("{ADDRESS}?format=csv"), MARCH).body));
        }
    }
    assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{ends:#?}");
    let (lines, csv) = &ends[0];
    let of_shop = "project_id=\"Shop, \\\"new\\\"\",team_id=\"ENG\",ticket_type=\"feature\"";
    for line in [
        format!("ticket_count_total{{{of_shop}}} 2"),
        "ticket_count_total{team_id=\"ENG\",ticket_type=\"feature\"} 1".to_owned(),
        // One day and four days after its first start.
        format!("time_per_ticket_minutes_sum{{{of_shop}}} 7200.0"),
        format!("ticket_estimation_changed_sum{{{of_shop}}} 2.0"),
        format!("ticket_estimation_changed_negative_sum{{{of_shop}}} 1.0"),
    ] {
        assert!(lines.contains(&line), "{line}: {lines:#?}");
    }
    let rows: Vec<&str> = csv.lines().skip(1).collect();
    assert_eq!(
        rows,
        [
            "2,1,0.5,no-actor,6,604800,\"Shop, \"\"new\"\"\",2026-03-01,4,0.6666666666666666,345600,0.5714285714285714",
            "2,1,0.5,no-actor,6,604800,no-project,2026-03-01,2,0.3333333333333333,259200,0.42857142857142855",
        ]
    );
}

#[test]
fn assignees_are_told_where_people_are_and_wrong_fields_are_400_without_a_token() {
    let folder = tempfile::tempdir().expect("a folder");
    told(folder.path(), &[0, 1]);
    let config = folder.path().join("config.yml");
    std::fs::write(&config, "reporting: {people: true}").expect("written");
    let server = Server::ready(&["--data", &text(folder.path()), "--config", &text(&config)]);
    let known = MARCH.replace('}', ", \"unhash_actors\": [\"ada@acme.example\"]}");
    let answer = posted(&server, ADDRESS, &known).json();
    assert_eq!(answer["from"], "2026-03-01T00:00:00.000Z");
    let of_ada = &answer["summary"]["2026-03-01"]["by_actor"]["ada@acme.example"];
    assert_eq!(of_ada["actor_monthly_time"], 86_400);
    assert_eq!(of_ada["projects"]["Shop, \"new\""]["percent_month_project_time_spent_seconds"], 1.0);
    assert!(!posted(&server, ADDRESS, MARCH).body.contains('@'));
    let wrong = posted(&server, ADDRESS, r#"{"from": "soon"}"#);
    assert_eq!((wrong.status, &wrong.json()["errors"][0]["instancePath"]), (400, &"/from".into()));
    assert_eq!(posted(&server, ADDRESS, &" ".repeat(65 << 10)).status, 413);
}

#[test]
fn who_may_read_may_ask_and_nobody_else() {
    let folder = tempfile::tempdir().expect("a folder");
    told(folder.path(), &[0, 1]);
    let tokens = folder.path().join("tokens");
    std::fs::write(&tokens, "reader").expect("written");
    let server =
        Server::run(crate::process::program(&["--data", &text(folder.path()), "--tokens-file", &text(&tokens)]));
    server.wait_until_ready("/readyz", "");
    assert_eq!(posted(&server, ADDRESS, MARCH).status, 401);
}
