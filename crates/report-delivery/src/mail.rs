//! Mail: its text, and the way to the server that takes it.

use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address as Named;
use mail_builder::headers::content_type::ContentType;
use mail_builder::mime::{BodyPart, MimePart};
use secrecy::{ExposeSecret as _, SecretString};
use source::{Clock, ErrorKind, SourceError};

use crate::exchange::Manner;
use crate::{Message, SendError, Sent, What};

/// A server of mail, who sends and who gets it.
#[derive(Clone, Debug)]
pub struct MailServer {
    /// Its name, `smtp.example.org`.
    pub host: String,
    /// 465 as a rule with TLS, 587 with STARTTLS.
    pub port: u16,
    /// How the way there is kept from others.
    pub encryption: Encryption,
    /// User name and password; `None` where the server takes mail of anyone who reaches it.
    pub login: Option<(String, SecretString)>,
    /// Who sends, `Reports <reports@example.org>`.
    pub from: String,
    /// Who gets it; at least one.
    pub to: Vec<String>,
}

/// How the way to a server of mail is kept from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// TLS from the first byte.
    Tls,
    /// TLS before anything is said.
    StartTls,
    /// None. No password goes that way, but to this machine.
    None,
}

/// A server that was checked.
pub(crate) struct Mail {
    people: People,
    transport: AsyncSmtpTransport<Tokio1Executor>,
    answer: Duration,
    clock: std::sync::Arc<dyn Clock>,
}

impl Mail {
    pub(crate) fn new(server: MailServer, manner: &Manner) -> Result<Self, SourceError> {
        let people = People::named(&server.from, &server.to)?;
        let refused = |text: &str| Err(SourceError::new(ErrorKind::Unauthorized, text));
        let host = server.host.trim();
        if host.is_empty() {
            return refused("no server of mail is named: write its host");
        }
        if server.encryption == Encryption::None && server.login.is_some() && !is_this_machine(host) {
            return refused("the password would go to the server of mail without TLS: use tls or starttls");
        }
        let parameters = || {
            TlsParameters::builder(host.to_owned()).build_rustls().map_err(|_| {
                let text = "no TLS can be spoken on this machine: check that CA certificates are installed (package \
                            ca-certificates)";
                SourceError::new(ErrorKind::Unavailable, text)
            })
        };
        let tls = match server.encryption {
            Encryption::Tls => Tls::Wrapper(parameters()?),
            Encryption::StartTls => Tls::Required(parameters()?),
            Encryption::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(server.port)
            .tls(tls)
            .timeout(Some(manner.policy.connect_timeout));
        if let Some((user, password)) = server.login {
            redact::know(password.expose_secret());
            builder = builder.credentials(Credentials::new(user, password.expose_secret().to_owned()));
        }
        let answer = manner.policy.request_timeout;
        Ok(Self { people, transport: builder.build(), answer, clock: manner.clock.clone() })
    }

    pub(crate) async fn send(&self, message: &Message) -> Result<Sent, SourceError> {
        let now = UNIX_EPOCH + Duration::from_micros(u64::try_from(self.clock.now().micros()).unwrap_or_default());
        let (mail, envelope) = (written(&self.people, message, now)?, self.people.envelope()?);
        // What was handed over whole may have been taken: it is not sent twice.
        match tokio::time::timeout(self.answer, self.transport.send_raw(&envelope, &mail)).await {
            Ok(Ok(_)) => Ok(Sent::of(What::Mailed)),
            Ok(Err(error)) => Err(refused(&error)),
            Err(_) => {
                let seconds = self.answer.as_secs_f64();
                let text = format!(
                    "the server of mail has not taken it within {seconds} s; whether it has arrived is not known: look \
                     there before it is sent again"
                );
                Err(SourceError::new(ErrorKind::Unavailable, text))
            }
        }
    }
}

/// What a server's refusal means. Its words are kept to one line, and lose the secrets that are known.
fn refused(error: &lettre::transport::smtp::Error) -> SourceError {
    // It names its causes by itself.
    let reason = error.to_string();
    if let Some(refused) = provider::tls::refused_by_tls(&reason, "the server of mail", "host, port and encryption") {
        return refused;
    }
    let words = provider::shortened(&reason);
    // Codes of logins: 530 to 538.
    let is_login = error.status().is_some_and(|code| {
        let code: u16 = code.into();
        (530..=538).contains(&code)
    });
    let (kind, remedy) = if is_login {
        (ErrorKind::Unauthorized, "check user name and password")
    } else if error.is_permanent() {
        (ErrorKind::UnexpectedResponse, "check who sends and who gets it")
    } else if error.is_transient() {
        (ErrorKind::RateLimited, "send it again later")
    } else {
        (ErrorKind::Unavailable, "check host, port and encryption of the server of mail, or send it again later")
    };
    SourceError::new(kind, format!("{words}: {remedy}"))
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The mail as a file for other programs that send: the same message and date give the same bytes.
///
/// # Errors
/// An address of `from` and `to` cannot be read.
pub fn eml(from: &str, to: &[String], message: &Message, date: SystemTime) -> Result<Vec<u8>, SendError> {
    let written = People::named(from, to).and_then(|people| written(&people, message, date));
    written.map_err(|error| SendError::of("the file of the mail", &error))
}

/// Who sends, and who gets it.
struct People {
    from: Person,
    to: Vec<Person>,
}

/// A name, which may be empty, and an address.
type Person = (String, Address);

impl People {
    fn named(from: &str, to: &[String]) -> Result<Self, SourceError> {
        if to.is_empty() {
            let text = "nobody gets the mail: name at least one address in `to`";
            return Err(SourceError::new(ErrorKind::NotFound, text));
        }
        let to = to.iter().map(|written| person("to", written)).collect::<Result<_, _>>()?;
        Ok(Self { from: person("from", from)?, to })
    }

    fn envelope(&self) -> Result<Envelope, SourceError> {
        let to = self.to.iter().map(|(_, address)| address.clone()).collect();
        Envelope::new(Some(self.from.1.clone()), to)
            .map_err(|error| SourceError::new(ErrorKind::NotFound, format!("nobody gets the mail ({error})")))
    }
}

/// `NAME <USER@HOST>`, or the address alone.
fn person(setting: &str, written: &str) -> Result<Person, SourceError> {
    let parts = written.trim().strip_suffix('>').and_then(|written| written.rsplit_once('<'));
    let (name, address) =
        parts.map_or(("", written.trim()), |(name, address)| (name.trim().trim_matches('"'), address));
    let address = address.parse().map_err(|error| {
        let text = format!("`{setting}` is no address of mail ({error}): write it as NAME <USER@HOST>");
        SourceError::new(ErrorKind::NotFound, text)
    })?;
    Ok((one_line(name), address))
}

fn written(people: &People, message: &Message, date: SystemTime) -> Result<Vec<u8>, SourceError> {
    let since = date.duration_since(UNIX_EPOCH).unwrap_or_default();
    let text = match message.address()? {
        Some(link) => format!("{}\n{link}\n", message.markdown),
        None => message.markdown.clone(),
    };
    let boundary = boundary(message, &text);
    let multipart = |kind: &'static str, parts: Vec<MimePart<'static>>, level: &str| {
        MimePart::new(ContentType::new(kind).attribute("boundary", format!("{boundary}{level}")), parts)
    };
    let bodies = [("text/plain", text.clone()), ("text/html", message.html.clone())];
    let bodies = bodies.map(|(kind, text)| MimePart::new(kind, text)).into();
    let mut parts = vec![multipart("multipart/alternative", bodies, ".bodies")];
    parts.extend(message.attachments.iter().map(|(name, content)| {
        // As bytes: a file arrives as it was written, with the ends of its lines.
        MimePart::new(kind(name), BodyPart::Binary(content.clone().into())).attachment(one_line(name))
    }));
    let named = |(name, address): &Person| {
        Named::new_address(Some(name.clone()).filter(|name| !name.is_empty()), address.to_string())
    };
    MessageBuilder::new()
        .from(named(&people.from))
        .to(people.to.iter().map(named).collect::<Vec<_>>())
        .subject(one_line(&message.title))
        .date(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
        .message_id(format!("report.{}@{}", since.as_micros(), people.from.1.domain()))
        .body(multipart("multipart/mixed", parts, ".files"))
        .write_to_vec()
        .map_err(|error| {
            SourceError::new(ErrorKind::UnexpectedResponse, format!("the mail cannot be written ({error})"))
        })
}

/// What ends the parts of a mail: the first of its kind that is in none of them.
fn boundary(message: &Message, text: &str) -> String {
    let files = message.attachments.iter().map(|(_, content)| String::from_utf8_lossy(content));
    let all: Vec<_> = files.chain([text.into(), (&*message.html).into()]).collect();
    let is_free = |boundary: &String| !all.iter().any(|part| part.contains(boundary.as_str()));
    // The parts hold a finite number of them.
    (0..u64::MAX).map(|number| format!("report.{number}")).find(is_free).unwrap_or_default()
}

/// The kind of a file by the end of its name.
fn kind(name: &str) -> ContentType<'static> {
    let (kind, is_text) = match name.rsplit('.').next() {
        Some("html") => ("text/html", true),
        Some("csv") => ("text/csv", true),
        Some("md") => ("text/markdown", true),
        Some("txt") => ("text/plain", true),
        Some("json") => ("application/json", false),
        Some("pdf") => ("application/pdf", false),
        _ => ("application/octet-stream", false),
    };
    let kind = ContentType::new(kind);
    if is_text { kind.attribute("charset", "utf-8") } else { kind }
}

fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
