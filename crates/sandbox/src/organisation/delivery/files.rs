//! The files that pull requests change.

use super::setup::{Delivers, Service, Setup};
use crate::organisation::Organisation;
use crate::random::Dice;

/// Topic of the dice.
const TOPIC: u8 = b'F';

/// Where most of a repository's files are; the empty folder is its root.
const PLAIN: [&str; 5] = ["src", "src/http", "tests", "docs", ""];
/// What the services of a repository share.
const SHARED: [&str; 4] = ["libs/money", "libs/http/client", "docs", ""];
/// Folders of a service.
const INSIDE: [&str; 4] = ["src", "src/model/rules", "tests", ""];

/// Paths of the files that a pull request changes, as many as it says, in order.
pub(crate) fn files(organisation: &Organisation, pull_request: usize) -> Vec<String> {
    let life = &organisation.pull_requests[pull_request];
    let mut dice = Dice::new(organisation.options.seed, TOPIC, pull_request);
    let setup = Setup::of(usize::from(life.repository), organisation.options.told_by_both);
    let folders = folders(&mut dice, setup);
    let mut files: Vec<String> = (0..life.changed_files as usize)
        .map(|number| {
            // Each of the folders has one, as far as there are files.
            let folder = folders.get(number).unwrap_or_else(|| dice.pick(&folders));
            let slash = if folder.is_empty() { "" } else { "/" };
            format!("{folder}{slash}part_{number}.rs")
        })
        .collect();
    files.sort_unstable();
    files
}

/// Folders of a pull request. Where services live in folders of their own, one in five is of none of them, and one in
/// six of both.
fn folders(dice: &mut Dice, setup: Setup) -> Vec<String> {
    let services = setup.services();
    let [Service { folder: Some(one), .. }, Service { folder: Some(other), .. }] = services[..] else {
        return PLAIN.map(str::to_owned).to_vec();
    };
    debug_assert!(setup.delivers == Delivers::Folders, "services with folders");
    let (touched, with_shared): (&[&str], bool) = match dice.unit() {
        fate if fate < 0.35 => (&[one], dice.chance(0.3)),
        fate if fate < 0.63 => (&[other], dice.chance(0.3)),
        fate if fate < 0.8 => (&[one, other], dice.chance(0.5)),
        _ => (&[], true),
    };
    let mut folders: Vec<String> = touched.iter().map(|folder| inside(dice, folder)).collect();
    if with_shared {
        folders.push((*dice.pick(&SHARED)).to_owned());
    }
    let more = touched.iter().map(|folder| inside(dice, folder)).collect::<Vec<_>>();
    folders.extend(more);
    folders
}

fn inside(dice: &mut Dice, folder: &str) -> String {
    let inner = *dice.pick(&INSIDE);
    let slash = if inner.is_empty() { "" } else { "/" };
    format!("{folder}{slash}{inner}")
}
