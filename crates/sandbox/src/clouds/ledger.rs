//! Bills as an import stores them, and where it would find them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{File, create_dir_all};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use chrono::Datelike as _;
use model::csv::write_record;
use model::records::{ChargeCategory, CloudCost, CloudMonth};
use model::{Amount, Instant, Month};

use super::bills::Bills;

/// Whole months before the running one that a first import asks for.
const MONTHS: i32 = 24;

/// What one source of bills would bring.
pub(crate) struct Account {
    /// `azure/…` or `gcp/…`.
    pub(crate) subject: String,
    /// For people.
    pub(crate) label: String,
    /// Every month that is asked for, the running one last.
    pub(crate) months: Vec<CloudMonth>,
}

type Lines = BTreeMap<(Month, String, ChargeCategory, String), (Amount, Amount)>;

impl Bills {
    /// What a first import at an instant stores, by subject.
    pub(crate) fn accounts(&self, at: Instant) -> Vec<Account> {
        let mut accounts: Vec<Account> =
            (0..self.subscriptions().len()).map(|index| self.subscription(index, at)).collect();
        accounts.push(self.google_billing(at));
        accounts.sort_by(|left, right| left.subject.cmp(&right.subject));
        accounts
    }

    fn subscription(&self, index: usize, at: Instant) -> Account {
        let id = &self.subscriptions()[index];
        let mut lines = Lines::new();
        for charge in self.azure_charges_of(index).iter().filter(|charge| charge.known_at <= at) {
            let category = match charge.charge_type {
                "purchase" => ChargeCategory::Purchase,
                "tax" => ChargeCategory::Tax,
                "refund" | "roundingadjustment" => ChargeCategory::Adjustment,
                _ => ChargeCategory::Usage,
            };
            let Some(month) = Month::new(charge.day.year(), charge.day.month()) else { continue };
            let key = (month, charge.service.clone(), category, charge.currency.clone());
            lines.entry(key).or_default().0 += &charge.cost;
        }
        let label = self.subscription_name(id).unwrap_or_default();
        Account { subject: format!("azure/{id}"), label, months: months(("azure", id), &lines, at) }
    }

    fn google_billing(&self, at: Instant) -> Account {
        let mut lines = Lines::new();
        for row in self.google_charges().iter().filter(|row| row.export_time <= at) {
            let category = match row.cost_type {
                "tax" => ChargeCategory::Tax,
                "adjustment" | "rounding_error" => ChargeCategory::Adjustment,
                _ => ChargeCategory::Usage,
            };
            let line =
                lines.entry((row.invoice_month, row.service.clone(), category, row.currency.clone())).or_default();
            line.0 += &row.cost;
            row.credits.iter().for_each(|credit| line.1 += &credit.amount);
        }
        let id = self.google_account();
        Account {
            subject: format!("gcp/{id}"),
            label: format!("Google billing account {id}"),
            months: months(("gcp", id), &lines, at),
        }
    }

    /// Sections `azure`, `gcp` and `cloudspending` of a `config.yml` that fits: to be put below the organisation's
    /// own, [`Organisation::config_yaml`](crate::Organisation::config_yaml). Addresses and secrets are left to the
    /// environment.
    pub fn config_yaml(&self) -> String {
        let mut yaml = String::new();
        self.push_config(&mut yaml).expect("writing to memory does not fail");
        yaml
    }

    fn push_config(&self, yaml: &mut String) -> std::fmt::Result {
        let subscriptions: Vec<String> = self.subscriptions().iter().map(|id| format!("{id:?}")).collect();
        writeln!(yaml, "azure:\n  tenant_id: {:?}\n  client_id: {:?}", self.tenant(), self.client())?;
        writeln!(yaml, "  subscriptions: [{}]", subscriptions.join(", "))?;
        writeln!(
            yaml,
            "gcp:\n  project_id: {:?}\n  billing_account: {:?}",
            self.google_project(),
            self.google_account()
        )?;
        writeln!(
            yaml,
            "  billing_dataset: {:?}\n  bigquery_location: {:?}",
            self.google_dataset(),
            self.google_location()
        )?;
        yaml.push_str(GROUPS);
        Ok(())
    }

    /// Writes [`Bills::invoices`] at an instant as `invoices.csv` (provider, account, month, currency, gross, credits,
    /// net) into a folder, which is made if it is missing. Amounts have all their digits.
    pub fn write_invoices(&self, at: Instant, folder: &Path) -> io::Result<()> {
        create_dir_all(folder)?;
        let mut out = BufWriter::new(File::create(folder.join("invoices.csv"))?);
        write_record(&mut out, ["provider", "account", "month", "currency", "gross", "credits", "net"])?;
        for one in self.invoices(at) {
            let amounts = [one.gross, one.credits, one.net].map(|amount| amount.to_string());
            let [gross, credits, net] = amounts;
            let month = one.month.to_string();
            write_record(&mut out, [one.provider, &one.account, &month, &one.currency, &gross, &credits, &net])?;
        }
        out.flush()
    }
}

/// Groups of services of both providers, and two of them against each other.
const GROUPS: &str = "cloudspending:
  detailed_service:
    - {name: AI, services: [Azure OpenAI, Vertex AI]}
    - {name: Compute, services: [Virtual Machines, Azure Kubernetes Service, Functions, Compute Engine, Cloud Run, App Engine]}
    - {name: Data, services: [Azure Database for PostgreSQL, HDInsight, Cloud SQL, BigQuery]}
    - {name: Storage and network, services: [Storage, Bandwidth, Azure DNS, Cloud Storage, Networking]}
  compared_service:
    - name: AI against compute
      groups:
        - {name: AI, services: [Azure OpenAI, Vertex AI]}
        - {name: Compute, services: [Virtual Machines, Azure Kubernetes Service, Compute Engine, Cloud Run]}
";

/// The last months up to the running one, each with its lines.
fn months((provider, account): (&str, &str), lines: &Lines, at: Instant) -> Vec<CloudMonth> {
    let running = Month::of(at);
    let month = |back: i32| {
        let month = running.plus(-back);
        let of_month = lines.iter().filter(|((of, ..), _)| *of == month);
        let lines = of_month.map(|((_, service, charge_category, currency), (gross, credits))| CloudCost {
            service: service.clone(),
            charge_category: *charge_category,
            currency: currency.clone(),
            gross: gross.clone(),
            credits: credits.clone(),
        });
        CloudMonth {
            provider: provider.to_owned(),
            account: account.to_owned(),
            month,
            observed_at: at,
            lines: lines.collect(),
        }
    };
    (0..=MONTHS).rev().map(month).collect()
}
