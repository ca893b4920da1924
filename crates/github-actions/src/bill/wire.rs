//! Wire format of the usage report of an organisation, and the lines that it makes.

use model::records::{CiBill, CiBillMonth};
use model::{Amount, Instant, Month};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The product whose usage is CI.
const PRODUCT: &str = "actions";
/// How names of what is billed begin, in one of the two ways in which they are written.
const PREFIX: &str = "actions_";
/// What the report is in.
const CURRENCY: &str = "USD";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    usage_items: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    date: String,
    product: String,
    sku: String,
    quantity: Box<RawValue>,
    unit_type: String,
    price_per_unit: Box<RawValue>,
    gross_amount: Box<RawValue>,
    discount_amount: Box<RawValue>,
    net_amount: Box<RawValue>,
    /// With or without its organisation; empty for what belongs to none.
    repository_name: Option<String>,
}

/// The bill that is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bill<'a> {
    pub(super) org: &'a str,
    pub(super) cost_center: &'a str,
    pub(super) month: Month,
    pub(super) host: &'a str,
}

impl Bill<'_> {
    /// The lines of CI in a report; else what is wrong with it, and where.
    pub(super) fn read(&self, text: &str) -> Result<CiBillMonth, String> {
        let report: Report = serde_json::from_str(text).map_err(|cause| {
            let failure = serde_path_to_error::deserialize::<_, Report>(&mut serde_json::Deserializer::from_str(text));
            failure.err().map_or_else(|| cause.to_string(), |failure| format!("at {}: {cause}", failure.path()))
        })?;
        let items = report.usage_items.iter().enumerate();
        let of_ci = items.filter(|(_, item)| item.product.eq_ignore_ascii_case(PRODUCT));
        let line = |(place, item)| self.line(item).map_err(|why| format!("at usageItems[{place}]: {why}"));
        Ok(CiBillMonth {
            org: self.org.to_owned(),
            cost_center: self.cost_center.to_owned(),
            month: self.month,
            host: self.host.to_owned(),
            lines: of_ci.map(line).collect::<Result<_, _>>()?,
        })
    }

    fn line(&self, item: &Item) -> Result<CiBill, String> {
        let day = item.date.get(..10).and_then(Instant::parse_date_or_rfc3339);
        let day = day.filter(|day| Month::of(*day) == self.month);
        let repo = item.repository_name.as_deref().unwrap_or_default();
        Ok(CiBill {
            day: day.ok_or_else(|| format!("`{}` is no day of {}", item.date, self.month))?,
            org: self.org.to_owned(),
            repo: repo.rsplit('/').next().unwrap_or_default().to_owned(),
            cost_center: self.cost_center.to_owned(),
            sku: sku(&item.sku),
            quantity: amount("quantity", &item.quantity)?,
            unit: item.unit_type.to_lowercase(),
            price: amount("pricePerUnit", &item.price_per_unit)?,
            gross: amount("grossAmount", &item.gross_amount)?,
            discount: amount("discountAmount", &item.discount_amount)?,
            net: amount("netAmount", &item.net_amount)?,
            currency: CURRENCY.to_owned(),
            host: self.host.to_owned(),
        })
    }
}

/// `Actions Linux 4-core` and `actions_linux_4_core` alike as `linux_4_core`.
fn sku(told: &str) -> String {
    let words: Vec<String> = told
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let sku = words.join("_");
    sku.strip_prefix(PREFIX).filter(|rest| !rest.is_empty()).unwrap_or(&sku).to_owned()
}

/// A number by its own digits: the provider writes binary ones with what they lack, `0.018000000000000002`.
fn amount(field: &str, told: &RawValue) -> Result<Amount, String> {
    let text = told.get().trim_matches('"');
    let exact: Amount = text.parse().map_err(|wrong| format!("the {field} `{text}` is {wrong}"))?;
    Ok(exact.scaled(1, 1).unwrap_or(exact))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line as the provider writes it, with other values for some fields.
    fn item(changes: &[(&str, &str)]) -> String {
        let usual = [
            ("date", r#""2026-10-03""#),
            ("product", r#""Actions""#),
            ("sku", r#""Actions Linux""#),
            ("quantity", "100"),
            ("unitType", r#""Minutes""#),
            ("pricePerUnit", "0.006"),
            ("grossAmount", "0.6"),
            ("discountAmount", "0"),
            ("netAmount", "0.6"),
            ("organizationName", r#""acme""#),
            ("repositoryName", r#""acme/web""#),
        ];
        let told = |name: &str| changes.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
        let fields = usual.map(|(name, value)| format!("\"{name}\":{}", told(name).unwrap_or(value)));
        format!("{{{}}}", fields.join(","))
    }

    fn bill(text: &str) -> Result<CiBillMonth, String> {
        let month = Month::parse("2026-10").expect("valid");
        Bill { org: "acme", cost_center: "", month, host: "github.com" }.read(text)
    }

    fn read(items: &[String]) -> Result<Vec<CiBill>, String> {
        bill(&format!("{{\"usageItems\":[{}]}}", items.join(","))).map(|bill| bill.lines)
    }

    #[test]
    fn amounts_are_read_by_their_digits_and_rounded_to_twelve() {
        for (told, amount) in [
            ("0.018000000000000002", "0.018"),
            ("0.6", "0.60"),
            ("1.5e-3", "0.0015"),
            ("0.0000000000005", "0.00"),
            ("0.0000000000015", "0.000000000002"),
            ("123456789012.345678901234", "123456789012.345678901234"),
        ] {
            let lines = read(&[item(&[("netAmount", told)])]).expect("readable");
            assert_eq!(lines[0].net.to_string(), amount, "{told}");
        }
    }

    #[test]
    fn what_is_billed_has_one_name_however_it_is_written_and_other_products_are_left_out() {
        for (told, name) in [
            ("Actions Linux", "linux"),
            ("actions_linux", "linux"),
            ("Actions Linux 4-core", "linux_4_core"),
            ("actions_storage", "storage"),
            ("Actions", "actions"),
        ] {
            assert_eq!(sku(told), name);
        }
        let line = |product: &str| item(&[("product", product), ("date", r#""2026-10-03T00:00:00Z""#)]);
        let products = [r#""Actions""#, r#""actions""#, r#""Copilot""#, r#""Packages""#];
        let lines = read(&products.map(line)).expect("readable");
        assert_eq!(lines.len(), 2);
        let CiBill { org, repo, unit, currency, .. } = &lines[0];
        assert_eq!([org, repo, unit, currency], ["acme", "web", "minutes", "USD"]);
        assert_eq!(lines[0].day.to_rfc3339(), "2026-10-03T00:00:00Z");
    }

    #[test]
    fn usage_of_no_repository_is_a_line_too() {
        for (told, repo) in [("null", ""), (r#""""#, ""), (r#""web""#, "web")] {
            let lines = read(&[item(&[("repositoryName", told)])]).expect("readable");
            assert_eq!(lines[0].repo, repo);
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let wrong = |field, value| read(&[item(&[]), item(&[(field, value)])]).expect_err(value);
        assert_eq!(wrong("date", r#""2026-11-01""#), "at usageItems[1]: `2026-11-01` is no day of 2026-10");
        assert!(wrong("netAmount", "null").starts_with("at usageItems[1]: the netAmount `null` is"));
        assert!(wrong("date", "7").starts_with("at usageItems[1].date: invalid type"), "{}", wrong("date", "7"));
        assert!(bill("[]").is_err());
    }
}
