//! What an import of FOCUS files does in a second: `cargo bench -p focus-csv`.
//!
//! 1,000,000 rows with the columns of FOCUS 1.0, of 60 accounts, 80 services and 3 months, are imported from a plain
//! file and from a gzip file. `FOCUS_BENCH_ROWS` takes another number of rows.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant as Stopwatch;

use flate2::Compression;
use flate2::write::GzEncoder;
use focus_csv::{CostColumn, FocusSource, Settings};
use source::{Batch, Context, Silent, Sink, SinkError, Source as _, SystemClock, Window};
use tokio_util::sync::CancellationToken;

const HEADER: &str = "AvailabilityZone,BilledCost,BillingAccountId,BillingAccountName,BillingCurrency,BillingPeriodEnd,\
BillingPeriodStart,ChargeCategory,ChargeClass,ChargeDescription,ChargeFrequency,ChargePeriodEnd,ChargePeriodStart,\
CommitmentDiscountCategory,CommitmentDiscountId,CommitmentDiscountName,CommitmentDiscountStatus,CommitmentDiscountType,\
ConsumedQuantity,ConsumedUnit,ContractedCost,ContractedUnitPrice,EffectiveCost,InvoiceIssuerName,ListCost,ListUnitPrice,\
PricingCategory,PricingQuantity,PricingUnit,ProviderName,PublisherName,RegionId,RegionName,ResourceId,ResourceName,\
ResourceType,ServiceCategory,ServiceName,SkuId,SkuPriceId,SubAccountId,SubAccountName,Tags";

fn main() -> Result<(), Box<dyn Error>> {
    let rows: usize = std::env::var("FOCUS_BENCH_ROWS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir()?;
    let plain = folder.path().join("plain.csv");
    write(&mut BufWriter::new(File::create(&plain)?), rows)?;
    let packed = folder.path().join("packed.csv.gz");
    let mut encoder = GzEncoder::new(BufWriter::new(File::create(&packed)?), Compression::fast());
    write(&mut encoder, rows)?;
    encoder.finish()?.flush()?;

    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for file in [&plain, &packed] {
        let bytes = fs::metadata(file)?.len();
        let start = Stopwatch::now();
        let lines = runtime.block_on(import(folder.path(), file))?;
        let seconds = start.elapsed().as_secs_f64();
        let name = file.file_name().unwrap_or_default().display().to_string();
        println!("{seconds:8.3} s  import of {name}: {rows} rows, {bytes} bytes, {lines} lines");
        println!("            {:.0} rows a second", rows as f64 / seconds);
    }
    if let Some(peak) = peak_memory() {
        println!("            {peak} of memory at most");
    }
    Ok(())
}

async fn import(base: &Path, file: &Path) -> Result<u64, Box<dyn Error>> {
    let pattern = file.file_name().unwrap_or_default().display().to_string();
    let settings = Settings { pattern, base: base.to_owned(), cost: CostColumn::Billed, provider: None, parts: false };
    let source = FocusSource::new(settings, Arc::new(SystemClock::default()))?;
    let context = Context {
        sink: &Dropping,
        progress: &Silent,
        cancel: CancellationToken::new(),
        window: Window::default(),
        cursor: None,
        generation: 1,
    };
    Ok(source.run(&context).await?.records)
}

fn write(file: &mut impl Write, rows: usize) -> std::io::Result<()> {
    writeln!(file, "{HEADER}")?;
    for row in 0..rows {
        let (month, account, service) = (1 + row / (rows / 3 + 1), row * 7919 % 60, row * 104_729 % 80);
        let (cost, day, hour) = (row * 31 % 1_000_003, 1 + row % 28, row % 23);
        writeln!(
            file,
            "NULL,0.{cost:011},1234567890123,Payer,USD,2026-{:02}-01 00:00:00,2026-{month:02}-01 00:00:00,Usage,NULL,\
             \"$0.40 per million requests, in region {service}\",Usage-Based,2026-{month:02}-{day:02} {:02}:00:00,\
             2026-{month:02}-{day:02} {hour:02}:00:00,NULL,NULL,NULL,NULL,NULL,2.000000000000000,Requests,0.00000000000,\
             0.00000000000,0.00000000000,\"Cloud, Inc.\",0.{cost:011},0.0000004,Standard,2.00000000000,Requests,AWS,\
             \"Cloud, Inc.\",us-west-2,US West (Oregon),arn:service-{service}:us-west-2:{account}:resource/{row},NULL,NULL,\
             Compute,Service number {service},SKU{service},SKU{service}.PRICE,{account:011},Account number {account},\
             \"{{\"\"application\"\": \"\"app-{account}\"\", \"\"environment\"\": \"\"dev\"\"}}\"",
            month + 1,
            hour + 1,
        )?;
    }
    Ok(())
}

/// The most memory that this process has held; `None` where the system does not tell.
fn peak_memory() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    Some(status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().to_owned())
}

struct Dropping;

impl Sink for Dropping {
    fn commit(&self, _batch: Batch) -> Result<(), SinkError> {
        Ok(())
    }

    fn unseen_items(&self, _subject: &str, _generation: i64) -> Result<Vec<String>, SinkError> {
        Ok(Vec::new())
    }
}
