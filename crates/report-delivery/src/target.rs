//! Targets: where reports are sent to.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use provider::Policy;
use secrecy::SecretString;
use source::{Clock, SourceError, SystemClock};

use crate::exchange::Manner;
use crate::github::GithubIssue;
use crate::gitlab::GitlabIssue;
use crate::mail::Mail;
use crate::webhook::{Form, Webhook};
use crate::{MailServer, Message, SendError};

const TRIES: u32 = 4;
/// So long at the most is waited between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// Within this a server answers.
const ANSWER: Duration = Duration::from_secs(30);

/// A target as configured.
#[derive(Clone, Debug)]
pub enum Settings {
    /// A channel of Slack.
    Slack {
        /// The address of its incoming webhook, which is a secret.
        url: SecretString,
    },
    /// A channel of Mattermost.
    Mattermost {
        /// The address of its incoming webhook, which is a secret.
        url: SecretString,
    },
    /// A channel of Microsoft Teams.
    Teams {
        /// The address of its webhook (a workflow, or a connector), which is a secret.
        url: SecretString,
    },
    /// An issue of a repository of GitHub, with the label `report`.
    GithubIssue {
        /// `https://api.github.com`, or `https://HOST/api/v3` of a server of one's own.
        api_url: String,
        /// `OWNER/REPOSITORY`.
        repository: String,
        /// May read and write issues there.
        token: SecretString,
    },
    /// An issue of a project of GitLab, with the label `report`.
    GitlabIssue {
        /// `https://gitlab.com`, or that of a server of one's own.
        url: String,
        /// `GROUP/PROJECT`, or its number.
        project: String,
        /// May read and write issues there (`api`).
        token: SecretString,
        /// Whether only members of the project see it; usually so.
        is_confidential: bool,
    },
    /// Mail.
    Mail(MailServer),
}

/// A target that was checked: it has all that sending needs. Nothing was sent yet.
pub struct Target {
    name: String,
    way: Way,
}

enum Way {
    Webhook(Webhook),
    GithubIssue(GithubIssue),
    GitlabIssue(GitlabIssue),
    Mail(Mail),
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What has become of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What was done.
    pub what: What,
    /// Where it is seen; `None` where the service does not say.
    pub address: Option<String>,
    /// What did not come about, in a sentence; `None` where all did.
    pub lacks: Option<String>,
}

impl Sent {
    pub(crate) fn of(what: What) -> Self {
        Self { what, address: None, lacks: None }
    }
}

/// What sending did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A message was posted.
    Posted,
    /// An issue was opened.
    Opened,
    /// The issue of the month was there, and was edited.
    Edited,
    /// A mail was handed over to its server.
    Mailed,
}

impl Target {
    /// A target by the name that people gave it. `user_agent` is what the program calls itself.
    ///
    /// # Errors
    /// Says which setting cannot be used, and what to write.
    pub fn new(name: &str, settings: Settings, user_agent: &str) -> Result<Self, SendError> {
        let policy = Policy {
            tries: TRIES,
            limit_tries: TRIES,
            longest_retry_delay: LONGEST_WAIT,
            longest_limit_delay: LONGEST_WAIT,
            limit_delay: LONGEST_WAIT,
            request_timeout: ANSWER,
            ..Policy::USUAL
        };
        Self::with(name, settings, user_agent, policy, Arc::new(SystemClock::default()))
    }

    /// The same with tries, waits and timeouts of its own, by a clock.
    ///
    /// # Errors
    /// As [`Target::new`].
    pub fn with(
        name: &str,
        settings: Settings,
        user_agent: &str,
        policy: Policy,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SendError> {
        let manner = Manner { user_agent: Some(user_agent.to_owned()), policy, clock };
        let way = Way::of(settings, manner).map_err(|error| SendError::of(name, &error))?;
        Ok(Self { name: name.to_owned(), way })
    }

    /// As configured.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Way {
    fn of(settings: Settings, manner: Manner) -> Result<Self, SourceError> {
        Ok(match settings {
            Settings::Slack { url } => Self::Webhook(Webhook::new(Form::Slack, &url, manner)?),
            Settings::Mattermost { url } => Self::Webhook(Webhook::new(Form::Mattermost, &url, manner)?),
            Settings::Teams { url } => Self::Webhook(Webhook::new(Form::Teams, &url, manner)?),
            Settings::GithubIssue { api_url, repository, token } => {
                Self::GithubIssue(GithubIssue::new(&api_url, &repository, &token, manner)?)
            }
            Settings::GitlabIssue { url, project, token, is_confidential } => {
                Self::GitlabIssue(GitlabIssue::new(&url, &project, &token, is_confidential, manner)?)
            }
            Settings::Mail(server) => Self::Mail(Mail::new(server, &manner)?),
        })
    }
}

/// Sends a message to a target.
///
/// # Errors
/// The target cannot be reached, does not answer in time, stays busy, or refuses the message.
pub async fn send(target: &Target, message: &Message) -> Result<Sent, SendError> {
    let sent = match &target.way {
        Way::Webhook(webhook) => webhook.post(message).await,
        Way::GithubIssue(issue) => issue.write(message).await,
        Way::GitlabIssue(issue) => issue.write(message).await,
        Way::Mail(mail) => mail.send(message).await,
    };
    sent.map_err(|error| SendError::of(&target.name, &error))
}
