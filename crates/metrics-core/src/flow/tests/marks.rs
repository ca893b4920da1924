use super::*;

#[test]
fn lead_time_starts_in_a_lead_time_column_else_at_the_first_step_else_at_creation() {
    let lead = |text: &str| since_start(life(9.0, text).lead_start);
    assert_eq!(lead("1 +P | 2 P:>Refined | 3 P:Refined>Doing | 5 closed"), Some(2.0));
    assert_eq!(lead("1 +P | 3 P:>Doing | 5 closed"), Some(3.0));
    assert_eq!(lead("1 +P | 5 closed"), Some(0.0));
    assert_eq!(lead("5 closed"), Some(0.0));
}

#[test]
fn cycle_time_starts_in_dev_or_a_later_step_and_is_null_for_what_went_straight_to_done() {
    let cycle = |text: &str| since_start(life(9.0, text).cycle_start);
    assert_eq!(cycle("1 +P | 2 P:>Ready | 3 P:Ready>Doing | 5 closed"), Some(3.0));
    assert_eq!(cycle("1 +P | 2 P:>Ready | 4 P:Ready>Testing | 5 closed"), Some(4.0));
    assert_eq!(cycle("1 +P | 2 P:>Ready | 4 P:Ready>Done"), None);
}

#[test]
fn configured_cycle_columns_start_the_cycle_and_so_do_steps_after_theirs() {
    let mut rules = rules();
    rules.projects[0].dev_start_columns = names("Design,Doing");
    rules.projects[0].cycle_time_columns = names("Doing");
    let cycle = |text: &str| {
        let lives = lives_with(&rules, 9.0, &[story(1, 0.0, text)]);
        since_start(lives.issues[0].expect("counts").cycle_start)
    };
    assert_eq!(cycle("1 +P | 2 P:>Design | 4 P:Design>Doing"), Some(4.0));
    assert_eq!(cycle("1 +P | 2 P:>Design | 5 P:Design>In review"), Some(5.0));
}

#[test]
fn moves_to_an_earlier_step_are_rework_and_reopenings_are_counted_apart() {
    let text =
        "1 +P | 2 P:>Doing | 3 P:Doing>In review | 4 P:In review>Doing | 5 closed | 6 reopened | 7 P:Doing>Ready";
    let life = life(9.0, text);
    assert_eq!((life.rework_count, life.reopened_count), (2, 1));
}

#[test]
fn time_in_a_step_is_the_sum_of_all_stays_and_all_steps_add_up_to_the_life() {
    let text = "1 +P | 2 P:>Doing | 3 P:Doing>In review | 4 P:In review>Doing | 6 -P | 7 +P | 8 closed";
    let life = life(10.0, text);
    let days: Vec<f64> = life.time_in.iter().map(|micros| *micros as f64 / 86_400_000_000.0).collect();
    assert_eq!(days, [3.0, 0.0, 3.0, 1.0, 0.0, 0.0, 2.0, 1.0]);
    assert_eq!(life.time_in.iter().sum::<i64>(), 10 * 86_400_000_000);
}

#[test]
fn time_to_review_counts_only_when_it_is_not_negative() {
    let forward = life(9.0, "1 +P | 2 P:>Doing | 5 P:Doing>In review");
    assert_eq!(forward.time_to_review_micros(), Some(3 * 86_400_000_000));
    let backward = life(9.0, "1 +P | 2 P:>In review | 5 P:In review>Doing");
    assert_eq!(backward.time_to_review_micros(), None);
}
