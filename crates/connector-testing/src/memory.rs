//! A sink in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use model::Instant;
use model::records::{
    CiBillMonth, CiJob, CiRun, CloudMonth, Deployment, GitCommit, Issue, Presence, ProjectItem, PullRequest, Record,
    Release,
};
use source::{Batch, Context, FullCrawl, Heads, Progress, Sink, SinkError, Source, SourceError, Usage, Window};
use tokio_util::sync::CancellationToken;

/// Keeps all batches. A record that came twice counts as it came last, as in the store.
#[derive(Debug, Default)]
pub struct Memory {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    batches: Vec<Batch>,
    cursor: Option<String>,
    commits_left: Option<usize>,
    /// Commits that were deployed, and when.
    shipped: Vec<(String, Instant)>,
}

impl Memory {
    /// One that cannot store anything.
    pub fn full() -> Self {
        let memory = Self::default();
        memory.fail_after(0);
        memory
    }

    /// One to which an earlier import has left a cursor and nothing else.
    pub fn with_cursor(cursor: Option<String>) -> Self {
        Self { kept: Mutex::new(Kept { cursor, ..Kept::default() }) }
    }

    /// From now on takes so many more batches, then fails.
    pub fn fail_after(&self, commits: usize) {
        self.locked().commits_left = Some(commits);
    }

    /// Says which commits were deployed, and when.
    pub fn ship(&self, shipped: Vec<(String, Instant)>) {
        self.locked().shipped = shipped;
    }

    /// One run of a source, from the cursor that the last one left.
    pub async fn import(
        &self,
        source: &dyn Source,
        window: Window,
        generation: i64,
        progress: &dyn Progress,
        cancel: CancellationToken,
    ) -> Result<Usage, SourceError> {
        let cursor = self.cursor();
        source.run(&Context { sink: self, progress, cancel, window, cursor, generation }).await
    }

    /// All batches in order.
    pub fn batches(&self) -> Vec<Batch> {
        self.locked().batches.clone()
    }

    /// The cursor that the last batch with one left.
    pub fn cursor(&self) -> Option<String> {
        self.locked().cursor.clone()
    }

    /// The cursor that the last batch with one left for this subject.
    pub fn cursor_of(&self, subject: &str) -> Option<String> {
        let kept = self.locked();
        kept.batches.iter().rev().filter(|batch| batch.subject == subject).find_map(|batch| batch.cursor.clone())
    }

    /// The crawls that batches belonged to, batch by batch.
    pub fn crawls(&self) -> Vec<FullCrawl> {
        self.locked().batches.iter().filter_map(|batch| batch.full_crawl).collect()
    }

    /// The issues by id. Panics when anything else was stored.
    pub fn issues(&self) -> Vec<Issue> {
        self.records(|record| match record {
            Record::Issue(issue) => (issue.id.clone(), *issue),
            other => panic!("not an issue: {other:?}"),
        })
    }

    /// The pull requests by id. Panics when anything else was stored.
    pub fn pull_requests(&self) -> Vec<PullRequest> {
        self.records(|record| match record {
            Record::PullRequest(known) => (known.id.clone(), *known),
            other => panic!("not a pull request: {other:?}"),
        })
    }

    /// The cards by id. Panics when anything else was stored.
    pub fn items(&self) -> Vec<ProjectItem> {
        self.records(|record| match record {
            Record::ProjectItem(item) => (item.id.clone(), *item),
            other => panic!("not a card: {other:?}"),
        })
    }

    /// The months by provider, account and month. Panics when anything else was stored.
    pub fn months(&self) -> Vec<CloudMonth> {
        self.records(|record| match record {
            Record::CloudMonth(known) => ((known.provider.clone(), known.account.clone(), known.month), *known),
            other => panic!("not a month: {other:?}"),
        })
    }

    /// The deployments by id. Panics when anything else was stored.
    pub fn deployments(&self) -> Vec<Deployment> {
        self.records(|record| match record {
            Record::Deployment(known) => (known.id.clone(), *known),
            other => panic!("not a deployment: {other:?}"),
        })
    }

    /// The releases by id. Panics when anything else was stored.
    pub fn releases(&self) -> Vec<Release> {
        self.records(|record| match record {
            Record::Release(known) => (known.id.clone(), *known),
            other => panic!("not a release: {other:?}"),
        })
    }

    /// The commits by object id. Panics when anything else was stored.
    pub fn commits(&self) -> Vec<GitCommit> {
        self.records(|record| match record {
            Record::GitCommit(known) => (known.sha.clone(), *known),
            other => panic!("not a commit: {other:?}"),
        })
    }

    /// The runs of workflows by id and attempt, where runs and jobs were stored. Panics when anything else was.
    pub fn ci_runs(&self) -> Vec<CiRun> {
        let runs = self.records(|record| match record {
            Record::CiRun(known) => ((known.run_id.clone(), known.attempt), Some(*known)),
            Record::CiJob(_) => ((String::new(), 0), None),
            other => panic!("not of a run of a workflow: {other:?}"),
        });
        runs.into_iter().flatten().collect()
    }

    /// The jobs of runs by id, where runs and jobs were stored. Panics when anything else was.
    pub fn ci_jobs(&self) -> Vec<CiJob> {
        let jobs = self.records(|record| match record {
            Record::CiJob(known) => (known.job_id.clone(), Some(*known)),
            Record::CiRun(_) => (String::new(), None),
            other => panic!("not of a run: {other:?}"),
        });
        jobs.into_iter().flatten().collect()
    }

    /// The bills of CI by organisation, cost centre and month. Panics when anything else was stored.
    pub fn ci_bills(&self) -> Vec<CiBillMonth> {
        self.records(|record| match record {
            Record::CiBillMonth(known) => ((known.org.clone(), known.cost_center.clone(), known.month), *known),
            other => panic!("not a bill of CI: {other:?}"),
        })
    }

    /// Numbers of the issues or pull requests in order.
    pub fn numbers(&self) -> Vec<u32> {
        self.records(|record| {
            let place = match record {
                Record::Issue(issue) => issue.place,
                Record::PullRequest(known) => known.place,
                other => panic!("it has no number: {other:?}"),
            };
            let number: u32 = place.number.parse().expect("a number");
            (number, number)
        })
    }

    /// Ids of the cards with this presence.
    pub fn ids(&self, presence: Presence) -> Vec<String> {
        self.items().into_iter().filter(|item| item.presence == presence).map(|item| item.id).collect()
    }

    fn records<K: Ord, R>(&self, keyed: impl Fn(Record) -> (K, R)) -> Vec<R> {
        let records = self.batches().into_iter().flat_map(|batch| batch.records);
        records.map(keyed).collect::<BTreeMap<_, _>>().into_values().collect()
    }

    fn locked(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("no test has panicked here")
    }
}

impl Sink for Memory {
    fn commit(&self, batch: Batch) -> Result<(), SinkError> {
        let mut kept = self.locked();
        match &mut kept.commits_left {
            Some(0) => return Err(SinkError { message: "the disk is full".to_owned(), source: None }),
            Some(left) => *left -= 1,
            None => {}
        }
        kept.cursor = batch.cursor.clone().or(kept.cursor.take());
        kept.batches.push(batch);
        Ok(())
    }

    fn unseen_items(&self, subject: &str, generation: i64) -> Result<Vec<String>, SinkError> {
        let kept = self.locked();
        let mut last_seen: BTreeMap<&str, (Presence, i64)> = BTreeMap::new();
        for batch in kept.batches.iter().filter(|batch| batch.subject == subject) {
            for record in &batch.records {
                let Record::ProjectItem(item) = record else { panic!("not a card: {record:?}") };
                let seen = batch.full_crawl.map_or(0, |crawl| crawl.generation);
                let known = last_seen.entry(&item.id).or_insert((item.presence, seen));
                *known = (item.presence, known.1.max(seen));
            }
        }
        let unseen = last_seen.into_iter().filter(|(_, (at, seen))| *at == Presence::OnBoard && *seen < generation);
        Ok(unseen.map(|(id, _)| id.to_owned()).collect())
    }

    fn heads_to_read(&self, _subject: &str) -> Result<Heads, SinkError> {
        let mut shipped = self.locked().shipped.clone();
        shipped.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let oldest = shipped.iter().map(|(_, at)| *at).min();
        let stored: BTreeSet<String> = self.commits().into_iter().map(|commit| commit.sha).collect();
        let to_read = shipped.into_iter().map(|(sha, _)| sha).filter(|sha| !stored.contains(sha)).collect();
        Ok(Heads { to_read, oldest })
    }

    fn missing_parents(&self, _subject: &str, since: Instant) -> Result<Vec<String>, SinkError> {
        let mut commits = self.commits();
        let stored: BTreeSet<String> = commits.iter().map(|commit| commit.sha.clone()).collect();
        commits.retain(|commit| commit.committed_at >= since);
        commits.sort_by_key(|commit| std::cmp::Reverse(commit.committed_at));
        let parents = commits.iter().flat_map(|commit| commit.parents.split(';').filter(|parent| !parent.is_empty()));
        Ok(parents.filter(|parent| !stored.contains(*parent)).map(str::to_owned).collect())
    }

    fn unstored_commits(&self, _subject: &str, shas: &[String]) -> Result<Vec<String>, SinkError> {
        let stored: BTreeSet<String> = self.commits().into_iter().map(|commit| commit.sha).collect();
        Ok(shas.iter().filter(|sha| !stored.contains(*sha)).cloned().collect())
    }
}
