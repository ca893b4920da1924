//! Straight to where an import would put it, for sizes that are too long to serve.

mod ci_csv;
mod csv_folder;
mod delivery;
mod delivery_csv;
mod line;
mod store_writer;

pub use csv_folder::write_csv_folder;
pub(crate) use delivery::incident_id;
pub use store_writer::write_store;

use model::Instant;
use model::records::{CiBillMonth, ImportRun, Issue, ProjectItem, PullRequest, Record, RunOutcome, Scope};

use crate::Organisation;
use crate::clouds::Account;
use crate::ids::node_id;
use crate::present::Presenter;
use crate::records::Recorder;
use crate::view::{Content, Repository, View};

/// Everything at the end of the period as records, one object at a time.
pub(crate) struct Stream<'a> {
    organisation: &'a Organisation,
    presenter: Presenter<'a>,
    pub(crate) frame: View,
    /// Bills by subject.
    pub(crate) accounts: Vec<Account>,
}

impl<'a> Stream<'a> {
    pub(crate) fn new(organisation: &'a Organisation) -> Self {
        let presenter = Presenter::new(organisation, organisation.end(), organisation.options.lost_events);
        let frame = presenter.frame();
        let accounts = organisation.bills().accounts(organisation.end());
        Self { organisation, presenter, frame, accounts }
    }

    fn recorder(&self) -> Recorder<'_> {
        Recorder { frame: &self.frame }
    }

    fn end(&self) -> i64 {
        self.organisation.end
    }

    /// Issues by repository name and number, with their cards.
    pub(crate) fn issues(&self) -> impl Iterator<Item = Issue> + '_ {
        let mut order: Vec<(usize, u32, usize)> = self
            .organisation
            .issues
            .iter()
            .enumerate()
            .map(|(index, life)| {
                let (repository, number) = life.place_at(self.end());
                (self.presenter.place(repository), number, index)
            })
            .collect();
        order.sort_unstable();
        let mut items = Vec::new();
        order.into_iter().map(move |(_, _, index)| {
            items.clear();
            let issue = self.presenter.issue(index, &mut items);
            let cards = items.iter().map(|item| self.recorder().item(item, &issue.id)).collect();
            self.recorder().issue(&issue, cards)
        })
    }

    /// Cards that show no issue.
    pub(crate) fn loose_items(&self) -> impl Iterator<Item = ProjectItem> + '_ {
        (0..self.organisation.loose_cards.len()).filter_map(|index| {
            let item = self.presenter.loose_item(index)?;
            let content_id = match item.content {
                Content::PullRequest(pull_request) => node_id("PR_kwDO", pull_request as u64),
                _ => String::new(),
            };
            Some(self.recorder().item(&item, &content_id))
        })
    }

    /// Pull requests by repository name and number.
    pub(crate) fn pull_requests(&self) -> impl Iterator<Item = PullRequest> + '_ {
        let mut order: Vec<(usize, u32, usize)> = self
            .organisation
            .pull_requests
            .iter()
            .enumerate()
            .map(|(index, life)| (self.presenter.place(life.repository), life.number, index))
            .collect();
        order.sort_unstable();
        order.into_iter().map(|(_, _, index)| self.recorder().pull_request(&self.presenter.pull_request(index)))
    }

    /// Whether the repository at a position of the view has deployments or releases, without which nothing is asked of it.
    fn delivers(&self, place: usize) -> bool {
        let delivery = self.delivery(place);
        delivery.deployment_ids().next().is_some() || delivery.releases().next().is_some()
    }

    /// Runs of the repository at a position of the view, each attempt with its jobs.
    pub(crate) fn ci_records(&self, place: usize) -> impl Iterator<Item = Record> + '_ {
        let runs = self.presenter.ci_runs(self.repository_at(place));
        runs.flat_map(|run| self.recorder().ci_run(&run))
    }

    /// The bill for CI by month and cost centre.
    pub(crate) fn ci_bill_months(&self) -> Vec<CiBillMonth> {
        self.recorder().ci_bill_months(&self.presenter.ci_usage())
    }

    /// Position in the organisation of the repository at a position of the view.
    fn repository_at(&self, place: usize) -> usize {
        let count = self.organisation.repositories.len();
        (0..count).find(|one| self.presenter.place_of(*one) == place).unwrap_or_default()
    }

    /// What the import of everything would have noted, without counts.
    pub(crate) fn import_runs(&self) -> Vec<ImportRun> {
        let run = |scope: Scope, subject: &str, label: String| ImportRun {
            run: 1,
            scope: scope.into(),
            subject: subject.to_owned(),
            label,
            outcome: RunOutcome::Ok.into(),
            full: true,
            covered_to: Some(self.frame.now),
            ..ImportRun::default()
        };
        let org = &self.frame.org;
        let mut runs = vec![run(Scope::Projects, org, org.clone()), run(Scope::Repositories, org, org.clone())];
        for scope in [Scope::Issues, Scope::PullRequests] {
            let name = |repository: &Repository| format!("{org}/{}", repository.name);
            runs.extend(self.frame.repositories.iter().map(|one| run(scope, &one.id, name(one))));
        }
        for (place, one) in self.frame.repositories.iter().enumerate() {
            let scopes = [Scope::Deployments, Scope::Releases, Scope::Commits];
            for scope in scopes.into_iter().filter(|_| self.delivers(place)) {
                runs.push(run(scope, &one.id, format!("{org}/{}", one.name)));
            }
            if !self.organisation.cis[self.repository_at(place)].runs.is_empty() {
                runs.push(run(Scope::CiRuns, &one.id, format!("{org}/{}", one.name)));
            }
        }
        if self.organisation.cis.iter().any(|life| !life.runs.is_empty()) {
            runs.push(run(Scope::CiBill, org, org.clone()));
        }
        runs.extend(self.frame.projects.iter().map(|one| run(Scope::ProjectItems, &one.number_id, one.title.clone())));
        runs.extend(self.accounts.iter().map(|one| run(Scope::CloudCosts, &one.subject, one.label.clone())));
        runs.sort_by(|left, right| (left.scope.name(), &left.subject).cmp(&(right.scope.name(), &right.subject)));
        runs
    }

    /// The provider's time.
    pub(crate) fn now(&self) -> Instant {
        self.frame.now
    }
}
