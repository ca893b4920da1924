//! Table `innovation_month`: which part of the time that work took went into types of work that are innovation.
//!
//! Of tickets where a tracker tells of any, by their time from start to end; else of issues, by cycle time. A ticket that
//! was done several times counts once, in the month in which it was done last. Tickets of which others are parts count
//! nowhere, since their parts do, unless the rules say otherwise.

use std::collections::BTreeMap;

use model::Instant;
use model::columns::{Dictionary, Raw};
use model::instant::MICROS_PER_DAY;
use model::names::comparable;
use model::records::Scope;
use model::rules::Rules;
use model::table::{Cells, Column, Table};

use crate::calendar::{Cut, Periods, label_columns};
use crate::coverage::Coverage;
use crate::flow::Lives;
use crate::frame::RATE_MINIMUM;
use crate::selection::{Chosen, NO_BOARD};
use crate::tickets;
use crate::totals::ALL;
use crate::words::texts;

/// Something that was done, of a team or of all.
#[derive(Clone, Copy, Debug)]
struct Done {
    at: i64,
    /// How long it took.
    micros: i64,
    innovation: bool,
}

/// What was done, by team; [`ALL`] is all that is selected.
#[derive(Debug, Default)]
struct ByTeam<'a>(BTreeMap<&'a str, Vec<Done>>);

impl<'a> ByTeam<'a> {
    fn add(&mut self, team: &'a str, done: Done) {
        self.0.entry(team).or_default().push(done);
    }
}

/// By month and team, from the team's first end to `as_of`; a row `ALL` for everything that is selected.
///
/// * `days` is the time that all took that was done in the month, `innovation_days` that of the types that the rules name.
/// * Without such types `innovation_days` and `ratio` are null; `ratio` is so, too, below [`RATE_MINIMUM`] and where
///   nothing took any time.
pub(crate) fn table(raw: &Raw, rules: &Rules, lives: &Lives, of_issues: &Coverage, chosen: &Chosen) -> Table {
    let names: Vec<String>;
    let (source, by_team, coverage) = if raw.tickets.id.is_empty() {
        ("issues", of_lives(raw, rules, lives, chosen), of_issues.clone())
    } else {
        names = team_names(raw, rules, chosen);
        let coverage = Coverage::of(raw, &[Scope::EventApi], lives.as_of, &Chosen::everything());
        ("tickets", of_tickets(raw, rules, lives.as_of, chosen, &names), coverage)
    };
    rows(source, &by_team, rules, &coverage, lives.as_of)
}

/// Of issues that ended and have a cycle time.
fn of_lives<'a>(raw: &Raw, rules: &'a Rules, lives: &Lives, chosen: &Chosen) -> ByTeam<'a> {
    let mut by_team = ByTeam::default();
    let innovation: Vec<bool> = lives.kinds.names.iter().map(|kind| rules.tickets.is_innovation(kind)).collect();
    let done: Vec<(usize, u16, Done)> = lives
        .included()
        .filter_map(|(issue, life)| {
            let innovation = innovation[lives.kinds.kind[issue] as usize];
            let done = Done { at: life.ended_at, micros: life.cycle_micros()?, innovation };
            Some((issue, life.end_board, done))
        })
        .collect();
    for (_, _, done) in &done {
        by_team.add(ALL, *done);
    }
    for (team, of_team) in chosen.by_team(rules) {
        let memberships = of_team.issues(raw);
        let standing: Vec<_> = lives.boards.iter().map(|board| of_team.board(&board.id)).collect();
        let no_board = of_team.board(NO_BOARD);
        for (issue, board, done) in &done {
            if memberships[*issue].counts_on(standing.get(usize::from(*board)).copied().unwrap_or(no_board)) {
                by_team.add(team, *done);
            }
        }
    }
    by_team
}

/// What the teams are called that have each code of a tracker's team: those of the rules, else as the tracker does.
fn team_names(raw: &Raw, rules: &Rules, chosen: &Chosen) -> Vec<String> {
    let mut codes: Vec<u32> = raw.tickets.team.iter().copied().filter(|code| *code != Dictionary::EMPTY).collect();
    codes.sort_unstable();
    codes.dedup();
    let is_of_a_team = |key: &str| {
        let keys = rules.teams.values().flat_map(|team| &team.ticket_teams);
        keys.map(|known| comparable(known)).any(|known| known == comparable(key))
    };
    let keys = codes.into_iter().map(|code| raw.dictionary.text(code).into_owned());
    let unnamed = keys.filter(|key| !is_of_a_team(key));
    chosen.by_team(rules).map(|(name, _)| name.to_owned()).chain(unnamed).collect()
}

/// Of tickets that are done, by the start that was told first, else by when they were made.
fn of_tickets<'a>(raw: &Raw, rules: &Rules, as_of: Instant, chosen: &Chosen, names: &'a [String]) -> ByTeam<'a> {
    let mut by_team = ByTeam::default();
    let teams: Vec<(&str, Chosen)> = chosen.by_team(rules).collect();
    for row in tickets::counted(raw, rules) {
        let Some(finished_at) = raw.tickets.finished_at.get(row).filter(|at| *at <= as_of) else { continue };
        let team = raw.dictionary.text(raw.tickets.team[row]);
        let kind = raw.dictionary.text(raw.tickets.kind[row]);
        if !chosen.has_ticket(&team, &kind) {
            continue;
        }
        let micros = tickets::duration(raw, row, finished_at);
        let done = Done { at: finished_at.micros(), micros, innovation: rules.tickets.is_innovation(&kind) };
        by_team.add(ALL, done);
        for ((_, of_team), name) in teams.iter().zip(names) {
            if of_team.has_ticket(&team, &kind) {
                by_team.add(name, done);
            }
        }
        if let Some(name) = names[teams.len()..].iter().find(|name| **name == *team) {
            by_team.add(name, done);
        }
    }
    by_team
}

fn rows(source: &str, by_team: &ByTeam<'_>, rules: &Rules, coverage: &Coverage, as_of: Instant) -> Table {
    let all = by_team.0.get(ALL).map(Vec::as_slice).unwrap_or_default();
    let never = Instant::from_micros(as_of.micros().saturating_add(1));
    let first = all.iter().map(|done| done.at).min().map_or(never, Instant::from_micros);
    let months = Periods::covering(Cut::Month, rules.timezone, first, as_of);
    let month_of = |done: &Done| months.index_of(Instant::from_micros(done.at));
    // What is selected comes first in its month.
    let mut rows: Vec<(usize, bool, &str, Sum)> = Vec::new();
    for (team, done) in &by_team.0 {
        let mut sums: BTreeMap<usize, Sum> = BTreeMap::new();
        for done in done {
            if let Some(month) = month_of(done) {
                sums.entry(month).or_default().add(done);
            }
        }
        let Some(begin) = sums.keys().next().copied() else { continue };
        let sum = |month| sums.get(&month).copied().unwrap_or_default();
        rows.extend((begin..months.len()).map(|month| (month, *team != ALL, *team, sum(month))));
    }
    rows.sort_by_key(|(month, is_part, team, _)| (*month, *is_part, *team));
    let sums = || rows.iter().map(|(.., sum)| sum);
    let has_types = !rules.tickets.innovation_types.is_empty();
    let days = |micros: i64| micros as f64 / MICROS_PER_DAY as f64;
    let mut columns = label_columns(&months, Cut::Month, rows.iter().map(|(month, ..)| *month));
    columns.extend([
        Column { name: "team", cells: texts(rows.iter().map(|(_, _, team, _)| *team)) },
        Column { name: "tickets", cells: Cells::Int(sums().map(|sum| Some(sum.count)).collect()) },
        Column { name: "days", cells: Cells::Float(sums().map(|sum| Some(days(sum.micros))).collect()) },
        Column {
            name: "innovation_days",
            cells: Cells::Float(sums().map(|sum| has_types.then(|| days(sum.innovation))).collect()),
        },
        Column { name: "ratio", cells: Cells::Float(sums().map(|sum| sum.ratio().filter(|_| has_types)).collect()) },
        Column { name: "source", cells: texts(rows.iter().map(|_| source)) },
        Column {
            name: "complete",
            cells: Cells::Bool(rows.iter().map(|(month, ..)| coverage.is_complete(months.end(*month))).collect()),
        },
    ]);
    Table { name: "innovation_month", columns }
}

/// What was done, added up.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    count: i64,
    micros: i64,
    innovation: i64,
}

impl Sum {
    fn add(&mut self, done: &Done) {
        self.count += 1;
        self.micros += done.micros;
        self.innovation += if done.innovation { done.micros } else { 0 };
    }

    fn ratio(self) -> Option<f64> {
        (self.count >= RATE_MINIMUM as i64 && self.micros > 0).then(|| self.innovation as f64 / self.micros as f64)
    }
}

#[cfg(test)]
mod tests {
    use model::kinds::TicketStatus;
    use model::records::{Issue, IssueState, Place, ProjectEvent, ProjectKind, StatusEvent, StatusKind, Ticket};
    use model::rules::Team;
    use model::tickets::TicketRules;

    use super::*;
    use crate::calculate_selected;
    use crate::records::RawBuilder;
    use crate::selection::Selection;

    const DAY: i64 = 86_400;

    fn at(day: i64) -> Instant {
        Instant::from_seconds(day * DAY)
    }

    /// Done on a day of January 1970, after so many days.
    fn ticket(id: &str, kind: &str, day: i64, days: i64) -> Ticket {
        Ticket {
            id: id.into(),
            team: "ENG".into(),
            kind: kind.into(),
            status: TicketStatus::Done,
            created_at: at(0),
            started_at: Some(at(day - days)),
            finished_at: Some(at(day)),
            ..Ticket::default()
        }
    }

    /// Ten of ENG, of which three are innovation, one day each but the first, which takes three.
    fn ten() -> Vec<Ticket> {
        let kind = |number| if number < 3 { "Feature" } else { "bug" };
        let days = |number| if number == 0 { 3 } else { 1 };
        (0..10).map(|number| ticket(&format!("t{number}"), kind(number), 10, days(number))).collect()
    }

    fn rules(types: &[&str]) -> Rules {
        let innovation_types = types.iter().map(|&kind| kind.to_owned()).collect();
        Rules { tickets: TicketRules { innovation_types, ..TicketRules::default() }, ..Rules::default() }
    }

    fn raw(tickets: &[Ticket]) -> Raw {
        let mut builder = RawBuilder::default();
        for ticket in tickets {
            builder.ticket(ticket);
        }
        builder.build(at(40)).expect("each once")
    }

    fn lines(raw: &Raw, rules: &Rules, selection: &Selection) -> Vec<String> {
        let scopes = model::columns::Scopes::ISSUES;
        let calculation = calculate_selected(raw, rules, None, scopes, selection).expect("nothing to contradict");
        let table = calculation.tables.iter().find(|table| table.name == "innovation_month").expect("written");
        table.to_csv().lines().skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn the_ratio_is_the_time_of_innovation_in_that_of_all() {
        let lines = lines(&raw(&ten()), &rules(&["feature"]), &Selection::default());
        assert_eq!(
            lines,
            [
                "1970-01,ALL,10,12.000000,5.000000,0.416667,tickets,true",
                "1970-01,ENG,10,12.000000,5.000000,0.416667,tickets,true",
                "1970-02,ALL,0,0.000000,0.000000,,tickets,false",
                "1970-02,ENG,0,0.000000,0.000000,,tickets,false",
            ]
        );
    }

    #[test]
    fn without_types_or_below_ten_tickets_there_is_no_ratio() {
        let all = |raw: &Raw, rules: &Rules| lines(raw, rules, &Selection::default())[0].clone();
        assert_eq!(all(&raw(&ten()), &rules(&[])), "1970-01,ALL,10,12.000000,,,tickets,true");
        let nine = raw(&ten()[1..]);
        assert_eq!(all(&nine, &rules(&["feature"])), "1970-01,ALL,9,9.000000,2.000000,,tickets,true");
    }

    #[test]
    fn what_others_are_parts_of_was_removed_or_is_not_done_counts_nowhere() {
        let mut tickets = ten();
        tickets[0].parent_id = "parent".into();
        tickets.push(ticket("parent", "feature", 10, 9));
        tickets.push(Ticket { vanished_at: Some(at(11)), ..ticket("gone", "feature", 10, 9) });
        tickets.push(Ticket { finished_at: None, status: TicketStatus::Doing, ..ticket("open", "feature", 10, 9) });
        let first = |rules: &Rules| lines(&raw(&tickets), rules, &Selection::default())[0].clone();
        let mut rules = rules(&["feature"]);
        assert_eq!(first(&rules), "1970-01,ALL,10,12.000000,5.000000,0.416667,tickets,true");
        rules.tickets.ignore_parents = false;
        assert_eq!(first(&rules), "1970-01,ALL,11,21.000000,14.000000,0.666667,tickets,true");
    }

    #[test]
    fn a_ticket_is_of_the_teams_that_name_its_key_and_only_they_are_left_where_they_are_selected() {
        let mut rules = rules(&["feature"]);
        let team = |keys: &[&str]| Team { ticket_teams: keys.iter().map(|&it| it.into()).collect(), ..Team::default() };
        rules.teams = [("alpha".to_owned(), team(&["eng"])), ("beta".to_owned(), team(&["X"]))].into();
        let mut tickets = ten();
        tickets.push(Ticket { team: "OPS".into(), ..ticket("ops", "bug", 10, 1) });
        let names = |selection: &Selection| {
            let lines = lines(&raw(&tickets), &rules, selection);
            let of_january = lines.into_iter().filter(|line| line.starts_with("1970-01"));
            of_january.map(|line| line.split(',').skip(1).take(2).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
        };
        assert_eq!(names(&Selection::default()), ["ALL 11", "OPS 1", "alpha 10"]);
        let alpha = Selection { teams: vec!["alpha".into()], ..Selection::default() };
        assert_eq!(names(&alpha), ["ALL 10", "alpha 10"]);
        let api = Selection { repositories: vec!["api".into()], ..Selection::default() };
        assert_eq!(names(&api), [""; 0], "a ticket is of no repository");
    }

    #[test]
    fn without_tickets_issues_count_by_type_and_cycle_time() {
        let mut builder = RawBuilder::default();
        for number in 0..11 {
            let event =
                |kind: StatusKind, day| StatusEvent { kind: kind.into(), at: at(day), ..StatusEvent::default() };
            let moved = |kind: ProjectKind, column: &str, day| ProjectEvent {
                project_id: "7".into(),
                to_column: column.into(),
                kind: kind.into(),
                at: at(day),
                ..ProjectEvent::default()
            };
            let mut steps = vec![moved(ProjectKind::Added, "Backlog", 1)];
            // The last one goes straight to done, and has no cycle time.
            if number < 10 {
                steps.push(moved(ProjectKind::Moved, "In progress", 4));
            }
            let kind = if number < 4 { "Feature" } else { "Bug" };
            builder.issue(&Issue {
                place: Place { org: "acme".into(), repo: "api".into(), number: number.to_string(), ..Place::default() },
                state: IssueState::Closed.into(),
                issue_type: kind.into(),
                created_at: at(1),
                closed_at: Some(at(10)),
                status_events: vec![event(StatusKind::Opened, 1), event(StatusKind::Closed, 10)],
                project_events: steps,
                ..Issue::default()
            });
        }
        let raw = builder.build(at(40)).expect("each once");
        assert_eq!(
            lines(&raw, &rules(&["feature"]), &Selection::default())[0],
            "1970-01,ALL,10,60.000000,24.000000,0.400000,issues,true"
        );
    }
}
