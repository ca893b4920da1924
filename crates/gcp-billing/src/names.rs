//! Names of projects, datasets, tables and billing accounts, checked before they go into SQL or a path.

use std::fmt;

use source::{ErrorKind, SourceError};

/// How Google begins the name of the standard export.
pub(crate) const STANDARD_EXPORT: &str = "gcp_billing_export_v1_";

/// How Google begins the name of the detailed export, which holds all that the standard one holds.
pub(crate) const DETAILED_EXPORT: &str = "gcp_billing_export_resource_v1_";

/// Longest name of a dataset or table.
const LONGEST_NAME: usize = 1024;

/// A table by its full name. Its parts hold no character that could end a quoted name in SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableName {
    pub(crate) project: String,
    pub(crate) dataset: String,
    pub(crate) table: String,
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.project, self.dataset, self.table)
    }
}

/// The project that runs the query and the table that it reads, from what is configured.
pub(crate) fn checked(
    project: &str,
    account: &str,
    dataset: &str,
    table: Option<&str>,
) -> Result<TableName, SourceError> {
    check(is_project(project), project, "gcp.project_id (GCP_PROJECT_ID)", "a project id such as acme-billing")?;
    check(
        is_account(account),
        account,
        "gcp.billing_account (GCP_BILLING_ACCOUNT)",
        "the id of a billing account such as 01AB23-CD45EF-678901",
    )?;
    let (owner, name) = dataset.rsplit_once('.').unwrap_or((project, dataset));
    check(
        is_project(owner) && is_dataset(name),
        dataset,
        "gcp.billing_dataset",
        "a dataset such as billing_export, or PROJECT.DATASET",
    )?;
    let table = match table {
        Some(table) => {
            let wanted = "the name of one table, without its dataset and without a wildcard (which would add the \
                          standard and the detailed export together)";
            check(is_table(table), table, "gcp.billing_table", wanted)?;
            table.to_owned()
        }
        None => standard_export(account),
    };
    Ok(TableName { project: owner.to_owned(), dataset: name.to_owned(), table })
}

/// The standard export of a billing account.
pub(crate) fn standard_export(account: &str) -> String {
    format!("{STANDARD_EXPORT}{}", account.replace('-', "_"))
}

/// The detailed export of a billing account.
pub(crate) fn detailed_export(account: &str) -> String {
    format!("{DETAILED_EXPORT}{}", account.replace('-', "_"))
}

fn check(fits: bool, value: &str, setting: &str, wanted: &str) -> Result<(), SourceError> {
    if fits {
        return Ok(());
    }
    let message = if value.is_empty() {
        format!("{setting} is empty: set it to {wanted}")
    } else {
        format!("{setting} is {value:?}, which is not {wanted}")
    };
    Err(SourceError::new(ErrorKind::NotFound, message))
}

/// `acme-billing`, or `example.com:acme-billing` as in old organisations.
fn is_project(text: &str) -> bool {
    let (domain, id) = text.rsplit_once(':').unwrap_or(("", text));
    let plain = |text: &str, more: &str| {
        text.chars().all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || more.contains(char))
    };
    let domain_fits = !text.contains(':') || (!domain.is_empty() && domain.len() <= 253);
    domain_fits
        && plain(domain, "-.")
        && (1..=63).contains(&id.len())
        && plain(id, "-")
        && id.starts_with(|first: char| first.is_ascii_alphanumeric())
}

fn is_account(text: &str) -> bool {
    text.len() <= 64
        && text.split('-').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn is_dataset(text: &str) -> bool {
    (1..=LONGEST_NAME).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_table(text: &str) -> bool {
    (1..=LONGEST_NAME).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "01AB23-CD45EF-678901";

    fn named(dataset: &str, table: Option<&str>) -> Result<String, SourceError> {
        checked("acme-run", ACCOUNT, dataset, table).map(|name| name.to_string())
    }

    #[test]
    fn the_table_is_named_by_the_account_unless_configured() {
        assert_eq!(
            named("billing_export", None).expect("valid"),
            "acme-run.billing_export.gcp_billing_export_v1_01AB23_CD45EF_678901"
        );
        assert_eq!(named("acme-bills.export", Some("mine")).expect("valid"), "acme-bills.export.mine");
        assert_eq!(named("example.com:bills.export", Some("mine")).expect("valid"), "example.com:bills.export.mine");
    }

    #[test]
    fn names_that_could_change_the_query_are_refused() {
        for table in ["gcp_billing_export_*", "t` WHERE 1=1 --", "a.b", "", "t;", "t\n", "té", "`t`", "t'", "t\\"] {
            let error = named("billing_export", Some(table)).expect_err(table);
            assert!(error.message.starts_with("gcp.billing_table"), "{error}");
        }
        for dataset in ["", "a`b", "a-b", "x.y z", ".d", "p.", "P.d", "a b.d", "-p.d", ":p.d", "a:b:c.d`"] {
            let error = named(dataset, None).expect_err(dataset);
            assert!(error.message.starts_with("gcp.billing_dataset"), "{error}");
        }
        for account in ["", "01AB23_", "a b", "-", "01AB23-`", "billingAccounts/01AB23-CD45EF-678901"] {
            let error = checked("acme-run", account, "d", None).expect_err(account);
            assert!(error.message.contains("GCP_BILLING_ACCOUNT"), "{error}");
        }
        for project in ["", "Acme", "a/b", "a`b", "../x"] {
            let error = checked(project, ACCOUNT, "d", None).expect_err(project);
            assert!(error.message.contains("GCP_PROJECT_ID"), "{error}");
        }
    }
}
