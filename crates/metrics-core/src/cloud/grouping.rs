//! Grouping of services, as the configuration names groups and comparisons.

use std::collections::{BTreeMap, BTreeSet};

use model::names::{comparable, visible};
use model::rules::{CloudRules, ServiceComparison, ServiceGroup};

use super::bills::Text;
use super::ledger::Ledger;

/// Groups in the order of the configuration. Those of one name are one group.
pub(super) struct Groups(Vec<Group>);

struct Group {
    /// As configured, trimmed.
    name: String,
    /// As compared, and as configured, trimmed.
    services: BTreeMap<String, String>,
}

impl Groups {
    /// Groups without a name or without any service are none.
    fn of(configured: &[ServiceGroup]) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        for group in configured {
            let name = group.name.trim();
            if name.is_empty() || group.services.is_empty() {
                continue;
            }
            let known = groups.iter().position(|known| comparable(&known.name) == comparable(name));
            let place = known.unwrap_or_else(|| {
                groups.push(Group { name: name.to_owned(), services: BTreeMap::new() });
                groups.len() - 1
            });
            groups[place].services.extend(as_compared(&group.services));
        }
        Self(groups)
    }

    fn names_of(&self, service: &str) -> impl Iterator<Item = &str> {
        let service = comparable(service);
        self.0.iter().filter(move |group| group.services.contains_key(&service)).map(|group| group.name.as_str())
    }

    fn services(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter().flat_map(|group| &group.services)
    }
}

fn as_compared(names: &[String]) -> BTreeMap<String, String> {
    names.iter().map(|name| (comparable(name), name.trim().to_owned())).collect()
}

/// How the second table is cut.
pub(super) enum Cut {
    /// Only services of a group, by group.
    Groups(Groups),
    /// Only these services.
    Services(BTreeMap<String, String>),
    /// Every service.
    Everything,
}

impl Cut {
    pub(super) fn of(rules: &CloudRules) -> Self {
        let groups = Groups::of(&rules.groups);
        if !groups.0.is_empty() {
            Self::Groups(groups)
        } else if rules.services.is_empty() {
            Self::Everything
        } else {
            Self::Services(as_compared(&rules.services))
        }
    }

    /// Name of the column that says what a row is about.
    pub(super) fn column(&self) -> &'static str {
        if matches!(self, Self::Groups(_)) { "group" } else { "service" }
    }

    /// The names that a service is summed under: none, its own, or those of its groups.
    pub(super) fn names<'a>(&'a self, service: &Text<'a>) -> Vec<Text<'a>> {
        match self {
            Self::Groups(groups) => groups.names_of(service).map(Text::from).collect(),
            Self::Services(services) if !services.contains_key(&comparable(service)) => Vec::new(),
            Self::Services(_) | Self::Everything => vec![service.clone()],
        }
    }

    fn services(&self) -> Vec<(&String, &String)> {
        match self {
            Self::Groups(groups) => groups.services().collect(),
            Self::Services(services) => services.iter().collect(),
            Self::Everything => Vec::new(),
        }
    }
}

/// Groups that are set against each other, by the name of the comparison. Those of one name are one comparison.
pub(super) struct Comparisons {
    named: Vec<(String, Groups)>,
    /// Names that more than one of the configured comparisons has.
    repeated: BTreeSet<String>,
}

impl Comparisons {
    pub(super) fn of(configured: &[ServiceComparison]) -> Self {
        let mut merged: Vec<(String, Vec<ServiceGroup>)> = Vec::new();
        let mut repeated = BTreeSet::new();
        for comparison in configured {
            let name = comparison.name.trim();
            match merged.iter_mut().find(|(known, _)| comparable(known) == comparable(name)) {
                Some((known, groups)) => {
                    repeated.insert(format!("`{known}`"));
                    groups.extend_from_slice(&comparison.groups);
                }
                None => merged.push((name.to_owned(), comparison.groups.clone())),
            }
        }
        let named = merged.into_iter().map(|(name, groups)| (name, Groups::of(&groups))).collect();
        Self { named, repeated }
    }

    /// Comparison and group, once for each group that a service is in.
    pub(super) fn groups_of(&self, service: &str) -> impl Iterator<Item = (&str, &str)> {
        self.named
            .iter()
            .flat_map(move |(name, groups)| groups.names_of(service).map(move |group| (name.as_str(), group)))
    }
}

/// Lines about services that count more than once, comparisons of one name, and configured services that no bill has.
pub(super) fn notices(ledger: &Ledger<'_>, cut: &Cut, comparisons: &Comparisons) -> Vec<String> {
    let mut billed: BTreeMap<String, &str> = BTreeMap::new();
    for entry in &ledger.entries {
        let spelled = billed.entry(comparable(&entry.service)).or_insert(&entry.service);
        *spelled = (&*entry.service).min(spelled);
    }
    if billed.is_empty() {
        return Vec::new();
    }
    let mut notices = Vec::new();
    if let Cut::Groups(groups) = cut {
        notices.extend(in_several(&billed, groups, ""));
    }
    for (comparison, groups) in &comparisons.named {
        notices.extend(in_several(&billed, groups, &format!(" of the comparison `{comparison}`")));
    }
    if !comparisons.repeated.is_empty() {
        let names: Vec<&str> = comparisons.repeated.iter().map(String::as_str).collect();
        notices.push(format!("comparisons of one name are one, with the groups of all of them: {}", names.join(", ")));
    }
    let compared = comparisons.named.iter().flat_map(|(_, groups)| groups.services());
    let configured: BTreeMap<&String, &String> = cut.services().into_iter().chain(compared).collect();
    let absent: Vec<String> = configured
        .into_iter()
        .filter(|(compared, _)| !billed.contains_key(*compared))
        .map(|(_, name)| format!("`{}`", visible(name)))
        .collect();
    if !absent.is_empty() {
        notices.push(format!("no bill has these services of the configuration: {}", absent.join(", ")));
    }
    notices
}

fn in_several(billed: &BTreeMap<String, &str>, groups: &Groups, of: &str) -> Option<String> {
    let services: Vec<String> = billed
        .iter()
        .filter_map(|(compared, service)| {
            let names: Vec<&str> = groups.names_of(compared).collect();
            (names.len() > 1).then(|| format!("`{service}` ({})", names.join(", ")))
        })
        .collect();
    (!services.is_empty())
        .then(|| format!("services in several groups{of} count in each of them: {}", services.join("; ")))
}
