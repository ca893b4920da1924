//! Every fault of Azure.

use std::time::{Duration, Instant as RealInstant};

use sandbox::clouds::CloudFault;

use super::{Azure, monthly, send, start};

async fn with(fault: &str) -> Azure {
    let azure = start(|_| ()).await;
    let fault: CloudFault = fault.replace("SUBSCRIPTION", &azure.bills.subscriptions()[1]).parse().expect("a fault");
    azure.server.set_faults(&[fault]);
    azure
}

impl Azure {
    async fn january(&self, subscription: usize) -> super::Reply {
        self.query(&self.scope(subscription), &monthly("2026-01-01", "2026-01-31")).await
    }
}

#[tokio::test]
async fn secrets_and_tenants_are_refused() {
    for (fault, status, number) in [
        ("azure-bad-secret", 401, 7_000_215),
        ("azure-expired-secret", 401, 7_000_222),
        ("azure-unknown-tenant", 400, 90_002),
    ] {
        let azure = with(fault).await;
        let reply = azure.ask_for_token(azure.bills.tenant(), &[]).await;
        let body = reply.json();
        assert_eq!((reply.status, &body["error_codes"][0]), (status, &number.into()), "{fault}");
        assert!(body["error_description"].as_str().is_some_and(|text| text.starts_with(&format!("AADSTS{number}: "))));
        assert_eq!(azure.server.counters().faults.get(fault), Some(&1));
    }
}

#[tokio::test]
async fn a_missing_role_concerns_one_subscription_or_all() {
    let azure = with("azure-no-role=SUBSCRIPTION").await;
    assert_eq!(azure.january(0).await.status, 200);
    let reply = azure.january(1).await;
    assert_eq!((reply.status, reply.code().as_str()), (403, "RBACAccessDenied"));
    let address = format!("{}/{}?api-version=2022-12-01", azure.server.url(), azure.scope(1));
    let reply = azure.get(&address).await;
    assert_eq!((reply.status, reply.code().as_str()), (403, "AuthorizationFailed"));
    let azure = with("azure-no-role").await;
    assert_eq!((azure.january(0).await.status, azure.january(1).await.status), (403, 403));
}

#[tokio::test]
async fn tokens_expire_once_and_a_new_one_is_good() {
    let mut azure = with("azure-expired-token=at:2").await;
    assert_eq!(azure.january(0).await.status, 200);
    let reply = azure.january(0).await;
    assert_eq!((reply.status, reply.code().as_str()), (401, "ExpiredAuthenticationToken"));
    assert_eq!(azure.january(0).await.status, 401);
    azure.token = azure.fetch_token().await;
    assert_eq!(azure.january(0).await.status, 200);
}

#[tokio::test]
async fn throttling_names_several_waits_of_which_the_longest_counts() {
    let azure = with("azure-429=at:2,30").await;
    assert_eq!(azure.january(0).await.status, 200);
    let reply = azure.january(0).await;
    assert_eq!((reply.status, reply.code().as_str()), (429, "429"));
    assert_eq!(reply.header("retry-after"), Some("15"));
    assert_eq!(reply.header("x-ms-ratelimit-microsoft.costmanagement-entity-retry-after"), Some("30"));
    azure.pass(20);
    assert_eq!(azure.january(0).await.status, 200);
    assert_eq!((azure.server.counters().too_early, azure.server.counters().units), (1, 2));
}

#[tokio::test]
async fn a_gateway_answers_with_a_page() {
    let azure = with("azure-502=first:1").await;
    let reply = azure.january(0).await;
    assert_eq!((reply.status, reply.header("content-type")), (502, Some("text/html")));
    assert_eq!(azure.january(0).await.status, 200);
}

#[tokio::test]
async fn replies_and_connections_break() {
    for fault in ["azure-truncated-body=first:1", "azure-connection-reset=first:1"] {
        let azure = with(fault).await;
        let request = azure.client.post(azure.address(&azure.scope(0))).bearer_auth(&azure.token);
        let sent = request.json(&monthly("2026-01-01", "2026-01-31")).send().await;
        let broken = match sent {
            Ok(reply) => fault.contains("truncated") && reply.text().await.is_err(),
            Err(_) => fault.contains("reset"),
        };
        assert!(broken, "{fault}");
        assert_eq!(azure.january(0).await.status, 200);
    }
}

#[tokio::test]
async fn slow_replies_take_their_time() {
    let azure = with("azure-slow=60").await;
    let began = RealInstant::now();
    assert_eq!(azure.january(0).await.status, 200);
    assert!(began.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn github_azure_and_google_share_an_address_and_a_date() {
    let organisation = sandbox::Organisation::generate(&sandbox::Options::new(1, sandbox::Size::Tiny));
    let now = model::Instant::parse_rfc3339("2026-10-01T12:00:00Z").expect("valid");
    let clouds = sandbox::clouds::CloudConfig::new(super::bills());
    let config = sandbox::server::Config { clouds: Some(clouds), ..Default::default() };
    let server = sandbox::server::Server::start(organisation.view(now), config).await.expect("a free port");
    let client = reqwest::Client::new();
    let bills = super::bills();
    let token = format!("{}/{}/oauth2/v2.0/token", server.url(), bills.tenant());
    let form =
        [("grant_type", "client_credentials"), ("client_id", "x"), ("client_secret", "y"), ("scope", "z/.default")];
    let reply = send(client.post(token).form(&form)).await;
    assert_eq!((reply.status, reply.header("date")), (200, Some("Thu, 01 Oct 2026 12:00:00 GMT")));
    let reply = send(client.get(format!("{}/orgs/acme", server.url())).bearer_auth("t")).await;
    assert_eq!((reply.status, reply.header("date")), (200, Some("Thu, 01 Oct 2026 12:00:00 GMT")));
    server.set_view(organisation.view(organisation.end()));
    server.set_cloud_faults(&["azure-bad-secret".parse().expect("a fault")]);
    let token = format!("{}/{}/oauth2/v2.0/token", server.url(), bills.tenant());
    let reply = send(client.post(token).form(&form)).await;
    assert_eq!((reply.status, reply.header("date")), (401, Some("Fri, 30 Oct 2026 18:00:00 GMT")));
    assert_eq!(server.cloud_counters().of("azure-token"), 2);
    server.stop().await;
}
