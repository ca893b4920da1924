//! Made-up inputs, see the README of the crate: whoever wrote them, they are read as promised or refused in words.

mod config;
mod csv_folder;
mod focus;
mod graphql;
mod pushes;
mod queries;
mod scene;
mod senders;
mod webhooks;

use fuzzing::{Corpus, Input, Settings, run};

const INPUTS: [Input; 8] = [
    config::INPUT,
    csv_folder::INPUT,
    focus::INPUT,
    graphql::INPUT,
    pushes::INPUT,
    queries::INPUT,
    senders::INPUT,
    webhooks::INPUT,
];

fn fuzz(input: &Input) {
    match run(input, &Settings::of_environment()) {
        Ok(report) => println!("\n{report}"),
        Err(finding) => panic!("{finding}"),
    }
}

#[test]
fn config_is_read_or_refused_with_its_place() {
    fuzz(&config::INPUT);
}

#[test]
fn csv_folder_is_read_and_written_the_same_or_refused_with_its_place() {
    fuzz(&csv_folder::INPUT);
}

#[test]
fn focus_is_added_up_exactly_or_refused_with_its_line() {
    fuzz(&focus::INPUT);
}

#[test]
fn graphql_replies_end_in_records_that_can_be_stored_or_in_words() {
    fuzz(&graphql::INPUT);
}

#[test]
fn pushes_are_taken_once_or_refused() {
    fuzz(&pushes::INPUT);
}

#[test]
fn queries_are_answered_as_documented() {
    fuzz(&queries::INPUT);
}

#[test]
fn senders_are_taken_once_or_refused() {
    fuzz(&senders::INPUT);
}

#[test]
fn webhooks_are_taken_once_or_refused() {
    fuzz(&webhooks::INPUT);
}

#[test]
fn every_input_of_the_corpus_has_its_reason() {
    for input in INPUTS {
        assert_eq!(Corpus::read(&input).unexplained(), Vec::<String>::new(), "{}", input.name);
    }
}
