//! Whether the export says what the invoices say, and what wrong queries say instead.

use model::Amount;

use super::*;

/// The right query.
const BILL: &str = "SELECT invoice.month AS month, currency, SUM(CAST(cost AS NUMERIC)) AS gross,
           SUM(IFNULL((SELECT SUM(CAST(c.amount AS NUMERIC)) FROM UNNEST(credits) AS c), 0)) AS credits
    FROM TABLE WHERE (_PARTITIONTIME >= '2026-01-01' OR _PARTITIONTIME IS NULL)
    GROUP BY month, currency ORDER BY month, currency";

fn amount(text: Option<&String>) -> Amount {
    text.expect("no null").parse().expect("an amount")
}

/// Month, currency, gross and credits, with all digits.
type Bill = Vec<(Month, String, Amount, Amount)>;

async fn bill(google: &Google, query: &str) -> Bill {
    let rows = google.rows(query).await;
    rows.iter()
        .map(|row| {
            let month = Month::parse_compact(row[0].as_deref().expect("a month")).expect("a month");
            (month, row[1].clone().expect("a currency"), amount(row[2].as_ref()), amount(row[3].as_ref()))
        })
        .collect()
}

fn invoices(google: &Google, now: Instant) -> Bill {
    let invoices = google.bills.invoices(now).into_iter().filter(|invoice| invoice.provider == "gcp");
    invoices.map(|invoice| (invoice.month, invoice.currency, invoice.gross, invoice.credits)).collect()
}

#[tokio::test]
async fn the_right_query_gives_the_invoices_at_every_instant() {
    let google = google(&[]).await;
    let mut bills = Vec::new();
    for now in [
        "2026-06-20T09:00:00Z",
        "2026-09-03T05:00:00Z",
        "2026-10-01T16:05:00Z",
        "2026-10-30T18:00:00Z",
        "2026-11-20T00:00:00Z",
    ] {
        google.server.set_now(at(now));
        let bill = bill(&google, BILL).await;
        assert!(!bill.is_empty());
        assert_eq!(bill, invoices(&google, at(now)), "{now}");
        bills.push(bill);
    }
    // Rows came late: an earlier month grew.
    let of = |bill: &Bill, month: &str| bill.iter().find(|line| line.0.to_string() == month).map(|line| line.2.clone());
    assert!(of(&bills[2], "2026-09").is_some());
    assert_ne!(of(&bills[2], "2026-09"), of(&bills[3], "2026-09"));
}

#[tokio::test]
async fn rows_in_the_streaming_buffer_are_lost_by_a_bare_partition_filter() {
    let google = google(&[]).await;
    let charge = google.bills.google_charges().last().expect("a charge").export_time;
    google.server.set_now(charge);
    let bare = BILL.replace(" OR _PARTITIONTIME IS NULL", "");
    assert_eq!(bill(&google, BILL).await, invoices(&google, charge));
    assert_ne!(bill(&google, &bare).await, invoices(&google, charge));
    let later = Instant::from_seconds(charge.seconds() + 600);
    google.server.set_now(later);
    assert_eq!(bill(&google, &bare).await, invoices(&google, later));
}

#[tokio::test]
async fn a_wildcard_over_both_exports_gives_twice_the_invoices() {
    let google = google(&[]).await;
    let wildcard = BILL.replace(" TABLE", " `acme-billing.billing_export.gcp_billing_export_*`");
    let twice = |bill: Bill| -> Bill {
        bill.into_iter()
            .map(|(month, currency, gross, credits)| (month, currency, &gross + &gross, &credits + &credits))
            .collect()
    };
    assert_eq!(bill(&google, &wildcard).await, twice(invoices(&google, google.bills.end())));
}

#[tokio::test]
async fn groups_without_credits_vanish_without_ifnull() {
    let google = google(&[]).await;
    let net = "SELECT service.description AS service, cost_type,
                      SUM(cost) + SUM((SELECT SUM(amount) FROM UNNEST(credits))) AS net
               FROM TABLE GROUP BY 1, 2";
    let rows = google.rows(net).await;
    let (lost, kept): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row[2].is_none());
    assert!(!lost.is_empty() && !kept.is_empty());
    assert!(lost.iter().any(|row| row[1].as_deref() == Some("tax")));
    let right = net
        .replace("(SELECT SUM(amount) FROM UNNEST(credits))", "IFNULL((SELECT SUM(amount) FROM UNNEST(credits)), 0)");
    assert!(google.rows(&right).await.iter().all(|row| row[2].is_some()));
}

#[tokio::test]
async fn joining_labels_multiplies_costs() {
    let google = google(&[]).await;
    let sum = |rows: Vec<Vec<Option<String>>>| amount(rows[0][0].as_ref());
    let plain = sum(google.rows("SELECT SUM(CAST(cost AS NUMERIC)) FROM TABLE").await);
    let joined = sum(google.rows("SELECT SUM(CAST(cost AS NUMERIC)) FROM TABLE LEFT JOIN UNNEST(labels) AS l").await);
    assert!(joined > plain, "{joined} {plain}");
}

#[tokio::test]
async fn the_month_of_use_is_not_the_month_of_the_invoice() {
    let google = google(&[]).await;
    let by = |month: &str| {
        format!("SELECT {month} AS month, SUM(CAST(cost AS NUMERIC)) AS cost FROM TABLE GROUP BY 1 ORDER BY 1")
    };
    let by_invoice = google.rows(&by("invoice.month")).await;
    let by_use = google.rows(&by("FORMAT_TIMESTAMP('%Y%m', usage_start_time)")).await;
    assert_ne!(by_invoice, by_use);
    let sum = |rows: &[Vec<Option<String>>]| {
        rows.iter().map(|row| amount(row[1].as_ref())).collect::<Vec<_>>().iter().sum::<Amount>()
    };
    assert_eq!(sum(&by_invoice), sum(&by_use));
}

#[tokio::test]
async fn binary_sums_agree_to_the_cent_only() {
    let google = google(&[]).await;
    let rows = google.rows("SELECT SUM(cost) AS binary, SUM(CAST(cost AS NUMERIC)) AS exact FROM TABLE").await;
    let (binary, exact) = (amount(rows[0][0].as_ref()), amount(rows[0][1].as_ref()));
    assert_ne!(binary, exact);
    assert_eq!(binary.to_cents(), exact.to_cents());
}
