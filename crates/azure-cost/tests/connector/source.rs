//! What a source says of itself and hands over.

use azure_cost::{AzureClient, CostScope, Credential, Settings};
use connector_testing::Told;
use source::{ErrorKind, Event, Scope, Source as _};
use tokio_util::sync::CancellationToken;

use crate::provider::page;
use crate::setting::{ALL, Setting};

#[tokio::test]
async fn a_source_says_what_it_is() {
    let mut setting = Setting::new().await;
    let source = setting.source();
    assert_eq!((source.scope(), source.subject(), source.label()), (Scope::CloudCosts, "azure/sub-1", "sub-1"));
    setting.scope = CostScope::parse("providers/Microsoft.Management/managementGroups/acme").unwrap();
    assert_eq!(setting.source().subject(), "azure/providers/Microsoft.Management/managementGroups/acme");
}

#[tokio::test]
async fn other_scopes_are_asked_at_their_own_path_and_kept_under_it() {
    for (scope, version) in [
        ("providers/Microsoft.Management/managementGroups/acme", "2020-05-01"),
        ("providers/Microsoft.Billing/billingAccounts/a:b/billingProfiles/p", "2020-05-01"),
        ("subscriptions/s/resourceGroups/rg", "2021-04-01"),
    ] {
        let mut setting = Setting::new().await;
        setting.scope = CostScope::parse(scope).unwrap();
        setting.import_all().await;
        assert!(
            setting.provider.asked()[0].url.contains(&format!("/{scope}/providers/Microsoft.CostManagement/query?"))
        );
        assert_eq!(setting.memory.months()[0].account, scope);
        let requests = setting.server.received_requests().await.unwrap();
        let described = requests.iter().find(|request| request.method.as_str() == "GET").unwrap();
        assert!(described.url.as_str().ends_with(&format!("/{scope}?api-version={version}")), "{}", described.url);
    }
}

#[tokio::test]
async fn plain_http_to_another_host_is_refused_and_names_the_setting() {
    let setting = Setting::new().await;
    let settings = |endpoint: &str, authority: &str| Settings {
        endpoint: endpoint.into(),
        authority_host: authority.into(),
        ..Settings::public_cloud(Credential::Chain { tenant: None, client: None, federated_token_file: None })
    };
    for (settings, name) in [
        (settings("http://azure.example", "https://login.example"), "AZURE_ENDPOINT (azure.endpoint)"),
        (settings("https://azure.example", "http://login.example"), "AZURE_AUTHORITY_HOST (azure.authority_host)"),
    ] {
        let error = AzureClient::new(settings, setting.clock.clone()).expect_err("refused");
        assert_eq!(error.kind, ErrorKind::Unauthorized);
        assert!(error.message.starts_with(name) && error.message.contains("plain http"), "{error}");
    }
}

#[tokio::test]
async fn an_interrupted_import_ends_between_two_queries_and_keeps_what_it_has() {
    let setting = Setting::new().await;
    let cancel = CancellationToken::new();
    let interrupter = Told::interrupting(cancel.clone(), |event| matches!(event, Event::Page { .. }));
    let error = setting.import_until(ALL, &interrupter, cancel).await.expect_err("interrupted");
    assert_eq!(error.kind, ErrorKind::Cancelled);
    assert_eq!((setting.provider.months().len(), setting.memory.months().len()), (1, 12));
    setting.import_all().await;
    assert_eq!(setting.memory.months().len(), 25);
}

#[tokio::test]
async fn pages_are_told_and_what_is_odd_is_noted() {
    let setting = Setting::new().await.with_everything_else_read().await;
    let row = r#"[1,"2026-11-01T00:00:00","Support","Fee","EUR"]"#.to_owned();
    setting.provider.answer(page(&[row], None));
    setting.import_all().await;
    let subject = |event: &Event| {
        if let Event::Page { subject, records, .. } = event { Some((subject.clone(), *records)) } else { None }
    };
    let told: Vec<_> = setting.told.events().iter().filter_map(subject).collect();
    assert_eq!(told.last(), Some(&("Production".to_owned(), 1)));
    assert!(setting.told.notes()[0].contains("charges of the type `Fee`"), "{:?}", setting.told.notes());
    assert_eq!(setting.lines("2026-11"), ["Support  EUR 1.00 0.00"]);
}
