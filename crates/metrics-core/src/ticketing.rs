//! Shares of projects in what was done: em-metrics' statistics of tickets.

use std::collections::BTreeMap;

use model::Instant;
use model::columns::Raw;
use model::instant::MICROS_PER_SECOND;
use model::rules::Rules;

use crate::tickets;

/// What is called a ticket's assignee where nobody has it, or people are not told of.
pub const NO_ACTOR: &str = "no-actor";
/// What is called a ticket's project where it is in none.
pub const NO_PROJECT: &str = "no-project";

/// The part of a project in the tickets of an assignee that were made in a month.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// First day of the month in UTC, `2026-03-01`.
    pub month: String,
    /// Name of the project, or [`NO_PROJECT`].
    pub project: String,
    /// Hash of the assignee's mail address, or [`NO_ACTOR`].
    pub actor: String,
    /// Of the assignee in the month.
    pub all: Amounts,
    /// Of these, those of the project.
    pub part: Amounts,
}

/// Tickets, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// How many.
    pub tickets: i64,
    /// Points, of those that have an estimate; `None` where none has.
    pub points: Option<i64>,
    /// Seconds from the start, else from when they were made, to the end.
    pub seconds: i64,
}

impl Amounts {
    fn add(&mut self, points: Option<i64>, seconds: i64) {
        self.tickets += 1;
        self.seconds += seconds;
        if let Some(points) = points {
            *self.points.get_or_insert(0) += points;
        }
    }
}

impl Share {
    /// Of the tickets, 0 to 1.
    pub fn of_tickets(&self) -> Option<f64> {
        fraction(self.part.tickets, self.all.tickets)
    }

    /// Of the points; `None` where either has none.
    pub fn of_points(&self) -> Option<f64> {
        fraction(self.part.points?, self.all.points?)
    }

    /// Of the time; `None` where there is none.
    pub fn of_seconds(&self) -> Option<f64> {
        fraction(self.part.seconds, self.all.seconds)
    }
}

/// `None` of nothing.
fn fraction(part: i64, all: i64) -> Option<f64> {
    (all != 0).then(|| part as f64 / all as f64)
}

/// Of the tickets that were begun at `from` or later, else made, and were done by `to`; by month of their making, project
/// and assignee. Without people nobody is told of, and all are of [`NO_ACTOR`].
pub fn shares(raw: &Raw, rules: &Rules, from: Instant, to: Instant) -> Vec<Share> {
    let columns = &raw.tickets;
    let mut all: BTreeMap<(String, String), Amounts> = BTreeMap::new();
    let mut parts: BTreeMap<(String, String, String), Amounts> = BTreeMap::new();
    let or = |code: u32, nothing: &str| {
        let text = raw.dictionary.text(code);
        if text.is_empty() { nothing.to_owned() } else { text.into_owned() }
    };
    for row in tickets::counted(raw, rules) {
        let Some(created_at) = columns.created_at.get(row) else { continue };
        let Some(finished_at) = columns.finished_at.get(row).filter(|at| *at <= to) else { continue };
        if columns.started_at.get(row).unwrap_or(created_at) < from {
            continue;
        }
        let month = created_at.to_chrono().map(|at| at.format("%Y-%m-01").to_string()).unwrap_or_default();
        let actor = if rules.people { or(columns.actor_hash[row], NO_ACTOR) } else { NO_ACTOR.to_owned() };
        let seconds = tickets::duration(raw, row, finished_at).div_euclid(MICROS_PER_SECOND);
        let points = columns.estimate.get(row);
        all.entry((month.clone(), actor.clone())).or_default().add(points, seconds);
        parts.entry((month, or(columns.project[row], NO_PROJECT), actor)).or_default().add(points, seconds);
    }
    let share = |((month, project, actor), part): ((String, String, String), Amounts)| {
        let all = all[&(month.clone(), actor.clone())];
        Share { month, project, actor, all, part }
    };
    parts.into_iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use model::records::Ticket;

    use super::*;
    use crate::records::RawBuilder;

    fn at(text: &str) -> Instant {
        Instant::parse_rfc3339(text).expect("a time")
    }

    fn ticket(id: &str, times: [&str; 3], actor: &str, project: &str, estimate: Option<i64>) -> Ticket {
        let [created_at, started_at, finished_at] = times;
        let told = |text: &str| (!text.is_empty()).then(|| at(text));
        Ticket {
            id: id.into(),
            created_at: at(created_at),
            started_at: told(started_at),
            finished_at: told(finished_at),
            actor_hash: actor.into(),
            project: project.into(),
            estimate,
            ..Ticket::default()
        }
    }

    fn raw() -> Raw {
        let (january, second) = ("2024-01-01T12:55:00Z", "2024-01-02T09:00:00Z");
        let mut builder = RawBuilder::default();
        for ticket in [
            ticket("1", [january, second, "2024-01-02T09:15:00Z"], "two", "first", Some(1)),
            ticket("2", [january, "2024-01-02T09:30:00Z", "2024-01-02T11:30:00Z"], "two", "second", Some(3)),
            ticket("3", ["2024-02-01T12:55:00Z", "", "2024-02-04T11:30:00Z"], "", "", None),
            ticket("early", ["2024-01-01T12:55:00Z", "2023-12-31T23:00:00Z", second], "two", "first", Some(9)),
            ticket("late", [january, second, "2025-01-16T09:30:00Z"], "two", "first", Some(9)),
            ticket("open", [january, second, ""], "two", "first", Some(9)),
        ] {
            builder.ticket(&ticket);
        }
        builder.build(at("2024-05-01T00:00:00Z")).expect("each once")
    }

    fn told(people: bool) -> Vec<Share> {
        let rules = Rules { people, ..Rules::default() };
        shares(&raw(), &rules, at("2024-01-01T00:00:00Z"), at("2024-04-01T00:00:00Z"))
    }

    #[test]
    fn the_parts_of_projects_are_those_of_what_an_assignee_has_done_of_a_month() {
        let told = told(true);
        let keys: Vec<_> = told.iter().map(|it| [it.month.as_str(), &it.project, &it.actor].join(" ")).collect();
        assert_eq!(keys, ["2024-01-01 first two", "2024-01-01 second two", "2024-02-01 no-project no-actor"]);
        assert_eq!(told[0].all, Amounts { tickets: 2, points: Some(4), seconds: 8_100 });
        let fractions = [told[0].of_tickets(), told[0].of_points(), told[0].of_seconds()];
        assert_eq!(fractions, [Some(0.5), Some(0.25), Some(900.0 / 8_100.0)]);
        assert_eq!((told[2].part.seconds, told[2].of_points()), (254_100, None), "from when it was made");
    }

    #[test]
    fn without_people_everything_is_of_nobody() {
        let told = told(false);
        assert!(told.iter().all(|share| share.actor == NO_ACTOR));
        assert_eq!(told[1].all.tickets, 2);
    }
}
