//! Sending of a report that is written: to whom, by variables of the environment; secrets come from nowhere else.

use std::env::{VarError, var};
use std::path::Path;

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use command_line::Outcome;
use report::content::Report;
use report_delivery::{Encryption, MailServer, Message, SecretString, Settings, Target, send};

use crate::made::{HTML, Made, UsageError};

/// To whom a report can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[expect(clippy::doc_markdown, reason = "the help is read in a terminal")]
pub enum To {
    /// A channel of Slack: CTO_REPORT_SLACK_URL.
    Slack,
    /// A channel of Mattermost: CTO_REPORT_MATTERMOST_URL.
    Mattermost,
    /// A channel of Microsoft Teams: CTO_REPORT_TEAMS_URL.
    Teams,
    /// An issue: CTO_REPORT_GITHUB_REPOSITORY and GITHUB_TOKEN.
    GithubIssue,
    /// A confidential issue: CTO_REPORT_GITLAB_PROJECT and GITLAB_TOKEN.
    GitlabIssue,
    /// Mail: CTO_REPORT_SMTP_HOST, CTO_REPORT_MAIL_FROM, CTO_REPORT_MAIL_TO.
    Mail,
}

/// Targets that were checked, before anything is made.
pub(crate) fn targets(asked: &[To]) -> anyhow::Result<Vec<Target>> {
    asked.iter().map(|to| target(*to).map_err(|error| UsageError(format!("{error:#}")).into())).collect()
}

fn target(to: To) -> anyhow::Result<Target> {
    let name = to.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
    let settings = match to {
        To::Slack => Settings::Slack { url: secret("CTO_REPORT_SLACK_URL")? },
        To::Mattermost => Settings::Mattermost { url: secret("CTO_REPORT_MATTERMOST_URL")? },
        To::Teams => Settings::Teams { url: secret("CTO_REPORT_TEAMS_URL")? },
        To::GithubIssue => Settings::GithubIssue {
            api_url: variable("GITHUB_API_URL")?.unwrap_or_else(|| "https://api.github.com".to_owned()),
            repository: needed("CTO_REPORT_GITHUB_REPOSITORY")?,
            token: secret("GITHUB_TOKEN")?,
        },
        To::GitlabIssue => Settings::GitlabIssue {
            url: variable("GITLAB_URL")?.unwrap_or_else(|| "https://gitlab.com".to_owned()),
            project: needed("CTO_REPORT_GITLAB_PROJECT")?,
            token: secret("GITLAB_TOKEN")?,
            is_confidential: true,
        },
        To::Mail => Settings::Mail(mail_server()?),
    };
    let agent = concat!("cto-metrics/", env!("CARGO_PKG_VERSION"));
    Ok(Target::new(&name, settings, agent)?)
}

fn mail_server() -> anyhow::Result<MailServer> {
    let (encryption, port) = match variable("CTO_REPORT_SMTP_ENCRYPTION")?.as_deref() {
        None | Some("starttls") => (Encryption::StartTls, 587),
        Some("tls") => (Encryption::Tls, 465),
        Some("none") => (Encryption::None, 25),
        Some(other) => bail!("CTO_REPORT_SMTP_ENCRYPTION is {other}: write starttls, tls or none"),
    };
    let port = match variable("CTO_REPORT_SMTP_PORT")? {
        None => port,
        Some(text) => text.parse().with_context(|| format!("CTO_REPORT_SMTP_PORT is no port: {text}"))?,
    };
    let login = match variable("CTO_REPORT_SMTP_USER")? {
        Some(user) => Some((user, secret("CTO_REPORT_SMTP_PASSWORD")?)),
        None => None,
    };
    let to = needed("CTO_REPORT_MAIL_TO")?.split(',').map(|address| address.trim().to_owned()).collect();
    let from = needed("CTO_REPORT_MAIL_FROM")?;
    Ok(MailServer { host: needed("CTO_REPORT_SMTP_HOST")?, port, encryption, login, from, to })
}

/// A variable, or the first line of the file that `NAME_FILE` names; `None` where both are absent or empty.
fn variable(name: &str) -> anyhow::Result<Option<String>> {
    let text = match var(name) {
        Ok(text) => Some(text),
        Err(VarError::NotUnicode(_)) => bail!("{name} is no text"),
        Err(VarError::NotPresent) => match std::env::var_os(format!("{name}_FILE")) {
            Some(file) => {
                let file = Path::new(&file);
                let text = std::fs::read_to_string(file).with_context(|| format!("{name}_FILE: {}", file.display()))?;
                Some(text.lines().next().unwrap_or_default().to_owned())
            }
            None => None,
        },
    };
    Ok(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
}

fn needed(name: &str) -> anyhow::Result<String> {
    variable(name)?.with_context(|| format!("{name} is not set (or {name}_FILE, the name of a file that has it)"))
}

fn secret(name: &str) -> anyhow::Result<SecretString> {
    let secret = needed(name)?;
    redact::know(&secret);
    Ok(secret.into())
}

/// Sends a report to all targets; what fails is told and does not keep the others.
pub(crate) fn send_to(targets: &[Target], made: &Made, link: Option<&str>, is_dry: bool) -> anyhow::Result<Outcome> {
    let message = message(made, link);
    if is_dry {
        let names: Vec<&str> = targets.iter().map(Target::name).collect();
        let files: Vec<&str> = message.attachments.iter().map(|(name, _)| name.as_str()).collect();
        command_line::print(format!(
            "would be sent to {}:\n{}\n  {}\nwith {}\n",
            names.join(", "),
            message.title,
            message.findings.join("\n  "),
            files.join(", ")
        ));
        return Ok(Outcome::Done);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut outcome = Outcome::Done;
    for target in targets {
        match runtime.block_on(send(target, &message)) {
            Ok(sent) => {
                let place = sent.address.map_or_else(String::new, |address| format!(": {address}"));
                command_line::print(format!("sent to {}{place}\n", target.name()));
                if let Some(lacks) = sent.lacks {
                    command_line::report!("{}: {lacks}", target.name());
                    outcome = Outcome::Partial;
                }
            }
            Err(error) => {
                command_line::report!("{error}");
                outcome = Outcome::Partial;
            }
        }
    }
    Ok(outcome)
}

fn message(made: &Made, link: Option<&str>) -> Message {
    let Report { month, month_name, findings, .. } = &made.report;
    let base = link.map(|link| link.trim_end_matches('/'));
    let is_attached = |name: &str| name == HTML || Path::new(name).extension() == Some("csv".as_ref());
    Message {
        // The same for a provisional report and the later one: issues are found by it.
        title: format!("Monthly report, {month_name}"),
        findings: findings.iter().map(|finding| finding.sentence.text.clone()).collect(),
        link: base.map(|base| format!("{base}/api/v1/reports/{month}/{HTML}")),
        markdown: report::markdown(&made.report, base),
        html: report::mail_html(&made.report),
        attachments: made.files.iter().filter(|(name, _)| is_attached(name)).cloned().collect(),
    }
}
