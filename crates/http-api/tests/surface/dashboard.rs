//! The files of a dashboard beside the API.

use std::io::Read as _;

use axum::Router;
use axum::http::{Method, StatusCode};
use http_api::{Api, Authentication, DashboardFiles, Settings, SettingsError};
use model::rules::RuleSet;

use crate::fixture::{Answer, ask, both_rules, data, get, request, settings};

const PAGE: &str =
    "<!doctype html><meta name=\"cto-base\" content=\"\"><script src=\"./assets/index-1a2b.js\"></script>";

fn files() -> DashboardFiles {
    let script = "console.log('figures');".repeat(100);
    let files = [
        ("index.html", PAGE.as_bytes().to_vec()),
        ("favicon.svg", b"<svg/>".to_vec()),
        ("assets/index-1a2b.js", script.into_bytes()),
        ("assets/picture-3c4d.png", vec![7; 2_000]),
    ];
    files.into_iter().map(|(name, content)| (name.to_owned(), content.into())).collect()
}

fn try_served(settings: Settings, files: DashboardFiles) -> Result<Router, SettingsError> {
    let api = Api::new(settings, both_rules(RuleSet::Flow)).expect("good settings");
    api.publish(data("one"));
    api.router_with_dashboard(files)
}

fn served(settings: Settings) -> Router {
    try_served(settings, files()).expect("a dashboard")
}

async fn encoded(router: &Router, path: &str, encoding: &str) -> Answer {
    ask(router, request(path, &[("accept-encoding", encoding)])).await
}

#[tokio::test]
async fn pages_and_files_have_their_types_and_the_security_headers() {
    let router = served(settings());
    for (path, media_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/flow", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/favicon.svg", "image/svg+xml"),
        ("/assets/index-1a2b.js", "text/javascript; charset=utf-8"),
        ("/assets/picture-3c4d.png", "image/png"),
    ] {
        let answer = get(&router, path).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, media_type), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'; script-src 'self'"));
    }
}

#[tokio::test]
async fn an_address_of_the_dashboard_is_its_first_page_and_a_missing_file_is_not() {
    let router = served(settings());
    let page = PAGE.replace("./assets", "/assets");
    for path in ["/", "/flow", "/flow/", "/a/b/c?team=Search"] {
        let answer = get(&router, path).await;
        assert_eq!((answer.status, answer.text()), (StatusCode::OK, page.as_str()), "{path}");
    }
    let missing = ["/assets/index-0000.js", "/assets/", "/x.js", "/api", "/api/", "/api/nothing", "/api/v1/nothing"];
    let climbing = ["/../index.html", "/%2e%2e/index.html", "/assets/..%2findex.html", "//", "/%00", "/a%5cb"];
    for path in missing.into_iter().chain(climbing) {
        let answer = get(&router, path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
    }
}

#[tokio::test]
async fn hashed_files_are_kept_for_good_and_pages_are_asked_for_again() {
    let router = served(settings());
    let hashed = get(&router, "/assets/index-1a2b.js").await;
    assert_eq!(hashed.header("cache-control"), "public, max-age=31536000, immutable");
    for path in ["/", "/flow", "/favicon.svg"] {
        let page = get(&router, path).await;
        assert_eq!(page.header("cache-control"), "no-cache");
        let again = ask(&router, request(path, &[("if-none-match", page.header("etag"))])).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
        let other = ask(&router, request(path, &[("if-none-match", "\"other\"")])).await;
        assert_eq!(other.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn text_goes_out_compressed_and_pictures_as_they_are() {
    let router = served(settings());
    let plain = get(&router, "/assets/index-1a2b.js").await;
    let zipped = encoded(&router, "/assets/index-1a2b.js", "gzip").await;
    assert_eq!(zipped.header("content-encoding"), "gzip");
    assert_eq!(zipped.header("vary"), "Accept-Encoding");
    assert_ne!(zipped.header("etag"), plain.header("etag"));
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(&zipped.body[..]).read_to_end(&mut text).expect("gzip");
    assert_eq!(text, plain.body);
    assert_eq!(encoded(&router, "/assets/index-1a2b.js", "gzip, br").await.header("content-encoding"), "br");
    assert_eq!(encoded(&router, "/assets/picture-3c4d.png", "gzip, br").await.header("content-encoding"), "");
}

#[tokio::test]
async fn files_are_read_and_nothing_else() {
    let router = served(settings());
    let with_method = async |method: Method, path: &str| {
        let mut request = request(path, &[]);
        *request.method_mut() = method;
        ask(&router, request).await
    };
    let head = with_method(Method::HEAD, "/assets/index-1a2b.js").await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert_eq!(head.header("content-length"), "2300");
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let answer = with_method(method, "/flow").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.header("allow"), "GET,HEAD,OPTIONS");
    }
}

#[tokio::test]
async fn below_a_base_path_pages_point_there_at_every_depth() {
    let router = served(Settings { base_path: "/cto".to_owned(), ..settings() });
    let page = PAGE.replace("./assets", "/cto/assets").replace("content=\"\"", "content=\"/cto\"");
    for path in ["/cto/", "/cto/flow", "/cto/a/b"] {
        assert_eq!(get(&router, path).await.text(), page, "{path}");
    }
    assert_eq!(get(&router, "/cto/assets/index-1a2b.js").await.status, StatusCode::OK);
    assert_eq!(get(&router, "/cto/api/stocks").await.status, StatusCode::OK);
    let redirected = get(&router, "/cto?team=Search").await;
    assert_eq!(redirected.status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(redirected.header("location"), "/cto/?team=Search");
    for path in ["/", "/flow", "/ctoflow", "/assets/index-1a2b.js", "/cto/api/nothing", "/cto/assets/x.js"] {
        assert_eq!(get(&router, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn under_bearer_tokens_pages_are_open_and_figures_are_not() {
    for base in ["", "/cto"] {
        let authentication = Authentication::Bearer(vec!["token-of-the-test".into()]);
        let router = served(Settings { authentication, base_path: base.to_owned(), ..settings() });
        for path in ["/", "/flow", "/assets/index-1a2b.js"] {
            assert_eq!(get(&router, &format!("{base}{path}")).await.status, StatusCode::OK, "{base}{path}");
        }
        for path in ["/api/stocks", "/api/v1/meta", "/api/nothing", "/api/openapi.json", "/metrics"] {
            assert_eq!(get(&router, &format!("{base}{path}")).await.status, StatusCode::UNAUTHORIZED, "{base}{path}");
        }
    }
}

#[tokio::test]
async fn under_user_and_password_pages_are_asked_for_as_everything_else() {
    let authentication = Authentication::Basic { user: "ada".to_owned(), password: "open sesame".into() };
    let router = served(Settings { authentication, ..settings() });
    for path in ["/", "/flow", "/assets/index-1a2b.js", "/api/stocks"] {
        assert_eq!(get(&router, path).await.status, StatusCode::UNAUTHORIZED, "{path}");
        let known = request(path, &[("authorization", "Basic YWRhOm9wZW4gc2VzYW1l")]);
        assert_eq!(ask(&router, known).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn pages_too_are_not_shown_under_foreign_host_names() {
    let router = served(settings());
    for path in ["/", "/flow", "/assets/index-1a2b.js"] {
        let mut request = request(path, &[]);
        request.headers_mut().insert("host", "evil.example.com".parse().expect("a value"));
        assert_eq!(ask(&router, request).await.status, StatusCode::MISDIRECTED_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn files_are_counted_as_the_dashboard_and_what_is_missing_is_not() {
    let router = served(settings());
    for path in ["/", "/assets/index-1a2b.js", "/assets/made-up.js"] {
        get(&router, path).await;
    }
    let metrics = get(&router, "/metrics").await;
    let text = metrics.text();
    assert!(text.contains("cto_api_requests_total{route=\"dashboard\",status=\"200\",method=\"GET\"} 2"), "{text}");
    assert!(text.contains("cto_api_requests_total{route=\"none\",status=\"404\",method=\"GET\"} 1"), "{text}");
    assert!(!text.contains("made-up"));
}

#[test]
fn files_that_are_no_dashboard_are_refused() {
    assert!(try_served(settings(), DashboardFiles::new()).is_err_and(|error| error.to_string().contains("index.html")));
    let other = || [("index.html".to_owned(), b"<p>".as_slice().into())].into();
    assert!(try_served(settings(), other()).is_ok());
    let below = Settings { base_path: "/cto".to_owned(), ..settings() };
    assert!(try_served(below, other()).is_err_and(|error| error.to_string().contains("cto-base")));
}
