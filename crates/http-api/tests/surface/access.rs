//! Who is answered.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use http_api::{Api, Authentication, Settings};
use model::rules::RuleSet;

use crate::fixture::{Answer, ask, both_rules, data, request, settings};

fn router(settings: Settings) -> Router {
    let api = Api::new(settings, both_rules(RuleSet::Flow)).expect("good settings");
    api.publish(data("one"));
    api.router()
}

fn from_host(path: &str, host: &str) -> Request<Body> {
    Request::builder().uri(path).header("host", host).body(Body::empty()).expect("a request")
}

#[tokio::test]
async fn without_authentication_foreign_host_names_are_not_answered() {
    let router = router(Settings { hosts: vec!["Figures.example.com".to_owned()], ..settings() });
    let status = async |host: &str| ask(&router, from_host("/api/v1/meta", host)).await.status;
    for host in ["localhost", "127.0.0.1:8080", "[::1]:8080", "figures.example.com", "FIGURES.example.com:443"] {
        assert_eq!(status(host).await, StatusCode::OK, "{host}");
    }
    for host in ["evil.example.com", "figures.example.com.evil.example", "10.0.0.1", ""] {
        assert_eq!(status(host).await, StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
    let nameless = Request::builder().uri("/api/stocks").body(Body::empty()).expect("a request");
    assert_eq!(ask(&router, nameless).await.status, StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(ask(&router, from_host("/healthz", "evil.example.com")).await.status, StatusCode::OK);
    assert_eq!(ask(&router, from_host("/metrics", "evil.example.com")).await.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn forwarded_names_count_from_trusted_proxies_alone() {
    let proxy = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    let hosts = vec!["figures.example.com".to_owned()];
    let router = router(Settings { hosts, trusted_proxies: vec![proxy.into()], ..settings() });
    let through = async |peer: IpAddr| -> Answer {
        let headers = [("x-forwarded-host", "figures.example.com"), ("x-request-id", "from-the-proxy")];
        let mut request = request("/api/v1/meta", &headers);
        request.headers_mut().insert("host", "backend:8080".parse().expect("a value"));
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer, 4_000)));
        ask(&router, request).await
    };
    let trusted = through(proxy).await;
    assert_eq!((trusted.status, trusted.header("x-request-id")), (StatusCode::OK, "from-the-proxy"));
    let other = through(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2))).await;
    assert_eq!(other.status, StatusCode::MISDIRECTED_REQUEST);
    assert_ne!(other.header("x-request-id"), "from-the-proxy");
}

#[tokio::test]
async fn bearer_tokens_open_everything_and_nothing_else_does() {
    let tokens = vec!["first-token".into(), "second-token".into()];
    let router = router(Settings { authentication: Authentication::Bearer(tokens), ..settings() });
    let with = async |path: &str, value: &str| ask(&router, request(path, &[("authorization", value)])).await;
    for path in ["/api/v1/meta", "/api/stocks", "/metrics", "/api/openapi.json"] {
        assert_eq!(with(path, "Bearer second-token").await.status, StatusCode::OK, "{path}");
        let refused = with(path, "Bearer first").await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(refused.header("www-authenticate"), "Bearer realm=\"cto-metrics\"");
        assert!(!refused.text().contains("first"));
    }
    for value in ["", "Bearer", "Bearer ", "Basic first-token", "first-token"] {
        assert_eq!(with("/api/v1/meta", value).await.status, StatusCode::UNAUTHORIZED, "{value:?}");
    }
    assert_eq!(ask(&router, request("/healthz", &[])).await.status, StatusCode::OK);
    assert_eq!(ask(&router, request("/readyz", &[])).await.status, StatusCode::OK);
    assert_eq!(ask(&router, request("/nowhere", &[])).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn user_and_password_open_everything() {
    let authentication = Authentication::Basic { user: "me".to_owned(), password: "open sesame".into() };
    let router = router(Settings { authentication, ..settings() });
    let status = async |value: &str| ask(&router, request("/api/v1/meta", &[("authorization", value)])).await.status;
    assert_eq!(status("Basic bWU6b3BlbiBzZXNhbWU=").await, StatusCode::OK);
    assert_eq!(status("basic bWU6b3BlbiBzZXNhbWU=").await, StatusCode::OK);
    for value in ["Basic bWU6b3Blbg==", "Basic !!", "Basic", "Bearer bWU6b3BlbiBzZXNhbWU="] {
        assert_eq!(status(value).await, StatusCode::UNAUTHORIZED, "{value}");
    }
}
