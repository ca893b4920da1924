//! The names of a provider: its API, its FOCUS files and people call it differently.

use std::collections::BTreeMap;

use model::names::comparable;
use model::rules::CloudRules;

use super::bills::Text;

/// Whose bill of CI is one of the bills.
pub(super) const GITHUB: &str = "github";

/// What the usual providers are called too.
const USUAL: [(&str, &[&str]); 4] = [
    ("azure", &["Microsoft", "Microsoft Azure", "Microsoft Corporation"]),
    ("gcp", &["Google", "Google Cloud", "Google Cloud Platform"]),
    ("aws", &["Amazon", "Amazon Web Services", "Amazon Web Services, Inc."]),
    (GITHUB, &["GitHub, Inc."]),
];

/// One name for each provider, by its names as compared.
pub(super) struct Providers(BTreeMap<String, String>);

impl Providers {
    /// The usual names and those of the configuration, which go before them.
    pub(super) fn of(rules: &CloudRules) -> Self {
        let usual = USUAL.iter().flat_map(|(name, others)| others.iter().chain([name]).map(|other| (*other, *name)));
        let configured = rules.providers.iter().flat_map(|provider| {
            let name = provider.name.trim();
            provider.names.iter().map(String::as_str).chain([name]).map(move |other| (other, name))
        });
        let names = usual.chain(configured).map(|(other, name)| (comparable(other), name.to_owned()));
        Self(names.collect())
    }

    /// What a provider of the bills is called; by its own name where nothing else is known.
    pub(super) fn name<'a>(&self, own: Text<'a>) -> Text<'a> {
        match self.0.get(&comparable(&own)) {
            Some(name) if *name != own => name.clone().into(),
            _ => own,
        }
    }
}
