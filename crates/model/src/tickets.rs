//! How tickets of a tracker are read, and which of them count.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::names::comparable;

/// How tickets are read and counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketRules {
    /// What says of which type a ticket is, when it comes.
    pub types: TicketTypes,
    /// Whether tickets that others are parts of count nowhere, since their parts do.
    pub ignore_parents: bool,
    /// Types of tickets and issues that are innovation; empty = not configured.
    pub innovation_types: Vec<String>,
}

impl Default for TicketRules {
    fn default() -> Self {
        Self { types: TicketTypes::default(), ignore_parents: true, innovation_types: Vec::new() }
    }
}

impl TicketRules {
    /// Whether a type is innovation.
    pub fn is_innovation(&self, kind: &str) -> bool {
        self.innovation_types.iter().any(|known| comparable(known) == comparable(kind))
    }
}

/// Which label of a ticket is its type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketTypes {
    /// Id of the group of labels of which one is the type.
    pub parent_label_id: Option<String>,
    /// Ids or names of labels that are types, where that group has none of the ticket's.
    pub allow_list: Vec<String>,
}

/// A label of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketLabel<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it says.
    pub name: &'a str,
    /// Id of the group that it is in; empty where it is in none.
    pub parent_id: &'a str,
}

/// The type of a ticket of which no label says it.
pub const UNKNOWN_TYPE: &str = "unknown";

impl TicketTypes {
    /// The type of a ticket with some labels: the first of the group, else the first of the list, else [`UNKNOWN_TYPE`].
    pub fn of<'a>(&self, labels: &[TicketLabel<'a>]) -> &'a str {
        let parent = self.parent_label_id.as_deref().filter(|id| !id.is_empty());
        let is_listed = |label: &&TicketLabel<'_>| {
            let is_it = |listed: &String| listed == label.id || comparable(listed) == comparable(label.name);
            self.allow_list.iter().any(is_it)
        };
        let of_group = parent.and_then(|parent| labels.iter().find(|label| label.parent_id == parent));
        of_group.or_else(|| labels.iter().find(is_listed)).map_or(UNKNOWN_TYPE, |label| label.name)
    }
}

/// What stands for a mail address: SHA-256, Base64. Whoever knows the address can make the same.
pub fn actor_hash(address: &str) -> String {
    STANDARD.encode(Sha256::digest(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [TicketLabel<'_>; 3] = [
        TicketLabel { id: "1", name: "Urgent", parent_id: "" },
        TicketLabel { id: "2", name: "Feature", parent_id: "kinds" },
        TicketLabel { id: "3", name: "Chore", parent_id: "" },
    ];

    fn types(parent: Option<&str>, listed: &[&str]) -> TicketTypes {
        let allow_list = listed.iter().map(|&it| it.to_owned()).collect();
        TicketTypes { parent_label_id: parent.map(str::to_owned), allow_list }
    }

    #[test]
    fn the_type_is_the_label_of_the_group_else_the_first_of_the_list_else_unknown() {
        assert_eq!(types(Some("kinds"), &["3"]).of(&LABELS), "Feature");
        assert_eq!(types(Some("others"), &["3"]).of(&LABELS), "Chore");
        assert_eq!(types(None, &[" chore ", "1"]).of(&LABELS), "Urgent");
        assert_eq!(types(None, &["4"]).of(&LABELS), UNKNOWN_TYPE);
        assert_eq!(types(None, &[]).of(&LABELS), UNKNOWN_TYPE);
        assert_eq!(types(Some(""), &[]).of(&LABELS), UNKNOWN_TYPE, "no group is no group");
    }

    #[test]
    fn a_mail_address_has_the_hash_that_other_programs_make_of_it() {
        assert_eq!(actor_hash(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(actor_hash("actor-3@gmail.com"), "kaEiaT74PDPVd5IKjY3l8AOzqzFdqxviACYoYXDJlNk=");
    }

    #[test]
    fn a_type_is_innovation_in_whatever_letters() {
        let rules = TicketRules { innovation_types: vec!["Feature".to_owned()], ..TicketRules::default() };
        assert!(rules.is_innovation("feature ") && !rules.is_innovation("features"));
        assert!(!TicketRules::default().is_innovation(""));
    }
}
