//! A folder of files, a sink in memory, a clock that stands still, and a listener.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

pub(crate) use connector_testing::at;
use connector_testing::{Memory, Told, VirtualClock};
use flate2::Compression;
use flate2::write::GzEncoder;
use focus_csv::{CostColumn, FocusSource, Settings};
use model::records::CloudMonth;
use source::{Batch, Scope, SourceError, Usage, Window};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// The header of the files that tests write.
pub(crate) const HEADER: &str = "BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargeCategory,ChargeClass,ProviderName,ServiceName,BillingAccountId,SubAccountId\n";

/// What the clock says.
pub(crate) const NOW: &str = "2024-11-20T12:00:00Z";

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
        Settings { pattern, base, cost: CostColumn::Billed, provider: None, parts: false }
    }

    pub(crate) fn source(&self, pattern: &str) -> FocusSource {
        source_of(self.settings(pattern))
    }
}

pub(crate) fn source_of(settings: Settings) -> FocusSource {
    try_source_of(settings).expect("a pattern")
}

pub(crate) fn try_source_of(settings: Settings) -> Result<FocusSource, SourceError> {
    FocusSource::new(settings, Arc::new(VirtualClock::starting_at(at(NOW))))
}

/// A ledger as the store keeps it: a month replaces that month.
#[derive(Default)]
pub(crate) struct Ledger {
    memory: Memory,
    notes: Mutex<Vec<String>>,
}

impl Ledger {
    pub(crate) fn failing() -> Self {
        Self { memory: Memory::full(), ..Self::default() }
    }

    /// One to which an earlier import has left this cursor and nothing else.
    pub(crate) fn with_cursor(cursor: &str) -> Self {
        Self { memory: Memory::with_cursor(Some(cursor.to_owned())), ..Self::default() }
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
        let told = Told::default();
        let outcome = self.memory.import(source, window, 7, &told, cancel).await;
        *self.notes.lock().expect("no thread has panicked") = told.notes();
        assert!(self.batches().iter().all(|batch| batch.scope == Scope::CloudCosts));
        outcome
    }

    /// The months with lines, by provider, account and month.
    pub(crate) fn months(&self) -> Vec<CloudMonth> {
        self.memory.months().into_iter().filter(|month| !month.lines.is_empty()).collect()
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
        self.memory.cursor()
    }

    pub(crate) fn batches(&self) -> Vec<Batch> {
        self.memory.batches()
    }

    /// What the last run told.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.notes.lock().expect("no thread has panicked").clone()
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
