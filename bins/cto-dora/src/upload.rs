//! `cto-dora upload`: one signed request.

use std::time::Duration;

use command_line::{Outcome, report};
use provider::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use provider::{Broken, Method, Policy, Request, Transport, Url};
use rusty_s3::{Bucket, Credentials, S3Action as _, UrlStyle};

use crate::arguments::Upload;
use crate::failure::Failure;
use crate::token::variable;

/// How long the signature holds.
const VALID: Duration = Duration::from_mins(15);

/// Lets everybody read an object.
const PUBLIC: (&str, &str) = ("x-amz-acl", "public-read");

/// Uploads a file.
pub(crate) fn run(asked: &Upload) -> Result<Outcome, Failure> {
    let target = Target::read(&asked.target)?;
    let body = std::fs::read(&asked.path)
        .map_err(|error| Failure::failed(format!("{} cannot be read: {error}", asked.path.display())))?;
    let credentials = credentials()?;
    let bucket = bucket(&target.bucket)?;
    let length = body.len();
    let request = signed(asked, &target, &bucket, &credentials, body)?;
    send(&request, &asked.target)?;
    report!("{} uploaded to {}, {length} bytes", asked.path.display(), asked.target);
    Ok(Outcome::Done)
}

/// Where to.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    bucket: String,
    key: String,
}

impl Target {
    fn read(text: &str) -> Result<Self, Failure> {
        let Some(place) = text.strip_prefix("s3://") else {
            return Err(Failure::failed(format!("--target `{text}` must start with s3://")));
        };
        match place.split_once('/') {
            Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
                Ok(Self { bucket: bucket.to_owned(), key: key.to_owned() })
            }
            _ => Err(Failure::failed(format!("--target `{text}` must name bucket and key: s3://BUCKET/KEY"))),
        }
    }
}

fn credentials() -> Result<Credentials, Failure> {
    let (Some(key), Some(secret)) = (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) else {
        return Err(Failure::failed(
            "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as aws-actions/configure-aws-credentials does; \
             with a profile or the role of a machine upload with `aws s3 cp`",
        ));
    };
    redact::know(&secret);
    Ok(match variable("AWS_SESSION_TOKEN") {
        Some(token) => {
            redact::know(&token);
            Credentials::new_with_token(key, secret, token)
        }
        None => Credentials::new(key, secret),
    })
}

/// The bucket at Amazon's, or at the server that is named.
fn bucket(name: &str) -> Result<Bucket, Failure> {
    let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
    let region = region.unwrap_or_else(|| "us-east-1".to_owned());
    let named = variable("AWS_ENDPOINT_URL");
    let address = named.clone().unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
    let wrong = |why: &str| Failure::failed(format!("the address {address} cannot be used: {why}"));
    let url = Url::parse(&address).map_err(|error| wrong(&format!("{error}: set AWS_ENDPOINT_URL, AWS_REGION")))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(wrong("it must begin with https:// or http://: set AWS_ENDPOINT_URL"));
    }
    // No certificate is for a name with further dots in front.
    let style = if named.is_some() || name.contains('.') { UrlStyle::Path } else { UrlStyle::VirtualHost };
    Bucket::new(url, style, name.to_owned(), region).map_err(|error| wrong(&error.to_string()))
}

fn signed(
    asked: &Upload,
    target: &Target,
    bucket: &Bucket,
    credentials: &Credentials,
    body: Vec<u8>,
) -> Result<Request, Failure> {
    let content_type = HeaderValue::from_str(&asked.content_type)
        .map_err(|_| Failure::failed(format!("--content-type `{}` cannot be sent", asked.content_type)))?;
    let mut put = bucket.put_object(Some(credentials), &target.key);
    put.headers_mut().insert("content-type", asked.content_type.as_str());
    if asked.public_read {
        put.headers_mut().insert(PUBLIC.0, PUBLIC.1);
    }
    let mut request =
        Request { body: Some(body), ..Request::new(Method::PUT, put.sign(VALID)) }.with(CONTENT_TYPE, content_type);
    if asked.public_read {
        request = request.with(HeaderName::from_static(PUBLIC.0), HeaderValue::from_static(PUBLIC.1));
    }
    Ok(request)
}

fn send(request: &Request, target: &str) -> Result<(), Failure> {
    let user_agent = format!("cto-metrics/{}", env!("CARGO_PKG_VERSION"));
    let transport = Transport::new(&Policy::USUAL, Some(user_agent), &[&request.url], "AWS_ENDPOINT_URL");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::failed(format!("the asynchronous runtime cannot start: {error}")))?;
    let failed = |why: &str| Failure::failed(format!("{target} cannot be written: {why}"));
    let sent = runtime.block_on(transport.send(request, &["x-amz-request-id"], model::Instant::default()));
    let reply = sent.map_err(|broken| match broken {
        Broken::Timeout(why) | Broken::Unreachable(why) | Broken::Interrupted(why) => failed(&why),
        Broken::Final(error) => failed(&error.to_string()),
    })?;
    match reply.status {
        200..300 => Ok(()),
        300..400 => Err(failed(&format!(
            "the server answered {} {}: set AWS_REGION to the region of the bucket",
            reply.status,
            reason(&reply.body)
        ))),
        403 => Err(failed(&format!(
            "the server answered 403 {}: check the credentials and what they may do (s3:PutObject, with --public-read \
             s3:PutObjectAcl)",
            reason(&reply.body)
        ))),
        status => Err(failed(&format!("the server answered {status} {}", reason(&reply.body)))),
    }
}

/// Code and message of an answer in XML.
fn reason(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let inside = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(inside, _)| provider::shortened(inside))
    };
    let said: Vec<String> = [inside("Code"), inside("Message")].into_iter().flatten().collect();
    if said.is_empty() { "without a reason".to_owned() } else { format!("({})", said.join(": ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_bucket_and_a_key() {
        let read = |text: &str| Target::read(text).map_err(|failure| failure.to_string());
        let target = Target { bucket: "figures".into(), key: "dora/report.json".into() };
        assert_eq!(read("s3://figures/dora/report.json"), Ok(target));
        for (text, said) in [
            ("figures/report.json", "must start with s3://"),
            ("S3://figures/report.json", "must start with s3://"),
            ("s3://figures", "must name bucket and key"),
            ("s3://figures/", "must name bucket and key"),
            ("s3:///report.json", "must name bucket and key"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn what_a_server_says_in_xml_is_told() {
        let body = b"<?xml?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
        assert_eq!(reason(body), "(AccessDenied: Access Denied)");
        assert_eq!(reason(b"nginx"), "without a reason");
    }
}
