//! Wire types that several events share.

use model::Instant;
use model::gitlab::host_of;
use model::records::Place;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// A project, by which its host and its place are known.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "WireProject")]
pub(crate) struct Project {
    /// Without a number.
    pub(crate) place: Place,
    pub(crate) web_url: String,
    /// Empty where it is not told.
    pub(crate) default_branch: String,
}

#[derive(Debug, Deserialize)]
struct WireProject {
    id: u64,
    web_url: String,
    path_with_namespace: String,
    #[serde(default)]
    default_branch: Option<String>,
}

impl TryFrom<WireProject> for Project {
    type Error = &'static str;

    fn try_from(wire: WireProject) -> Result<Self, Self::Error> {
        let host = host_of(&wire.web_url).ok_or("a project has a web_url such as https://gitlab.example/acme/api")?;
        let names = wire.path_with_namespace.split_once('/');
        let (org, repo) = names
            .filter(|(org, repo)| !org.is_empty() && !repo.is_empty())
            .ok_or("a project has a path_with_namespace such as acme/api")?;
        Ok(Self {
            place: Place {
                repository_id: model::gitlab::id_of(&host, "project", wire.id),
                org: org.to_owned(),
                repo: repo.to_owned(),
                number: String::new(),
                host,
            },
            web_url: wire.web_url.trim_end_matches('/').to_owned(),
            default_branch: wire.default_branch.unwrap_or_default(),
        })
    }
}

impl Project {
    /// The id of what has a number on the whole server.
    pub(crate) fn id_of(&self, kind: &str, number: u64) -> String {
        model::gitlab::id_of(&self.place.host, kind, number)
    }
}

/// Anyone of whom only the name counts.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct User {
    #[serde(default)]
    pub(crate) username: String,
}

/// A label.
#[derive(Debug, Deserialize)]
pub(crate) struct Label {
    pub(crate) title: String,
}

/// Anything of which only the object id counts.
#[derive(Debug, Deserialize)]
pub(crate) struct Commit {
    pub(crate) id: String,
}

/// What a field was and is.
#[derive(Debug, Deserialize)]
pub(crate) struct Change<T> {
    #[serde(default)]
    pub(crate) current: Option<T>,
}

/// A time in whole seconds, in one of the ways in which events write it: `2026-04-28T19:50:00.123Z`,
/// `2026-04-28 19:50:00 UTC` or `2026-04-28 21:50:00 +0200`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Time(pub(crate) Instant);

impl Time {
    fn parse(text: &str) -> Option<Self> {
        let at = Instant::parse_told(text).or_else(|| {
            let (day, rest) = text.split_once(' ')?;
            let (time, zone) = rest.split_once(' ')?;
            let zone = match zone {
                "UTC" => "Z".to_owned(),
                zone if zone.is_ascii() && zone.len() == 5 => format!("{}:{}", &zone[..3], &zone[3..]),
                _ => return None,
            };
            Instant::parse_told(&format!("{day}T{time}{zone}"))
        })?;
        Some(Self(Instant::from_seconds(at.seconds())))
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("a time such as 2026-04-28T19:50:00Z is expected"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_each_way_in_which_events_write_it() {
        let told = ["2026-04-28T19:50:00.999Z", "2026-04-28 19:50:00 UTC", "2026-04-28 21:50:00 +0200"];
        for text in told {
            assert_eq!(Time::parse(text).expect(text).0.to_rfc3339(), "2026-04-28T19:50:00Z", "{text}");
        }
        for text in ["", "2026-04-28", "2026-04-28 19:50:00", "2026-04-28 19:50:00 CEST", "2026-04-28 19:50:00 +é00"] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }
}
