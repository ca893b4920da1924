//! From the file's keys to the rules of the model.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use model::ci::CiRules;
use model::names::{comparable, visible};
use model::rules::{self, ProjectRules, RuleSet, Rules};

use crate::{Config, ConfigError, MergeBot};

impl Config {
    /// What is wrong although every key and type is right.
    pub(crate) fn check(&self, file: &str) -> Result<(), ConfigError> {
        for (index, project) in self.github.projects.iter().enumerate() {
            let key = format!("github.projects[{index}]");
            if project.id.trim().is_empty() {
                return Err(ConfigError::at_key(
                    file,
                    &format!("{key}.id"),
                    "a project needs its id (the column project_id of project.csv)",
                ));
            }
            if let Some(first) = self.github.projects[..index].iter().position(|other| other.id == project.id) {
                return Err(ConfigError::at_key(
                    file,
                    &format!("{key}.id"),
                    format!(
                        "project {} is listed twice, first as github.projects[{first}]; join the two entries",
                        project.id
                    ),
                ));
            }
        }
        for (index, bot) in self.github.merge_bots.iter().enumerate() {
            check_merge_bot(file, &format!("github.merge_bots[{index}]"), bot)?;
        }
        self.gitlab.check(file)?;
        self.check_teams(file)?;
        self.delivery.check(file)?;
        self.ci.as_ref().map_or(Ok(()), |ci| ci.check(file))?;
        self.report.check(file)?;
        self.metrics.rules.check(file)?;
        self.zone(file)?;
        self.check_clouds(file)?;
        self.server.check(file)?;
        self.otlp.check(file)?;
        for (key, value) in [
            ("github.api_url", &self.github.api_url),
            ("github.graphql_url", &self.github.graphql_url),
            ("azure.authority_host", &self.azure.authority_host),
            ("azure.endpoint", &self.azure.endpoint),
            ("gcp.bigquery_endpoint", &self.gcp.bigquery_endpoint),
        ] {
            if value.as_deref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
                return Err(ConfigError::at_key(
                    file,
                    key,
                    "an address must begin with https:// (http:// on this computer only)",
                ));
            }
        }
        for (name, seconds) in [
            ("limit_wait_seconds", self.import.limit_wait_seconds),
            ("retry_wait_seconds", self.import.retry_wait_seconds),
        ] {
            if let Some(seconds) = seconds.filter(|seconds| !(0.0..=3600.0).contains(seconds)) {
                let message = format!("{seconds} is not between 0 and 3600");
                return Err(ConfigError::at_key(file, &format!("import.{name}"), message));
            }
        }
        match self.import.concurrency {
            Some(number) if !(1..=100).contains(&number) => {
                Err(ConfigError::at_key(file, "import.concurrency", format!("{number} is not between 1 and 100")))
            }
            _ => Ok(()),
        }
    }

    /// The rules for a calculation; `set` (from a flag) goes above `metrics.rules`, whose single rules belong to its
    /// own set: another one is taken as it is.
    ///
    /// Under `flow` a column that is listed for two steps is an error.
    pub fn rules(&self, set: Option<RuleSet>) -> Result<Rules, ConfigError> {
        let chosen = &self.metrics.rules;
        let set = set.unwrap_or(chosen.set);
        let of_github = self.github.projects.iter().map(|project| project.rules(project.id.clone()));
        let keys = (0..self.github.projects.len()).map(|index| format!("github.projects[{index}]"));
        let keys = keys.chain((0..self.gitlab.boards.len()).map(|index| format!("gitlab.boards[{index}]")));
        let projects: Vec<ProjectRules> = of_github.chain(self.gitlab.project_rules()).collect();
        if set == RuleSet::Flow {
            for (key, project) in keys.zip(&projects) {
                check_steps(&self.origin, &key, project)?;
            }
        }
        Ok(Rules {
            set,
            overridden: if set == chosen.set { chosen.overridden() } else { BTreeSet::new() },
            timezone: self.zone(&self.origin)?,
            projects,
            bug_source: rules::BugSource {
                custom_field_name: self.github.bug_source.custom_field_name.clone(),
                customer_facing_value: self.github.bug_source.customer_facing_value.clone(),
                internal_value: self.github.bug_source.internal_value.clone(),
                dev_process_value: self.github.bug_source.dev_process_value.clone(),
            },
            bots: self.github.bots.clone(),
            merge_bots: self.github.merge_bots.iter().map(merge_bot).collect(),
            teams: self.team_rules(),
            teams_from_labels: self.teams_from_labels.clone(),
            process_changes: self
                .process_changes
                .iter()
                .map(|change| rules::ProcessChange { date: change.date, note: change.note.clone() })
                .collect(),
            working_columns: self.metrics.working_columns.clone(),
            people: self.reporting.people,
            forecast_seed: self.metrics.forecast_seed.unwrap_or(1),
            cloud: self.cloud_rules(),
            delivery: self.delivery.rules(),
            report: self.report.rules(),
            ci: self.ci.as_ref().map_or_else(CiRules::default, crate::Ci::rules),
            tickets: self.ticket_rules(),
            semantic_metrics: self.otlp.semconv,
        })
    }

    fn zone(&self, file: &str) -> Result<Tz, ConfigError> {
        let Some(name) = &self.reporting.timezone else { return Ok(Tz::UTC) };
        name.parse().map_err(|_| {
            let nearest = chrono_tz::TZ_VARIANTS
                .iter()
                .map(|zone| (strsim::jaro_winkler(name, zone.name()), zone.name()))
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .map_or("UTC", |(_, zone)| zone);
            ConfigError::at_key(
                file,
                "reporting.timezone",
                format!("`{name}` is no IANA time zone; did you mean `{nearest}`?"),
            )
        })
    }
}

fn check_steps(file: &str, key: &str, project: &ProjectRules) -> Result<(), ConfigError> {
    let steps = project.steps();
    for (index, (name, columns)) in steps.iter().enumerate() {
        for column in *columns {
            let wanted = comparable(column);
            let other = steps[..index].iter().find_map(|(key, others)| {
                let twin = others.iter().find(|other| comparable(other) == wanted)?;
                let is_plain = twin.trim().to_lowercase() == column.trim().to_lowercase();
                Some(if is_plain { (*key).to_owned() } else { format!("{key}, as `{}`", visible(twin)) })
            });
            if let Some(other) = other {
                let column = visible(column);
                return Err(ConfigError::at_key(
                    file,
                    &format!("{key}.{name}"),
                    format!(
                        "column `{column}` is listed for two steps (also in {other}); keep it in one, or use metrics.rules: cto-stats"
                    ),
                ));
            }
        }
    }
    Ok(())
}

/// A bot of whose pull requests nothing is said would land everything that is closed.
fn check_merge_bot(file: &str, key: &str, bot: &MergeBot) -> Result<(), ConfigError> {
    let said = || bot.said().into_iter().filter_map(|(name, value)| Some((name, value?)));
    if let Some((name, _)) = said().find(|(_, value)| value.trim().is_empty()) {
        return Err(ConfigError::at_key(file, &format!("{key}.{name}"), "is empty; give it a value or take it out"));
    }
    if said().next().is_none() {
        let names = bot.said().map(|(name, _)| name).join(", ");
        return Err(ConfigError::at_key(file, key, format!("say by what its pull requests are known: {names}")));
    }
    Ok(())
}

fn merge_bot(bot: &MergeBot) -> rules::MergeBot {
    let MergeBot { login, label, title_prefix, commit_trailer } = bot.clone();
    rules::MergeBot { login, label, title_prefix, commit_trailer }
}
