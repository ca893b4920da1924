//! Notices that a reader of the flow figures needs, in words.

use model::names::visible;

use super::lives::Lives;

/// One line each: boards that the configuration does not name, columns that are mapped to no step, holes in
/// the board history.
pub fn notices(lives: &Lives) -> Vec<String> {
    let mut notices = Vec::new();
    notices.extend(unnamed_boards(lives));
    notices.extend(unmapped_columns(lives));
    notices.extend(history(lives));
    notices
}

fn unnamed_boards(lives: &Lives) -> Option<String> {
    let boards: Vec<String> = lives
        .boards
        .iter()
        .zip(&lives.shown)
        .filter(|(board, shown)| !board.configured && **shown)
        .map(|(board, _)| format!("{} ({})", board.id, if board.name.is_empty() { "no name" } else { &board.name }))
        .collect();
    (!boards.is_empty()).then(|| {
        format!(
            "the configuration does not name board {}: read by GitHub's own columns \
             (Backlog, Ready, In progress, In review, Done)",
            boards.join(", ")
        )
    })
}

fn unmapped_columns(lives: &Lives) -> impl Iterator<Item = String> {
    let shown = lives.unmapped.iter().filter(|(board, ..)| lives.shown[*board as usize]);
    shown.map(|(board, column, moves)| {
        let board = &lives.boards[*board as usize];
        let column = if column.is_empty() { "(no status)".into() } else { visible(column) };
        format!(
            "column `{column}` of board {} ({}) is mapped to no step: {} into it kept the step before",
            board.id,
            board.name,
            if *moves == 1 { "1 move".to_owned() } else { format!("{} moves", grouped(*moves)) }
        )
    })
}

fn history(lives: &Lives) -> Option<String> {
    let (mut issues, mut with_gaps, mut lost, mut inferred, mut total) = (0_u64, 0_u64, 0_u64, 0_i128, 0_i128);
    for (issue, life) in lives.included().filter(|(_, life)| life.board != super::NO_BOARD) {
        issues += 1;
        if life.history_gaps > 0 {
            with_gaps += 1;
            lost += u64::from(lives.lost_moves.binary_search(&(issue as u32)).is_ok());
            let end = if life.ended_at == model::Instant::NULL_MICROS { lives.as_of.micros() } else { life.ended_at };
            inferred += i128::from(life.inferred);
            total += i128::from(end - life.created_at);
        }
    }
    let percent = if total > 0 { (inferred as f64 / total as f64 * 100.0).round() } else { 0.0 };
    let cause = match lost {
        0 => String::new(),
        lost if lost == with_gaps => "; GitHub lost status events of all of these since 2026-09-24".to_owned(),
        lost => format!("; GitHub lost status events of {} of these since 2026-09-24", grouped(lost)),
    };
    (with_gaps > 0).then(|| {
        format!(
            "board history: {} of {} issues that were on a board have gaps ({percent} % of their time is inferred): \
             no event tells how they came into a column; steps are rebuilt from what imports and deliveries saw{cause}",
            grouped(with_gaps),
            grouped(issues)
        )
    })
}

/// A count with commas between thousands.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_by_thousands() {
        assert_eq!([grouped(7), grouped(4_120), grouped(1_234_567)], ["7", "4,120", "1,234,567"]);
    }
}
