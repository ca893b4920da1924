//! A server whose certificate is not accepted, and one that speaks no TLS.

use std::io::Write as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};
use source::ErrorKind;

use crate::simulated::{Stage, settings};

/// A certificate that signs itself, and its key: made for these tests, and worth nothing elsewhere.
const UNTRUSTED: &[u8] = include_bytes!("untrusted.pem");

fn configuration() -> Arc<ServerConfig> {
    let certificate = CertificateDer::from_pem_slice(UNTRUSTED).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(UNTRUSTED).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    Arc::new(builder.with_no_client_auth().with_single_cert(vec![certificate], key).expect("they belong together"))
}

/// Serves connections for as long as the test runs; gives the address and their number.
fn serve(tls: bool) -> (String, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("https://{}", listener.local_addr().expect("bound"));
    let (count, counted) = (Arc::new(AtomicU32::new(0)), configuration());
    let seen = count.clone();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { continue };
            seen.fetch_add(1, Ordering::Relaxed);
            if tls {
                let mut session = ServerConnection::new(counted.clone()).expect("a session");
                // The client breaks it off.
                let _ = session.complete_io(&mut connection);
            } else {
                let _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
            }
        }
    });
    (address, count)
}

#[tokio::test]
async fn a_certificate_that_is_not_accepted_is_told_after_one_try_with_the_remedy() {
    let (address, connections) = serve(true);
    let stage = Stage::empty().await;
    let client = stage.client_with(settings(&address));
    let error = stage.ask_with(&client).await.expect_err("not trusted");
    assert!(error.message.starts_with("the certificate of 127.0.0.1 is not accepted ("), "{error}");
    for words in ["SSL_CERT_FILE", "GITHUB_API_URL and GITHUB_GRAPHQL_URL"] {
        assert!(error.message.contains(words), "{error}");
    }
    assert_eq!((error.kind, stage.waited_seconds()), (ErrorKind::Unauthorized, vec![]));
    assert_eq!(connections.load(Ordering::Relaxed), 1, "it is not tried again");
}

#[tokio::test]
async fn a_server_without_tls_is_told_after_one_try() {
    let (address, connections) = serve(false);
    let stage = Stage::empty().await;
    let error = stage.ask_with(&stage.client_with(settings(&address))).await.expect_err("no TLS");
    assert!(error.message.starts_with("127.0.0.1 does not speak TLS as it should"), "{error}");
    assert_eq!((stage.waited_seconds(), connections.load(Ordering::Relaxed)), (vec![], 1));
}
