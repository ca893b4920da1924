//! Whether the demo organisation is believable: what its people do must show in what really happened.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use model::Instant;
use sandbox::{IssueTruth, Options, Organisation, Size, ThroughputWeek, Truth};

const DAY: i64 = 86_400;

fn demo() -> &'static (Organisation, Truth) {
    static DEMO: OnceLock<(Organisation, Truth)> = OnceLock::new();
    DEMO.get_or_init(|| {
        let organisation = Organisation::generate(&Options::new(1, Size::Demo));
        let truth = organisation.truth(organisation.end());
        (organisation, truth)
    })
}

fn percentile(mut values: Vec<f64>, share: f64) -> f64 {
    assert!(values.len() > 30, "too few values to speak of: {}", values.len());
    values.sort_by(f64::total_cmp);
    values[(values.len() as f64 * share) as usize]
}

fn days(from: Instant, to: Instant) -> f64 {
    (to.seconds() - from.seconds()) as f64 / DAY as f64
}

/// Lead times in days of the issues that ended while `wanted` says so of their end.
fn lead_days(wanted: impl Fn(Instant) -> bool) -> Vec<f64> {
    let ended = demo().1.issues.iter().filter(|issue| issue.ended_at.is_some_and(&wanted));
    ended.filter_map(|issue| issue.lead_seconds).map(|seconds| seconds as f64 / DAY as f64).collect()
}

/// Complete weeks after the first four, those around New Year and in high summer left out.
fn usual_weeks() -> Vec<&'static ThroughputWeek> {
    let weeks = demo().1.throughput.iter().skip(4).filter(|week| week.complete);
    weeks.filter(|week| (3..=50).contains(&week.week) && !(28..=35).contains(&week.week)).collect()
}

#[test]
fn exactly_one_usual_week_is_bad() {
    let weeks = usual_weeks();
    let mean = weeks.iter().map(|week| f64::from(week.throughput)).sum::<f64>() / weeks.len() as f64;
    let bad: Vec<_> = weeks.iter().filter(|week| f64::from(week.throughput) < mean / 3.0).collect();
    assert_eq!(bad.len(), 1, "around {mean}: {bad:?}");
    assert!((bad[0].year, bad[0].week) > (2026, 35), "recent, and not in summer: {bad:?}");
}

#[test]
fn little_is_done_around_new_year() {
    let weeks = demo().1.throughput.iter().filter(|week| week.week == 52 || week.week == 1);
    let weeks: Vec<_> = weeks.collect();
    assert_eq!(weeks.len(), 2);
    assert!(weeks.iter().all(|week| week.throughput <= 2), "{weeks:?}");
}

#[test]
fn work_ends_on_weekdays() {
    let ended = demo().1.issues.iter().filter_map(|issue| issue.ended_at);
    let mut by_weekday = [0_u32; 7];
    for end in ended {
        by_weekday[((end.seconds() / DAY + 3) % 7) as usize] += 1;
    }
    let weekend = by_weekday[5] + by_weekday[6];
    assert!(by_weekday[..5].iter().all(|count| *count > 2 * weekend), "{by_weekday:?}");
}

#[test]
fn the_re_organisation_makes_work_flow_faster() {
    let at = demo().0.reorganised_at();
    let (before, after) = (lead_days(|end| end < at), lead_days(|end| end >= at));
    let (before, after) = (percentile(before, 0.5), percentile(after, 0.5));
    assert!(after < 0.8 * before, "{before} days, then {after}");
    let mean = |later: bool| {
        let half = usual_weeks().into_iter().filter(|week| ((week.year, week.week) >= (2026, 5)) == later);
        let counts: Vec<f64> = half.map(|week| f64::from(week.throughput)).collect();
        counts.iter().sum::<f64>() / counts.len() as f64
    };
    assert!(mean(true) > 1.2 * mean(false), "{} a week, then {}", mean(false), mean(true));
}

#[test]
fn times_and_stocks_are_those_of_a_working_organisation() {
    let (organisation, truth) = demo();
    let lead = lead_days(|_| true);
    let (median, p95) = (percentile(lead.clone(), 0.5), percentile(lead, 0.95));
    assert!((7.0..28.0).contains(&median) && p95 > 2.0 * median, "{median} {p95}");

    let open: Vec<&IssueTruth> = truth.issues.iter().filter(|issue| issue.ended_at.is_none()).collect();
    let steps = ["dev", "review", "qa", "waiting_to_prod"];
    let working: Vec<_> = open.iter().filter(|issue| steps.contains(&issue.current_step)).collect();
    let last: Vec<u32> = truth.throughput.iter().rev().skip(1).take(12).map(|week| week.throughput).collect();
    let weeks_of_work = working.len() as f64 / (f64::from(last.iter().sum::<u32>()) / 12.0);
    assert!((1.0..5.0).contains(&weeks_of_work), "{weeks_of_work} weeks of work");
    let forgotten = working.iter().filter(|issue| days(issue.created_at, organisation.end()) > 120.0).count();
    assert!(forgotten * 10 <= working.len(), "{forgotten} of {}", working.len());
    let bugs = open.iter().filter(|issue| issue.bug).count();
    assert!((10..60).contains(&bugs), "{bugs} open bugs");

    let people = truth.pull_requests.iter().filter(|pull| !pull.by_bot);
    let open_days: Vec<f64> = people.filter_map(|pull| Some(days(pull.created_at, pull.t4?))).collect();
    let median = percentile(open_days, 0.5);
    assert!((0.5..3.0).contains(&median), "{median}");
}

#[test]
fn bots_open_and_review_pull_requests_and_a_machine_user_looks_like_a_person() {
    let (organisation, truth) = demo();
    let view = organisation.view(organisation.end());
    let is_bot = |actor: Option<usize>| actor.is_some_and(|actor| view.actors[actor].is_bot);
    let pulls = || view.pull_requests.iter();
    let by_bots = pulls().filter(|pull| is_bot(pull.author)).count();
    assert!(by_bots * 100 / view.pull_requests.len() >= 5, "{by_bots}");
    assert!(pulls().any(|pull| !is_bot(pull.author) && pull.reviews.iter().any(|review| is_bot(review.author))));
    let robot = view.actors.iter().position(|actor| actor.login == "ci-robot").expect("the machine user");
    assert!(!view.actors[robot].is_bot && organisation.config_yaml().contains("bots: [ci-robot]"));
    assert!(pulls().any(|pull| pull.author == Some(robot)));
    let machines = truth.pull_requests.iter().filter(|pull| pull.by_bot);
    let logins: BTreeSet<&str> = machines.map(|pull| pull.author.as_str()).collect();
    assert_eq!(logins.into_iter().collect::<Vec<_>>(), ["ci-robot", "dependabot[bot]", "renovate"]);
}

#[test]
fn transferred_issues_keep_their_id_and_get_another_number() {
    let organisation = &demo().0;
    let mut places: HashMap<String, (usize, i64)> = HashMap::new();
    let mut transferred = BTreeSet::new();
    for week in (0..78).rev() {
        let view = organisation.view(Instant::from_seconds(organisation.end().seconds() - week * 7 * DAY));
        for issue in view.issues {
            let place = (issue.repository, issue.number);
            if let Some(before) = places.insert(issue.id.clone(), place)
                && before != place
            {
                assert_ne!(before.0, place.0, "{} was renumbered without leaving its repository", issue.id);
                transferred.insert(issue.id);
            }
        }
    }
    assert!((5..60).contains(&transferred.len()), "{} issues were transferred", transferred.len());
}
