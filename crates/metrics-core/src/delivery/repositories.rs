//! What the raw data has of each repository: pull requests, deployments, releases, commits, runs of workflows.

use ahash::RandomState;
use hashbrown::HashMap;
use model::columns::Raw;
use model::delivery::DeliveryRules;
use model::names::comparable;
use model::records::host_or_usual;

/// Rows of the raw tables by repository.
pub(super) struct Repositories {
    /// In order of host, organisation and name.
    pub(super) all: Vec<Repository>,
}

/// One repository.
#[derive(Debug, Default)]
pub(super) struct Repository {
    pub(super) org: String,
    pub(super) name: String,
    pub(super) host: String,
    /// The branch that it deploys from.
    pub(super) default_branch: String,
    /// Rows of pull requests.
    pub(super) pull_requests: Vec<u32>,
    /// Rows of deployments.
    pub(super) deployments: Vec<u32>,
    /// Rows of releases.
    pub(super) releases: Vec<u32>,
    /// Rows of commits.
    pub(super) commits: Vec<u32>,
    /// Rows of runs of workflows, the attempts of a run behind each other.
    pub(super) runs: Vec<u32>,
}

impl Repository {
    /// `org/name`; the name alone of what stands for a service that was pushed without a repository.
    pub(super) fn full_name(&self) -> String {
        full_name(&self.org, &self.name)
    }
}

/// `org/name`, or the name where there is no organisation.
pub(super) fn full_name(org: &str, name: &str) -> String {
    if org.is_empty() { name.to_owned() } else { format!("{org}/{name}") }
}

impl Repositories {
    /// From the raw data as known at `as_of`. Deployments that were pushed without a repository are of the one of their
    /// service, where the rules name just one; else the service itself stands for a repository.
    pub(super) fn of(raw: &Raw, rules: &DeliveryRules, as_of: i64) -> Self {
        let mut gathering = Gathering { raw, places: HashMap::default(), all: Vec::new() };
        let columns = &raw.pull_requests;
        // Those that were pushed without a repository that is known are changes of none.
        let of_repositories = (0..columns.id.len()).filter(|row| !raw.dictionary.text(columns.org[*row]).is_empty());
        for row in of_repositories {
            let repository = gathering.repository([columns.host[row], columns.org[row], columns.repo[row]]);
            repository.pull_requests.push(row as u32);
        }
        let columns = &raw.deployments;
        let mut pushed = Vec::new();
        for row in 0..columns.id.len() {
            if raw.dictionary.text(columns.repo[row]).is_empty() {
                pushed.push(row as u32);
                continue;
            }
            gathering.repository([columns.host[row], columns.org[row], columns.repo[row]]).deployments.push(row as u32);
        }
        let columns = &raw.releases;
        for row in 0..columns.id.len() {
            gathering.repository([columns.host[row], columns.org[row], columns.repo[row]]).releases.push(row as u32);
        }
        let columns = &raw.commits;
        for row in 0..columns.sha.len() {
            gathering.repository([columns.host[row], columns.org[row], columns.repo[row]]).commits.push(row as u32);
        }
        let columns = &raw.ci_runs;
        for row in 0..columns.run_id.len() {
            gathering.repository([columns.host[row], columns.org[row], columns.repo[row]]).runs.push(row as u32);
        }
        gathering.place(rules, pushed);
        let mut all = gathering.all;
        for repository in &mut all {
            repository.deployments.sort_unstable();
            repository.default_branch = default_branch(raw, repository, as_of);
            repository.runs.sort_unstable_by_key(|row| {
                let row = *row as usize;
                (raw.ci_runs.run_id.bytes(row), raw.ci_runs.attempt[row])
            });
        }
        all.sort_by(|one, other| (&one.host, &one.org, &one.name).cmp(&(&other.host, &other.org, &other.name)));
        Self { all }
    }

    /// The one that a deployment is of.
    pub(super) fn of_deployment(&self, row: u32) -> Option<usize> {
        self.all.iter().position(|it| it.deployments.binary_search(&row).is_ok())
    }

    /// The repository of a name, in whatever case where none is written just so.
    pub(super) fn find(&self, org: &str, name: &str, host: &str) -> Option<usize> {
        let exact = self.all.iter().position(|it| it.name == name && it.org == org && it.host == host);
        let named = comparable(&format!("{org}/{name}"));
        exact.or_else(|| self.all.iter().position(|it| it.host == host && comparable(&it.full_name()) == named))
    }
}

struct Gathering<'a> {
    raw: &'a Raw,
    places: HashMap<[u32; 3], usize, RandomState>,
    all: Vec<Repository>,
}

impl Gathering<'_> {
    /// The repository of codes: of host, organisation and name.
    fn repository(&mut self, codes: [u32; 3]) -> &mut Repository {
        let Self { raw, places, all } = self;
        let place = *places.entry(codes).or_insert_with(|| {
            let [host, org, name] = codes.map(|code| raw.dictionary.text(code).into_owned());
            let host = host_or_usual(&host).to_owned();
            // A file may leave the usual host out in one row and write it in the next.
            let known = all.iter().position(|it| (&it.host, &it.org, &it.name) == (&host, &org, &name));
            known.unwrap_or_else(|| {
                all.push(Repository { org, name, host, ..Repository::default() });
                all.len() - 1
            })
        });
        &mut all[place]
    }

    /// Puts deployments that were pushed without a repository where their service is.
    fn place(&mut self, rules: &DeliveryRules, pushed: Vec<u32>) {
        let columns = &self.raw.deployments;
        let known = self.all.len();
        for row in pushed {
            let service = self.raw.dictionary.text(columns.service[row as usize]).into_owned();
            let named = comparable(&service);
            let is_its = |repository: &Repository| {
                let of_rules = rules.services.iter().filter(|own| comparable(&own.name) == named);
                of_rules.into_iter().any(|own| own.has_repository(&repository.org, &repository.name))
            };
            let mut its = (0..known).filter(|place| is_its(&self.all[*place]));
            let place = match (its.next(), its.next()) {
                (Some(only), None) => only,
                _ => self.standing_for(service, columns.host[row as usize]),
            };
            self.all[place].deployments.push(row);
        }
    }

    /// The place of what stands for a service without a repository.
    fn standing_for(&mut self, service: String, host: u32) -> usize {
        let host = host_or_usual(&self.raw.dictionary.text(host)).to_owned();
        let is_it = |it: &Repository| it.org.is_empty() && it.name == service && it.host == host;
        self.all.iter().position(is_it).unwrap_or_else(|| {
            self.all.push(Repository { name: service, host, ..Repository::default() });
            self.all.len() - 1
        })
    }
}

/// What an import was told; else the branch that most pull requests were merged into.
fn default_branch(raw: &Raw, repository: &Repository, as_of: i64) -> String {
    let known = raw.repositories.iter().find(|it| {
        it.name == repository.name && it.org == repository.org && host_or_usual(&it.host) == repository.host
    });
    if let Some(known) = known.filter(|it| !it.default_branch.is_empty()) {
        return known.default_branch.clone();
    }
    let columns = &raw.pull_requests;
    let mut merged: HashMap<u32, usize, RandomState> = HashMap::default();
    for row in &repository.pull_requests {
        if columns.merged_at.get(*row as usize).is_some_and(|at| at.micros() <= as_of) {
            *merged.entry(columns.base[*row as usize]).or_default() += 1;
        }
    }
    let named = merged.into_iter().map(|(code, count)| (count, raw.dictionary.text(code).into_owned()));
    named.max_by(|one, other| one.0.cmp(&other.0).then_with(|| other.1.cmp(&one.1))).map_or_else(String::new, |it| it.1)
}
