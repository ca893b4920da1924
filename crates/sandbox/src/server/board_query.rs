//! The filter syntax of boards, as far as importers use it.

use model::Instant;
use model::instant::MICROS_PER_DAY;

use super::resolve::Context;
use crate::view::Content;

/// A filter of a board's cards: all terms must hold.
#[derive(Debug)]
pub(crate) struct BoardQuery {
    terms: Vec<Term>,
    /// Whether the text says something about archived cards; without it they are not listed.
    mentions_archived: bool,
}

#[derive(Debug)]
enum Term {
    Archived(bool),
    Type(&'static str, bool),
    Open(bool),
    Status(String, bool),
    NoStatus,
    /// Days since 1970, both ends included.
    Updated(i64, i64),
    /// Words of the title.
    Title(String),
    /// Not understood: no card shows, as on a board with a filter that makes no sense.
    Nonsense,
}

impl BoardQuery {
    /// Reads a filter. `now` is what `@today` means.
    pub(crate) fn parse(text: &str, now: Instant) -> Self {
        let terms: Vec<Term> = words(text).iter().map(|word| term(word, now)).collect();
        let mentions_archived = terms.iter().any(|term| matches!(term, Term::Archived(_)));
        Self { terms, mentions_archived }
    }

    /// Whether a card passes.
    pub(crate) fn shows(&self, context: &Context<'_>, item: usize) -> bool {
        (self.mentions_archived || !context.view().items[item].archived)
            && self.terms.iter().all(|term| term.holds(context, item))
    }
}

impl Term {
    fn holds(&self, context: &Context<'_>, position: usize) -> bool {
        let view = context.view();
        let item = &view.items[position];
        match self {
            Self::Archived(wanted) => item.archived == *wanted,
            Self::Type(kind, wanted) => (kind_of(item.content) == *kind) == *wanted,
            Self::Open(wanted) => {
                let closed = match item.content {
                    Content::Issue(issue) => view.issues[issue].closed_at,
                    Content::PullRequest(pull_request) => view.pull_requests[pull_request].closed_at,
                    Content::Draft | Content::Redacted => None,
                };
                closed.is_none() == *wanted
            }
            Self::Status(name, wanted) => {
                let options = &view.projects[item.project].status_options;
                let status = item.status.and_then(|status| options.get(status));
                status.is_some_and(|(_, status)| status.eq_ignore_ascii_case(name)) == *wanted
            }
            Self::NoStatus => item.status.is_none(),
            Self::Updated(from, to) => (*from..=*to).contains(&day_of(item.updated_at)),
            Self::Title(words) => {
                let title = match item.content {
                    Content::Issue(issue) => &view.issues[issue].title,
                    Content::PullRequest(pull_request) => &view.pull_requests[pull_request].title,
                    Content::Draft | Content::Redacted => return false,
                };
                title.to_lowercase().contains(words)
            }
            Self::Nonsense => false,
        }
    }
}

fn kind_of(content: Content) -> &'static str {
    match content {
        Content::Issue(_) => "issue",
        Content::PullRequest(_) => "pr",
        Content::Draft => "draft",
        Content::Redacted => "redacted",
    }
}

fn day_of(at: Instant) -> i64 {
    at.micros().div_euclid(MICROS_PER_DAY)
}

/// Splits at spaces outside of double quotes, and drops the quotes.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            character if character.is_whitespace() && !quoted => words.push(String::new()),
            character => words.last_mut().expect("there is always a last word").push(character),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn term(word: &str, now: Instant) -> Term {
    let (wanted, positive) = match word.strip_prefix('-') {
        Some(rest) => (false, rest),
        None => (true, word),
    };
    let Some((name, value)) = positive.split_once(':') else { return Term::Title(word.to_lowercase()) };
    match (name, value) {
        ("is", "archived") => Term::Archived(wanted),
        ("is", "issue") => Term::Type("issue", wanted),
        ("is", "pr") => Term::Type("pr", wanted),
        ("is", "draft") => Term::Type("draft", wanted),
        ("is", "open") => Term::Open(wanted),
        ("is", "closed") => Term::Open(!wanted),
        ("status", status) => Term::Status(status.to_owned(), wanted),
        ("no", "status") => Term::NoStatus,
        ("updated", days) => updated(days, now).map_or(Term::Nonsense, |(from, to)| Term::Updated(from, to)),
        _ => Term::Nonsense,
    }
}

fn updated(text: &str, now: Instant) -> Option<(i64, i64)> {
    let day = |text: &str| day(text, now);
    if let Some((from, to)) = text.split_once("..") {
        let from = if from == "*" { i64::MIN } else { day(from)? };
        let to = if to == "*" { i64::MAX } else { day(to)? };
        return Some((from, to));
    }
    Some(if let Some(rest) = text.strip_prefix(">=") {
        (day(rest)?, i64::MAX)
    } else if let Some(rest) = text.strip_prefix("<=") {
        (i64::MIN, day(rest)?)
    } else if let Some(rest) = text.strip_prefix('>') {
        (day(rest)? + 1, i64::MAX)
    } else if let Some(rest) = text.strip_prefix('<') {
        (i64::MIN, day(rest)? - 1)
    } else {
        (day(text)?, day(text)?)
    })
}

/// `2026-11-01`, `@today`, `@today-7d`, `@today-2w`. Times of a day are not part of the syntax.
fn day(text: &str, now: Instant) -> Option<i64> {
    let Some(offset) = text.strip_prefix("@today") else {
        return (text.len() == 10).then(|| Instant::parse_date_or_rfc3339(text)).flatten().map(day_of);
    };
    let today = day_of(now);
    if offset.is_empty() {
        return Some(today);
    }
    let (number, unit) = offset.split_at_checked(offset.len() - 1)?;
    let count: i64 = number.parse().ok()?;
    match unit {
        "d" => Some(today + count),
        "w" => Some(today + 7 * count),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str) -> Option<(i64, i64)> {
        updated(text, Instant::from_micros(1_000 * MICROS_PER_DAY + 5))
    }

    #[test]
    fn comparisons_of_days_include_or_exclude_their_end() {
        assert_eq!(days(">=1970-01-11"), Some((10, i64::MAX)));
        assert_eq!(days(">1970-01-11"), Some((11, i64::MAX)));
        assert_eq!(days("<=1970-01-11"), Some((i64::MIN, 10)));
        assert_eq!(days("<1970-01-11"), Some((i64::MIN, 9)));
        assert_eq!(days("1970-01-11"), Some((10, 10)));
        assert_eq!(days("1970-01-11..1970-01-12"), Some((10, 11)));
        assert_eq!(days(">=@today-7d"), Some((993, i64::MAX)));
    }

    #[test]
    fn a_time_of_day_is_not_understood() {
        assert_eq!(days(">=1970-01-11T10:00:00Z"), None);
        assert_eq!(days("soon"), None);
    }

    #[test]
    fn quotes_keep_words_together() {
        assert_eq!(words(r#"status:"In progress"  is:issue"#), ["status:In progress", "is:issue"]);
    }
}
