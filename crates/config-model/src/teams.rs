//! The keys `teams` and `teams_from_labels`.

use std::collections::{BTreeMap, HashMap};

use model::names::{behind, comparable, visible};
use model::rules;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scalar::absent_if_null;
use crate::{Config, ConfigError};

/// A team.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Labels: an issue, pull request or merge request that carries one is this team's, whatever its repository, board and
    /// author say.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub labels: Vec<String>,
    /// Repositories, with or without `org/`.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub repos: Vec<String>,
    /// Boards by id.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub projects: Vec<String>,
    /// Members: a GitHub login, or `{github: ..., email: ...}`.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<Member>>")]
    pub users: Vec<Member>,
    /// Teams of a ticket tracker by their keys, `ENG`.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub ticket_teams: Vec<String>,
}

/// A member of a team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a GitHub login, or `{github: ..., email: ...}`")]
pub enum Member {
    /// By GitHub login.
    Login(String),
    /// By login and mail address.
    Person {
        /// GitHub login.
        github: String,
        /// Mail address.
        #[serde(default)]
        email: Option<String>,
    },
}

impl Config {
    /// What is wrong with the teams although every key and type is right.
    pub(crate) fn check_teams(&self, file: &str) -> Result<(), ConfigError> {
        let beginning = self.teams_from_labels.as_deref();
        if beginning.is_some_and(|text| text.trim().is_empty()) {
            let message = "is empty, and so every label would be a team: write how the labels begin, `team::` for team::alpha and its like, or take the key out";
            return Err(ConfigError::at_key(file, "teams_from_labels", message));
        }
        let mut names: HashMap<String, &str> = HashMap::new();
        let mut labels: HashMap<String, &str> = HashMap::new();
        for (name, team) in &self.teams.0 {
            let key = format!("teams.{}", visible(name));
            if let Some(first) = names.insert(comparable(name), name) {
                let message =
                    format!("is the team `{}` again, in another spelling; join the two entries", visible(first));
                return Err(ConfigError::at_key(file, &key, message));
            }
            for (index, label) in team.labels.iter().enumerate() {
                let wrong = |message| Err(ConfigError::at_key(file, &format!("{key}.labels[{index}]"), message));
                let shown = visible(label);
                if label.trim().is_empty() {
                    return wrong("is empty; give it a name or take it out".to_owned());
                }
                match labels.insert(comparable(label), name) {
                    Some(first) if first == name => {
                        return wrong(format!("`{shown}` is listed twice; keep one"));
                    }
                    Some(first) => {
                        let first = visible(first);
                        return wrong(format!("`{shown}` is a label of the team `{first}` too; keep it in one"));
                    }
                    None => {}
                }
                let by_beginning = beginning.and_then(|beginning| behind(label, beginning));
                if let Some(other) = by_beginning.filter(|other| comparable(other) != comparable(name)) {
                    let other = visible(&other);
                    return wrong(format!(
                        "`{shown}` is a label of the team `{other}` by teams_from_labels; take it out here, or call this team `{other}`"
                    ));
                }
            }
        }
        Ok(())
    }

    /// The teams by name.
    pub(crate) fn team_rules(&self) -> BTreeMap<String, rules::Team> {
        self.teams.0.iter().map(|(name, team)| (name.clone(), team_rules(team))).collect()
    }
}

fn team_rules(team: &Team) -> rules::Team {
    let member = |member: &Member| match member {
        Member::Login(login) => rules::Member { github: login.clone(), email: None },
        Member::Person { github, email } => rules::Member { github: github.clone(), email: email.clone() },
    };
    rules::Team {
        labels: team.labels.clone(),
        repos: team.repos.clone(),
        projects: team.projects.clone(),
        users: team.users.iter().map(member).collect(),
        ticket_teams: team.ticket_teams.clone(),
    }
}
