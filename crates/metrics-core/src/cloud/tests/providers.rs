//! One provider under several names.

use model::rules::ProviderNames;

use super::*;

fn bills() -> Raw {
    raw("
        azure/1       | azure           | VM  | 2026-10 | Usage | 1   | EUR | 2026-11-20
        focus/b       | Microsoft       | VM  | 2026-10 | Usage | 2   | EUR | 2026-10-20
        focus/b       | microsoft azure | VM  | 2026-09 | Usage | 4   | EUR | 2026-11-20
        gcp/x         | Google Cloud    | Run | 2026-10 | Usage | 8   | EUR | 2026-11-20
        focus/c       | Amazon Web Services, Inc. | EC2 | 2026-10 | Usage | 16 | EUR | 2026-11-20
        focus/c       | AWS             | EC2 | 2026-10 | Usage | 32  | EUR | 2026-11-20
        focus/d       | Contoso Cloud   | VM  | 2026-10 | Usage | 64  | EUR | 2026-11-20
    ")
}

#[test]
fn bills_of_one_provider_under_several_names_are_one_provider() {
    let rows = "2026-09,azure,4.00,true\n2026-10,Contoso Cloud,64.00,true\n2026-10,aws,48.00,true\n\
                2026-10,azure,3.00,false\n2026-10,gcp,8.00,true\n";
    assert_eq!(monthly(&bills(), &["month", "provider", "cost", "complete"]), rows);
}

#[test]
fn the_configuration_names_providers_too_and_goes_before_what_is_usual() {
    let names = |name: &str, names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        ProviderNames { name: name.to_owned(), names }
    };
    let providers = vec![names("azure", &[" contoso cloud"]), names("Google", &["gcp", "Google Cloud"])];
    let spending = cloud_spending(&bills(), &rules(CloudRules { providers, ..CloudRules::default() }), at(NOW));
    assert_eq!(
        cells(table(&spending, "cloud_spending_monthly"), &["month", "provider", "cost"]),
        "2026-09,azure,4.00\n2026-10,Google,8.00\n2026-10,aws,48.00\n2026-10,azure,67.00\n"
    );
}

#[test]
fn an_account_that_two_sources_bill_is_told() {
    let mut raw = raw("
        azure/1 | azure     | VM | 2026-09 | Usage | 1 | EUR | 2026-11-20
        azure/1 | azure     | VM | 2026-10 | Usage | 1 | EUR | 2026-11-20
        focus/b | Microsoft | VM | 2026-10 | Usage | 1 | EUR | 2026-11-20
        focus/b | Microsoft | VM | 2026-08 | Usage | 1 | EUR | 2026-11-20
    ");
    let accounts = ["1aB", "1aB", "/subscriptions/1AB", "/subscriptions/1AB"];
    raw.cloud_costs.account = accounts.iter().map(|account| raw.dictionary.push(account.as_bytes())).collect();
    assert_eq!(
        spending(&raw).notices,
        [
            "account 1ab of azure is billed by azure/1 and focus/b, and all of it is added up (2026-10): leave one of them \
          out of the configuration"
        ]
    );
}
