//! Merged pull requests inside the window, by repository and week.

use model::dora::PullRequestRow;

use crate::bots::is_person;
use crate::time::{Moment, Week};

/// A merged pull request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Merge<'a> {
    pub(crate) row: &'a PullRequestRow,
    /// Its place among all rows.
    pub(crate) place: usize,
    /// When, as it is written.
    pub(crate) merged_at: &'a str,
    /// When, `None` where that cannot be read.
    pub(crate) moment: Option<Moment>,
    pub(crate) week: Option<Week>,
    pub(crate) is_by_person: bool,
}

impl<'a> Merge<'a> {
    /// Hours from a time that is written to the merge; `None` where either cannot be read.
    pub(crate) fn hours_since(&self, start: Option<&str>) -> Option<f64> {
        Some(Moment::read(start?)?.hours_to(self.moment?))
    }

    /// Whether letters stand anywhere in its labels.
    pub(crate) fn is_labelled(&self, letters: &str) -> bool {
        let labels = self.row.labels.as_deref().unwrap_or_default().as_bytes();
        labels.windows(letters.len()).any(|part| part.eq_ignore_ascii_case(letters.as_bytes()))
    }

    /// The date of the merge, as it is written.
    pub(crate) fn date(&self) -> &'a str {
        first_characters(self.merged_at, 10)
    }
}

/// So many code points of a text.
pub(crate) fn first_characters(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(end, _)| &text[..end])
}

/// The merges inside the window, by repository and week.
#[derive(Debug)]
pub(crate) struct Merges<'a> {
    sorted: Vec<Merge<'a>>,
}

impl<'a> Merges<'a> {
    /// Those whose time is at or behind the start of the window, compared as texts.
    pub(crate) fn inside(rows: &'a [PullRequestRow], since: &str) -> Self {
        let merge = |(place, row): (usize, &'a PullRequestRow)| {
            let merged_at = row.merged_at.as_deref().filter(|at| *at >= since)?;
            let moment = Moment::read(merged_at);
            let week = moment.map(Moment::week);
            Some(Merge { row, place, merged_at, moment, week, is_by_person: is_person(row.author.as_deref()) })
        };
        let mut sorted: Vec<Merge<'_>> = rows.iter().enumerate().filter_map(merge).collect();
        sorted.sort_by(|a, b| a.row.repo.cmp(&b.row.repo).then(a.week.cmp(&b.week)));
        Self { sorted }
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[Merge<'a>] {
        &self.sorted
    }

    /// By repository.
    pub(crate) fn by_repository(&self) -> impl Iterator<Item = &[Merge<'a>]> {
        self.sorted.chunk_by(|a, b| a.row.repo == b.row.repo)
    }

    /// By repository and week, those that count.
    pub(crate) fn by_week(&self, without_bots: bool) -> impl Iterator<Item = Vec<&Merge<'a>>> {
        let weeks = self.sorted.chunk_by(|a, b| a.week == b.week && a.row.repo == b.row.repo);
        weeks
            .map(move |merges| merges.iter().filter(|merge| !without_bots || merge.is_by_person).collect::<Vec<_>>())
            .filter(|merges| !merges.is_empty())
    }
}
