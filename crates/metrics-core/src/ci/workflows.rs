//! Workflows by repository, and what people call them.

use ahash::RandomState;
use hashbrown::HashMap;
use model::columns::Raw;
use model::records::{USUAL_HOST, host_or_usual};

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
    repositories: Vec<Repository>,
    all: Vec<Workflow>,
    /// Place of a workflow by its repository, and the code of its file, else of its name.
    places: HashMap<(Key<'a>, Identity), u32, RandomState>,
}

/// What a repository is found by: its host, and the codes of organisation and name.
type Key<'a> = (&'a [u8], u32, u32);

/// Place of a repository, name and file of a workflow of it, and what it is found by.
type Found<'a> = (u32, String, String, (Key<'a>, Identity));

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Identity {
    File(u32),
    Name(u32),
}

impl<'a> Workflows<'a> {
    /// Of runs, by the rows of their attempts.
    pub(super) fn of(raw: &'a Raw, chosen: &Chosen, attempts: &[u32]) -> Self {
        let columns = &raw.ci_runs;
        let mut known: HashMap<Key<'a>, Option<u32>, RandomState> = HashMap::default();
        let mut newest: HashMap<(Key<'a>, Identity), (i64, u32), RandomState> = HashMap::default();
        let mut repositories = Vec::new();
        for row in attempts.iter().map(|row| *row as usize) {
            let place = key_of(raw, row);
            let repository = *known.entry(place).or_insert_with(|| repository(raw, place, chosen, &mut repositories));
            if repository.is_none() {
                continue;
            }
            let seen = (columns.created_at.micros(row), name_of(raw, row));
            let name = newest.entry((place, identity(raw, row))).or_insert(seen);
            *name = seen.max(*name);
        }
        let mut found: Vec<Found<'a>> = newest
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
        Self { raw, repositories, all: workflows, places }
    }

    /// The place of the workflow of a run; `None` where its repository is not selected.
    pub(super) fn place(&self, row: usize) -> Option<u32> {
        self.places.get(&(key_of(self.raw, row), identity(self.raw, row))).copied()
    }

    /// The place of a workflow by the codes of host, organisation and repository, of its file and of its name.
    pub(super) fn place_of(&self, [host_code, org, repo]: [u32; 3], file: u32, name: u32) -> Option<u32> {
        let is_file = !self.raw.dictionary.bytes(file).is_empty();
        let identity = if is_file { Identity::File(file) } else { Identity::Name(name) };
        self.places.get(&((host(self.raw, host_code), org, repo), identity)).copied()
    }

    /// Whether everybody may see the repository of a workflow.
    pub(super) fn is_public(&self, workflow: u32) -> bool {
        self.repositories[self.all[workflow as usize].repository as usize].is_public
    }

    pub(super) fn into_parts(self) -> (Vec<Repository>, Vec<Workflow>) {
        (self.repositories, self.all)
    }
}

fn key_of(raw: &Raw, row: usize) -> Key<'_> {
    let columns = &raw.ci_runs;
    (host(raw, columns.host[row]), columns.org[row], columns.repo[row])
}

/// The host of a code: an empty one is the usual one.
pub(super) fn host(raw: &Raw, code: u32) -> &[u8] {
    match raw.dictionary.bytes(code) {
        b"" => USUAL_HOST.as_bytes(),
        host => host,
    }
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
fn repository(
    raw: &Raw,
    (host, org, name): Key<'_>,
    chosen: &Chosen,
    repositories: &mut Vec<Repository>,
) -> Option<u32> {
    let [org, name] = [org, name].map(|code| raw.dictionary.text(code).into_owned());
    let full_name = format!("{org}/{name}");
    if !chosen.delivers_from(&full_name) {
        return None;
    }
    let host = String::from_utf8_lossy(host).into_owned();
    let listed = raw.repositories.iter().find(|it| it.name == name && it.org == org && host_or_usual(&it.host) == host);
    let is_public = listed.is_some_and(|listed| !listed.private);
    repositories.push(Repository { full_name, org, name, host, is_public });
    Some(repositories.len() as u32 - 1)
}
