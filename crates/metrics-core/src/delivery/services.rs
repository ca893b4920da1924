//! Services: what is deployed together and looked at as one.

use ahash::RandomState;
use hashbrown::HashMap;
use model::columns::Raw;
use model::delivery::{DeliveryRules, DeploymentsFrom, ServiceRules, WorkflowRun};
use model::names::comparable;
use model::pattern::Pattern;
use model::records::host_or_usual;

use super::repositories::{Repositories, Repository};
use super::rollouts::ToldTwice;

/// A service and the repositories that it is made of.
pub(super) struct Service<'a> {
    pub(super) name: String,
    /// What the configuration says of it; `None` for a repository that is one by itself.
    rules: Option<&'a ServiceRules>,
    /// Places of its repositories.
    pub(super) repositories: Vec<usize>,
    /// Whether it is one since pushed deployments name it, and has no others.
    is_named: bool,
}

/// All services, in order of their names.
pub(super) struct Services<'a> {
    pub(super) all: Vec<Service<'a>>,
    rules: &'a DeliveryRules,
    /// By place of the repository: whether nothing was ever deployed to production from it.
    by_releases: Vec<bool>,
    /// Code of the workflow's file by host and id of the run; empty where no service names a workflow.
    workflows: HashMap<(String, Vec<u8>), u32, RandomState>,
    /// For each deployment the service that whoever pushed it names, comparable; empty where none is named by any.
    named: Vec<String>,
}

/// What the deployments of a service in one of its repositories are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evidence {
    Deployments,
    Releases,
    Runs,
}

impl<'a> Services<'a> {
    /// Those of the configuration, and one for each repository that is part of none.
    pub(super) fn of(raw: &Raw, rules: &'a DeliveryRules, repositories: &Repositories) -> Self {
        let mut is_taken = vec![false; repositories.all.len()];
        let mut all: Vec<Service<'_>> = Vec::new();
        for service in &rules.services {
            let stands_for = |it: &Repository| it.org.is_empty() && comparable(&it.name) == comparable(&service.name);
            let is_own = |it: &Repository| service.has_repository(&it.org, &it.name) || stands_for(it);
            let places: Vec<usize> = (0..is_taken.len()).filter(|place| is_own(&repositories.all[*place])).collect();
            for place in &places {
                is_taken[*place] = true;
            }
            all.push(Service {
                name: service.name.clone(),
                rules: Some(service),
                repositories: places,
                is_named: false,
            });
        }
        let named = named_services(raw, repositories);
        let has_others = add_named(raw, &named, repositories, &mut all);
        let namesakes = |name: &str| repositories.all.iter().filter(|it| it.full_name() == name).count();
        let by_itself = |place: &usize| !is_taken[*place] && has_others[*place];
        for (place, repository) in repositories.all.iter().enumerate().filter(|(place, _)| by_itself(place)) {
            let name = repository.full_name();
            let called = comparable(&name);
            let is_taken = rules.services.iter().any(|it| comparable(&it.name) == called) || namesakes(&name) > 1;
            let name = if is_taken { format!("{}/{name}", repository.host) } else { name };
            match all.iter_mut().find(|it| it.is_named && comparable(&it.name) == called) {
                // One that is called as a repository has what that deploys, too.
                Some(named) if named.repositories.contains(&place) => named.is_named = false,
                _ => all.push(Service { name, rules: None, repositories: vec![place], is_named: false }),
            }
        }
        all.sort_by(|one, other| one.name.cmp(&other.name));
        Self {
            all,
            rules,
            by_releases: repositories.all.iter().map(|it| !deploys(raw, rules, it)).collect(),
            workflows: workflows(raw, rules, repositories),
            named,
        }
    }

    /// Whether nothing was ever deployed to production, by anybody's rules.
    pub(super) fn are_all_elsewhere(&self, repositories: &Repositories) -> bool {
        let deploys = |place: usize| !repositories.all[place].deployments.is_empty() && !self.by_releases[place];
        !(0..self.by_releases.len()).any(deploys)
    }

    /// What the deployments of a service in one of its repositories are: as it says, else by what the repository ever
    /// deployed.
    pub(super) fn evidence(&self, service: &Service<'_>, place: usize) -> Evidence {
        if service.is_named {
            return Evidence::Deployments;
        }
        match service.rules.and_then(|own| own.deployments_from).unwrap_or(self.rules.deployments_from) {
            DeploymentsFrom::Releases => Evidence::Releases,
            DeploymentsFrom::Runs => Evidence::Runs,
            DeploymentsFrom::Auto if self.by_releases[place] => Evidence::Releases,
            DeploymentsFrom::Deployments | DeploymentsFrom::Auto => Evidence::Deployments,
        }
    }

    /// Whether a deployment of one of its repositories is one of the service to its production. One of a workflow that is
    /// not known is not, where the service names workflows.
    pub(super) fn is_production(&self, raw: &Raw, service: &Service<'_>, row: usize) -> bool {
        self.may_be_production(raw, service, row)
            && service.rules.is_none_or(|own| {
                own.workflows.is_empty()
                    || self.workflow(raw, row).is_some_and(|path| own.has_workflow(&raw.dictionary.text(path)))
            })
    }

    /// Whether a deployment is one of a service to its production but for its workflow, which is not known.
    pub(super) fn has_unknown_workflow(&self, raw: &Raw, service: &Service<'_>, row: usize) -> bool {
        let names_some = service.rules.is_some_and(|own| !own.workflows.is_empty());
        names_some && self.may_be_production(raw, service, row) && self.workflow(raw, row).is_none()
    }

    /// Code of the file of the workflow that made a deployment.
    fn workflow(&self, raw: &Raw, row: usize) -> Option<u32> {
        let columns = &raw.deployments;
        let host = host_or_usual(&raw.dictionary.text(columns.host[row])).to_owned();
        self.workflows.get(&(host, columns.run_id.bytes(row).to_vec())).copied()
    }

    /// Whether a run of a workflow deploys a service to its production when it succeeds.
    pub(super) fn is_deploying(raw: &Raw, service: &Service<'_>, row: usize) -> bool {
        let columns = &raw.ci_runs;
        let text = |code: u32| raw.dictionary.text(code);
        service.rules.is_some_and(|own| {
            own.is_deployed_by(WorkflowRun {
                path: &text(columns.workflow_path[row]),
                event: &text(columns.event[row]),
                git_ref: &text(columns.git_ref[row]),
                is_of_default_branch: columns.default_branch[row],
            })
        })
    }

    /// By task, ref and environment.
    fn may_be_production(&self, raw: &Raw, service: &Service<'_>, row: usize) -> bool {
        match self.named.get(row).map(String::as_str) {
            None | Some("") if service.is_named => return false,
            Some(named) if !named.is_empty() && *named != comparable(&service.name) => return false,
            _ => {}
        }
        let columns = &raw.deployments;
        let task = raw.dictionary.text(columns.task[row]);
        let own = service.rules;
        if own.is_some_and(|own| !own.tasks.is_empty() && !own.tasks.iter().any(|name| *name == task)) {
            return false;
        }
        let git_ref = raw.dictionary.text(columns.git_ref[row]);
        if own.is_some_and(|own| !own.refs.is_empty() && !is_any(&own.refs, &git_ref)) {
            return false;
        }
        let environment = raw.dictionary.text(columns.environment[row]);
        self.is_production_environment(Some(service), &environment, &raw.dictionary.text(columns.tier[row]))
    }

    /// Whether an environment is production of a service, by name or tier.
    pub(super) fn is_production_environment(&self, service: Option<&Service<'_>>, name: &str, tier: &str) -> bool {
        if let Some(own) = service.and_then(|service| service.rules).filter(|own| !own.environments.is_empty()) {
            return is_any(&own.environments, name);
        }
        self.rules.production.holds(name, tier)
    }

    /// Whether a pull request is a change of the service: by the folders that it touches, where the service names some.
    /// Where not all folders are known it is.
    pub(super) fn has_change(raw: &Raw, service: &Service<'_>, row: usize) -> bool {
        let Some(own) = service.rules.filter(|own| !own.paths.is_empty()) else { return true };
        let columns = &raw.pull_requests;
        if !columns.paths_complete[row] {
            return true;
        }
        let folders = raw.dictionary.text(columns.paths[row]);
        folders.split(';').any(|folder| own.paths.iter().any(|path| is_within(folder, path)))
    }
}

/// For each deployment the service that whoever pushed it names, comparable: that of a provider's row is the one that was
/// pushed of it. Empty where none is named.
fn named_services(raw: &Raw, repositories: &Repositories) -> Vec<String> {
    let text = |code: &u32| raw.dictionary.text(*code);
    let codes = &raw.deployments.of_service;
    if codes.iter().all(|code| text(code).is_empty()) {
        return Vec::new();
    }
    let mut named: Vec<String> = codes.iter().map(|code| comparable(&text(code))).collect();
    for repository in &repositories.all {
        let told_twice = ToldTwice::of(raw, repository);
        for row in &repository.deployments {
            let pushed = told_twice.pushed(*row).map(|pushed| named[pushed as usize].clone()).find(|it| !it.is_empty());
            if let Some(pushed) = pushed {
                named[*row as usize] = pushed;
            }
        }
    }
    named
}

/// Adds the services that pushed deployments name to those of the configuration; for each repository, whether it deploys
/// anything that is of no service by name.
fn add_named(raw: &Raw, named: &[String], repositories: &Repositories, all: &mut Vec<Service<'_>>) -> Vec<bool> {
    let of = |row: &u32| named.get(*row as usize).filter(|name| !name.is_empty());
    for (place, repository) in repositories.all.iter().enumerate() {
        for row in &repository.deployments {
            let Some(name) = of(row) else { continue };
            let known = all.iter().position(|service| comparable(&service.name) == *name);
            let service = known.unwrap_or_else(|| {
                let name = raw.dictionary.text(raw.deployments.of_service[*row as usize]).trim().to_owned();
                let name = if name.is_empty() { of(row).cloned().unwrap_or_default() } else { name };
                all.push(Service { name, rules: None, repositories: Vec::new(), is_named: true });
                all.len() - 1
            });
            let its = &mut all[service].repositories;
            if let Err(at) = its.binary_search(&place) {
                its.insert(at, place);
            }
        }
    }
    let has_others = |it: &Repository| it.deployments.is_empty() || it.deployments.iter().any(|row| of(row).is_none());
    repositories.all.iter().map(has_others).collect()
}

/// The workflows of runs, as far as a service asks for them.
fn workflows(
    raw: &Raw,
    rules: &DeliveryRules,
    repositories: &Repositories,
) -> HashMap<(String, Vec<u8>), u32, RandomState> {
    let mut workflows = HashMap::default();
    if !rules.name_workflows() {
        return workflows;
    }
    for repository in &repositories.all {
        for row in repository.runs.iter().map(|row| *row as usize) {
            let run = raw.ci_runs.run_id.bytes(row).to_vec();
            workflows.insert((repository.host.clone(), run), raw.ci_runs.workflow_path[row]);
        }
    }
    workflows
}

/// Whether a repository ever deployed to an environment that is production by anybody's rules.
fn deploys(raw: &Raw, rules: &DeliveryRules, repository: &Repository) -> bool {
    let columns = &raw.deployments;
    let mut known: Vec<(u32, u32)> = Vec::new();
    repository.deployments.iter().any(|row| {
        let codes = (columns.environment[*row as usize], columns.tier[*row as usize]);
        if known.contains(&codes) {
            return false;
        }
        known.push(codes);
        let (name, tier) = (raw.dictionary.text(codes.0), raw.dictionary.text(codes.1));
        rules.is_anybodys_production(&name, &tier)
    })
}

fn is_any(patterns: &[Pattern], name: &str) -> bool {
    patterns.iter().any(|pattern| pattern.matches(name))
}

/// Whether a folder is the other or lies in it.
fn is_within(folder: &str, path: &str) -> bool {
    path.is_empty() || folder.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
