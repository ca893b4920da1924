//! Uploads to a server that speaks like S3.

use std::path::Path;
use std::process::Output;

use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::program::{self, stderr};

/// Uploads `report.json` to a server with these flags.
fn upload(server: &str, folder: &Path, flags: &[&str]) -> Output {
    std::fs::write(folder.join("report.json"), "{}").unwrap();
    let mut arguments = vec!["upload", "report.json", "--target", "s3://figures/dora/report.json"];
    arguments.extend(flags);
    let environment = [
        ("AWS_ENDPOINT_URL", server),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret-of-the-tests"),
        ("AWS_SESSION_TOKEN", "session-of-the-tests"),
    ];
    program::run(folder, &arguments, &environment)
}

async fn server_with(reply: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("PUT")).and(path("/figures/dora/report.json")).respond_with(reply).mount(&server).await;
    server
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_signed_request_carries_the_file_its_kind_and_who_may_read_it() {
    let server = server_with(ResponseTemplate::new(200)).await;
    let folder = tempfile::tempdir().unwrap();
    for (flags, kind, acl) in [
        (&[][..], "application/json", None),
        (&["--content-type", "text/plain", "--public-read"], "text/plain", Some("public-read")),
    ] {
        let uploaded = upload(&server.uri(), folder.path(), flags);
        assert_eq!(uploaded.status.code(), Some(0), "{}", stderr(&uploaded));
        assert!(uploaded.stdout.is_empty());
        let requests = server.received_requests().await.unwrap();
        let request = requests.last().unwrap();
        assert_eq!(request.body, b"{}");
        assert_eq!(request.headers["content-type"], kind);
        assert_eq!(request.headers.get("x-amz-acl").map(|acl| acl.to_str().unwrap()), acl);
        let query: std::collections::HashMap<_, _> = request.url.query_pairs().into_owned().collect();
        assert_eq!(query["X-Amz-Algorithm"], "AWS4-HMAC-SHA256");
        assert!(query["X-Amz-Credential"].starts_with("AKIAEXAMPLE/"));
        assert!(query["X-Amz-Credential"].ends_with("/eu-central-1/s3/aws4_request"));
        assert_eq!(query["X-Amz-Security-Token"], "session-of-the-tests");
        let signed = if acl.is_some() { "content-type;host;x-amz-acl" } else { "content-type;host" };
        assert_eq!(query["X-Amz-SignedHeaders"], signed);
        assert_eq!(query["X-Amz-Signature"].len(), 64);
    }
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_told_with_its_reason_and_without_secrets() {
    let denied = "<Error><Code>AccessDenied</Code><Message>secret-of-the-tests may not</Message></Error>";
    let folder = tempfile::tempdir().unwrap();
    for (status, body, said) in [
        (403, denied, "the server answered 403 (AccessDenied: (hidden) may not): check the credentials"),
        (301, "<Error><Code>PermanentRedirect</Code></Error>", "set AWS_REGION to the region of the bucket"),
        (503, "", "the server answered 503 without a reason"),
    ] {
        let server = server_with(ResponseTemplate::new(status).set_body_string(body)).await;
        let refused = upload(&server.uri(), folder.path(), &[]);
        let told = stderr(&refused);
        assert_eq!(refused.status.code(), Some(1), "{told}");
        assert!(told.contains(said) && told.contains("s3://figures/dora/report.json"), "{told}");
        assert!(!told.contains("of-the-tests") && !told.contains("X-Amz"), "{told}");
    }
}

#[test]
fn what_cannot_be_uploaded_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = upload("http://127.0.0.1:1", folder.path(), &[]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(stderr(&nowhere).contains("s3://figures/dora/report.json cannot be written"), "{}", stderr(&nowhere));
    for (arguments, code, said) in [
        (&["upload", "report.json", "--target", "https://figures/x"][..], 1, "must start with s3://"),
        (&["upload", "report.json", "--target", "s3://figures"], 1, "must name bucket and key"),
        (&["upload", "absent.json", "--target", "s3://figures/x"], 1, "absent.json cannot be read"),
        (&["upload", "report.json", "--target", "s3://figures/x"], 1, "no credentials: set AWS_ACCESS_KEY_ID"),
        (&["upload", "report.json"], 2, "--target"),
    ] {
        let ended = program::run(folder.path(), arguments, &[]);
        assert_eq!(ended.status.code(), Some(code), "{arguments:?}");
        assert!(stderr(&ended).contains(said), "{arguments:?}: {}", stderr(&ended));
    }
}
