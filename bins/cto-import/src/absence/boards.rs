//! Boards that were imported before and are listed no longer. Nothing of them is removed: what is hidden is not empty.

use github_client::Survey;
use model::records::Project;
use source::Scope;

use crate::Arguments;
use crate::connection::Target;
use crate::failure::Failure;
use crate::run::Run;

/// Names the boards that were imported before and are listed no longer, and marks the gap among the runs. Goes after the
/// list is stored and before issues are read: what they did on these boards is not shown.
///
/// A board is not said to be gone, also not by an import of everything: what was done on it has happened.
pub(crate) fn name_unlisted(
    run: &mut Run,
    arguments: &Arguments,
    target: &Target,
    survey: &Survey,
) -> Result<(), Failure> {
    if !survey.incomplete.is_empty() {
        return Ok(());
    }
    // Boards of which the columns are not known are listed, but not stored again.
    let is_listed = |stored: &Project| survey.projects.iter().any(|listed| is_same(stored, &listed.record));
    let mut absent = run.store.unlisted_boards(&target.client.host(), &survey.org, run.number)?;
    absent.retain(|stored| !is_listed(stored));
    let ids: Vec<String> = absent.iter().map(|board| board.number_id.clone()).collect();
    if !ids.is_empty() {
        run.store.absent_boards(run.number, &ids)?;
    }
    if survey.projects_error.is_some() || !arguments.wants_issues() {
        return Ok(());
    }
    for board in absent.iter().filter(|board| !target.excludes(board)) {
        let id = &board.number_id;
        let why = format!(
            "the board was imported before and is not listed any more (deleted, or hidden): its cards stay as they were \
             last seen, and come up to date when it is listed again; give the token access to it, or, if it is gone for \
             good, set exclude for the board {id} in github.projects[]"
        );
        run.missing_source(Scope::ProjectItems, id, &board.name, &why)?;
    }
    Ok(())
}

/// Whether a stored board is one that is listed, by any of the ids that it has.
fn is_same(stored: &Project, listed: &Project) -> bool {
    let is_known_by = |one: &str, other: &str| !one.is_empty() && one == other;
    is_known_by(&stored.id, &listed.id)
        || is_known_by(&stored.number_id, github_projects::subject_of(listed))
        || (stored.number > 0 && stored.number == listed.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(id: &str, number_id: &str, number: i64) -> Project {
        Project { id: id.to_owned(), number_id: number_id.to_owned(), number, ..Project::default() }
    }

    #[test]
    fn a_board_is_known_by_any_of_its_ids() {
        let stored = board("PVT_1", "4100001", 1);
        assert!(is_same(&stored, &board("PVT_1", "", 9)));
        assert!(is_same(&stored, &board("PVT_9", "4100001", 9)));
        assert!(is_same(&stored, &board("PVT_9", "4100009", 1)));
        assert!(!is_same(&stored, &board("PVT_9", "4100009", 9)));
        assert!(is_same(&board("", "PVT_1", 0), &board("PVT_1", "", 0)), "a server without numbers");
        assert!(!is_same(&board("", "", 0), &board("", "", 0)));
    }
}
