//! Messages and issues, to servers that answer as the services do, and as they do when something is wrong.

use std::sync::Arc;
use std::time::Duration;

use connector_testing::{VirtualClock, at, untrusted};
use report_delivery::{ErrorKind, Message, Policy, SecretString, SendError, Sent, Settings, Target, What, send};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use wiremock::matchers::{body_partial_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const SECRET: &str = "T000-B000-hunter2hunter2";

fn message() -> Message {
    Message {
        title: "Monthly report, October 2026".to_owned(),
        findings: vec!["Lead time fell to 6.4 days.".to_owned()],
        link: Some("https://metrics.example.org/reports/2026-10.html".to_owned()),
        markdown: "# Monthly report, October 2026\n\nLead time fell to 6.4 days.\n".to_owned(),
        ..Message::default()
    }
}

fn secret() -> SecretString {
    SecretString::from(SECRET)
}

fn hook(server: &str) -> SecretString {
    SecretString::from(format!("{server}/services/{SECRET}"))
}

fn target(settings: Settings) -> Target {
    let clock = Arc::new(VirtualClock::starting_at(at("2026-11-07T06:00:00Z")));
    let policy = Policy { tries: 3, limit_tries: 3, request_timeout: Duration::from_millis(200), ..Policy::USUAL };
    Target::with("board", settings, "cto-metrics/1", policy, clock).expect("settings")
}

fn webhooks(server: &str) -> [Settings; 3] {
    [
        Settings::Slack { url: hook(server) },
        Settings::Mattermost { url: hook(server) },
        Settings::Teams { url: hook(server) },
    ]
}

fn github(server: &str) -> Settings {
    Settings::GithubIssue { api_url: server.to_owned(), repository: "acme/reports".to_owned(), token: secret() }
}

fn gitlab(server: &str, is_confidential: bool) -> Settings {
    Settings::GitlabIssue {
        url: server.to_owned(),
        project: "acme/reports".to_owned(),
        token: secret(),
        is_confidential,
    }
}

fn all(server: &str) -> Vec<Settings> {
    webhooks(server).into_iter().chain([github(server), gitlab(server, true)]).collect()
}

async fn answering(reply: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::any()).respond_with(reply).mount(&server).await;
    server
}

async fn requests(server: &MockServer) -> Vec<wiremock::Request> {
    server.received_requests().await.expect("they are kept")
}

async fn refused(settings: Settings) -> SendError {
    let error = send(&target(settings), &message()).await.expect_err("it is refused");
    for text in [error.to_string(), format!("{error:?}"), error.reason.clone()] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    assert!(error.to_string().starts_with("the report was not sent to board: "), "{error}");
    error
}

fn issue(number: u64, title: &str) -> Value {
    json!({"number": number, "title": title, "html_url": format!("https://github.com/acme/reports/issues/{number}"),
           "labels": [{"name": "report"}]})
}

#[tokio::test]
async fn a_webhook_gets_the_findings_and_the_link() {
    let server = answering(ResponseTemplate::new(200).set_body_string("ok")).await;
    for settings in webhooks(&server.uri()) {
        let sent = send(&target(settings), &message()).await.expect("it is taken");
        assert_eq!(sent, Sent { what: What::Posted, address: None, lacks: None });
    }
    let requests = requests(&server).await;
    assert_eq!(requests.len(), 3);
    for request in requests {
        let body = String::from_utf8(request.body).expect("text");
        assert!(body.contains("Lead time fell to 6.4 days."), "{body}");
        assert!(body.contains("https://metrics.example.org/reports/2026-10.html"), "{body}");
        assert_eq!(
            (request.method.as_str(), &request.headers["content-type"]),
            ("POST", &"application/json".parse().unwrap())
        );
    }
}

#[tokio::test]
async fn what_teams_took_but_could_not_deliver_is_an_error() {
    let words = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413";
    let server = answering(ResponseTemplate::new(200).set_body_string(words)).await;
    let error = refused(Settings::Teams { url: hook(&server.uri()) }).await;
    assert!(error.reason.contains("HTTP error 413"), "{error}");
}

#[tokio::test]
async fn a_webhook_that_is_gone_is_named_by_its_target_alone() {
    let gone = format!("no_service /services/{SECRET}");
    let server = answering(ResponseTemplate::new(404).set_body_string(gone)).await;
    for settings in webhooks(&server.uri()) {
        let error = refused(settings).await;
        assert_eq!(error.kind, ErrorKind::NotFound);
        assert!(error.reason.contains("404") && error.reason.contains("copy its address anew"), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_fails_gets_no_second_message() {
    let server = answering(ResponseTemplate::new(500).set_body_string(SECRET)).await;
    for (settings, asked) in all(&server.uri()).into_iter().zip(1..) {
        let error = refused(settings).await;
        assert_eq!(error.kind, ErrorKind::Unavailable);
        assert!(error.reason.contains("500"), "{error}");
        assert_eq!(requests(&server).await.len(), asked);
    }
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again_and_no_more_than_that() {
    let server = answering(ResponseTemplate::new(429).insert_header("retry-after", "2")).await;
    for (settings, asked) in all(&server.uri()).into_iter().zip(1..) {
        let error = refused(settings).await;
        assert_eq!(error.kind, ErrorKind::RateLimited);
        assert!(error.reason.contains("gave up after 3 tries, the server answered 429"), "{error}");
        assert_eq!(requests(&server).await.len(), 3 * asked);
    }
}

#[tokio::test]
async fn a_server_that_is_busy_once_gets_the_message_once() {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(503)).up_to_n_times(1).mount(&server).await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).expect(1).mount(&server).await;
    send(&target(Settings::Slack { url: hook(&server.uri()) }), &message()).await.expect("it is taken");
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let server = answering(ResponseTemplate::new(200).set_delay(Duration::from_mins(10))).await;
    for settings in webhooks(&server.uri()) {
        let error = refused(settings).await;
        assert_eq!(error.kind, ErrorKind::Unavailable);
        assert!(error.reason.contains("no whole answer within 0.2 s; whether it has arrived is not known"), "{error}");
    }
    assert_eq!(requests(&server).await.len(), 3, "what may have arrived is not sent twice");
    for settings in [github(&server.uri()), gitlab(&server.uri(), true)] {
        let error = refused(settings).await;
        assert!(
            error.reason.contains("gave up after 3 tries, no whole answer"),
            "looking for an issue is harmless: {error}"
        );
    }
}

#[tokio::test]
async fn a_server_whose_certificate_nobody_trusts_gets_no_secret() {
    let (address, connections) = untrusted();
    for (settings, seen) in all(&address).into_iter().zip(1..) {
        let error = refused(settings).await;
        assert!(error.reason.contains("the certificate of 127.0.0.1 is not accepted"), "{error}");
        assert_eq!((error.kind, connections.count()), (ErrorKind::Unauthorized, seen));
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_by_its_target() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let server = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    for settings in all(&server) {
        let error = refused(settings).await;
        assert_eq!(error.kind, ErrorKind::Unavailable);
    }
}

#[tokio::test]
async fn a_token_that_is_not_accepted_says_what_it_must_be_allowed() {
    let server = answering(ResponseTemplate::new(401).set_body_string("Bad credentials")).await;
    for settings in [github(&server.uri()), gitlab(&server.uri(), true)] {
        let error = refused(settings).await;
        assert_eq!(error.kind, ErrorKind::Unauthorized);
        assert!(
            error.reason.contains("Bad credentials") && error.reason.contains("read and write its issues"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn the_first_report_of_a_month_opens_an_issue() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/repos/acme/reports/issues"))
        .and(query_param("labels", "report"))
        .and(query_param("state", "all"))
        .and(header("authorization", format!("Bearer {SECRET}")))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([
            issue(1, "Monthly report, September 2026"),
            {"number": 2, "title": "Monthly report, October 2026", "html_url": "x", "labels": [], "pull_request": {}},
        ])))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .and(path("/repos/acme/reports/issues"))
        .and(body_partial_json(json!({"title": "Monthly report, October 2026", "labels": ["report"]})))
        .respond_with(ResponseTemplate::new(201).set_body_json(issue(7, "Monthly report, October 2026")))
        .expect(1)
        .mount(&server)
        .await;
    let sent = send(&target(github(&server.uri())), &message()).await.expect("it is opened");
    let address = Some("https://github.com/acme/reports/issues/7".to_owned());
    assert_eq!(sent, Sent { what: What::Opened, address, lacks: None });
    let body: Value = serde_json::from_slice(&requests(&server).await[1].body).expect("JSON");
    assert_eq!(
        body["body"],
        "# Monthly report, October 2026\n\nLead time fell to 6.4 days.\n\n\
         <https://metrics.example.org/reports/2026-10.html>\n"
    );
}

#[tokio::test]
async fn an_issue_without_its_label_is_told() {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(200).set_body_json(json!([]))).mount(&server).await;
    let unlabelled =
        json!({"number": 7, "title": "x", "html_url": "https://github.com/acme/reports/issues/7", "labels": []});
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(201).set_body_json(unlabelled)).mount(&server).await;
    let sent = send(&target(github(&server.uri())), &message()).await.expect("it is opened");
    assert!(sent.lacks.expect("a sentence").starts_with("the issue has no label `report`"));
}

#[tokio::test]
async fn the_second_report_of_a_month_edits_its_issue_on_whatever_page_it_is() {
    let server = MockServer::start().await;
    let page = |number: &str, issues: Vec<Value>| {
        Mock::given(method("GET"))
            .and(query_param("page", number))
            .respond_with(ResponseTemplate::new(200).set_body_json(issues))
    };
    page("1", (1..=100).map(|number| issue(number, "another")).collect()).mount(&server).await;
    page("2", vec![issue(101, "Monthly report, October 2026")]).mount(&server).await;
    Mock::given(method("PATCH"))
        .and(path("/repos/acme/reports/issues/101"))
        .respond_with(ResponseTemplate::new(200).set_body_json(issue(101, "Monthly report, October 2026")))
        .expect(1)
        .mount(&server)
        .await;
    let sent = send(&target(github(&server.uri())), &message()).await.expect("it is edited");
    assert_eq!((sent.what, requests(&server).await.len()), (What::Edited, 3));
}

#[tokio::test]
async fn a_report_that_is_longer_than_an_issue_is_cut_at_a_line_and_says_so() {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(200).set_body_json(json!([]))).mount(&server).await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(201).set_body_json(issue(7, "x")))
        .mount(&server)
        .await;
    let long = Message { markdown: "| a row of the report 😀 |\n".repeat(9_000), ..message() };
    send(&target(github(&server.uri())), &long).await.expect("it is opened");
    let body: Value = serde_json::from_slice(&requests(&server).await[1].body).expect("JSON");
    let body = body["body"].as_str().expect("a text");
    assert!(body.chars().count() <= 65_536 && body.chars().count() > 60_000);
    let end = "| a row of the report 😀 |\n\nThe report is longer than an issue may be: what follows is left out here.\n\n\
               <https://metrics.example.org/reports/2026-10.html>\n";
    assert!(body.ends_with(end), "{}", &body[body.len() - 200..]);
}

#[tokio::test]
async fn issues_of_gitlab_are_confidential_by_default() {
    let server = MockServer::start().await;
    let found = json!([{"iid": 3, "title": "Monthly report, October 2026", "web_url": "https://gitlab.com/acme/reports/-/issues/3"}]);
    let issues = "/api/v4/projects/acme%2Freports/issues";
    let listed = |found: Value| {
        Mock::given(method("GET"))
            .and(path(issues))
            .and(query_param("labels", "report"))
            .and(header("authorization", format!("Bearer {SECRET}")))
            .respond_with(ResponseTemplate::new(200).set_body_json(found))
    };
    listed(json!([])).up_to_n_times(1).mount(&server).await;
    listed(found.clone()).mount(&server).await;
    Mock::given(method("POST"))
        .and(path(issues))
        .and(body_partial_json(
            json!({"labels": "report", "confidential": true, "title": "Monthly report, October 2026"}),
        ))
        .respond_with(ResponseTemplate::new(201).set_body_json(found[0].clone()))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("PUT"))
        .and(path(format!("{issues}/3")))
        .respond_with(ResponseTemplate::new(200).set_body_json(found[0].clone()))
        .expect(2)
        .mount(&server)
        .await;
    let opened = send(&target(gitlab(&server.uri(), true)), &message()).await.expect("it is opened");
    let address = Some("https://gitlab.com/acme/reports/-/issues/3".to_owned());
    assert_eq!(opened, Sent { what: What::Opened, address, lacks: None });
    for is_confidential in [true, false] {
        let edited = send(&target(gitlab(&server.uri(), is_confidential)), &message()).await.expect("it is edited");
        assert_eq!(edited.what, What::Edited);
        let body: Value =
            serde_json::from_slice(&requests(&server).await.last().expect("a request").body).expect("JSON");
        assert_eq!(
            body.get("confidential"),
            is_confidential.then_some(&json!(true)),
            "nobody is shown more than before"
        );
    }
}

#[tokio::test]
async fn an_answer_that_is_no_list_is_told() {
    let server = answering(ResponseTemplate::new(200).set_body_string("<html>Sign in</html>")).await;
    for settings in [github(&server.uri()), gitlab(&server.uri(), true)] {
        let error = refused(settings).await;
        assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
        assert!(error.reason.contains("no list of issues"), "{error}");
    }
}

#[test]
fn settings_that_would_leak_a_secret_or_name_nothing_are_refused() {
    let insecure = SecretString::from(format!("http://hooks.example.org/{SECRET}"));
    let odd = SecretString::from(format!("hooks/{SECRET}"));
    let github = |repository: &str, token: &str| Settings::GithubIssue {
        api_url: "https://api.github.com".to_owned(),
        repository: repository.to_owned(),
        token: token.to_owned().into(),
    };
    let cases = [
        (Settings::Slack { url: insecure }, "is plain http to hooks.example.org"),
        (Settings::Teams { url: odd }, "is not a web address"),
        (github("acme", SECRET), "is not written as OWNER/REPOSITORY"),
        (github("acme/reports", "hunter2\nhunter2"), "holds what no header can"),
    ];
    for (settings, words) in cases {
        assert!(!format!("{settings:?}").contains("hunter2"), "{settings:?}");
        let error = Target::new("board", settings, "cto-metrics/1").expect_err(words);
        assert!(error.to_string().contains(words) && !format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn a_link_that_is_no_address_is_sent_nowhere() {
    let server = answering(ResponseTemplate::new(200)).await;
    for settings in all(&server.uri()) {
        let message = Message { link: Some("javascript:alert(1)".to_owned()), ..message() };
        let error = send(&target(settings), &message).await.expect_err("it is refused");
        assert!(error.reason.contains("no address of the web"), "{error}");
    }
    assert!(!requests(&server).await.iter().any(|request| request.method.as_str() == "POST"));
}
