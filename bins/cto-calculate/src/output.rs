//! Terminal output: notices about the input, and the files that were written.

use std::path::Path;

use model::columns::Scopes;
use model::rules::{RuleSet, Rules};
use model::table::Table;

/// At most so many warnings are printed one by one.
const WARNINGS_SHOWN: usize = 20;

/// Says which values of the input were odd.
pub(crate) fn print_problems(problems: &[String], strict: bool) {
    let kind = if strict { "error" } else { "warning" };
    for problem in problems.iter().take(WARNINGS_SHOWN) {
        command_line::report!("{kind}: {problem}");
    }
    if problems.len() > WARNINGS_SHOWN {
        command_line::report!("{kind}: … and {} more like these", problems.len() - WARNINGS_SHOWN);
    }
    if strict {
        command_line::report!(
            "cto-calculate: nothing was written: --strict refuses the {} odd values above",
            problems.len()
        );
    }
}

/// Names the files that were written, and those that an earlier run left there.
pub(crate) fn print_files(tables: &[Table], folder: &Path, rules: &Rules, scopes: Scopes) {
    let single = rules.overrides().map(|(rule, choice)| format!("{rule}: {choice}"));
    let named: Vec<String> = std::iter::once(rules.set.name().to_owned()).chain(single).collect();
    command_line::say!("");
    command_line::say!("{} tables in {} (rules: {}):", tables.len(), folder.display(), named.join(", "));
    for table in tables {
        command_line::say!("  {:<34} {:>8} rows", format!("{}.csv", table.name), table.height());
    }
    if rules.set == RuleSet::Flow {
        return;
    }
    let exists = |name: &&str| folder.join(format!("{name}.csv")).exists();
    let stale: Vec<&str> = metrics_core::catalogue::flow_only().filter(exists).collect();
    if !stale.is_empty() {
        command_line::say!("left as they were, from an earlier run with rules flow: {}", stale.join(", "));
    }
    // The original writes this table only where comparisons are configured.
    if scopes.cloud_spending && rules.cloud.comparisons.is_empty() && exists(&"cloud_spending_compared") {
        command_line::say!("left as it was, for no comparison is configured: cloud_spending_compared");
    }
}
