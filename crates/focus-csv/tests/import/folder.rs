//! A folder of files, a sink in memory, a clock that stands still, and a listener.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use async_trait::async_trait;
use flate2::Compression;
use flate2::write::GzEncoder;
use focus_csv::{CostColumn, FocusSource, Settings};
use model::Instant;
use model::records::{CloudMonth, Record};
use source::{Batch, Clock, Context, Event, Progress, Scope, Sink, SinkError, Source as _, SourceError, Usage, Window};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// The header of the files that tests write.
pub(crate) const HEADER: &str = "BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargeCategory,ChargeClass,ProviderName,ServiceName,BillingAccountId,SubAccountId\n";

/// What the clock says.
pub(crate) const NOW: &str = "2024-11-20T12:00:00Z";

pub(crate) fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).expect("a time")
}

/// A row of September 2024 of the account `sub` of AWS.
pub(crate) fn row(cost: &str, category: &str, service: &str) -> String {
    row_of(cost, category, service, "2024-09", "AWS", "sub")
}

pub(crate) fn row_of(cost: &str, category: &str, service: &str, month: &str, provider: &str, account: &str) -> String {
    let next = model::Month::parse(month).expect("a month").plus(1);
    format!("{cost},0,USD,{month}-01,{next}-01T00:00:00Z,{category},NULL,{provider},{service},payer,{account}\n")
}

/// A folder with exports.
pub(crate) struct Folder {
    folder: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, last modified then.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>, modified: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let mut file = File::create(&path).expect("a file");
        file.write_all(content.as_ref()).expect("written");
        let micros = u64::try_from(at(modified).micros()).expect("after 1970");
        file.set_modified(UNIX_EPOCH + Duration::from_micros(micros)).expect("a time");
        path
    }

    /// Writes `bills.csv` of the usual header and these rows.
    pub(crate) fn bills(&self, rows: &[String]) {
        self.write("bills.csv", format!("{HEADER}{}", rows.concat()), "2024-10-03T04:05:06Z");
    }

    pub(crate) fn settings(&self, pattern: &str) -> Settings {
        let (pattern, base) = (pattern.to_owned(), self.path().to_owned());
        Settings { pattern, base, cost: CostColumn::Billed, provider: None }
    }

    pub(crate) fn source(&self, pattern: &str) -> FocusSource {
        source_of(self.settings(pattern))
    }
}

pub(crate) fn source_of(settings: Settings) -> FocusSource {
    try_source_of(settings).expect("a pattern")
}

pub(crate) fn try_source_of(settings: Settings) -> Result<FocusSource, SourceError> {
    FocusSource::new(settings, Arc::new(Standing(at(NOW))))
}

/// A clock that stands still.
struct Standing(Instant);

#[async_trait]
impl Clock for Standing {
    fn now(&self) -> Instant {
        self.0
    }

    async fn sleep_until(&self, _at: Instant) {}
}

/// A ledger as the store keeps it: a month replaces that month.
#[derive(Default)]
pub(crate) struct Ledger {
    kept: Mutex<Kept>,
    notes: Mutex<Vec<String>>,
    commits_fail: bool,
}

#[derive(Default)]
struct Kept {
    months: BTreeMap<(String, String, String), CloudMonth>,
    cursor: Option<String>,
    batches: Vec<Batch>,
}

impl Ledger {
    pub(crate) fn failing() -> Self {
        Self { commits_fail: true, ..Self::default() }
    }

    /// One run with the cursor that the last one left.
    pub(crate) async fn import(&self, source: &FocusSource, window: Window) -> Result<Usage, SourceError> {
        self.import_until(source, window, CancellationToken::new()).await
    }

    pub(crate) async fn import_until(
        &self,
        source: &FocusSource,
        window: Window,
        cancel: CancellationToken,
    ) -> Result<Usage, SourceError> {
        self.notes.lock().expect("no thread has panicked").clear();
        let cursor = self.cursor();
        source.run(&Context { sink: self, progress: self, cancel, window, cursor, generation: 7 }).await
    }

    /// One run with this cursor.
    pub(crate) async fn import_from(&self, source: &FocusSource, cursor: &str) {
        self.kept.lock().expect("no thread has panicked").cursor = Some(cursor.to_owned());
        self.import(source, Window::default()).await.expect("bills");
    }

    /// The months with lines, by provider, account and month.
    pub(crate) fn months(&self) -> Vec<CloudMonth> {
        self.kept
            .lock()
            .expect("no thread has panicked")
            .months
            .values()
            .filter(|month| !month.lines.is_empty())
            .cloned()
            .collect()
    }

    /// `provider account month service category currency gross credits` of each line.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for month in self.months() {
            for line in &month.lines {
                let (category, net) = (line.charge_category.name(), (&line.gross, &line.credits));
                lines.push(format!(
                    "{} {} {} {} {category} {} {} {}",
                    month.provider, month.account, month.month, line.service, line.currency, net.0, net.1
                ));
            }
        }
        lines
    }

    pub(crate) fn cursor(&self) -> Option<String> {
        self.kept.lock().expect("no thread has panicked").cursor.clone()
    }

    pub(crate) fn batches(&self) -> Vec<Batch> {
        self.kept.lock().expect("no thread has panicked").batches.clone()
    }

    /// What the last run told.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.notes.lock().expect("no thread has panicked").clone()
    }
}

impl Sink for Ledger {
    fn commit(&self, batch: Batch) -> Result<(), SinkError> {
        if self.commits_fail {
            return Err(SinkError { message: "the disk is full".to_owned(), source: None });
        }
        assert_eq!(batch.scope, Scope::CloudCosts);
        let mut kept = self.kept.lock().expect("no thread has panicked");
        for record in &batch.records {
            let Record::CloudMonth(month) = record else { panic!("not a month: {record:?}") };
            let key = (month.provider.clone(), month.account.clone(), month.month.to_string());
            kept.months.insert(key, CloudMonth::clone(month));
        }
        kept.cursor = batch.cursor.clone().or(kept.cursor.take());
        kept.batches.push(batch);
        Ok(())
    }

    fn unseen_items(&self, _subject: &str, _generation: i64) -> Result<Vec<String>, SinkError> {
        Ok(Vec::new())
    }
}

impl Progress for Ledger {
    fn event(&self, event: Event) {
        if let Event::Note(note) = event {
            self.notes.lock().expect("no thread has panicked").push(note);
        }
    }
}

pub(crate) fn gzip(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content.as_ref()).expect("written");
    encoder.finish().expect("written")
}

/// The lines of one import of `bills.csv`.
pub(crate) async fn lines_of(folder: &Folder) -> Vec<String> {
    let ledger = Ledger::default();
    ledger.import(&folder.source("bills.csv"), Window::default()).await.expect("bills");
    ledger.lines()
}

/// The error of one import of `bills.csv`, from which nothing was stored; the folder's path is left out.
pub(crate) async fn error_of(folder: &Folder) -> String {
    let ledger = Ledger::default();
    let error = ledger.import(&folder.source("bills.csv"), Window::default()).await.expect_err("a fault");
    assert!(ledger.batches().is_empty());
    error.to_string().replace(&format!("{}/", folder.path().display()), "")
}
