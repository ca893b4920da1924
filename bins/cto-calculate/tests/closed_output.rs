//! Readers of what the program says that go away.

mod folder;

use std::process::Command;

use folder::Folder;

/// The exit code of a run in a folder whose two standard streams nobody reads.
fn code_unheard(folder: &Folder, flags: &[&str]) -> Option<i32> {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_cto-calculate"));
    command.env_remove("CONFIG_PATH").env("RUST_LOG", "debug").current_dir(folder.path(".")).args(flags);
    command.stdout(writer.try_clone().expect("another end")).stderr(writer);
    command.status().expect("the program runs").code()
}

#[test]
fn a_reader_that_has_gone_away_changes_neither_the_tables_nor_the_code() {
    let folder = Folder::new();
    assert_eq!(code_unheard(&folder, &["--out", "unheard"]), Some(0));
    assert!(folder.path("unheard/stocks.csv").exists());
    assert_eq!(code_unheard(&folder, &["--data", "nowhere"]), Some(1));
    assert_eq!(code_unheard(&folder, &["--no-such-flag"]), Some(2));
    let odd =
        Folder::new().with("data/pr_review.csv", "org,repo,number,state,submitted_at,user\nacme,web,3,OK,never,bob\n");
    assert_eq!(code_unheard(&odd, &["--rules", "cto-stats", "--strict"]), Some(2));
}
