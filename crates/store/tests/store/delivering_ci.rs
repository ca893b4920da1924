//! Releases, runs of CI and their jobs that are delivered: in any order, repeated, and beside imports.

use model::Instant;
use model::deliveries::Delivered;
use model::records::{CiJob, CiRun, Deployment, Record, Release};
use proptest::prelude::*;
use store::{Delivery, Deposit};

use crate::records::{Fixture, at, everything, repository};

/// A store after an import at second 100 that has listed the repository `api`.
fn imported() -> Fixture {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &[Record::Repository(repository("R_1", "api"))]);
    fixture
}

impl Fixture {
    /// Delivers it as something that nobody remembers.
    fn tell(&self, told: &Delivered, number: usize) -> Deposit {
        let own = format!("{number}");
        let delivery = Delivery { id: &own, body_hash: &own, event: "an_event", received_at: at(1000), told };
        self.store.deliver(&delivery).expect("stored")
    }

    fn told(&self, deliveries: &[Delivered]) -> String {
        for (number, told) in deliveries.iter().enumerate() {
            self.tell(told, number);
        }
        everything(&self.store, &[])
    }
}

fn run(attempt: i64, second: i64, status: &str, conclusion: &str) -> Delivered {
    let run = Box::new(run_row(attempt, second, status, conclusion));
    Delivered::CiRun { run, at: at(second) }
}

fn run_row(attempt: i64, second: i64, status: &str, conclusion: &str) -> CiRun {
    CiRun {
        run_id: "77".into(),
        attempt,
        source: "github".into(),
        org: "acme".into(),
        repo: "api".into(),
        sha: "c1".into(),
        status: status.into(),
        conclusion: conclusion.into(),
        created_at: at(105),
        finished_at: (status == "completed").then(|| at(second)),
        host: "github.com".into(),
        ..CiRun::default()
    }
}

/// Second at which it was made, began and ended, as far as it has come.
fn job_row(id: u32, attempt: i64, times: [Option<i64>; 3], conclusion: &str) -> CiJob {
    let [created_at, started_at, finished_at] = times.map(|second| second.map(at));
    CiJob {
        job_id: id.to_string(),
        run_id: "77".into(),
        attempt,
        org: "acme".into(),
        repo: "api".into(),
        name: "test".into(),
        conclusion: conclusion.into(),
        created_at,
        started_at,
        finished_at,
        times_from: "webhook".into(),
        host: "github.com".into(),
        ..CiJob::default()
    }
}

fn job(id: u32, attempt: i64, times: [Option<i64>; 3], conclusion: &str) -> Delivered {
    Delivered::CiJob(Box::new(job_row(id, attempt, times, conclusion)))
}

fn release(second: i64, name: &str, is_published: bool) -> Delivered {
    let release = Release {
        id: "RE_1".into(),
        org: "acme".into(),
        repo: "api".into(),
        tag: "v1".into(),
        name: name.into(),
        draft: !is_published,
        created_at: at(101),
        published_at: is_published.then(|| at(110)),
        ..Release::default()
    };
    Delivered::Release { release: Box::new(release), at: at(second) }
}

/// A run that fails, is started again and succeeds, with its job, and a release: within the same seconds in part.
fn life() -> Vec<Delivered> {
    vec![
        run(1, 110, "queued", ""),
        job(1, 1, [Some(110), None, None], ""),
        run(1, 110, "in_progress", ""),
        job(1, 1, [Some(110), Some(110), None], ""),
        job(1, 1, [Some(110), Some(110), Some(130)], "failure"),
        run(1, 130, "completed", "failure"),
        run(2, 140, "queued", ""),
        job(2, 2, [Some(140), None, None], ""),
        run(2, 142, "in_progress", ""),
        run(2, 144, "waiting", ""),
        run(2, 146, "in_progress", ""),
        job(2, 2, [Some(140), Some(147), None], ""),
        job(2, 2, [Some(140), Some(147), Some(160)], "success"),
        run(2, 161, "completed", "success"),
        release(108, "draft", false),
        release(110, "first", true),
        release(120, "renamed", true),
    ]
}

#[test]
fn a_life_told_in_order_is_what_was_last_told_of_each() {
    let fixture = imported();
    fixture.told(&life());
    let runs = fixture.cells("ci_run", &["attempt", "status", "conclusion"]);
    assert_eq!(runs, ["1,completed,failure", "2,completed,success"]);
    assert_eq!(fixture.cells("ci_job", &["job_id", "conclusion", "retried"]), ["1,failure,true", "2,success,false"]);
    assert_eq!(fixture.cells("release", &["name", "draft"]), ["renamed,false"]);
}

#[test]
fn an_older_state_that_comes_late_changes_nothing_and_nobody_has_to_read_it_again() {
    let fixture = imported();
    fixture.told(&life());
    let changes = fixture.store.changes().expect("asked");
    for (number, told) in life().iter().enumerate() {
        assert_eq!(fixture.tell(told, 100 + number), Deposit::Known, "{told:?}");
    }
    assert_eq!(fixture.store.changes().expect("asked"), changes);
}

#[test]
fn a_job_that_waits_may_be_told_behind_its_begin_and_fills_in_when_it_was_made() {
    let fixture = imported();
    assert_eq!(fixture.tell(&job(1, 1, [None, Some(112), None], ""), 1), Deposit::Stored);
    assert_eq!(fixture.tell(&job(1, 1, [Some(110), None, None], ""), 2), Deposit::Stored);
    let times = ["created_at", "started_at"];
    assert_eq!(fixture.cells("ci_job", &times), ["1970-01-01T00:01:50Z,1970-01-01T00:01:52Z"]);
}

#[test]
fn a_deleted_release_is_not_published_also_where_its_publication_comes_later() {
    let orders = [
        [release(110, "first", true), release(500, "first", false)],
        [release(500, "first", false), release(110, "first", true)],
    ];
    for order in orders {
        let fixture = imported();
        fixture.told(&order);
        assert_eq!(fixture.cells("release", &["draft", "published_at"]), ["true,"]);
    }
}

#[test]
fn a_release_keeps_the_commit_that_an_import_has_read() {
    let fixture = imported();
    let Delivered::Release { release: read, .. } = release(110, "first", true) else { panic!("a release") };
    fixture.read_in(2, 200, &[Record::Release(Box::new(Release { sha: "c1".into(), ..*read }))]);
    assert_eq!(fixture.tell(&release(150, "older", true), 1), Deposit::Known);
    assert_eq!(fixture.tell(&release(250, "newer", true), 2), Deposit::Stored);
    assert_eq!(fixture.cells("release", &["name", "sha"]), ["newer,c1"]);
}

#[test]
fn what_an_import_reads_after_deliveries_is_what_it_reads_without_them() {
    let read = || {
        let Delivered::Release { release, .. } = release(180, "read", true) else { panic!("a release") };
        let run =
            |attempt, second, conclusion| Record::CiRun(Box::new(run_row(attempt, second, "completed", conclusion)));
        let job = |id, attempt, times, conclusion, retried| {
            let times_from = "rest".into();
            Record::CiJob(Box::new(CiJob { times_from, retried, ..job_row(id, attempt, times, conclusion) }))
        };
        [
            Record::Release(release),
            run(1, 130, "failure"),
            run(2, 161, "success"),
            job(1, 1, [Some(110), Some(110), Some(130)], "failure", true),
            job(2, 2, [Some(140), Some(147), Some(160)], "success", false),
        ]
    };
    let (both, alone, late) = (imported(), imported(), imported());
    both.told(&life());
    for fixture in [&both, &alone, &late] {
        fixture.read_in(2, 200, &read());
    }
    late.told(&life());
    let rows = |fixture: &Fixture| ["ci_run", "ci_job", "release"].map(|table| fixture.csv(table));
    assert_eq!(rows(&both), rows(&alone));
    assert_eq!(rows(&late), rows(&alone));
}

#[test]
fn an_import_that_does_not_tell_when_a_job_was_made_leaves_it() {
    let fixture = imported();
    fixture.tell(&job(1, 1, [Some(110), Some(112), Some(130)], "success"), 1);
    let read = CiJob { times_from: "checks".into(), ..job_row(1, 1, [None, Some(112), Some(130)], "success") };
    fixture.read_in(2, 200, &[Record::CiJob(Box::new(read))]);
    assert_eq!(fixture.cells("ci_job", &["created_at", "times_from"]), ["1970-01-01T00:01:50Z,checks"]);
}

#[test]
fn a_run_that_is_over_is_so_although_an_import_has_seen_it_under_way_at_a_later_time_of_its_own() {
    let fixture = imported();
    fixture.read_in(2, 200, &[Record::CiRun(Box::new(run_row(1, 150, "in_progress", "")))]);
    assert_eq!(fixture.tell(&run(1, 190, "completed", "success"), 1), Deposit::Stored);
    assert_eq!(fixture.tell(&run(1, 195, "in_progress", ""), 2), Deposit::Known);
    assert_eq!(fixture.cells("ci_run", &["status", "conclusion"]), ["completed,success"]);
}

#[test]
fn nothing_is_told_of_a_repository_that_no_import_has_seen() {
    let fixture = Fixture::new();
    let before = everything(&fixture.store, &[]);
    for (number, told) in life().iter().enumerate() {
        assert_eq!(fixture.tell(told, number), Deposit::Unknown);
    }
    assert_eq!(everything(&fixture.store, &[]), before);
}

#[test]
fn several_things_of_one_message_are_stored_at_once_and_are_unknown_where_nothing_of_them_is_new() {
    let fixture = imported();
    let several = Delivered::Several(vec![run(1, 110, "queued", ""), job(1, 1, [Some(110), None, None], "")]);
    assert_eq!(fixture.tell(&several, 1), Deposit::Stored);
    assert_eq!((fixture.cells("ci_run", &["attempt"]).len(), fixture.cells("ci_job", &["attempt"]).len()), (1, 1));
    assert_eq!(fixture.tell(&several, 2), Deposit::Known);
    assert_eq!(fixture.tell(&Delivered::Several(Vec::new()), 3), Deposit::Known);
    let elsewhere = |told: Delivered| match told {
        Delivered::CiRun { run, at } => Delivered::CiRun { run: Box::new(CiRun { repo: "secret".into(), ..*run }), at },
        told => told,
    };
    let mixed = Delivered::Several(vec![elsewhere(run(5, 110, "queued", "")), run(1, 110, "queued", "")]);
    assert_eq!(fixture.tell(&mixed, 4), Deposit::Unknown);
}

/// A pipeline of GitLab as of a second.
fn pipeline(second: i64, status: &str, conclusion: &str) -> Delivered {
    let Delivered::CiRun { run, at } = run(1, second, status, conclusion) else { panic!("a run") };
    Delivered::CiRun { run: Box::new(CiRun { run_id: "gitlab.example/pipeline/5".into(), ..*run }), at }
}

#[test]
fn a_pipeline_that_is_over_goes_on_where_a_job_of_it_is_run_again() {
    let told = [
        pipeline(110, "in_progress", ""),
        pipeline(130, "completed", "failure"),
        pipeline(140, "in_progress", ""),
        pipeline(160, "completed", "success"),
    ];
    for (count, status) in [(2, "completed,failure"), (3, "in_progress,"), (4, "completed,success")] {
        let (forwards, backwards) = (imported(), imported());
        forwards.told(&told[..count]);
        backwards.told(&told[..count].iter().rev().cloned().collect::<Vec<_>>());
        for fixture in [forwards, backwards] {
            assert_eq!(fixture.cells("ci_run", &["status", "conclusion"]), [status]);
        }
    }
}

#[test]
fn what_a_job_asked_of_its_runner_stays_where_a_delivery_does_not_tell_it() {
    let with = |labels: &str, runner: &str, row: CiJob| CiJob { labels: labels.into(), runner: runner.into(), ..row };
    let begun = job_row(1, 1, [Some(110), Some(112), None], "");
    let ended = job_row(1, 1, [Some(110), Some(112), Some(130)], "success");
    let fixture = imported();
    fixture.read_in(2, 105, &[Record::CiJob(Box::new(with("linux", "hosted", begun.clone())))]);
    fixture.tell(&Delivered::CiJob(Box::new(ended.clone())), 1);
    let machine = ["conclusion", "labels", "runner"];
    assert_eq!(fixture.cells("ci_job", &machine), ["success,linux,hosted"]);
    let late = imported();
    late.tell(&Delivered::CiJob(Box::new(ended)), 1);
    assert_eq!(late.tell(&Delivered::CiJob(Box::new(with("linux", "hosted", begun))), 2), Deposit::Stored);
    assert_eq!(late.cells("ci_job", &machine), ["success,linux,hosted"]);
}

#[test]
fn what_a_forge_tells_is_of_a_repository_that_an_import_has_seen_and_what_others_push_of_any() {
    let deployment = |source: &str| {
        Delivered::Deployment(Box::new(Deployment {
            id: format!("{source}/1"),
            source: source.into(),
            org: "acme".into(),
            repo: "secret".into(),
            environment: "production".into(),
            created_at: at(110),
            updated_at: Some(at(110)),
            ..Deployment::default()
        }))
    };
    let fixture = imported();
    let deposits: Vec<Deposit> = (1..)
        .zip(["github", "gitlab", "api"])
        .map(|(number, source)| fixture.tell(&deployment(source), number))
        .collect();
    assert_eq!(deposits, [Deposit::Unknown, Deposit::Unknown, Deposit::Stored]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_order_of_deliveries_and_their_repetition_do_not_matter(
        order in Just((0..17_usize).chain(0..17).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let life = life();
        prop_assert_eq!(life.len(), 17);
        let shuffled: Vec<Delivered> = order.iter().map(|place| life[*place].clone()).collect();
        prop_assert_eq!(imported().told(&shuffled), imported().told(&life));
    }

    #[test]
    fn an_import_between_deliveries_ends_as_one_after_them(cut in 0..18_usize, order in Just((0..17_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let life = life();
        let read = [Record::CiRun(Box::new(run_row(2, 161, "completed", "success")))];
        let ends = |cut: usize| {
            let fixture = imported();
            for (number, place) in order.iter().enumerate() {
                if number == cut {
                    fixture.read_in(2, 200, &read);
                }
                fixture.tell(&life[*place], number);
            }
            if cut >= order.len() {
                fixture.read_in(2, 200, &read);
            }
            ["ci_run", "ci_job", "release"].map(|table| fixture.csv(table))
        };
        prop_assert_eq!(ends(cut), ends(order.len()));
    }
}

#[test]
fn instants_of_the_future_count_as_of_when_they_came() {
    let fixture = imported();
    let far = Instant::from_seconds(9_999_999);
    let Delivered::CiRun { run: row, .. } = run(1, 110, "in_progress", "") else { panic!("a run") };
    fixture.tell(&Delivered::CiRun { run: row, at: far }, 1);
    fixture.read_in(2, 1001, &[Record::CiRun(Box::new(run_row(1, 150, "queued", "")))]);
    assert_eq!(fixture.cells("ci_run", &["status"]), ["queued"], "the import is later");
}
