//! Reading of text files that people write: UTF-8, of limited length.

use std::path::Path;

/// Why a file gives no text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// It is larger than what people write.
    #[error("it has more than {} MB: is it the right file?", LARGEST >> 20)]
    TooLarge,
    /// It is not UTF-8. What stands there is not shown: it may be a secret.
    #[error("line {line} is not UTF-8: save the file as UTF-8")]
    NotUtf8 {
        /// The first line that is not, counted from 1.
        line: usize,
    },
}

/// Most bytes of a file that people write.
const LARGEST: u64 = 4 << 20;

/// Reads a configuration, or a file with a secret.
pub fn read_text(file: &Path) -> Result<String, TextError> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::open(file)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(TextError::TooLarge);
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        TextError::NotUtf8 { line: valid.split(|byte| *byte == b'\n').count() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_is_no_text_is_named_and_not_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("config.yml");
        std::fs::write(&file, b"github:\n  org: caf\xe9-hunter2\n").expect("written");
        let error = read_text(&file).expect_err("Latin-1");
        assert_eq!(error.to_string(), "line 2 is not UTF-8: save the file as UTF-8");
    }

    #[test]
    fn a_file_that_no_person_wrote_is_not_read_to_its_end() {
        let error = read_text(Path::new("/dev/zero")).expect_err("without an end");
        assert_eq!(error.to_string(), "it has more than 4 MB: is it the right file?");
    }
}
