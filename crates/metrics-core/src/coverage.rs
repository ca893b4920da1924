//! Until when the raw data is complete.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::Instant;
use model::columns::Raw;
use model::instant::MICROS_PER_DAY;
use model::records::{ImportRun, RunOutcome, Scope};
use model::rules::Rules;

use crate::cloud::counts_ci;
use crate::selection::{Chosen, Selection};

/// Scopes of imports that issue figures need.
pub const ISSUE_SCOPES: [Scope; 2] = [Scope::Issues, Scope::ProjectItems];
/// Scopes of imports that read the timelines of issues.
pub(crate) const TIMELINE_SCOPES: [Scope; 1] = [Scope::Issues];
/// Scopes of imports that pull request figures need.
pub const PULL_REQUEST_SCOPES: [Scope; 1] = [Scope::PullRequests];
/// Scopes of imports that figures of delivery need; what is pushed is told up to its last event.
pub const DELIVERY_SCOPES: [Scope; 5] =
    [Scope::PullRequests, Scope::Deployments, Scope::Releases, Scope::Commits, Scope::EventApi];
/// Scopes of imports that figures of CI need; bills are settled by their own days.
pub const CI_SCOPES: [Scope; 1] = [Scope::CiRuns];

/// Whether the provider serves what was asked for.
fn is_served(run: &ImportRun) -> bool {
    run.outcome != RunOutcome::Unsupported
}

/// Scope of the imports of the clouds' bills.
pub(crate) const CLOUD_SCOPE: Scope = Scope::CloudCosts;
/// Scope of the imports of bills of CI.
pub(crate) const CI_BILL_SCOPE: Scope = Scope::CiBill;

/// What a source of bills is known by, `azure/…` or `github/…`, and how people call it.
pub(crate) type SourceOfBills<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The source of bills that an import asked.
pub(crate) fn source_of_bills(run: &ImportRun) -> SourceOfBills<'_> {
    if run.scope == CI_BILL_SCOPE {
        (format!("github/{}", run.subject).into(), format!("CI of {}", label(run)).into())
    } else {
        (run.subject.as_str().into(), label(run).into())
    }
}

/// Until when the data is known, and what holds it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Periods that end at or before this instant are complete.
    pub until: Instant,
    /// The scope and subject that was imported least far, where it is behind `as_of`.
    pub held_back_by: Option<String>,
}

impl Coverage {
    /// Coverage of the named scopes: the earliest of `as_of` and of how far each repository and board was
    /// imported.
    ///
    /// An import that asked only for what changed after a gap (`--since`) does not reach further than the one before
    /// the gap: the figures of every later period rest on a hole until an import closes it.
    /// What was never imported is not in the data and holds nothing back; neither do archived repositories
    /// and closed boards. Without records of imports (a folder of CSV files) the data reaches to `raw.as_of`.
    pub fn new(raw: &Raw, scopes: &[Scope], as_of: Instant) -> Self {
        Self::of(raw, scopes, as_of, &Chosen::everything())
    }

    /// The same of a part of the organisation: only the repositories and boards that its figures rest on hold it back.
    ///
    /// * A repository counts unless the selection names others. Where it names teams: theirs; all if they have labels; but
    ///   for delivery also those of no team if they have people, and for issues all if they have boards.
    /// * A board counts unless the selection names others.
    pub fn selected(raw: &Raw, rules: &Rules, scopes: &[Scope], as_of: Instant, selection: &Selection) -> Self {
        Self::of(raw, scopes, as_of, &Chosen::new(selection, rules))
    }

    /// Coverage of the clouds' bills: the earliest of `as_of` and of how far each source was read that the newest
    /// import of bills asked. A source that is not asked any more, or that its provider does not serve, holds nothing back.
    ///
    /// Every import asks for the bills of some months anew, so that no gap is left behind as by issues. Which months are
    /// complete is a question of its own: see [`cloud`](crate::cloud).
    pub fn of_bills(raw: &Raw, rules: &Rules, as_of: Instant) -> Self {
        let runs = in_order(&raw.imports);
        let of_clouds = Self::read_of(&runs, CLOUD_SCOPE);
        let of_ci = if counts_ci(raw, rules) { Self::read_of(&runs, CI_BILL_SCOPE) } else { Vec::new() };
        // An organisation of whose bill nothing was ever read is no source of bills: its costs are estimates.
        let of_ci = of_ci.into_iter().filter(|(to, _)| to.is_some());
        match of_clouds.into_iter().chain(of_ci).min() {
            Some((to, (_, called))) if to.is_none_or(|to| to < as_of) => {
                Self { until: to.unwrap_or(NEVER), held_back_by: Some(format!("bills of {called}")) }
            }
            Some(_) => Self { until: as_of, held_back_by: None },
            None => Self { until: raw.cloud_as_of.map_or(as_of, |to| to.min(as_of)), held_back_by: None },
        }
    }

    /// How far each source of bills was read that the newest import of a scope asked.
    fn read_of<'a>(runs: &[&'a ImportRun], scope: Scope) -> Vec<(Option<Instant>, SourceOfBills<'a>)> {
        let of_scope = || runs.iter().copied().filter(|run| run.scope == scope);
        let newest = of_scope().map(|run| run.run).max();
        let asked: BTreeMap<Cow<'_, str>, Cow<'_, str>> =
            of_scope().filter(|run| Some(run.run) == newest && is_served(run)).map(source_of_bills).collect();
        let read = |source: &str| {
            let read = of_scope().filter(|run| run.outcome == RunOutcome::Ok && source_of_bills(run).0 == source);
            read.filter_map(|run| run.covered_to).max()
        };
        asked.into_iter().map(|source| (read(&source.0), source)).collect()
    }

    /// The same of a selection.
    pub(crate) fn of(raw: &Raw, scopes: &[Scope], as_of: Instant, chosen: &Chosen) -> Self {
        Self::least(raw, as_of, reached(raw, scopes, chosen).iter())
    }

    /// The same of any selection, for figures of delivery: what was imported is gone through once for all of them.
    pub(crate) fn of_parts_of_delivery<'a>(raw: &'a Raw, as_of: Instant) -> impl Fn(&Chosen) -> Self {
        let reached = reached(raw, &DELIVERY_SCOPES, &Chosen::everything());
        let name = |(_, subject): &(Scope, &'a str), reached: &Reached<'a>| {
            let known = raw.repositories.iter().find(|repository| repository.id == *subject);
            known.map_or_else(|| reached.label.to_owned(), |it| format!("{}/{}", it.org, it.name))
        };
        let names: Vec<String> = reached.iter().map(|(key, reached)| name(key, reached)).collect();
        move |chosen| {
            // Whatever is selected, something of it may be pushed.
            let is_needed = |scope: Scope, name: &str| scope == Scope::EventApi || chosen.may_deliver_from(name);
            let needed = reached.iter().zip(&names).filter(|(((scope, _), _), name)| is_needed(*scope, name));
            Self::least(raw, as_of, needed.map(|(reached, _)| reached))
        }
    }

    /// Of the one that was imported least far.
    fn least<'a>(
        raw: &Raw,
        as_of: Instant,
        reached: impl Iterator<Item = (&'a (Scope, &'a str), &'a Reached<'a>)>,
    ) -> Self {
        match reached.min_by_key(|(key, reached)| (reached.until, **key)) {
            Some(((scope, _), reached)) if reached.until.is_none_or(|until| until < as_of) => Self {
                until: reached.until.unwrap_or(NEVER),
                held_back_by: Some(format!("{scope} of {}", reached.label)),
            },
            Some(_) => Self { until: as_of, held_back_by: None },
            None => Self { until: raw.as_of.map_or(as_of, |to| to.min(as_of)), held_back_by: None },
        }
    }

    /// Until when the data is known; `None` where nothing was read without a gap before it, so that no period is
    /// complete.
    pub fn known_until(&self) -> Option<Instant> {
        (self.until != NEVER).then_some(self.until)
    }

    /// Whether a period that ends at `end` is complete.
    pub fn is_complete(&self, end: Instant) -> bool {
        end <= self.until
    }
}

/// How CI of a selection is known: from when on, and until when.
pub(crate) struct CiCoverage {
    coverage: Coverage,
    /// Where the data of the repository begin that were read least far back; `None` where all were read from their begin.
    begin: Option<Instant>,
}

impl CiCoverage {
    pub(crate) fn new(raw: &Raw, as_of: Instant, chosen: &Chosen) -> Self {
        let begin = reached(raw, &CI_SCOPES, chosen).values().filter_map(|reached| reached.begin).max();
        Self { coverage: Coverage::of(raw, &CI_SCOPES, as_of, chosen), begin }
    }

    /// Whether all of a period is known: it neither begins before the data do, nor ends after them.
    pub(crate) fn is_complete(&self, start: Instant, end: Instant) -> bool {
        self.coverage.is_complete(end) && self.begin.is_none_or(|begin| begin <= start)
    }
}

/// Before everything: no period is complete.
pub(crate) const NEVER: Instant = Instant::from_micros(i64::MIN + 1);

/// Imports in the order in which they ran, however a table lists them: what came later is found at the end.
pub fn in_order(imports: &[ImportRun]) -> Vec<&ImportRun> {
    let mut runs: Vec<&ImportRun> = imports.iter().collect();
    runs.sort_by_cached_key(|run| {
        let said = (run.label.as_str(), run.outcome.name(), run.message.as_str());
        (run.run, run.scope.name(), run.subject.as_str(), run.covered_to, run.covered_from, said)
    });
    runs
}

/// A source: the last import of a subject of a scope.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The last import of it, however it ended.
    pub last: &'a ImportRun,
    /// The last one that ended well; `None` where none did.
    pub last_good: Option<&'a ImportRun>,
}

/// The sources of some imports, by the name of their scope and by subject.
pub fn sources(imports: &[ImportRun]) -> Vec<Source<'_>> {
    let mut sources: BTreeMap<(&str, &str), Source<'_>> = BTreeMap::new();
    for run in in_order(imports) {
        let source = sources.entry((run.scope.name(), &run.subject)).or_insert(Source { last: run, last_good: None });
        source.last = run;
        if run.outcome == RunOutcome::Ok {
            source.last_good = Some(run);
        }
    }
    sources.into_values().collect()
}

/// How far one subject was imported without a gap, whatever the order of its runs.
#[derive(Debug, Default)]
pub(crate) struct Reached<'a> {
    /// Where it begins, of CI; `None` where it goes back as far as there is anything.
    begin: Option<Instant>,
    /// `None` when nothing before a gap was ever read.
    pub(crate) until: Option<Instant>,
    /// How people call it: the label of the newest run.
    pub(crate) label: &'a str,
}

impl<'a> Reached<'a> {
    /// From runs in order. They are spans of what changed: they join where one begins at or before the end of those before it.
    /// Of CI nothing before the first one is ever asked for: that is where its data begin, and no hole.
    fn over(scope: Scope, mut runs: Vec<&'a ImportRun>) -> Self {
        let label = runs.last().map_or("", |run| label(run));
        runs.sort_by_key(|run| run.covered_from);
        let begin = runs.first().and_then(|run| run.covered_from).filter(|_| scope == Scope::CiRuns);
        let until = runs.iter().fold(begin, |until: Option<Instant>, run| {
            let joins = run.covered_from.is_none_or(|from| until.is_some_and(|until| from <= until));
            if joins { until.max(run.covered_to) } else { until }
        });
        Self { begin, until, label }
    }
}

/// How people call what a run read.
fn label(run: &ImportRun) -> &str {
    if run.label.is_empty() { &run.subject } else { &run.label }
}

/// How far each scope and subject of a selection was imported, archived repositories and closed boards left out.
pub(crate) fn reached<'a>(raw: &'a Raw, scopes: &[Scope], chosen: &Chosen) -> BTreeMap<(Scope, &'a str), Reached<'a>> {
    let of_delivery = scopes.contains(&Scope::Deployments) || scopes.contains(&Scope::CiRuns);
    let mut runs: BTreeMap<(Scope, &str), Vec<&ImportRun>> = BTreeMap::new();
    for run in in_order(&raw.imports).into_iter().filter(|run| run.outcome == RunOutcome::Ok) {
        let Some(scope) = run.scope.known().filter(|scope| scopes.contains(scope)) else { continue };
        if run.covered_to.is_some() && !is_retired(raw, scope, &run.subject) && is_needed(raw, run, of_delivery, chosen)
        {
            runs.entry((scope, &run.subject)).or_default().push(run);
        }
    }
    let mut reached: BTreeMap<_, _> = runs.into_iter().map(|(key, runs)| (key, Reached::over(key.0, runs))).collect();
    let imported =
        reached.iter().filter(|((scope, _), _)| *scope != Scope::EventApi).filter_map(|(_, it)| it.until).max();
    reached.retain(|(scope, _), it| *scope != Scope::EventApi || is_still_pushed(it.until, imported));
    reached
}

/// Days after its last event in which something is still taken to be pushed, where imports go on.
const PUSHED_DAYS: i64 = 28;

/// Whether what is pushed may still hold figures back.
fn is_still_pushed(pushed: Option<Instant>, imported: Option<Instant>) -> bool {
    let (Some(pushed), Some(imported)) = (pushed, imported) else { return true };
    imported.micros() - pushed.micros() <= PUSHED_DAYS * MICROS_PER_DAY
}

fn is_retired(raw: &Raw, scope: Scope, subject: &str) -> bool {
    match scope {
        Scope::ProjectItems => {
            raw.projects.iter().any(|project| (project.number_id == subject || project.id == subject) && project.closed)
        }
        _ => raw.repositories.iter().any(|repository| repository.archived && repository.id == subject),
    }
}

/// Whether figures of the selection rest on what an import read; `of_delivery` are those of what is deployed, and of CI.
fn is_needed(raw: &Raw, run: &ImportRun, of_delivery: bool, chosen: &Chosen) -> bool {
    if chosen.is_everything() || run.scope == Scope::EventApi {
        return true;
    }
    if run.scope == Scope::ProjectItems {
        let board = raw.projects.iter().find(|project| project.number_id == run.subject || project.id == run.subject);
        return chosen.board(board.map_or(&run.subject, |board| &board.number_id)).is_selected;
    }
    let is_needed = |full_name: &str| match run.scope == Scope::Issues {
        false if of_delivery => chosen.may_deliver_from(full_name),
        of_issues => chosen.needs_repository(full_name, of_issues),
    };
    match raw.repositories.iter().find(|repository| repository.id == run.subject) {
        Some(repository) => is_needed(&format!("{}/{}", repository.org, repository.name)),
        None => is_needed(label(run)),
    }
}

#[cfg(test)]
mod tests {
    use model::records::Repository;

    use super::*;

    fn run(subject: &str, outcome: &str, day: i64) -> ImportRun {
        ImportRun {
            scope: Scope::Issues.into(),
            subject: subject.into(),
            outcome: outcome.into(),
            covered_to: Some(Instant::from_seconds(day * 86_400)),
            ..ImportRun::default()
        }
    }

    #[test]
    fn the_repository_that_was_imported_least_far_holds_the_figures_back() {
        let imports = vec![run("acme/a", "ok", 10), run("acme/b", "ok", 8), run("acme/b", "failed", 10)];
        let raw = Raw { imports, ..Raw::default() };
        let coverage = Coverage::new(&raw, &ISSUE_SCOPES, Instant::from_seconds(10 * 86_400));
        assert_eq!(coverage.until, Instant::from_seconds(8 * 86_400));
        assert_eq!(coverage.held_back_by.as_deref(), Some("issues of acme/b"));
    }

    #[test]
    fn archived_repositories_hold_nothing_back() {
        let old = Repository {
            org: "acme".into(),
            id: "R_old".into(),
            name: "old".into(),
            archived: true,
            ..Repository::default()
        };
        let imports = vec![run("acme/a", "ok", 10), run("R_old", "ok", 3)];
        let raw = Raw { imports, repositories: vec![old], ..Raw::default() };
        let coverage = Coverage::new(&raw, &ISSUE_SCOPES, Instant::from_seconds(9 * 86_400));
        assert_eq!(coverage, Coverage { until: Instant::from_seconds(9 * 86_400), held_back_by: None });
    }

    #[test]
    fn an_import_since_a_day_leaves_a_hole_until_a_later_one_closes_it() {
        let day = |day: i64| Instant::from_seconds(day * 86_400);
        let since = |from: i64, to: i64| ImportRun { covered_from: Some(day(from)), ..run("acme/a", "ok", to) };
        let until =
            |imports: Vec<ImportRun>| Coverage::new(&Raw { imports, ..Raw::default() }, &ISSUE_SCOPES, day(20)).until;
        assert_eq!(until(vec![run("acme/a", "ok", 5), since(4, 8)]), day(8), "a usual import joins the one before");
        assert_eq!(until(vec![run("acme/a", "ok", 5), since(7, 8)]), day(5), "two days are missing");
        assert_eq!(until(vec![run("acme/a", "ok", 5), since(7, 8), since(5, 9)]), day(9));
        assert_eq!(until(vec![since(7, 8)]), NEVER, "nothing before that day was ever read");
        assert_eq!(until(vec![since(7, 8), run("acme/a", "ok", 9)]), day(9));
    }

    #[test]
    fn what_ci_is_known_of_begins_with_its_first_import_and_is_no_hole() {
        let day = |day: i64| Instant::from_seconds(day * 86_400);
        let since = |repository: &str, from: i64, to: i64| ImportRun {
            scope: Scope::CiRuns.into(),
            covered_from: Some(day(from)),
            ..run(repository, "ok", to)
        };
        let of = |imports: Vec<ImportRun>| {
            CiCoverage::new(&Raw { imports, ..Raw::default() }, day(20), &Chosen::everything())
        };
        let known = of(vec![since("acme/a", 5, 8), since("acme/a", 8, 12), since("acme/b", 6, 14)]);
        assert!(known.is_complete(day(6), day(12)));
        assert!(!known.is_complete(day(5), day(12)), "of acme/b nothing is known before");
        assert!(!known.is_complete(day(6), day(13)), "acme/a was read until then");
        let with_hole = of(vec![since("acme/a", 5, 8), since("acme/a", 9, 12)]);
        assert!(with_hole.is_complete(day(5), day(8)) && !with_hole.is_complete(day(5), day(9)));
        assert!(of(vec![]).is_complete(day(1), day(20)), "no record of imports");
    }

    #[test]
    fn the_order_in_which_imports_are_listed_changes_nothing() {
        let day = |day: i64| Instant::from_seconds(day * 86_400);
        let run = |number: i64, from: Option<i64>, to: i64, label: &str| ImportRun {
            run: number,
            covered_from: from.map(day),
            label: label.into(),
            ..run("R_a", "ok", to)
        };
        let imports = [
            run(1, None, 5, "acme/old"),
            run(2, Some(7), 8, "acme/old"),
            run(3, Some(5), 7, "acme/a"),
            run(4, Some(9), 10, "acme/a"),
        ];
        let expected = Coverage { until: day(8), held_back_by: Some("issues of acme/a".into()) };
        let orders = (0..256_usize).map(|code| [code & 3, (code >> 2) & 3, (code >> 4) & 3, code >> 6]);
        let permutations = orders.filter(|order| (0..4).all(|place| order.contains(&place)));
        for order in permutations {
            let imports = order.map(|place| imports[place].clone()).to_vec();
            let coverage = Coverage::new(&Raw { imports, ..Raw::default() }, &ISSUE_SCOPES, day(20));
            assert_eq!(coverage, expected, "{order:?}");
        }
    }

    #[test]
    fn a_part_of_delivery_is_held_back_by_what_is_deployed_from_its_own_repositories() {
        let of = |scope: Scope, run: ImportRun| ImportRun { scope: scope.into(), ..run };
        let listed = Repository { org: "acme".into(), id: "R_c".into(), name: "c".into(), ..Repository::default() };
        let imports = vec![
            of(Scope::Deployments, run("acme/a", "ok", 7)),
            of(Scope::PullRequests, run("acme/a", "ok", 8)),
            of(Scope::Commits, run("acme/b", "ok", 6)),
            of(Scope::Deployments, run("R_c", "ok", 5)),
            run("acme/b", "ok", 1),
        ];
        let raw = Raw { imports, repositories: vec![listed], ..Raw::default() };
        let as_of = Instant::from_seconds(9 * 86_400);
        let of_part = Coverage::of_parts_of_delivery(&raw, as_of);
        let team = |repo: &str, people: &str| model::rules::Team {
            repos: vec![repo.to_owned()],
            users: vec![model::rules::Member { github: people.to_owned(), ..Default::default() }],
            ..Default::default()
        };
        let labelled = model::rules::Team { labels: vec!["team::three".to_owned()], ..Default::default() };
        let teams = [
            ("one".to_owned(), team("a", "ada")),
            ("two".to_owned(), team("acme/c", "bob")),
            ("three".to_owned(), labelled),
        ]
        .into();
        let rules = Rules { teams, ..Rules::default() };
        let selections = [
            (Selection::default(), 5),
            (Selection { repositories: vec!["b".to_owned()], ..Selection::default() }, 6),
            (Selection { teams: vec!["one".to_owned()], ..Selection::default() }, 7),
            (Selection { teams: vec!["two".to_owned()], ..Selection::default() }, 5),
            (Selection { teams: vec!["three".to_owned()], ..Selection::default() }, 5),
            (Selection { teams: vec!["none".to_owned()], ..Selection::default() }, 9),
        ];
        for (selection, day) in selections {
            let chosen = Chosen::new(&selection, &rules);
            let coverage = of_part(&chosen);
            assert_eq!(coverage.until, Instant::from_seconds(day * 86_400), "{selection:?}");
            assert_eq!(coverage, Coverage::of(&raw, &DELIVERY_SCOPES, as_of, &chosen), "{selection:?}");
        }
    }

    #[test]
    fn what_is_pushed_is_known_up_to_its_last_event_until_nobody_pushes_any_more() {
        let of = |scope: Scope, day| ImportRun { scope: scope.into(), ..run("acme/a", "ok", day) };
        let until = |imports: Vec<ImportRun>, selection: &Selection| {
            let raw = Raw { imports, ..Raw::default() };
            let as_of = Instant::from_seconds(60 * 86_400);
            Coverage::selected(&raw, &Rules::default(), &DELIVERY_SCOPES, as_of, selection).until.seconds() / 86_400
        };
        let everything = Selection::default();
        let other = Selection { repositories: vec!["b".to_owned()], ..Selection::default() };
        assert_eq!(until(vec![of(Scope::EventApi, 7)], &everything), 7, "nothing is imported");
        assert_eq!(until(vec![of(Scope::EventApi, 7), of(Scope::Deployments, 35)], &everything), 7);
        assert_eq!(until(vec![of(Scope::EventApi, 7), of(Scope::Deployments, 36)], &everything), 36);
        assert_eq!(until(vec![of(Scope::EventApi, 7)], &other), 7, "something of any part may be pushed");
    }

    #[test]
    fn a_part_is_held_back_by_its_own_repositories_alone() {
        let raw = Raw { imports: vec![run("acme/a", "ok", 10), run("acme/b", "ok", 8)], ..Raw::default() };
        let until = |name: &str| {
            let selection = Selection { repositories: vec![name.to_owned()], ..Selection::default() };
            let as_of = Instant::from_seconds(9 * 86_400);
            Coverage::selected(&raw, &Rules::default(), &ISSUE_SCOPES, as_of, &selection)
        };
        assert_eq!(until("a"), Coverage { until: Instant::from_seconds(9 * 86_400), held_back_by: None });
        assert_eq!(until("Acme/B").until, Instant::from_seconds(8 * 86_400));
    }

    fn bills(run: i64, subject: &str, outcome: &str, to: i64) -> ImportRun {
        let from = Some(Instant::from_seconds(0));
        ImportRun { run, scope: CLOUD_SCOPE.into(), covered_from: from, ..self::run(subject, outcome, to) }
    }

    #[test]
    fn bills_that_were_all_read_up_to_one_instant_are_not_held_back_by_the_window_that_was_asked_for() {
        let raw = Raw { imports: vec![bills(1, "azure/a", "ok", 10), bills(1, "gcp/x", "ok", 10)], ..Raw::default() };
        let as_of = Instant::from_seconds(10 * 86_400);
        assert_eq!(Coverage::of_bills(&raw, &Rules::default(), as_of), Coverage { until: as_of, held_back_by: None });
    }

    #[test]
    fn the_source_of_bills_that_was_read_least_far_holds_them_back_while_it_is_asked() {
        let day = |day: i64| Instant::from_seconds(day * 86_400);
        let mut imports = vec![bills(1, "azure/a", "ok", 8), bills(1, "gcp/x", "ok", 8)];
        imports.extend([bills(2, "azure/a", "ok", 10), bills(2, "gcp/x", "failed", 10)]);
        let coverage = |imports: &[ImportRun]| {
            Coverage::of_bills(&Raw { imports: imports.to_vec(), ..Raw::default() }, &Rules::default(), day(10))
        };
        let behind = Coverage { until: day(8), held_back_by: Some("bills of gcp/x".into()) };
        assert_eq!(coverage(&imports), behind);
        assert_eq!(behind.known_until(), Some(day(8)));
        imports.push(bills(3, "azure/a", "ok", 10));
        assert_eq!(coverage(&imports), Coverage { until: day(10), held_back_by: None }, "Google is not asked any more");
        let never = coverage(&[bills(1, "gcp/x", "failed", 10)]);
        assert_eq!((never.known_until(), never.held_back_by.as_deref()), (None, Some("bills of gcp/x")));
        let unserved = coverage(&[bills(1, "azure/a", "ok", 10), bills(1, "azure/b", "unsupported", 10)]);
        assert_eq!(unserved, Coverage { until: day(10), held_back_by: None });
    }

    #[test]
    fn bills_of_a_file_reach_to_their_own_instant() {
        let raw = Raw { cloud_as_of: Some(Instant::from_seconds(5)), ..Raw::default() };
        assert_eq!(
            Coverage::of_bills(&raw, &Rules::default(), Instant::from_seconds(9)).until,
            Instant::from_seconds(5)
        );
    }

    #[test]
    fn a_folder_reaches_to_its_newest_instant() {
        let raw = Raw { as_of: Some(Instant::from_seconds(5)), ..Raw::default() };
        assert_eq!(Coverage::new(&raw, &ISSUE_SCOPES, Instant::from_seconds(9)).until, Instant::from_seconds(5));
    }
}
