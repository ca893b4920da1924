//! Tokens.

use super::start;

#[tokio::test]
async fn a_token_is_issued_for_the_tenant_and_opens_the_api() {
    let azure = start(|_| ()).await;
    let reply = azure.ask_for_token(azure.bills.tenant(), &[]).await;
    let body = reply.json();
    assert_eq!((reply.status, &body["token_type"], &body["expires_in"]), (200, &"Bearer".into(), &3599.into()));
    assert!(reply.header("date").is_some());
    let address = format!("{}/{}?api-version=2022-12-01", azure.server.url(), azure.scope(0));
    let reply = azure.get(&address).await;
    assert_eq!((reply.status, &reply.json()["displayName"]), (200, &"Production".into()));
    assert_eq!(reply.header("date"), Some("Fri, 30 Oct 2026 18:00:00 GMT"));
    assert!(reply.header("x-ms-request-id").is_some());
    let group = format!("providers/Microsoft.Management/managementGroups/{}", azure.bills.management_group());
    let reply = azure.get(&format!("{}/{group}?api-version=2023-04-01", azure.server.url())).await;
    assert_eq!((reply.status, &reply.json()["properties"]["displayName"]), (200, &"All of acme".into()));
}

#[tokio::test]
async fn the_assertion_of_a_workload_stands_for_a_secret() {
    let azure = start(|_| ()).await;
    let form = [("client_secret", ""), ("client_assertion", "signed")];
    assert_eq!(azure.ask_for_token(azure.bills.tenant(), &form).await.status, 200);
}

#[tokio::test]
async fn wrong_requests_for_tokens_are_refused_with_their_codes() {
    let azure = start(|_| ()).await;
    let tenant = azure.bills.tenant();
    for (tenant, change, status, number) in [
        ("other-tenant", ("a", "b"), 400, 90_002),
        (tenant, ("grant_type", "password"), 400, 70_003),
        (tenant, ("client_id", ""), 400, 900_144),
        (tenant, ("client_secret", ""), 401, 7_000_218),
        (tenant, ("scope", "https://management.azure.com/"), 400, 1_002_012),
    ] {
        let reply = azure.ask_for_token(tenant, &[change]).await;
        assert_eq!((reply.status, &reply.json()["error_codes"][0]), (status, &number.into()), "{change:?}");
    }
}

#[tokio::test]
async fn only_the_right_secret_is_good_when_one_is_set_and_it_is_decoded() {
    let azure = start(|config| config.client_secret = Some("a b&c=d%".to_owned())).await;
    assert!(!azure.token.is_empty());
    let reply = azure.ask_for_token(azure.bills.tenant(), &[("client_secret", "wrong-one")]).await;
    assert_eq!((reply.status, &reply.json()["error_codes"][0]), (401, &7_000_215.into()));
    assert!(!reply.text.contains("wrong-one") && !reply.text.contains("a b&c=d%"), "{}", reply.text);
    assert_eq!(azure.server.counters().unauthorized, 1);
}

#[tokio::test]
async fn without_a_good_token_nothing_is_told() {
    let mut azure = start(|_| ()).await;
    azure.token = "made-up".to_owned();
    let reply = azure.query(&azure.scope(0), &super::monthly("2026-01-01", "2026-01-31")).await;
    assert_eq!((reply.status, reply.code().as_str()), (401, "AuthenticationFailed"));
    assert!(reply.header("www-authenticate").is_some_and(|challenge| challenge.contains("invalid_token")));
}
