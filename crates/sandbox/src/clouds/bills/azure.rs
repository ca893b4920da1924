//! Charges of Azure, day by day.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use model::{Instant, Month};

use super::Bills;
use super::catalogue::{AI_OF_AZURE, AZURE, Course, Day};
use super::money::Atto;
use crate::calendar::{DAY, HOUR};
use crate::clouds::charge::AzureCharge;
use crate::random::Dice;

/// Topic of chance.
const TOPIC: u8 = 40;

/// Days of a year's reservation.
const TERM: i64 = 365;

/// Day of the month on which the runaway service runs away, and for how many days it goes on.
const RUNAWAY: (u32, u32) = (9, 8);

/// A charge before it is noted.
struct Draft {
    service: &'static str,
    charge_type: &'static str,
    day: NaiveDate,
    cost: Atto,
    amortized: Atto,
    known_at: Instant,
}

/// Makes all charges of all subscriptions.
pub(super) fn charge(bills: &mut Bills) {
    for subscription in 0..bills.subscriptions.len() {
        let mut drafts = Vec::new();
        for (service, (name, course)) in AZURE.iter().enumerate() {
            // A few subscriptions use everything, the others a part.
            if subscription < 2 || (service + subscription) % 3 != 2 {
                use_service(bills, subscription, (service, name, course), &mut drafts);
            }
        }
        if subscription == 0 {
            reserve(bills, &mut drafts);
        }
        refund(bills, subscription, &mut drafts);
        note(bills, subscription, &drafts);
    }
}

/// Days of the period.
fn days(bills: &Bills) -> impl Iterator<Item = (NaiveDate, Day)> + use<> {
    let first = bills.options.first_month().first_day();
    let last = bills.end().to_chrono().map_or(first, |end| end.date_naive());
    let of = (last - first).num_days() + 1;
    first.iter_days().take(of as usize).enumerate().map(move |(number, date)| {
        let is_weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        (date, Day { number: number as i64, of, is_weekend })
    })
}

/// So many seconds after the beginning of a day.
fn after(day: NaiveDate, seconds: i64) -> Instant {
    Instant::from_seconds(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp() + seconds)
}

fn use_service(
    bills: &Bills,
    subscription: usize,
    (service, name, course): (usize, &'static str, &Course),
    drafts: &mut Vec<Draft>,
) {
    let mut dice = Dice::new(bills.options.seed, TOPIC, subscription * 100 + service);
    let scale = if subscription == 0 { 1.0 } else { 0.15 + 0.5 * dice.unit() };
    let runaway = Month::of(bills.end()).plus(-9);
    for (date, day) in days(bills) {
        let Some(price) = course.price(day, &mut dice) else { continue };
        let runs_away = name == AI_OF_AZURE
            && subscription == 0
            && Month::new(date.year(), date.month()) == Some(runaway)
            && (RUNAWAY.0..RUNAWAY.0 + RUNAWAY.1).contains(&date.day());
        let factor = if runs_away { 12.0 } else { 1.0 };
        let cost = Atto::nano(price * scale * factor).and_atto(dice.between(0, 1_000_000_000));
        // Most of a day is known on the next morning, some of it a day or two later.
        let late = if dice.chance(0.2) { cost.per_mille(dice.between(20, 300)) } else { Atto::default() };
        let morning = after(date, DAY + dice.between(4, 20) * HOUR);
        let mut push = |cost: Atto, known_at| {
            drafts.push(Draft { service: name, charge_type: "usage", day: date, cost, amortized: cost, known_at });
        };
        push(cost - late, morning);
        if !late.is_zero() {
            push(late, after(date, 2 * DAY + dice.between(0, 30) * HOUR));
        }
    }
}

/// A reservation of virtual machines for a year, and again for the next one: paid at once, used day by day.
fn reserve(bills: &Bills, drafts: &mut Vec<Draft>) {
    let price = Atto::nano(7_214.4);
    let last = bills.end().to_chrono().map(|end| end.date_naive()).unwrap_or_default();
    let mut bought = bills.options.first_month().first_day() + Days::new(100);
    while bought <= last {
        let service = "Virtual Machines";
        let nothing = Atto::default();
        let known_at = after(bought, DAY + 6 * HOUR);
        drafts.push(Draft { service, charge_type: "purchase", day: bought, cost: price, amortized: nothing, known_at });
        let tax = price.per_mille(190);
        drafts.push(Draft { service, charge_type: "tax", day: bought, cost: tax, amortized: tax, known_at });
        for (number, day) in bought.iter_days().take(TERM as usize).take_while(|day| *day <= last).enumerate() {
            let amortized = price.part(TERM, number as i64 == TERM - 1);
            let known_at = after(day, DAY + 6 * HOUR);
            drafts.push(Draft { service, charge_type: "usage", day, cost: nothing, amortized, known_at });
        }
        bought = bought + Days::new(TERM as u64);
    }
}

/// Money back for an outage, in two of three subscriptions.
fn refund(bills: &Bills, subscription: usize, drafts: &mut Vec<Draft>) {
    let month = Month::of(bills.end()).plus(-4 - (subscription % 3) as i32);
    if subscription % 3 == 2 || month < bills.options.first_month() {
        return;
    }
    let mut dice = Dice::new(bills.options.seed, TOPIC + 1, subscription);
    let day = month.first_day() + Days::new(16);
    let cost = -Atto::nano(18.0 + 40.0 * dice.unit());
    let known_at = after(day, 2 * DAY);
    drafts.push(Draft { service: "Storage", charge_type: "refund", day, cost, amortized: cost, known_at });
}

/// Notes charges and closes each month that is over with a rounding to whole cents.
fn note(bills: &mut Bills, subscription: usize, drafts: &[Draft]) {
    let (first, last) = (bills.options.first_month(), Month::of(bills.end()));
    for draft in drafts {
        note_one(bills, subscription, draft);
    }
    let id = bills.subscriptions[subscription].clone();
    let mut month = first;
    while month < last {
        let missing = bills.billed.gross("azure", &id, month, &bills.options.azure_currency).to_next_cent();
        let day = month.plus(1).first_day() - Days::new(1);
        let known_at = after(day, 4 * DAY);
        if !missing.is_zero() {
            let rounding = Draft {
                service: "",
                charge_type: "roundingadjustment",
                day,
                cost: missing,
                amortized: missing,
                known_at,
            };
            note_one(bills, subscription, &rounding);
        }
        month = month.plus(1);
    }
    let begin = bills.azure.partition_point(|charge| charge.subscription != id);
    bills.azure[begin..].sort_by_key(|charge| charge.day);
}

fn note_one(bills: &mut Bills, subscription: usize, draft: &Draft) {
    let id = &bills.subscriptions[subscription];
    let currency = &bills.options.azure_currency;
    let month =
        Month::new(draft.day.year(), draft.day.month()).expect("days of the period are in years of four digits");
    let of = ("azure", id.as_str(), month, currency.as_str());
    bills.billed.note(of, draft.known_at, draft.cost, Atto::default());
    bills.amortized.note(of, draft.known_at, draft.amortized, Atto::default());
    bills.azure.push(AzureCharge {
        subscription: id.clone(),
        service: draft.service.to_owned(),
        charge_type: draft.charge_type,
        day: draft.day,
        cost: draft.cost.amount(),
        amortized_cost: draft.amortized.amount(),
        currency: currency.clone(),
        known_at: draft.known_at,
    });
}
