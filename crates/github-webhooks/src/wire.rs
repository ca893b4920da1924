//! Wire types that several events share.

use model::Instant;
use model::records::Place;
use serde::{Deserialize, Deserializer};
use url::Url;

/// A user, a bot, or an app.
#[derive(Debug, Deserialize)]
pub(crate) struct User {
    login: String,
    #[serde(default, rename = "type")]
    kind: String,
}

/// Whoever did something; nobody by default.
#[derive(Debug, Default)]
pub(crate) struct Actor {
    pub(crate) login: String,
    pub(crate) is_bot: bool,
}

/// A repository.
#[derive(Debug, Deserialize)]
pub(crate) struct Repository {
    node_id: NodeId,
    name: String,
    owner: Owner,
    #[serde(default)]
    html_url: String,
    #[serde(default)]
    pub(crate) default_branch: String,
}

#[derive(Debug, Deserialize)]
struct Owner {
    login: String,
}

/// Anything of which only the name counts.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    pub(crate) name: String,
}

/// Anyone of whom only the login counts.
#[derive(Debug, Deserialize)]
pub(crate) struct Login {
    pub(crate) login: String,
}

impl User {
    /// As imports know the same one: without the ending that bots have here alone.
    pub(crate) fn actor(self) -> Actor {
        let is_bot = self.kind == "Bot";
        let login = match self.login.strip_suffix("[bot]") {
            Some(name) if is_bot => name.to_owned(),
            _ => self.login,
        };
        Actor { login, is_bot }
    }
}

/// The login of whoever did it, as imports know it; empty for nobody.
pub(crate) fn login_of(sender: Option<User>) -> String {
    sender.map(|sender| sender.actor().login).unwrap_or_default()
}

impl Repository {
    /// Where number `number` of it is, whose page is at `url`: the payload names the host nowhere else.
    pub(crate) fn place(self, number: i64, url: &str) -> Place {
        Place { number: number.to_string(), ..self.place_of_page(url) }
    }

    /// Where what is of it and has neither a number nor a page is.
    pub(crate) fn own_place(self) -> Place {
        let url = self.html_url.clone();
        self.place_of_page(&url)
    }

    /// Whether it is the one with this id.
    pub(crate) fn is(&self, id: &NodeId) -> bool {
        self.node_id.0 == id.0
    }

    /// Where what is of it, has no number, and whose page is at `url` is.
    pub(crate) fn place_of_page(self, url: &str) -> Place {
        let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
        Place {
            repository_id: self.node_id.0,
            org: self.owner.login,
            repo: self.name,
            number: String::new(),
            host: host.unwrap_or_default(),
        }
    }
}

/// The id of an object. An empty one is no id: whatever bore it would be one and the same thing.
#[derive(Debug)]
pub(crate) struct NodeId(pub(crate) String);

impl<'de> Deserialize<'de> for NodeId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.trim().is_empty() {
            return Err(serde::de::Error::custom("an id is expected and the text is empty"));
        }
        Ok(Self(text))
    }
}

/// A time, `2026-10-01T09:00:00Z`, that files can tell again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time(pub(crate) Instant);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let at = Instant::parse_told(&text);
        at.map(Self).ok_or_else(|| serde::de::Error::custom("a time such as 2026-10-01T09:00:00Z is expected"))
    }
}
