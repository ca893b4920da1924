//! Runs of all workflows, their attempts and their jobs.

use std::collections::HashMap;

use model::Instant;
use model::kinds::RunConclusion;
use serde_json::{Value as Json, json};

use crate::server::answer::State;
use crate::server::fault::Fault;
use crate::server::graphql::{breaks, forbidden, says_how_long};
use crate::server::prepared::Prepared;
use crate::server::reply::{Reply, whole_reply};
use crate::view::{CiAttempt, CiJob, CiRun};

/// Runs that the list shows of one question with a filter.
pub(super) const MOST_SHOWN: usize = 1_000;
/// Runs that the list shows without one: what is asked for behind them is refused.
const MOST_LISTED: usize = 40_000;
/// Entries to a page, at most.
const LARGEST_PAGE: usize = 100;
/// Entries to a page where nothing is said.
const USUAL_PAGE: usize = 30;

/// A question about the runs of a repository.
pub(super) struct Asked<'a> {
    pub(super) state: &'a State,
    pub(super) prepared: &'a Prepared,
    pub(super) owner: &'a str,
    pub(super) name: &'a str,
    /// Position of the repository.
    pub(super) repository: usize,
    parameters: HashMap<String, String>,
}

impl<'a> Asked<'a> {
    /// The question, unless something is in its way: then the reply.
    pub(super) fn new(
        state: &'a State,
        prepared: &'a Prepared,
        [owner, name]: [&'a str; 2],
        query: &str,
    ) -> Result<Self, Reply> {
        if let Some(reply) = refusal(state, owner, prepared.view.now) {
            return Err(reply);
        }
        let repository = prepared.find_repository(name).filter(|place| {
            let organisation = prepared.view.repositories[*place].owner.as_deref().unwrap_or(&prepared.view.org);
            organisation.eq_ignore_ascii_case(owner)
        });
        let Some(repository) = repository else { return Err(Reply::message(404, "Not Found")) };
        if forbidden(state, prepared).contains(&repository) {
            return Err(Reply::message(403, "Resource not accessible by personal access token"));
        }
        Ok(Self { state, prepared, owner, name, repository, parameters: url_pairs(query) })
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// Entries to a page, and the number of the page.
    pub(super) fn page(&self) -> (usize, usize) {
        let number =
            |key: &str, usual: usize| self.parameter(key).and_then(|text| text.parse().ok()).unwrap_or(usual).max(1);
        (number("per_page", USUAL_PAGE).min(LARGEST_PAGE), number("page", 1))
    }

    /// Runs of the repository, of those workflows that are wanted.
    fn runs(&self, wanted: impl Fn(&CiRun) -> bool) -> Vec<&'a CiRun> {
        let runs = self.prepared.ci_runs(self.repository);
        runs.iter().map(|run| &self.prepared.view.ci_runs[*run as usize]).filter(|run| wanted(run)).collect()
    }

    fn run(&self, id: &str) -> Option<&'a CiRun> {
        let id: u64 = id.parse().ok()?;
        self.runs(|run| run.id == id).into_iter().next()
    }

    /// With a link to the next page, where there is one, and what breaks on the way.
    pub(super) fn finish(&self, reply: Reply, path: &str, shown: usize) -> Reply {
        let (size, page) = self.page();
        let mut reply = reply;
        if page * size < shown {
            let next = format!("repos/{}/{}/actions/{path}?page={}", self.owner, self.name, page + 1);
            reply = reply.with("link", format!("<https://api.github.com/{next}>; rel=\"next\""));
        }
        if let Some(fault) = self.state.next_fault(|fault| breaks(fault).is_some()) {
            reply.breaks = breaks(&fault);
        }
        reply
    }
}

/// The reply of a fault that refuses the request.
pub(super) fn refusal(state: &State, owner: &str, now: Instant) -> Option<Reply> {
    let is_refusal = |fault: &Fault| whole_reply(fault, owner, now).is_some_and(|reply| reply.status >= 400);
    let fault = state.next_fault(is_refusal)?;
    let reply = whole_reply(&fault, owner, now)?;
    if says_how_long(fault.kind) {
        state.ask_to_wait(fault.amount);
    }
    Some(reply)
}

/// The runs of one workflow, by its file, or of all: the newest first.
pub(super) fn list(asked: &Asked<'_>, file: Option<&str>) -> Reply {
    let Some((from, to)) = span(asked.parameter("created")) else { return Reply::message(422, "Validation Failed") };
    let is_of_file = |run: &CiRun| file.is_none_or(|file| run.workflow == file);
    let mut runs = asked.runs(|run| is_of_file(run) && from <= run.created_at && run.created_at <= to);
    runs.sort_by_key(|run| std::cmp::Reverse((run.created_at, run.id)));
    let (size, page) = asked.page();
    let is_filtered = asked.parameter("created").is_some();
    if !is_filtered && (page - 1) * size >= MOST_LISTED {
        return Reply::message(
            422,
            "In order to keep the API fast for everyone, pagination is limited for this resource.",
        );
    }
    let shown = runs.len().min(if is_filtered { MOST_SHOWN } else { MOST_LISTED });
    let rows = runs.iter().take(shown).skip((page - 1) * size).take(size);
    let rows: Vec<Json> = rows.map(|run| written(asked.prepared, run, run.attempts.len() - 1)).collect();
    // What is beyond the limit is not counted either.
    let total = if is_filtered { shown } else { runs.len() };
    let path = file.map_or_else(|| "runs".to_owned(), |file| format!("workflows/{file}/runs"));
    asked.finish(Reply::json(200, &json!({ "total_count": total, "workflow_runs": rows })), &path, shown)
}

/// Whether the repository has runs of a workflow besides those that deploy.
pub(super) fn has_workflow(asked: &Asked<'_>, file: &str) -> bool {
    !asked.runs(|run| run.workflow == file).is_empty()
}

/// One run by its last attempt, or by an earlier one.
pub(super) fn run(asked: &Asked<'_>, id: &str, attempt: Option<&str>) -> Reply {
    let Some(run) = asked.run(id) else { return Reply::message(404, "Not Found") };
    let number = attempt.map_or(Some(run.attempts.len()), |attempt| attempt.parse().ok());
    match number.filter(|number| (1..=run.attempts.len()).contains(number)) {
        Some(number) => {
            let path = format!("runs/{id}");
            asked.finish(Reply::json(200, &written(asked.prepared, run, number - 1)), &path, 0)
        }
        None => Reply::message(404, "Not Found"),
    }
}

/// The jobs of a run: of its last attempt, or of all.
pub(super) fn jobs(asked: &Asked<'_>, id: &str) -> Reply {
    let Some(run) = asked.run(id) else { return Reply::message(404, "Not Found") };
    let all = asked.parameter("filter") == Some("all");
    let last = run.attempts.len() - 1;
    let attempts = run.attempts.iter().enumerate().filter(|(place, _)| all || *place == last);
    let jobs: Vec<Json> = attempts
        .flat_map(|(place, attempt)| shown_jobs(attempt).map(move |job| job_written(asked, run, place, job)))
        .collect();
    let (size, page) = asked.page();
    let rows: Vec<&Json> = jobs.iter().skip((page - 1) * size).take(size).collect();
    let reply = Reply::json(200, &json!({ "total_count": jobs.len(), "jobs": rows }));
    asked.finish(reply, &format!("runs/{id}/jobs"), jobs.len())
}

/// The jobs of an attempt, none of one that could not begin.
pub(crate) fn shown_jobs(attempt: &CiAttempt) -> impl Iterator<Item = &CiJob> {
    let could_begin = attempt.conclusion != RunConclusion::StartupFailure;
    attempt.jobs.iter().filter(move |_| could_begin)
}

/// A run as the API writes it, what importers do not read left out.
fn written(prepared: &Prepared, run: &CiRun, place: usize) -> Json {
    let repository = &prepared.view.repositories[run.repository];
    let owner = repository.owner.as_deref().unwrap_or(&prepared.view.org);
    let attempt = &run.attempts[place];
    json!({
        "id": run.id,
        "name": run.name,
        "path": format!(".github/workflows/{}", run.workflow),
        "head_branch": run.branch,
        "head_sha": run.sha,
        "head_repository": { "node_id": repository.id, "full_name": format!("{owner}/{}", repository.name) },
        "run_number": run.number,
        "run_attempt": place + 1,
        "event": run.event,
        "status": attempt.status.name(),
        "conclusion": told(attempt.conclusion),
        "check_suite_node_id": attempt.suite,
        "created_at": run.created_at.to_rfc3339_seconds(),
        "updated_at": attempt.updated_at.to_rfc3339_seconds(),
        "run_started_at": attempt.started_at.to_rfc3339_seconds(),
        "html_url": format!("https://github.com/{owner}/{}/actions/runs/{}", repository.name, run.id),
    })
}

fn told(conclusion: RunConclusion) -> Option<&'static str> {
    (conclusion != RunConclusion::None).then(|| conclusion.name())
}

fn job_written(asked: &Asked<'_>, run: &CiRun, place: usize, job: &CiJob) -> Json {
    let time = |at: Option<Instant>| at.map(Instant::to_rfc3339_seconds);
    let has_begun = job.started_at.is_some() && job.conclusion != RunConclusion::Skipped;
    let machine = match (has_begun, job.self_hosted) {
        (false, _) => None,
        (true, true) => Some(("Default", format!("builder-{}", job.id % 5))),
        (true, false) => Some(("GitHub Actions", format!("GitHub Actions {}", job.id % 100_000))),
    };
    let labels = if job.conclusion == RunConclusion::Skipped { &[][..] } else { job.labels };
    json!({
        "id": job.id,
        "run_id": run.id,
        "run_attempt": place + 1,
        "workflow_name": run.name,
        "head_branch": run.branch,
        "head_sha": run.sha,
        "name": job.name,
        "status": job.status.name(),
        "conclusion": told(job.conclusion),
        "created_at": job.created_at.to_rfc3339_seconds(),
        // What has not begun bears the time when it was made.
        "started_at": time(job.started_at.or(Some(job.created_at))),
        "completed_at": time(job.finished_at),
        "labels": labels,
        "runner_group_name": machine.as_ref().map(|(group, _)| *group),
        "runner_name": machine.as_ref().map(|(_, name)| name.as_str()),
        "html_url": format!(
            "https://github.com/{}/{}/actions/runs/{}/job/{}", asked.owner, asked.name, run.id, job.id
        ),
    })
}

fn url_pairs(query: &str) -> HashMap<String, String> {
    let decoded = |text: &str| text.replace("%3A", ":").replace("%3a", ":");
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), decoded(value))).collect()
}

/// Both ends of `2026-01-01T00:00:00Z..2026-02-01T00:00:00Z`, all time where nothing is asked.
pub(super) fn span(created: Option<&str>) -> Option<(Instant, Instant)> {
    let Some(created) = created else {
        return Some((Instant::from_micros(i64::MIN), Instant::from_micros(i64::MAX)));
    };
    let (from, to) = created.split_once("..")?;
    Some((Instant::parse_date_or_rfc3339(from)?, Instant::parse_date_or_rfc3339(to)?))
}
