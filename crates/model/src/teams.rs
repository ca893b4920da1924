//! Teams: what belongs to them, and those that labels name.

use std::collections::{BTreeMap, BTreeSet};

use crate::columns::Raw;
use crate::names::{behind, comparable};
use crate::rules::Rules;

/// A team: its labels, repositories, boards, members and what a ticket tracker calls it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Team {
    /// Labels of issues and pull requests that are the team's, whatever repository, board and author say.
    pub labels: Vec<String>,
    /// Repository names, with or without `org/`.
    pub repos: Vec<String>,
    /// Board ids.
    pub projects: Vec<String>,
    /// Members.
    pub users: Vec<Member>,
    /// Teams of a ticket tracker by their keys, `ENG`.
    pub ticket_teams: Vec<String>,
}

/// A member of a team.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// GitHub login.
    pub github: String,
    /// Mail address, where a source knows people only so.
    pub email: Option<String>,
}

impl Rules {
    /// Finds the teams that labels of the data name: each label of an issue or pull request that begins with
    /// [`Rules::teams_from_labels`] is one of the team that the rest names. A team that is there already under this name, in
    /// whatever spelling, gets the label; of the spellings of another one the first in the order of letters is its name.
    pub fn find_teams(&mut self, raw: &Raw) {
        let Some(beginning) = self.teams_from_labels.as_deref().filter(|text| !text.trim().is_empty()) else { return };
        let mut found: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
        let codes: BTreeSet<u32> = raw.issues.labels.iter().chain(&raw.pull_requests.labels).copied().collect();
        for code in codes {
            for label in raw.dictionary.text(code).split(';') {
                if let Some(name) = behind(label, beginning) {
                    let (names, labels) = found.entry(comparable(&name)).or_default();
                    names.insert(name);
                    labels.insert(label.trim().to_owned());
                }
            }
        }
        for (compared, (names, labels)) in found {
            let known = self.teams.keys().find(|name| comparable(name) == compared).cloned();
            let Some(name) = known.or_else(|| names.into_iter().next()) else { continue };
            self.teams.entry(name).or_default().labels.extend(labels);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Issues with the first labels, pull requests with the others.
    fn raw(issues: &[&str], pull_requests: &[&str]) -> Raw {
        let mut raw = Raw::default();
        for labels in issues {
            let code = raw.dictionary.push(labels.as_bytes());
            raw.issues.labels.push(code);
        }
        for labels in pull_requests {
            let code = raw.dictionary.push(labels.as_bytes());
            raw.pull_requests.labels.push(code);
        }
        raw
    }

    fn found(rules: &mut Rules, raw: &Raw) -> Vec<String> {
        rules.find_teams(raw);
        rules.teams.iter().map(|(name, team)| format!("{name}: {}", team.labels.join(", "))).collect()
    }

    #[test]
    fn each_label_that_begins_so_makes_a_team_named_by_the_rest() {
        let mut rules = Rules { teams_from_labels: Some("team::".into()), ..Rules::default() };
        let raw = raw(&["bug;team::beta", "team::", "Team::Alpha;team::beta"], &["team::gamma", "teams::delta"]);
        assert_eq!(found(&mut rules, &raw), ["Alpha: Team::Alpha", "beta: team::beta", "gamma: team::gamma"]);
    }

    #[test]
    fn spellings_of_one_team_are_one_team_whatever_comes_first() {
        for labels in [["team::alpha", "team::Alpha"], ["team::Alpha", "team::alpha"]] {
            let mut rules = Rules { teams_from_labels: Some("team::".into()), ..Rules::default() };
            assert_eq!(found(&mut rules, &raw(&labels, &[])), ["Alpha: team::Alpha, team::alpha"]);
        }
    }

    #[test]
    fn a_team_of_the_configuration_keeps_its_name_and_what_it_has() {
        let mut rules = Rules { teams_from_labels: Some("team::".into()), ..Rules::default() };
        rules.teams.insert("ALPHA".into(), Team { repos: vec!["shop".into()], ..Team::default() });
        assert_eq!(found(&mut rules, &raw(&["team::alpha"], &[])), ["ALPHA: team::alpha"]);
        assert_eq!(rules.teams["ALPHA"].repos, ["shop"]);
    }

    #[test]
    fn without_a_beginning_labels_make_no_team() {
        for beginning in [None, Some(" ".to_owned())] {
            let mut rules = Rules { teams_from_labels: beginning, ..Rules::default() };
            assert_eq!(found(&mut rules, &raw(&["team::alpha"], &[])), [""; 0]);
        }
    }
}
