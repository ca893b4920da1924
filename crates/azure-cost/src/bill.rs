//! Rows of pages added up to the months of the ledger.

use std::collections::{BTreeMap, BTreeSet};

use model::records::{ChargeCategory, CloudCost, CloudMonth, Record};
use model::{Amount, Instant, Month};

use crate::PROVIDER;
use crate::reply::{Page, Row};

/// The months of one query.
#[derive(Debug, Default)]
pub(crate) struct Bill {
    months: BTreeMap<Month, BTreeMap<Key, Amount>>,
    /// Kinds of charges that nobody has told us about.
    unknown: BTreeSet<String>,
    /// Rows of months that were not asked for.
    elsewhere: u64,
    in_dollars: bool,
}

type Key = (String, ChargeCategory, String);

impl Bill {
    /// Nothing is billed in these months, so far.
    pub(crate) fn of(months: &[Month]) -> Self {
        Self { months: months.iter().map(|month| (*month, BTreeMap::new())).collect(), ..Self::default() }
    }

    pub(crate) fn add(&mut self, page: Page) {
        self.in_dollars |= page.in_dollars && !page.rows.is_empty();
        page.rows.into_iter().for_each(|row| self.add_row(row));
    }

    fn add_row(&mut self, row: Row) {
        let Some(lines) = self.months.get_mut(&row.month) else {
            self.elsewhere += 1;
            return;
        };
        let category = category(&row.charge_type).unwrap_or_else(|| {
            self.unknown.insert(row.charge_type);
            ChargeCategory::Unknown
        });
        *lines.entry((row.service, category, row.currency)).or_default() += &row.cost;
    }

    /// What the user should know.
    pub(crate) fn notes(&self, what: &str) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.unknown.is_empty() {
            let words = self.unknown.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            notes.push(format!("{what}: Azure has charges of the type {words}, which are imported without a category"));
        }
        if self.elsewhere > 0 {
            let rows = self.elsewhere;
            notes.push(format!(
                "{what}: Azure gave {rows} rows of months that were not asked for; they are left out, since those months may \
                 be incomplete"
            ));
        }
        if self.in_dollars {
            notes.push(format!("{what}: Azure gives these costs in US dollars only, not in the currency of the bill"));
        }
        notes
    }

    /// The records, a month each, and the number of their lines.
    pub(crate) fn into_records(self, account: &str, observed_at: Instant) -> (Vec<Record>, u64) {
        let mut count = 0;
        let records = self.months.into_iter().map(|(month, lines)| {
            let lines: Vec<CloudCost> = lines.into_iter().map(line).collect();
            count += lines.len() as u64;
            let provider = PROVIDER.to_owned();
            Record::CloudMonth(Box::new(CloudMonth {
                provider,
                account: account.to_owned(),
                month,
                observed_at,
                lines,
            }))
        });
        (records.collect(), count)
    }
}

/// A credit is a credit; everything else is a charge, corrections and refunds included.
fn line(((service, charge_category, currency), cost): (Key, Amount)) -> CloudCost {
    let (gross, credits) =
        if charge_category == ChargeCategory::Credit { (Amount::zero(), cost) } else { (cost, Amount::zero()) };
    CloudCost { service, charge_category, currency, gross, credits }
}

/// The category of a charge type; `None` for one that is not known. Upper case and spaces do not matter.
fn category(charge_type: &str) -> Option<ChargeCategory> {
    let word: String = charge_type.chars().filter(char::is_ascii_alphanumeric).collect();
    Some(match word.to_ascii_lowercase().as_str() {
        "usage" | "unusedreservation" | "unusedsavingsplan" => ChargeCategory::Usage,
        "purchase" => ChargeCategory::Purchase,
        "tax" => ChargeCategory::Tax,
        "credit" => ChargeCategory::Credit,
        // FOCUS has no refunds: it calls them corrections of what was charged before.
        "refund" | "roundingadjustment" | "adjustment" => ChargeCategory::Adjustment,
        "" => ChargeCategory::Unknown,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        Month::parse(text).expect("valid")
    }

    fn row(month_text: &str, charge_type: &str, currency: &str, cost: &str) -> Row {
        Row {
            month: month(month_text),
            service: "Storage".into(),
            charge_type: charge_type.into(),
            currency: currency.into(),
            cost: cost.parse().expect("valid"),
        }
    }

    fn bill(months: &[&str], rows: Vec<Row>) -> Bill {
        let mut bill = Bill::of(&months.iter().map(|text| month(text)).collect::<Vec<_>>());
        bill.add(Page { rows, next: None, in_dollars: false });
        bill
    }

    fn lines(bill: Bill) -> Vec<Vec<String>> {
        let (records, _) = bill.into_records("s", Instant::default());
        let records = records.into_iter().map(|record| match record {
            Record::CloudMonth(month) => month,
            other => panic!("{other:?}"),
        });
        let text = |line: &CloudCost| {
            format!("{} {} {} {}", line.charge_category.name(), line.currency, line.gross, line.credits)
        };
        records.map(|month| month.lines.iter().map(text).collect()).collect()
    }

    #[test]
    fn every_charge_type_has_its_category() {
        for (charge_type, category) in [
            ("Usage", "Usage"),
            ("UnusedReservation", "Usage"),
            ("unusedSavingsPlan", "Usage"),
            ("purchase", "Purchase"),
            ("Tax", "Tax"),
            ("Refund", "Adjustment"),
            ("RoundingAdjustment", "Adjustment"),
            ("Rounding Adjustment", "Adjustment"),
            ("", ""),
        ] {
            let bill = bill(&["2026-01"], vec![row("2026-01", charge_type, "EUR", "1")]);
            assert_eq!(bill.notes("x"), Vec::<String>::new());
            assert_eq!(lines(bill), [[format!("{category} EUR 1.00 0.00")]], "{charge_type}");
        }
    }

    #[test]
    fn a_credit_is_no_charge() {
        assert_eq!(lines(bill(&["2026-01"], vec![row("2026-01", "Credit", "EUR", "-5")])), [["Credit EUR 0.00 -5.00"]]);
    }

    #[test]
    fn unknown_charge_types_are_imported_and_told_once() {
        let rows = vec![row("2026-01", "Fee", "EUR", "1"), row("2026-01", "Fee", "EUR", "2")];
        let bill = bill(&["2026-01"], rows);
        let note = "x: Azure has charges of the type `Fee`, which are imported without a category";
        assert_eq!(bill.notes("x"), [note]);
        assert_eq!(lines(bill), [[" EUR 3.00 0.00"]]);
    }

    #[test]
    fn lines_of_one_key_are_added_exactly_and_currencies_never() {
        let rows = vec![
            row("2026-01", "Usage", "EUR", "0.1"),
            row("2026-01", "UnusedReservation", "EUR", "2e-20"),
            row("2026-01", "Usage", "USD", "1"),
        ];
        let expected = [["Usage EUR 0.10000000000000000002 0.00", "Usage USD 1.00 0.00"]];
        assert_eq!(lines(bill(&["2026-01"], rows)), expected);
    }

    #[test]
    fn a_month_without_rows_is_an_empty_month_and_other_months_are_left_out() {
        let bill = bill(
            &["2026-01", "2026-02"],
            vec![row("2026-02", "Usage", "EUR", "1"), row("2026-03", "Usage", "EUR", "1")],
        );
        assert!(bill.notes("x")[0].contains("1 rows of months that were not asked for"));
        assert_eq!(lines(bill), [vec![], vec!["Usage EUR 1.00 0.00".to_owned()]]);
    }
}
