//! Records in: raw columns from records made by hand or by another program.

#[cfg(test)]
mod tests;

use hashbrown::HashMap;
use model::Instant;
use model::columns::{Dictionary, ProjectKind, PullRequestEventKind, Raw, ReviewState, SightingSource, StatusKind};
use model::names::is_bot_login;
use model::records::{
    Actor, CloudMonth, ImportRun, Issue, Place, Presence, Project, ProjectItem, PullRequest, Repository,
};

/// Collects records and turns them into the columns that the engine reads.
///
/// Records may come in any order; a record of the same place (`org/repo#number`) must come only once.
#[derive(Debug, Default)]
pub struct RawBuilder {
    raw: Raw,
    codes: HashMap<String, u32>,
    issues: HashMap<String, u32>,
}

impl RawBuilder {
    /// Without any record.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an issue with its events and cards. Cards with a time of observation count as sightings.
    pub fn issue(&mut self, issue: &Issue) -> &mut Self {
        let id = id_of(&issue.place);
        let row = self.raw.issues.id.len() as u32;
        self.issues.insert(id.clone(), row);
        let columns = [
            self.code(&issue.place.org),
            self.code(&issue.place.repo),
            self.code(&issue.state_reason),
            self.code(&issue.kind),
            self.code(&issue.issue_type),
            self.code(&issue.labels.join(";")),
            self.code(login(issue.creator.as_ref())),
        ];
        let issues = &mut self.raw.issues;
        issues.id.push(id.as_bytes());
        issues.title.push(issue.title.as_bytes());
        issues.url.push(issue.url.as_bytes());
        issues.org.push(columns[0]);
        issues.repo.push(columns[1]);
        issues.state_reason.push(columns[2]);
        issues.kind.push(columns[3]);
        issues.issue_type.push(columns[4]);
        issues.labels.push(columns[5]);
        issues.creator.push(columns[6]);
        issues.closed.push(issue.state == "closed");
        issues.is_bug.push(issue.is_bug);
        issues.created_at.push(Some(issue.created_at));
        issues.closed_at.push(issue.closed_at);
        issues.vanished_at.push(None);
        self.events(row, issue);
        for item in &issue.items {
            self.fields(row, item);
            if item.observed_at.is_some() {
                self.sighting(row, item, SightingSource::Snapshot);
            }
        }
        self
    }

    /// Adds a sighting of a card of an issue that was added before; unknown issues are left out.
    ///
    /// Without `observed_at` it counts as seen when the card last changed.
    pub fn card(&mut self, place: &Place, item: &ProjectItem, source: SightingSource) -> &mut Self {
        if let Some(row) = self.issues.get(&id_of(place)).copied() {
            self.sighting(row, item, source);
        }
        self
    }

    /// Marks an issue that was added before as found deleted at an instant.
    pub fn vanished(&mut self, place: &Place, at: Instant) -> &mut Self {
        if let Some(row) = self.issues.get(&id_of(place)).copied() {
            let marks = std::mem::take(&mut self.raw.issues.vanished_at);
            for other in 0..marks.len() {
                let mark = if other == row as usize { Some(at) } else { marks.get(other) };
                self.raw.issues.vanished_at.push(mark);
            }
        }
        self
    }

    /// Adds a pull request with its reviews and events.
    pub fn pull_request(&mut self, pull_request: &PullRequest) -> &mut Self {
        let row = self.raw.pull_requests.id.len() as u32;
        let columns = [
            self.code(&pull_request.place.org),
            self.code(&pull_request.place.repo),
            self.code(login(pull_request.creator.as_ref())),
            self.code(&pull_request.labels.join(";")),
        ];
        let rows = &mut self.raw.pull_requests;
        rows.id.push(id_of(&pull_request.place).as_bytes());
        rows.title.push(pull_request.title.as_bytes());
        rows.url.push(pull_request.url.as_bytes());
        rows.org.push(columns[0]);
        rows.repo.push(columns[1]);
        rows.creator.push(columns[2]);
        rows.labels.push(columns[3]);
        rows.creator_is_bot.push(is_bot(pull_request.creator.as_ref()));
        rows.created_at.push(Some(pull_request.created_at));
        rows.closed_at.push(pull_request.closed_at);
        rows.merged_at.push(pull_request.merged_at);
        rows.is_draft.push(pull_request.is_draft);
        rows.changed_files.push(pull_request.changed_files.unwrap_or(-1));
        rows.first_commit_at.push(pull_request.first_commit_at);
        rows.vanished_at.push(None);
        rows.last.push(row);
        for review in &pull_request.reviews {
            let user = self.code(login(review.user.as_ref()));
            let reviews = &mut self.raw.reviews;
            reviews.pull_request.push(row);
            reviews.state.push(review_state(&review.state));
            reviews.dismissed_state.push(review_state(&review.dismissed_state));
            reviews.submitted_at.push(review.submitted_at);
            reviews.user.push(user);
            reviews.user_is_bot.push(is_bot(review.user.as_ref()));
        }
        for event in &pull_request.events {
            let events = &mut self.raw.pull_request_events;
            events.pull_request.push(row);
            events.kind.push(match event.kind.as_str() {
                "ready_for_review" => PullRequestEventKind::ReadyForReview,
                "converted_to_draft" => PullRequestEventKind::ConvertedToDraft,
                "review_requested" => PullRequestEventKind::ReviewRequested,
                _ => PullRequestEventKind::Other,
            });
            events.at.push(Some(event.at));
        }
        self
    }

    /// Adds an account's bill of a month, read from a source: the subject of its import, `azure/…` for example.
    ///
    /// A month of an account must come only once. A bill without lines adds nothing.
    pub fn cloud_month(&mut self, bill: &CloudMonth, source: &str) -> &mut Self {
        let [provider, account, source] = [&bill.provider, &bill.account, source].map(|text| self.code(text));
        for line in &bill.lines {
            let [service, currency] = [&line.service, &line.currency].map(|text| self.code(text));
            let net = line.net();
            let costs = &mut self.raw.cloud_costs;
            costs.provider.push(provider);
            costs.account.push(account);
            costs.service.push(service);
            costs.currency.push(currency);
            costs.month.push(bill.month);
            costs.charge_category.push(line.charge_category);
            costs.gross.push(line.gross.clone());
            costs.credits.push(line.credits.clone());
            costs.binary.push(net.to_f64());
            costs.net.push(net);
            costs.observed_at.push(Some(bill.observed_at));
            costs.source.push(source);
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
    pub fn build(self, as_of: Instant) -> Raw {
        Raw { as_of: Some(as_of), cloud_as_of: Some(as_of), ..self.raw }
    }

    fn code(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return Dictionary::EMPTY;
        }
        if let Some(code) = self.codes.get(text) {
            return *code;
        }
        let code = self.raw.dictionary.push(text.as_bytes());
        self.codes.insert(text.to_owned(), code);
        code
    }

    fn events(&mut self, row: u32, issue: &Issue) {
        for event in &issue.status_events {
            let reason = self.code(&event.state_reason);
            let events = &mut self.raw.status_events;
            events.issue.push(row);
            events.kind.push(match event.kind.as_str() {
                "opened" => StatusKind::Opened,
                "closed" => StatusKind::Closed,
                "reopened" => StatusKind::Reopened,
                _ => StatusKind::Other,
            });
            events.at.push(Some(event.at));
            events.state_reason.push(reason);
        }
        for event in &issue.project_events {
            let codes = [&event.project_id, &event.project_name, &event.from_column, &event.to_column]
                .map(|text| self.code(text));
            let events = &mut self.raw.project_events;
            events.issue.push(row);
            events.project_id.push(codes[0]);
            events.project_name.push(codes[1]);
            events.from_column.push(codes[2]);
            events.to_column.push(codes[3]);
            events.kind.push(match event.kind.as_str() {
                "added" => ProjectKind::Added,
                "moved" => ProjectKind::Moved,
                "removed" => ProjectKind::Removed,
                _ => ProjectKind::Other,
            });
            events.at.push(Some(event.at));
        }
    }

    fn fields(&mut self, row: u32, item: &ProjectItem) {
        for field in item.fields.iter().flatten() {
            let codes = [&item.project_id, &field.name, &field.value].map(|text| self.code(text));
            let fields = &mut self.raw.custom_fields;
            fields.issue.push(row);
            fields.project_id.push(codes[0]);
            fields.field_name.push(codes[1]);
            fields.field_value.push(codes[2]);
        }
    }

    fn sighting(&mut self, row: u32, item: &ProjectItem, source: SightingSource) {
        let codes = [&item.project_id, &item.project_name, item.status.as_ref().unwrap_or(&String::new())]
            .map(|text| self.code(text));
        let sightings = &mut self.raw.sightings;
        sightings.issue.push(row);
        sightings.project_id.push(codes[0]);
        sightings.project_name.push(codes[1]);
        sightings.status.push(codes[2]);
        sightings.status_at.push(item.status_updated_at);
        sightings.presence.push(item.presence);
        sightings.presence_at.push(item.updated_at.filter(|_| item.presence != Presence::OnBoard));
        sightings.created_at.push(item.created_at);
        sightings.observed_at.push(item.observed_at.or(item.updated_at));
        sightings.source.push(source);
    }
}

fn id_of(place: &Place) -> String {
    format!("{}/{}#{}", place.org, place.repo, place.number)
}

fn login(actor: Option<&Actor>) -> &str {
    actor.map_or("", |actor| actor.login.as_str())
}

fn is_bot(actor: Option<&Actor>) -> bool {
    actor.is_some_and(|actor| actor.is_bot || is_bot_login(&actor.login))
}

fn review_state(state: &str) -> ReviewState {
    match state {
        "APPROVED" => ReviewState::Approved,
        "CHANGES_REQUESTED" => ReviewState::ChangesRequested,
        "COMMENTED" => ReviewState::Commented,
        "DISMISSED" => ReviewState::Dismissed,
        "PENDING" => ReviewState::Pending,
        _ => ReviewState::Other,
    }
}
