//! Rows of Google's billing export.

use chrono::{Datelike as _, Weekday};
use model::{Instant, Month};

use super::Bills;
use super::catalogue::{Day, GOOGLE, GoogleService};
use super::money::Atto;
use crate::calendar::{DAY, HOUR};
use crate::clouds::charge::{GoogleCharge, GoogleCredit};
use crate::random::Dice;

/// Topic of chance.
const TOPIC: u8 = 44;

/// Google's months end at midnight in California: this many hours after midnight in UTC, in summer.
const PACIFIC: i64 = 7;

/// A row before it is noted.
struct Draft {
    invoice_month: Month,
    cost_type: &'static str,
    service: (&'static str, &'static str),
    sku: &'static str,
    project: Option<&'static str>,
    usage: (i64, i64),
    export: i64,
    cost: Atto,
    credits: Vec<(&'static str, &'static str, Atto)>,
    labels: Vec<(String, String)>,
}

/// Makes all rows.
pub(super) fn charge(bills: &mut Bills) {
    let mut drafts = Vec::new();
    for (index, service) in GOOGLE.iter().enumerate() {
        use_service(bills, index, service, &mut drafts);
    }
    for draft in drafts {
        note(bills, draft);
    }
    close_months(bills);
    bills.google.sort_by_key(|row| row.export_time);
}

fn use_service(bills: &Bills, index: usize, service: &GoogleService, drafts: &mut Vec<Draft>) {
    let first = bills.options.first_month().start().seconds();
    let end = bills.end().seconds();
    let of = (end - first).div_euclid(DAY) + 1;
    for (position, (sku, course)) in service.skus.iter().enumerate() {
        let mut dice = Dice::new(bills.options.seed, TOPIC, index * 10 + position);
        for number in 0..of {
            let start = first + number * DAY;
            let date = Instant::from_seconds(start).to_chrono().map(|at| at.date_naive()).unwrap_or_default();
            let is_weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
            let Some(price) = course.price(Day { number, of, is_weekend }, &mut dice) else { continue };
            let mut cost = Atto::nano(price);
            // A day comes in up to three rows: the night in California, what is exported at once, what comes later.
            let night = cost.per_mille(dice.between(120, 200));
            let late = cost.per_mille(if dice.chance(0.35) { dice.between(50, 350) } else { 0 });
            cost = cost - night - late;
            let mut row = |cost, hours: (i64, i64), export, invoice_month| {
                if !Atto::is_zero(cost) && start + hours.1 * HOUR <= end {
                    let usage = (start + hours.0 * HOUR, start + hours.1 * HOUR);
                    let labels = labels(service, position);
                    let credits = credits(service, cost, &mut dice);
                    drafts.push(Draft {
                        invoice_month,
                        cost_type: "regular",
                        service: (service.id, service.name),
                        sku,
                        project: Some(service.project),
                        usage,
                        export,
                        cost,
                        credits,
                        labels,
                    });
                }
            };
            let month = Month::of(Instant::from_seconds(start));
            let before = if number > 0 { Month::of(Instant::from_seconds(start - HOUR)) } else { month };
            row(night, (0, PACIFIC), start + 16 * HOUR, before);
            row(cost, (PACIFIC, 18), start + 26 * HOUR, month);
            // Some of the last days' use misses its invoice and comes with the next one, exported a week later.
            let misses = date.day() >= 27 && (number + position as i64) % 11 == 0;
            let (export, month) =
                if misses { (month.end().seconds() + 7 * DAY, month.plus(1)) } else { (start + 55 * HOUR, month) };
            row(late, (18, 24), export, month);
        }
    }
}

/// Labels of a row: several, so that joining them would multiply costs, or none.
fn labels(service: &GoogleService, position: usize) -> Vec<(String, String)> {
    let label = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    match (service.project, position) {
        ("acme-production", 0) => {
            vec![label("team", "platform"), label("env", "production"), label("cost-center", "42")]
        }
        ("acme-production", _) => vec![label("env", "production")],
        ("acme-data", 0) => vec![label("team", "data"), label("env", "production")],
        _ => Vec::new(),
    }
}

/// Credits of a row: not every row of a service that has credits gets one.
fn credits(service: &GoogleService, cost: Atto, dice: &mut Dice) -> Vec<(&'static str, &'static str, Atto)> {
    let mut credits = Vec::new();
    for (kind, name, share) in service.credits {
        if dice.chance(0.85) {
            let credit = -cost.per_mille(*share);
            if !credit.is_zero() {
                credits.push((*kind, *name, credit));
            }
        }
    }
    credits
}

/// Tax, an adjustment now and then, and a rounding error at the end of each month that is over.
fn close_months(bills: &mut Bills) {
    let mut month = bills.options.first_month();
    let last = Month::of(bills.end());
    let mut number = 0_i64;
    while month < last {
        let end = month.end().seconds();
        let row = |cost_type, sku, project, export, cost| Draft {
            invoice_month: month,
            cost_type,
            service: ("2062-016F-44A2", "Invoice"),
            sku,
            project,
            usage: (end - DAY, end),
            export,
            cost,
            credits: Vec::new(),
            labels: Vec::new(),
        };
        if number % 6 == 4 {
            let back = -Atto::nano(3.75 + number as f64 / 8.0);
            let mut adjustment =
                row("adjustment", "Service level credit", Some("acme-production"), end + 2 * DAY, back);
            // It mends the month before.
            adjustment.usage = (month.start().seconds() - 3 * DAY, month.start().seconds() - 2 * DAY);
            adjustment.service = ("9662-B51E-5089", "Cloud SQL");
            note(bills, adjustment);
        }
        let of = ("gcp", bills.google_account.clone(), bills.options.google_currency.clone());
        let gross = bills.billed.gross(of.0, &of.1, month, &of.2);
        let tax = gross.per_mille(77);
        note(bills, row("tax", "Tax", None, end + 3 * DAY + 5 * HOUR, tax));
        let missing = bills.billed.net(of.0, &of.1, month, &of.2).to_next_cent();
        if !missing.is_zero() {
            note(bills, row("rounding_error", "Rounding error", None, end + 5 * DAY - 3 * HOUR, missing));
        }
        month = month.plus(1);
        number += 1;
    }
}

fn note(bills: &mut Bills, draft: Draft) {
    let instant = Instant::from_seconds;
    let currency = bills.options.google_currency.as_str();
    let of = ("gcp", bills.google_account.as_str(), draft.invoice_month, currency);
    let credit = draft.credits.iter().fold(Atto::default(), |sum, (_, _, amount)| sum + *amount);
    bills.billed.note(of, instant(draft.export), draft.cost, credit);
    bills.google.push(GoogleCharge {
        invoice_month: draft.invoice_month,
        cost_type: draft.cost_type,
        service_id: draft.service.0.to_owned(),
        service: draft.service.1.to_owned(),
        sku: draft.sku.to_owned(),
        project: draft.project.map(str::to_owned),
        usage_start: instant(draft.usage.0),
        usage_end: instant(draft.usage.1),
        export_time: instant(draft.export),
        cost: draft.cost.amount(),
        currency: currency.to_owned(),
        credits: draft
            .credits
            .into_iter()
            .map(|(kind, name, amount)| GoogleCredit { name: name.to_owned(), kind, amount: amount.amount() })
            .collect(),
        labels: draft.labels,
    });
}
