//! Making an organisation from options.

use model::Instant;

use super::board::Board;
use super::both;
use super::card::loose_cards;
use super::ci;
use super::delivery::deliveries;
use super::issue::{IssueLife, Kind, What};
use super::options::{Numbers, Options};
use super::pull_request::{self, PullRequestLife, ReviewWorld};
use super::script::{self, World};
use super::{NOBODY, Organisation, Person, RepositoryLife, Team};
use crate::calendar::{Calendar, DAY, WORKDAY, monday_of};
use crate::ids::node_id;
use crate::random::Dice;
use crate::words;

/// 2026-10-30T18:00:00Z, a Friday.
const END: i64 = 1_793_383_200;

pub(super) fn generate(options: &Options) -> Organisation {
    let numbers = options.numbers();
    let end = options.end.map_or(END, Instant::seconds);
    let start = (end - i64::from(numbers.months) * 2_626_560).div_euclid(DAY) * DAY;
    let period = end - start;
    let reorganised_at = monday_of((start + period / 2).div_euclid(DAY)) * DAY;
    let calendar = Calendar::new(start, end, start + period * 93 / 100);
    let mut people = people(numbers.people, start + period * 6 / 10);
    let boards: Vec<Board> = (0..numbers.boards)
        .map(|index| Board::new(index, node_id("PVT_kwDO", index as u64), start + period * 55 / 100))
        .collect();
    let (teams, repositories) = teams_and_repositories(&numbers, start, period);
    if options.told_by_both {
        both::keep_accounts(&mut people);
    }
    let mut organisation = Organisation {
        options: options.clone(),
        login: "acme".to_owned(),
        start,
        end,
        reorganised_at,
        people,
        teams,
        repositories,
        boards,
        issues: Vec::new(),
        pull_requests: Vec::new(),
        loose_cards: Vec::new(),
        deliveries: Vec::new(),
        cis: Vec::new(),
    };
    // About three weeks of work are on the boards from the beginning.
    let stock = 0.7 / f64::from(numbers.months);
    organisation.issues = issues(&organisation, &calendar, numbers.issues, stock);
    organisation.pull_requests = pull_requests(&organisation, &calendar, numbers.pull_requests);
    if options.told_by_both {
        both::simplify(&mut organisation);
        organisation.deliveries = deliveries(&organisation);
        both::open_issues_of_incidents(&mut organisation);
        number_all(&mut organisation);
        organisation.cis = ci::lives(&organisation);
        return organisation;
    }
    number_all(&mut organisation);
    organisation.loose_cards = loose_cards(
        options.seed,
        &organisation.boards,
        &calendar,
        (start, end),
        numbers.issues,
        &organisation.pull_requests,
        |repository| organisation.teams[organisation.repositories[usize::from(repository)].team].board,
    );
    organisation.deliveries = deliveries(&organisation);
    organisation.cis = ci::lives(&organisation);
    organisation
}

/// Bots first, then people; one account is deleted on the way.
fn people(count: usize, deleted_at: i64) -> Vec<Person> {
    let machine = |login: &str, is_bot: bool, is_robot_user: bool| Person {
        login: login.to_owned(),
        is_bot,
        is_robot_user,
        deleted_at: None,
    };
    let mut people = vec![
        machine("dependabot[bot]", true, false),
        machine("renovate", true, false),
        machine("ci-robot", false, true),
    ];
    for index in 0..count {
        let name = words::PEOPLE[index % words::PEOPLE.len()];
        let round = index / words::PEOPLE.len();
        people.push(Person {
            login: if round == 0 { name.to_owned() } else { format!("{name}-{}", round + 1) },
            is_bot: false,
            is_robot_user: false,
            deleted_at: (index == 3).then_some(deleted_at),
        });
    }
    people
}

/// Number of bots and machine users before the people.
const MACHINES: usize = 3;

fn teams_and_repositories(numbers: &Numbers, start: i64, period: i64) -> (Vec<Team>, Vec<RepositoryLife>) {
    let mut teams: Vec<Team> = (0..numbers.teams)
        .map(|index| {
            let name = words::TEAMS[index % words::TEAMS.len()];
            let round = index / words::TEAMS.len();
            Team {
                name: if round == 0 { name.to_owned() } else { format!("{name} {}", round + 1) },
                members: Vec::new(),
                repositories: Vec::new(),
                board: index % numbers.boards,
            }
        })
        .collect();
    for person in 0..numbers.people {
        teams[person % numbers.teams].members.push((MACHINES + person) as u16);
    }
    for index in 0..numbers.teams {
        // A team without people of its own borrows two.
        if teams[index].members.len() < 2 {
            teams[index].members.push((MACHINES + index % numbers.people) as u16);
            teams[index].members.push((MACHINES + (index + 1) % numbers.people) as u16);
        }
    }
    let mut repositories = Vec::with_capacity(numbers.repositories);
    for index in 0..numbers.repositories {
        let word = words::REPOSITORIES[index % words::REPOSITORIES.len()];
        let round = index / words::REPOSITORIES.len();
        let name = if round == 0 { word.to_owned() } else { format!("{word}-{}", round + 1) };
        let mut names = vec![(start, name.clone())];
        if index % 8 == 1 {
            names.push((start + period * 6 / 10, format!("{name}-next")));
        }
        let team = index % numbers.teams;
        teams[team].repositories.push(index);
        repositories.push(RepositoryLife {
            id: node_id("R_kgDO", index as u64),
            names,
            private: index % 3 == 1,
            archived_at: (index % 20 == 6).then_some(start + period * 93 / 100),
            team,
        });
    }
    (teams, repositories)
}

/// Instants of creation in working hours, a third denser after the re-organisation, in order. The share `stock` of them
/// lies in the first three days: what is there when the simulation begins.
fn creation_times(organisation: &Organisation, calendar: &Calendar, topic: u8, count: usize, stock: f64) -> Vec<i64> {
    let mut dice = Dice::new(organisation.options.seed, topic, 0);
    let (first, last) = (calendar.worked(organisation.start), calendar.worked(organisation.end));
    let middle = calendar.worked(organisation.reorganised_at);
    let (before, after) = ((middle - first) as f64, (last - middle) as f64 * 1.33);
    let mut times: Vec<i64> = (0..count)
        .map(|index| {
            if dice.chance(stock) {
                return calendar.instant(first + dice.between(0, 3 * WORKDAY));
            }
            // One in each equal part of the time: people open issues as work allows, more evenly than by pure chance.
            let place = (index as f64 + dice.unit()) / count as f64 * (before + after);
            let worked = if place < before { first + place as i64 } else { middle + ((place - before) / 1.33) as i64 };
            calendar.instant(worked).min(organisation.end)
        })
        .collect();
    times.sort_unstable();
    times
}

/// A repository that is not archived by then; the first ones are the busiest.
fn repository(organisation: &Organisation, dice: &mut Dice, at: i64) -> u16 {
    loop {
        let share = dice.unit();
        let index = (share.powf(1.4) * organisation.repositories.len() as f64) as usize;
        let alive = organisation.repositories[index].archived_at.is_none_or(|archived| at < archived);
        if alive || organisation.repositories.len() < 8 {
            return index as u16;
        }
    }
}

fn issues(organisation: &Organisation, calendar: &Calendar, count: usize, stock: f64) -> Vec<IssueLife> {
    let seed = organisation.options.seed;
    let world = World {
        calendar,
        boards: &organisation.boards,
        teams: &organisation.teams,
        repository_count: organisation.repositories.len(),
        end: organisation.end,
        reorganised_at: organisation.reorganised_at,
        every_board: organisation.options.every_issue_on_every_board,
    };
    let times = creation_times(organisation, calendar, b't', count, stock);
    let lives = times.into_iter().enumerate().map(|(index, created_at)| {
        let mut dice = Dice::new(seed, b'i', index);
        let repository = repository(organisation, &mut dice, created_at);
        let team = organisation.repositories[usize::from(repository)].team;
        let mut life = describe(organisation, &mut dice, index, team, created_at);
        life.places.push((created_at, repository, 0));
        life.events =
            script::write_life(&world, &mut dice, team, repository, created_at, life.is_bug, to_and_fro(index));
        life
    });
    lives.collect()
}

/// How often an issue is moved to and fro: a few dozens of times, the first more often than fits a page of a timeline.
fn to_and_fro(index: usize) -> i64 {
    match index {
        17 => 110,
        _ if index % 400 == 17 => 30,
        _ => 0,
    }
}

fn describe(organisation: &Organisation, dice: &mut Dice, index: usize, team: usize, created_at: i64) -> IssueLife {
    let members = &organisation.teams[team].members;
    let kind = match dice.below(20) {
        0..=4 => Kind::Bug,
        5..=10 => Kind::Feature,
        11..=13 => Kind::Chore,
        14 => Kind::Docs,
        _ => Kind::Task,
    };
    let mut labels = Vec::new();
    let mut is_bug = kind == Kind::Bug;
    let issue_type = match kind {
        Kind::Bug => Some("Bug"),
        Kind::Feature => Some("Feature"),
        Kind::Task => Some("Task"),
        Kind::Chore | Kind::Docs => None,
    }
    .filter(|_| dice.chance(0.6));
    if dice.chance(0.35) {
        labels.push(*dice.pick(&words::PLAIN_LABELS));
    }
    match (kind, issue_type) {
        (Kind::Bug, None) => labels.push(if dice.chance(0.7) { "bug" } else { "type: bug" }),
        (Kind::Feature, None) => labels.push("feature"),
        (Kind::Chore, _) => labels.push(if dice.chance(0.5) { "chore" } else { "refactor" }),
        (Kind::Docs, _) => labels.push(if dice.chance(0.5) { "docs" } else { "documentation" }),
        (Kind::Feature | Kind::Task, Some(_)) if dice.chance(0.05) => {
            // A label says bug beside a type that does not.
            labels.push("bug");
            is_bug = true;
        }
        _ => {}
    }
    if index % 500 == 11 {
        labels.extend(words::AREA_LABELS);
    }
    let assignee_count = *dice.pick(&[0, 0, 1, 1, 1, 1, 2, 3]);
    let mut assignees: Vec<u16> = (0..assignee_count).map(|_| *dice.pick(members)).collect();
    assignees.dedup();
    IssueLife {
        title: words::title(dice, is_bug),
        author: if dice.chance(0.01) { NOBODY } else { *dice.pick(members) },
        assignees,
        labels,
        issue_type,
        kind,
        is_bug,
        bug_source: (is_bug && dice.chance(0.8)).then(|| dice.below(words::BUG_SOURCES.len()) as u8),
        estimate_quarters: dice.chance(0.15).then(|| *dice.pick(&[2, 4, 8, 12, 20, 32])),
        created_at,
        places: Vec::with_capacity(1),
        events: Vec::new(),
    }
}

fn pull_requests(organisation: &Organisation, calendar: &Calendar, count: usize) -> Vec<PullRequestLife> {
    let times = creation_times(organisation, calendar, b'q', count, 0.0);
    let lives = times.into_iter().enumerate().map(|(index, created_at)| {
        let mut dice = Dice::new(organisation.options.seed, b'p', index);
        let repository = repository(organisation, &mut dice, created_at);
        let team = organisation.repositories[usize::from(repository)].team;
        let world = ReviewWorld {
            calendar,
            people: &organisation.people,
            team: &organisation.teams[team],
            end: organisation.end,
            reorganised_at: organisation.reorganised_at,
        };
        pull_request::write_life(&world, &mut dice, index, repository, created_at)
    });
    lives.collect()
}

/// Gives issues and pull requests the next number of their repository in order of time, transfers included.
fn number_all(organisation: &mut Organisation) {
    enum Taker {
        Issue(usize, usize),
        PullRequest(usize),
    }
    let mut takers = Vec::with_capacity(organisation.issues.len() + organisation.pull_requests.len());
    for (index, issue) in organisation.issues.iter_mut().enumerate() {
        for event in &issue.events {
            if let What::Transferred { repository } = event.what {
                issue.places.push((event.at, repository, 0));
            }
        }
        for (place, &(at, repository, _)) in issue.places.iter().enumerate() {
            takers.push((at, repository, Taker::Issue(index, place)));
        }
    }
    for (index, pull_request) in organisation.pull_requests.iter().enumerate() {
        takers.push((pull_request.created_at, pull_request.repository, Taker::PullRequest(index)));
    }
    takers.sort_by_key(|(at, ..)| *at);
    let mut next = vec![0_u32; organisation.repositories.len()];
    for (_, repository, taker) in takers {
        let number = &mut next[usize::from(repository)];
        *number += 1;
        match taker {
            Taker::Issue(index, place) => organisation.issues[index].places[place].2 = *number,
            Taker::PullRequest(index) => organisation.pull_requests[index].number = *number,
        }
    }
}
