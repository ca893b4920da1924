//! Records in: raw columns from records made by hand or by another program.

#[cfg(test)]
mod tests;

use hashbrown::HashMap;
use model::Instant;
use model::cells::{CardColumns as _, PlacedColumns, RawColumns as _};
use model::columns::{CodeColumn, Interner, Raw, SightingSource};
use model::names::is_bot_login;
use model::records::{
    CiBill, CiFlake, CiJob, CiJobSum, CiRun, CiRunJobs, CloudMonth, Deployment, GitCommit, ImportRun, Incident, Issue,
    Place, Presence, Project, ProjectItem, PullRequest, Release, Repository, Sighting, Ticket, host_or_usual,
};

/// Collects records and turns them into the columns that the engine reads.
///
/// Records may come in any order; a record of the same place (`org/repo#number` of a host) must come only once.
#[derive(Debug, Default)]
pub struct RawBuilder {
    raw: Raw,
    texts: Interner,
    issues: HashMap<String, u32>,
    pull_requests: HashMap<String, u32>,
    repeated: Option<Repeated>,
}

/// A record that came twice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} {key} was added twice: add each once")]
pub struct Repeated {
    /// What it is: `issue` or `pull request`.
    pub what: &'static str,
    /// Its key, `org/repo#number`.
    pub key: String,
}

impl RawBuilder {
    /// Without any record.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an issue with its events and cards. Where its state is not told, or not known, it is closed if it has a time of closing.
    /// Cards with a time of observation count as sightings.
    pub fn issue(&mut self, issue: &Issue) -> &mut Self {
        let Self { raw, texts, issues, .. } = self;
        let row = raw.issues.len() as u32;
        if issues.insert(key_of(&issue.place), row).is_some() {
            return self.repeat("issue", &issue.place);
        }
        raw.issues.push_row(issue, texts);
        put_place(&mut raw.issues, &issue.place, texts);
        for event in &issue.status_events {
            raw.status_events.issue.push(row);
            raw.status_events.push_row(event, texts);
        }
        for event in &issue.project_events {
            raw.project_events.issue.push(row);
            raw.project_events.push_row(event, texts);
        }
        for event in issue.iteration_events.iter().flatten() {
            raw.iteration_events.issue.push(row);
            raw.iteration_events.push_row(event, texts);
        }
        for item in &issue.items {
            self.fields(row, item);
            if item.observed_at.is_some() {
                self.sighting(row, item, SightingSource::Snapshot, None);
            }
        }
        self
    }

    /// Adds a sighting of a card of an issue that was added before; unknown issues are left out.
    ///
    /// Without `observed_at` it counts as seen when the card last changed.
    pub fn card(&mut self, place: &Place, item: &ProjectItem, source: SightingSource) -> &mut Self {
        self.confirmed_card(place, item, source, None)
    }

    /// As [`Self::card`], for a card that was found as it was before until `confirmed_at`: what history lacks was lost
    /// after that.
    pub fn confirmed_card(
        &mut self,
        place: &Place,
        item: &ProjectItem,
        source: SightingSource,
        confirmed_at: Option<Instant>,
    ) -> &mut Self {
        if let Some(row) = self.issues.get(&key_of(place)).copied() {
            self.sighting(row, item, source, confirmed_at);
        }
        self
    }

    /// Adds a pull request with its reviews and events.
    pub fn pull_request(&mut self, pull_request: &PullRequest) -> &mut Self {
        let Self { raw, texts, pull_requests, .. } = self;
        let row = raw.pull_requests.len() as u32;
        if pull_requests.insert(key_of(&pull_request.place), row).is_some() {
            return self.repeat("pull request", &pull_request.place);
        }
        raw.pull_requests.push_row(pull_request, texts);
        put_place(&mut raw.pull_requests, &pull_request.place, texts);
        if is_bot_login(&pull_request.creator) {
            raw.pull_requests.creator_is_bot[row as usize] = true;
        }
        for review in &pull_request.reviews {
            raw.reviews.pull_request.push(row);
            raw.reviews.push_row(review, texts);
            let is_bot = review.user_is_bot || is_bot_login(&review.user);
            raw.reviews.user_is_bot.pop();
            raw.reviews.user_is_bot.push(is_bot);
        }
        for event in &pull_request.events {
            raw.pull_request_events.pull_request.push(row);
            raw.pull_request_events.push_row(event, texts);
        }
        self
    }

    /// Adds an account's bill of a month, read from a source: the subject of its import, `azure/…` for example.
    ///
    /// A month of an account must come only once. A bill without lines adds nothing.
    pub fn cloud_month(&mut self, bill: &CloudMonth, source: &str) -> &mut Self {
        for line in bill.bill_lines(source) {
            self.raw.cloud_costs.push_row(&line, &mut self.texts);
        }
        self
    }

    /// Adds a deployment. What became of it is what its instants and its outcome say; its statuses are not looked at.
    ///
    /// A deployment, a release or an incident of the same id must come only once.
    pub fn deployment(&mut self, deployment: &Deployment) -> &mut Self {
        self.raw.deployments.push_row(deployment, &mut self.texts);
        self
    }

    /// Adds a release.
    pub fn release(&mut self, release: &Release) -> &mut Self {
        self.raw.releases.push_row(release, &mut self.texts);
        self
    }

    /// Adds a commit of the graph behind deployments and releases.
    pub fn git_commit(&mut self, commit: &GitCommit) -> &mut Self {
        self.raw.commits.push_row(commit, &mut self.texts);
        self
    }

    /// Adds an attempt of a run of a workflow, which must come only once.
    pub fn ci_run(&mut self, run: &CiRun) -> &mut Self {
        self.raw.ci_runs.push_row(run, &mut self.texts);
        self
    }

    /// Adds a job of a run, which must come only once.
    pub fn ci_job(&mut self, job: &CiJob) -> &mut Self {
        self.raw.ci_jobs.push_row(job, &mut self.texts);
        self
    }

    /// Adds what is rolled up of the jobs of an attempt.
    pub fn ci_run_jobs(&mut self, jobs: &CiRunJobs) -> &mut Self {
        self.raw.ci_run_jobs.push_row(jobs, &mut self.texts);
        self
    }

    /// Adds a sum of jobs that are rolled up.
    pub fn ci_job_sum(&mut self, sum: &CiJobSum) -> &mut Self {
        self.raw.ci_job_sums.push_row(sum, &mut self.texts);
        self
    }

    /// Adds a flaky job that is rolled up.
    pub fn ci_flake(&mut self, flake: &CiFlake) -> &mut Self {
        self.raw.ci_flakes.push_row(flake, &mut self.texts);
        self
    }

    /// Adds a line of what is billed for CI; a day, repository, cost centre and SKU must come only once.
    pub fn ci_bill(&mut self, line: &CiBill) -> &mut Self {
        self.raw.ci_bills.push_row(line, &mut self.texts);
        self
    }

    /// Adds an incident with its events.
    pub fn incident(&mut self, incident: &Incident) -> &mut Self {
        self.raw.incidents.push_row(incident, &mut self.texts);
        for event in &incident.events {
            self.raw.incident_events.push_row(event, &mut self.texts);
        }
        self
    }

    /// Adds a ticket with its events.
    pub fn ticket(&mut self, ticket: &Ticket) -> &mut Self {
        self.raw.tickets.push_row(ticket, &mut self.texts);
        for event in &ticket.events {
            self.raw.ticket_events.push_row(event, &mut self.texts);
        }
        self
    }

    /// Adds a board: gives it its present name.
    pub fn project(&mut self, project: Project) -> &mut Self {
        self.raw.projects.push(project);
        self
    }

    /// Adds a repository.
    pub fn repository(&mut self, repository: Repository) -> &mut Self {
        self.raw.repositories.push(repository);
        self
    }

    /// Adds what an import covered: periods after it are incomplete.
    pub fn import(&mut self, run: ImportRun) -> &mut Self {
        self.raw.imports.push(run);
        self
    }

    /// The columns; `as_of` is the end of the period that the records cover.
    ///
    /// # Errors
    /// An issue or a pull request was added twice.
    pub fn build(mut self, as_of: Instant) -> Result<Raw, Repeated> {
        self.raw.issues.tell_untold_states();
        if let Some(repeated) = self.repeated {
            return Err(repeated);
        }
        let dictionary = self.texts.into_dictionary();
        let mut raw = Raw { dictionary, as_of: Some(as_of), cloud_as_of: Some(as_of), ..self.raw };
        raw.name_merge_requests();
        Ok(raw)
    }

    fn repeat(&mut self, what: &'static str, place: &Place) -> &mut Self {
        self.repeated.get_or_insert_with(|| Repeated { what, key: id_of(place) });
        self
    }

    fn fields(&mut self, row: u32, item: &ProjectItem) {
        let fields = &mut self.raw.custom_fields;
        for field in item.fields.iter().flatten() {
            fields.issue.push(row);
            fields.push_row(field, &mut self.texts);
            put_board(fields.board(), item, &mut self.texts);
        }
    }

    fn sighting(&mut self, row: u32, item: &ProjectItem, source: SightingSource, confirmed_at: Option<Instant>) {
        let sighting = Sighting {
            status: item.status.clone().unwrap_or_default(),
            status_at: item.status_updated_at,
            presence: item.presence,
            presence_at: item.updated_at.filter(|_| item.presence != Presence::OnBoard),
            created_at: item.created_at,
            observed_at: item.observed_at.or(item.updated_at).unwrap_or_default(),
            source,
            confirmed_at,
        };
        let sightings = &mut self.raw.sightings;
        sightings.issue.push(row);
        sightings.push_row(&sighting, &mut self.texts);
        put_board(sightings.board(), item, &mut self.texts);
    }
}

fn put_place<C: PlacedColumns>(columns: &mut C, place: &Place, texts: &mut Interner) {
    columns.ids().push(id_of(place).as_bytes());
    for (column, text) in columns.names().into_iter().zip([&*place.org, &place.repo, host_or_usual(&place.host)]) {
        column.push(texts.code(text.as_bytes()));
    }
}

fn put_board(columns: [&mut CodeColumn; 2], item: &ProjectItem, texts: &mut Interner) {
    for (column, text) in columns.into_iter().zip([&item.project_id, &item.project_name]) {
        column.push(texts.code(text.as_bytes()));
    }
}

/// What a record is found by: its id, and the host that it is on.
fn key_of(place: &Place) -> String {
    format!("{}@{}", id_of(place), host_or_usual(&place.host))
}

fn id_of(place: &Place) -> String {
    format!("{}/{}#{}", place.org, place.repo, place.number)
}
