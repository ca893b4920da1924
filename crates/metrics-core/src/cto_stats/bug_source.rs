//! Source of a bug, from custom fields of its cards.

use hashbrown::HashMap;
use model::columns::Raw;
use model::rules::BugSource;

use super::names::{folded, trimmed_and_folded};

/// Met by customers.
pub(super) const CUSTOMER_FACING: u8 = 1;
/// Met inside the organisation.
pub(super) const INTERNAL: u8 = 2;
/// Met while developing.
pub(super) const DEV_PROCESS: u8 = 4;

/// Flags per issue. Fields of all boards count, and flags add up; only bugs have any.
pub(super) fn bug_sources(raw: &Raw, rules: &BugSource) -> Vec<u8> {
    let mut sources = vec![0; raw.issues.id.len()];
    if rules.custom_field_name.is_empty() {
        return sources;
    }
    let name = folded(rules.custom_field_name.as_bytes());
    let values = [
        (folded(rules.customer_facing_value.as_bytes()), CUSTOMER_FACING),
        (folded(rules.internal_value.as_bytes()), INTERNAL),
        (folded(rules.dev_process_value.as_bytes()), DEV_PROCESS),
    ];
    let mut names: HashMap<u32, bool> = HashMap::new();
    let mut flags: HashMap<u32, u8> = HashMap::new();
    let fields = &raw.custom_fields;
    for (row, issue) in fields.issue.iter().enumerate() {
        let issue = *issue as usize;
        let code = fields.name[row];
        if !raw.issues.is_bug[issue]
            || !*names.entry(code).or_insert_with(|| folded(raw.dictionary.bytes(code)) == name)
        {
            continue;
        }
        let code = fields.value[row];
        sources[issue] |= *flags.entry(code).or_insert_with(|| {
            let value = trimmed_and_folded(raw.dictionary.bytes(code));
            values.iter().find(|(configured, _)| *configured == value).map_or(0, |(_, flag)| *flag)
        });
    }
    sources
}
