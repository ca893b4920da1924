//! Outcome of an input, in few enough words that equal fates have equal words.

/// What became of an input. One that was taken, with words that were not heard before, is edited further; one that was
/// refused is not: whatever else is in it, it would be refused again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was taken; how.
    Taken(String),
    /// It was refused; why.
    Refused(String),
}

/// Longest words that are kept apart.
const LONGEST: usize = 160;

/// A message without what differs from input to input: what stands between quotes or backticks, and numbers.
pub fn masked(message: &str) -> String {
    let mut masked = String::new();
    let mut within: Option<char> = None;
    for letter in message.chars() {
        if let Some(end) = within {
            if letter == end {
                within = None;
            }
        } else if letter == '`' || letter == '"' {
            within = Some(letter);
            masked.push('…');
        } else if letter.is_ascii_digit() {
            if !masked.ends_with('0') {
                masked.push('0');
            }
        } else if letter.is_ascii() && !letter.is_ascii_control() {
            masked.push(letter);
        }
        if masked.len() >= LONGEST {
            break;
        }
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_about_different_values_are_the_same() {
        let one = masked("issue.csv line 12, column number: `7x` is not a whole number");
        assert_eq!(one, masked("issue.csv line 3, column number: `é` is not a whole number"));
        assert_ne!(one, masked("issue.csv line 3, column title: `é` is not a whole number"));
    }
}
