//! Common beginning of all calculations over one state of the data: made once, and kept beside the data.

use model::Instant;
use model::columns::Raw;
use model::rules::{RuleSet, Rules};

use crate::CalculateError;
use crate::flow::{Lives, PackedLives};
use crate::overrides;

/// The lives of all issues as of the end of the data, under rule set `flow`.
///
/// They are the larger part of the work on any figure of issues, whatever part of the organisation it is of.
#[derive(Debug)]
pub struct Prepared {
    lives: PackedLives,
}

impl Prepared {
    /// Follows all issues of the data. `None` under `cto-stats`, which follows none.
    ///
    /// # Errors
    /// When the configuration contradicts itself.
    pub fn new(raw: &Raw, rules: &Rules) -> Result<Option<Self>, CalculateError> {
        if rules.set != RuleSet::Flow {
            return Ok(None);
        }
        let lives = followed(raw, rules, raw.as_of.unwrap_or_default())?;
        Ok(Some(Self { lives: PackedLives::of(lives) }))
    }

    /// The lives as of an instant, where they are known.
    pub(crate) fn lives(&self, as_of: Instant) -> Option<Lives> {
        (self.lives.as_of() == as_of).then(|| self.lives.unpacked())
    }
}

/// The lives of all issues with what single rules change in them.
pub(crate) fn followed(raw: &Raw, rules: &Rules, as_of: Instant) -> Result<Lives, CalculateError> {
    let mut lives = Lives::new(raw, rules, as_of)?;
    overrides::of_lives(&mut lives, rules);
    Ok(lives)
}
