//! A page of costs, read exactly: numbers stay the digits that Azure wrote.

use model::{Amount, Month};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A page. Fields that it lacks are a mistake of the page, not of the reader.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Row>,
    /// Where the next page is.
    pub(crate) next: Option<String>,
    /// Whether the costs are those in dollars, for want of others.
    pub(crate) in_dollars: bool,
}

/// A row. Columns that Azure did not send are empty.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) month: Month,
    pub(crate) service: String,
    pub(crate) charge_type: String,
    pub(crate) currency: String,
    pub(crate) cost: Amount,
}

#[derive(Deserialize)]
struct Body {
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    #[serde(default)]
    next_link: Option<String>,
    columns: Vec<Column>,
    rows: Vec<Vec<Box<RawValue>>>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
}

/// Names of the month's column, the best first.
const MONTHS: [&str; 3] = ["BillingMonth", "UsageDate", "Month"];
/// Names of the cost's column, the best first; the last is in dollars whatever `Currency` says.
const COSTS: [&str; 2] = ["Cost", "PreTaxCost"];
const DOLLARS: &str = "CostUSD";
const CURRENCIES: [&str; 2] = ["Currency", "BillingCurrency"];

/// Where the columns are.
struct Columns {
    month: usize,
    service: usize,
    charge_type: Option<usize>,
    cost: usize,
    /// None for costs in dollars.
    currency: Option<usize>,
}

impl Page {
    /// Reads a page's body; the error says what is wrong with it.
    pub(crate) fn read(body: &[u8]) -> Result<Self, String> {
        let body: Body =
            serde_json::from_slice(body).map_err(|error| format!("it is not the JSON of a query ({error})"))?;
        let columns = Columns::find(&body.properties.columns)?;
        let rows = body.properties.rows.iter().enumerate();
        let rows = rows.map(|(at, cells)| columns.row(cells).map_err(|wrong| format!("row {}: {wrong}", at + 1)));
        Ok(Self {
            rows: rows.collect::<Result<_, _>>()?,
            next: body.properties.next_link.filter(|link| !link.trim().is_empty()),
            in_dollars: columns.currency.is_none(),
        })
    }
}

impl Columns {
    fn find(columns: &[Column]) -> Result<Self, String> {
        let find = |names: &[&str]| {
            names.iter().find_map(|name| columns.iter().position(|column| column.name.eq_ignore_ascii_case(name)))
        };
        let there = || columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
        let missing = |name: &str| format!("it has no column {name} (only {})", there());
        let cost = find(&COSTS);
        let currency = match cost {
            Some(_) => Some(find(&CURRENCIES).ok_or_else(|| missing("Currency"))?),
            None => None,
        };
        Ok(Self {
            month: find(&MONTHS).ok_or_else(|| missing("BillingMonth"))?,
            service: find(&["ServiceName"]).ok_or_else(|| missing("ServiceName"))?,
            charge_type: find(&["ChargeType"]),
            cost: cost.or_else(|| find(&[DOLLARS])).ok_or_else(|| missing("Cost"))?,
            currency,
        })
    }

    fn row(&self, cells: &[Box<RawValue>]) -> Result<Row, String> {
        let cell = |at: usize| cells.get(at).map_or(Ok(String::new()), |cell| text(cell));
        let (month, cost) = (cell(self.month)?, cell(self.cost)?);
        let currency = match self.currency {
            Some(at) => cell(at)?,
            None => "USD".to_owned(),
        };
        if currency.trim().is_empty() {
            return Err("it has no currency".to_owned());
        }
        Ok(Row {
            month: month_of(&month).ok_or_else(|| format!("`{month}` is no month"))?,
            service: cell(self.service)?,
            charge_type: self.charge_type.map_or(Ok(String::new()), cell)?,
            currency,
            cost: cost.parse().map_err(|wrong| format!("the cost `{cost}` is {wrong}"))?,
        })
    }
}

/// A cell as text: a number's own digits, nothing for null.
fn text(cell: &RawValue) -> Result<String, String> {
    let raw = cell.get();
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw).map_err(|error| error.to_string()),
        Some(b'n') => Ok(String::new()),
        Some(b'[' | b'{') => Err("a cell holds a list or an object".to_owned()),
        _ => Ok(raw.to_owned()),
    }
}

/// Reads `2026-01-01T00:00:00`, `2026-01-01` and `20260101`: the month counts, the day must be one of it.
fn month_of(text: &str) -> Option<Month> {
    let day = text.split(['T', ' ']).next().unwrap_or_default();
    let date = chrono::NaiveDate::parse_from_str(day, if day.contains('-') { "%Y-%m-%d" } else { "%Y%m%d" }).ok()?;
    let month = if day.contains('-') { Month::parse(day.get(..7)?) } else { Month::parse_compact(day.get(..6)?) }?;
    (Month::of(date.and_time(chrono::NaiveTime::MIN).and_utc().into()) == month).then_some(month)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn page(columns: &[&str], rows: &str) -> Result<Page, String> {
        let columns: Vec<Value> = columns.iter().map(|name| json!({"name": name, "type": "String"})).collect();
        let columns = Value::from(columns);
        Page::read(
            format!(r#"{{"properties": {{"nextLink": null, "columns": {columns}, "rows": {rows}}}}}"#).as_bytes(),
        )
    }

    fn row(columns: &[&str], row: &str) -> Row {
        page(columns, &format!("[{row}]")).expect("readable").rows.pop().expect("a row")
    }

    const USUAL: [&str; 5] = ["Cost", "BillingMonth", "ServiceName", "ChargeType", "Currency"];

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        let expected = Row {
            month: Month::parse("2026-01").expect("valid"),
            service: "Storage".into(),
            charge_type: "Usage".into(),
            currency: "EUR".into(),
            cost: "12.5".parse().expect("valid"),
        };
        assert_eq!(row(&USUAL, r#"[12.5, "2026-01-01T00:00:00", "Storage", "Usage", "EUR"]"#), expected);
        let other = ["currency", "ChargeType", "ServiceName", "UsageDate", "PreTaxCost", "Extra"];
        assert_eq!(row(&other, r#"["EUR", "Usage", "Storage", 20260101, 12.50, {}]"#), expected);
    }

    #[test]
    fn numbers_keep_all_their_digits_in_every_form() {
        for (number, written) in [
            ("0.1234567890123456789012", "0.1234567890123456789012"),
            ("12345678901234567.89", "12345678901234567.89"),
            ("1.5E-7", "0.00000015"),
            ("-2e3", "-2000.00"),
            ("\"7.25\"", "7.25"),
            ("0", "0.00"),
        ] {
            let row = row(&USUAL, &format!(r#"[{number}, "2026-01-01", "a", "b", "EUR"]"#));
            assert_eq!(row.cost.to_string(), written);
        }
    }

    #[test]
    fn months_are_read_in_every_form_that_azure_writes() {
        for text in
            ["\"2026-02-01T00:00:00\"", "\"2026-02-28T00:00:00Z\"", "20260201", "\"20260201\"", "\"2026-02-01\""]
        {
            let row = row(&USUAL, &format!(r#"[1, {text}, "a", "b", "EUR"]"#));
            assert_eq!(row.month.to_string(), "2026-02", "{text}");
        }
        for text in ["\"2026-02-30\"", "20261301", "\"\"", "null", "2026", "\"soon\"", "\"é026-02-01\""] {
            let wrong = page(&USUAL, &format!(r#"[[1, {text}, "a", "b", "EUR"]]"#)).expect_err(text);
            assert!(wrong.starts_with("row 1: ") && wrong.contains("no month"), "{wrong}");
        }
    }

    #[test]
    fn costs_in_dollars_are_taken_only_when_there_are_no_others() {
        let both = ["CostUSD", "Cost", "BillingMonth", "ServiceName", "Currency"];
        let of_both = row(&both, r#"[9, 8, "2026-01-01", "a", "EUR"]"#);
        assert_eq!((of_both.cost.to_string().as_str(), of_both.currency.as_str()), ("8.00", "EUR"));
        let dollars = ["CostUSD", "BillingMonth", "ServiceName", "Currency"];
        let page = page(&dollars, r#"[[9, "2026-01-01", "a", "EUR"]]"#).expect("readable");
        assert!(page.in_dollars);
        assert_eq!((page.rows[0].cost.to_string().as_str(), page.rows[0].currency.as_str()), ("9.00", "USD"));
    }

    #[test]
    fn what_is_missing_or_no_number_is_named() {
        let wrong = page(&["Cost", "BillingMonth", "Currency"], "[]").expect_err("no service");
        assert_eq!(wrong, "it has no column ServiceName (only Cost, BillingMonth, Currency)");
        for (cells, expected) in [
            (r#"[null, "2026-01-01", "a", "b", "EUR"]"#, "row 1: the cost `` is not a decimal number"),
            (r#"["1,5", "2026-01-01", "a", "b", "EUR"]"#, "row 1: the cost `1,5` is not a decimal number"),
            (r#"[1, "2026-01-01", "a", "b", null]"#, "row 1: it has no currency"),
            (r#"[1, "2026-01-01", "a", "b"]"#, "row 1: it has no currency"),
            (r#"[[1], "2026-01-01", "a", "b", "EUR"]"#, "row 1: a cell holds a list or an object"),
        ] {
            let wrong = page(&USUAL, &format!("[{cells}]")).expect_err(cells);
            assert!(wrong.starts_with(expected), "{wrong}");
        }
        assert!(Page::read(b"<html>").expect_err("no JSON").starts_with("it is not the JSON of a query"));
        assert!(Page::read(b"{}").expect_err("no properties").contains("properties"));
    }
}
