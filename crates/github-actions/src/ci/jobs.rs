//! Reading of the jobs of runs: twenty runs to a call, or each run by itself.

use std::collections::{BTreeMap, BTreeSet};

use github_client::{GraphqlError, PageSize, by_id, faults};
use model::kinds::{RunConclusion, RunStatus};
use model::records::{CiJob, Record};
use source::{ErrorKind, Event, SourceError};

use super::convert::{Of, machine, mark_retried};
use super::kept::Attempt;
use super::labels::{Known, Machine};
use super::run::unless_gone;
use super::wire::{Answer, CheckRun, CheckRuns, Job, Jobs as Page, Suite, Suites};
use super::{Jobs, Shared};
use crate::reading::Reading;
use crate::wire::WorkflowRun;

/// Jobs to a page.
const PAGE: &str = "100";

/// So many runs that were started again are compared: whether their check suites list the jobs of all attempts is not
/// documented.
const MOST_COMPARED: u32 = 20;

/// Reads jobs, and counts what is not known of them.
#[derive(Debug)]
pub(crate) struct JobReader {
    mode: Jobs,
    /// Jobs of workflows that make up ever new names.
    unlabelled: u64,
    /// Whether it was said that runs that were started again are asked for one by one.
    is_told: bool,
}

/// A run whose jobs are read.
#[derive(Clone)]
struct Wanted {
    id: u64,
    path: String,
    /// In order, the last one included.
    attempts: Vec<Attempt>,
    is_over: bool,
}

impl Wanted {
    /// The check suites of all attempts; `None` where one is not known.
    fn suites(&self) -> Option<BTreeSet<&str>> {
        // An attempt that the provider does not know any more has no jobs either.
        let known = self.attempts.iter().filter(|attempt| attempt.started_at.is_some());
        known.map(|attempt| attempt.suite.as_deref()).collect()
    }

    /// The check runs of its suites; `None` where one did not come.
    fn checks(&self, checked: &Checked) -> Option<Vec<Found>> {
        let mut found = Vec::new();
        for suite in self.suites()? {
            let checks = checked.get(suite)?.as_ref()?.iter();
            found.extend(checks.map(|check| Found { suite: suite.to_owned(), check: check.clone() }));
        }
        Some(found)
    }

    fn was_restarted(&self) -> bool {
        self.attempts.len() > 1
    }
}

/// A check run of a suite.
#[derive(Clone)]
struct Found {
    suite: String,
    check: CheckRun,
}

/// Check runs by the id of their suite; `None` where nothing came of it.
type Checked = BTreeMap<String, Option<Vec<CheckRun>>>;

impl JobReader {
    pub(crate) fn new(mode: Jobs) -> Self {
        Self { mode, unlabelled: 0, is_told: false }
    }

    /// What is not known, in words.
    pub(crate) fn left_out(&self) -> [(u64, &'static str); 1] {
        [(
            self.unlabelled,
            "without labels, since their workflow makes up ever new names of jobs: with ci.jobs: exact they are read, by one call for each run",
        )]
    }

    /// Reads the jobs of runs whose attempts are known, and stores them.
    pub(crate) async fn read(
        &mut self,
        reading: &mut Reading<'_>,
        shared: &Shared,
        runs: &[WorkflowRun],
    ) -> Result<(), SourceError> {
        if self.mode == Jobs::Off {
            return Ok(());
        }
        let (mut singly, mut batched): (Vec<Wanted>, Vec<Wanted>) = runs
            .iter()
            .map(|run| wanted(reading, run))
            .partition(|run| self.mode == Jobs::Exact || run.suites().is_none());
        if batched.iter().any(Wanted::was_restarted) {
            let (differ, compared) = self.compare(reading, shared, &batched).await?;
            batched.retain(|run| !compared.contains(&run.id));
            if differ {
                let restarted = batched.iter().filter(|run| run.was_restarted()).cloned();
                singly.extend(restarted);
                batched.retain(|run| !run.was_restarted());
            }
        }
        for run in singly {
            let jobs = listed(reading, &run).await?;
            let records = records_of_list(reading, &run, jobs);
            reading.commit_of_run(records)?;
        }
        while !batched.is_empty() {
            reading.context.goes_on()?;
            let group = group(&mut batched, &shared.pages);
            self.read_group(reading, shared, group).await?;
        }
        Ok(())
    }

    /// Compares for some runs that were started again what suites and lists tell; their jobs are stored. Whether suites
    /// lack any, and the runs that were compared.
    async fn compare(
        &mut self,
        reading: &mut Reading<'_>,
        shared: &Shared,
        runs: &[Wanted],
    ) -> Result<(bool, BTreeSet<u64>), SourceError> {
        let known = merged(reading, shared);
        let left = if known.differ { 0 } else { MOST_COMPARED.saturating_sub(known.runs) as usize };
        let chosen: Vec<&Wanted> = runs.iter().filter(|run| run.was_restarted() && run.is_over).take(left).collect();
        let suites = chosen.iter().flat_map(|run| run.suites().unwrap_or_default()).collect();
        let checked = checked(reading, shared, suites).await?;
        let mut done = BTreeSet::new();
        for run in chosen {
            reading.context.goes_on()?;
            let checks = run.checks(&checked).unwrap_or_default();
            let jobs = listed(reading, run).await?;
            let told: BTreeSet<u64> = checks.iter().filter_map(|found| found.check.database_id).collect();
            let lacks = jobs.iter().any(|job| !told.contains(&job.id));
            learn(reading, run, &jobs, &checks);
            let records = records_of_list(reading, run, jobs);
            reading.commit_of_run(records)?;
            done.insert(run.id);
            {
                let mut known = shared.compared();
                known.runs += 1;
                known.differ |= lacks;
            }
            if lacks {
                break;
            }
        }
        let differ = merged(reading, shared).differ;
        if differ && !std::mem::replace(&mut self.is_told, true) {
            reading.context.progress.event(Event::Note(format!(
                "{}: check suites do not list the jobs of every attempt: those of runs that were started again are asked \
                 for run by run",
                reading.subject.label
            )));
        }
        Ok((differ, done))
    }

    /// Reads the jobs of a few runs from their check suites. A run that has a job whose labels are not known is asked for by
    /// itself, and so is one of whose suites nothing came.
    async fn read_group(
        &mut self,
        reading: &mut Reading<'_>,
        shared: &Shared,
        group: Vec<Wanted>,
    ) -> Result<(), SourceError> {
        let suites = group.iter().flat_map(|run| run.suites().unwrap_or_default()).collect();
        let checked = checked(reading, shared, suites).await?;
        let mut records = Vec::new();
        for run in group {
            let numbered =
                run.checks(&checked).filter(|checks| checks.iter().all(|found| found.check.database_id.is_some()));
            match numbered {
                Some(checks) if !asks_for_unknown(reading, &run, &checks) => {
                    records.append(&mut self.records_of_checks(reading, &run, checks));
                }
                checks => {
                    reading.context.goes_on()?;
                    let jobs = listed(reading, &run).await?;
                    learn(reading, &run, &jobs, &checks.unwrap_or_default());
                    records.append(&mut records_of_list(reading, &run, jobs));
                }
            }
        }
        if records.is_empty() { Ok(()) } else { reading.commit(records) }
    }

    fn records_of_checks(&mut self, reading: &Reading<'_>, run: &Wanted, checks: Vec<Found>) -> Vec<Record> {
        let of = Of { run_id: run.id, place: &reading.subject.place, attempts: &run.attempts };
        let learned = reading.kept.all.as_ref().map(|all| &all.learned);
        let mut jobs = BTreeMap::new();
        for Found { suite, check } in checks {
            let Some(id) = check.database_id else { continue };
            let machine = match learned.and_then(|learned| learned.known(&run.path, &check.name)) {
                Some(Known { machine: None, .. }) => continue,
                Some(Known { machine: Some(machine), .. }) if !is_skipped(&check) => machine.clone(),
                known => {
                    self.unlabelled += u64::from(known.is_none() && has_run(&check));
                    Machine::default()
                }
            };
            jobs.insert(id, of.checked(id, &suite, check, machine));
        }
        records_of(jobs.into_values().collect())
    }
}

fn wanted(reading: &Reading<'_>, run: &WorkflowRun) -> Wanted {
    let mut attempts: Vec<Attempt> =
        reading.kept.all.as_ref().map(|all| all.earlier(run.id).to_vec()).unwrap_or_default();
    attempts.sort_by_key(|attempt| attempt.number);
    attempts.push(Attempt {
        number: run.run_attempt.unwrap_or(1),
        started_at: Some(run.run_started_at.unwrap_or(run.created_at).0),
        suite: run.check_suite_node_id.clone(),
    });
    let path = run.path.as_deref().and_then(|path| path.split('@').next()).unwrap_or_default().to_owned();
    Wanted { id: run.id, path, attempts, is_over: run.status.as_deref() == Some(RunStatus::Completed.name()) }
}

/// The first runs, with no more suites than a call takes, or the first one alone.
fn group(runs: &mut Vec<Wanted>, pages: &PageSize) -> Vec<Wanted> {
    let most = pages.current() as usize;
    let mut suites = BTreeSet::new();
    let mut count = 0;
    for run in &*runs {
        suites.extend(run.suites().unwrap_or_default().into_iter().map(str::to_owned));
        if count > 0 && suites.len() > most {
            break;
        }
        count += 1;
    }
    runs.drain(..count).collect()
}

/// What is known of suites of runs that were started again, by this import or an earlier one.
fn merged(reading: &mut Reading<'_>, shared: &Shared) -> super::Compared {
    let mut known = shared.compared();
    if let Some(all) = &mut reading.kept.all {
        known.runs = known.runs.max(all.restarts.runs);
        known.differ |= all.restarts.differ;
        all.restarts = *known;
    }
    *known
}

/// Whether labels of a job of a run are to be asked for.
fn asks_for_unknown(reading: &Reading<'_>, run: &Wanted, checks: &[Found]) -> bool {
    let Some(all) = &reading.kept.all else { return false };
    let is_unknown = |check: &&CheckRun| all.learned.asks_for(&run.path, &check.name, reading.subject.at);
    checks.iter().map(|found| &found.check).filter(|check| has_run(check)).any(|check| is_unknown(&check))
}

/// Whether a job has had a machine: one that waits or was skipped has not.
fn has_run(check: &CheckRun) -> bool {
    check.started_at.is_some() && !is_skipped(check)
}

fn is_skipped(check: &CheckRun) -> bool {
    check.conclusion.as_deref().is_some_and(|word| word.eq_ignore_ascii_case(RunConclusion::Skipped.name()))
}

/// Remembers what the jobs of a run asked for, and which check runs are no jobs; nothing of a run that is gone.
fn learn(reading: &mut Reading<'_>, run: &Wanted, jobs: &[Job], checks: &[Found]) {
    let at = reading.subject.at;
    let Some(all) = reading.kept.all.as_mut().filter(|_| !jobs.is_empty()) else { return };
    let names: BTreeSet<&str> = jobs.iter().map(|job| job.name.as_str()).collect();
    for check in checks.iter().map(|found| &found.check).filter(|check| has_run(check)) {
        let machine = names.contains(check.name.as_str()).then(Machine::default);
        all.learned.learn(&run.path, &check.name, at, machine);
    }
    for job in jobs {
        let machine = machine(job);
        if machine != Machine::default() {
            all.learned.learn(&run.path, &job.name, at, Some(machine));
        }
    }
}

/// The jobs of all attempts of a run, as they are listed; none of one that is gone.
async fn listed(reading: &mut Reading<'_>, run: &Wanted) -> Result<Vec<Job>, SourceError> {
    let what = format!("the jobs of the run {} of {}", run.id, &reading.subject.label);
    let id = run.id.to_string();
    let mut jobs: Vec<Job> = Vec::new();
    for number in 1.. {
        let number = number.to_string();
        let query = [("filter", "all"), ("per_page", PAGE), ("page", number.as_str())];
        let page = reading.ask::<Page>(&what, &["actions", "runs", &id, "jobs"], &query).await;
        let Some(mut page) = unless_gone(page)? else { break };
        let is_last = page.jobs.is_empty();
        jobs.append(&mut page.jobs);
        if is_last || jobs.len() as u64 >= page.total_count {
            if (jobs.len() as u64) < page.total_count {
                reading.tally.faults.add_lack(&what, page.total_count - jobs.len() as u64);
            }
            break;
        }
        reading.context.goes_on()?;
    }
    Ok(jobs)
}

fn records_of_list(reading: &Reading<'_>, run: &Wanted, jobs: Vec<Job>) -> Vec<Record> {
    let of = Of { run_id: run.id, place: &reading.subject.place, attempts: &run.attempts };
    records_of(jobs.into_iter().map(|job| of.listed(job)).collect())
}

/// The records of the jobs of one run.
fn records_of(mut jobs: Vec<CiJob>) -> Vec<Record> {
    mark_retried(&mut jobs);
    jobs.into_iter().map(|job| Record::CiJob(Box::new(job))).collect()
}

/// The check runs of suites.
async fn checked(reading: &mut Reading<'_>, shared: &Shared, suites: BTreeSet<&str>) -> Result<Checked, SourceError> {
    let ids: Vec<String> = suites.into_iter().map(str::to_owned).collect();
    let what = format!("the jobs of {} runs of {}", ids.len(), &reading.subject.label);
    let mut checked = Checked::new();
    let mut left = ids.as_slice();
    while !left.is_empty() {
        let make = |most: i64| Suites { ids: by_id::first(left, most), after: None };
        let (client, progress, cancel) = (&reading.subject.client, reading.context.progress, &reading.context.cancel);
        let reply = client.page::<CheckRuns>(&what, &shared.pages, make, progress, cancel).await;
        let reply = reply.map_err(|error| may_not_read(error, &reading.subject.label))?;
        reading.tally.count(&reply);
        let rest = by_id::rest(left, reply.data.nodes.len(), &what, reply.request_id.as_deref())?;
        heed(reading, &reply.errors, reply.request_id.as_deref())?;
        let Answer { nodes } = reply.data;
        for (id, suite) in left.iter().zip(nodes) {
            let gone = reply.errors.iter().filter(|error| error.kind == "NOT_FOUND").filter_map(by_id::position);
            let is_gone = gone.into_iter().any(|position| left.get(position) == Some(id));
            let checks = match suite.and_then(|suite: Suite| suite.check_runs) {
                Some(page) => pages(reading, id, page).await?,
                None if is_gone => Some(Vec::new()),
                None => None,
            };
            checked.insert(id.clone(), checks);
        }
        left = rest;
    }
    Ok(checked)
}

/// All check runs of a suite of which the first page is there; `None` where one of them did not come.
async fn pages(
    reading: &mut Reading<'_>,
    id: &str,
    first: super::wire::Page,
) -> Result<Option<Vec<CheckRun>>, SourceError> {
    let what = format!("further jobs of a run of {}", &reading.subject.label);
    let mut checks: Option<Vec<CheckRun>> = first.nodes.into_iter().collect();
    let mut page = (first.page_info.has_next_page, first.page_info.end_cursor);
    let mut after: Option<String> = None;
    let mut request_id: Option<String> = None;
    while let Some(next) = faults::next_page(&what, page, after.as_ref(), request_id.as_deref())? {
        reading.context.goes_on()?;
        let variables = Suites { ids: vec![id.to_owned()], after: Some(next.clone()) };
        let (client, progress, cancel) = (&reading.subject.client, reading.context.progress, &reading.context.cancel);
        let reply = client.query::<CheckRuns>(&what, variables, progress, cancel).await?;
        reading.tally.count(&reply);
        heed(reading, &reply.errors, reply.request_id.as_deref())?;
        let more = reply.data.nodes.into_iter().next().flatten().and_then(|suite| suite.check_runs);
        let Some(more) = more else { return Ok(None) };
        let came: Option<Vec<CheckRun>> = more.nodes.into_iter().collect();
        checks = checks.zip(came).map(|(checks, came)| [checks, came].concat());
        page = (more.page_info.has_next_page, more.page_info.end_cursor);
        (after, request_id) = (Some(next), reply.request_id);
    }
    Ok(checks)
}

/// Takes note of what did not come. That a suite is gone is an answer, and a run of whose suite a part did not come is asked
/// for by itself.
fn heed(reading: &mut Reading<'_>, errors: &[GraphqlError], request_id: Option<&str>) -> Result<(), SourceError> {
    if let Some(refused) = errors.iter().find(|error| error.kind == "FORBIDDEN") {
        let error = SourceError::new(ErrorKind::NoAccess, refused.message.clone());
        return Err(may_not_read(error.in_request(request_id.map(str::to_owned)), &reading.subject.label));
    }
    let is_of_suite = |error: &&GraphqlError| error.path.split('.').next() == Some(by_id::LIST);
    let others = errors.iter().filter(|error| !is_of_suite(error)).cloned().collect();
    reading.tally.faults.add(faults::sort(others, by_id::LIST, None).failures, request_id);
    Ok(())
}

/// What to do where check suites may not be read.
fn may_not_read(error: SourceError, label: &str) -> SourceError {
    if error.kind != ErrorKind::NoAccess {
        return error;
    }
    let message = format!(
        "the jobs of {label} may not be read ({}): give the token the permission Checks: read, or set ci.jobs to exact, which \
         needs Actions: read alone",
        error.message
    );
    SourceError { message, ..error }
}
