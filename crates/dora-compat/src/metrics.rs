//! The rows of each metric.

use std::collections::{BTreeMap, BTreeSet};

use model::dora::{DeploymentRow, PullRequestRow, Rows};

use crate::bots::{BotPolicy, is_person};
use crate::merges::{Merge, Merges, first_characters};
use crate::metric::Metric;
use crate::report::{Answer, Cell};
use crate::statistics::{mean, median, p90, percent_half_up, round1, sorted};
use crate::time::{Moment, Week};

/// The label of a pull request that caused an incident.
const CAUSED_INCIDENT: &str = "caused-incident";
/// The label of one that repaired it.
const HOTFIX: &str = "hotfix";
/// Files from which on a pull request is large.
const LARGE: i64 = 10;

type Row<'a> = Vec<Cell<'a>>;

/// Rows of a database as the metrics see them.
#[derive(Debug)]
pub(crate) struct Window<'a> {
    rows: &'a Rows,
    /// Where it begins, as a text.
    pub(crate) since: String,
    merges: Merges<'a>,
}

impl<'a> Window<'a> {
    pub(crate) fn new(rows: &'a Rows, since: String) -> Self {
        Self { rows, merges: Merges::inside(&rows.pull_requests, &since), since }
    }

    /// What a metric says.
    pub(crate) fn answer(&self, metric: Metric, bots: BotPolicy) -> Answer<'a> {
        let by_default = metric.excludes_bots();
        let without = bots.excludes(by_default.unwrap_or_default());
        let rows = match metric {
            Metric::DeployFreqPrs => self.counts(without, |_| true),
            Metric::DeployFreq => self.deployments(),
            Metric::LeadTime => self.lead_times(without),
            Metric::ChangeFailureRate => self.failure_rates(without),
            Metric::ChangeFailurePrs => self.failures(without),
            Metric::Hotfixes => self.hotfixes(without),
            Metric::Summary => self.summary(bots),
            Metric::ReviewLatency => self.review_latencies(without),
            Metric::LargePrs => {
                self.counts(without, |merge| merge.row.changed_files.is_some_and(|files| files >= LARGE))
            }
            Metric::HotfixCount => self.counts(without, |merge| merge.is_labelled(HOTFIX)),
            Metric::WeekendMerges => self.weekends(without),
        };
        let exclude_bots = if bots == BotPolicy::Default { by_default } else { Some(without) };
        Answer { metric, exclude_bots, rows }
    }

    /// How many of a week are of a kind, where any is.
    fn counts(&self, without_bots: bool, is_counted: impl Fn(&Merge<'a>) -> bool) -> Vec<Row<'a>> {
        let weeks = self.merges.by_week(without_bots);
        let counted = weeks.map(|merges| (begun(merges[0]), merges.iter().filter(|merge| is_counted(merge)).count()));
        counted.filter(|(_, count)| *count > 0).map(|(begun, count)| row(begun, [Cell::count(count)])).collect()
    }

    fn deployments(&self) -> Vec<Row<'a>> {
        let is_done = |row: &&DeploymentRow| matches!(row.status.as_deref(), Some("success" | "inactive"));
        let mut counts: BTreeMap<(&str, Option<&str>, Option<Week>), usize> = BTreeMap::new();
        for row in self.rows.deployments.iter().filter(is_done).filter(|row| row.created_at >= self.since) {
            let week = Moment::read(&row.created_at).map(Moment::week);
            *counts.entry((&row.repo, row.environment.as_deref(), week)).or_default() += 1;
        }
        let counts = counts.into_iter();
        counts
            .map(|((repo, environment, week), count)| {
                vec![Cell::Text(repo), Cell::text(environment), Cell::Week(week), Cell::count(count)]
            })
            .collect()
    }

    fn lead_times(&self, without_bots: bool) -> Vec<Row<'a>> {
        let weeks = self.merges.by_week(without_bots);
        let rows = weeks.filter_map(|merges| {
            let hours = sorted(merges.iter().filter_map(|merge| lead_hours(merge)));
            let figures = [
                Cell::count(hours.len()),
                Cell::rounded(mean(&hours)?),
                Cell::rounded(median(&hours)?),
                Cell::rounded(p90(&hours)?),
            ];
            Some(row(begun(merges[0]), figures))
        });
        rows.collect()
    }

    fn failure_rates(&self, without_bots: bool) -> Vec<Row<'a>> {
        let weeks = self.merges.by_week(without_bots);
        let rows = weeks.map(|merges| {
            let (all, failed) = (merges.len(), failed(merges.iter().copied()));
            let share = percent_half_up(failed as u64, all as u64);
            row(begun(merges[0]), [Cell::count(all), Cell::count(failed), Cell::Float(share)])
        });
        rows.collect()
    }

    fn failures(&self, without_bots: bool) -> Vec<Row<'a>> {
        let listed = self.listed(without_bots, |merge| merge.is_labelled(CAUSED_INCIDENT));
        listed.into_iter().map(one).collect()
    }

    fn weekends(&self, without_bots: bool) -> Vec<Row<'a>> {
        let listed = self.listed(without_bots, |merge| weekend(merge).is_some());
        listed.into_iter().map(|merge| row(one(merge), [Cell::text(weekend(merge))])).collect()
    }

    /// Merges of a kind by repository, the newest week first, in it the highest number first.
    fn listed(&self, without_bots: bool, is_listed: impl Fn(&Merge<'a>) -> bool) -> Vec<&Merge<'a>> {
        let counted = self.merges.all().iter().filter(|merge| !without_bots || merge.is_by_person);
        let mut listed: Vec<&Merge<'a>> = counted.filter(|merge| is_listed(merge)).collect();
        listed.sort_by(|a, b| {
            a.row.repo.cmp(&b.row.repo).then(b.week.cmp(&a.week)).then(b.row.number.cmp(&a.row.number))
        });
        listed
    }

    fn hotfixes(&self, without_bots: bool) -> Vec<Row<'a>> {
        let counted = self.merges.all().iter().filter(|merge| !without_bots || merge.is_by_person);
        let mut fixes: Vec<&Merge<'a>> = counted.filter(|merge| merge.is_labelled(HOTFIX)).collect();
        if fixes.is_empty() {
            return Vec::new();
        }
        fixes.sort_by(|a, b| b.merged_at.cmp(a.merged_at).then(a.place.cmp(&b.place)));
        let before = Predecessors::new(&self.rows.pull_requests, without_bots);
        let mut rows = Vec::new();
        for fix in fixes {
            rows.push(related(fix.row, fix.merged_at, HOTFIX));
            rows.extend(before.of(fix).map(|(row, merged_at)| related(row, merged_at, "preceded-by")));
        }
        rows
    }

    /// Every repository with a merge in the window, whoever made it. Where nothing else is asked for bots count, and their
    /// lead times do not.
    fn summary(&self, bots: BotPolicy) -> Vec<Row<'a>> {
        let (no_bots, no_times_of_bots) = (bots.excludes(false), bots.excludes(true));
        let rows = self.merges.by_repository().map(|merges| {
            let counted = || merges.iter().filter(|merge| !no_bots || merge.is_by_person);
            let (all, failed) = (counted().count(), failed(counted()));
            let weeks: BTreeSet<Week> = counted().filter_map(|merge| merge.week).collect();
            let a_week = match weeks.len() {
                0 => Cell::Integer(0),
                weeks => Cell::rounded(all as f64 / weeks as f64),
            };
            let timed = merges.iter().filter(|merge| !no_times_of_bots || merge.is_by_person);
            let hours = sorted(timed.filter_map(lead_hours));
            let share = match all {
                0 => "0%".to_owned(),
                all => format!("{:?}%", round1((100 * failed) as f64 / all as f64)),
            };
            let repo = Cell::Text(&merges[0].row.repo);
            vec![repo, Cell::count(all), a_week, median(&hours).map_or(Cell::Null, Cell::rounded), Cell::Made(share)]
        });
        rows.collect()
    }

    fn review_latencies(&self, without_bots: bool) -> Vec<Row<'a>> {
        let mut rows = Vec::new();
        for merges in self.merges.by_week(without_bots) {
            for (bucket, sizes) in BUCKETS {
                let of_size =
                    merges.iter().filter(|merge| merge.row.changed_files.is_some_and(|files| sizes.contains(&files)));
                let hours = sorted(of_size.filter_map(|merge| review_hours(merge)));
                if let (Some(median), Some(p90)) = (median(&hours), p90(&hours)) {
                    let figures =
                        [Cell::Text(bucket), Cell::count(hours.len()), Cell::rounded(median), Cell::rounded(p90)];
                    rows.push(row(begun(merges[0]), figures));
                }
            }
        }
        rows
    }
}

/// Sizes by files changed.
const BUCKETS: [(&str, std::ops::RangeInclusive<i64>); 4] =
    [("XS", 1..=1), ("S", 2..=3), ("M", 4..=9), ("L+", LARGE..=i64::MAX)];

/// Hours from the first commit to the merge; fewer than none where a commit claims to be later.
fn lead_hours(merge: &Merge<'_>) -> Option<f64> {
    merge.hours_since(merge.row.first_commit_at.as_deref())
}

/// Hours from when it could be reviewed to the merge.
fn review_hours(merge: &Merge<'_>) -> Option<f64> {
    let start = merge.row.ready_for_review_at.as_deref().or(merge.row.opened_at.as_deref());
    merge.hours_since(start).filter(|hours| *hours >= 0.0)
}

fn failed<'m, 'a: 'm>(merges: impl Iterator<Item = &'m Merge<'a>>) -> usize {
    merges.filter(|merge| merge.is_labelled(CAUSED_INCIDENT)).count()
}

/// The day of a weekend.
fn weekend(merge: &Merge<'_>) -> Option<&'static str> {
    match merge.moment?.weekday() {
        6 => Some("Sat"),
        0 => Some("Sun"),
        _ => None,
    }
}

/// Repository and week, which rows begin with.
fn begun<'a>(merge: &Merge<'a>) -> Row<'a> {
    vec![Cell::Text(&merge.row.repo), Cell::Week(merge.week)]
}

/// Cells behind others.
fn row<'a, const N: usize>(mut begun: Row<'a>, cells: [Cell<'a>; N]) -> Row<'a> {
    begun.extend(cells);
    begun
}

/// The row of one merge.
fn one<'a>(merge: &Merge<'a>) -> Row<'a> {
    let (author, title) = (merge.row.author.as_deref(), merge.row.title.as_deref());
    row(
        begun(merge),
        [Cell::Integer(merge.row.number), Cell::text(author), Cell::text(title), Cell::Text(merge.date())],
    )
}

/// The row of a hotfix, or of a merge before one.
fn related<'a>(pull_request: &'a PullRequestRow, merged_at: &'a str, relation: &'static str) -> Row<'a> {
    let title = pull_request.title.as_deref().unwrap_or_default();
    vec![
        Cell::Text(&pull_request.repo),
        Cell::Made(format!("#{}", pull_request.number)),
        Cell::Text(relation),
        Cell::Text(first_characters(merged_at, 10)),
        Cell::text(pull_request.author.as_deref()),
        Cell::Text(first_characters(title, 70)),
    ]
}

/// Merges to each branch, also those before the window.
struct Predecessors<'a> {
    /// By repository, branch and time; of those at one time the last written row last.
    sorted: Vec<(&'a str, &'a str, &'a str, &'a PullRequestRow)>,
}

/// Merges that are named before a hotfix.
const PREDECESSORS: usize = 3;

impl<'a> Predecessors<'a> {
    fn new(rows: &'a [PullRequestRow], without_bots: bool) -> Self {
        let counted = rows.iter().filter(|row| !without_bots || is_person(row.author.as_deref()));
        let placed =
            |row: &'a PullRequestRow| Some((row.repo.as_str(), row.base.as_deref()?, row.merged_at.as_deref()?, row));
        let mut sorted: Vec<_> = counted.filter_map(placed).collect();
        sorted.sort_by(|(a_repo, a_base, a_at, _), (b_repo, b_base, b_at, _)| {
            (a_repo, a_base, a_at).cmp(&(b_repo, b_base, b_at))
        });
        Self { sorted }
    }

    /// The last merges before one to its branch, newest first.
    fn of(&self, merge: &Merge<'a>) -> impl Iterator<Item = (&'a PullRequestRow, &'a str)> {
        let repo = merge.row.repo.as_str();
        let base = merge.row.base.as_deref();
        let end = base.map_or(0, |base| {
            self.sorted
                .partition_point(|(a_repo, a_base, at, _)| (*a_repo, *a_base, *at) < (repo, base, merge.merged_at))
        });
        let earlier = self.sorted[..end].iter().rev();
        let of_branch = earlier.take_while(move |(a_repo, a_base, ..)| *a_repo == repo && Some(*a_base) == base);
        of_branch.take(PREDECESSORS).map(|(_, _, at, row)| (*row, *at))
    }
}
