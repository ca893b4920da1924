//! Teams of em-metrics, and how tickets are read: a JSON file that `teams_file` names, or the variable `CONFIG`.

use std::collections::BTreeMap;
use std::path::Path;

use model::names::{comparable, visible};
use model::tickets::{TicketRules, TicketTypes};
use serde::Deserialize;

use crate::{Config, ConfigError, Member, Team, read_text};

/// As far as it is read; what else stands there is passed over.
#[derive(Debug, Deserialize)]
struct File {
    #[serde(default)]
    teams: Option<BTreeMap<String, TeamOfFile>>,
    #[serde(default)]
    ticketing: Option<Ticketing>,
}

#[derive(Debug, Deserialize)]
struct Ticketing {
    #[serde(default)]
    linear: Option<Linear>,
}

/// How tickets of Linear are read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Linear {
    #[serde(default)]
    ignore_parent_issues: Option<bool>,
    #[serde(default)]
    ticket_type_selector: Option<Selector>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Selector {
    #[serde(default)]
    parent_label_id: Option<String>,
    #[serde(default)]
    allow_list: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
struct TeamOfFile {
    #[serde(default)]
    users: Vec<User>,
    #[serde(default)]
    projects: Vec<String>,
    #[serde(default)]
    linear_team_id: Option<String>,
}

/// A text is a GitHub login, unless it is a mail address: these name nobody here.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum User {
    Text(String),
    Person {
        #[serde(default)]
        github_username: Option<String>,
        #[serde(default)]
        email: Option<String>,
    },
}

impl Config {
    /// Adds the teams of the file that `teams_file` names, and of the variable `CONFIG` where it holds JSON.
    pub(crate) fn take_teams(&mut self, origin: &str, variable: Option<&str>) -> Result<(), ConfigError> {
        if let Some(path) = self.teams_file.clone() {
            let path = Path::new(&path);
            let text = read_text(path).map_err(|source| ConfigError::Unreadable { path: path.into(), source })?;
            self.add_teams(&text, &path.display().to_string(), origin)?;
        }
        // Other programs have a variable of this name, too.
        match variable.filter(|text| text.trim_start().starts_with('{')) {
            Some(text) => self.add_teams(text, "variable CONFIG", origin),
            None => Ok(()),
        }
    }

    fn add_teams(&mut self, text: &str, file: &str, origin: &str) -> Result<(), ConfigError> {
        let invalid = |line: usize| {
            ConfigError::Invalid {
            file: file.to_owned(),
            place: format!(", line {line}"),
            // Words of the parser may hold what the file says, mail addresses for example.
            message: "is not the configuration of em-metrics: write {\"teams\": {\"NAME\": {\"users\": […], \"projects\": […]}}}"
                .to_owned(),
        }
        };
        let read: File = serde_json::from_str(text).map_err(|error| invalid(error.line()))?;
        if read.teams.is_none() && read.ticketing.is_none() {
            return Err(invalid(1));
        }
        if let Some(linear) = read.ticketing.and_then(|ticketing| ticketing.linear) {
            if let Some((_, other)) = &self.linear {
                let message = format!("{other} says it too; keep it in one of both");
                return Err(ConfigError::at_key(file, "ticketing.linear", message));
            }
            self.linear = Some((linear, file.to_owned()));
        }
        for (name, team) in read.teams.unwrap_or_default() {
            if let Some(known) =
                self.teams.0.iter().map(|(known, _)| known).find(|known| comparable(known) == comparable(&name))
            {
                let message = format!("the team is in {origin} as `{}` too; keep it in one of both", visible(known));
                return Err(ConfigError::at_key(file, &format!("teams.{}", visible(&name)), message));
            }
            let users = team.users.into_iter().filter_map(member).collect();
            let ticket_teams = team.linear_team_id.into_iter().collect();
            self.teams.0.push((name, Team { repos: team.projects, users, ticket_teams, ..Team::default() }));
        }
        Ok(())
    }

    /// How tickets are read, and what of them is innovation.
    pub fn ticket_rules(&self) -> TicketRules {
        let usual = TicketRules::default();
        let linear = self.linear.as_ref().map(|(linear, _)| linear);
        let selector = linear.and_then(|linear| linear.ticket_type_selector.clone()).unwrap_or_default();
        TicketRules {
            types: TicketTypes {
                parent_label_id: selector.parent_label_id,
                allow_list: selector.allow_list.unwrap_or_default(),
            },
            ignore_parents: linear.and_then(|linear| linear.ignore_parent_issues).unwrap_or(usual.ignore_parents),
            innovation_types: self.metrics.innovation_types.clone(),
        }
    }
}

fn member(user: User) -> Option<Member> {
    let is_login = |text: &String| !text.trim().is_empty() && !text.contains('@');
    match user {
        User::Text(text) => Some(text).filter(is_login).map(Member::Login),
        User::Person { github_username, email } => {
            github_username.filter(is_login).map(|github| Member::Person { github, email })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{
        "teams": {"Checkout": {
            "id": "checkout", "github_team_name": "checkout", "linear_team_id": "C",
            "users": ["ada", "bob@acme.example", {"email": "eve@acme.example", "github_username": "eve", "slack_member_id": "U1"}],
            "projects": ["shop", "acme/web"]
        }},
        "ticketing": {"linear": {
            "ignore_parent_issues": false,
            "ticket_type_selector": {"parent_label_id": "2c78e728", "allow_list": ["Chore"]}
        }}
    }"#;

    fn with_teams(yaml: &str, variable: Option<&str>) -> Result<Config, ConfigError> {
        let mut config = Config::from_yaml(yaml, "config.yml").expect("valid");
        config.take_teams("config.yml", variable).map(|()| config)
    }

    #[test]
    fn teams_of_a_file_and_of_the_variable_are_teams_beside_those_of_the_configuration() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("em.json");
        std::fs::write(&path, FILE).expect("written");
        let yaml = format!("teams_file: {}\nteams: {{core: {{repos: [core]}}}}", path.display());
        for config in [with_teams(&yaml, None), with_teams("teams: {core: {repos: [core]}}", Some(FILE))] {
            let teams = config.expect("read").team_rules();
            assert_eq!(teams.keys().collect::<Vec<_>>(), ["Checkout", "core"]);
            let checkout = &teams["Checkout"];
            assert_eq!(checkout.repos, ["shop", "acme/web"]);
            let logins: Vec<&str> = checkout.users.iter().map(|user| user.github.as_str()).collect();
            assert_eq!(logins, ["ada", "eve"]);
            assert_eq!(checkout.ticket_teams, ["C"]);
        }
        assert!(with_teams("", Some("Release")).expect("another program's").team_rules().is_empty());
    }

    #[test]
    fn how_tickets_are_read_may_stand_in_the_file_with_or_without_teams_but_once() {
        let rules = with_teams("metrics: {innovation_types: [feature]}", Some(FILE)).expect("read").ticket_rules();
        assert!(!rules.ignore_parents && rules.is_innovation("Feature"));
        assert_eq!(rules.types.parent_label_id.as_deref(), Some("2c78e728"));
        assert_eq!(rules.types.allow_list, ["Chore"]);
        let alone = r#"{"ticketing": {"linear": {"ticket_type_selector": {"allow_list": null}}}}"#;
        assert_eq!(with_teams("", Some(alone)).expect("read").ticket_rules(), TicketRules::default());
        assert!(with_teams("", Some("{}")).is_err(), "neither");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("em.json");
        std::fs::write(&path, alone).expect("written");
        let error = with_teams(&format!("teams_file: {}", path.display()), Some(alone)).expect_err("twice").to_string();
        let wanted =
            format!("variable CONFIG, key ticketing.linear: {} says it too; keep it in one of both", path.display());
        assert_eq!(error, wanted);
    }

    #[test]
    fn a_team_in_both_is_an_error_that_names_both_places_and_no_error_repeats_the_file() {
        let error = with_teams("teams: {checkout: {}}", Some(FILE)).expect_err("twice").to_string();
        assert_eq!(
            error,
            "variable CONFIG, key teams.Checkout: the team is in config.yml as `checkout` too; keep it in one of both"
        );
        let wrong = r#"{"teams": ["eve@acme.example"]}"#;
        let error = with_teams("", Some(wrong)).expect_err("wrong").to_string();
        assert!(
            error.starts_with("variable CONFIG, line 1: is not the configuration") && !error.contains("eve"),
            "{error}"
        );
        assert!(with_teams("teams_file: /nowhere/em.json", None).is_err());
    }
}
