//! From both spellings of the cloud keys to the rules of the model.

use std::collections::BTreeMap;

use model::names::comparable;
use model::rules::{CloudRules, ProviderNames, ServiceComparison, ServiceGroup};

use crate::{CloudSpending, Comparison, Config, ConfigError, Group, ServiceEntry};

impl Config {
    /// The newer key laid over the older one, as the original tool does: groups of the newer key replace those of the
    /// older one; its plain service names are a flat filter unless there are groups or the older key has a filter;
    /// its comparisons replace the older ones when there are any.
    pub(crate) fn cloud_rules(&self) -> CloudRules {
        let none = CloudSpending::default();
        let older = self.cloud_spending.as_ref().unwrap_or(&none);
        let newer = self.cloudspending.as_ref().unwrap_or(&none);
        let newer_groups = groups_of(&newer.detailed_service);
        let groups = if newer_groups.is_empty() { groups_of(&older.detailed_service) } else { newer_groups };
        let services = [&older.services, &newer.services, &names_of(&newer.detailed_service)]
            .into_iter()
            .find(|names| !names.is_empty())
            .cloned()
            .unwrap_or_default();
        let comparisons = [&newer.compared_service, &older.compared_service].into_iter().find(|list| !list.is_empty());
        CloudRules {
            services,
            groups,
            comparisons: comparisons.into_iter().flatten().map(comparison).collect(),
            providers: older.providers.iter().chain(&newer.providers).map(provider).collect(),
            without_ci: newer.ci.or(older.ci) == Some(false),
        }
    }

    /// What is wrong although every key and type is right.
    pub(crate) fn check_clouds(&self, file: &str) -> Result<(), ConfigError> {
        if let Some(older) = &self.cloud_spending {
            let plain = older.detailed_service.iter().position(|entry| matches!(entry, ServiceEntry::Service(_)));
            if let Some(index) = plain {
                return Err(ConfigError::at_key(
                    file,
                    &format!("cloud_spending.detailed_service[{index}]"),
                    "plain service names belong to cloud_spending.services; here only groups `{name: ..., services: [...]}` are read",
                ));
            }
        }
        for (key, clouds) in [("cloud_spending", &self.cloud_spending), ("cloudspending", &self.cloudspending)] {
            let Some(clouds) = clouds else { continue };
            check_providers(file, &format!("{key}.providers"), &clouds.providers)?;
            for (index, entry) in clouds.detailed_service.iter().enumerate() {
                if let ServiceEntry::Group(group) = entry {
                    check_group(file, &format!("{key}.detailed_service[{index}]"), group)?;
                }
            }
            for (index, comparison) in clouds.compared_service.iter().enumerate() {
                let key = format!("{key}.compared_service[{index}]");
                check_name(file, &key, &comparison.name, "a comparison")?;
                for (index, group) in comparison.groups.iter().enumerate() {
                    check_group(file, &format!("{key}.groups[{index}]"), group)?;
                }
            }
        }
        Ok(())
    }
}

/// A provider with an empty name, or a name of two providers.
fn check_providers(file: &str, key: &str, providers: &BTreeMap<String, Vec<String>>) -> Result<(), ConfigError> {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    for (provider, names) in providers {
        let key = format!("{key}.{provider}");
        for name in names.iter().chain([provider]) {
            if name.trim().is_empty() {
                return Err(ConfigError::at_key(file, &key, "a provider needs a name"));
            }
            if let Some(other) = owners.insert(comparable(name), provider).filter(|other| other != provider) {
                let wrong = format!("`{name}` is a name of {other} too: leave one out");
                return Err(ConfigError::at_key(file, &key, wrong));
            }
        }
    }
    Ok(())
}

fn provider((name, names): (&String, &Vec<String>)) -> ProviderNames {
    ProviderNames { name: name.clone(), names: names.clone() }
}

fn check_group(file: &str, key: &str, group: &Group) -> Result<(), ConfigError> {
    check_name(file, key, &group.name, "a group")?;
    if group.services.is_empty() {
        return Err(ConfigError::at_key(file, &format!("{key}.services"), "a group needs at least one service"));
    }
    Ok(())
}

fn check_name(file: &str, key: &str, name: &str, what: &str) -> Result<(), ConfigError> {
    if name.trim().is_empty() {
        return Err(ConfigError::at_key(file, &format!("{key}.name"), format!("{what} needs a name")));
    }
    Ok(())
}

fn groups_of(entries: &[ServiceEntry]) -> Vec<ServiceGroup> {
    let groups = entries.iter().filter_map(|entry| match entry {
        ServiceEntry::Group(group) => Some(service_group(group)),
        ServiceEntry::Service(_) => None,
    });
    groups.collect()
}

fn names_of(entries: &[ServiceEntry]) -> Vec<String> {
    let names = entries.iter().filter_map(|entry| match entry {
        ServiceEntry::Service(name) => Some(name.clone()),
        ServiceEntry::Group(_) => None,
    });
    names.collect()
}

fn service_group(group: &Group) -> ServiceGroup {
    ServiceGroup { name: group.name.clone(), services: group.services.clone() }
}

fn comparison(comparison: &Comparison) -> ServiceComparison {
    ServiceComparison { name: comparison.name.clone(), groups: comparison.groups.iter().map(service_group).collect() }
}
