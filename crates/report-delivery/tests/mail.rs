//! Mail, to a server that speaks as much SMTP as is needed, and to some that do not.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use connector_testing::{VirtualClock, at, untrusted};
use report_delivery::{
    Encryption, ErrorKind, MailServer, Message, Policy, SecretString, SendError, Settings, Target, What, eml, send,
};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

fn message() -> Message {
    Message {
        title: "Monthly report, October 2026 – März".to_owned(),
        link: Some("https://metrics.example.org/reports/2026-10.html".to_owned()),
        markdown: "# Monthly report\n\nLead time – 6.4 days.\n--report.0.files--\n.\n".to_owned(),
        html: "<!doctype html>\n<p>Lead time fell.</p>\n".to_owned(),
        attachments: vec![
            ("dora_monthly.csv".to_owned(), b"month,prod_deployments\n2026-10,402\n".to_vec()),
            ("report\r\nBcc: all.html".to_owned(), b"<p>".to_vec()),
        ],
        ..Message::default()
    }
}

fn server(port: u16) -> MailServer {
    MailServer {
        host: "127.0.0.1".to_owned(),
        port,
        encryption: Encryption::None,
        login: None,
        from: "Reports <reports@example.org>".to_owned(),
        to: vec!["board@example.org".to_owned(), "Jo <jo@example.org>".to_owned()],
    }
}

fn target(server: MailServer) -> Result<Target, SendError> {
    let timeout = Duration::from_millis(400);
    let policy = Policy { connect_timeout: timeout, request_timeout: timeout, ..Policy::USUAL };
    Target::with(
        "mail",
        Settings::Mail(server),
        "cto-metrics/1",
        policy,
        Arc::new(VirtualClock::starting_at(at("2026-11-07T06:00:00Z"))),
    )
}

/// Answers each command that begins with one of the words as given, all others with 250; what it was told comes back.
async fn answering(answers: &'static [(&'static str, &'static str)]) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let told = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        let (reading, mut writing) = stream.into_split();
        let mut lines = BufReader::new(reading).lines();
        writing.write_all(b"220 ready\r\n").await.expect("a greeting");
        let (mut told, mut is_data) = (String::new(), false);
        while let Ok(Some(line)) = lines.next_line().await {
            told.push_str(&line);
            told.push('\n');
            let answer = match answers.iter().find(|(word, _)| line.starts_with(word)) {
                _ if is_data && line != "." => continue,
                Some((_, answer)) if !is_data => (*answer).to_owned(),
                _ if line == "DATA" => "354 go on".to_owned(),
                _ if line.starts_with("EHLO") => "250-there\r\n250 AUTH PLAIN".to_owned(),
                _ => "250 fine".to_owned(),
            };
            is_data = line == "DATA" && answer.starts_with("354");
            if writing.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
                break;
            }
        }
        told
    });
    (port, told)
}

async fn refused(server: MailServer) -> SendError {
    let error = send(&target(server).expect("settings"), &message()).await.expect_err("it is refused");
    assert!(error.to_string().starts_with("the report was not sent to mail: "), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    error
}

#[tokio::test]
async fn a_mail_has_both_bodies_and_the_files() {
    let (port, told) = answering(&[]).await;
    let sent = send(&target(server(port)).expect("settings"), &message()).await.expect("it is taken");
    assert_eq!(sent.what, What::Mailed);
    let told = told.await.expect("all that it was told");
    for part in [
        "MAIL FROM:<reports@example.org>",
        "RCPT TO:<board@example.org>\nRCPT TO:<jo@example.org>",
        "Content-Type: multipart/mixed",
        "Content-Type: multipart/alternative",
        "From: \"Reports\" <reports@example.org>\nTo: <board@example.org>, \"Jo\" <jo@example.org>",
        "Content-Type: text/plain; charset=\"utf-8\"",
        "Content-Type: text/html; charset=\"utf-8\"",
        "Content-Type: text/csv; charset=\"utf-8\"",
        "filename=\"dora_monthly.csv\"",
        "month,prod_deployments=0A2026-10,402=0A",
        "https://metrics.example.org/reports/2026-10.html",
        "Message-ID: <",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(!told.contains("\nBcc:"), "a name ends no header: {told}");
    assert_eq!(told.matches("--report.1.files--").count(), 1, "a text ends no part: {told}");
}

#[tokio::test]
async fn a_login_that_is_not_accepted_is_told_without_the_password() {
    let (port, told) = answering(&[("AUTH", "535 no such user hunter2hunter2")]).await;
    let login = Some(("reports".to_owned(), SecretString::from("hunter2hunter2")));
    let error = refused(MailServer { login, ..server(port) }).await;
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert!(error.reason.contains("535") && error.reason.contains("check user name and password"), "{error}");
    assert!(told.await.expect("what it was told").contains("AUTH PLAIN "));
}

#[tokio::test]
async fn a_server_says_why_it_takes_no_mail() {
    let (port, _) = answering(&[("RCPT", "550 no such mailbox")]).await;
    let error = refused(server(port)).await;
    assert!(error.reason.contains("no such mailbox") && error.reason.contains("who gets it"), "{error}");
    let (port, _) = answering(&[("MAIL", "451 come back later")]).await;
    let error = refused(server(port)).await;
    assert_eq!(error.kind, ErrorKind::RateLimited);
    assert!(error.reason.contains("come back later") && error.reason.contains("send it again later"), "{error}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let error = refused(server(listener.local_addr().expect("an address").port())).await;
    assert_eq!(error.kind, ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_server_without_starttls_gets_neither_password_nor_report() {
    let (port, told) = answering(&[]).await;
    let login = Some(("reports".to_owned(), SecretString::from("hunter2hunter2")));
    let error = refused(MailServer { encryption: Encryption::StartTls, login, ..server(port) }).await;
    assert!(error.reason.to_lowercase().contains("starttls"), "{error}");
    let told = told.await.expect("what it was told");
    assert!(!told.contains("AUTH") && !told.contains("DATA"), "{told}");
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_gets_nothing() {
    let (port, _) = answering(&[]).await;
    let error = refused(MailServer { encryption: Encryption::Tls, ..server(port) }).await;
    assert!(error.reason.contains("host, port and encryption"), "{error}");
}

#[tokio::test]
async fn a_server_whose_certificate_nobody_trusts_gets_nothing() {
    let (address, connections) = untrusted();
    let port = address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let login = Some(("reports".to_owned(), SecretString::from("hunter2hunter2")));
    let error = refused(MailServer { encryption: Encryption::Tls, login, ..server(port) }).await;
    assert!(error.reason.starts_with("the certificate of the server of mail is not accepted ("), "{error}");
    assert_eq!(error.reason.matches("CaUsedAsEndEntity").count(), 1, "{error}");
    assert_eq!((error.kind, connections.count()), (ErrorKind::Unauthorized, 1));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    assert_eq!(refused(server(port)).await.kind, ErrorKind::Unavailable);
}

#[test]
fn settings_that_cannot_be_used_say_what_to_write() {
    let login = Some(("reports".to_owned(), SecretString::from("hunter2hunter2")));
    let elsewhere = MailServer { host: "smtp.example.org".to_owned(), ..server(25) };
    let cases = [
        (MailServer { login, ..elsewhere.clone() }, "without TLS"),
        (MailServer { to: Vec::new(), ..elsewhere.clone() }, "nobody gets the mail"),
        (MailServer { from: "reports".to_owned(), ..elsewhere.clone() }, "`from` is no address of mail"),
        (MailServer { to: vec!["a@b\nBcc: c@d".to_owned()], ..elsewhere.clone() }, "`to` is no address of mail"),
        (MailServer { host: " ".to_owned(), ..elsewhere.clone() }, "no server of mail is named"),
    ];
    for (server, words) in cases {
        assert!(!format!("{server:?}").contains("hunter2"));
        let error = target(server).expect_err(words);
        assert!(error.to_string().contains(words), "{error}");
    }
    assert!(target(elsewhere).is_ok(), "a relay that knows nobody's password");
}

#[test]
fn a_file_of_a_mail_is_the_same_each_time() {
    let date = UNIX_EPOCH + Duration::from_secs(1_793_000_000);
    let to = ["board@example.org".to_owned()];
    let written = || eml("reports@example.org", &to, &message(), date).expect("a mail");
    assert_eq!(written(), written());
    let text = String::from_utf8(written()).expect("text");
    assert!(text.contains("To: <board@example.org>\r\n") && text.contains("Date: Mon, 26 Oct 2026 "), "{text}");
    assert!(eml("nobody", &to, &message(), date).is_err());
}
