//! Workflows by repository, and what people call them.

use ahash::RandomState;
use hashbrown::HashMap;
use model::columns::Raw;
use model::records::host_or_usual;

use super::hosts::Hosts;
use crate::selection::Chosen;

/// A repository with runs.
pub(super) struct Repository {
    /// `org/name`.
    pub(super) full_name: String,
    pub(super) org: String,
    pub(super) name: String,
    pub(super) host: String,
    /// Whether everybody may see it, as far as is known.
    is_public: bool,
}

/// A workflow of a repository; of GitLab, pipelines of one name or, without, of one source.
pub(super) struct Workflow {
    /// Place of its repository.
    pub(super) repository: u32,
    /// Its name at its newest run; where another file of the repository has that name too, with the file.
    pub(super) name: String,
}

/// The workflows of the selected repositories.
pub(super) struct Workflows<'a> {
    raw: &'a Raw,
    hosts: Hosts,
    repositories: Vec<Repository>,
    all: Vec<Workflow>,
    /// Place of a workflow by codes: of host, organisation, repository, and of its file, else its name.
    places: HashMap<([u32; 3], Identity), u32, RandomState>,
}

/// Place of a repository, name and file of a workflow of it, and what it is found by.
type Found = (u32, String, String, ([u32; 3], Identity));

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Identity {
    File(u32),
    Name(u32),
}

impl<'a> Workflows<'a> {
    /// Of runs, by the rows of their attempts.
    pub(super) fn of(raw: &'a Raw, hosts: Hosts, chosen: &Chosen, attempts: &[u32]) -> Self {
        let columns = &raw.ci_runs;
        let mut known: HashMap<[u32; 3], Option<u32>, RandomState> = HashMap::default();
        let mut newest: HashMap<([u32; 3], Identity), (i64, u32), RandomState> = HashMap::default();
        let mut repositories = Vec::new();
        for row in attempts.iter().map(|row| *row as usize) {
            let place = place_of(raw, hosts, row);
            let repository = *known.entry(place).or_insert_with(|| repository(raw, place, chosen, &mut repositories));
            if repository.is_none() {
                continue;
            }
            let seen = (columns.created_at.micros(row), name_of(raw, row));
            let name = newest.entry((place, identity(raw, row))).or_insert(seen);
            *name = seen.max(*name);
        }
        let mut found: Vec<Found> = newest
            .into_iter()
            .filter_map(|(key, (_, name))| {
                let text = |code: u32| raw.dictionary.text(code).into_owned();
                let (file, usual) = match key.1 {
                    Identity::File(code) => (text(code), text(name)),
                    Identity::Name(code) => (String::new(), text(code)),
                };
                let name =
                    if usual.is_empty() { file.rsplit('/').next().unwrap_or_default().to_owned() } else { usual };
                Some((known[&key.0]?, name, file, key))
            })
            .collect();
        found.sort_unstable();
        let mut workflows = Vec::with_capacity(found.len());
        let mut places = HashMap::default();
        for (at, (repository, name, file, key)) in found.iter().enumerate() {
            let has_twin = |other: Option<usize>| {
                other.and_then(|other| found.get(other)).is_some_and(|it| (it.0, &it.1) == (*repository, name))
            };
            let is_ambiguous = has_twin(at.checked_sub(1)) || has_twin(Some(at + 1));
            let name = if is_ambiguous && !file.is_empty() { format!("{name} ({file})") } else { name.clone() };
            workflows.push(Workflow { repository: *repository, name });
            places.insert(*key, at as u32);
        }
        Self { raw, hosts, repositories, all: workflows, places }
    }

    /// The place of the workflow of a run; `None` where its repository is not selected.
    pub(super) fn place(&self, row: usize) -> Option<u32> {
        self.places.get(&(place_of(self.raw, self.hosts, row), identity(self.raw, row))).copied()
    }

    /// The place of a workflow by the codes of host, organisation and repository, of its file and of its name.
    pub(super) fn place_of(&self, repository: [u32; 3], file: u32, name: u32) -> Option<u32> {
        let is_file = !self.raw.dictionary.bytes(file).is_empty();
        let identity = if is_file { Identity::File(file) } else { Identity::Name(name) };
        self.places.get(&(repository, identity)).copied()
    }

    /// Whether everybody may see the repository of a workflow.
    pub(super) fn is_public(&self, workflow: u32) -> bool {
        self.repositories[self.all[workflow as usize].repository as usize].is_public
    }

    pub(super) fn into_parts(self) -> (Vec<Repository>, Vec<Workflow>) {
        (self.repositories, self.all)
    }
}

fn place_of(raw: &Raw, hosts: Hosts, row: usize) -> [u32; 3] {
    let columns = &raw.ci_runs;
    [hosts.one(columns.host[row]), columns.org[row], columns.repo[row]]
}

/// Its file, since its name may change; a pipeline has none.
fn identity(raw: &Raw, row: usize) -> Identity {
    let file = raw.ci_runs.workflow_path[row];
    if raw.dictionary.bytes(file).is_empty() { Identity::Name(name_of(raw, row)) } else { Identity::File(file) }
}

/// Its name; of a pipeline without one what started it.
fn name_of(raw: &Raw, row: usize) -> u32 {
    let columns = &raw.ci_runs;
    let is_named = !raw.dictionary.bytes(columns.workflow[row]).is_empty();
    let has_file = !raw.dictionary.bytes(columns.workflow_path[row]).is_empty();
    if is_named || has_file { columns.workflow[row] } else { columns.event[row] }
}

/// The place of a repository, where it is selected.
fn repository(raw: &Raw, codes: [u32; 3], chosen: &Chosen, repositories: &mut Vec<Repository>) -> Option<u32> {
    let [host, org, name] = codes.map(|code| raw.dictionary.text(code).into_owned());
    let full_name = format!("{org}/{name}");
    if !chosen.delivers_from(&full_name) {
        return None;
    }
    let host = host_or_usual(&host).to_owned();
    // A file may leave the usual host out in one row and write it in the next.
    let known = repositories.iter().position(|it| it.full_name == full_name && it.host == host);
    let place = known.unwrap_or_else(|| {
        let listed =
            raw.repositories.iter().find(|it| it.name == name && it.org == org && host_or_usual(&it.host) == host);
        let is_public = listed.is_some_and(|listed| !listed.private);
        repositories.push(Repository { full_name, org, name, host, is_public });
        repositories.len() - 1
    });
    Some(place as u32)
}
