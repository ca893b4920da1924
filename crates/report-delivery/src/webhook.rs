//! Messages in a channel: incoming webhooks of Slack, Mattermost and Teams.

use provider::endpoint::{self, Advice};
use provider::{Request, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use source::{ErrorKind, SourceError};

use crate::exchange::{Manner, Repeat, Service};
use crate::message::{fitted, length};
use crate::{Message, Sent, What};

const SETTING: &str = "the address of the webhook";
const ADVICE: Advice = Advice {
    form: "https://HOST/…, as the service shows it",
    with_login: ": copy it as the service shows it",
    plain_http: ", which anyone in between can read: use https",
};
const REMEDY: &str = "check that the webhook still exists, and copy its address anew";

/// Characters of a block of Slack, and of a message.
const SLACK_BLOCK: usize = 3_000;
const SLACK_MESSAGE: usize = 40_000;
/// Blocks of a message of Slack.
const SLACK_BLOCKS: usize = 50;
/// Characters of a message of Mattermost.
const MATTERMOST_MESSAGE: usize = 16_383;
/// Characters of a card of Teams that leave room for its frame in the 28 KB that it may have.
const TEAMS_MESSAGE: usize = 8_000;

const CUT: &str = "(Cut: the report has all of it.)";
const MORE: &str = "There are more findings than a message holds: the report has all of them.";
const OPEN: &str = "Open the report";
/// Takes no room; keeps a sign from the letters after it, so that they are no mention.
const JOINER: char = '\u{2060}';

/// Whose form a message has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Slack,
    Mattermost,
    Teams,
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Self::Slack => "Slack",
            Self::Mattermost => "Mattermost",
            Self::Teams => "Teams",
        }
    }
}

/// A webhook.
pub(crate) struct Webhook {
    form: Form,
    url: Url,
    service: Service,
}

impl Webhook {
    pub(crate) fn new(form: Form, url: &SecretString, manner: Manner) -> Result<Self, SourceError> {
        let address = url.expose_secret().trim();
        redact::know(address);
        let url = endpoint::checked(SETTING, address, &ADVICE)?;
        parts_of(&url).for_each(|part| redact::know(&part));
        let service = Service::new(form.name(), SETTING, REMEDY, &url, manner);
        Ok(Self { form, url, service })
    }

    pub(crate) async fn post(&self, message: &Message) -> Result<Sent, SourceError> {
        let link = message.address()?;
        let body = match self.form {
            Form::Slack => slack(message, link.as_ref()),
            Form::Mattermost => mattermost(message, link.as_ref()),
            Form::Teams => teams(message, link.as_ref()),
        };
        let reply = self.service.ask(Request::json(self.url.clone(), &body), Repeat::Doubles).await?;
        // Connectors of Teams answer 200 to what they could not deliver, with a sentence instead of `1`.
        let words = String::from_utf8_lossy(&reply.body);
        if self.form == Form::Teams && words.contains("delivery failed") {
            let words = provider::shortened(&words);
            return Err(SourceError::new(
                ErrorKind::UnexpectedResponse,
                format!("the server took it and says: {words}"),
            ));
        }
        Ok(Sent::of(What::Posted))
    }
}

/// What of an address may be the secret, or a part of it, where a service quotes no more than that.
fn parts_of(url: &Url) -> impl Iterator<Item = String> {
    const SHORTEST: usize = 12;
    let segments = url.path().split('/').map(str::to_owned);
    let values = url.query_pairs().map(|(_, value)| value.into_owned());
    segments.chain(values).filter(|part| part.len() >= SHORTEST)
}

fn slack(message: &Message, link: Option<&Url>) -> Value {
    let section = |text: &str| json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}});
    let title = fitted(&message.title, SLACK_BLOCK - 2, CUT, slack_letter);
    let findings = message.findings.iter().map(|finding| fitted(finding, SLACK_BLOCK, CUT, slack_letter));
    // An address holds no `<` and no `>`; a bar would end it.
    let link = link.map(|url| format!("<{}|{OPEN}>", url.as_str().replace('&', "&amp;").replace('|', "%7C")));
    let link = link.filter(|link| length(link) <= SLACK_BLOCK);
    let (blocks, characters) = (SLACK_BLOCKS - 3, SLACK_MESSAGE - 2 * SLACK_BLOCK - length(MORE));
    let mut texts = vec![format!("*{title}*")];
    texts.extend(as_many(findings, blocks, characters));
    texts.extend(link);
    json!({"text": title, "blocks": texts.iter().map(|text| section(text)).collect::<Vec<_>>()})
}

/// Slack reads nothing but these as markup of links and mentions.
fn slack_letter(letter: char) -> String {
    match letter {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        other => other.to_string(),
    }
}

fn mattermost(message: &Message, link: Option<&Url>) -> Value {
    let title = fitted(&message.title, SLACK_BLOCK, CUT, markdown_letter);
    let findings = message.findings.iter().map(|finding| fitted(finding, SLACK_BLOCK, CUT, markdown_letter));
    let link = link.map(|url| format!("[{OPEN}]({})", url.as_str().replace('(', "%28").replace(')', "%29")));
    let link = link.filter(|link| length(link) <= SLACK_BLOCK);
    let room = MATTERMOST_MESSAGE - 2 * SLACK_BLOCK - length(MORE) - 100;
    let mut texts = vec![format!("**{title}**")];
    texts.extend(as_many(findings, usize::MAX, room));
    texts.extend(link);
    json!({"text": texts.join("\n\n")})
}

fn teams(message: &Message, link: Option<&Url>) -> Value {
    let title = fitted(&message.title, SLACK_BLOCK, CUT, markdown_letter);
    let findings = message.findings.iter().map(|finding| fitted(finding, SLACK_BLOCK, CUT, markdown_letter));
    let mut body =
        vec![json!({"type": "TextBlock", "text": title, "weight": "Bolder", "size": "Medium", "wrap": true})];
    body.extend(
        as_many(findings, usize::MAX, TEAMS_MESSAGE)
            .into_iter()
            .map(|text| json!({"type": "TextBlock", "text": text, "wrap": true})),
    );
    let actions: Vec<_> =
        link.map(|url| json!({"type": "Action.OpenUrl", "title": OPEN, "url": url.as_str()})).into_iter().collect();
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": body,
                "actions": actions,
            },
        }],
    })
}

/// Markdown takes signs of ASCII after a backslash as they are; `@` is no mention where no letter follows it.
fn markdown_letter(letter: char) -> String {
    match letter {
        '@' => format!("@{JOINER}"),
        '\n' | '\r' => " ".to_owned(),
        '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '~' | '|' | '!' => format!("\\{letter}"),
        other => other.to_string(),
    }
}

/// The first texts that have room together; where some are left out, a sentence says so.
fn as_many(texts: impl Iterator<Item = String>, most: usize, mut room: usize) -> Vec<String> {
    let mut kept = Vec::new();
    for text in texts {
        match room.checked_sub(length(&text)) {
            Some(rest) if kept.len() < most => room = rest,
            _ => {
                kept.push(MORE.to_owned());
                break;
            }
        }
        kept.push(text);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(findings: Vec<String>) -> Message {
        Message { title: "Monthly report, October 2026".to_owned(), findings, ..Message::default() }
    }

    fn link() -> Url {
        Url::parse("https://m.example/r?a=1&b=<|x>(y)").expect("an address")
    }

    fn texts(body: &Value) -> Vec<String> {
        let blocks = body["blocks"].as_array().expect("blocks");
        blocks.iter().map(|block| block["text"]["text"].as_str().expect("a text").to_owned()).collect()
    }

    #[test]
    fn secrets_are_all_long_parts_of_an_address() {
        let of = |url: &str| parts_of(&Url::parse(url).expect("an address")).collect::<Vec<_>>();
        assert_eq!(of("https://hooks.example.org/services/T00/B00/abcdefghijklmnop"), ["abcdefghijklmnop"]);
        assert_eq!(of("https://flow.example.org/run?api-version=1&sig=abc%2Fdefghijklm"), ["abc/defghijklm"]);
    }

    #[test]
    fn slack_reads_names_as_text() {
        let body = slack(&message(vec!["<!channel> & <script>".to_owned()]), Some(&link()));
        let expected = [
            "*Monthly report, October 2026*",
            "&lt;!channel&gt; &amp; &lt;script&gt;",
            "<https://m.example/r?a=1&amp;b=%3C%7Cx%3E(y)|Open the report>",
        ];
        assert_eq!(texts(&body), expected);
        assert_eq!(body["text"], "Monthly report, October 2026");
    }

    #[test]
    fn slack_gets_no_more_than_it_takes_and_says_what_is_left_out() {
        let texts = texts(&slack(&message(vec!["<".repeat(4_000); 60]), Some(&link())));
        assert!(texts.iter().all(|text| length(text) <= SLACK_BLOCK));
        assert!(texts[1].ends_with(&format!("… {CUT}")) && texts[1].starts_with("&lt;&lt;"));
        assert!(texts.iter().map(|text| length(text)).sum::<usize>() <= SLACK_MESSAGE);
        assert_eq!(texts[texts.len() - 2], MORE);
        let many = self::texts(&slack(&message(vec!["short".to_owned(); 60]), Some(&link())));
        assert_eq!((many.len(), many[many.len() - 2].as_str()), (SLACK_BLOCKS, MORE));
    }

    #[test]
    fn markdown_of_mattermost_mentions_nobody_and_is_no_longer_than_a_message() {
        let body = mattermost(&message(vec!["@all [a](javascript:b)".to_owned()]), Some(&link()));
        assert_eq!(
            body["text"],
            "**Monthly report, October 2026**\n\n@\u{2060}all \\[a\\](javascript:b)\n\n\
             [Open the report](https://m.example/r?a=1&b=%3C|x%3E%28y%29)"
        );
        let body = mattermost(&message(vec!["x".repeat(4_000); 60]), Some(&link()));
        let text = body["text"].as_str().expect("a text");
        assert!(length(text) <= MATTERMOST_MESSAGE && text.contains(MORE) && text.contains(CUT));
    }

    #[test]
    fn a_card_of_teams_has_the_findings_and_a_button() {
        let body = teams(&message(vec!["Lead time *fell*.".to_owned()]), Some(&link()));
        let card = &body["attachments"][0]["content"];
        assert_eq!(card["body"][1]["text"], "Lead time \\*fell\\*.");
        assert_eq!(card["actions"][0]["title"], OPEN);
        let body = teams(&message(vec!["x".repeat(4_000); 60]), None);
        assert!(body.to_string().len() < 28_000 && body.to_string().contains(MORE));
    }
}
