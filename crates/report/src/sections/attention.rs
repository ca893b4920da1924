//! Systems needing attention: those with red; without any, those with amber.

use super::dora::heat;
use super::{DELIVERY_REMEDY, Made, list, not_connected, paragraphs};
use crate::content::{Block, Colour, Sentence};
use crate::measures::spec;

/// Systems that are named.
const NAMED: usize = 20;

pub(super) fn blocks(made: Made<'_>) -> Vec<Block> {
    if made.scores.is_empty() {
        return not_connected("Deployments are", DELIVERY_REMEDY);
    }
    let of = |colour: Colour| made.scores.iter().filter(move |score| score.colour == colour);
    let colour = if of(Colour::Red).next().is_some() { Colour::Red } else { Colour::Amber };
    let mut said: Vec<Sentence> = of(colour)
        .map(|score| {
            let title = spec(&score.measure).map_or(score.measure.as_str(), |spec| spec.title);
            let target = if score.target.is_empty() { String::new() } else { format!(", target {}", score.target) };
            Sentence {
                text: format!(
                    "{} ({}): {title} {}, {}{target}.",
                    score.system, score.system_kind, score.text, score.verdict.text
                ),
                evidence: score.evidence.clone(),
            }
        })
        .collect();
    let more = said.len().saturating_sub(NAMED);
    said.truncate(NAMED);
    if more > 0 {
        said.push(Sentence::plain(format!("And {more} more, see the table.")));
    }
    let mut blocks = Vec::new();
    if said.is_empty() {
        blocks.push(paragraphs([Sentence::plain("No system has a measure that is worse or misses a target.")]));
    } else {
        let word = if colour == Colour::Red { "Worse, and a target missed:" } else { "Worse, or a target missed:" };
        blocks.push(paragraphs([Sentence::plain(word)]));
        blocks.push(list(said));
    }
    if made.input.rules.report.targets.is_empty() {
        let text = "No targets are set (report.targets), so nothing is red.";
        blocks.push(paragraphs([Sentence::plain(text)]));
    }
    blocks.extend(heat(made, "service", "Services"));
    blocks
}
