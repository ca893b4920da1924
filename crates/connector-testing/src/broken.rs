//! Servers that break off, or that nobody trusts.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

/// A certificate that signs itself, and its key: made for these tests, and worth nothing elsewhere.
const UNTRUSTED: &[u8] = include_bytes!("untrusted.pem");

/// Connections so far.
#[derive(Clone, Debug, Default)]
pub struct Connections(Arc<AtomicU32>);

impl Connections {
    /// How many.
    pub fn count(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Breaks off the first connections, and leads all others to a server. Gives its address.
pub(crate) async fn behind_breaks(server: &SocketAddr, breaks: u32) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let server = *server;
    tokio::spawn(async move {
        for number in 0.. {
            let (mut stream, _) = listener.accept().await.expect("accepted");
            if number < breaks {
                continue;
            }
            tokio::spawn(async move {
                let mut there = TcpStream::connect(server).await.expect("the server is there");
                let _ = copy_bidirectional(&mut stream, &mut there).await;
            });
        }
    });
    format!("http://{address}")
}

/// Speaks TLS with a certificate that nobody trusts. Gives its address.
pub fn untrusted() -> (String, Connections) {
    let certificate = CertificateDer::from_pem_slice(UNTRUSTED).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(UNTRUSTED).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let configuration =
        Arc::new(builder.with_no_client_auth().with_single_cert(vec![certificate], key).expect("they belong together"));
    serve(move |connection| {
        let mut session = ServerConnection::new(configuration.clone()).expect("a session");
        // The client breaks it off.
        let _ = session.complete_io(connection);
    })
}

/// Speaks no TLS.
pub(crate) fn without_tls() -> (String, Connections) {
    serve(|connection| drop(connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")))
}

/// Serves connections for as long as the test runs.
fn serve(answer: impl Fn(&mut std::net::TcpStream) + Send + 'static) -> (String, Connections) {
    let listener = StdListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("https://{}", listener.local_addr().expect("bound"));
    let connections = Connections::default();
    let seen = connections.clone();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { continue };
            seen.0.fetch_add(1, Ordering::Relaxed);
            answer(&mut connection);
        }
    });
    (address, connections)
}
