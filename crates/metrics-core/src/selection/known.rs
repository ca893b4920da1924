//! Values that filters accept: boards, repositories, teams and types of the data.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashSet;
use model::columns::Raw;
use model::names::comparable;
use model::rules::{RuleSet, Rules};

use super::{Chosen, NO_BOARD, Selection};
use crate::catalogue::Filter;
use crate::delivery;
use crate::flow::{Kinds, listed_boards};
use crate::totals::board_of_key;

/// The names that a selection may use, each list without repetition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Repositories as `org/repo`, in order.
    pub repositories: Vec<String>,
    /// Boards that are not excluded: configured ones in the order of the configuration, then the others by id.
    pub boards: Vec<KnownBoard>,
    /// Services that ever deployed, in order.
    pub services: Vec<String>,
    /// Teams of the rules, in order.
    pub teams: Vec<String>,
    /// Types of issues by the rule set's derivation, in order.
    pub types: Vec<String>,
}

/// A board that a selection may use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownBoard {
    /// What a selection names it by.
    pub id: String,
    /// Name for people; may be empty.
    pub name: String,
}

impl Known {
    /// Values of a selection that nothing is called by, each with its filter, in the order of the selection.
    pub fn unknown(&self, selection: &Selection) -> Vec<(Filter, String)> {
        let asked = [
            (Filter::Project, &selection.projects),
            (Filter::Repository, &selection.repositories),
            (Filter::Team, &selection.teams),
            (Filter::Service, &selection.services),
            (Filter::Type, &selection.types),
        ];
        let each = asked.into_iter().flat_map(|(filter, values)| values.iter().map(move |value| (filter, value)));
        each.filter(|(filter, value)| !self.has(*filter, value))
            .map(|(filter, value)| (filter, value.clone()))
            .collect()
    }

    /// Whether something is called so. Filters without names know none.
    pub fn has(&self, filter: Filter, value: &str) -> bool {
        let name = comparable(value);
        match filter {
            Filter::Project => {
                let id = board_of_key(value.trim());
                id == NO_BOARD || self.boards.iter().any(|board| board.id == id)
            }
            Filter::Repository => self.repositories.iter().any(|full| {
                let full = comparable(full);
                full == name || full.rsplit('/').next() == Some(&name)
            }),
            Filter::Service => self.services.iter().any(|service| comparable(service) == name),
            Filter::Team => self.teams.iter().any(|team| comparable(team) == name),
            Filter::Type => self.types.iter().any(|kind| comparable(kind) == name),
            Filter::Bots | Filter::Branches => false,
        }
    }
}

/// The repositories of what is known that a selection names, or its teams own; `None` for all.
pub fn repositories_of(selection: &Selection, rules: &Rules, known: &Known) -> Option<Vec<String>> {
    if selection.repositories.is_empty() && selection.teams.is_empty() {
        return None;
    }
    let chosen = Chosen::new(selection, rules);
    Some(known.repositories.iter().filter(|name| chosen.delivers_from(name)).cloned().collect())
}

/// What is known of some raw data under some rules: everything that a filter can be set to.
///
/// It looks at every issue and event once; keep the answer as long as the data.
pub fn known(raw: &Raw, rules: &Rules) -> Known {
    let boards = listed_boards(raw, rules).into_iter().map(|board| KnownBoard { id: board.id, name: board.name });
    Known {
        repositories: repositories(raw),
        boards: boards.collect(),
        services: delivery::services(raw, rules),
        teams: rules.teams.keys().cloned().collect(),
        types: types(raw, rules),
    }
}

fn repositories(raw: &Raw) -> Vec<String> {
    let listed = raw.repositories.iter().map(|repository| format!("{}/{}", repository.org, repository.name));
    let mut names: BTreeSet<String> = listed.collect();
    let rows = [
        (&raw.issues.org, &raw.issues.repo),
        (&raw.pull_requests.org, &raw.pull_requests.repo),
        (&raw.deployments.org, &raw.deployments.repo),
        (&raw.releases.org, &raw.releases.repo),
        (&raw.ci_runs.org, &raw.ci_runs.repo),
    ];
    let codes: HashSet<(u32, u32)> =
        rows.into_iter().flat_map(|(orgs, repos)| orgs.iter().copied().zip(repos.iter().copied())).collect();
    let text = |code| raw.dictionary.text(code);
    // What was pushed without a repository that is known is of none.
    let is_known = |(org, _): &(u32, u32)| !text(*org).is_empty();
    names.extend(codes.into_iter().filter(is_known).map(|(org, repo)| format!("{}/{}", text(org), text(repo))));
    names.into_iter().collect()
}

/// Distinct types, one spelling of each.
fn types(raw: &Raw, rules: &Rules) -> Vec<String> {
    let spelled: BTreeSet<String> = match rules.set {
        RuleSet::Flow => Kinds::new(raw, &rules.bug_source).names.into_iter().collect(),
        RuleSet::CtoStats => {
            let codes: HashSet<u32> = raw.issues.kind.iter().copied().collect();
            codes.into_iter().map(|code| raw.dictionary.text(code).trim().to_owned()).collect()
        }
    };
    let named = spelled.into_iter().filter(|kind| !kind.trim().is_empty());
    let by_name: BTreeMap<String, String> = named.map(|kind| (comparable(&kind), kind)).collect();
    by_name.into_values().collect()
}
