//! Deliveries and pushed events at a rate, beside an import and readers: nothing is lost, and nothing counts twice.
//!
//! `just load` runs it at the rate and for the time that the server is to stand, and holds it to its times.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant as Clock};

use model::kinds::Scope;
use model::records::{ImportRun, Record};
use sandbox::view::View;
use sandbox::{Options, Organisation, Size, ci_records, delivery_records, records};
use serde_json::{Value, json};
use store::{Page, Store};

use crate::client::{Answer, Connection};
#[cfg(unix)]
use crate::process::signal;
use crate::process::{Server, program, text};
#[cfg(unix)]
use crate::webhooks::wait_for;
use crate::webhooks::{SECRET, count, head, signature, wait_until};

pub(crate) const TOKEN: &str = "hush-this-is-the-token";

/// Connections of senders, which are more than wait for an answer at once.
const SENDERS: usize = 64;
const READERS: usize = 2;
/// Between two questions of a reader.
const READ_EVERY: Duration = Duration::from_millis(100);
/// Of an import, between two pages: as long as the next one is asked for.
const PAGE_EVERY: Duration = Duration::from_millis(50);
const RECORDS_OF_A_PAGE: usize = 100;

/// What pages ask for.
const QUESTIONS: [&str; 7] = [
    "/api/v1/meta",
    "/api/v1/flow/throughput",
    "/api/v1/delivery/dora?by=week",
    "/api/v1/pull-requests/open",
    "/api/v1/ci/reliability?by=month",
    "/api/v1/deployments?limit=50",
    "/metrics",
];

/// How much is sent for how long.
struct Load {
    rate: usize,
    seconds: usize,
    /// In which 19 of 20 answers to senders and to readers have to come; only where the rate was asked for.
    targets: Option<[Duration; 2]>,
}

impl Load {
    /// Without variables one that any machine stands.
    fn of_environment() -> Self {
        let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().expect("a number"));
        let [rate, seconds] = ["CTO_LOAD_RATE", "CTO_LOAD_SECONDS"].map(number);
        let targets = rate.map(|_| [Duration::from_millis(50), Duration::from_millis(100)]);
        Self { rate: rate.unwrap_or(40), seconds: seconds.unwrap_or(5), targets }
    }
}

/// An organisation and what is told of it.
pub(crate) struct Life {
    organisation: Organisation,
    pub(crate) view: View,
}

/// One request of a sender.
#[derive(Clone)]
pub(crate) enum Sent {
    /// A signed delivery of GitHub.
    Delivery { id: String, event: &'static str, body: String },
    /// A pushed event.
    Event { path: String, body: Value },
}

impl Life {
    pub(crate) fn new(ci_months: u32) -> Self {
        let options = Options { ci_months: Some(ci_months), ..Options::new(11, Size::Small) };
        let organisation = Organisation::generate(&options);
        let view = organisation.view(organisation.end());
        Self { organisation, view }
    }

    /// A store in which an import has seen everything but what webhooks tell of.
    pub(crate) fn imported(&self, folder: &Path) -> Store {
        let store = Store::open(&text(&folder.join("cto.db"))).expect("opened");
        let is_told = |record: &Record| {
            matches!(record, Record::Deployment(_) | Record::Release(_) | Record::CiRun(_) | Record::CiJob(_))
        };
        let all = records(&self.view).chain(delivery_records(&self.view)).chain(ci_records(&self.view));
        let imported: Vec<Record> = all.filter(|record| !is_told(record)).collect();
        self.commit(&store, 1, &imported);
        for scope in [Scope::Issues, Scope::PullRequests, Scope::Deployments, Scope::Commits, Scope::CiRuns] {
            for repository in &self.view.repositories {
                let run = ImportRun {
                    run: 1,
                    scope: scope.into(),
                    subject: repository.id.clone(),
                    outcome: "ok".into(),
                    covered_to: Some(self.view.now),
                    covered_from: Some(self.organisation.start()),
                    ..ImportRun::default()
                };
                store.record_import(&run).expect("recorded");
            }
        }
        std::fs::write(folder.join("config.yml"), self.organisation.config_yaml()).expect("written");
        store
    }

    fn commit(&self, store: &Store, run: i64, records: &[Record]) {
        let observed_at = self.view.now;
        let page = Page {
            scope: Scope::Issues,
            subject: "R_1",
            records,
            cursor: Some("a cursor"),
            observed_at,
            run,
            generation: None,
            complete: false,
        };
        store.commit(&page).expect("stored");
    }

    /// What GitHub delivers in turn with what pipelines push, each different from all others.
    pub(crate) fn sent(&self, most: usize) -> Vec<Sent> {
        let deliveries = sandbox::webhooks::deliveries(&self.view);
        let told = deliveries.iter().enumerate().map(|(number, one)| Sent::Delivery {
            id: format!("load-{number}"),
            event: one.event,
            body: one.payload.to_string(),
        });
        let pushed = (0..).map(pushed);
        told.zip(pushed).flat_map(|(delivery, event)| [delivery, event]).take(most).collect()
    }
}

/// A deployment as it begins, then the same as it ends, and now and then an incident.
fn pushed(number: usize) -> Sent {
    let (run, minute) = (number / 2, number / 2 % 60);
    let at = |hour: u8| format!("2026-03-03T{hour:02}:{minute:02}:00.000Z");
    if number % 20 == 19 {
        let body = json!({"id": format!("load-{number}"), "project_id": "shop", "started_at": at(12)});
        return Sent::Event { path: "/api/v1/incidents".to_owned(), body };
    }
    if number.is_multiple_of(2) {
        let body = json!({"id": format!("load-{run}"), "project_id": "shop", "first_commit_at": at(8)});
        return Sent::Event { path: "/api/v1/deployments".to_owned(), body };
    }
    let body = json!({
        "create_if_not_exists": true, "project_id": "shop", "first_commit_at": at(8), "deployed_at": at(9),
    });
    Sent::Event { path: format!("/api/v1/deployments/load-{run}/deployed"), body }
}

impl Sent {
    pub(crate) fn request(&self, server: &Server) -> Vec<u8> {
        let (head, body) = match self {
            Self::Delivery { id, event, body } => (head(server, event, id, &signature(body.as_bytes())), body.clone()),
            Self::Event { path, body } => {
                let host = &server.address;
                (format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Token {TOKEN}\r\n"), body.to_string())
            }
        };
        format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    pub(crate) fn is_delivery(&self) -> bool {
        matches!(self, Self::Delivery { .. })
    }
}

/// A server that takes deliveries and pushed events in.
pub(crate) fn started(folder: &Path) -> Server {
    let mut command = program(&["--data", &text(folder), "--config", &text(&folder.join("config.yml"))]);
    command.env("CTO_WEBHOOK_SECRET", SECRET).env("CTO_EVENT_TOKENS", TOKEN);
    let server = Server::run(command);
    server.wait_until_ready("/readyz", "");
    server
}

/// The published rows of what webhooks tell of, without what was pushed.
pub(crate) fn told_rows(store: &Store) -> BTreeMap<&'static str, Vec<String>> {
    let folder = tempfile::tempdir().expect("a folder");
    store.publish_csv(folder.path(), store::JobsOfCi::Published).expect("published");
    let rows = |name: &str| {
        let file = std::fs::read_to_string(folder.path().join(format!("{name}.csv"))).expect("text");
        file.lines().filter(|line| !line.contains("api/load-")).map(str::to_owned).collect()
    };
    ["deployment", "deployment_status", "release", "ci_run", "ci_job"].map(|name| (name, rows(name))).into()
}

/// A store that was told the same in its order, one after the other.
pub(crate) fn told_in_order(life: &Life, sent: &[Sent]) -> BTreeMap<&'static str, Vec<String>> {
    let folder = tempfile::tempdir().expect("a folder");
    let store = life.imported(folder.path());
    for one in sent {
        let Sent::Delivery { id, event, body } = one else { continue };
        let reading = github_webhooks::read(event, body.as_bytes(), life.view.now).expect("readable");
        let github_webhooks::Reading::Told(told) = reading else { panic!("{reading:?}") };
        let delivery = store::Delivery { id, body_hash: id, event, received_at: life.view.now, told: &told };
        store.deliver(&delivery).expect("stored");
    }
    told_rows(&store)
}

/// The ids of pushed deployments and incidents that are told again, each as often as it is.
pub(crate) fn pushed_ids(server: &Server) -> Vec<String> {
    let ids = |path: &str| {
        let listed = server.get(path).json();
        let listed = listed.as_array().expect("a list").clone();
        listed.iter().map(|one| one["id"].as_str().expect("a text").to_owned()).collect::<Vec<_>>()
    };
    let deployments = ids("/api/v1/deployments?limit=1000000");
    deployments.into_iter().chain(ids("/api/v1/incidents").iter().map(|id| format!("incident {id}"))).collect()
}

/// The ids of what was pushed.
pub(crate) fn ids_of(sent: &[Sent]) -> BTreeSet<String> {
    let id = |one: &Sent| match one {
        Sent::Delivery { .. } => None,
        Sent::Event { path, body } => Some(match (path.as_str(), body["id"].as_str()) {
            ("/api/v1/incidents", Some(id)) => format!("incident {id}"),
            (_, Some(id)) => id.to_owned(),
            (path, None) => path.split('/').nth(4).expect("an id").to_owned(),
        }),
    };
    sent.iter().filter_map(id).collect()
}

/// The time within which so many of a hundred answers came.
fn within(times: &mut [Duration], share: usize) -> Duration {
    times.sort_unstable();
    times.get((times.len() * share).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
}

fn said(what: &str, times: &mut [Duration]) -> Duration {
    let [p50, p95, p99, most] = [50, 95, 99, 100].map(|share| within(times, share));
    println!("{what}: {} answers, p50 {p50:.1?}, p95 {p95:.1?}, p99 {p99:.1?}, longest {most:.1?}", times.len());
    p95
}

/// Sends all at a rate, whether the answers before have come or not; times count from when a request was due.
fn send(server: &Server, sent: &[Sent], rate: usize) -> (Vec<Duration>, Vec<Answer>) {
    let requests: Vec<Vec<u8>> = sent.iter().map(|one| one.request(server)).collect();
    let (next, begun) = (AtomicUsize::new(0), Clock::now());
    let answered = Mutex::new(Vec::with_capacity(sent.len()));
    thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                let mut connection = server.connect();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(request) = requests.get(number) else { return };
                    let due = begun + Duration::from_secs_f64(number as f64 / rate as f64);
                    thread::sleep(due.saturating_duration_since(Clock::now()));
                    connection.send(request).expect("sent");
                    let answer = connection.answer().expect("an answer");
                    answered.lock().expect("no panic").push((due.elapsed(), answer));
                }
            });
        }
    });
    answered.into_inner().expect("no panic").into_iter().unzip()
}

/// Asks what pages ask until it is over.
fn read(address: &str, is_over: &AtomicBool) -> Vec<Duration> {
    let mut connection = Connection::open(address);
    let mut times = Vec::new();
    for path in QUESTIONS.iter().cycle().take_while(|_| !is_over.load(Ordering::Relaxed)) {
        let begun = Clock::now();
        assert_eq!(connection.get(path).status, 200, "{path}");
        times.push(begun.elapsed());
        thread::sleep(READ_EVERY);
    }
    times
}

/// Imports issues and pull requests over and over until it is over; how many pages.
fn import(life: &Life, store: &Store, is_over: &AtomicBool) -> usize {
    let lock = store.lock_for_import(Duration::ZERO, &mut || {}).expect("nobody else imports");
    let all: Vec<Record> = records(&life.view).collect();
    let mut pages = 0;
    for run in 2.. {
        for page in all.chunks(RECORDS_OF_A_PAGE) {
            if is_over.load(Ordering::Relaxed) {
                drop(lock);
                return pages;
            }
            life.commit(store, run, page);
            pages += 1;
            thread::sleep(PAGE_EVERY);
        }
    }
    pages
}

#[test]
fn under_load_beside_an_import_and_readers_nothing_is_lost_and_nothing_counts_twice() {
    let load = Load::of_environment();
    let folder = tempfile::tempdir().expect("a folder");
    let life = Life::new(1 + (load.rate * load.seconds / 3_000) as u32);
    let store = life.imported(folder.path());
    let sent = life.sent(load.rate * load.seconds);
    assert_eq!(sent.len(), load.rate * load.seconds, "the organisation is large enough");
    let server = started(folder.path());
    for path in QUESTIONS {
        assert_eq!(server.get(path).status, 200, "{path}");
    }

    let is_over = Arc::new(AtomicBool::new(false));
    let ((mut times, answers), mut read, pages) = thread::scope(|scope| {
        let importing = scope.spawn(|| import(&life, &store, &is_over));
        let reading: Vec<_> = (0..READERS).map(|_| scope.spawn(|| read(&server.address, &is_over))).collect();
        let answered = send(&server, &sent, load.rate);
        is_over.store(true, Ordering::Relaxed);
        let read: Vec<Duration> = reading.into_iter().flat_map(|one| one.join().expect("no panic")).collect();
        (answered, read, importing.join().expect("no panic"))
    });
    println!("\n{} requests a second for {} s; meanwhile {pages} pages were imported", load.rate, load.seconds);
    let p95 = [said("deliveries and events", &mut times), said("reads", &mut read)];

    assert_eq!(answers.iter().find(|answer| ![200, 201, 202].contains(&answer.status)).map(|it| &it.body), None);
    let deliveries = sent.iter().filter(|one| one.is_delivery()).count();
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    let counted = |outcomes: &[&str]| -> usize {
        outcomes.iter().map(|outcome| count(&server, outcome).parse::<usize>().expect("a number")).sum()
    };
    // What is new of pushed events is counted as stored, too.
    wait_until("all that was accepted is stored", || counted(&["stored", "known"]) >= deliveries + created);
    assert_eq!(counted(&["stored", "known"]), deliveries + created);
    assert_eq!(counted(&["repeated", "unknown", "failed", "refused"]), 0);
    let pushed = pushed_ids(&server);
    assert_eq!(pushed.len(), ids_of(&sent).len(), "each once");
    assert_eq!(pushed.into_iter().collect::<BTreeSet<_>>(), ids_of(&sent));
    drop(server);
    assert_eq!(told_rows(&store), told_in_order(&life, &sent));
    for (p95, target) in p95.into_iter().zip(load.targets.into_iter().flatten()) {
        assert!(p95 < target, "19 of 20 answers within {p95:?}, more than {target:?}");
    }
}

/// What the server has answered until it was killed, which it is after so many answers.
#[cfg(unix)]
fn send_until_killed(server: &Server, sent: &[Sent], kill_after: usize) -> Vec<(usize, Answer)> {
    let requests: Vec<Vec<u8>> = sent.iter().map(|one| one.request(server)).collect();
    let (next, answered) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let sending = || {
        let mut connection = server.connect();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(request) = requests.get(number) else { return };
            // Fails once the server is gone.
            let Some(answer) = connection.send(request).ok().and_then(|()| connection.answer()) else { return };
            let mut answered = answered.lock().expect("no panic");
            answered.push((number, answer));
            if answered.len() == kill_after {
                signal(server, "-KILL");
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(sending);
        }
    });
    answered.into_inner().expect("no panic")
}

#[cfg(unix)]
#[test]
fn what_was_answered_is_stored_when_the_process_is_killed_and_what_is_sent_again_counts_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let life = Life::new(1);
    let store = life.imported(folder.path());
    let sent = life.sent(600);
    let server = started(folder.path());
    let answered = send_until_killed(&server, &sent, 200);
    assert!((200..sent.len()).contains(&answered.len()), "in the middle: {}", answered.len());
    assert_eq!(server.ended().0, None, "killed");

    // An answer of a pushed event always says that it is stored.
    let is_promised = |(_, answer): &&(usize, Answer)| answer.status < 202 || answer.json()["outcome"] != "accepted";
    let promised: Vec<Sent> = answered.iter().filter(is_promised).map(|(number, _)| sent[*number].clone()).collect();
    let server = started(folder.path());
    let pushed: BTreeSet<String> = pushed_ids(&server).into_iter().collect();
    assert!(pushed.is_superset(&ids_of(&promised)));
    let again = |one: &Sent| {
        let mut connection = server.connect();
        connection.send(one.request(&server)).expect("sent");
        connection.answer().expect("an answer").status
    };
    let (deliveries, events): (Vec<&Sent>, Vec<&Sent>) = promised.iter().partition(|one| one.is_delivery());
    assert!(events.iter().all(|one| again(one) == 200), "nothing of it is new");
    assert!(!deliveries.is_empty() && deliveries.iter().all(|one| again(one) == 202));
    wait_for(&server, "repeated", &deliveries.len().to_string());

    let statuses: BTreeSet<u16> = sent.iter().map(again).collect();
    assert!(statuses.is_subset(&[200, 201, 202].into()), "{statuses:?}");
    wait_until("all is stored", || told_rows(&store) == told_in_order(&life, &sent));
    let pushed = pushed_ids(&server);
    assert_eq!((pushed.len(), pushed.into_iter().collect::<BTreeSet<_>>()), (ids_of(&sent).len(), ids_of(&sent)));
}
