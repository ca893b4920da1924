//! Services: what is deployed together and looked at as one.

use model::columns::Raw;
use model::delivery::{DeliveryRules, DeploymentsFrom, ServiceRules};
use model::names::comparable;
use model::pattern::Pattern;

use super::repositories::{Repositories, Repository};

/// A service and the repositories that it is made of.
pub(super) struct Service<'a> {
    pub(super) name: String,
    /// What the configuration says of it; `None` for a repository that is one by itself.
    rules: Option<&'a ServiceRules>,
    /// Places of its repositories.
    pub(super) repositories: Vec<usize>,
    /// Whether releases are its deployments.
    pub(super) by_releases: bool,
}

/// All services, in order of their names.
pub(super) struct Services<'a> {
    pub(super) all: Vec<Service<'a>>,
    rules: &'a DeliveryRules,
}

impl<'a> Services<'a> {
    /// Those of the configuration, and one for each repository that is part of none.
    pub(super) fn of(raw: &Raw, rules: &'a DeliveryRules, repositories: &Repositories) -> Self {
        let mut is_taken = vec![false; repositories.all.len()];
        let mut all: Vec<Service<'_>> = Vec::new();
        for service in &rules.services {
            let places: Vec<usize> =
                (0..is_taken.len()).filter(|place| is_named(service, &repositories.all[*place])).collect();
            places.iter().for_each(|place| is_taken[*place] = true);
            all.push(Service {
                name: service.name.clone(),
                rules: Some(service),
                repositories: places,
                by_releases: false,
            });
        }
        for (place, repository) in repositories.all.iter().enumerate().filter(|(place, _)| !is_taken[*place]) {
            let name = repository.full_name();
            all.push(Service { name, rules: None, repositories: vec![place], by_releases: false });
        }
        all.sort_by(|one, other| one.name.cmp(&other.name));
        let mut services = Self { all: Vec::new(), rules };
        for mut service in all {
            service.by_releases = services.counts_releases(raw, &service, repositories);
            services.all.push(service);
        }
        services
    }

    /// Whether a deployment of one of its repositories is one of the service to its production.
    pub(super) fn is_production(&self, raw: &Raw, service: &Service<'_>, row: usize) -> bool {
        let columns = &raw.deployments;
        let task = raw.dictionary.text(columns.task[row]);
        let own = service.rules;
        if own.is_some_and(|own| !own.tasks.is_empty() && !own.tasks.iter().any(|name| *name == task)) {
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
        let production = &self.rules.production;
        is_any(&production.environments, name) || production.tiers.iter().any(|known| known == tier)
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

    fn counts_releases(&self, raw: &Raw, service: &Service<'_>, repositories: &Repositories) -> bool {
        match service.rules.and_then(|own| own.deployments_from).unwrap_or(self.rules.deployments_from) {
            DeploymentsFrom::Deployments => false,
            DeploymentsFrom::Releases => true,
            DeploymentsFrom::Auto => !service.repositories.iter().any(|place| {
                let deployments = &repositories.all[*place].deployments;
                deployments.iter().any(|row| self.is_production(raw, service, *row as usize))
            }),
        }
    }
}

/// Whether a service names a repository, with or without its organisation.
fn is_named(service: &ServiceRules, repository: &Repository) -> bool {
    let (full, bare) = (comparable(&repository.full_name()), comparable(&repository.name));
    service.repos.iter().map(|name| comparable(name)).any(|name| name == full || name == bare)
}

fn is_any(patterns: &[Pattern], name: &str) -> bool {
    patterns.iter().any(|pattern| pattern.matches(name))
}

/// Whether a folder is the other or lies in it.
fn is_within(folder: &str, path: &str) -> bool {
    path.is_empty() || folder.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
