//! A configuration that fits the generated organisation.

use std::fmt::Write as _;

use model::Instant;
use model::rules::Step;

use crate::Organisation;
use crate::organisation::ci::{COST_CENTER, LARGE_PER_MINUTE, LARGE_SINCE};
use crate::organisation::delivery::Service;
use crate::organisation::{Board, Column};
use crate::words;

/// Configuration key of each step that has one; the columns of the backlog follow from the others.
const STEP_KEYS: [(Step, &str); 6] = [
    (Step::Ready, "put_in_ready_columns"),
    (Step::Dev, "dev_start_columns"),
    (Step::Review, "review_start_columns"),
    (Step::Qa, "qa_start_columns"),
    (Step::WaitingToProd, "waitingtoprod_start_columns"),
    (Step::Done, "inprod_start_columns"),
];

impl Organisation {
    /// A `config.yml` for this organisation: columns of every board by every name that they ever had, teams, bots,
    /// the field that tells where a bug was found, the type of work that is innovation, the day of the re-organisation, and the services that live in folders
    /// of their own or whose environments of production have other names than the usual ones.
    pub fn config_yaml(&self) -> String {
        let mut yaml = String::new();
        self.push_config(&mut yaml).expect("writing to memory does not fail");
        yaml
    }

    /// The same for this organisation as a group of GitLab: its board is the scope [`SCOPE`](crate::gitlab::SCOPE) of labels.
    /// `url` is the server's address where it is known; else `GITLAB_URL` has to say it.
    pub fn gitlab_config_yaml(&self, url: Option<&str>) -> String {
        let mut yaml = String::new();
        self.push_gitlab_config(url, &mut yaml).expect("writing to memory does not fail");
        yaml
    }

    /// The section `ci` that fits this organisation: its cost centres, and what its larger machines cost; empty where there is
    /// no CI. With it in a configuration, an import reads CI without being asked to.
    pub fn ci_config_yaml(&self) -> String {
        if self.cis.iter().all(|life| life.runs.is_empty()) {
            return String::new();
        }
        let dollars = crate::present::millionths(LARGE_PER_MINUTE);
        let since = Instant::from_seconds(LARGE_SINCE).to_rfc3339_seconds();
        format!(
            "ci:\n  cost_centers: [{COST_CENTER}]\n  prices:\n    - {{labels: [linux-xl], per_minute: \"{dollars}\", currency: \
             USD, from: {}}}\n",
            &since[..10]
        )
    }

    fn push_config(&self, yaml: &mut String) -> std::fmt::Result {
        writeln!(yaml, "github:\n  org: {}\n  bots: [ci-robot]", self.login)?;
        if !self.options.told_by_both {
            let [customer, internal, dev] = words::BUG_SOURCES;
            writeln!(yaml, "  bug-source:\n    custom-field-name: {:?}", words::BUG_SOURCE_FIELD)?;
            writeln!(yaml, "    customer-facing-value: {customer:?}\n    internal-value: {internal:?}")?;
            writeln!(yaml, "    dev-process-value: {dev:?}")?;
        }
        writeln!(yaml, "  projects:")?;
        for board in &self.boards {
            writeln!(yaml, "    - id: {:?}\n      name: {:?}", board.number_id, board.title)?;
            push_columns(yaml, board)?;
        }
        self.push_common(yaml)
    }

    fn push_gitlab_config(&self, url: Option<&str>, yaml: &mut String) -> std::fmt::Result {
        writeln!(yaml, "github:\n  bots: [ci-robot]\ngitlab:")?;
        if let Some(url) = url {
            writeln!(yaml, "  url: {url}")?;
        }
        if self.options.iterations {
            writeln!(yaml, "  iterations: true")?;
        }
        writeln!(yaml, "  groups: [{}]\n  boards:", self.login)?;
        let board = &self.boards[0];
        writeln!(yaml, "    - group: {}\n      name: {:?}", self.login, board.title)?;
        writeln!(yaml, "      columns: {{scope: {}}}", crate::gitlab::SCOPE)?;
        push_columns(yaml, board)?;
        self.push_common(yaml)
    }

    /// What is the same whoever tells of the organisation.
    fn push_common(&self, yaml: &mut String) -> std::fmt::Result {
        writeln!(yaml, "teams:")?;
        for team in &self.teams {
            let repositories = team.repositories.iter().map(|index| self.repositories[*index].name_at(self.end));
            let members = team.members.iter().map(|member| self.people[usize::from(*member)].login.as_str());
            writeln!(yaml, "  {:?}:\n    repos: {}", team.name, quoted(repositories))?;
            writeln!(yaml, "    users: {}", quoted(members))?;
        }
        let day = self.reorganised_at().to_rfc3339();
        let day = day.split('T').next().unwrap_or_default();
        writeln!(yaml, "metrics:\n  innovation_types: [feature]")?;
        writeln!(yaml, "process_changes:\n  - {{date: {day}, note: Re-organisation}}")?;
        let delivery = self.delivery_config()?;
        if !delivery.is_empty() {
            write!(yaml, "delivery:\n{delivery}")?;
        }
        Ok(())
    }

    fn delivery_config(&self) -> Result<String, std::fmt::Error> {
        let mut yaml = String::new();
        if self.options.told_by_both {
            writeln!(yaml, "  incidents: {{github_issues: true}}")?;
        }
        self.push_services(&mut yaml)?;
        Ok(yaml)
    }

    fn push_services(&self, yaml: &mut String) -> std::fmt::Result {
        let mut title = "  services:\n";
        for (repository, delivery) in self.repositories.iter().zip(&self.deliveries) {
            let (org, name) = (&self.login, repository.name_at(self.end));
            let unusual = |service: &Service| service.name.is_some() || service.production != ["production"];
            for service in delivery.setup.services().iter().filter(|service| unusual(service)) {
                let full = format!("{org}/{name}");
                let (called, environments) =
                    (service.name.unwrap_or(&full), quoted(service.production.iter().copied()));
                let paths = service.folder.map_or_else(String::new, |folder| format!(", paths: [\"{folder}/**\"]"));
                writeln!(
                    yaml,
                    "{title}    - {{name: {called:?}, repos: [{name:?}], environments: {environments}{paths}}}"
                )?;
                title = "";
            }
        }
        Ok(())
    }
}

/// What the columns of a board mean.
fn push_columns(yaml: &mut String, board: &Board) -> std::fmt::Result {
    let names = |wanted: &dyn Fn(&Column) -> bool| {
        let columns = board.columns.iter().filter(|column| wanted(column));
        quoted(columns.flat_map(|column| {
            let renamed = column.renamed.as_ref().map(|(_, name)| name.as_str());
            std::iter::once(column.name.as_str()).chain(renamed)
        }))
    };
    writeln!(yaml, "      lead_time_columns: {}", names(&|column| column.lead))?;
    if board.lists_cycle_columns {
        writeln!(yaml, "      cycle_time_columns: {}", names(&|column| column.cycle))?;
    }
    for (step, key) in STEP_KEYS {
        if board.column_of(step).is_some() {
            writeln!(yaml, "      {key}: {}", names(&|column| column.step == Some(step)))?;
        }
    }
    Ok(())
}

/// A YAML list of quoted texts. Names hold no character that Rust and YAML escape differently.
fn quoted<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let texts: Vec<String> = texts.map(|text| format!("{text:?}")).collect();
    format!("[{}]", texts.join(", "))
}
