//! The one door by which text reaches people, on standard output and on standard error.
//!
//! What cannot be written is lost and stops nothing: a reader that has gone away (`| head`) is no failure of the work.
//! Secrets are taken out, and characters that would steer a terminal, move what was written before or begin a line of
//! their own are shown by their escapes. Files of data do not go through here.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal as _, Write as _};

/// One of the two standard streams.
#[derive(Clone, Copy)]
enum Stream {
    Output,
    Error,
}

/// Writes a text of one or several lines to standard output.
pub fn print(text: impl fmt::Display) {
    put(Stream::Output, &escaped(&text.to_string(), |letter| letter != '\n' && is_unfit(letter)));
}

/// Writes data to standard output as they are; on a terminal with escapes for what would steer it. That a reader has gone away is no
/// failure.
///
/// # Errors
/// Standard output cannot be written.
pub fn print_data(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let shown = if out.is_terminal() {
        escaped(text, |letter| !matches!(letter, '\n' | '\r') && is_unfit(letter))
    } else {
        Cow::Borrowed(text)
    };
    match out.write_all(shown.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Writes a line to standard output: [`say!`](crate::say).
pub fn print_line(text: fmt::Arguments<'_>) {
    put(Stream::Output, &line(text));
}

/// Writes a line to standard error: [`report!`](crate::report).
pub fn report_line(text: fmt::Arguments<'_>) {
    put(Stream::Error, &line(text));
}

/// Writes a line to standard output. Line breaks in what is written are escaped; see [`print()`](crate::print()) for
/// texts of several lines.
#[macro_export]
macro_rules! say {
    ($($argument:tt)*) => {
        $crate::print_line(format_args!($($argument)*))
    };
}

/// Writes a line to standard error: notes, warnings, failures. Line breaks in what is written are escaped.
#[macro_export]
macro_rules! report {
    ($($argument:tt)*) => {
        $crate::report_line(format_args!($($argument)*))
    };
}

/// A text as it is shown on one line: without secrets, with escapes for what is unfit.
pub fn one_line(text: &str) -> String {
    escaped(text, is_unfit).into_owned()
}

fn line(text: fmt::Arguments<'_>) -> String {
    let mut line = one_line(&text.to_string());
    line.push('\n');
    line
}

/// Characters that do something else than to be seen: controls, line separators, and those that turn the direction of
/// what follows (names in right-to-left scripts do without them).
fn is_unfit(letter: char) -> bool {
    (letter.is_control() && letter != '\t')
        || matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{feff}')
}

fn escaped(text: &str, unfit: impl Fn(char) -> bool) -> Cow<'_, str> {
    let text = redact::redacted(text);
    if !text.chars().any(&unfit) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if unfit(letter) {
            write!(out, "{}", letter.escape_default()).expect("writing to memory does not fail");
        } else {
            out.push(letter);
        }
    }
    Cow::Owned(out)
}

/// Writes at once, so that lines of several threads do not mix. Nothing can be done where that fails.
fn put(stream: Stream, text: &str) {
    let written = match stream {
        Stream::Output => {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        }
        Stream::Error => io::stderr().lock().write_all(text.as_bytes()),
    };
    if let (Stream::Output, Err(error)) = (stream, written)
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        report_line(format_args!("standard output cannot be written: {error}"));
    }
}

/// Logs to standard error: warnings, or what `RUST_LOG` asks for. Colours are for terminals.
pub fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let colours = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let writer = move || LogWriter { colours };
    // A second call (in tests) finds the first one's logger and is right to do nothing.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(writer).try_init();
}

/// Takes one event of the log at a time.
struct LogWriter {
    colours: bool,
}

impl io::Write for LogWriter {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        // Colours are escape sequences of the logger's own; it escapes those of the values itself.
        let shown = escaped(text, |letter| is_unfit(letter) && !(self.colours && letter == '\u{1b}'));
        put(Stream::Error, &format!("{shown}\n"));
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_steer_a_terminal_are_shown_by_their_escapes() {
        assert_eq!(one_line("a\u{1b}[2Jb\r\n::error::c\u{9b}d"), "a\\u{1b}[2Jb\\r\\n::error::c\\u{9b}d");
        assert_eq!(one_line("web\u{202e}gpj.exe\u{2066}"), "web\\u{202e}gpj.exe\\u{2066}");
    }

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in ["acme/api", "Équipe № 1 \t 日本語", "👩‍💻 שלום"] {
            assert_eq!(one_line(name), name);
        }
    }

    #[test]
    fn texts_of_several_lines_keep_their_lines_only() {
        let shown = escaped("a\nb\rc\n", |letter| letter != '\n' && is_unfit(letter));
        assert_eq!(shown, "a\nb\\rc\n");
    }

    #[test]
    fn secrets_are_not_shown() {
        redact::know("hunter22-of-the-door");
        assert_eq!(one_line("token hunter22-of-the-door"), "token (hidden)");
    }
}
