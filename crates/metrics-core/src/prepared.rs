//! Common beginning of all calculations over one state of the data: made once, and kept beside the data.

use std::borrow::Cow;

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
    lives: Kept,
}

#[derive(Debug)]
enum Kept {
    AsTheyAre(Box<Lives>),
    Packed(Box<PackedLives>),
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
        Ok(Some(Self { lives: Kept::AsTheyAre(Box::new(lives)) }))
    }

    /// The same in less memory, for when the next question may be long in coming; which then takes a little longer.
    #[must_use]
    pub fn packed(self) -> Self {
        match self.lives {
            Kept::AsTheyAre(lives) => Self { lives: Kept::Packed(Box::new(PackedLives::of(*lives))) },
            Kept::Packed(_) => self,
        }
    }

    /// The lives as of an instant, where they are known.
    pub(crate) fn lives(&self, as_of: Instant) -> Option<Cow<'_, Lives>> {
        match &self.lives {
            Kept::AsTheyAre(lives) => (lives.as_of == as_of).then_some(Cow::Borrowed(lives.as_ref())),
            Kept::Packed(lives) => (lives.as_of() == as_of).then(|| Cow::Owned(lives.unpacked())),
        }
    }
}

/// The lives of all issues with what single rules change in them.
pub(crate) fn followed(raw: &Raw, rules: &Rules, as_of: Instant) -> Result<Lives, CalculateError> {
    let mut lives = Lives::new(raw, rules, as_of)?;
    overrides::of_lives(&mut lives, rules);
    Ok(lives)
}
