//! A repository is renamed or moves to another owner: its rows move with it, today and in history.

use sandbox::server::{Conduct, IdForm, Ids};
use sandbox::view::View;
use sandbox::{Options, Size};

use crate::published::{rows, rows_with};
use crate::simulated::Simulated;
use crate::truth::{assert_truth, calculation};

struct Moving {
    simulated: Simulated,
    /// Node id of the repository that moves.
    id: String,
    /// Its name until then.
    name: String,
    data: tempfile::TempDir,
}

impl Moving {
    /// Imported once, two weeks before the end.
    fn begin(before: &Ids) -> Self {
        let options = Options { issues: Some(80), pull_requests: Some(60), ..Options::new(54, Size::Small) };
        let simulated = Simulated::serve(&options);
        let view = simulated.organisation.view(simulated.organisation.end());
        // Neither renamed nor archived by the simulation itself.
        let repository = view.repositories.iter().find(|one| one.former_names.is_empty() && !one.archived);
        let repository = repository.expect("a repository that stays").clone();
        let data = tempfile::tempdir().expect("a folder");
        simulated.conducts(Conduct { ids: before.clone(), ..Conduct::default() });
        simulated.moves_to(simulated.days_before_end(14));
        simulated.import(data.path(), &[]).with_code(0);
        Self { simulated, id: repository.id, name: repository.name, data }
    }

    fn shows_moved(&self, days: i64, name: &str, owner: Option<&str>) -> View {
        let now = self.simulated.days_before_end(days);
        self.simulated.shows(now, |view| view.move_repository(&self.id, name, owner));
        self.simulated.organisation.view(now)
    }

    /// One row each, none at the old place, and the figures of what happened.
    #[track_caller]
    fn assert_moved(&self, days: i64, name: &str, owner: &str) {
        let now = self.simulated.days_before_end(days);
        let mut truth = self.simulated.organisation.truth(now);
        let old = format!("{}/{}#", self.simulated.organisation.login(), self.name);
        for issue in &mut truth.issues {
            if let Some(number) = issue.id.strip_prefix(&old) {
                issue.id = format!("{owner}/{name}#{number}");
            }
        }
        for pull_request in truth.pull_requests.iter_mut().filter(|one| one.repo == self.name) {
            name.clone_into(&mut pull_request.repo);
            if let Some(number) = pull_request.id.strip_prefix(&old) {
                pull_request.id = format!("{owner}/{name}#{number}");
            }
        }
        let data = self.data.path();
        assert_eq!(rows(data, "issue.csv").len(), truth.issues.len());
        assert_eq!(rows(data, "pr.csv").len(), truth.pull_requests.len());
        for table in ["issue.csv", "issue_project_event.csv", "issue_status_event.csv", "pr.csv", "pr_review.csv"] {
            let left = rows_with(data, table, &[("org", "acme"), ("repo", &self.name)]);
            assert_eq!(left.first(), None, "{table}: {} rows at the old place", left.len());
        }
        let repositories = rows_with(data, "repository.csv", &[("repo", name)]);
        assert_eq!(repositories.len(), 1, "{repositories:?}");
        assert_eq!(repositories[0]["org"], owner);
        assert_truth(&calculation(&self.simulated.organisation, data, None), &truth);
    }
}

#[test]
fn a_renamed_repository_is_one() {
    let moving = Moving::begin(&Ids::default());
    for (days, flags) in [(6, &[][..]), (0, &[]), (0, &["--full"])] {
        moving.shows_moved(days, "renamed", None);
        moving.simulated.import(moving.data.path(), flags).with_code(0);
        moving.assert_moved(days, "renamed", "acme");
    }
}

#[test]
fn a_repository_that_is_renamed_while_ids_change_is_one() {
    let moving = Moving::begin(&Ids::of(IdForm::Old));
    moving.simulated.conducts(Conduct::default());
    for (days, flags) in [(6, &[][..]), (0, &[]), (0, &["--full"])] {
        moving.shows_moved(days, "renamed", None);
        moving.simulated.import(moving.data.path(), flags).with_code(0);
        moving.assert_moved(days, "renamed", "acme");
    }
}

#[test]
fn a_repository_that_moves_to_another_owner_is_one_under_the_new_owner() {
    let moving = Moving::begin(&Ids::default());
    for (days, flags) in [(6, &[][..]), (0, &[]), (0, &["--full"])] {
        moving.shows_moved(days, &moving.name, Some("beta"));
        moving.simulated.import(moving.data.path(), flags);
        let mut of_beta = moving.simulated.importer(moving.data.path());
        let ended = of_beta.args(["--org", "beta"]).args(flags).output().expect("the program runs");
        crate::simulated::Ended::of(&ended).with_code(0);
        moving.assert_moved(days, &moving.name.clone(), "beta");
    }
}

#[test]
fn a_repository_that_takes_the_name_that_another_gave_up_takes_none_of_its_rows() {
    let moving = Moving::begin(&Ids::default());
    let organisation = &moving.simulated.organisation;
    let now = moving.simulated.days_before_end(6);
    let others = organisation.view(now);
    let other = others.repositories.iter().find(|one| one.id != moving.id).expect("another repository").clone();
    let change = |view: &mut View| {
        view.move_repository(&moving.id, "renamed", None);
        view.move_repository(&other.id, &moving.name, None);
    };
    moving.simulated.shows(now, change);
    moving.simulated.import(moving.data.path(), &[]).with_code(0);
    let mut truth = organisation.truth(now);
    let moved = |id: &str| {
        let (place, number) = id.split_once('#').expect("an id has a number");
        let now = match place.trim_start_matches("acme/") {
            name if name == moving.name => "renamed",
            name if name == other.name => &moving.name,
            name => name,
        };
        format!("acme/{now}#{number}")
    };
    for issue in &mut truth.issues {
        issue.id = moved(&issue.id);
    }
    for pull_request in &mut truth.pull_requests {
        pull_request.id = moved(&pull_request.id);
        if pull_request.repo == moving.name {
            pull_request.repo = "renamed".to_owned();
        } else if pull_request.repo == other.name {
            pull_request.repo.clone_from(&moving.name);
        }
    }
    assert_truth(&calculation(organisation, moving.data.path(), None), &truth);
}
